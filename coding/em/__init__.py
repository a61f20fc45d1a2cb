"""Evaluation and management: which visit a note tells of, and the level it supports.

The rules are those of the 2021 and 2023 revisions of evaluation and management, in our own words.
Cue words live in coding/em/data.
"""

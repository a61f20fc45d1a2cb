"""Cue words of evaluation and management: tables of wordings, compiled once, found with spans.

A file of coding/em/data maps a name to wordings. A wording is a regular expression over the plain
text (lower case, straight apostrophes); a space in it stands for any white space, and it begins and
ends at the edge of a word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from coding.types import Span

_PLAIN = {**{upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}, 0x2019: ord("'")}


def plain(text: str) -> str:
    """The text in lower case with straight apostrophes, every code point in its place."""
    return text.translate(_PLAIN)


@cache
def cues(table: str) -> dict[str, re.Pattern[str]]:
    """The patterns of a table, by name."""
    raw = json.loads(files("coding.em").joinpath(f"data/{table}.json").read_text("utf-8"))
    return {name: _pattern(wordings) for name, wordings in raw.items() if name[0] != "_"}


def _pattern(wordings: Sequence[str]) -> re.Pattern[str]:
    spaced = "|".join(w.replace(" ", r"\s+") for w in wordings)
    return re.compile(rf"\b(?:{spaced})(?!\w)")


def find(pattern: re.Pattern[str], text: str, parts: Sequence[Span]) -> Iterator[Span]:
    """Where a pattern stands in parts of a plain text."""
    for part in parts:
        for match in pattern.finditer(text, part.start, part.end):
            yield Span(*match.span())

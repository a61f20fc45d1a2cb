"""Short ways to say what a text reads as."""

from __future__ import annotations

from functools import cache

from coding.reading import MedspacyReader
from coding.sentences import split_sentences
from coding.types import Note, Reading, Setting, Span


@cache
def reader() -> MedspacyReader:
    return MedspacyReader()


def read(text: str) -> Reading:
    return reader().read(Note("note", text, Setting.OUTPATIENT))


def said_of(text: str, words: str) -> set[str]:
    """What the text says of the first place of some words in it."""
    start = text.index(words)
    return {a.value for a in read(text).assertions(Span(start, start + len(words)))}


def sections_of(text: str) -> list[tuple[str, str]]:
    """Label and body of each section, without the space around it."""
    return [(s.label, s.body.of(text).strip()) for s in read(text).sections]


def sentences_of(text: str) -> list[str]:
    return [s.of(text) for s in split_sentences(text)]

"""The values of evaluation and management: levels, the elements that decide them, visits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from coding.types import Span


class Level(IntEnum):
    """How demanding the decisions of a visit are; each element has one of these."""

    STRAIGHTFORWARD = 1
    LOW = 2
    MODERATE = 3
    HIGH = 4

    @property
    def word(self) -> str:
        """The level as one says it."""
        return self.name.lower()


class Newness(StrEnum):
    """Whether the practice sees the patient anew."""

    NEW = "new"
    ESTABLISHED = "established"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Element:
    """One thing that a level rests on: problems, data, risk, time or age.

    `level` is what this element alone supports, None where it has no say; `why` says so without a
    word of the note; `spans` are the words it rests on, possibly none.
    """

    name: str
    level: Level | None
    why: str
    spans: tuple[Span, ...] = ()

    @property
    def said(self) -> str:
        """The element in words: "problems: moderate: two stable chronic conditions"."""
        level = f"{self.level.word}: " if self.level is not None else ""
        return f"{self.name}: {level}{self.why}"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a note says on one question, with the words that say it."""

    value: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit and the codes it comes to.

    `codes` are code values with their units, the visit's own code first; `family` is a key of
    families.tsv; `neighbours` are the codes of the levels next to it. `limiting` names the element
    that keeps the level from being higher, "" where no level was chosen; `next_needs` says what the
    next level would take. `spans` are the words that show the kind of visit.
    """

    codes: tuple[tuple[str, int], ...]
    family: str
    newness: Newness
    elements: tuple[Element, ...]
    limiting: str
    next_needs: str = ""
    neighbours: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()

    @property
    def code(self) -> str:
        """The visit's own code."""
        return self.codes[0][0]

"""The age of the patient in years, from the sender or from the note's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from coding.em.page import Page
from coding.types import Span

_UNITS = {"y": 1.0, "m": 1 / 12, "w": 7 / 365.25, "d": 1 / 365.25}
_WORDS = {
    "newborn": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Age:
    """Years, with the words that say so (none where the sender does)."""

    years: float
    spans: tuple[Span, ...] = ()


def age_of(page: Page) -> Age | None:
    """The patient's age: as sent, else the first that the note states of its patient."""
    sent = page.reading.note.patient.age_years
    if sent is not None:
        return Age(sent)
    for match in _ages().finditer(page.text):
        span = Span(*match.span())
        if page.stands(span) and not _others().match(page.text, span.end):
            return Age(_years(match), (span,))
    return None


@cache
def _others() -> re.Pattern[str]:
    """Words behind an age that give it to somebody else."""
    kin = "mom|mother|dad|father|parent|brother|sister|sibling|son|daughter|husband|wife|smoker"
    return re.compile(rf"[\s,-]*(?:[\w/-]+ )?(?:{kin})s?\b")


def _years(match: re.Match[str]) -> float:
    for number, unit in (("old", "old_unit"), ("check", "check_unit")):
        if match[number]:
            value = _WORDS.get(match[number])
            years = float(match[number]) if value is None else float(value)
            return years * _UNITS[match[unit][0]]
    return float(match["aged"]) if match["aged"] else 0.0


@cache
def _ages() -> re.Pattern[str]:
    number = rf"\d{{1,3}}(?:\.\d+)?|{'|'.join(_WORDS)}"
    unit = r"years?|yrs?|y(?=[./ -]*o)|months?|mos?|weeks?|wks?|days?"
    visit = r"(?:[\w-]+[\s-]+){0,3}(?:well|check|physical|exam|visit)"
    return re.compile(
        rf"\b(?P<old>{number})\s*\+?[\s-]*(?P<old_unit>{unit})(?:[\s-]*old|[./]*\s*o(?:ld)?\b)"
        rf"|\b(?P<check>{number})[\s-]*(?P<check_unit>{unit})[\s-]+{visit}"
        r"|\b(?:age|aged)(?:\s+is|:|\s+of)?\s+(?P<aged>\d{1,3})\b"
        r"|\bnewborn\b"
    )

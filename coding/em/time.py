"""Total time on the day of the visit, where the note or the sender states it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from coding.em.cues import cues
from coding.em.page import Page
from coding.types import Span

NAME = "time"
_TABLE = "time"
CRITICAL_MINUTES = 30
"""The least time that is critical care; less is part of another visit."""

_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Minutes:
    """Stated minutes, with the words that state them (none where the sender does)."""

    value: int
    spans: tuple[Span, ...] = ()

    @property
    def possible(self) -> bool:
        """Whether a day has so many minutes."""
        return 0 < self.value <= _DAY_MINUTES


def total_time(page: Page) -> Minutes | None:
    """The total minutes: the sender's, else the note's; a stated total goes before other words.

    Time in theatre, of resuscitation and of counselling alone is no total time.
    """
    stated = page.reading.note.encounter.minutes
    if stated is not None:
        return Minutes(stated)
    found = _stated(page, "total") or _stated(page, "spent")
    return max(found, key=lambda m: (m.value, -m.spans[0].start), default=None)


def critical_care_time(page: Page) -> Minutes | None:
    """Minutes of critical care, where the note names both."""
    found = _stated(page, "critical")
    if found and page.reading.note.encounter.minutes is not None:
        return Minutes(page.reading.note.encounter.minutes, found[0].spans)
    return max(found, key=lambda m: m.value, default=None)


def _stated(page: Page, name: str) -> list[Minutes]:
    found = []
    for hit in page.hits(_TABLE, name, page.whole):
        if page.stands(hit) and not _other_time(page, hit):
            found += [Minutes(value, (hit,)) for value in _values(hit.of(page.text))[:1]]
    return found


def _other_time(page: Page, hit: Span) -> bool:
    return cues(_TABLE)["not_total"].search(page.text, hit.start, hit.end) is not None


def _values(words: str) -> list[int]:
    """The minutes in the words, hours turned into minutes."""
    return [_minutes(m["number"], m["unit"]) for m in _number().finditer(words)]


def _minutes(number: str, unit: str) -> int:
    factor = 60 if unit.startswith("h") else 1
    spelled = {"an": 1, "one": 1, "two": 2, "half": 0.5}
    return round(spelled[number] * factor if number in spelled else float(number) * factor)


@cache
def _number() -> re.Pattern[str]:
    return re.compile(r"(?P<number>\d+(?:\.\d+)?|an|one|two)[\s-]+(?P<unit>min|hour|hr)")

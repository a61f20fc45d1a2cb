"""Short ways to ask what visit a note comes to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from coding.em.assess import assess, assess_family
from coding.em.page import Page
from coding.em.values import Element, Visit
from coding.errors import UnknownCode
from coding.types import (
    Code,
    CodeEntry,
    Encounter,
    Evidence,
    Hit,
    Note,
    Patient,
    Reading,
    Setting,
    Span,
    Suggestion,
    System,
)
from tests.unit.reading_kit import reader
from tests.unit.rule_kit import suggest

AFTER_2025 = date(2026, 3, 2)


def read(
    text: str,
    setting: Setting = Setting.OUTPATIENT,
    *,
    encounter: Encounter | None = None,
    age_years: float | None = None,
    service_date: date | None = AFTER_2025,
    author_role: str | None = None,
) -> Reading:
    note = Note(
        "note",
        text,
        setting,
        service_date=service_date,
        patient=Patient(age_years=age_years),
        encounter=encounter or Encounter(),
        author_role=author_role,
    )
    return reader().read(note)


def page(text: str, setting: Setting = Setting.OUTPATIENT) -> Page:
    return Page(read(text, setting))


def diagnoses(reading: Reading, *pairs: tuple[str, str]) -> tuple[Suggestion, ...]:
    """Accepted diagnoses, each with the last place of its words."""
    return tuple(_diagnosis(reading, code, words) for code, words in pairs)


def _diagnosis(reading: Reading, code: str, words: str) -> Suggestion:
    start = reading.note.text.rindex(words)
    span = Span(start, start + len(words))
    evidence = Evidence(span, words, "assessment", reading.assertions(span), "title", 1.0)
    return suggest(code, evidence)


def codes(reading: Reading, *pairs: tuple[str, str]) -> list[str]:
    """The visit codes of a note."""
    return [v.code for v in assess(reading, diagnoses(reading, *pairs))]


def of_family(reading: Reading, family: str, *pairs: tuple[str, str]) -> Visit:
    visit = assess_family(reading, diagnoses(reading, *pairs), family)
    assert visit is not None
    return visit


def element(visit: Visit, name: str) -> Element:
    return next(e for e in visit.elements if e.name == name)


@dataclass(frozen=True)
class FakeCpt:
    """A release of CPT that has every code but those left out."""

    without: tuple[str, ...] = ()
    system: System = System.CPT
    release: str = "test"
    valid_from: date = date(2026, 1, 1)
    valid_to: date = date(2026, 12, 31)
    sha256: str = "0"

    def __contains__(self, value: str) -> bool:
        return value not in self.without

    def __len__(self) -> int:
        return 1

    def get(self, value: str) -> CodeEntry:
        return CodeEntry(Code(System.CPT, value), self.title(value), True, None)

    def title(self, value: str) -> str:
        if value in self.without:
            raise UnknownCode(value)
        return f"Title of {value}"

    def billable(self, value: str) -> bool:
        return value in self

    def parent(self, value: str) -> str | None:
        return None

    def children(self, value: str) -> tuple[str, ...]:
        return ()

    def search(self, words: str, limit: int = 20) -> tuple[CodeEntry, ...]:
        return ()

    def find(self, words: str, limit: int = 20) -> tuple[Hit, ...]:
        return ()

    def terms(self) -> Iterator[tuple[str, str, str]]:
        return iter(())

    def wordings(self) -> Iterator[tuple[str, str]]:
        return iter(())

    def excludes1(self, one: str, other: str) -> str | None:
        return None

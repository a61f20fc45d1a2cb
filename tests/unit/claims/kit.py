"""Notes, suggestions and drafts for the tests of claim lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from codesets.linkage import load_linkage
from coding.claims import MODIFIERS, claim_rules
from coding.claims.units import Dose
from coding.types import (
    Assertion,
    Code,
    Decision,
    Draft,
    Evidence,
    Hit,
    Note,
    Reading,
    Role,
    Section,
    Setting,
    Span,
    Suggestion,
    System,
)
from tests.unit.rule_kit import FakeCodes

Parts = tuple[tuple[str, str, str], ...]

VISIT: Parts = (
    ("history_present_illness", "HPI", "Knee pain and a cough for two weeks."),
    ("physical_exam", "Exam", "Lungs clear. Knee tender."),
    ("assessment_plan", "Assessment and Plan", "Bronchitis. Osteoarthritis of the knee."),
)


@dataclass(frozen=True)
class Milligrams:
    """The dose of one billing unit in mg."""

    amount: float
    unit: str = "mg"


def dose_of(value: str) -> Dose | None:
    """Doses of two drug codes."""
    return {"J1885": Milligrams(15), "J3301": Milligrams(10)}.get(value)


@dataclass(frozen=True)
class Codes(FakeCodes):
    """A release of a system of which only its name, and here its modifiers, are asked."""

    modifiers: frozenset[str] = frozenset()

    def __contains__(self, value: str) -> bool:
        return value in self.modifiers

    @property
    def sha256(self) -> str:
        return ""

    def wordings(self) -> Iterator[tuple[str, str]]:
        return iter(())

    def find(self, words: str, limit: int = 20) -> tuple[Hit, ...]:
        return ()


def read(
    *parts: tuple[str, str, str], setting: Setting = Setting.OUTPATIENT, **more: str
) -> Reading:
    """A reading of sections (label, title, body); sentences end at full stops and line ends."""
    text, sections = "", []
    for label, title, body in parts:
        start = len(text)
        text += f"{title}: {body}\n"
        head = Span(start, start + len(title) + 1)
        sections.append(Section(label, head, Span(head.end + 1, len(text))))
    sentences = tuple(Span(*m.span()) for m in re.finditer(r"[^.\n]+(?:\.\d[^.\n]*)*[.\n]?", text))
    note = Note("n", text, setting, author_role=more.get("author_role"))
    return Reading(note, tuple(sections), sentences, ())


def plain(text: str) -> Reading:
    """A reading of one section without a title."""
    sentences = tuple(Span(*m.span()) for m in re.finditer(r"[^.\n]+(?:\.\d[^.\n]*)*[.\n]?", text))
    section = Section("none", Span(0, 0), Span(0, len(text)))
    return Reading(Note("n", text, Setting.OUTPATIENT), (section,), sentences, ())


def suggest(
    reading: Reading,
    value: str,
    *quotes: str,
    system: System = System.CPT,
    decision: Decision = Decision.ACCEPT,
    display: str = "",
) -> Suggestion:
    """A suggestion that rests on the first places of some words."""
    evidence = []
    for quote in quotes:
        start = reading.note.text.index(quote)
        span = Span(start, start + len(quote))
        section = reading.section_at(span)
        label = section.label if section else "none"
        evidence.append(
            Evidence(span, quote, label, (Assertion.AFFIRMED,), "title", 1 / len(quotes))
        )
    diagnosis = system is System.ICD10CM
    role = Role.SECONDARY if diagnosis else Role.PROCEDURE
    return Suggestion(
        Code(system, value), display, 0.9, decision, False, role, None, tuple(evidence), ()
    )


def diagnosis(reading: Reading, value: str, *quotes: str, display: str = "") -> Suggestion:
    """An accepted ICD-10-CM code."""
    return suggest(reading, value, *quotes, system=System.ICD10CM, display=display)


def claim(
    reading: Reading,
    *suggestions: Suggestion,
    systems: tuple[System, ...] = (System.ICD10CM, System.ICD10PCS, System.CPT, System.HCPCS),
    known: frozenset[str] = MODIFIERS,
) -> Draft:
    """The draft after all rules of a claim in all steps."""
    draft = Draft(suggestions)
    for system in systems:
        for rule in claim_rules(load_linkage(), known, dose_of):
            draft = rule.apply(draft, reading, Codes(system=system))
    return draft


def line(draft: Draft, value: str) -> Suggestion:
    """The suggestion of a code."""
    return next(s for s in draft.suggestions if s.code.value == value)


def modifiers(draft: Draft, value: str) -> tuple[str, ...]:
    """The modifiers of a code."""
    return line(draft, value).modifiers or ()


def marked(reading: Reading, value: str, *quotes: str, system: System = System.CPT) -> set[str]:
    """The modifiers of a code that stands alone in a draft."""
    return set(modifiers(claim(reading, suggest(reading, value, *quotes, system=system)), value))


def found(draft: Draft) -> list[str]:
    """The rules of the findings."""
    return [finding.rule for finding in draft.findings]

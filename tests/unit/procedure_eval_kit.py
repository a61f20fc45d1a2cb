"""A coder of procedures by words, and short code lists, to test evaluation without an engine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from coding.errors import PipelineError
from coding.types import (
    Assertion,
    Code,
    CodingOptions,
    CodingResult,
    Decision,
    Evidence,
    Note,
    Provenance,
    Reading,
    Role,
    Span,
    Suggestion,
    System,
)
from eval.baselines import plain_result
from tests.unit.eval_kit import DenialReader, Release

LISTS: Mapping[System, Mapping[str, str]] = {
    System.ICD10CM: {"I10": "Essential (primary) hypertension"},
    System.CPT: {"93000": "ECG in full", "12001": "Wound closed", "99213": "V3", "99214": "V4"},
    System.HCPCS: {"J1885": "Ketorolac", "G0008": "Flu shot"},
    System.ICD10PCS: {
        "0FT44ZZ": "Resection of Gallbladder, Percutaneous Endoscopic Approach",
        "0DTJ4ZZ": "Resection of Appendix, Percutaneous Endoscopic Approach",
        "0DTJ0ZZ": "Resection of Appendix, Open Approach",
    },
}

WORDS: Mapping[str, tuple[System, str, float, tuple[str, ...]]] = {
    "htn": (System.ICD10CM, "I10", 0.9, ()),
    "ecg": (System.CPT, "93000", 0.9, ()),
    "stitches": (System.CPT, "12001", 0.8, ("LT",)),
    "visit": (System.CPT, "99214", 0.7, ()),
    "ketorolac": (System.HCPCS, "J1885", 0.6, ()),
    "appendix out": (System.ICD10PCS, "0DTJ4ZZ", 0.9, ()),
    "gallbladder": (System.ICD10PCS, "0FT44ZZ", 0.3, ()),
}
"""Word -> what is suggested for it; accepted from 0.5."""


@dataclass(frozen=True)
class ListRelease(Release):
    """The codes of LISTS of one system."""

    def __contains__(self, value: str) -> bool:
        return value in LISTS[self.system]

    def __len__(self) -> int:
        return len(LISTS[self.system])

    def title(self, value: str) -> str:
        return LISTS[self.system][value]

    def terms(self) -> Iterator[tuple[str, str, str]]:
        for value, title in LISTS[self.system].items():
            yield value, title, "title"


@dataclass(frozen=True)
class Lists:
    def at(self, system: System, on: date | None) -> ListRelease:
        return ListRelease(system=system, release="FY2027")


@dataclass
class ProcedureCoder:
    """Suggests by WORDS what is asked for; breaks on "break"; `asked` are systems by note."""

    name: str = "words"
    codesets: Lists = field(default_factory=Lists)
    reader: DenialReader = field(default_factory=DenialReader)
    asked: dict[str, tuple[System, ...]] = field(default_factory=dict)

    @property
    def provenance(self) -> Provenance:
        lists = tuple((system, "FY2027") for system in LISTS)
        return Provenance("chartcode 0", self.name, lists, "0" * 64)

    def code(self, note: Note, options: CodingOptions | None = None) -> CodingResult:
        systems = (options or CodingOptions()).systems or ()
        self.asked[note.id] = systems
        if "break" in note.text:
            raise PipelineError("ranking", note.id, "ZeroDivisionError")
        found = [
            _suggestion(note.text, Span(*m.span()), *WORDS[word])
            for word in WORDS
            if WORDS[word][0] in systems
            for m in [re.search(word, note.text)]
            if m is not None
        ]
        ordered = sorted(found, key=lambda s: (-s.probability, s.code.value))
        return plain_result(note, ordered, self.provenance)


@dataclass(frozen=True)
class WordLeveller:
    """Knows office visits of established patients; "sick" makes one of moderate level."""

    def family_of(self, code: str) -> str | None:
        return "office-established" if code.startswith("9921") else None

    def level(self, reading: Reading, diagnoses: object, family: str) -> str | None:
        assert family == "office-established"
        if "mute" in reading.note.text:
            return None
        return "99214" if "sick" in reading.note.text else "99213"


def _suggestion(
    text: str,
    span: Span,
    system: System,
    value: str,
    probability: float,
    modifiers: tuple[str, ...],
) -> Suggestion:
    evidence = Evidence(span, span.of(text), "none", (Assertion.AFFIRMED,), "title", 1.0)
    return Suggestion(
        code=Code(system, value),
        display=LISTS[system][value],
        probability=probability,
        decision=Decision.ACCEPT if probability >= 0.5 else Decision.REVIEW,
        auto=False,
        role=Role.SECONDARY if system is System.ICD10CM else Role.PROCEDURE,
        sequence=None,
        evidence=(evidence,),
        proof=(),
        modifiers=modifiers or None,
    )

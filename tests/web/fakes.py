"""An engine for the page: it finds fixed words, and fails on request."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from coding.errors import UnknownCode
from coding.protocols import CodeSystem
from coding.types import (
    Assertion,
    Axis,
    Code,
    CodeEntry,
    CodingOptions,
    CodingResult,
    Decision,
    Evidence,
    Finding,
    Note,
    ProofStep,
    Query,
    Reason,
    Rejection,
    Role,
    Severity,
    Span,
    Suggestion,
    System,
)
from tests.api.fakes import FakeCoder, FakeCodes, FakeCodeSystems

# (words, code, title, probability, place on the claim)
SUGGESTED = (
    ("hypertension", "I12.9", "Hypertensive chronic kidney disease", 0.97, 2),
    ("diabetic chronic kidney disease", "E11.22", "Type 2 diabetes with kidney disease", 0.93, 1),
    ("kidney disease stage 3b", "N18.32", "Chronic kidney disease, stage 3b", 0.91, 3),
    ("coughed", "R05.9", "Cough", 0.07, None),
)
REJECTED = (
    ("chest pain", "R07.9", "Chest pain", Reason.NEGATED, Assertion.NEGATED),
    ("pulmonary embolism", "I26.99", "Pulmonary embolism", Reason.UNCERTAIN, Assertion.UNCERTAIN),
)
PCS = "0FT44ZZ"
AXES = (
    ("Section", "0", "Medical and Surgical"),
    ("Body System", "F", "Hepatobiliary System and Pancreas"),
    ("Operation", "T", "Resection"),
    ("Body Part", "4", "Gallbladder"),
    ("Approach", "4", "Percutaneous Endoscopic"),
    ("Device", "Z", "No Device"),
    ("Qualifier", "Z", "No Qualifier"),
)
LEVEL = (
    "99214 (office-established): problems: moderate: two stable chronic conditions; data: low: "
    "2 tests; risk: moderate: management of a prescription drug; limited by problems and risk; "
    "99215 needs 2 more of problems, data and risk at high, or 40 minutes; patient established"
)


class OneOperation(FakeCodes):
    """ICD-10-PCS with a single code and what its characters mean."""

    system = System.ICD10PCS

    def __contains__(self, value: str) -> bool:
        return value == PCS

    def get(self, value: str) -> CodeEntry:
        if value != PCS:
            raise UnknownCode("there is no such code", field="code")
        axes = tuple(Axis(*axis) for axis in AXES)
        return CodeEntry(Code(self.system, PCS), "Gallbladder out", True, None, axes=axes)


class PageCodeSystems(FakeCodeSystems):
    """The code system of the API tests, and one of operations."""

    def releases(self) -> tuple[CodeSystem, ...]:
        return (*super().releases(), OneOperation())

    def lookup(self, code: Code, on: date | None = None) -> CodeEntry:
        if code.system is System.ICD10PCS:
            return OneOperation().get(code.value)
        return super().lookup(code, on)


class PageCoder(FakeCoder):
    def __init__(self) -> None:
        super().__init__()
        self.codesets = PageCodeSystems()
        self.asked: list[Note] = []

    def code(self, note: Note, options: CodingOptions | None = None) -> CodingResult:
        self.asked.append(note)
        if "break down" in note.text:
            raise RuntimeError(note.text)
        base = super().code(note, options)
        suggested = [*(_suggestion(note.text, *row) for row in SUGGESTED), *_procedures(note.text)]
        suggestions = tuple(s for s in suggested if s.evidence)
        rejected = (*(_rejection(note.text, *row) for row in REJECTED), *_not_done(note.text))
        question = Query(_code("N18.32"), "stage", (), "Please document the stage, if known.")
        return replace(
            base,
            suggestions=suggestions,
            rejected=tuple(r for r in rejected if r.evidence),
            findings=_findings(suggestions),
            queries=(question,),
        )


def _code(value: str) -> Code:
    return Code(System.ICD10CM, value)


def _evidence(text: str, words: str, assertion: Assertion) -> tuple[Evidence, ...]:
    found = [Span(m.start(), m.end()) for m in re.finditer(words, text)]
    share = 1 / len(found) if found else 0.0
    return tuple(Evidence(s, s.of(text), "hpi", (assertion,), "lexicon", share) for s in found)


def _suggestion(
    text: str, words: str, code: str, title: str, probability: float, place: int | None
) -> Suggestion:
    evidence = _evidence(text, words, Assertion.AFFIRMED)
    return Suggestion(
        code=_code(code),
        display=title,
        probability=probability,
        decision=Decision.ACCEPT if place else Decision.REVIEW,
        auto=probability > 0.9,
        role=Role.FIRST_LISTED if place == 1 else Role.SECONDARY,
        sequence=place,
        evidence=evidence,
        proof=(
            ProofStep("quote", words, tuple(e.span for e in evidence), "note"),
            ProofStep("tabular", code, (), "ICD-10-CM 2026-04"),
        ),
    )


def _rejection(
    text: str, words: str, code: str, title: str, reason: Reason, assertion: Assertion
) -> Rejection:
    return Rejection(_code(code), title, reason, _evidence(text, words, assertion))


def _procedures(text: str) -> tuple[Suggestion, ...]:
    """A joint injected, the visit, two units of a drug for review, a gallbladder taken out."""
    joint = _procedure(text, "injection of the knee", Code(System.CPT, "20610"))
    drug = _procedure(text, "triamcinolone", Code(System.HCPCS, "J3301"))
    visit = _procedure(text, "returns", Code(System.CPT, "99214"))
    resection = _procedure(text, "cholecystectomy", Code(System.ICD10PCS, PCS))
    return (
        replace(joint, modifiers=("RT",), supports=("N18.32", "E11.22")),
        replace(drug, units=4, decision=Decision.REVIEW),
        replace(visit, modifiers=("25",), units=1, proof=_elements(text)),
        replace(resection, proof=tuple(_axes(text))),
    )


def _procedure(text: str, words: str, code: Code) -> Suggestion:
    evidence = _evidence(text, words, Assertion.AFFIRMED)
    return Suggestion(
        code, f"Done: {words}", 0.5, Decision.ACCEPT, False, Role.PROCEDURE, None, evidence, ()
    )


def _elements(text: str) -> tuple[ProofStep, ...]:
    found = tuple(e.span for e in _evidence(text, "hypertension", Assertion.AFFIRMED))
    said = (
        ("em.category: office-established, patient established", ()),
        ("em.problems: moderate: two stable chronic conditions", found),
        ("em.data: low: 2 tests", ()),
        ("em.risk: moderate: management of a prescription drug", ()),
    )
    return tuple(ProofStep("rule", ref, spans, "framework") for ref, spans in said)


def _axes(text: str) -> list[ProofStep]:
    found = tuple(e.span for e in _evidence(text, "cholecystectomy", Assertion.AFFIRMED))
    return [
        ProofStep("rule", f"pcs.axis: {name} {value} {label}, as the note says", found, "B3.1a")
        for name, value, label in AXES[2:]
    ]


def _not_done(text: str) -> tuple[Rejection, ...]:
    return tuple(
        Rejection(Code(System.CPT, code), title, reason, _evidence(text, words, assertion))
        for words, code, title, reason, assertion in (
            ("appendectomy", "44950", "Appendix out", Reason.HISTORICAL, Assertion.HISTORICAL),
            ("shingles vaccine", "90750", "Vaccine", Reason.NEGATED, Assertion.NEGATED),
            ("colonoscopy", "45378", "Colonoscopy", Reason.PLANNED, Assertion.HYPOTHETICAL),
        )
    )


def _findings(suggestions: tuple[Suggestion, ...]) -> tuple[Finding, ...]:
    billed = [s.code for s in suggestions if s.code.system is System.CPT]
    found = [
        Finding("hypertension.ckd", Severity.INFO, (_code("I12.9"),), "presumed related", "I.C.9"),
        Finding("codeset.stale", Severity.WARNING, (), "a release has ended", "chartcode"),
    ]
    if billed:
        found.append(Finding("em.level", Severity.INFO, (billed[-1],), LEVEL, "framework"))
        found += [
            Finding("edit.not-checked", Severity.INFO, (), f"{what} not checked: none", "chartcode")
            for what in ("NCCI pairs", "unit limits (MUE)", "coverage policies (LCD, NCD)")
        ]
    return tuple(found)

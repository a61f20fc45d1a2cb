"""An engine for the page: it finds fixed words, and fails on request."""

from __future__ import annotations

import re
from dataclasses import replace

from coding.types import (
    Assertion,
    Code,
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
from tests.api.fakes import FakeCoder

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


class PageCoder(FakeCoder):
    def code(self, note: Note, options: CodingOptions | None = None) -> CodingResult:
        if "break down" in note.text:
            raise RuntimeError(note.text)
        base = super().code(note, options)
        suggested = (_suggestion(note.text, *row) for row in SUGGESTED)
        suggestions = tuple(s for s in suggested if s.evidence)
        rejected = (_rejection(note.text, *row) for row in REJECTED)
        related = Finding(
            "hypertension.ckd", Severity.INFO, (_code("I12.9"),), "presumed related", "I.C.9.a.2"
        )
        question = Query(_code("N18.32"), "stage", (), "Please document the stage, if known.")
        return replace(
            base,
            suggestions=suggestions,
            rejected=tuple(r for r in rejected if r.evidence),
            findings=(related,),
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

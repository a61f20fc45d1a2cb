"""Hypertension with chronic kidney disease or heart failure: presumed to be related."""

from __future__ import annotations

from dataclasses import dataclass

from coding.protocols import CodeSystem
from coding.rules._draft import GUIDELINES, Sentences, accepted
from coding.rules.combination import (
    Combination,
    diagnoses,
    report,
    said_unrelated,
    unrelated_pattern,
)
from coding.types import Draft, Reading, Suggestion, System

_DENIED = unrelated_pattern(r"hypertension|hypertensive|htn|high\s+blood\s+pressure|elevated\s+bp")
_END_STAGE = ("N18.5", "N18.6")


@dataclass(frozen=True, slots=True)
class HypertensiveDisease:
    """Reports I11.0, I12.-, I13.0 or I13.2 for hypertension with what it is presumed to cause.

    The kidney disease and the heart failure keep their own codes behind it.
    """

    id: str = "combination.hypertension"
    citation: str = f"{GUIDELINES}, Section I.C.9.a (1-3)"

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        """Combine unless the note says that they are unrelated."""
        if codes.system is not System.ICD10CM:
            return draft
        pressure = diagnoses(draft, "I10", "I11", "I12")
        if not pressure:
            return draft
        sentences = Sentences(reading)
        kidney = _related(diagnoses(draft, "N18"), sentences)
        heart = _related(diagnoses(draft, "I50"), sentences)
        new = _combination(pressure, _if_accepted(kidney), _if_accepted(heart))
        new = new or _combination(pressure, kidney, heart)
        return report(draft, new, self.id, self.citation, codes) if new else draft


def _if_accepted(condition: Suggestion | None) -> Suggestion | None:
    return condition if condition is not None and accepted(condition) else None


def _combination(
    pressure: list[Suggestion], kidney: Suggestion | None, heart: Suggestion | None
) -> Combination | None:
    value = _code_for(pressure[0].code.value, kidney, heart)
    if value is None:
        return None
    parts = tuple(s for s in (pressure[0], kidney, heart) if s is not None)
    return Combination(value, parts, tuple(s for s in pressure if s.code.value != value))


def _related(conditions: list[Suggestion], sentences: Sentences) -> Suggestion | None:
    """The strongest of the conditions that the note does not call unrelated."""
    related = (s for s in conditions if not said_unrelated([s], _DENIED, sentences))
    return next(related, None)


def _code_for(pressure: str, kidney: Suggestion | None, heart: Suggestion | None) -> str | None:
    """The combination code for what there is; the stage of the kidney disease decides."""
    if kidney is None and heart is None:
        return None
    stages = pressure if kidney is None else kidney.code.value
    end_stage = stages.startswith((*_END_STAGE, "I12.0"))
    with_kidney = kidney is not None or pressure.startswith("I12")
    if heart is not None or pressure == "I11.0":
        if not with_kidney:
            return "I11.0"
        return "I13.2" if end_stage else "I13.0"
    if pressure == "I11.9":
        return "I13.11" if end_stage else "I13.10"
    return "I12.0" if end_stage else "I12.9"

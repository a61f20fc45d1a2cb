"""Codes that the tabular list does not let stand together."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from coding.protocols import CodeSystem
from coding.rules._draft import (
    GUIDELINES,
    accepted,
    counting,
    is_diagnosis,
    reject_all,
    strength,
)
from coding.types import Code, Draft, Finding, Reading, Reason, Severity, Suggestion, System


@dataclass(frozen=True, slots=True)
class Excludes1:
    """Keeps one of two accepted codes that an Excludes1 note bars, where both rest on one wording.

    Where each has words of its own nothing is removed and the conflict is reported: which of the
    two goes, or whether the conditions are unrelated and both stay, is a coder's decision.
    """

    id: str = "excludes1"
    citation: str = f"{GUIDELINES}, Section I.A.12.a"

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:  # noqa: ARG002
        """Reject the weaker of each pair over the same words; warn of the others, once."""
        if codes.system is not System.ICD10CM:
            return draft
        chosen = [s for s in draft.suggestions if is_diagnosis(s) and accepted(s)]
        gone: dict[Code, Reason] = {}
        for one, other in combinations(sorted(chosen, key=lambda s: s.code), 2):
            note = codes.excludes1(one.code.value, other.code.value)
            if note is None:
                continue
            if _same_words(one, other):
                gone[max((one, other), key=strength).code] = Reason.EXCLUDES1
                continue
            finding = self._finding(one.code, other.code, note)
            if finding not in draft.findings:
                draft = draft.find(finding)
        return reject_all(draft, gone)

    def _finding(self, one: Code, other: Code, note: str) -> Finding:
        return Finding(
            rule=self.id,
            severity=Severity.WARNING,
            codes=(one, other),
            message=f"{one.value} and {other.value} are not reported together unless the "
            "conditions are unrelated",
            citation=f"Excludes1 note: {note}; {self.citation}",
        )


def _same_words(one: Suggestion, other: Suggestion) -> bool:
    """Whether either rests on no words but those that carry the other."""
    return _within(one, other) or _within(other, one)


def _within(one: Suggestion, other: Suggestion) -> bool:
    """Whether every place that carries the one overlaps a place that carries the other."""
    places = [piece.span for piece in counting(other)]
    return all(any(piece.span.overlaps(place) for place in places) for piece in counting(one))

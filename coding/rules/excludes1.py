"""Codes that the tabular list does not let stand together."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from coding.protocols import CodeSystem
from coding.rules._draft import GUIDELINES, accepted, is_diagnosis
from coding.types import Draft, Finding, Reading, Severity, System


@dataclass(frozen=True, slots=True)
class Excludes1:
    """Reports pairs of accepted codes that an Excludes1 note bars; nothing is removed.

    Which of the two goes, or whether the conditions are unrelated and both stay, is a coder's
    decision.
    """

    id: str = "excludes1"
    citation: str = f"{GUIDELINES}, Section I.A.12.a"

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:  # noqa: ARG002
        """Add a warning for every conflict not reported yet."""
        if codes.system is not System.ICD10CM:
            return draft
        chosen = sorted(s.code for s in draft.suggestions if is_diagnosis(s) and accepted(s))
        for one, other in combinations(chosen, 2):
            note = codes.excludes1(one.value, other.value)
            if note is None:
                continue
            finding = Finding(
                rule=self.id,
                severity=Severity.WARNING,
                codes=(one, other),
                message=f"{one.value} and {other.value} are not reported together unless the "
                "conditions are unrelated",
                citation=f"Excludes1 note: {note}; {self.citation}",
            )
            if finding not in draft.findings:
                draft = draft.find(finding)
        return draft

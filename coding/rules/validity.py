"""Only codes that a claim may carry on the date of service."""

from __future__ import annotations

from dataclasses import dataclass

from coding.protocols import CodeSystem
from coding.rules._draft import GUIDELINES, reject_all
from coding.types import Code, Draft, Reading, Reason


@dataclass(frozen=True, slots=True)
class ValidCode:
    """Rejects headers and codes that the release in force does not have."""

    id: str = "icd10cm.valid"
    citation: str = f"{GUIDELINES}, Section I.B.2; IV.C"

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:  # noqa: ARG002
        """Judge every suggestion of the release's own system."""
        reasons: dict[Code, Reason] = {}
        for suggestion in draft.suggestions:
            code = suggestion.code
            if code.system is not codes.system:
                continue
            if code.value not in codes:
                reasons[code] = Reason.NOT_VALID_ON_DATE
            elif not codes.billable(code.value):
                reasons[code] = Reason.NOT_BILLABLE
        return reject_all(draft, reasons)

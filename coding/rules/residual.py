"""Codes for an unspecified site are not reported beside the site that the note names."""

from __future__ import annotations

from dataclasses import dataclass

from coding.protocols import CodeSystem
from coding.rules._draft import GUIDELINES, accepted, is_diagnosis, reject_all
from coding.types import Code, Draft, Reading, Reason, System

RESIDUAL: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("M19.9", ("M15", "M16", "M17", "M18", "M19.0", "M19.1", "M19.2")),
    ("M25.50", ("M25.51", "M25.52", "M25.53", "M25.54", "M25.55", "M25.56", "M25.57")),
    ("M79.60", ("M79.62", "M79.63", "M79.64", "M79.65", "M79.66", "M79.67")),
    ("T14", tuple(f"S{n}" for n in range(10))),
    ("C79.9", ("C77", "C78", "C79.0", "C79.1", "C79.2", "C79.3", "C79.4", "C79.5", "C79.8")),
    ("C80.1", ("C0", "C1", "C2", "C3", "C4", "C5", "C6", "C7")),
    ("R58", ("K92.2", "K62.5", "N93", "N95.0", "R04", "R31", "O72", "I60", "I61", "I62")),
    ("R52", ("G89", "M25.5", "M54", "M79.6", "R07", "R10", "R51")),
)
"""Prefix of a code for an unspecified site, prefixes of the codes that name one (I.B.2, I.B.18)."""


@dataclass(frozen=True, slots=True)
class UnspecifiedSite:
    """Rejects an unspecified site where an accepted code of another category names the site."""

    id: str = "specificity.site"
    citation: str = f"{GUIDELINES}, Sections I.B.2 and I.B.18"

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:  # noqa: ARG002
        """Compare every residual code with what is accepted."""
        if codes.system is not System.ICD10CM:
            return draft
        diagnoses = [s for s in draft.suggestions if is_diagnosis(s)]
        chosen = [s.code.value for s in diagnoses if accepted(s)]
        gone: dict[Code, Reason] = {}
        for suggestion in diagnoses:
            for residual, named in RESIDUAL:
                if suggestion.code.value.startswith(residual) and any(
                    value.startswith(named) for value in chosen
                ):
                    gone[suggestion.code] = Reason.SUPERSEDED
        return reject_all(draft, gone)

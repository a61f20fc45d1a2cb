"""Chronic obstructive pulmonary disease with an acute infection or with asthma."""

from __future__ import annotations

from dataclasses import dataclass

from coding.protocols import CodeSystem
from coding.rules._draft import GUIDELINES, Sentences
from coding.rules.combination import (
    Combination,
    diagnoses,
    report,
    said_unrelated,
    unrelated_pattern,
)
from coding.types import Draft, Reading, System

# Aspiration pneumonitis (J69.0) is no infection; influenza needs pneumonia (J10.0-, J11.0-).
_INFECTIONS = ("J12", "J13", "J14", "J15", "J16", "J18", "J20", "J21", "J22", "J10.0", "J11.0")
_DENIED = unrelated_pattern(r"copd|chronic\s+obstructive")


@dataclass(frozen=True, slots=True)
class ObstructiveDisease:
    """Reports J44.0 beside an acute lower respiratory infection and J44.89 beside asthma.

    The infection and the type of asthma keep their own codes; unspecified asthma without
    exacerbation is no type and goes. J44.1 stays beside J44.0: both may be reported.
    """

    id: str = "combination.copd"
    citation: str = f"{GUIDELINES}, Sections I.B.9 and I.C.10.a; notes at J44, J44.0 and J45"

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        """Combine unless the note says that they are unrelated."""
        if codes.system is not System.ICD10CM:
            return draft
        return self._with_asthma(self._with_infection(draft, reading, codes), codes)

    def _with_infection(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        disease = diagnoses(draft, "J44.9", "J44.1", "J44.89")
        infections = diagnoses(draft, *_INFECTIONS)
        if not disease or not infections:
            return draft
        if said_unrelated(infections[:1], _DENIED, Sentences(reading)):
            return draft
        plain = tuple(s for s in disease if s.code.value == "J44.9")
        new = Combination("J44.0", (disease[0], infections[0]), plain)
        return report(draft, new, self.id, self.citation, codes)

    def _with_asthma(self, draft: Draft, codes: CodeSystem) -> Draft:
        disease = diagnoses(draft, "J44.9")
        asthma = diagnoses(draft, "J45")
        if not disease or not asthma:
            return draft
        no_type = tuple(s for s in asthma if s.code.value == "J45.909")
        new = Combination("J44.89", (disease[0], asthma[0]), (*disease, *no_type))
        return report(draft, new, self.id, self.citation, codes)

"""What turns procedure codes into claim lines: modifiers, units, linkage to diagnoses, findings."""

from __future__ import annotations

from codesets.linkage import Linkage
from coding.claims.digits import FINGERS, TOES
from coding.claims.distinct import SUBSETS
from coding.claims.missed import (
    DrugWithoutCode,
    MissedCharge,
    NoSupportingDiagnosis,
    SessionNotes,
)
from coding.claims.modifiers import SYSTEMS, ClaimModifiers
from coding.claims.supports import Supports
from coding.claims.units import ClaimUnits, DoseOf
from coding.protocols import CodeSystems, Rule

MODIFIERS = frozenset(
    {
        *FINGERS,
        *TOES,
        *SUBSETS,
        *("RT", "LT", "50", "E1", "E2", "E3", "E4", "LD", "LC", "LM", "RC", "RI"),
        *("24", "25", "57", "58", "59", "76", "77", "78", "79", "91", "52", "53"),
        *("62", "80", "82", "AS", "26", "TC", "93", "95"),
    }
)
"""Every modifier that the rules here can give."""


def known_modifiers(codesets: CodeSystems) -> frozenset[str]:
    """Those of MODIFIERS that the newest loaded CPT and HCPCS lists have."""
    lists = [codes for codes in codesets.newest() if codes.system in SYSTEMS]
    return frozenset(m for m in MODIFIERS if any(m in codes for codes in lists))


def claim_rules(
    linkage: Linkage, known: frozenset[str], dose_of: DoseOf | None = None
) -> tuple[Rule, ...]:
    """The rules of a claim in the order in which they are applied.

    They go after every rule that rejects or replaces procedures. `known` are the modifiers of the
    loaded lists (known_modifiers); `dose_of` tells what a billing unit of a drug code holds.
    """
    return (
        ClaimModifiers(linkage, known),
        ClaimUnits(linkage, dose_of),
        Supports(linkage),
        NoSupportingDiagnosis(),
        MissedCharge(),
        DrugWithoutCode(linkage),
        SessionNotes(linkage),
    )

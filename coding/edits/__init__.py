"""Claim edits over accepted procedures: NCCI pairs, unit limits, coverage, what is unchecked."""

from __future__ import annotations

from coding.edits._claim import PolicyFiles
from coding.edits.coverage import Coverage
from coding.edits.in_force import FilesInForce
from coding.edits.pairs import NcciPairs
from coding.edits.units import UnitLimits
from coding.protocols import Rule


def edit_rules(policies: PolicyFiles) -> tuple[Rule, ...]:
    """The edits, in the order in which they are applied: behind all rules that change codes."""
    return (
        NcciPairs(policies),
        UnitLimits(policies),
        Coverage(policies),
        FilesInForce(policies),
    )

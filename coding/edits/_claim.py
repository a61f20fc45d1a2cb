"""What every edit needs: the lines of the claim, whose claim it is, and findings said once.

Edits look at all accepted CPT and HCPCS codes together, but the engine works one system after
another and calls them for each. So an edit says anew what holds of the whole draft, in place of
what it said before: the last word stands, and nothing is said twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Protocol

from codesets.policies.values import CoverageRule, Kind, Limit, Pair, PolicyInfo, Variant
from coding.protocols import CodeSystem
from coding.types import Claim, Decision, Draft, Finding, Note, Suggestion, System

PROCEDURE_SYSTEMS = (System.CPT, System.HCPCS)


class PolicyFiles(Protocol):
    """The loaded policy files (codesets.policies.look_up.Policies)."""

    def consulted(
        self, kind: Kind, on: date | None, variant: Variant | None = None
    ) -> tuple[PolicyInfo, ...]: ...
    def pair(self, one: str, other: str, on: date | None, variant: Variant) -> Pair | None: ...
    def limit(self, code: str, on: date | None, variant: Variant) -> Limit | None: ...
    def coverage(self, code: str, on: date | None) -> tuple[CoverageRule, ...]: ...


def concerns(codes: CodeSystem) -> bool:
    """Whether the step at work is one of procedures that these edits speak of."""
    return codes.system in PROCEDURE_SYSTEMS


def claim_lines(draft: Draft) -> tuple[Suggestion, ...]:
    """The accepted CPT and HCPCS codes, in code order: what is billed."""
    billed = [
        s
        for s in draft.suggestions
        if s.code.system in PROCEDURE_SYSTEMS and s.decision is Decision.ACCEPT
    ]
    return tuple(sorted(billed, key=lambda s: (s.code.value, s.modifiers or ())))


def variant_of(note: Note) -> Variant:
    """Whose edits hold: a facility's claim for outpatients has those of hospitals."""
    facility = note.claim_type is Claim.FACILITY
    return Variant.HOSPITAL if facility else Variant.PRACTITIONER


def restated(draft: Draft, rules: Iterable[str], findings: Iterable[Finding]) -> Draft:
    """The draft with these findings in place of all that came from these rules before."""
    new, own = tuple(findings), frozenset(rules)
    if tuple(f for f in draft.findings if f.rule in own) == new:
        return draft
    others = tuple(f for f in draft.findings if f.rule not in own)
    return replace(draft, findings=others + new)

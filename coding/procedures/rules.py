"""The rules of procedures, in the order in which they are applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from codesets.doses import dose_of
from codesets.linkage import Linkage, load_linkage
from codesets.policies.look_up import Policies
from coding.claims import claim_rules
from coding.edits import edit_rules
from coding.em.rule import EvaluationAndManagement
from coding.pcs.laterality import LateralityConflict
from coding.procedures.included import IncludedProcedure
from coding.procedures.performed import Performed
from coding.protocols import Rule


def deciding_rules(linkage: Linkage) -> tuple[Rule, ...]:
    """Those that reject what a ranker believes: its thresholds are chosen behind them."""
    return (Performed(), IncludedProcedure(linkage))


def procedure_rules(
    agreement: Mapping[str, float],
    policies: Policies,
    modifiers: frozenset[str],
    axes: Sequence[Rule] = (),
) -> tuple[Rule, ...]:
    """The rules of procedures, which work on the diagnoses accepted before.

    `agreement` is the probability that a visit's level is exact, by family; `policies` are the
    operator's files of claim edits and coverage, `modifiers` those of the loaded lists, `axes` ask
    for what ICD-10-PCS codes of each release leave open.
    """
    linkage = load_linkage()
    return (
        *deciding_rules(linkage),
        *axes,
        LateralityConflict(),
        EvaluationAndManagement(agreement),
        *claim_rules(linkage, modifiers, dose_of),
        *edit_rules(policies),
    )

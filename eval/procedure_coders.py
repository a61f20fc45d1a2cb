"""Who codes the procedures of which chart.

Where a model was trained on the charts that it is judged on, each chart is coded by the engine
with a model that has not seen its fold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from coding.em.assess import assess_family
from coding.em.families import family_of
from coding.errors import InputError
from coding.pipeline import Coder
from coding.types import Reading, Suggestion
from eval.charts import GoldChart
from eval.em_levels import Leveller
from eval.harness import NoteCoder
from models.artifact import Artifact
from models.folds import FOLDS, fold_of
from models.procedure_ranker import ProcedureRanker

CoderFor = Callable[[GoldChart], NoteCoder]
"""The coder of each chart."""


def out_of_fold(coder: Coder, artifact: Artifact) -> CoderFor:
    """For each chart the coder with the ranker of procedures that has not seen it.

    Raises: InputError where the artifact holds no models of folds.
    """
    decider = coder.procedures
    if decider is None or not any(name.endswith("_0.npz") for name in artifact.contents):
        raise InputError(f"model {artifact.manifest.name} holds no models of folds", field="folds")
    by_fold = tuple(
        coder.replace(
            procedures=replace(decider, ranker=ProcedureRanker.from_artifact(artifact, fold))
        )
        for fold in range(FOLDS)
    )
    return lambda chart: by_fold[fold_of(chart.id)]


class NoteLeveller:
    """Levels visits as coding.em does."""

    def family_of(self, code: str) -> str | None:
        """The family of a code, None where it is of none."""
        return family_of(code)

    def level(self, reading: Reading, diagnoses: Sequence[Suggestion], family: str) -> str | None:
        """The code of the family that the note supports."""
        visit = assess_family(reading, diagnoses, family)
        return visit.code if visit is not None else None


def leveller() -> Leveller:
    """What levels the visits of the charts."""
    return NoteLeveller()

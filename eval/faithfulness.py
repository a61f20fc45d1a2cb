"""Do codes rest on the words shown for them? Evidence is deleted, or denied: the code must fall.

Over the accepted diagnoses of some charts, right or wrong: gold is not needed. The figures:

- deleted_falls, negated_falls: share of codes no longer accepted once all their evidence is deleted
  from the note, or "no evidence of" stands before each place (codes whose title itself tells of an
  absence or of history, chapter Z, are left out of the second);
- comprehensiveness: mean fall of the probability when the evidence is deleted, in [-1, 1] (DeYoung
  et al. 2020, "ERASER"); a code not listed any more has probability 0;
- sparsity: mean share of the note's characters that are evidence of a code: small is good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from coding.errors import ChartcodeError, InputError
from coding.types import CodingResult, Decision, Note, Span, Suggestion, System
from eval.charts import GoldChart
from eval.evidence import characters
from eval.figures import Figure
from eval.harness import DIAGNOSES, NoteCoder, Progress
from eval.perturb import deleted, framed
from eval.prf_figures import mean_figure
from eval.runs import Run, describe_run

NEGATION = "no evidence of"


@dataclass(frozen=True, slots=True)
class Tried:
    """One accepted code: its probability before and after its evidence is deleted, what fell.

    `negated_falls` is None where it was not tried; `sparsity` is a share of the note's characters.
    """

    chart: str
    code: str
    probability: float
    after_deletion: float
    deleted_falls: bool
    negated_falls: bool | None
    sparsity: float


@dataclass(frozen=True, slots=True)
class FaithfulnessEvaluation:
    """Every accepted code of some charts, tried, and the figures."""

    split: str
    charts: int
    tried: tuple[Tried, ...]
    failed: tuple[str, ...]
    figures: tuple[Figure, ...]
    run: Run


def evaluate_faithfulness(
    path: Path, charts: Sequence[GoldChart], coder: NoteCoder, *, progress: Progress | None = None
) -> FaithfulnessEvaluation:
    """Try every accepted code of some charts. Raises: InputError where the coder accepts none."""
    tried: list[Tried] = []
    failed = []
    for done, chart in enumerate(charts, 1):
        try:
            tried += _try(chart, coder)
        except ChartcodeError:
            failed.append(chart.id)
        if progress is not None:
            progress(done, len(charts))
    if not tried:
        raise InputError(f"{path.name}: no code was accepted; nothing to try", field="path")
    return FaithfulnessEvaluation(
        split=path.stem,
        charts=len(charts),
        tried=tuple(tried),
        failed=tuple(failed),
        figures=_figures(tried),
        run=describe_run(path, coder.provenance),
    )


def accepted_diagnoses(result: CodingResult) -> tuple[Suggestion, ...]:
    """The accepted ICD-10-CM suggestions that rest on words."""
    return tuple(
        s
        for s in result.suggestions
        if s.decision is Decision.ACCEPT and s.code.system is System.ICD10CM and s.evidence
    )


def is_accepted(result: CodingResult, code: str) -> bool:
    """Whether a diagnosis is among the accepted."""
    return any(s.code.value == code for s in accepted_diagnoses(result))


def _try(chart: GoldChart, coder: NoteCoder) -> list[Tried]:
    note = chart.note()
    tried = []
    for suggestion in accepted_diagnoses(coder.code(note, DIAGNOSES)):
        spans = [e.span for e in suggestion.evidence]
        gone = coder.code(changed(note, deleted(note.text, spans)), DIAGNOSES)
        code = suggestion.code.value
        denied: bool | None = None
        if not code.startswith("Z"):
            text = framed(note.text, spans, NEGATION)
            denied = not is_accepted(coder.code(changed(note, text), DIAGNOSES), code)
        tried.append(
            Tried(
                chart=chart.id,
                code=code,
                probability=suggestion.probability,
                after_deletion=_probability(gone, code),
                deleted_falls=not is_accepted(gone, code),
                negated_falls=denied,
                sparsity=_share(spans, note.text),
            )
        )
    return tried


def changed(note: Note, text: str) -> Note:
    """The note with another text; one of nothing but evidence would be refused as empty."""
    return replace(note, text=text if text.strip() else ".")


def _share(spans: Sequence[Span], text: str) -> float:
    return len(characters(spans)) / len(text)


def _probability(result: CodingResult, code: str) -> float:
    return next((s.probability for s in result.suggestions if s.code.value == code), 0.0)


def _figures(tried: Sequence[Tried]) -> tuple[Figure, ...]:
    of = "accepted"
    denied = [float(t.negated_falls) for t in tried if t.negated_falls is not None]
    falls = [t.probability - t.after_deletion for t in tried]
    return (
        mean_figure("deleted_falls", [float(t.deleted_falls) for t in tried], of),
        mean_figure("negated_falls", denied, of),
        mean_figure("comprehensiveness", falls, of),
        mean_figure("sparsity", [t.sparsity for t in tried], of),
    )

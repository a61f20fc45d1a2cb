"""Ablations measured on gold charts: how much the figures fall, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rich import box
from rich.console import RenderableType
from rich.table import Table

from coding.to_json import Json
from eval.bootstrap import resample
from eval.delivery import metrics_json, rounded, shown
from eval.harness import Evaluation
from eval.paired import Difference, prf_differences
from eval.prf_figures import columns

SHOWN = ("precision", "recall", "f1", "map", "violations")
"""The figures shown of every ablation; the JSON has all."""


@dataclass(frozen=True, slots=True)
class Ablation:
    """The engine without one part, and its F1 against that of the whole engine, B - A."""

    evaluation: Evaluation
    f1: Difference


def ablation(whole: Evaluation, without: Evaluation) -> Ablation:
    """Compare two evaluations of the same charts, chart by chart."""
    a, b = (columns(o.counts.exact for o in each.outcomes) for each in (whole, without))
    return Ablation(without, prf_differences(a, b, resample(len(whole.outcomes)))["f1"])


def ablation_table(whole: Evaluation, ablations: Mapping[str, Ablation]) -> RenderableType:
    """A row for the whole engine and one for each part taken away."""
    table = Table(
        title="With one part taken away; change of F1 with its 95% interval",
        title_justify="left",
        caption="\n".join(_remarks(whole, ablations)) or None,
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 0, 0, 1),
        pad_edge=False,
        show_edge=False,
    )
    table.add_column("taken away", no_wrap=True)
    for header in (*SHOWN, "change", "low", "high"):
        table.add_column(header, justify="right", no_wrap=True)
    table.add_row("nothing", *_values(whole))
    for part, found in ablations.items():
        f1 = found.f1
        table.add_row(part, *_values(found.evaluation), *map(shown, (f1.delta, f1.low, f1.high)))
    return table


def ablations_json(ablations: Mapping[str, Ablation]) -> Json:
    """By part: {"model", "metrics", "failed", "f1_change": {"value", "low", "high", "p"}}."""
    return {
        part: {
            "model": found.evaluation.run.model,
            "metrics": metrics_json(found.evaluation.figures),
            "failed": [o.chart.id for o in found.evaluation.failures],
            "f1_change": {
                "value": rounded(found.f1.delta),
                "low": rounded(found.f1.low),
                "high": rounded(found.f1.high),
                "p": rounded(found.f1.p),
            },
        }
        for part, found in ablations.items()
    }


def _remarks(whole: Evaluation, ablations: Mapping[str, Ablation]) -> Iterator[str]:
    for part, found in ablations.items():
        without = found.evaluation
        if without.run.model != whole.run.model:
            yield f"Without {part}: {without.run.model}."
        if without.failures:
            yield f"Without {part}: {len(without.failures)} charts not coded, counted as misses."


def _values(evaluation: Evaluation) -> Iterator[str]:
    values = {figure.name: figure.value for figure in evaluation.figures}
    return (shown(values[name]) for name in SHOWN)

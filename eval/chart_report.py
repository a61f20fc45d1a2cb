"""The deeper figures of the charts task: groups, risk, reliability, causes; as tables and JSON."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.text import Text

from coding.protocols import CodeSystem
from coding.to_json import Json
from eval.delivery import counts_table, rounded, shown
from eval.errors import Tally, alarms, by_chapter, misses, tallied
from eval.groups import Group, grouped
from eval.harness import Evaluation
from eval.risk import Accepted, AutoAccept, RiskPoint, accepted, auto_accept, risk_curve, widest

CURVE_POINTS = 100
"""Points kept of a risk-coverage curve."""


SHOWN_FROM = 5
"""Smaller groups stand in the JSON alone."""


def deeper_table(evaluation: Evaluation, codes: CodeSystem) -> RenderableType:
    """Groups that are not tiny, the auto-accept line, chapters and causes."""
    whole = len(evaluation.outcomes)
    groups = [g for g in grouped(evaluation.outcomes) if SHOWN_FROM <= g.charts < whole]
    parts: list[RenderableType] = []
    if groups:
        parts.append(
            counts_table(
                f"By kind, where of {SHOWN_FROM} charts or more",
                ("kind", "charts", "precision", "recall", "f1"),
                (_group_row(group) for group in groups),
            )
        )
    parts.append(Text(_auto_line(auto_accept(_codes(evaluation)))))
    parts.append(
        counts_table(
            "By chapter",
            ("chapter", "gold", "accepted", "right", "f1"),
            (
                (name, prf.gold, prf.predicted, prf.tp, prf.f1)
                for name, prf in by_chapter(evaluation.counts.by_code, codes).items()
            ),
        )
    )
    for title, tallies in (
        ("Missed, by cause", _misses(evaluation)),
        ("Accepted and wrong, by cause", _alarms(evaluation)),
    ):
        if tallies:
            rows = ((t.cause, t.n, t.sibling) for t in tallies)
            headers = ("cause", "codes", "category right")
            parts.append(counts_table(title, headers, rows))
    return Stack(*parts)


def deeper_json(evaluation: Evaluation, codes: CodeSystem) -> Json:
    """{"groups", "risk", "reliability", "chapters", "missed", "wrong"}."""
    found = _codes(evaluation)
    curve = risk_curve(found)
    auto = auto_accept(found)
    best = widest(curve)
    return {
        "groups": [_group(group) for group in grouped(evaluation.outcomes)],
        "risk": {
            "accepted": len(found),
            "curve": [_point(p) for p in _thinned(curve)],
            "auto": {
                "n": auto.n,
                "right": auto.right,
                "coverage": rounded(auto.coverage),
                "precision": rounded(auto.precision),
                "bound": rounded(auto.bound),
            },
            # Chosen on what it is judged on: what a threshold could reach here, not a result.
            "widest_here": _point(best) if best is not None else None,
        },
        "reliability": [
            [round(b.probability, 6), round(b.right, 6)] for b in evaluation.counts.reliability.bins
        ],
        "chapters": {
            name: {"tp": prf.tp, "fp": prf.fp, "fn": prf.fn, "f1": rounded(prf.f1)}
            for name, prf in by_chapter(evaluation.counts.by_code, codes).items()
        },
        "missed": [_tally(t) for t in _misses(evaluation)],
        "wrong": [_tally(t) for t in _alarms(evaluation)],
    }


def _codes(evaluation: Evaluation) -> list[Accepted]:
    return [code for o in evaluation.outcomes for code in accepted(o.chart, o.result)]


def _misses(evaluation: Evaluation) -> tuple[Tally, ...]:
    return tallied(miss for o in evaluation.outcomes for miss in misses(o))


def _alarms(evaluation: Evaluation) -> tuple[Tally, ...]:
    return tallied(alarm for o in evaluation.outcomes for alarm in alarms(o))


def _group_row(group: Group) -> tuple[object, ...]:
    precision, recall, f1 = (figure.value for figure in group.figures)
    return (f"{group.by}: {group.name}", group.charts, precision, recall, f1)


def _group(group: Group) -> Json:
    precision, recall, f1 = group.figures
    return {
        "by": group.by,
        "name": group.name,
        "charts": group.charts,
        "precision": rounded(precision.value),
        "recall": rounded(recall.value),
        "f1": rounded(f1.value),
        "low": rounded(f1.low),
        "high": rounded(f1.high),
    }


def _auto_line(auto: AutoAccept) -> str:
    if not auto.n:
        return "Auto-accept: the model accepts no code unseen."
    return (
        f"Auto-accept: {auto.n} codes, {shown(auto.coverage)} of the accepted, precision "
        f"{shown(auto.precision)}, at least {shown(auto.bound)} (one-sided 95%)."
    )


def _thinned(curve: Sequence[RiskPoint]) -> Sequence[RiskPoint]:
    if len(curve) <= CURVE_POINTS:
        return curve
    last = len(curve) - 1
    return [curve[round(k * last / (CURVE_POINTS - 1))] for k in range(CURVE_POINTS)]


def _point(point: RiskPoint) -> list[float]:
    return [
        round(point.coverage, 6), round(point.precision, 6), round(point.threshold, 4), point.n,
    ]  # fmt: skip


def _tally(tally: Tally) -> Json:
    return {"cause": tally.cause, "n": tally.n, "sibling": tally.sibling}

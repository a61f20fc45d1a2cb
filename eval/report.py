"""Evaluations as a table of 80 columns, as JSON, and as a line of JSON for each note.

None of them holds words of a note: codes, offsets and counts only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import Group, RenderableType
from rich.text import Text

from coding.to_json import Json
from coding.types import Decision, Suggestion, System
from eval.charts import Tier
from eval.delivery import beside_table, figures_table, metrics_json, rounded
from eval.errors import alarms, misses
from eval.evidence import violates
from eval.harness import Evaluation, Outcome
from eval.negation import Judged, NegationEvaluation

BESIDE = ("precision", "recall", "f1", "map", "evidence_f1", "ece")
"""The figures shown of every coder; the JSON has all."""


def chart_table(
    evaluation: Evaluation, baselines: Mapping[str, Evaluation] | None = None
) -> RenderableType:
    """The figures of the charts task, what could not be coded, and codes the release lacks."""
    title = f"{evaluation.split}: {len(evaluation.outcomes)} charts"
    parts: list[RenderableType] = [figures_table(title, evaluation.figures)]
    if baselines:
        rows = {evaluation.run.model: evaluation.figures}
        rows |= {name: baseline.figures for name, baseline in baselines.items()}
        parts.append(beside_table("Beside baselines", BESIDE, rows))
    unknown = [f"{o.chart.id} {', '.join(o.unknown)}" for o in evaluation.outcomes if o.unknown]
    if unknown:
        parts.append(Text("Gold codes that the release lacks (misses where core):"))
        parts.extend(Text(f"  {line}") for line in unknown)
    if evaluation.failures:
        parts.append(Text(f"Not coded, counted as misses: {len(evaluation.failures)}"))
        parts.extend(Text(f"  {line}") for line in map(_failure, evaluation.failures))
    return Group(*parts)


def negation_table(evaluation: NegationEvaluation) -> RenderableType:
    """The figures of the negation task."""
    title = f"{evaluation.split}: {len(evaluation.judged)} mentions"
    parts: list[RenderableType] = [figures_table(title, evaluation.figures)]
    if evaluation.left_out:
        parts.append(Text(f"Left out, not located in their sentence: {evaluation.left_out}"))
    return Group(*parts)


def chart_json(evaluation: Evaluation) -> Json:
    """The figures of the charts task: {"task", "split", "n", "metrics", ...}."""
    return {
        "task": evaluation.task,
        "split": evaluation.split,
        "n": len(evaluation.outcomes),
        "metrics": metrics_json(evaluation.figures),
        "failed": [o.chart.id for o in evaluation.failures],
        "unknown_gold": {o.chart.id: o.unknown for o in evaluation.outcomes if o.unknown},
        "run": evaluation.run.json(),
    }


def negation_json(evaluation: NegationEvaluation) -> Json:
    """The figures of the negation task, in the same form."""
    return {
        "task": "negation",
        "split": evaluation.split,
        "n": len(evaluation.judged),
        "metrics": metrics_json(evaluation.figures),
        "left_out": evaluation.left_out,
        "run": evaluation.run.json(),
    }


def chart_lines(evaluation: Evaluation) -> Iterator[Json]:
    """For each chart what was accepted and how it was judged, what was missed, and its counts."""
    for outcome in evaluation.outcomes:
        yield _outcome(outcome)


def negation_lines(evaluation: NegationEvaluation) -> Iterator[Json]:
    """For each mention the reader's assertions and gold's."""
    for judged in evaluation.judged:
        yield _judged(judged)


def _failure(outcome: Outcome) -> str:
    error = outcome.error
    return f"{outcome.chart.id} {error.type}: {error.message}" if error else outcome.chart.id


def _outcome(outcome: Outcome) -> Json:
    chart, result, counts = outcome.chart, outcome.result, outcome.counts
    suggestions = result.suggestions if result is not None else ()
    accepted = [s for s in suggestions if s.decision is Decision.ACCEPT]
    core = chart.of_tier(Tier.CORE)
    wrong = {alarm.code: alarm.cause for alarm in alarms(outcome)}
    return {
        "id": chart.id,
        "setting": chart.setting,
        "error": _error(outcome),
        "accepted": [_suggestion(s, outcome, wrong.get(s.code.value)) for s in accepted],
        "missed": sorted(core - {s.code.value for s in accepted}),
        "missed_because": {miss.code: miss.cause for miss in misses(outcome)},
        "listed": [s.code.value for s in suggestions if s.decision is not Decision.ACCEPT],
        "unknown_gold": outcome.unknown,
        "tp": counts.exact.tp,
        "fp": counts.exact.fp,
        "fn": counts.exact.fn,
        "average_precision": rounded(counts.average_precision.value),
        "evidence_f1": rounded(counts.evidence.value),
        "first_listed": rounded(counts.first_listed.value),
        "violations": int(counts.violations.total),
    }


def _error(outcome: Outcome) -> Json | None:
    error = outcome.error
    if error is None:
        return None
    return {"type": error.type, "stage": error.stage, "message": error.message}


def _suggestion(suggestion: Suggestion, outcome: Outcome, wrong: str | None) -> Json:
    chart, code = outcome.chart, suggestion.code
    if code.system is not System.ICD10CM:
        verdict = "apart"
    elif code.value in chart.of_tier(Tier.CORE):
        verdict = "right"
    else:
        verdict = "status" if code.value in chart.of_tier(Tier.STATUS) else "wrong"
    return {
        "code": code.value,
        "probability": suggestion.probability,
        "sequence": suggestion.sequence,
        "verdict": verdict,
        **({"because": wrong} if verdict == "wrong" else {}),
        "violation": violates(suggestion, chart.not_coded),
        "evidence": [[e.span.start, e.span.end, round(e.weight, 4)] for e in suggestion.evidence],
    }


def _judged(judged: Judged) -> Json:
    mention = judged.mention
    return {
        "id": mention.id,
        "start": mention.span.start,
        "end": mention.span.end,
        "negated": mention.negated,
        "historical": mention.historical,
        "assertions": list(judged.assertions),
        "tp": judged.negation.tp,
        "fp": judged.negation.fp,
        "fn": judged.negation.fn,
    }

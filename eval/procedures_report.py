"""The task procedures as a table, as JSON and as a line a chart; no words of a note in any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.text import Text

from coding.to_json import Json
from coding.types import Suggestion, System
from eval.delivery import Delivery, beside_table, counts_table, figures_table, metrics_json, rounded
from eval.em_levels import by_family
from eval.evidence import NOT_DONE, violates
from eval.figures import Figure
from eval.procedure_counts import EXACT, GROUPS, PCS_PREFIX
from eval.procedures_task import ProcedureOutcome, ProceduresEvaluation, accepted

CANDIDATES = "every candidate"
"""The baseline that accepts whatever was listed."""

BESIDE = ("cpt_f1", "hcpcs_f1", "pcs4_f1", "pcs_f1", "em_f1")

ELSEWHERE_NOTE = (
    "Each group is judged in the charts that have gold of it. Accepted in other charts, in no "
    "figure but violations: "
)
MAJORITY_NOTE = (
    "em_majority is the most frequent gold code of each family in these very charts, em_gain is "
    "em_level less it. Both know the family of the gold code; em_exact and em_f1 do not."
)


def procedures_delivery(
    evaluation: ProceduresEvaluation,
    baselines: Mapping[str, ProceduresEvaluation],
    remarks: Sequence[str] = (),
) -> Delivery:
    """The figures, those of baselines, what stands apart, visits by family; `remarks` go along."""
    others = {name: other.figures for name, other in baselines.items()}
    others[CANDIDATES] = evaluation.candidates
    notes = (*_notes(evaluation), *remarks)
    body = {
        "task": "procedures",
        "split": evaluation.split,
        "n": len(evaluation.outcomes),
        "metrics": metrics_json(evaluation.figures),
        "notes": list(notes),
        "elsewhere": {
            name: {"codes": codes, "charts": charts}
            for name, (codes, charts) in evaluation.elsewhere.items()
        },
        "visits": _visits(evaluation),
        "unknown_gold": {
            o.chart.id: [value for _, value in o.unknown] for o in evaluation.outcomes if o.unknown
        },
        "failed": [o.chart.id for o in evaluation.failures],
        "baselines": {name: metrics_json(figures) for name, figures in others.items()},
        "run": evaluation.run.json(),
    }
    table = _table(evaluation, others, notes)
    lines = (_line(outcome) for outcome in evaluation.outcomes)
    return Delivery(table, body, lines, 3 if evaluation.failures else 0)


def _table(
    evaluation: ProceduresEvaluation,
    others: Mapping[str, Sequence[Figure]],
    notes: Sequence[str],
) -> RenderableType:
    title = f"{evaluation.split}: {len(evaluation.outcomes)} charts"
    rows = {evaluation.run.model: evaluation.figures, **others}
    parts: list[RenderableType] = [
        figures_table(title, evaluation.figures),
        beside_table("Beside baselines", BESIDE, rows),
    ]
    families = by_family(visit for o in evaluation.outcomes for visit in o.visits)
    if families:
        parts.append(
            counts_table(
                "Levels by family of the gold code",
                ("family", "visits", "right", "higher", "lower", "most", "right by most"),
                ((name, c.n, c.right, c.higher, c.lower, c.most, c.of_most)
                 for name, c in families.items()),
            )
        )  # fmt: skip
    parts += [Text(note) for note in notes]
    return Stack(*parts)


def _notes(evaluation: ProceduresEvaluation) -> Iterator[str]:
    releases = evaluation.releases.items()
    named = ", ".join(f"{system} {release} ({n:,} codes)" for system, (release, n) in releases)
    yield f"Code lists: {named}. pcs4 compares the first {PCS_PREFIX} characters."
    labels = {group.name: group.label for group in GROUPS if group.name in EXACT}
    apart = ", ".join(
        f"{label} {evaluation.elsewhere[name][0]} in {evaluation.elsewhere[name][1]} charts"
        for name, label in labels.items()
    )
    yield f"{ELSEWHERE_NOTE}{apart}."
    if any(o.visits for o in evaluation.outcomes):
        yield MAJORITY_NOTE
    unknown = Counter(system for o in evaluation.outcomes for system, _ in o.unknown)
    if unknown:
        counted = ", ".join(f"{system} {n}" for system, n in sorted(unknown.items()))
        yield f"Gold codes that the lists lack, counted as misses: {counted}."
    if evaluation.failures:
        yield f"Not coded, counted as misses: {len(evaluation.failures)}"


def _visits(evaluation: ProceduresEvaluation) -> Json:
    families = by_family(visit for o in evaluation.outcomes for visit in o.visits)
    return {
        name: {
            "n": c.n,
            "right": c.right,
            "higher": c.higher,
            "lower": c.lower,
            "most": c.most,
            "of_most": c.of_most,
        }
        for name, c in families.items()
    }


def _line(outcome: ProcedureOutcome) -> Json:
    """What was accepted and how it was judged, what was missed, the visits, and the counts."""
    chart, counts = outcome.chart, outcome.counts
    procedures = [s for s in accepted(outcome.result) if s.code.system is not System.ICD10CM]
    said = {s.code for s in procedures}
    return {
        "id": chart.id,
        "setting": chart.setting,
        "error": outcome.error.type if outcome.error is not None else None,
        "accepted": [_suggestion(s, outcome) for s in procedures],
        "missed": sorted(p.code.value for p in chart.procedures if p.code not in said),
        "visits": [{"gold": v.gold, "family": v.family, "said": v.said} for v in outcome.visits],
        "unknown_gold": [value for _, value in outcome.unknown],
        **{name: [prf.tp, prf.fp, prf.fn] for name, prf in counts.judged.items()},
        "tp": counts.exact.tp,
        "fp": counts.exact.fp,
        "fn": counts.exact.fn,
        "evidence_f1": rounded(counts.evidence.value),
        "violations": int(counts.violations.total),
    }


def _suggestion(suggestion: Suggestion, outcome: ProcedureOutcome) -> Json:
    chart, code = outcome.chart, suggestion.code
    group = next((g.name for g in GROUPS if g.name in EXACT and g.of([code])), "")
    if any(p.code == code for p in chart.procedures):
        verdict = "right"
    else:
        verdict = "wrong" if group in outcome.counts.judged else "elsewhere"
    return {
        "system": code.system,
        "code": code.value,
        "probability": suggestion.probability,
        "modifiers": list(suggestion.modifiers or ()),
        "verdict": verdict,
        "violation": violates(suggestion, chart.not_coded, NOT_DONE),
        "evidence": [[e.span.start, e.span.end, round(e.weight, 4)] for e in suggestion.evidence],
    }

"""Tables, JSON and lines of the tasks other than charts and negation; no words of a note in any."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import Group, RenderableType
from rich.text import Text

from coding.to_json import Json
from eval.codiesp_task import AFFIRMED, CodiespEvaluation, Judged
from eval.delivery import Delivery, beside_table, counts_table, figures_table, metrics_json, rounded
from eval.faithfulness import FaithfulnessEvaluation
from eval.metamorphic import MetamorphicEvaluation
from eval.retrieval import RetrievalEvaluation
from eval.sections_task import LAYOUTS, SectionsEvaluation

X_NOTE = (
    "Not the official score: diagnoses alone, right where evidence lies in the aligned English "
    "line of a mention."
)
AFFIRMED_NOTE = (
    f'Figures ending in "{AFFIRMED}" leave out gold codes all of whose mentions the Spanish text '
    "denies; the others are scored as the official script does."
)
P_NOTE = "Gold and suggestions are compared by their first four characters."
MODEL_NOTE = "A model trained on these terms must not be judged on them; it has to say so itself."


def codiesp_delivery(
    evaluation: CodiespEvaluation, baselines: Mapping[str, CodiespEvaluation]
) -> Delivery:
    """The figures, those of baselines, the codes the release lacks, what was left out."""
    title = f"{evaluation.task} {evaluation.split}: {len(evaluation.judged)} documents"
    parts: list[RenderableType] = [figures_table(title, evaluation.figures)]
    if baselines:
        rows = {evaluation.run.model: evaluation.figures}
        rows |= {name: other.figures for name, other in baselines.items()}
        names = ("precision", "recall", "f1", "map", f"f1{AFFIRMED}", f"map{AFFIRMED}")
        parts.append(beside_table("Beside baselines", names, rows))
    failed = [j for j in evaluation.judged if j.error is not None]
    parts.extend(Text(line) for line in _codiesp_notes(evaluation, len(failed)))
    body = {
        "task": evaluation.task,
        "split": evaluation.split,
        "n": len(evaluation.judged),
        "metrics": metrics_json(evaluation.figures),
        "profile": {"rules": [], "threshold": evaluation.threshold},
        "notes": list(_codiesp_notes(evaluation, len(failed))),
        "unknown_gold": evaluation.unknown,
        "left_out": evaluation.left_out,
        "failed": [j.id for j in failed],
        "baselines": {name: metrics_json(other.figures) for name, other in baselines.items()},
        "run": evaluation.run.json(),
    }
    lines = (_document(judged) for judged in evaluation.judged)
    return Delivery(Group(*parts), body, lines, 3 if failed else 0)


def sections_delivery(evaluation: SectionsEvaluation) -> Delivery:
    """The figures, and how many texts of each kind were found."""
    title = f"{evaluation.split}: {len(evaluation.judged) // len(LAYOUTS)} sections, each in "
    table = figures_table(f"{title}{len(LAYOUTS)} layouts", evaluation.figures)
    kinds = counts_table(
        "By kind",
        ("kind", "found", "of"),
        ((kind, found, n) for kind, (found, n) in evaluation.by_kind.items() if n),
    )
    body = {
        "task": "sections",
        "split": evaluation.split,
        "n": len(evaluation.judged),
        "metrics": metrics_json(evaluation.figures),
        "by_kind": {kind: list(found) for kind, found in evaluation.by_kind.items()},
        "run": evaluation.run.json(),
    }
    lines = (
        {
            "id": f"{j.layout} {j.id}",
            "kind": j.kind,
            "label": j.label,
            "covered": j.covered,
            "length": j.length,
            "hit": int(j.found),
        }
        for j in evaluation.judged
    )
    return Delivery(Group(table, kinds), body, lines)


def retrieval_delivery(evaluation: RetrievalEvaluation) -> Delivery:
    """R@k of the coder, with the word retrievers beside it."""
    first, *others = evaluation.ranks
    title = f"{evaluation.split}: {len(evaluation.terms)} held-out index terms, {first}"
    names = tuple(figure.name for figure in evaluation.figures[first])
    table = Group(
        figures_table(title, evaluation.figures[first]),
        beside_table("Beside baselines", names, evaluation.figures),
        Text(MODEL_NOTE),
    )
    body = {
        "task": "retrieval",
        "split": evaluation.split,
        "n": len(evaluation.terms),
        "metrics": metrics_json(evaluation.figures[first]),
        "baselines": {name: metrics_json(evaluation.figures[name]) for name in others},
        "notes": [MODEL_NOTE],
        "run": evaluation.run.json(),
    }
    lines = (
        {
            "id": f"line {term.line}",
            "code": term.code,
            "rank": rank,
            "hit": int(rank == 1),
        }
        for term, rank in zip(evaluation.terms, evaluation.ranks[first], strict=True)
    )
    return Delivery(table, body, lines)


def metamorphic_delivery(evaluation: MetamorphicEvaluation) -> Delivery:
    """The share of checks that failed, by change."""
    title = f"{evaluation.split}: {evaluation.notes} notes, {len(evaluation.checks)} checks"
    body = {
        "task": "metamorphic",
        "split": evaluation.split,
        "n": evaluation.notes,
        "metrics": metrics_json(evaluation.figures),
        "failed": list(evaluation.failed),
        "run": evaluation.run.json(),
    }
    lines = (
        {
            "id": f"{c.note} {c.code} {c.change}",
            "note": c.note,
            "code": c.code,
            "change": c.change,
            "hit": int(c.held),
            "others": c.others,
        }
        for c in evaluation.checks
    )
    table = Group(figures_table(title, evaluation.figures), *_failed(evaluation.failed))
    return Delivery(table, body, lines, 3 if evaluation.failed else 0)


def faithfulness_delivery(evaluation: FaithfulnessEvaluation) -> Delivery:
    """What fell when the evidence went."""
    title = f"{evaluation.split}: {evaluation.charts} notes, {len(evaluation.tried)} codes"
    body = {
        "task": "faithfulness",
        "split": evaluation.split,
        "n": evaluation.charts,
        "metrics": metrics_json(evaluation.figures),
        "failed": list(evaluation.failed),
        "run": evaluation.run.json(),
    }
    lines = (
        {
            "id": f"{t.chart} {t.code}",
            "note": t.chart,
            "code": t.code,
            "probability": t.probability,
            "after_deletion": t.after_deletion,
            "hit": int(t.deleted_falls),
            "negated_falls": t.negated_falls,
            "sparsity": rounded(t.sparsity),
        }
        for t in evaluation.tried
    )
    table = Group(figures_table(title, evaluation.figures), *_failed(evaluation.failed))
    return Delivery(table, body, lines, 3 if evaluation.failed else 0)


def _codiesp_notes(evaluation: CodiespEvaluation, failed: int) -> Iterator[str]:
    threshold = evaluation.threshold
    if threshold is not None:
        yield f"Profile: no rules, accepted at {threshold:.4f} (chosen on CodiEsp train)."
    yield f"Code list: {evaluation.release}."
    if evaluation.task == "codiesp-p":
        yield P_NOTE
    if evaluation.task == "codiesp-x":
        yield X_NOTE
        yield f"Left out, lines and sentences differ in number: {evaluation.left_out} documents."
    if evaluation.negation:
        yield AFFIRMED_NOTE
    else:
        yield "Without the X table and Spanish texts, negated-only codes cannot be told apart."
    if evaluation.unknown:
        codes = sum(evaluation.unknown.values())
        yield (
            f"Gold codes that the release lacks, counted as misses: {codes} "
            f"({len(evaluation.unknown)} distinct, listed in the JSON)."
        )
    if failed:
        yield f"Not coded, counted as misses: {failed}"


def _failed(ids: tuple[str, ...]) -> tuple[Text, ...]:
    return (Text(f"Not coded: {', '.join(ids)}"),) if ids else ()


def _document(judged: Judged) -> Json:
    probability = {p.code: p.probability for p in judged.ranked}
    return {
        "id": judged.id,
        "error": judged.error,
        "accepted": [
            {"code": code, "probability": probability[code], "right": code in judged.gold}
            for code in sorted(judged.accepted)
        ],
        "missed": sorted(judged.gold - judged.accepted),
        "negated_only": sorted(judged.negated),
        "tp": judged.counts.tp,
        "fp": judged.counts.fp,
        "fn": judged.counts.fn,
        "average_precision": rounded(judged.precision),
    }

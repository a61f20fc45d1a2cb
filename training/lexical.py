"""Fit the lexical ranker's points on gold charts: `python -m training.lexical CHARTS... --out DIR`.

Every figure that decides something (calibration, thresholds) comes from out-of-fold predictions:
five folds by chart, the whole pipeline run on the fold left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from sklearn.linear_model import LogisticRegression

from codesets.lexicon import load_lexicon
from coding.build import LEXICAL_VERSION, build_coder
from coding.pipeline import Coder
from coding.types import Candidate, Reading, System
from eval.charts import GoldChart, Tier, load_charts
from models.artifact import Manifest, write_artifact
from models.card import write_card
from models.encode import FEATURES, NOT_NOW, encode
from models.inputs import input_hashes
from models.lexical_ranker import POINTS, LexicalRanker, Rates
from training.outcomes import Known, outcomes
from training.platt import platt
from training.provenance import CHART_ATTRIBUTIONS, commit_of_checkout
from training.thresholds import Outcome, auto_threshold, best_f1

FOLDS = 5
SEED = 13
# Inverse strength of the L2 penalty; 0.3 to 3 give the same out-of-fold log loss within 0.002.
PENALTY_C = 1.0
# Candidates of the overall rate that every category starts with.
RATE_PRIOR = 5.0


@dataclass(frozen=True, slots=True)
class Example:
    """A chart as the ranker sees it: its reading, candidates, their features and labels (0, 1)."""

    chart: GoldChart
    reading: Reading
    candidates: tuple[Candidate, ...]
    features: NDArray[np.float64]
    categories: NDArray[np.str_]
    labels: NDArray[np.int64]
    used: NDArray[np.bool_]

    def known(self) -> Known:
        """What the pipeline needs of it."""
        core, status = self.chart.of_tier(Tier.CORE), self.chart.of_tier(Tier.STATUS)
        return Known(self.reading, self.candidates, core, status)


def main(
    charts: Annotated[list[Path], typer.Argument(help="gold charts to fit on (JSONL)")],
    out: Annotated[Path, typer.Option(help="folder of the artifact")],
) -> None:
    """Fit weights, calibration and thresholds of the lexical ranker and write its artifact."""
    console = Console()
    loaded = (chart for path in charts for chart in load_charts(path, unique_ids=False))
    gold = [replace(chart, id=f"{number}") for number, chart in enumerate(loaded)]
    coder = build_coder(ranker=_flat_ranker())
    examples = [_example(coder, chart) for chart in track(gold, "reading", console=console)]
    held_out: list[Outcome] = []
    threshold, slope, intercept = 0.3, 1.0, 0.0
    # Rules look at what is accepted, so the threshold is found again under itself.
    for _ in range(3):
        held_out = _out_of_fold(coder, examples, threshold, slope, intercept)
        slope, intercept = _platt(held_out, slope, intercept)
        held_out = _out_of_fold(coder, examples, threshold, slope, intercept)
        threshold, f1 = best_f1(held_out)
        console.print(f"threshold {threshold:.4f}, out-of-fold F1 {f1:.3f}, slope {slope:.3f}")
    ranker = _fit(examples, threshold, slope, intercept)
    auto = auto_threshold(held_out)
    for name, weight in sorted(ranker.points.items(), key=lambda item: -abs(item[1])):
        console.print(f"{weight:+7.3f}  {name}")
    _write(out, ranker, auto, f1, charts, len(gold))
    console.print(f"{len(gold)} charts, accept {threshold:.4f}, auto {auto}, written to {out}")


def _flat_ranker() -> LexicalRanker:
    flat = dict.fromkeys(POINTS, 0.0)
    return LexicalRanker("0", flat, Rates(0.0, {}), 1.0, 0.0, 0.5, None)


def _example(coder: Coder, chart: GoldChart) -> Example:
    note = chart.note()
    reading = coder.reader.read(note)
    codes = coder.codesets.at(System.ICD10CM, note.service_date)
    candidates = coder.candidates(reading, codes)
    core, status = chart.of_tier(Tier.CORE), chart.of_tier(Tier.STATUS)
    values = [c.code.value for c in candidates]
    return Example(
        chart=chart,
        reading=reading,
        candidates=candidates,
        features=np.array(encode(reading, candidates, codes), dtype=np.float64).reshape(
            -1, len(FEATURES)
        ),
        categories=np.array([value[:3] for value in values], dtype=np.str_),
        labels=np.array([value in core for value in values], dtype=np.int64),
        used=np.array(
            [c.code.value not in status and _counts(c) for c in candidates], dtype=np.bool_
        ),
    )


def _counts(candidate: Candidate) -> bool:
    """Whether any mention is about the patient: the rest the rules reject whatever the points."""
    return any(not NOT_NOW & set(e.assertions) for e in candidate.evidence)


def _fit(
    examples: Sequence[Example], threshold: float, slope: float, intercept: float
) -> LexicalRanker:
    features = np.concatenate([e.features[e.used] for e in examples])
    labels = np.concatenate([e.labels[e.used] for e in examples])
    categories = np.concatenate([e.categories[e.used] for e in examples])
    rates, own = category_rates(categories, labels)
    model = LogisticRegression(C=PENALTY_C, fit_intercept=False, max_iter=2_000)
    model.fit(np.column_stack([features, own]), labels)
    points = {name: round(float(w), 4) for name, w in zip(POINTS, model.coef_[0], strict=True)}
    return LexicalRanker(LEXICAL_VERSION, points, rates, slope, intercept, threshold, None)


def category_rates(
    categories: NDArray[np.str_], labels: NDArray[np.int64]
) -> tuple[Rates, NDArray[np.float64]]:
    """Log-odds of being reported by category, and for each candidate those without itself.

    Counts are shrunk towards the overall rate by RATE_PRIOR candidates. What is left out of its own
    rate cannot teach the formula to trust rates more than they will deserve.
    """
    overall = float(labels.mean())
    names, place = np.unique(categories, return_inverse=True)
    seen = np.bincount(place).astype(np.float64)
    right = np.bincount(place, weights=labels).astype(np.float64)

    def log_odds(right: NDArray[Any], seen: NDArray[Any]) -> NDArray[np.float64]:
        rate = (right + RATE_PRIOR * overall) / (seen + RATE_PRIOR)
        found: NDArray[np.float64] = np.log(rate / (1 - rate))
        return found

    rates = Rates(
        otherwise=round(float(np.log(overall / (1 - overall))), 4),
        by_category={
            str(name): round(float(value), 4)
            for name, value in zip(names, log_odds(right, seen), strict=True)
        },
    )
    return rates, log_odds(right[place] - labels, seen[place] - 1)


def _out_of_fold(
    coder: Coder, examples: Sequence[Example], threshold: float, slope: float, intercept: float
) -> list[Outcome]:
    """What the pipeline says of each chart with points fitted on the charts of other folds."""
    fold = np.random.default_rng(SEED).permutation(len(examples)) % FOLDS
    found: list[Outcome] = []
    for k in range(FOLDS):
        seen = [e for e, f in zip(examples, fold, strict=True) if f != k]
        held = [e.known() for e, f in zip(examples, fold, strict=True) if f == k]
        found += outcomes(coder, held, _fit(seen, threshold, slope, intercept))
    return found


def _platt(held_out: Sequence[Outcome], slope: float, intercept: float) -> tuple[float, float]:
    """Slope and intercept that calibrate log-odds out of fold (Platt 1999), on the last ones."""
    a, b = platt(held_out)
    return round(a * slope, 4), round(a * intercept + b, 4)


def _write(
    out: Path,
    ranker: LexicalRanker,
    auto: float | None,
    f1: float,
    charts: Sequence[Path],
    count: int,
) -> None:
    content = {"points": ranker.points, "rates": asdict(ranker.rates)}
    weights = (json.dumps(content, indent=1) + "\n").encode()
    coder = build_coder(ranker=ranker)
    manifest = Manifest(
        schema_version=2,
        kind="ranker",
        name="lexical",
        version=ranker.version,
        base_model=None,
        recipe=f"L2-penalised logistic regression, C={PENALTY_C}, {FOLDS} folds by chart",
        seed=SEED,
        commit=commit_of_checkout(),
        codeset=" ".join(coder.provenance.codesets[0]),
        data={path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in charts},
        inputs=input_hashes(load_lexicon()),
        versions={name: version(name) for name in ("chartcode", "medspacy", "scikit-learn")},
        accept_threshold=ranker.accept_threshold,
        auto_threshold=auto,
        trained_with="CPU",
        calibration={"slope": ranker.slope, "intercept": ranker.intercept},
        files={},
        metrics={"out_of_fold_f1": round(f1, 4), "charts": count},
        attributions=CHART_ATTRIBUTIONS,
    )
    write_card(out, write_artifact(out, manifest, {"weights.json": weights}))


if __name__ == "__main__":
    typer.run(main)

"""How sure the figures are: percentile bootstrap over charts.

The interval of a figure holds the middle 95% of its values over resamples of the charts, drawn with
replacement (Efron and Tibshirani 1993, chapter 13). Resamples in which the figure is undefined are
left out of it. The interval of a calibration error may lie above its value: resampling adds noise,
and noise only ever adds to that error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from eval.calibration import Floats, expected_calibration_error
from eval.counts import PRF, Mean
from eval.metrics import Counts

RESAMPLES = 1_000
LEVEL = 0.95
SEED = 2026

Interval = tuple[float, float]


def resample(n: int, *, resamples: int = RESAMPLES, seed: int = SEED) -> Floats:
    """How often each of n charts comes in each resample: resamples x n, each row sums to n."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(n, np.full(n, 1 / n), size=resamples).astype(np.float64)


def interval(values: Floats) -> Interval | None:
    """The percentile interval at LEVEL of a figure's values over resamples, NaN where undefined."""
    defined = values[~np.isnan(values)]
    if not len(defined):
        return None
    tail = 50 * (1 - LEVEL)
    low, high = np.percentile(defined, [tail, 100 - tail])
    return float(low), float(high)


def chart_intervals(
    scores: Sequence[Counts], *, resamples: int = RESAMPLES, seed: int = SEED
) -> dict[str, Interval | None]:
    """The interval of each of METRICS, from the counts of each chart (at least one)."""
    weights = resample(len(scores), resamples=resamples, seed=seed)

    def summed(value: Callable[[Counts], float]) -> Floats:
        return weights @ np.array([value(s) for s in scores], dtype=np.float64)

    def mean(of: Callable[[Counts], Mean]) -> Floats:
        return quotient(summed(lambda s: float(of(s).total)), summed(lambda s: of(s).n))

    def f1(of: Callable[[Counts], PRF]) -> Floats:
        hits = summed(lambda s: 2 * of(s).tp)
        return quotient(hits, hits + summed(lambda s: of(s).fp + of(s).fn))

    tp = summed(lambda s: s.exact.tp)
    values = {
        "precision": quotient(tp, summed(lambda s: s.exact.predicted)),
        "recall": quotient(tp, summed(lambda s: s.exact.gold)),
        "f1": f1(lambda s: s.exact),
        "f1_macro": _macro_f1(scores, weights),
        "f1_3": f1(lambda s: s.category),
        "map": mean(lambda s: s.average_precision),
        "evidence_f1": mean(lambda s: s.evidence),
        "first_listed": mean(lambda s: s.first_listed),
        "violations": mean(lambda s: s.violations),
        "ece": _calibration_errors(scores, weights),
    }
    return {name: interval(figures) for name, figures in values.items()}


def quotient(part: Floats, whole: Floats) -> Floats:
    """Divide part by whole, element by element; NaN where whole is 0."""
    undefined = np.full(np.broadcast(part, whole).shape, np.nan)
    return np.divide(part, whole, out=undefined, where=whole > 0)


def _macro_f1(scores: Sequence[Counts], weights: Floats) -> Floats:
    column = {code: n for n, code in enumerate(sorted({c for s in scores for c in s.by_code}))}
    # Whole numbers below 2 ** 24 are exact in single precision, and it halves the work.
    hits: NDArray[np.float32] = np.zeros((len(scores), len(column)), dtype=np.float32)
    sizes: NDArray[np.float32] = np.zeros_like(hits)
    for row, counts in enumerate(scores):
        for code, prf in counts.by_code.items():
            hits[row, column[code]] = 2 * prf.tp
            sizes[row, column[code]] = 2 * prf.tp + prf.fp + prf.fn
    times = weights.astype(np.float32)
    whole = times @ sizes
    f1 = np.divide(times @ hits, whole, out=np.zeros_like(whole), where=whole > 0)
    return quotient(f1.sum(axis=1, dtype=np.float64), (whole > 0).sum(axis=1).astype(np.float64))


def _calibration_errors(scores: Sequence[Counts], weights: Floats) -> Floats:
    points = [(*point, row) for row, s in enumerate(scores) for point in s.reliability.points]
    if not points:
        return np.full(len(weights), np.nan)
    p, n, right, row = np.array(points, dtype=np.float64).T
    probability, group = np.unique(p, return_inverse=True)
    chart = row.astype(np.intp)

    def errors() -> Iterable[float]:
        for of_chart in weights:
            times = of_chart[chart]
            mass = np.bincount(group, weights=times * n).astype(np.float64)
            hits = np.bincount(group, weights=times * right).astype(np.float64)
            some = bool(mass.any())
            yield expected_calibration_error(probability, mass, hits) if some else np.nan

    return np.fromiter(errors(), dtype=np.float64, count=len(weights))

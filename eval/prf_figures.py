"""Precision, recall and F1 of summed counts, with their bootstrap intervals."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from eval.bootstrap import interval, quotient, resample
from eval.calibration import Floats
from eval.counts import PRF, Mean
from eval.figures import Figure

KINDS = ("precision", "recall", "f1")


def prf_figures(
    counts: Iterable[PRF], *, of: tuple[str, str, str], names: tuple[str, str, str] = KINDS
) -> tuple[Figure, Figure, Figure]:
    """Micro precision, recall and F1 over units that are resampled whole (charts, mentions).

    `of` says what each n counts: what was predicted, what gold has, the units.
    """
    tp, fp, fn = columns(counts)
    weights = resample(len(tp)) if len(tp) else np.empty((0, 0))

    def figure(place: int, part: Floats, whole: Floats, n: int) -> Figure:
        low, high = interval(quotient(weights @ part, weights @ whole)) or (None, None)
        value = float(part.sum() / whole.sum()) if whole.any() else None
        return Figure(names[place], value, low, high, n, of[place])

    return (
        figure(0, tp, tp + fp, int((tp + fp).sum())),
        figure(1, tp, tp + fn, int((tp + fn).sum())),
        figure(2, 2 * tp, 2 * tp + fp + fn, len(tp)),
    )


def columns(counts: Iterable[PRF]) -> tuple[Floats, Floats, Floats]:
    """True positives, false positives and false negatives, an array each, a row a unit."""
    rows = np.array([(c.tp, c.fp, c.fn) for c in counts], dtype=np.float64).reshape(-1, 3)
    return rows[:, 0], rows[:, 1], rows[:, 2]


def mean_figure(name: str, values: Iterable[float], of: str) -> Figure:
    """The mean of some values with its interval, the values resampled."""
    found = np.array(list(values), dtype=np.float64)
    if not len(found):
        return Figure(name, None, None, None, 0, of)
    low, high = interval(resample(len(found)) @ found / len(found)) or (None, None)
    return Figure(name, float(found.mean()), low, high, len(found), of)


def share_figure(name: str, means: Iterable[Mean], of: str) -> Figure:
    """The mean over all things of all units with its interval, the units resampled whole."""
    kept = tuple(means)
    total = np.array([float(mean.total) for mean in kept], dtype=np.float64)
    n = np.array([mean.n for mean in kept], dtype=np.float64)
    if not n.any():
        return Figure(name, None, None, None, 0, of)
    weights = resample(len(kept))
    low, high = interval(quotient(weights @ total, weights @ n)) or (None, None)
    return Figure(name, float(total.sum() / n.sum()), low, high, int(n.sum()), of)

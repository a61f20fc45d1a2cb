"""Two coders on the same units: how much a figure differs, by paired bootstrap.

Both are resampled together, so what makes a note hard for both cancels. The interval holds the
middle 95% of the differences B - A over resamples; p is two-sided, twice the share of resamples on
the far side of zero, with one added to both counts (Davison and Hinkley 1997, section 4.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from eval.bootstrap import interval, quotient
from eval.calibration import Floats

Columns = tuple[Floats, Floats, Floats]
"""True positives, false positives and false negatives, a row a unit."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of A and of B, B - A with its interval, and p in (0, 1]."""

    name: str
    a: float | None
    b: float | None
    delta: float | None
    low: float | None
    high: float | None
    p: float | None


def prf_differences(a: Columns, b: Columns, weights: Floats) -> Mapping[str, Difference]:
    """Micro precision, recall and F1 by name; `weights` are how often each unit is drawn."""
    found = {}
    for name in ("precision", "recall", "f1"):
        values = []
        for tp, fp, fn in (a, b):
            part, whole = {
                "precision": (tp, tp + fp),
                "recall": (tp, tp + fn),
                "f1": (2 * tp, 2 * tp + fp + fn),
            }[name]
            sampled = quotient(weights @ part, weights @ whole)
            values.append((float(part.sum() / whole.sum()) if whole.any() else None, sampled))
        found[name] = difference(name, *values)
    return found


def difference(
    name: str, a: tuple[float | None, Floats], b: tuple[float | None, Floats]
) -> Difference:
    """B against A, each a value and its values over the same resamples, NaN where undefined."""
    if a[0] is None or b[0] is None:
        return Difference(name, a[0], b[0], None, None, None, None)
    sampled = b[1] - a[1]
    defined = sampled[~np.isnan(sampled)]
    low, high = interval(sampled) or (None, None)
    sides = ((defined <= 0).sum(), (defined >= 0).sum())
    p = min(1.0, 2 * (min(sides) + 1) / (len(defined) + 1))
    return Difference(name, a[0], b[0], b[0] - a[0], low, high, float(p))

"""Thresholds from out-of-fold outcomes: where F1 is best, and where 95% precision is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.risk import lower_bound

AUTO_PRECISION = 0.95


@dataclass(frozen=True, slots=True)
class Outcome:
    """Suggestions of one chart with their truth, status codes left out, and its gold count."""

    probabilities: tuple[float, ...]
    right: tuple[bool, ...]
    gold: int


def best_f1(outcomes: Sequence[Outcome]) -> tuple[float, float]:
    """The threshold that maximises micro F1 (2 x right / (accepted + gold)), and that F1."""
    p, right = _sorted(outcomes)
    gold = sum(o.gold for o in outcomes)
    f1 = 2 * np.cumsum(right) / (np.arange(1, len(p) + 1) + gold)
    best = int(np.argmax(f1))
    return float(p[best]), float(f1[best])


def f1_at(outcomes: Sequence[Outcome], threshold: float) -> float:
    """Micro F1 of what is accepted from a threshold on."""
    p, right = _sorted(outcomes)
    accepted = p >= threshold
    return float(2 * right[accepted].sum() / (accepted.sum() + sum(o.gold for o in outcomes)))


def auto_threshold(outcomes: Sequence[Outcome]) -> float | None:
    """The lowest threshold from which precision is shown to be AUTO_PRECISION, if there is one.

    Shown: its one-sided 95% Clopper-Pearson bound reaches it. What is accepted without a look must
    not rest on a lucky fold.
    """
    p, right = _sorted(outcomes)
    hits = np.cumsum(right)
    # Only where the probability falls can a threshold cut.
    cuts = np.flatnonzero(np.append(p[:-1] > p[1:], True))
    for n in reversed(cuts + 1):
        # The bound lies below the share itself: most cuts need no closer look.
        if hits[n - 1] / n >= AUTO_PRECISION and lower_bound(int(hits[n - 1]), int(n)) >= (
            AUTO_PRECISION
        ):
            return float(p[n - 1])
    return None


def _sorted(outcomes: Sequence[Outcome]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    p = np.array([p for o in outcomes for p in o.probabilities])
    right = np.array([r for o in outcomes for r in o.right])
    order = np.argsort(-p, kind="stable")
    return p[order], right[order]

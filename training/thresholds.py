"""Thresholds from out-of-fold outcomes: where F1 is best, and where precision reaches 95%."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

AUTO_PRECISION = 0.95
# Fewer accepted codes than this say nothing of a 95% precision.
AUTO_MIN_CODES = 30


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


def auto_threshold(outcomes: Sequence[Outcome]) -> float | None:
    """The lowest threshold at which precision is AUTO_PRECISION or more, None where it is never."""
    p, right = _sorted(outcomes)
    precision = np.cumsum(right) / np.arange(1, len(p) + 1)
    # Only where the probability falls can a threshold cut.
    cuts = np.append(p[:-1] > p[1:], True)
    good = np.flatnonzero((precision >= AUTO_PRECISION) & cuts)
    good = good[good + 1 >= AUTO_MIN_CODES]
    return float(p[good[-1]]) if len(good) else None


def _sorted(outcomes: Sequence[Outcome]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    p = np.array([p for o in outcomes for p in o.probabilities])
    right = np.array([r for o in outcomes for r in o.right])
    order = np.argsort(-p, kind="stable")
    return p[order], right[order]

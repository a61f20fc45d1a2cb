"""Expected calibration error over bins of equal mass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 10
FLOOR = 0.05
"""Suggestions less probable than this are left out: their sheer number would hide the rest."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reliability:
    """How often suggestions of each probability were right: (probability, n, right), ascending."""

    points: tuple[tuple[float, int, int], ...] = ()

    @classmethod
    def of(cls, judged: Iterable[tuple[float, bool]]) -> Reliability:
        """From single suggestions: (probability in [0, 1], whether the code is right)."""
        return cls(_merged((p, 1, int(right)) for p, right in judged))

    def __add__(self, other: Reliability) -> Reliability:
        return Reliability(_merged((*self.points, *other.points)))

    @property
    def n(self) -> int:
        """How many suggestions were judged."""
        return sum(n for _, n, _ in self.points)

    @property
    def error(self) -> float | None:
        """The expected calibration error, in [0, 1]."""
        if not self.points:
            return None
        probability, n, right = np.array(self.points, dtype=np.float64).T
        return expected_calibration_error(probability, n, right)

    @property
    def bins(self) -> tuple[Bin, ...]:
        """The BINS bins of equal mass behind `error`, ascending; none without suggestions."""
        if not self.points:
            return ()
        p, n, right = np.array(self.points, dtype=np.float64).T
        mean = _per_bin(n * p, n)
        share = _per_bin(right, n)
        return tuple(Bin(float(m), float(s)) for m, s in zip(mean, share, strict=True))


@dataclass(frozen=True, slots=True)
class Bin:
    """A tenth of the suggestions: their mean probability and the share that is right."""

    probability: float
    right: float


def _per_bin(values: Floats, mass: Floats) -> Floats:
    """The mean of summed values over each of BINS bins of equal mass."""
    reached = np.concatenate(([0.0], np.cumsum(mass)))
    summed = np.concatenate(([0.0], np.cumsum(values)))
    edges = np.linspace(0.0, reached[-1], BINS + 1)
    per_bin: Floats = np.diff(np.interp(edges, reached, summed)) / (reached[-1] / BINS)
    return per_bin


def expected_calibration_error(probability: Floats, mass: Floats, right: Floats) -> float:
    """Mean distance between mean probability and share right, over BINS bins of equal mass.

    `probability` is ascending, `mass` counts the suggestions of each, `right` those of them that
    are right. Suggestions of one probability are alike: where a bin ends among them, each bin has
    its share of them and of their hits, so the order of the input changes nothing and every bin
    holds exactly a tenth of the mass. (Naeini, Cooper, Hauskrecht 2015, with quantile bins.)
    """
    total = float(mass.sum())
    reached = np.concatenate(([0.0], np.cumsum(mass)))
    excess = np.concatenate(([0.0], np.cumsum(mass * probability - right)))
    at_edges = np.interp(np.linspace(0.0, total, BINS + 1), reached, excess)
    return float(np.abs(np.diff(at_edges)).sum() / total)


def _merged(points: Iterable[tuple[float, int, int]]) -> tuple[tuple[float, int, int], ...]:
    merged: dict[float, tuple[int, int]] = {}
    for probability, n, right in points:
        old_n, old_right = merged.get(probability, (0, 0))
        merged[probability] = (old_n + n, old_right + right)
    return tuple((p, n, right) for p, (n, right) in sorted(merged.items()))

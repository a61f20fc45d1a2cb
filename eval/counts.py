"""Counts that add: the figures of two halves of a data set sum to those of the whole, exactly.

Means keep their totals as fractions, so that the order in which shards are added changes nothing.
A figure that no data bears on (0 / 0) is None, not zero.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class PRF:
    """True positives, false positives and false negatives."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    @classmethod
    def of(
        cls,
        predicted: Collection[str],
        gold: Collection[str],
        ignored: Collection[str] = (),
    ) -> PRF:
        """Compare two sets; what is ignored is neither right nor wrong when predicted."""
        found, wanted = frozenset(predicted), frozenset(gold)
        return cls(
            len(found & wanted),
            len(found - wanted - frozenset(ignored)),
            len(wanted - found),
        )

    def __add__(self, other: PRF) -> PRF:
        return PRF(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @property
    def predicted(self) -> int:
        """How many predictions were counted."""
        return self.tp + self.fp

    @property
    def gold(self) -> int:
        """How many gold items there were."""
        return self.tp + self.fn

    @property
    def precision(self) -> float | None:
        """Tp / (tp + fp), in [0, 1]."""
        return ratio(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float | None:
        """Tp / (tp + fn), in [0, 1]."""
        return ratio(self.tp, self.tp + self.fn)

    @property
    def f1(self) -> float | None:
        """2 tp / (2 tp + fp + fn), in [0, 1]: the harmonic mean of precision and recall."""
        return ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn)


@dataclass(frozen=True, slots=True)
class Mean:
    """A total over n things, kept apart so that means of shards add."""

    total: Fraction = Fraction(0)
    n: int = 0

    @classmethod
    def of(cls, *values: Fraction | int) -> Mean:
        """The mean of some values."""
        return cls(sum((Fraction(value) for value in values), Fraction(0)), len(values))

    def __add__(self, other: Mean) -> Mean:
        return Mean(self.total + other.total, self.n + other.n)

    @property
    def value(self) -> float | None:
        """The mean."""
        return float(self.total / self.n) if self.n else None


def ratio(part: float, whole: float) -> float | None:
    """Part / whole, None where whole is 0."""
    return part / whole if whole else None

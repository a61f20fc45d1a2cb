"""A measured figure, of whatever task."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured figure with the ends of its 95% interval; None where no data bears on it.

    `n` is how many things the figure rests on, `of` says what they are.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    of: str

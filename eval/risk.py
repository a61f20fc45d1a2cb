"""What may be accepted unseen: risk against coverage, and the auto-accept threshold.

Accepted diagnoses without gold status codes are taken in the order of their probability. Coverage
is the share of them at or above a threshold, risk is 1 - precision there (El-Yaniv and Wiener 2010,
"On the foundations of noise-free selective classification").
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coding.types import CodingResult, Decision, Suggestion, System
from eval.charts import GoldChart, Tier

AUTO_PRECISION = 0.95
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, order=True)
class Accepted:
    """One accepted diagnosis: probability in [0, 1], whether gold has it, whether it was `auto`."""

    probability: float
    right: bool
    auto: bool


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """At or above `threshold` lie `n` codes, the share `coverage` of all, with this precision."""

    threshold: float
    n: int
    coverage: float
    precision: float


@dataclass(frozen=True, slots=True)
class AutoAccept:
    """The codes accepted unseen: how many of all, how many right, and how sure that is.

    `bound` is the one-sided lower 95% Clopper-Pearson bound of the precision.
    """

    n: int
    right: int
    coverage: float | None
    precision: float | None
    bound: float | None


def accepted(chart: GoldChart, result: CodingResult | None) -> tuple[Accepted, ...]:
    """The accepted diagnoses of a chart that count as right or wrong."""
    core, status = chart.of_tier(Tier.CORE), chart.of_tier(Tier.STATUS)
    suggestions: Sequence[Suggestion] = result.suggestions if result is not None else ()
    return tuple(
        Accepted(s.probability, s.code.value in core, s.auto)
        for s in suggestions
        if s.decision is Decision.ACCEPT
        and s.code.system is System.ICD10CM
        and s.code.value not in status
    )


def risk_curve(codes: Iterable[Accepted]) -> tuple[RiskPoint, ...]:
    """A point for every distinct probability, from the surest down to coverage 1."""
    ordered = sorted(codes, key=lambda a: -a.probability)
    points, right = [], 0
    for n, code in enumerate(ordered, 1):
        right += code.right
        if n == len(ordered) or ordered[n].probability < code.probability:
            points.append(RiskPoint(code.probability, n, n / len(ordered), right / n))
    return tuple(points)


def widest(curve: Iterable[RiskPoint], precision: float = AUTO_PRECISION) -> RiskPoint | None:
    """The point of greatest coverage that has the precision: chosen on what it is judged on."""
    return max(
        (p for p in curve if p.precision >= precision), key=lambda p: p.coverage, default=None
    )


def auto_accept(codes: Iterable[Accepted]) -> AutoAccept:
    """What the model's own auto-accept threshold, chosen on training charts, does here."""
    kept = tuple(codes)
    chosen = [code for code in kept if code.auto]
    n, right = len(chosen), sum(code.right for code in chosen)
    if not kept or not n:
        return AutoAccept(n, right, 0.0 if kept else None, None, None)
    return AutoAccept(n, right, n / len(kept), right / n, lower_bound(right, n))


def lower_bound(right: int, n: int, confidence: float = CONFIDENCE) -> float:
    """One-sided lower bound of a share by Clopper and Pearson 1934.

    The p at which `right` or more of n (n at least 1) would be seen with probability 1 -
    confidence; 0 where none is right. Found by bisection to 1e-9.
    """
    if not right:
        return 0.0
    low, high = 0.0, right / n
    while high - low > 1e-9:
        middle = (low + high) / 2
        if _at_least(right, n, middle) < 1 - confidence:
            low = middle
        else:
            high = middle
    return low


def _at_least(k: int, n: int, p: float) -> float:
    """Probability of k or more hits in n draws of probability p in (0, 1)."""
    if p <= 0.0:
        return 0.0
    if p >= 1.0:
        return 1.0
    log_p, log_q = math.log(p), math.log1p(-p)
    return math.fsum(
        math.exp(
            math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1)
            + i * log_p + (n - i) * log_q
        )
        for i in range(k, n + 1)
    )  # fmt: skip

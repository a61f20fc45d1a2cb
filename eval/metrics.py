"""The figures of the diagnoses of charts, as counts that add and ratios of them.

A code is right when it is exactly a gold core code; a gold status code is neither right nor wrong.
Accepted suggestions are judged, except that average precision and calibration look at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from coding.types import CodingResult, Decision, Suggestion, System
from eval.calibration import FLOOR, Reliability
from eval.charts import GoldChart, Tier
from eval.counts import PRF, Mean
from eval.evidence import character_f1, violates


@dataclass(frozen=True, slots=True)
class Counts:
    """Everything the figures of some charts are made of. Counts of disjoint charts add exactly."""

    charts: int = 0
    failed: int = 0
    exact: PRF = field(default_factory=PRF)
    category: PRF = field(default_factory=PRF)
    average_precision: Mean = field(default_factory=Mean)
    evidence: Mean = field(default_factory=Mean)
    first_listed: Mean = field(default_factory=Mean)
    violations: Mean = field(default_factory=Mean)
    reliability: Reliability = field(default_factory=Reliability)
    by_code: Mapping[str, PRF] = field(default_factory=dict)

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            charts=self.charts + other.charts,
            failed=self.failed + other.failed,
            exact=self.exact + other.exact,
            category=self.category + other.category,
            average_precision=self.average_precision + other.average_precision,
            evidence=self.evidence + other.evidence,
            first_listed=self.first_listed + other.first_listed,
            violations=self.violations + other.violations,
            reliability=self.reliability + other.reliability,
            by_code=_joined(self.by_code, other.by_code),
        )

    @property
    def macro_f1(self) -> float | None:
        """Mean of each code's F1 over the charts, over codes that are gold (core) or predicted."""
        scores = [prf.f1 for prf in self.by_code.values()]
        defined = [score for score in scores if score is not None]
        return math.fsum(defined) / len(defined) if defined else None


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure: its value, what its n counts, and how both are got."""

    name: str
    of: str
    value: Callable[[Counts], float | None]
    n: Callable[[Counts], int]


METRICS = (
    Metric("precision", "accepted", lambda c: c.exact.precision, lambda c: c.exact.predicted),
    Metric("recall", "gold codes", lambda c: c.exact.recall, lambda c: c.exact.gold),
    Metric("f1", "charts", lambda c: c.exact.f1, lambda c: c.charts),
    Metric("f1_macro", "codes", lambda c: c.macro_f1, lambda c: len(c.by_code)),
    Metric("f1_3", "charts", lambda c: c.category.f1, lambda c: c.charts),
    Metric("map", "charts", lambda c: c.average_precision.value, lambda c: c.average_precision.n),
    Metric("evidence_f1", "right codes", lambda c: c.evidence.value, lambda c: c.evidence.n),
    Metric("first_listed", "charts", lambda c: c.first_listed.value, lambda c: c.first_listed.n),
    Metric("violations", "accepted", lambda c: c.violations.value, lambda c: c.violations.n),
    Metric("ece", "suggestions", lambda c: c.reliability.error, lambda c: c.reliability.n),
)
"""The figures in the order they are reported. ece and violations are better when lower."""


def score(chart: GoldChart, result: CodingResult | None) -> Counts:
    """The counts of one chart; without a result every gold code of it is missed."""
    suggestions = result.suggestions if result is not None else ()
    diagnoses = [s for s in suggestions if s.code.system is System.ICD10CM]
    accepted = [s for s in diagnoses if s.decision is Decision.ACCEPT]
    core, status = chart.of_tier(Tier.CORE), chart.of_tier(Tier.STATUS)
    values = frozenset(s.code.value for s in accepted)
    return Counts(
        charts=1,
        failed=int(result is None),
        exact=PRF.of(values, core, status),
        category=PRF.of(categories(values), categories(core), categories(status)),
        average_precision=average_precision([s.code.value for s in diagnoses], core, status),
        evidence=_evidence(chart, [s for s in accepted if s.code.value in core]),
        first_listed=_first_listed(chart, accepted),
        violations=Mean.of(*(int(violates(s, chart.not_coded)) for s in accepted)),
        reliability=Reliability.of(
            (s.probability, s.code.value in core)
            for s in diagnoses
            if s.probability >= FLOOR and s.code.value not in status
        ),
        by_code={
            code: PRF.of(values & {code}, core & {code})
            for code in sorted(core | (values - status))
        },
    )


def categories(codes: Iterable[str]) -> frozenset[str]:
    """The 3-character categories of some ICD-10-CM codes."""
    return frozenset(code[:3] for code in codes)


def average_precision(
    ranked: Iterable[str], gold: frozenset[str], ignored: frozenset[str] = frozenset()
) -> Mean:
    """Average precision of a ranking, without the codes to ignore, as a mean over one chart.

    The sum over gold codes of the precision at their rank (0 where not ranked), divided by the
    number of gold codes. Empty, and so not part of the mean over charts, where there is no gold.
    """
    if not gold:
        return Mean()
    total, found = Fraction(0), 0
    for rank, code in enumerate((c for c in ranked if c not in ignored), 1):
        if code in gold:
            found += 1
            total += Fraction(found, rank)
    return Mean.of(total / len(gold))


def _evidence(chart: GoldChart, right: Iterable[Suggestion]) -> Mean:
    """Character F1 of each right code for which gold says what it rests on."""
    gold = {c.code: [e.span for e in c.evidence] for c in chart.codes if c.evidence}
    return Mean.of(
        *(character_f1((e.span for e in s.evidence), gold[s.code]) for s in right if s.code in gold)
    )


def _first_listed(chart: GoldChart, accepted: Iterable[Suggestion]) -> Mean:
    """Whether sequence 1 is the first gold code of whatever tier; empty where gold has none."""
    gold = [c.code for c in chart.codes if c.code.system is System.ICD10CM]
    if not gold:
        return Mean()
    return Mean.of(int(any(s.sequence == 1 and s.code == gold[0] for s in accepted)))


def _joined(one: Mapping[str, PRF], other: Mapping[str, PRF]) -> Mapping[str, PRF]:
    joined = dict(one)
    for key, counts in other.items():
        joined[key] = joined[key] + counts if key in joined else counts
    return dict(sorted(joined.items()))

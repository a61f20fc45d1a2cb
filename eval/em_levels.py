"""Levels of evaluation and management, the kind of visit being known.

The family of the gold code says where the visit was and whether the patient was new; what is judged
is the level alone. Beside it stands the code that is the most frequent one of each family in these
very charts, which no coder could know beforehand. A gold code of no family we know is a miss.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from coding.types import Reading, Suggestion
from eval.bootstrap import quotient, resample
from eval.calibration import Floats
from eval.charts import GoldChart
from eval.counts import Mean
from eval.figures import Figure
from eval.paired import difference
from eval.prf_figures import share_figure
from eval.procedure_counts import is_em

OTHER = "other"
"""The family of codes that are of no family we know."""


class Leveller(Protocol):
    """What levels the visits of a known family."""

    def family_of(self, code: str) -> str | None:
        """The family of a code, None for what is no visit of a kind we know."""

    def level(self, reading: Reading, diagnoses: Sequence[Suggestion], family: str) -> str | None:
        """The code of the family that the note supports, None where none can be told.

        `diagnoses` are the accepted ones.
        """


@dataclass(frozen=True, slots=True)
class Levelled:
    """A gold code, its family, and the code of that family that was said, if any was."""

    gold: str
    family: str
    said: str | None


@dataclass(frozen=True, slots=True)
class FamilyCounts:
    """The visits of one family: how many, how many right, higher and lower than gold.

    `most` is the most frequent gold code and `of_most` how often it is right.
    """

    n: int
    right: int
    higher: int
    lower: int
    most: str
    of_most: int


def gold_visits(chart: GoldChart) -> tuple[str, ...]:
    """The gold codes of evaluation and management of a chart, each once."""
    return tuple(dict.fromkeys(p.code.value for p in chart.procedures if is_em(p.code)))


def levelled(
    chart: GoldChart,
    leveller: Leveller,
    reading: Reading | None,
    diagnoses: Sequence[Suggestion],
) -> Iterator[Levelled]:
    """Level each gold visit of a chart in its family; without a reading nothing is said."""
    for gold in gold_visits(chart):
        family = leveller.family_of(gold)
        if reading is None or family is None:
            yield Levelled(gold, family or OTHER, None)
        else:
            yield Levelled(gold, family, leveller.level(reading, diagnoses, family))


def by_family(visits: Iterable[Levelled]) -> Mapping[str, FamilyCounts]:
    """The visits of each family, by its name. Codes of a family are in order of their levels."""
    groups: dict[str, list[Levelled]] = {}
    for visit in visits:
        groups.setdefault(visit.family, []).append(visit)
    return {family: _counted(groups[family]) for family in sorted(groups)}


def level_figures(charts: Sequence[Sequence[Levelled]]) -> tuple[Figure, Figure, Figure]:
    """Share of exact levels, that of the most frequent code of each family, and the first less it.

    Each of `charts` are the visits of one chart: charts are resampled whole.
    """
    most = {name: counts.most for name, counts in by_family(v for c in charts for v in c).items()}
    ours = [Mean.of(*(int(v.said == v.gold) for v in visits)) for visits in charts]
    theirs = [Mean.of(*(int(most[v.family] == v.gold) for v in visits)) for visits in charts]
    return (
        share_figure("em_level", ours, "visits"),
        share_figure("em_majority", theirs, "visits"),
        _gain(ours, theirs),
    )


def _gain(ours: Sequence[Mean], theirs: Sequence[Mean]) -> Figure:
    n = sum(mean.n for mean in ours)
    if not n:
        return Figure("em_gain", None, None, None, 0, "visits")
    weights = resample(len(ours))
    gain = difference("em_gain", _sampled(theirs, weights), _sampled(ours, weights))
    return Figure("em_gain", gain.delta, gain.low, gain.high, n, "visits")


def _sampled(means: Sequence[Mean], weights: Floats) -> tuple[float | None, Floats]:
    total = np.array([float(mean.total) for mean in means], dtype=np.float64)
    n = np.array([mean.n for mean in means], dtype=np.float64)
    return float(total.sum() / n.sum()), quotient(weights @ total, weights @ n)


def _counted(visits: Sequence[Levelled]) -> FamilyCounts:
    said = [(v.said, v.gold) for v in visits if v.said is not None]
    # The lowest code of several that are equally frequent.
    most, of_most = min(
        Counter(v.gold for v in visits).items(), key=lambda item: (-item[1], item[0])
    )
    return FamilyCounts(
        n=len(visits),
        right=sum(code == gold for code, gold in said),
        higher=sum(code > gold for code, gold in said),
        lower=sum(code < gold for code, gold in said),
        most=most,
        of_most=of_most,
    )

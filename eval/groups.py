"""Figures by kind of chart: setting, specialty, age band, sex, length of the note.

Age and sex are the chart's own where it states them, else what the note says first in the manner of
"72-year-old male"; else "unknown". Length is in code points.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from coding.types import Sex
from eval.charts import GoldChart
from eval.figures import Figure
from eval.harness import Outcome
from eval.prf_figures import prf_figures

UNKNOWN = "unknown"
AGES = ((1, "under 1"), (18, "1 to 17"), (40, "18 to 39"), (65, "40 to 64"), (80, "65 to 79"))
LENGTHS = ((1_000, "under 1,000"), (3_000, "1,000 to 2,999"), (6_000, "3,000 to 5,999"))

_PERSON = r"(?P<sex>male|female|man|woman|gentleman|lady|boy|girl|[MF])\b"
_DESCRIBED = re.compile(
    r"\b(?P<age>\d{1,3})[ -]*(?P<unit>years?|yrs?|y/?o|months?|weeks?|days?|[MF](?=\b))"
    rf"(?:[ -]*(?:old|of age))?\b,?(?:[ ]+[\w-]+){{0,4}}?[ ]+{_PERSON}",
    re.IGNORECASE,
)
_FEMALE = frozenset({"female", "woman", "lady", "girl", "f"})
_YEARS = {"m": 12, "w": 52, "d": 365}


@dataclass(frozen=True, slots=True)
class Group:
    """The charts of one kind and their micro precision, recall and F1."""

    by: str
    name: str
    charts: int
    figures: tuple[Figure, Figure, Figure]


def grouped(outcomes: Iterable[Outcome]) -> tuple[Group, ...]:
    """The groups of each kind of GROUPINGS, in the order of its bands, else by name."""
    kept = tuple(outcomes)
    groups = []
    for by, name_of in GROUPINGS.items():
        members: dict[str, list[Outcome]] = {}
        for outcome in kept:
            members.setdefault(name_of(outcome.chart), []).append(outcome)
        for name in sorted(members, key=lambda name: (_place(name), name)):
            figures = prf_figures(
                (o.counts.exact for o in members[name]), of=("accepted", "gold codes", "charts")
            )
            groups.append(Group(by, name, len(members[name]), figures))
    return tuple(groups)


def described(text: str) -> tuple[float | None, Sex]:
    """Age in years and sex of the first person a note describes by both."""
    found = _DESCRIBED.search(text)
    if found is None:
        return None, Sex.UNKNOWN
    number, unit = int(found["age"]), found["unit"].lower()[0]
    years = number if unit == "y" else number / _YEARS[unit]
    if years > 120:
        return None, Sex.UNKNOWN
    return years, Sex.FEMALE if found["sex"].lower() in _FEMALE else Sex.MALE


def age_band(chart: GoldChart) -> str:
    """The band of AGES the patient is in, "80 and over", or unknown."""
    age = chart.patient.age_years
    if age is None:
        age = described(chart.text)[0]
    return UNKNOWN if age is None else _band(age, AGES, "80 and over")


def sex(chart: GoldChart) -> str:
    """The patient's sex as stated or as the note says."""
    stated = chart.patient.sex
    return str(stated if stated is not Sex.UNKNOWN else described(chart.text)[1])


def length_band(chart: GoldChart) -> str:
    """The band of LENGTHS the note is in, or "6,000 and over"."""
    return _band(len(chart.text), LENGTHS, "6,000 and over")


GROUPINGS: Mapping[str, Callable[[GoldChart], str]] = {
    "setting": lambda chart: str(chart.setting),
    "specialty": lambda chart: chart.specialty or UNKNOWN,
    "age": age_band,
    "sex": sex,
    "length": length_band,
}
"""How charts are told apart, by name."""


def _band(value: float, bands: tuple[tuple[int, str], ...], last: str) -> str:
    return next((name for limit, name in bands if value < limit), last)


def _place(name: str) -> int:
    order = [name for _, name in (*AGES, *LENGTHS)]
    if name in order:
        return order.index(name)
    return len(order) + (name == UNKNOWN)

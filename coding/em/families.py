"""The codes of each family of visits, with the levels, minutes, ages and days they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from coding.em.values import Level, Newness

PREVENTIVE = "preventive"


@dataclass(frozen=True, slots=True)
class VisitCode:
    """One code of a family.

    `step` is a Level, for preventive visits the first age of the band in years; `minutes` is the
    least total time. Either is None where it does not count. Both days are included.
    """

    family: str
    code: str
    step: int | None
    minutes: int | None
    valid_from: date | None
    valid_to: date | None

    def valid(self, day: date | None) -> bool:
        """Whether the code is in force on a day; without a day, whether it is today's."""
        if day is None:
            return self.valid_to is None
        return (self.valid_from or day) <= day <= (self.valid_to or day)


@cache
def families() -> dict[str, tuple[VisitCode, ...]]:
    """Every family with its codes, the lowest first."""
    table: dict[str, tuple[VisitCode, ...]] = {}
    text = files("coding.em").joinpath("data/families.tsv").read_text("utf-8")
    for line in text.splitlines()[1:]:
        if not line.startswith("#"):
            row = _visit_code(line.split("\t"))
            table[row.family] = (*table.get(row.family, ()), row)
    return table


def _visit_code(cells: Sequence[str]) -> VisitCode:
    family, code, step, minutes, first, last = cells
    return VisitCode(
        family,
        code,
        int(step) if step else None,
        int(minutes) if minutes else None,
        date.fromisoformat(first) if first else None,
        date.fromisoformat(last) if last else None,
    )


def family_of(code: str) -> str | None:
    """The family of a code; None for what is no visit (prolonged services, other CPT)."""
    return _by_code().get(code)


@cache
def _by_code() -> dict[str, str]:
    found = {row.code: family for family, rows in families().items() for row in rows}
    return {**found, "99292": "critical-care"}


def newness_of(family: str) -> Newness:
    """What the name of a family says of the patient."""
    end = family.rpartition("-")[2]
    return Newness(end) if end in (Newness.NEW, Newness.ESTABLISHED) else Newness.UNKNOWN


def by_level(family: str, level: Level) -> VisitCode:
    """The code of a family for a level: hospital families begin at low."""
    rows = families()[family]
    fitting = [row for row in rows if (row.step or 0) <= level]
    return fitting[-1] if fitting else rows[0]


def by_minutes(family: str, minutes: int) -> VisitCode | None:
    """The highest code whose least time is reached, None where none is or time has no say."""
    fitting = [r for r in families()[family] if r.minutes is not None and r.minutes <= minutes]
    return fitting[-1] if fitting else None


def by_age(family: str, age_years: float) -> VisitCode:
    """The preventive code of an age."""
    return [row for row in families()[family] if (row.step or 0) <= age_years][-1]


def neighbours(family: str, code: str) -> tuple[str, ...]:
    """The codes one step below and above, where there are any."""
    codes = [row.code for row in families()[family]]
    at = codes.index(code)
    return tuple(codes[i] for i in (at - 1, at + 1) if 0 <= i < len(codes))

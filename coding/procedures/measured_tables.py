"""Families of procedures whose code a measure or a count chooses: their words, sites and rows.

Words stand in coding/procedures/measured.json and name no code. The rows, which do, stand in the
removable folder of CPT (codesets/cpt_starter/measured.tsv); without it no family has a row.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from codesets.starter import has_starter, read_starter
from codesets.words import STOPWORDS, normalise

ROWS = "cpt_starter/measured.tsv"
_WORDS = "measured.json"


class Measure(StrEnum):
    """What chooses among the codes of a family, and its unit.

    length: the largest of a lesion, cm. total: lengths of one class and site group together, cm.
    area: square cm. years: age. count, nails, muscles, views: a number of them. none: site alone.
    """

    LENGTH = "length"
    TOTAL = "total"
    AREA = "area"
    COUNT = "count"
    NAILS = "nails"
    MUSCLES = "muscles"
    VIEWS = "views"
    MINUTES = "minutes"
    YEARS = "years"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Wording:
    """Stems that name a procedure where they stand close together; `anchor` is one of them."""

    anchor: str
    stems: frozenset[str]


@dataclass(frozen=True, slots=True)
class Family:
    """A family by its wordings.

    One of `also` must stand in the sentence and none of `unless`. A measure may stand in a
    sentence nearby that speaks of a `subject`; a number before one of `counted` is a count. A
    mention that leaves out site or measure gives way to the families of `yields_to`.
    """

    name: str
    measure: Measure
    wordings: tuple[Wording, ...]
    unless: tuple[frozenset[str], ...]
    also: tuple[frozenset[str], ...]
    subject: frozenset[str]
    counted: frozenset[str]
    yields_to: frozenset[str]


@dataclass(frozen=True, slots=True)
class Row:
    """A code for measures of low < m <= high; with `per`, one unit for each begun `per` above low.

    `group` is the group of sites, "" where the site does not matter.
    """

    group: str
    low: float
    high: float
    per: float | None
    code: str

    def units(self, measure: float) -> int:
        """How often the code is reported for a measure; 0 where it is not."""
        if not self.low < measure <= self.high:
            return 0
        # Sums of tenths are not exact: 12.5 cm must not begin a further unit by 1e-15.
        return math.ceil(round((measure - self.low) / self.per, 6)) if self.per else 1


@dataclass(frozen=True, slots=True)
class Vaccine:
    """A vaccine by its names; `components` are the diseases it is against."""

    name: str
    stems: tuple[frozenset[str], ...]
    components: int
    swallowed: bool


@dataclass(frozen=True, slots=True)
class Tables:
    """All of it. `by_anchor` finds wordings, `sites` the sites that a stem names."""

    by_anchor: Mapping[str, tuple[tuple[Family, Wording], ...]]
    rows: Mapping[str, tuple[Row, ...]]
    sites: Mapping[str, str]
    groups: Mapping[str, frozenset[str]]
    vaccines: tuple[Vaccine, ...]
    given: frozenset[str]
    put_off: frozenset[str]
    counselled: tuple[frozenset[str], ...]
    muscles: frozenset[str]
    projections: frozenset[str]

    def sites_of(self, family: str) -> frozenset[str]:
        """The sites that choose among the rows of a family; none where the site does not matter."""
        return frozenset(s for row in self.rows.get(family, ()) for s in self._group(row.group))

    def groups_of(self, family: str, site: str) -> frozenset[str]:
        """The groups of sites among the rows of a family that hold a site."""
        named = {row.group for row in self.rows.get(family, ())}
        return frozenset(g for g in named if site in self._group(g))

    def _group(self, name: str) -> frozenset[str]:
        return self.groups[name] if name else frozenset()


@cache
def load_tables() -> Tables:
    """The families that ship with Chartcode. Raises: ConfigError for a row of the wrong shape."""
    raw = json.loads((files("coding.procedures") / _WORDS).read_text("utf-8"))
    by_anchor: dict[str, list[tuple[Family, Wording]]] = defaultdict(list)
    rows = _rows()
    for entry in raw["families"]:
        if entry["name"] in rows:
            family = _family(entry)
            for wording in family.wordings:
                by_anchor[wording.anchor].append((family, wording))
    return Tables(
        by_anchor={anchor: tuple(found) for anchor, found in by_anchor.items()},
        rows=rows,
        sites={stem: site for site, words in raw["sites"].items() for stem in _stems(words)},
        groups={name: frozenset(sites) for name, sites in raw["groups"].items()},
        vaccines=tuple(_vaccines(raw["vaccines"])),
        given=_stems(raw["vaccine_given"]),
        put_off=_stems(raw["vaccine_put_off"]),
        counselled=_sets(raw["vaccine_counselled"]),
        muscles=_stems(raw["muscles"]),
        projections=_stems(raw["projections"]),
    )


def _rows() -> Mapping[str, tuple[Row, ...]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for family, group, low, high, per, code in _cells():
        upper = float(high) if high else math.inf
        found[family].append(Row(group, float(low), upper, float(per) if per else None, code))
    return {family: tuple(rows) for family, rows in found.items()}


def _cells() -> Iterator[tuple[str, ...]]:
    return read_starter(ROWS, 6) if has_starter(ROWS) else iter(())


def _family(entry: Mapping[str, list[str]]) -> Family:
    wordings = [
        Wording(stems[0], frozenset(stems)) for stems in map(_in_order, entry["wordings"]) if stems
    ]
    return Family(
        name=str(entry["name"]),
        measure=Measure(str(entry["measure"])),
        wordings=tuple(dict.fromkeys(wordings)),
        unless=_sets(entry.get("unless", ())),
        also=_sets(entry.get("also", ())),
        subject=_stems(entry.get("subject", ())),
        counted=_stems(entry.get("counted", ())),
        yields_to=frozenset(entry.get("yields_to", ())),
    )


def _vaccines(entries: Iterable[Mapping[str, list[str]]]) -> Iterator[Vaccine]:
    for entry in entries:
        names = entry["words"]
        components = int(str(entry["components"]))
        yield Vaccine(names[0], _sets(names), components, bool(entry["swallowed"]))


def _in_order(words: str) -> list[str]:
    return [t.stem for t in normalise(words) if t.stem not in STOPWORDS]


def _sets(wordings: Iterable[str]) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(_in_order(words)) for words in wordings)


def _stems(words: Iterable[str]) -> frozenset[str]:
    return frozenset(stem for word in words for stem in _in_order(word))

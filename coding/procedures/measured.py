"""Candidates for CPT codes that a measure or a count chooses: excisions, repairs, views, hours.

The words of a family, the site and the measure are each evidence. Where the note states no size,
area, time or number of views, the smallest code of the family is proposed with a low prior:
under-coding is safer than over-coding. An unstated count is one. Where the site chooses among the
codes and none is named, nothing is proposed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from coding.lookup import Lookup
from coding.procedures.measured_amounts import Amount
from coding.procedures.measured_mentions import Mention, find_mentions, read_lines
from coding.procedures.measured_tables import Measure, Row, Tables, load_tables
from coding.procedures.measured_vaccines import Doses, count_vaccines
from coding.procedures.status import Standings, Status
from coding.protocols import CodeSystem
from coding.types import Candidate, Code, Reading, Span, System

CLOSE_PRIOR = 0.85
NEARBY_PRIOR = 0.65
COUNT_OF_ONE_PRIOR = 0.5
UNSTATED_PRIOR = 0.2
MAX_EVIDENCE = 12
_COUNTS = frozenset({Measure.COUNT, Measure.NAILS, Measure.MUSCLES})
_UNITS = {
    Measure.LENGTH: " cm",
    Measure.TOTAL: " cm",
    Measure.AREA: " sq cm",
    Measure.MINUTES: " min",
    Measure.YEARS: " years",
}
_NOT_DONE = frozenset({Status.PLANNED, Status.PAST, Status.DECLINED})


@dataclass(frozen=True, slots=True)
class Mark:
    """Words and what they were read as: "procedure:shave", "site:face", "measure:2.5 cm"."""

    source: str
    span: Span


@dataclass(frozen=True, slots=True)
class Measured:
    """A procedure of the note: its family, its group of sites, and the measure if one is stated."""

    family: str
    group: str
    measure: float | None
    prior: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A code for a procedure, reported `units` times."""

    code: str
    units: int
    procedure: Measured


class MeasuredGenerator:
    """Candidates for codes of CPT by the measures and counts that the note states."""

    name = "measured"

    def generate(self, reading: Reading, codes: CodeSystem) -> tuple[Candidate, ...]:
        """One candidate for each code that the measures of the note choose; none without CPT."""
        if codes.system is not System.CPT:
            return ()
        found: dict[str, list[Measured]] = defaultdict(list)
        for choice in choices(reading):
            if choice.code in codes:
                found[choice.code].append(choice.procedure)
        lookup = Lookup(reading)
        return tuple(self._candidate(c, of, lookup) for c, of in sorted(found.items()))

    def _candidate(self, code: str, procedures: Sequence[Measured], lookup: Lookup) -> Candidate:
        marks = _unique(procedures)
        return Candidate(
            code=Code(System.CPT, code),
            prior=max(p.prior for p in procedures),
            evidence=tuple(lookup.evidence(m.span, m.source, 1 / len(marks)) for m in marks),
            generators=(self.name,),
        )


def measured_units(reading: Reading) -> Mapping[str, tuple[int, tuple[Span, ...]]]:
    """How often each CPT code is reported by the note's measures, and the words that say so.

    Codes that are reported once, or that no measure of the note chooses, are left out.
    """
    chosen: dict[str, list[Choice]] = defaultdict(list)
    for choice in choices(reading):
        chosen[choice.code].append(choice)
    found = {}
    for code, of in chosen.items():
        total = sum(choice.units for choice in of)
        if total > 1:
            found[code] = total, tuple(m.span for m in _unique([c.procedure for c in of]))
    return found


def choices(reading: Reading) -> Iterator[Choice]:
    """The codes that the measures of a note choose, whatever release holds them."""
    tables = load_tables()
    for procedure in measured_procedures(reading):
        rows = [r for r in tables.rows.get(procedure.family, ()) if r.group == procedure.group]
        for code, times in _rows_for(procedure.measure, rows):
            yield Choice(code, times, procedure)


def measured_procedures(reading: Reading) -> tuple[Measured, ...]:
    """The procedures of measured families, each once however often the note names it.

    Mentions of what was done count before others; where all of a family are planned, past or
    declined they are given too, so that what is rejected can be shown.
    """
    tables = load_tables()
    if not tables.rows:
        return ()
    standings = Standings(reading)
    lines = read_lines(reading)
    by_family: dict[str, list[Mention]] = defaultdict(list)
    for mention in find_mentions(reading, lines, tables):
        by_family[mention.family.name].append(mention)
    found: list[Measured] = []
    for mentions in _yielded(by_family):
        done = [m for m in mentions if standings.of(m.span).status not in _NOT_DONE]
        found += _merged(done or mentions, tables)
    found += (_vaccination(doses) for doses in count_vaccines(reading, lines, tables, standings))
    return tuple(found)


def _yielded(by_family: Mapping[str, Sequence[Mention]]) -> Iterator[Sequence[Mention]]:
    """The mentions of each family without those that a finer family tells better.

    "Laceration repair" in a title is the layered closure that the description tells of; so is
    the measure that both families claim.
    """
    for mentions in by_family.values():
        rivals = [m for name in mentions[0].family.yields_to for m in by_family.get(name, ())]
        claimed = {_claim(m) for m in rivals}
        kept = [m for m in mentions if not rivals or (m.close and _claim(m) not in claimed)]
        if kept:
            yield kept


def _claim(mention: Mention) -> Amount | str | None:
    """What two families cannot both tell of: a measure, else a site."""
    return mention.amount or (mention.site.name if mention.site else None)


def _rows_for(measure: float | None, rows: Sequence[Row]) -> Iterator[tuple[str, int]]:
    if measure is None:
        bases = [row for row in rows if row.per is None] or list(rows)
        if bases:
            yield min(bases, key=lambda row: row.low).code, 1
        return
    for row in rows:
        if times := row.units(measure):
            yield row.code, times


def _merged(mentions: Sequence[Mention], tables: Tables) -> Iterator[Measured]:
    """The mentions of one family by site: one name of a site is one lesion.

    Lengths of repairs are added within a group of sites. Elsewhere the largest measure counts: a
    note repeats a procedure, in its title and in its description, more often than it does two.
    """
    family = mentions[0].family
    if not tables.sites_of(family.name):
        yield _measured(mentions, "", family.measure is Measure.TOTAL)
        return
    by_group: dict[tuple[str, str], list[Mention]] = defaultdict(list)
    for mention in mentions:
        if mention.site is None:
            continue
        for group in tables.groups_of(family.name, mention.site.name):
            apart = "" if family.measure is Measure.TOTAL else mention.site.name
            by_group[group, apart].append(mention)
    for (group, _), same in by_group.items():
        yield _measured(same, group, family.measure is Measure.TOTAL)


def _measured(mentions: Sequence[Mention], group: str, added: bool) -> Measured:
    measure = mentions[0].family.measure
    stated = [m for m in mentions if m.amount is not None]
    if not stated:
        value = 1.0 if measure in _COUNTS or measure is Measure.NONE else None
        prior = _prior_unstated(measure, mentions)
        return Measured(mentions[0].family.name, group, value, prior, _marks(mentions[:1], ()))
    parts = _parts(stated) if added else [max(stated, key=lambda m: (_value(m), m.close))]
    amounts = [m.amount for m in parts if m.amount is not None]
    prior = CLOSE_PRIOR if any(m.close for m in parts) else NEARBY_PRIOR
    return Measured(
        family=mentions[0].family.name,
        group=group,
        measure=round(sum(a.value for a in amounts), 3),
        prior=prior,
        marks=_marks(parts, amounts),
    )


def _parts(mentions: Iterable[Mention]) -> list[Mention]:
    """One mention of each length at each site: the same length twice is one wound told twice."""
    unique: dict[tuple[str, float], Mention] = {}
    for mention in mentions:
        site = mention.site.name if mention.site else ""
        unique.setdefault((site, _value(mention)), mention)
    return list(unique.values())


def _value(mention: Mention) -> float:
    return mention.amount.value if mention.amount else 0.0


def _prior_unstated(measure: Measure, mentions: Sequence[Mention]) -> float:
    if measure is Measure.NONE:
        return CLOSE_PRIOR if any(m.close for m in mentions) else NEARBY_PRIOR
    return COUNT_OF_ONE_PRIOR if measure in _COUNTS else UNSTATED_PRIOR


def _marks(mentions: Sequence[Mention], amounts: Sequence[Amount]) -> tuple[Mark, ...]:
    """The words of the procedure, its sites and its measures, without empty ones."""
    marks = [Mark(f"procedure:{m.family.name}", m.span) for m in mentions]
    marks += [Mark(f"site:{m.site.name}", m.site.span) for m in mentions if m.site]
    unit = _UNITS.get(mentions[0].family.measure, "")
    marks += [Mark(f"measure:{a.value:g}{unit}", a.span) for a in amounts if len(a.span)]
    return tuple(dict.fromkeys(marks))


def _vaccination(doses: Doses) -> Measured:
    marks = tuple(Mark(f"vaccine:{d.name}", d.span) for d in doses.given)
    counselling = () if doses.counselled is None else (Mark("counselling", doses.counselled),)
    return Measured(doses.family, "", float(doses.number), NEARBY_PRIOR, marks + counselling)


def _unique(procedures: Iterable[Measured]) -> tuple[Mark, ...]:
    """The marks of some procedures, one for each span, the first dozen."""
    by_span = {mark.span: mark for p in procedures for mark in reversed(p.marks)}
    ordered = [by_span[m.span] for p in procedures for m in p.marks]
    return tuple(dict.fromkeys(ordered))[:MAX_EVIDENCE]

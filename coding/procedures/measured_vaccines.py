"""Counts the vaccines that a note says were given: their administration is coded by number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coding.procedures.measured_amounts import age_years
from coding.procedures.measured_mentions import Line
from coding.procedures.measured_tables import Tables, Vaccine
from coding.procedures.status import Standings, Status
from coding.types import Reading, Span

# Counselling on vaccines is coded below this age.
_COUNSELLED_BELOW_YEARS = 19.0
_WINDOW = 4
# Counselling on something else does not count.
_VACCINES = frozenset({"vaccin", "immun", "shot"})


@dataclass(frozen=True, slots=True)
class Dose:
    """A vaccine that was given, at its first mention."""

    name: str
    span: Span
    components: int
    swallowed: bool


@dataclass(frozen=True, slots=True)
class Doses:
    """Vaccines that one family of administration codes counts, and where counselling is noted."""

    family: str
    number: int
    given: tuple[Dose, ...]
    counselled: Span | None = None


def count_vaccines(
    reading: Reading, lines: Sequence[Line], tables: Tables, standings: Standings
) -> tuple[Doses, ...]:
    """How many vaccines were given: by component under 19 with counselling, else by injection.

    By mouth or nose they are counted apart, as further ones where any was injected.
    """
    given = _given(lines, tables, standings)
    if not given:
        return ()
    counselled = _counselled(reading, lines, tables, given)
    if counselled is not None:
        further = sum(dose.components - 1 for dose in given)
        first = Doses("vaccine-counselled", len(given), given, counselled)
        return (first, Doses("vaccine-components", further, given, counselled))[
            : 2 if further else 1
        ]
    injected = tuple(dose for dose in given if not dose.swallowed)
    swallowed = tuple(dose for dose in given if dose.swallowed)
    found = [Doses("vaccine-injected", len(injected), injected)] if injected else []
    if swallowed:
        family = "vaccine-swallowed-further" if injected else "vaccine-swallowed"
        found.append(Doses(family, len(swallowed), swallowed))
    return tuple(found)


def _given(lines: Sequence[Line], tables: Tables, standings: Standings) -> tuple[Dose, ...]:
    """Each vaccine once, where it is said to be given and not to be due, declined or of old."""
    found: dict[str, Dose] = {}
    for line in lines:
        told = not tables.given.isdisjoint(line.places)
        put_off = not tables.put_off.isdisjoint(line.places)
        for vaccine, span in _named(line, tables.vaccines):
            status = standings.of(span).status
            # The reader takes "influenza" before "vaccine" for no disease, so for hypothetical.
            pending = status in (Status.UNCLEAR, Status.PLANNED) and told and not put_off
            if status is Status.PERFORMED or pending:
                dose = Dose(vaccine.name, span, vaccine.components, vaccine.swallowed)
                found.setdefault(vaccine.name, dose)
    return tuple(found.values())


def _named(line: Line, vaccines: Sequence[Vaccine]) -> Iterator[tuple[Vaccine, Span]]:
    """Vaccines that a sentence names; of overlapping names the fullest ("DTaP-IPV", not "IPV")."""
    taken: list[Span] = []
    found = [
        (len(stems), vaccine, span)
        for vaccine in vaccines
        for stems in vaccine.stems
        if line.holds(stems) and (span := _span(line, stems)) is not None
    ]
    for _, vaccine, span in sorted(found, key=lambda f: (-f[0], f[2])):
        if not any(span.overlaps(other) for other in taken):
            taken.append(span)
            yield vaccine, span


def _span(line: Line, stems: frozenset[str]) -> Span | None:
    first = min(line.places[stem][0] for stem in stems)
    used = [min(line.places[stem], key=lambda i: abs(i - first)) for stem in stems]
    close = max(used) - min(used) < _WINDOW
    return line.at(min(used), max(used)) if close else None


def _counselled(
    reading: Reading, lines: Sequence[Line], tables: Tables, given: Sequence[Dose]
) -> Span | None:
    """Words of counselling for a patient under 19, on vaccines or right behind those given."""
    stated = reading.note.patient.age_years
    told = age_years(reading.note.text) if stated is None else None
    age = told.value if told else stated
    if age is None or age >= _COUNSELLED_BELOW_YEARS:
        return None
    behind = False
    for line in lines:
        before, behind = behind, any(line.span.contains(dose.span) for dose in given)
        if _VACCINES.isdisjoint(line.places) and not (before or behind):
            continue
        for stems in tables.counselled:
            if line.holds(stems):
                place = min(line.places[stem][0] for stem in stems)
                return line.at(place, place)
    return None

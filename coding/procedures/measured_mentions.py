"""Where a note names a procedure of a measured family, with its site and its measure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from codesets.words import Token, normalise
from coding.procedures.measured_amounts import (
    Amount,
    age_years,
    areas,
    lengths,
    minutes,
    number,
)
from coding.procedures.measured_tables import Family, Measure, Tables, Wording
from coding.types import Reading, Span

# Words from the first to the last of a wording, at most; an x-ray has its part close by.
_WINDOW = 12
_VIEWS_WINDOW = 12
_LONGEST_MINUTES = 720.0
# A site or a measure left out may stand in a sentence this near, the one before first.
_NEAR = (-1, 1, -2, 2, -3, 3)
# A number and what it counts have at most this many words between them.
_COUNT_REACH = 3
_UNITS_OF_OTHERS = frozenset(
    {"cm", "mm", "mg", "ml", "cc", "year", "month", "day", "week", "minut"}
)
_DIGITS = frozenset({"nail", "digit", "toe"})
_TO = frozenset({"to", "through", "thru"})


@dataclass(frozen=True)
class Line:
    """A sentence by its words: `places` tells where each stem stands among the tokens."""

    span: Span
    tokens: tuple[Token, ...]
    places: Mapping[str, tuple[int, ...]]

    def holds(self, stems: frozenset[str]) -> bool:
        """Whether every one of these stems is there."""
        return self.places.keys() >= stems

    def at(self, first: int, last: int) -> Span:
        """The text from one token to another, both included."""
        return Span(
            self.span.start + self.tokens[first].start, self.span.start + self.tokens[last].end
        )


@dataclass(frozen=True, slots=True)
class Site:
    """A site of the body and the word that names it."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Mention:
    """A procedure as one sentence names it; `close` where all stands in this very sentence."""

    family: Family
    span: Span
    site: Site | None
    amount: Amount | None
    close: bool


def read_lines(reading: Reading) -> tuple[Line, ...]:
    """The sentences of a note, split into words."""
    return tuple(_line(reading.note.text, span) for span in reading.sentences)


def find_mentions(reading: Reading, lines: Sequence[Line], tables: Tables) -> tuple[Mention, ...]:
    """Every mention of a measured family, in order."""
    found = []
    for i, line in enumerate(lines):
        for family, first, last in _named(line, tables):
            span = line.at(first, last)
            near = [line, *(lines[i + d] for d in _NEAR if 0 <= i + d < len(lines))]
            site, here = _site(near, span, tables.sites_of(family.name), tables)
            amount, stated = _amount(reading, near, span, family, tables)
            found.append(Mention(family, span, site, amount, here and stated))
    return tuple(found)


def _line(text: str, span: Span) -> Line:
    tokens = normalise(span.of(text))
    places: dict[str, list[int]] = defaultdict(list)
    for i, token in enumerate(tokens):
        places[token.stem].append(i)
    return Line(span, tokens, {stem: tuple(found) for stem, found in places.items()})


def _named(line: Line, tables: Tables) -> Iterator[tuple[Family, int, int]]:
    """Families that a sentence names, with the first and last word; of overlapping the tightest."""
    found: list[tuple[int, int, Family]] = []
    for stem in line.places:
        for family, wording in tables.by_anchor.get(stem, ()):
            if line.holds(wording.stems) and _admits(family, line):
                window = _VIEWS_WINDOW if family.measure is Measure.VIEWS else _WINDOW
                found += [(a, b, family) for a, b in _places(line, wording, window)]
    kept: list[tuple[int, int, Family]] = []
    for first, last, family in sorted(found, key=lambda f: (f[1] - f[0], f[0])):
        same = (k for k in kept if k[2].name == family.name)
        if not any(first <= b and a <= last for a, b, _ in same):
            kept.append((first, last, family))
    for first, last, family in sorted(kept, key=lambda f: (f[0], f[1], f[2].name)):
        yield family, first, last


def _admits(family: Family, line: Line) -> bool:
    if family.also and not any(line.holds(stems) for stems in family.also):
        return False
    return not any(line.holds(stems) for stems in family.unless)


def _places(line: Line, wording: Wording, window: int) -> Iterator[tuple[int, int]]:
    """Where a wording stands: each place of its anchor with the nearest of its other words."""
    for anchor in line.places[wording.anchor]:
        used = [anchor]
        used += (_nearest(line.places[stem], anchor) for stem in wording.stems)
        if max(used) - min(used) < window:
            yield min(used), max(used)


def _nearest(places: Sequence[int], anchor: int) -> int:
    return min(places, key=lambda i: abs(i - anchor))


def _site(
    near: Sequence[Line], span: Span, wanted: frozenset[str], tables: Tables
) -> tuple[Site | None, bool]:
    """The nearest site of those that matter, and whether it stands in the first sentence."""
    if not wanted:
        return None, True
    for line in near:
        sites = [
            Site(name, line.at(i, i))
            for stem, places in line.places.items()
            if (name := tables.sites.get(stem)) in wanted and name is not None
            for i in places
        ]
        if sites:
            return min(sites, key=lambda s: (_distance(s.span, span), s.span)), line is near[0]
    return None, False


def _amount(
    reading: Reading, near: Sequence[Line], span: Span, family: Family, tables: Tables
) -> tuple[Amount | None, bool]:
    """The measure nearest to the words, and whether it stands in their sentence."""
    if family.measure is Measure.NONE:
        return None, True
    if family.measure is Measure.YEARS:
        return _age(reading), True
    for line in near:
        if line is not near[0] and family.subject.isdisjoint(line.places):
            continue
        amounts = _amounts(reading.note.text, line, family, tables)
        if amounts:
            nearest = min(amounts, key=lambda a: (_distance(a.span, span), a.span))
            return nearest, line is near[0]
        if not family.subject:
            break
    return None, False


def _amounts(text: str, line: Line, family: Family, tables: Tables) -> tuple[Amount, ...]:
    if family.measure in (Measure.LENGTH, Measure.TOTAL):
        return lengths(text, line.span)
    if family.measure is Measure.AREA:
        return areas(text, line.span)
    if family.measure is Measure.MINUTES:
        # A stay of 23 hours is no infusion.
        return tuple(a for a in minutes(text, line.span) if a.value <= _LONGEST_MINUTES)
    if family.measure is Measure.VIEWS:
        return tuple(_views(line, tables.projections))
    if family.measure is Measure.MUSCLES:
        return tuple(_counts(line, family.counted)) or _distinct(line, tables.muscles)
    if family.measure is Measure.NAILS and (range_ := _nail_range(line)):
        return (range_,)
    return tuple(_counts(line, family.counted))


def _age(reading: Reading) -> Amount | None:
    """The age that the request states, else that of the note; the former has no words."""
    if reading.note.patient.age_years is not None:
        return Amount(reading.note.patient.age_years, Span(0, 0))
    return age_years(reading.note.text)


def _views(line: Line, projections: frozenset[str]) -> Iterator[Amount]:
    """The number of views, as such ("three views") or by their names ("AP and lateral")."""
    stated = tuple(_counts(line, frozenset({"view"})))
    if stated:
        yield from stated
        return
    singles = [i for stem in ("singl", "portabl") for i in line.places.get(stem, ())]
    if singles:
        yield Amount(1.0, line.at(singles[0], singles[0]))
        return
    yield from (a for a in _distinct(line, projections) if a.value > 1)


def _distinct(line: Line, stems: frozenset[str]) -> tuple[Amount, ...]:
    """How many different ones of these are named, from the first to the last."""
    places = [line.places[stem][0] for stem in stems if stem in line.places]
    if not places:
        return ()
    return (Amount(float(len(places)), line.at(min(places), max(places))),)


def _counts(line: Line, counted: frozenset[str]) -> Iterator[Amount]:
    """Numbers that count: "eight plantar warts", "warts x 8", "warts x8"."""
    things = sorted(i for stem in counted for i in line.places.get(stem, ()))
    stems = [token.stem for token in line.tokens]
    for i, stem in enumerate(stems):
        value = number(stem.removeprefix("x") if stem[:1] == "x" else stem)
        if value is None:
            continue
        times = stem[:1] == "x" or (i > 0 and stems[i - 1] == "x")
        after = [t for t in things if i < t <= i + _COUNT_REACH]
        if times and things and things[0] < i and not _unit(stems, i + 1):
            yield Amount(float(value), line.at(things[0], i))
        elif after and not any(_unit(stems, j) for j in range(i + 1, after[0])):
            yield Amount(float(value), line.at(i, after[0]))


def _unit(stems: Sequence[str], i: int) -> bool:
    return i < len(stems) and stems[i] in _UNITS_OF_OTHERS


def _nail_range(line: Line) -> Amount | None:
    """Nails by their numbers: "nails 1-5 bilaterally" are ten."""
    stems = [token.stem for token in line.tokens]
    for i in range(1, len(stems) - 1):
        end = i + 1 + (stems[i + 1] in _TO and i + 2 < len(stems))
        first, last = number(stems[i]), number(stems[end])
        if (
            first
            and last
            and first < last <= 10
            and not _DIGITS.isdisjoint(stems[max(0, i - 2) : i])
        ):
            sides = 2 if "bilater" in line.places else 1
            return Amount(float((last - first + 1) * sides), line.at(i, end))
    return None


def _distance(one: Span, other: Span) -> int:
    """Characters between two spans; 0 where they meet."""
    return max(0, one.start - other.end, other.start - one.end)

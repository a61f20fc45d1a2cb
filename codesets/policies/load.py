"""Loading policy files: recognised by their columns, read whole, then put in force at once.

Nothing is changed before every file is read: where one fails, what was loaded before stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from pathlib import Path, PurePosixPath

import numpy as np

from codesets.loaders.archive import Member
from codesets.policies import coverage_list, mue, ptp, store
from codesets.policies.coverage import TABLES, ArticleTables
from codesets.policies.coverage_table import CoverageTable, Policy, coverage_table
from codesets.policies.naming import (
    file_name,
    is_change_report,
    last_day,
    part_of,
    said_day,
    said_variant,
)
from codesets.policies.packing import pack_pair
from codesets.policies.ptp import what_is_missing
from codesets.policies.rows import Row, first_rows, head, tables, unpacked
from codesets.policies.values import VARIANTS, Kind, PolicyInfo, Variant
from coding.errors import CodeSetError

_KEYS = frozenset({"article_id", "contractor_id"})  # the first column of a table of the database


@dataclass(frozen=True, slots=True)
class Order:
    """What the operator says beside the files, where their names do not say it.

    `first` and `last` are the days on which they hold; `contractor` keeps the articles of one
    Medicare contractor, by its number or part of its name.
    """

    first: date | None = None
    last: date | None = None
    variant: Variant | None = None
    contractor: str | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of loading: a line a file, and the files now in force of what was given."""

    said: tuple[str, ...]
    files: tuple[PolicyInfo, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """A recognised table: what it is, its header, the rows below, and the file it is from."""

    kind: Kind
    name: str
    header: list[str]
    rows: Iterator[Row]
    member: Member

    @property
    def source(self) -> tuple[str, str]:
        """Name and sha256 of the file."""
        return self.member.name, hashlib.sha256(self.member.raw).hexdigest()


@dataclass(frozen=True, slots=True)
class _Quarter:
    """The parts of a quarter's pairs, and the files they came in (name, sha256)."""

    parts: ptp.PairParts = field(default_factory=ptp.PairParts)
    sources: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Gathered:
    """Everything read so far, by what it will be kept as."""

    pairs: dict[tuple[Variant, date], _Quarter] = field(default_factory=dict)
    files: list[tuple[PolicyInfo, store.Table]] = field(default_factory=list)
    articles: ArticleTables = field(default_factory=ArticleTables)
    article_sources: list[tuple[str, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


def load_policies_from(paths: Sequence[Path], index_dir: Path, order: Order) -> Loaded:
    """Load files or zips. Raises: CodeSetError naming file, line and column of what is wrong."""
    gathered = _Gathered()
    for path in paths:
        before = len(gathered.said)
        for member in _best_forms(unpacked(path)):
            shown = _gather(gathered, member, order)
            gathered.said.append(f"{member.shown}: {shown or 'passed over'}")
        if all(line.endswith("passed over") for line in gathered.said[before:]):
            raise CodeSetError(
                f"{path.name} holds no policy file in a form that is read; "
                "docs/guide/policies.md lists them"
            )
    for (variant, day), quarter in gathered.pairs.items():
        gathered.files.append(_pair_file(variant, day, quarter, order))
    if gathered.article_sources:
        gathered.files.append(_article_file(gathered, order))
    infos = [info for info, _ in gathered.files]
    _refuse_doubles(infos)
    before_now = {info.name for info in store.read_infos(index_dir)}
    gathered.said += [
        f"{i.name}: replaces the one loaded before" for i in infos if i.name in before_now
    ]
    store.put(index_dir, gathered.files)
    return Loaded(tuple(gathered.said), tuple(infos))


def _best_forms(members: Iterator[Member]) -> Iterator[Member]:
    """The files of an archive; a spreadsheet beside the same file as text is left out.

    Text is ten times quicker to read. CMS puts both into one zip.
    """
    waiting: dict[str, Member] = {}
    texts: set[str] = set()
    for member in members:
        stem, suffix = PurePosixPath(member.name.lower()).stem, member.name.lower()[-5:]
        if suffix == ".xlsx":
            waiting[stem] = member
        else:
            texts |= {stem} if suffix.endswith((".txt", ".csv", ".tsv")) else set()
            yield member
    yield from (member for stem, member in waiting.items() if stem not in texts)


def _gather(gathered: _Gathered, member: Member, order: Order) -> str | None:
    """Read what a file holds, or keep its rows for later; None for what is no policy file."""
    shown = None
    for table in tables(member):
        rows, rest = first_rows(table)
        for place, (_, cells) in enumerate(rows):
            kind = _kind(member, cells)
            if kind is None:
                continue
            below = chain(rows[place + 1 :], rest)
            found = _Found(kind, table.name, cells, below, member)
            shown = _READERS[kind](gathered, found, order) or shown
            break
    return shown


def _kind(member: Member, cells: Sequence[str]) -> Kind | None:
    if ptp.is_header(cells):
        return Kind.PAIRS
    if mue.is_header(cells):
        return Kind.LIMITS
    keyed = any(name in _KEYS for name in head(cells[:1]))
    in_database = keyed and member.name.lower() in TABLES
    return Kind.COVERAGE if in_database or coverage_list.is_header(cells) else None


def _gather_pairs(gathered: _Gathered, found: _Found, order: Order) -> str:
    variant, day = _variant(found, order, said_variant(found.member.shown)), _first(found, order)
    if is_change_report(found.member.shown):
        raise CodeSetError(
            f"{found.member.shown} holds what changed in a quarter; load the whole file instead"
        )
    quarter = gathered.pairs.setdefault((variant, day), _Quarter())
    quarter.parts.add(found.name, found.header, found.rows)
    quarter.sources.append(found.source)
    return f"NCCI pairs, {variant}, from {day}"


def _gather_limits(gathered: _Gathered, found: _Found, order: Order) -> str:
    stated = mue.header_variant(found.header) or said_variant(found.member.shown)
    variant, day = _variant(found, order, stated), _first(found, order)
    table = mue.read_limits(found.name, found.header, found.rows)
    rows = len(table.code)
    info = _info(Kind.LIMITS, variant, day, order, (found.source,), (rows, rows))
    gathered.files.append((info, table))
    return f"MUE, {variant}, from {day}"


def _gather_coverage(gathered: _Gathered, found: _Found, order: Order) -> str | None:
    file = found.member.name.lower()
    if file in TABLES:
        gathered.articles.add(file, found.name, found.header, found.rows)
        gathered.article_sources.append(found.source)
        return "table of the Coverage Database"
    day = _first(found, order)
    policies = coverage_list.read_list(found.name, found.header, found.rows, day)
    gathered.files.append(_coverage_file(Variant.LISTS, day, policies, (found.source,), order))
    return f"coverage list, from {day}"


def _pair_file(
    variant: Variant, day: date, quarter: _Quarter, order: Order
) -> tuple[PolicyInfo, store.Table]:
    """The pairs of a quarter as they are kept. Raises: CodeSetError where a part is left out."""
    given = sorted(part for name, _ in quarter.sources if (part := part_of(name)) is not None)
    if given and given != list(range(1, len(given) + 1)):
        numbers = ", ".join(f"f{part}" for part in given)
        raise CodeSetError(
            f"of the pairs of {day} ({variant}) only parts {numbers} are given, or one twice: "
            "load all parts of a quarter in one command"
        )
    table = quarter.parts.table()
    first_codes = len(np.unique(table.key // pack_pair(1, 0)))
    info = _info(
        Kind.PAIRS,
        variant,
        day,
        order,
        tuple(quarter.sources),
        (len(table.key), first_codes),
        what_is_missing(table),
    )
    return info, table


def _article_file(gathered: _Gathered, order: Order) -> tuple[PolicyInfo, store.Table]:
    policies = gathered.articles.joined(order.contractor)
    day = order.first or gathered.articles.updated
    if day is None:
        raise CodeSetError("the articles do not say when they were updated: give --valid-from")
    return _coverage_file(Variant.ARTICLES, day, policies, tuple(gathered.article_sources), order)


def _coverage_file(
    variant: Variant,
    day: date,
    policies: Sequence[Policy],
    sources: tuple[tuple[str, str], ...],
    order: Order,
) -> tuple[PolicyInfo, CoverageTable]:
    table = coverage_table(policies)
    counts = len(policies), len(np.unique(table.procedure))
    partial = f"only of contractor {order.contractor}" if order.contractor else ""
    return _info(Kind.COVERAGE, variant, day, order, sources, counts, partial), table


def _info(
    kind: Kind,
    variant: Variant,
    day: date,
    order: Order,
    sources: tuple[tuple[str, str], ...],
    counts: tuple[int, int],
    partial: str = "",
) -> PolicyInfo:
    """What a file is. Raises: CodeSetError for a last day before the first."""
    last = order.last or last_day(kind, day)
    if last < day:
        raise CodeSetError(f"a policy file cannot end on {last}, before it begins on {day}")
    rows, codes = counts
    return PolicyInfo(
        kind, variant, file_name(kind, variant, day), day, last, rows, codes, sources, partial
    )


def _variant(found: _Found, order: Order, stated: Variant | None) -> Variant:
    """Whose claims a file is for. Raises: CodeSetError where neither file nor operator says."""
    variant = order.variant or stated
    known = VARIANTS[found.kind]
    if variant not in known:
        raise CodeSetError(
            f"{found.member.shown} does not say whose claims it is for: give --variant with one "
            f"of {', '.join(known)}"
        )
    return variant


def _first(found: _Found, order: Order) -> date:
    """The first day of a file. Raises: CodeSetError where neither its name nor operator says."""
    day = order.first or said_day(found.member.shown)
    if day is None:
        raise CodeSetError(f"{found.member.shown} does not say its first day: give --valid-from")
    return day


def _refuse_doubles(infos: Sequence[PolicyInfo]) -> None:
    names = [info.name for info in infos]
    if double := next((name for name in names if names.count(name) > 1), None):
        raise CodeSetError(f"two of the files given would both be {double}: load one of them")


_READERS = {
    Kind.PAIRS: _gather_pairs,
    Kind.LIMITS: _gather_limits,
    Kind.COVERAGE: _gather_coverage,
}

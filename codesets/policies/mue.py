"""Medically unlikely edits as CMS publishes them each quarter, below a licence of ten lines.

Columns: HCPCS/CPT Code, "Practitioner Services MUE Values" (or those of hospitals or suppliers),
MUE Adjudication Indicator (1 line, 2 day by policy, 3 day by clinical benchmarks), MUE Rationale.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from codesets.loaders.text import bad_line
from codesets.policies.naming import said_variant
from codesets.policies.packing import PROCEDURE, pack
from codesets.policies.ptp import PROCEDURE_CODE
from codesets.policies.rows import Row, bad_cell, head, is_blank, is_notice
from codesets.policies.values import Variant
from coding.errors import CodeSetError

_MAX_UNITS = 1_000_000


@dataclass(frozen=True, slots=True)
class LimitTable:
    """Limits sorted by code; `rationale` points into `rationales`."""

    code: NDArray[np.int64]
    units: NDArray[np.int32]
    indicator: NDArray[np.uint8]
    rationale: NDArray[np.uint16]
    rationales: tuple[str, ...]

    def columns(self) -> Mapping[str, NDArray[np.generic]]:
        """The arrays by name, as they are stored."""
        return {
            "code": self.code,
            "units": self.units,
            "indicator": self.indicator,
            "rationale": self.rationale,
        }


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row names the columns of limits."""
    return any("mue value" in name for name in head(cells))


def header_variant(header: Sequence[str]) -> Variant | None:
    """Whose claims the values are for, by the name of their column."""
    return said_variant(next(name for name in head(header) if "mue value" in name))


def read_limits(name: str, header: list[str], rows: Iterator[Row]) -> LimitTable:
    """Read the rows below the header. Raises: CodeSetError naming file, line and column."""
    code_at = _place(name, header, "HCPCS/CPT Code", "cpt code")
    units_at = _place(name, header, "MUE Values", "mue value")
    indicator_at = _place(name, header, "MUE Adjudication Indicator", "adjudication")
    rationale_at = next((i for i, text in enumerate(head(header)) if "rationale" in text), None)
    found: dict[int, tuple[int, int, int]] = {}
    rationales: dict[str, int] = {}
    for line, cells in rows:
        if is_blank(cells) or (is_notice(cells) and not _is_code(cells[code_at : code_at + 1])):
            continue
        if len(cells) <= max(code_at, units_at, indicator_at):
            raise bad_line(name, line, "has too few columns (cut off in the middle?)")
        if not _is_code(cells[code_at : code_at + 1]):
            raise bad_cell(name, line, "HCPCS/CPT Code", "is no CPT or HCPCS code")
        said = "" if rationale_at is None else "".join(cells[rationale_at : rationale_at + 1])
        limit = (
            _units(name, line, cells[units_at]),
            _indicator(name, line, cells[indicator_at]),
            rationales.setdefault(said.strip(), len(rationales)),
        )
        code = pack(cells[code_at].strip().upper(), PROCEDURE)
        if found.setdefault(code, limit) != limit:
            raise bad_line(name, line, "has a code of a line above with another limit")
    if not found:
        raise CodeSetError(f"{name} holds no limit")
    return _table(found, tuple(rationales))


def _table(found: Mapping[int, tuple[int, int, int]], rationales: tuple[str, ...]) -> LimitTable:
    codes = sorted(found)
    units, indicators, reasons = zip(*(found[code] for code in codes), strict=True)
    return LimitTable(
        np.array(codes, dtype=np.int64),
        np.array(units, dtype=np.int32),
        np.array(indicators, dtype=np.uint8),
        np.array(reasons, dtype=np.uint16),
        rationales,
    )


def _place(name: str, header: Sequence[str], column: str, mark: str) -> int:
    for place, text in enumerate(head(header)):
        if mark in text:
            return place
    raise CodeSetError(f"{name} has no column {column!r}: is it a file of MUE?")


def _is_code(cells: Sequence[str]) -> bool:
    return any(PROCEDURE_CODE.fullmatch(cell.strip().upper()) for cell in cells)


def _units(name: str, line: int, cell: str) -> int:
    text = cell.strip()
    if not (text.isascii() and text.isdigit() and int(text) <= _MAX_UNITS):
        raise bad_cell(name, line, "MUE Values", "is no whole number of units")
    return int(text)


def _indicator(name: str, line: int, cell: str) -> int:
    first = cell.strip()[:1]
    if first not in ("1", "2", "3"):
        raise bad_cell(name, line, "MUE Adjudication Indicator", "does not begin with 1, 2 or 3")
    return int(first)

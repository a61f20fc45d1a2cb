"""The tables in an operator's files: tab-separated, CSV or spreadsheet, below whatever preamble."""

from __future__ import annotations

import csv
import io
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import BadZipFile

from codesets.loaders.archive import Member, read_members
from codesets.loaders.text import decode
from coding.errors import CodeSetError

Row = tuple[int, list[str]]
# A licence of CMS and the AMA stands above the header: some ten lines in the files seen.
HEADER_WITHIN = 60
_HEAD_CHARS = 20_000
# Articles of the Coverage Database keep whole documents in one cell.
_MAX_CELL_CHARS = 64_000_000
_NOTICE = re.compile(r"copyright|all rights reserved|american medical association|\bAMA\b", re.I)
_DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[ T].*)?|(\d{1,2})/(\d{1,2})/(\d{4})(?: .*)?")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one sheet or text with their line numbers from 1; `name` is for messages."""

    name: str
    rows: Iterator[Row]


def unpacked(path: Path) -> Iterator[Member]:
    """Every file in what the operator gave; the Coverage Database packs a zip within its zip.

    Raises: CodeSetError as codesets.loaders.archive.read_members does.
    """
    for member in read_members(path):
        if not member.name.lower().endswith(".zip"):
            yield member
            continue
        with TemporaryDirectory() as folder:
            inner = Path(folder, member.name)
            inner.write_bytes(member.raw)
            for own in read_members(inner):
                yield Member(own.name, f"{path.name}:{own.shown}", own.raw)


def tables(member: Member) -> Iterator[Table]:
    """The tables of a file, none where it is of another form. Raises: CodeSetError."""
    name = member.name.lower()
    if name.endswith(".xlsx"):
        yield from _sheets(member)
    elif name.endswith((".txt", ".csv", ".tsv")):
        text = decode(member.shown, member.raw)
        tabbed = "\t" in text[:_HEAD_CHARS]
        yield Table(member.shown, _tabbed(text) if tabbed else _comma(member.shown, text))


def head(cells: Iterable[str]) -> list[str]:
    """Column names as they are compared: lower case, white space made single."""
    return [" ".join(cell.replace('"', " ").split()).lower() for cell in cells]


def first_rows(table: Table) -> tuple[list[Row], Iterator[Row]]:
    """The rows among which the header is, and the rows behind them."""
    return list(islice(table.rows, HEADER_WITHIN)), table.rows


def is_blank(cells: Sequence[str]) -> bool:
    """Whether no cell of a row holds anything."""
    return not any(cell.strip() for cell in cells)


def is_notice(cells: Sequence[str]) -> bool:
    """Whether a row is of a licence or copyright notice."""
    return bool(_NOTICE.search(" ".join(cells)))


def bad_cell(name: str, line: int, column: str, problem: str) -> CodeSetError:
    """The error that names file, line and column; nothing of the cell is repeated."""
    return CodeSetError(f"{name}, line {line}, column {column!r}: {problem}")


def cell_day(text: str) -> date | None:
    """A day as 20260101, 2026-01-01 or 1/1/2026, with or without a time; None for another text."""
    match = _DAY.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day = match.group(1, 2, 3) if match[1] else match.group(6, 4, 5)
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _tabbed(text: str) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), 1):
        yield number, line.split("\t")


def _comma(name: str, text: str) -> Iterator[Row]:
    with _long_cells():
        reader = csv.reader(io.StringIO(text, newline=""))
        try:
            for cells in reader:
                yield reader.line_num, cells
        except csv.Error as error:
            raise CodeSetError(f"{name}, line {reader.line_num}: is no CSV: {error}") from None


@contextmanager
def _long_cells() -> Iterator[None]:
    """Cells as long as the Coverage Database has them; csv has one limit for the process."""
    before = csv.field_size_limit(_MAX_CELL_CHARS)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _sheets(member: Member) -> Iterator[Table]:
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(member.raw), read_only=True, data_only=True)
        sheets = book.worksheets
    except (BadZipFile, KeyError, ValueError, OSError) as error:
        raise CodeSetError(f"{member.shown} is no spreadsheet that can be read") from error
    for sheet in sheets:
        shown = member.shown if len(sheets) == 1 else f"{member.shown}, sheet {sheet.title}"
        yield Table(shown, _cells(shown, sheet.iter_rows(values_only=True)))


def _cells(name: str, rows: Iterator[tuple[object, ...]]) -> Iterator[Row]:
    """The rows of a sheet, which is read only now. Raises: CodeSetError where it breaks off."""
    number = 0
    try:
        for number, row in enumerate(rows, 1):
            yield number, [_text(value) for value in row]
    except (BadZipFile, zlib.error, SyntaxError, KeyError, ValueError, OSError) as error:
        raise CodeSetError(f"{name}, line {number + 1}: the sheet breaks off here") from error


def _text(value: object) -> str:
    """A cell as text; a whole number that the sheet keeps as a fraction loses its .0."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)

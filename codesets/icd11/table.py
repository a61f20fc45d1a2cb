"""WHO's tab-separated ICD-11 files: rows by column name, and the release stamp in the header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from codesets.loaders.text import bad_line, lines

# "Version:2024 Jan 21 - 22:30 UTC" in the tabulation, "2024-Jan-21" in the maps.
_STAMP = re.compile(r"(?:Version:)?\s*(\d{4})[ -]([A-Z][a-z]{2})[ -]\d{1,2}\b.*")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

CODE = re.compile(r"X[0-9A-Z]{3,5}|[0-9A-WYZ][0-9A-Z]{3}(?:\.[0-9A-Z]{1,2})?")


def rows(name: str, raw: bytes, columns: tuple[str, ...]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Every row below the header: its line number and the cells of the columns asked for.

    Raises: CodeSetError naming file and line where a column or a part of a row is missing.
    """
    found = lines(name, raw)
    number, header = _header(name, found)
    for column in columns:
        if column not in header:
            raise bad_line(name, number, f"has no column {column}")
    places = [header.index(column) for column in columns]
    # The stamp is a header cell without cells below it.
    width = sum(_STAMP.fullmatch(column) is None for column in header)
    for number, line in found:
        cells = line.split("\t")
        if len(cells) < width:
            raise bad_line(
                name, number, f"has {len(cells)} columns of {width} (cut off in the middle?)"
            )
        yield number, tuple(_bare(cells[place]) for place in places)


def stamp(name: str, raw: bytes) -> date | None:
    """The first day of the month that the header gives the release; None where it gives none."""
    _, header = _header(name, lines(name, raw))
    for column in header:
        match = _STAMP.fullmatch(column)
        if match is not None and match[2] in _MONTHS:
            return date(int(match[1]), _MONTHS.index(match[2]) + 1, 1)
    return None


def _header(name: str, found: Iterator[tuple[int, str]]) -> tuple[int, list[str]]:
    number, line = next(found, (1, ""))
    if not line:
        raise bad_line(name, number, "is empty")
    return number, [column.strip() for column in line.split("\t")]


def _bare(cell: str) -> str:
    """A cell without the quotation marks that a spreadsheet puts round texts."""
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"')
    return cell

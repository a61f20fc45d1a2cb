"""The quarterly HCPCS Level II file of CMS: fixed width, spreadsheet or CSV.

Fixed width (HCPC*_ANWEB*.txt): 1-5 code (modifiers in 4-5), 11 record id (3 a code, 4 its further
lines, 7 a modifier, 8 its further lines), 12-91 long descriptor, 92-119 short one, 285-292 the day
on which it was terminated, if any.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from codesets.loaders.text import bad_line, decode, lines
from coding.errors import CodeSetError

CODE = re.compile(r"[A-Z]\d{4}")
MODIFIER = re.compile(r"[A-Z][A-Z0-9]")
_CPT = re.compile(r"\d{4}[0-9A-Z]")
_CODE_HEADS = ("hcpcs_code", "hcpc", "hcpcs", "code", "hcpcs code")
_LONG_HEADS = ("long_description", "long description", "long descriptor", "description")
_END_HEADS = ("term dt", "term_dt", "termination date", "termination_date")
# The letters of the Level II list from its first page to its last.
_FIRST, _LAST = "A", "V"
_FIRST_LINES, _MORE_LINES = ("3", "7"), ("4", "8")


@dataclass(frozen=True, slots=True)
class HcpcsLine:
    """A code, or a modifier of two characters, with its long descriptor."""

    value: str
    title: str
    terminated: date | None = None

    @property
    def is_modifier(self) -> bool:
        """Whether it is a modifier."""
        return len(self.value) == 2


def parse_fixed(name: str, raw: bytes) -> tuple[HcpcsLine, ...]:
    """Read the fixed-width file. Raises: CodeSetError naming file and line."""
    found: list[tuple[str, list[str], date | None]] = []
    for number, line in lines(name, raw):
        record, code, text = line[10:11], line[:5].strip(), line[11:91].strip()
        if record in _FIRST_LINES:
            if len(line.rstrip()) < 93:
                raise bad_line(name, number, "ends before its short descriptor: half a file?")
            found.append((_checked(name, number, code), [text], _day(line[284:292])))
        elif record in _MORE_LINES and found:
            found[-1][1].append(text)
        else:
            raise bad_line(name, number, "has no record id 3, 4, 7 or 8 in column 11")
    return _whole(name, (HcpcsLine(code, " ".join(texts), end) for code, texts, end in found))


def parse_csv(name: str, raw: bytes) -> tuple[HcpcsLine, ...]:
    """Read a CSV with a column of codes and one of long descriptors."""
    return _table(name, csv.reader(io.StringIO(decode(name, raw), newline="")))


def parse_xlsx(name: str, raw: bytes) -> tuple[HcpcsLine, ...]:
    """Read the spreadsheet that CMS publishes beside the fixed-width file."""
    from zipfile import BadZipFile

    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        rows = [
            ["" if cell is None else str(cell) for cell in row]
            for row in book.worksheets[0].iter_rows(values_only=True)
        ]
    except (BadZipFile, KeyError, ValueError, OSError, IndexError) as error:
        raise CodeSetError(f"{name} is no spreadsheet that can be read") from error
    return _table(name, rows)


def _table(name: str, rows: Iterable[list[str]]) -> tuple[HcpcsLine, ...]:
    places: tuple[int, int, int | None] | None = None
    found: list[tuple[str, list[str], date | None]] = []
    for number, row in enumerate(rows, 1):
        if places is None:
            # The spreadsheet has a title above its header.
            places = _places([cell.strip().lower() for cell in row])
            continue
        if not any(cell.strip() for cell in row):
            continue
        if len(row) <= max(places[:2]):
            raise bad_line(name, number, "has too few columns (cut off in the middle?)")
        code, text = row[places[0]].strip().upper(), " ".join(row[places[1]].split())
        if found and code == found[-1][0]:
            found[-1][1].append(text)
        else:
            end = places[2]
            ended = _day(row[end]) if end is not None and end < len(row) else None
            found.append((_checked(name, number, code), [text], ended))
    if places is None:
        raise bad_line(name, 1, "has no column of codes and of long descriptors")
    return _whole(name, (HcpcsLine(code, " ".join(texts), end) for code, texts, end in found))


def _places(header: list[str]) -> tuple[int, int, int | None] | None:
    """The columns of codes, long descriptors and, where there is one, of termination days."""
    code, long, end = (
        next((header.index(head) for head in heads if head in header), None)
        for heads in (_CODE_HEADS, _LONG_HEADS, _END_HEADS)
    )
    return (code, long, end) if code is not None and long is not None else None


def _day(text: str) -> date | None:
    """A day as YYYYMMDD, or as a spreadsheet has it; None where there is none."""
    digits = text.strip()[:10].replace("-", "")
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])) if digits else None
    except ValueError:
        return None


def _checked(name: str, number: int, code: str) -> str:
    if _CPT.fullmatch(code):
        raise bad_line(
            name,
            number,
            "holds a CPT code, which is the AMA's: this is no HCPCS Level II file; a licensee "
            "loads CPT files with --i-hold-a-cpt-licence",
        )
    if not (CODE.fullmatch(code) or MODIFIER.fullmatch(code)):
        raise bad_line(name, number, "has no HCPCS code where one should stand")
    return code


def _whole(name: str, found: Iterator[HcpcsLine]) -> tuple[HcpcsLine, ...]:
    """The list without dental codes. Raises: CodeSetError for one that lacks its begin or end."""
    kept = tuple(line for line in found if line.is_modifier or line.value[0] != "D")
    letters = {line.value[0] for line in kept if not line.is_modifier}
    if not {_FIRST, _LAST} <= letters:
        raise CodeSetError(
            f"{name} does not reach from A codes to V codes: half a file? download it again"
        )
    values = [line.value for line in kept]
    if len(values) != len(set(values)):
        double = next(value for value in values if values.count(value) > 1)
        raise CodeSetError(f"{name} has {double} twice")
    return kept

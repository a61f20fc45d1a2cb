"""Lists of codes with their titles: order files, order addenda, codes files, spreadsheets as CSV.

The order file of CMS has fixed columns: 1-5 order number, 7-13 code, 15 billable flag, 17-76 short
title, 78 on long title. Its addenda have the same columns after "Add:", "Delete:", "Revise from:"
or "Revise to:".
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass

from codesets.loaders.recognise import Kind, Source
from codesets.loaders.text import bad_line, decode, lines
from coding.errors import CodeSetError
from coding.types import Code, System

ORDER_LINE = re.compile(r"(\d{5}) ([0-9A-Z]{3,7}) +([01]) (.{60}) (.+)")
ADDENDA_LINE = re.compile(
    r"(Add|Delete|Revise from|Revise to):\s*(?:(\d{5}) )?([01]? )?([0-9A-Z]{3,7})\s+(\S.*)"
)
CODES_LINE = re.compile(r"([0-9A-HJ-NP-Z]{7}|[A-Z](?:\d[0-9A-Z]|A\d)[0-9A-Z]{0,4}) +(\S.*)")
# The names that published lists give their columns, lower case.
_CODE_NAMES = ("code", "hcpcs_code", "hcpc", "poaexemptcode")
_TITLE_NAMES = ("long_title", "long_description", "long description", "title", "description")
_SHAPES = {
    System.ICD10CM: re.compile(r"[A-Z](?:\d[0-9A-Z]|A\d)[0-9A-Z]{0,4}"),
    System.ICD10PCS: re.compile(r"[0-9A-HJ-NP-Z]{3}|[0-9A-HJ-NP-Z]{7}"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A code of a list, in printed form, with its long title."""

    value: str
    title: str
    billable: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """What addenda change: codes gone, codes new or with another title."""

    deleted: tuple[Line, ...]
    added: tuple[Line, ...]
    retitled: tuple[Line, ...]


def parse_order(name: str, raw: bytes, system: System) -> tuple[Line, ...]:
    """Read an order file. Raises: CodeSetError naming file and line."""
    found: list[Line] = []
    seen: dict[str, int] = {}
    expected = None
    for number, line in lines(name, raw):
        match = ORDER_LINE.fullmatch(line.rstrip("\n").ljust(78))
        if match is None:
            raise bad_line(name, number, "is no line of an order file (cut off in the middle?)")
        order, code, flag, _, title = match.groups()
        if expected is not None and int(order) != expected:
            raise bad_line(name, number, f"has order number {order} where {expected:05} follows")
        expected = int(order) + 1
        value = _value(name, number, system, code)
        if value in seen:
            raise bad_line(name, number, f"repeats {value} of line {seen[value]}")
        seen[value] = number
        if not title.strip():
            raise bad_line(name, number, f"has no title for {value}")
        found.append(Line(value, title.strip(), flag == "1"))
    return _some(name, found)


def parse_codes(name: str, raw: bytes, system: System) -> tuple[Line, ...]:
    """Read a codes file: a billable code and its long title a line."""
    found = []
    for number, line in lines(name, raw):
        match = CODES_LINE.fullmatch(line.strip())
        if match is None:
            raise bad_line(name, number, "is no code and title (cut off in the middle?)")
        found.append(Line(_value(name, number, system, match[1]), match[2], True))
    return _some(name, found)


def parse_csv(name: str, raw: bytes, system: System) -> tuple[Line, ...]:
    """Read a list with a header line that names a code column and a title column."""
    rows = csv.DictReader(decode(name, raw).splitlines())
    header = {column.strip().lower(): column for column in rows.fieldnames or ()}
    code, title = _column(header, _CODE_NAMES), _column(header, _TITLE_NAMES)
    if code is None or title is None:
        raise bad_line(name, 1, "has no column for codes or none for long titles")
    found = []
    for row in rows:
        number = rows.line_num
        text = row[title]
        if not row[code] or not text or None in row:
            raise bad_line(name, number, "has too few or too many columns, or no title")
        value = _value(name, number, system, row[code].strip().upper().replace(".", ""))
        flag = row[header["billable"]] if "billable" in header else "1"
        found.append(Line(value, text.strip(), flag.strip().lower() in ("1", "true", "yes")))
    return _some(name, found)


def parse_addenda(name: str, raw: bytes, system: System) -> Changes:
    """Read order addenda. Lines of counts below the changes are passed over."""
    deleted, added, retitled = [], [], []
    for number, line in lines(name, raw):
        match = ADDENDA_LINE.match(line)
        if match is None:
            continue
        action, _, flag, code, titles = match.groups()
        billable = (flag or "1").strip() != "0"
        # Short title in 60 columns, a blank, the long title.
        title = titles[61:].strip() or titles.strip()
        changed = Line(_value(name, number, system, code), title, billable)
        if action == "Add":
            added.append(changed)
        elif action == "Delete":
            deleted.append(changed)
        elif action == "Revise to":
            retitled.append(changed)
    if not deleted and not added and not retitled:
        raise CodeSetError(f"{name} has no line that adds, deletes or revises a code")
    return Changes(tuple(deleted), tuple(added), tuple(retitled))


def changed(old: tuple[Line, ...], changes: Changes) -> tuple[Line, ...]:
    """A list after its addenda, in order of codes. A code added again takes the new line's flag."""
    codes = {line.value: line for line in old}
    for line in changes.deleted:
        codes.pop(line.value, None)
    for line in (*changes.added, *changes.retitled):
        codes[line.value] = line
    return tuple(codes[value] for value in sorted(codes))


def parse_poa_exempt(name: str, raw: bytes) -> frozenset[str]:
    """The codes exempt from present-on-admission reporting: tab-separated, with a header."""
    found = set()
    for number, line in lines(name, raw):
        cells = line.split("\t")
        if number == 1:
            continue
        if len(cells) < 3:
            raise bad_line(name, number, "has fewer than three columns (cut off in the middle?)")
        found.add(_value(name, number, System.ICD10CM, cells[1].strip().replace(".", "")))
    if not found:
        raise CodeSetError(f"{name} names no code")
    return frozenset(found)


def read_lines(source: Source) -> tuple[Line, ...]:
    """The codes that a list of any form names. Raises: CodeSetError."""
    member = source.member
    readers = {Kind.ORDER: parse_order, Kind.LIST: parse_csv, Kind.CODES: parse_codes}
    return readers[source.kind](member.shown, member.raw, source.system)


def _value(name: str, number: int, system: System, code: str) -> str:
    if not _SHAPES[system].fullmatch(code):
        raise bad_line(name, number, f"has no code of {system} where one should stand")
    return Code.parse(system, code).value


def _column(header: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((header[name] for name in names if name in header), None)


def _some(name: str, found: list[Line]) -> tuple[Line, ...]:
    if not found:
        raise CodeSetError(f"{name} holds no code")
    return tuple(found)

"""WHO's simple tabulation of ICD-11 MMS: chapters, blocks and categories, a row each, in order.

Depth is the number of "- " before a title. Source of the columns: readme.txt in WHO's archive.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from codesets.icd11.table import CODE, rows
from codesets.loaders.text import bad_line
from codesets.records import Listing, Record
from coding.errors import CodeSetError

NOT_PRIMARY = "Primary tabulation: False"
_COLUMNS = (
    "Linearization URI",
    "Code",
    "BlockId",
    "Title",
    "ClassKind",
    "ChapterNo",
    "Primary tabulation",
)
_DASHES = re.compile(r"(?:- )*")
# The chapters that a whole tabulation begins and ends with; X are the extension codes.
_FIRST, _LAST = "01", "X"


class _Row(NamedTuple):
    """The cells of `_COLUMNS`."""

    uri: str
    code: str
    block: str
    title: str
    kind: str
    chapter: str
    primary: str


def parse_tabulation(name: str, raw: bytes) -> Listing:
    """Read SimpleTabulation-ICD-11-MMS-en.txt; a code's `section` is its nearest block.

    A code right under its chapter has the chapter as section. No code is billable: US claims
    take no ICD-11. Stem codes that WHO keeps out of the primary tabulation carry the note
    NOT_PRIMARY. Raises: CodeSetError naming file and line.
    """
    blocks: list[Record] = []
    codes: list[Record] = []
    seen: set[str] = set()
    # The record last read at each depth, as far down as the present row.
    above: list[Record] = []
    for number, cells in rows(name, raw, _COLUMNS):
        row = _Row(*cells)
        dashes = _DASHES.match(row.title)
        depth = len(dashes[0]) // 2 if dashes else 0
        if depth > len(above) or (depth == 0) != (row.kind == "chapter"):
            raise bad_line(name, number, "stands under no row that is one level above it")
        del above[depth:]
        record = _record(name, number, row, above[-1] if above else None)
        if record.value in seen:
            raise bad_line(name, number, f"repeats {record.value}")
        seen.add(record.value)
        above.append(record)
        (codes if row.kind == "category" else blocks).append(record)
    if not codes or not {_FIRST, _LAST} <= seen:
        raise CodeSetError(
            f"{name} does not reach from chapter 01 to the extension codes: half a file?"
        )
    return Listing(tuple(blocks), tuple(codes))


def dependent_codes(codes: Iterable[Record]) -> frozenset[str]:
    """The stem codes outside the primary tabulation: they say what another condition causes."""
    return frozenset(c.value for c in codes if NOT_PRIMARY in c.notes.get("notes", ()))


def _record(name: str, number: int, row: _Row, up: Record | None) -> Record:
    """A row as record. `up` is the record right above in the hierarchy, None above a chapter."""
    title = _DASHES.sub("", row.title, count=1).strip()
    if not title:
        raise bad_line(name, number, "has no title")
    if up is None:
        return Record(row.chapter, title, None, row.chapter, row.chapter, False)
    # A block below a category has that category as parent, and hands it on.
    parent = up.value if CODE.fullmatch(up.value) else up.parent
    if row.kind == "block":
        # Blocks of the extension codes have no id of their own; WHO's entity ids never change.
        value = row.block or f"Block-{row.uri.rpartition('/')[2]}"
        return Record(value, title, parent, up.chapter, value, False)
    if row.kind != "category":
        raise bad_line(name, number, "is no chapter, block or category")
    if not CODE.fullmatch(row.code):
        raise bad_line(name, number, "has no ICD-11 code where one should stand")
    # Extension codes never stand alone anyway, and all 17,000 of them are outside.
    dependent = row.primary == "False" and row.chapter != _LAST
    notes = {"notes": [NOT_PRIMARY]} if dependent else {}
    return Record(row.code, title, parent, up.chapter, up.section, False, notes)

"""HCPCS Level II: the starter list of this project, and the quarterly file of CMS."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from codesets.assemble.parts import Assembled, Job
from codesets.loaders.hcpcs import HcpcsLine, parse_csv, parse_fixed, parse_xlsx
from codesets.loaders.recognise import Kind
from codesets.records import Listing, Record
from codesets.starter import code_rows

STARTER_DAY = date(2026, 1, 1)
STARTER_SOURCE = "starter list written for this project"
MODIFIERS = "modifiers"
_FOLDER = "hcpcs_starter"
_CHAPTERS = {
    "A": "Transport, supplies and miscellaneous",
    "B": "Enteral and parenteral nutrition",
    "C": "Hospital outpatient devices and drugs",
    "E": "Durable medical equipment",
    "G": "Procedures and professional services",
    "H": "Behavioral health services",
    "J": "Drugs other than by mouth",
    "K": "Equipment, temporary codes",
    "L": "Orthotics and prosthetics",
    "M": "Quality and other medical services",
    "P": "Laboratory and blood products",
    "Q": "Temporary codes",
    "R": "Portable radiology transport",
    "S": "Private payer codes",
    "T": "Medicaid codes",
    "U": "Laboratory, emergency codes",
    "V": "Vision and hearing",
    MODIFIERS: "Modifiers",
}


def starter() -> Assembled:
    """Some 200 codes in our own words, with the words by which coders look for them."""
    lines = [HcpcsLine(code, title) for code, title, _ in code_rows(_FOLDER)]
    missing = ("official quarterly file: some 8,400 further codes",)
    return Assembled(_listing(lines, STARTER_DAY), missing)


def assemble(job: Job) -> Assembled:
    """Put a quarterly release together. Raises: CodeSetError naming the file at fault."""
    source = job.of(Kind.HCPCS_FIXED, Kind.HCPCS_SHEET, Kind.HCPCS_CSV)
    assert source is not None, "load gives no job without a list"
    readers = {
        Kind.HCPCS_FIXED: parse_fixed,
        Kind.HCPCS_SHEET: parse_xlsx,
        Kind.HCPCS_CSV: parse_csv,
    }
    lines = readers[source.kind](source.member.shown, source.member.raw)
    if any(line.terminated for line in lines):
        return Assembled(_listing(lines, job.day), ())
    # The file gives terminated codes for reference; some copies of it lack their dates.
    return Assembled(_listing(lines, job.day), ("days on which codes were terminated",))


def _listing(lines: Iterable[HcpcsLine], day: date) -> Listing:
    words = {code: said for code, _, said in code_rows(_FOLDER)}
    blocks: dict[str, Record] = {}
    records = []
    for line in sorted(lines, key=lambda line: line.value):
        block = MODIFIERS if line.is_modifier else line.value[0]
        title = _CHAPTERS.get(block, "Further codes")
        blocks.setdefault(block, Record(block, title, None, block, block, False))
        notes = {"words": words[line.value]} if words.get(line.value) else {}
        over = line.terminated is not None and line.terminated < day
        if line.terminated is not None:
            notes["notes"] = [f"terminated on {line.terminated}"]
        billable = not line.is_modifier and not over
        records.append(Record(line.value, line.title, None, block, block, billable, notes))
    return Listing(tuple(blocks.values()), tuple(records))

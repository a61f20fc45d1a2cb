"""Files of a CPT licensee: the AMA's descriptors and modifiers, OMOP's CONCEPT, UMLS's MRCONSO.

CPT is the American Medical Association's. Nothing of it is here: these readers take the files that
a licensee downloaded, and codesets.load asks for the licence first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from codesets.loaders.text import bad_line, lines
from coding.errors import CodeSetError

CODE = re.compile(r"\d{4}[0-9A-Z]")
_CODE_ROW = re.compile(r"(\d{4}[0-9A-Z])(?:\t|\s+|[|;])(\S.*)")
# Consumer and clinician descriptors carry identifiers before the code.
_COLUMN_SPLIT = re.compile(r"\t|\|")
_MODIFIER_ROW = re.compile(r"([0-9A-Z]{2})(?:\t|\s+)(\S.*)")
_OMOP_COLUMNS = ("concept_name", "vocabulary_id", "concept_code")
# MRCONSO.RRF: 12 source, 13 term type, 14 code, 15 string, 17 suppressed; preferred terms first.
_MRCONSO_COLUMNS = 18
_TERM_TYPES = ("PT", "ETCLIN", "SY", "AB")


@dataclass(frozen=True, slots=True)
class CptLine:
    """A code, or a modifier of two characters, with one descriptor."""

    value: str
    title: str


def parse_descriptors(name: str, raw: bytes) -> tuple[CptLine, ...]:
    """Read LONGULT, MEDU or SHORTU: a preamble, then a code in columns 1-5 and its descriptor."""
    found: dict[str, CptLine] = {}
    for number, line in lines(name, raw):
        match = _CODE_ROW.fullmatch(line.strip("\n").rstrip())
        if match is None:
            if found:
                raise bad_line(name, number, "is no code and descriptor (cut off in the middle?)")
            continue
        if match[1] in found:
            raise bad_line(name, number, f"repeats {match[1]}")
        found[match[1]] = CptLine(match[1], match[2].strip())
    return _some(name, found.values())


def parse_columns(name: str, raw: bytes) -> tuple[CptLine, ...]:
    """Read ConsumerDescriptor or ClinicianDescriptor: columns, one the code, the last the text."""
    found: dict[str, CptLine] = {}
    for number, line in lines(name, raw):
        cells = [cell.strip() for cell in _COLUMN_SPLIT.split(line)]
        code = next((cell for cell in cells if CODE.fullmatch(cell)), None)
        if code is None:
            if found:
                raise bad_line(name, number, "has no CPT code (cut off in the middle?)")
            continue
        if len(cells) < 2 or not cells[-1] or cells[-1] == code:
            raise bad_line(name, number, "has no descriptor (cut off in the middle?)")
        # A code has several clinician descriptors: the first stands for it.
        found.setdefault(code, CptLine(code, cells[-1]))
    return _some(name, found.values())


def parse_modifiers(name: str, raw: bytes) -> tuple[CptLine, ...]:
    """Read MODUL: a preamble, then a modifier of two characters and its text."""
    found: dict[str, CptLine] = {}
    for _, line in lines(name, raw):
        match = _MODIFIER_ROW.fullmatch(line.rstrip())
        if match is not None and any(c.isdigit() for c in match[1]):
            found.setdefault(match[1], CptLine(match[1], match[2].strip()))
    return _some(name, found.values())


def parse_omop(name: str, raw: bytes) -> tuple[CptLine, ...]:
    """Read OMOP's CONCEPT.csv, tab-separated: rows of vocabulary CPT4 that name a code."""
    found = {}
    places: list[int] = []
    for number, line in lines(name, raw):
        cells = line.split("\t")
        if not places:
            header = [cell.strip().lower() for cell in cells]
            if not set(_OMOP_COLUMNS) <= set(header):
                raise bad_line(name, number, "is not the header of an OMOP CONCEPT table")
            places = [header.index(column) for column in _OMOP_COLUMNS]
            continue
        if len(cells) <= max(places):
            raise bad_line(name, number, "has too few columns (cut off in the middle?)")
        title, vocabulary, code = (cells[place].strip() for place in places)
        if vocabulary != "CPT4" or not CODE.fullmatch(code):
            continue
        if not title:
            raise bad_line(
                name, number, "names no CPT4 concept: run OMOP's CPT4 utility with your UMLS key"
            )
        found[code] = CptLine(code, title)
    return _some(name, found.values())


def parse_mrconso(name: str, raw: bytes) -> tuple[CptLine, ...]:
    """Read UMLS's MRCONSO.RRF: rows of source CPT, the preferred term of each code."""
    best: dict[str, tuple[int, CptLine]] = {}
    for number, line in lines(name, raw):
        cells = line.rstrip("\n").split("|")
        if len(cells) < _MRCONSO_COLUMNS:
            raise bad_line(name, number, "has too few columns (cut off in the middle?)")
        source, kind, code, text, suppressed = cells[11], cells[12], cells[13], cells[14], cells[16]
        if source != "CPT" or kind not in _TERM_TYPES or suppressed in ("O", "E"):
            continue
        rank = _TERM_TYPES.index(kind)
        if CODE.fullmatch(code) and (code not in best or rank < best[code][0]):
            best[code] = (rank, CptLine(code, text))
    return _some(name, (line for _, line in best.values()))


def _some(name: str, found: Iterable[CptLine]) -> tuple[CptLine, ...]:
    kept = sorted(found, key=lambda line: line.value)
    if not kept:
        raise CodeSetError(f"{name} holds no CPT row")
    return tuple(kept)

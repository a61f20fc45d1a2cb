"""What a file is: by what stands in it, by its name only where files of one form differ in name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from codesets.loaders.archive import Member
from codesets.loaders.text import decode
from coding.types import System

_HEAD_BYTES = 8_192
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905
_YEAR = re.compile(r"(?<!\d)(20[1-4]\d)(?!\d)")
_FISCAL = re.compile(r"fy[-_ ]?(?:20)?(\d\d)(?!\d)", re.I)
_DAY = re.compile(rf"({'|'.join(_MONTHS)})[a-z]*[-_ ](\d{{1,2}})[-_ ](20[1-4]\d)", re.I)
_MONTH = re.compile(rf"(20[1-4]\d)[-_ ]?({'|'.join(_MONTHS)})|(20[1-4]\d)-(\d\d)(?!\d)", re.I)
_VERSION = re.compile(r"<version>\s*(20\d\d)\s*</version>")


class Kind(StrEnum):
    """The forms of files that are read."""

    ORDER = "order file"
    ADDENDA = "order addenda"
    CODES = "codes file"
    LIST = "list of codes as CSV"
    TABULAR = "tabular list"
    INDEX = "Alphabetic Index"
    INDEX_CSV = "Alphabetic Index as CSV"
    EXTERNAL_CAUSES = "External Cause index"
    NEOPLASMS = "Table of Neoplasms"
    DRUGS = "Table of Drugs and Chemicals"
    POA_EXEMPT = "POA-exempt list"
    TABLES = "code tables"
    PCS_INDEX = "procedure index"
    DEFINITIONS = "definitions"
    HCPCS_FIXED = "quarterly file, fixed width"
    HCPCS_SHEET = "quarterly file, spreadsheet"
    HCPCS_CSV = "quarterly file, CSV"
    CPT_DESCRIPTORS = "descriptors"
    CPT_COLUMNS = "descriptors in columns"
    CPT_MODIFIERS = "modifiers"
    CPT_OMOP = "OMOP CONCEPT table"
    CPT_UMLS = "UMLS MRCONSO table"
    MMS = "MMS tabulation"
    MAP_10_TO_11 = "map from ICD-10"


@dataclass(frozen=True, slots=True)
class Source:
    """A recognised file. `day` is the day its name or text states, `year` else its fiscal year."""

    system: System
    kind: Kind
    member: Member
    year: int | None = None
    day: date | None = None


def recognise(member: Member) -> Source | None:
    """Say what a file is; None for what is not read (readme, PDF, another form)."""
    found = _by_name(member) or _by_text(member)
    if found is None:
        return None
    system, kind = found
    if system in (System.ICD10CM, System.ICD10PCS):
        return Source(system, kind, member, _fiscal_year(member), _day(member.name))
    return Source(system, kind, member, _year(member.name), _month(member.name))


def _by_name(member: Member) -> tuple[System, Kind] | None:
    name = member.name.lower()
    stem = name.rsplit(".", 1)[0]
    if name == "mrconso.rrf":
        return System.CPT, Kind.CPT_UMLS
    if name == "concept.csv":
        return System.CPT, Kind.CPT_OMOP
    if not name.endswith((".txt", ".xlsx", ".csv", ".tsv", ".xml")):
        return None
    for start, kind in (
        ("longult", Kind.CPT_DESCRIPTORS),
        ("medu", Kind.CPT_DESCRIPTORS),
        ("shortu", Kind.CPT_DESCRIPTORS),
        ("consumerdescriptor", Kind.CPT_COLUMNS),
        ("cliniciandescriptor", Kind.CPT_COLUMNS),
        ("modul", Kind.CPT_MODIFIERS),
    ):
        if stem.startswith(start):
            return System.CPT, kind
    if name.endswith(".xlsx"):
        return (System.HCPCS, Kind.HCPCS_SHEET) if "hcpc" in name else None
    if "anweb" in name and name.endswith(".txt"):
        return System.HCPCS, Kind.HCPCS_FIXED
    if stem.startswith("poaexemptcodes"):
        return System.ICD10CM, Kind.POA_EXEMPT
    if stem.startswith("10to11maptoonecategory"):
        return System.ICD11, Kind.MAP_10_TO_11
    return None


def _by_text(member: Member) -> tuple[System, Kind] | None:
    if not member.name.lower().endswith((".txt", ".csv", ".tsv", ".xml")):
        return None
    text = decode(member.shown, _whole_lines(member.raw))
    if member.name.lower().endswith(".xml"):
        return _xml(text)
    first = next((line for line in text.split("\n") if line.strip()), "")
    if re.match(r"\d{5} [A-Z][0-9A][0-9A-Z]+ +[01] ", first):
        return System.ICD10CM, Kind.ORDER
    if re.match(r"\d{5} [0-9A-HJ-NP-Z]{3,7} +[01] ", first):
        return System.ICD10PCS, Kind.ORDER
    if match := re.search(r"^(?:Add|Delete|Revise from): +([01] )?\w+", text, re.M):
        # Addenda of diagnoses have the billable flag.
        return (System.ICD10CM if match[1] else System.ICD10PCS), Kind.ADDENDA
    if re.match(r"[0-9A-HJ-NP-Z]{7} \S", first) and first[0].isdigit():
        return System.ICD10PCS, Kind.CODES
    if re.match(r"[A-Z]\d[0-9A-Z]{1,5} +\S", first) and "icd10cm" in member.name.lower():
        return System.ICD10CM, Kind.CODES
    return _table(member.name.lower(), first)


def _xml(text: str) -> tuple[System, Kind] | None:
    if "<ICD10CM.tabular" in text:
        return System.ICD10CM, Kind.TABULAR
    if "<ICD10CM.index" in text:
        if "EXTERNAL CAUSE" in text.upper():
            return System.ICD10CM, Kind.EXTERNAL_CAUSES
        if ">Substance<" in text:
            return System.ICD10CM, Kind.DRUGS
        if 'col="1">Neoplasm' in text:
            return System.ICD10CM, Kind.NEOPLASMS
        return System.ICD10CM, Kind.INDEX
    for root, kind in (
        ("<ICD10PCS.tabular", Kind.TABLES),
        ("<ICD10PCS.index", Kind.PCS_INDEX),
        ("<ICD10PCS.definitions", Kind.DEFINITIONS),
    ):
        if root in text:
            return System.ICD10PCS, kind
    return None


def _table(name: str, header: str) -> tuple[System, Kind] | None:
    columns = {cell.strip(' "').lower() for cell in re.split(r"[,\t]", header)}
    if "foundation uri" in columns and "blockid" in columns:
        return System.ICD11, Kind.MMS
    if {"level", "term", "code"} <= columns:
        return System.ICD10CM, Kind.INDEX_CSV
    if columns & {"hcpcs_code", "hcpc", "hcpcs"} and any("long" in c for c in columns):
        return System.HCPCS, Kind.HCPCS_CSV
    if "code" in columns and any("title" in c for c in columns):
        if "icd10pcs" in name or "icd-10-pcs" in name:
            return System.ICD10PCS, Kind.LIST
        if "icd10cm" in name or "icd-10-cm" in name:
            return System.ICD10CM, Kind.LIST
    return None


def _whole_lines(raw: bytes) -> bytes:
    """The head of a file, not cut within a character of UTF-8 where lines are short."""
    head = raw[:_HEAD_BYTES]
    end = head.rfind(b"\n")
    return head[: end + 1] if len(raw) > _HEAD_BYTES and end > 0 else head


def _fiscal_year(member: Member) -> int | None:
    if version := _VERSION.search(decode(member.shown, _whole_lines(member.raw))):
        return int(version[1])
    if fiscal := _FISCAL.search(member.name):
        return 2000 + int(fiscal[1])
    return _year(member.name)


def _year(name: str) -> int | None:
    match = _YEAR.search(name)
    return int(match[1]) if match else None


def _day(name: str) -> date | None:
    match = _DAY.search(name)
    if match is None:
        return None
    return date(int(match[3]), _MONTHS.index(match[1].lower()) + 1, int(match[2]))


def _month(name: str) -> date | None:
    match = _MONTH.search(name)
    if match is None:
        return None
    if match[1]:
        return date(int(match[1]), _MONTHS.index(match[2].lower()) + 1, 1)
    month = int(match[4])
    return date(int(match[3]), month, 1) if 1 <= month <= 12 else None

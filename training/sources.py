"""Notes with their gold for training, from the forms in which people have them.

charts    our chart JSONL (eval/charts.py): codes with tier and evidence
codiesp   a split of CodiEsp in its official layout: every mention coded, evidence in the Spanish
csv       columns note, codes (separated by spaces, "," or ";"), and optionally id and setting
mdace     a folder of MDACE annotation files, with the NOTEEVENTS.csv that they speak of
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coding.errors import InvalidNote
from coding.types import Code, Note, Setting, Span, System
from eval.charts import Tier, load_charts
from eval.codiesp import Document, load_codiesp
from eval.codiesp_spanish import aligned_lines, gold_lines, line_spans

CSV_COLUMNS = ("note", "codes")
_LOOKS_LIKE_A_CODE = re.compile(r"[A-Z]\d[\dA-Z](?:\.[\dA-Z]{1,4})?")
# Where English lines and Spanish sentences differ in number, a mention is looked for this far
# around its place, as a share of the document.
_DRIFT = 0.03


@dataclass(frozen=True, slots=True)
class Labelled:
    """A note with its gold: `core` codes must be found, `optional` ones are not judged.

    `evidence` gives stretches of the text that hold words a code rests on: exact words where the
    source has them, a line or more otherwise, nothing where the source does not say.
    """

    note: Note
    core: frozenset[str]
    optional: frozenset[str]
    evidence: tuple[tuple[str, Span], ...]


def from_charts(path: Path) -> Iterator[Labelled]:
    """Charts in our form. Raises: InvalidNote, naming file, line and field."""
    for chart in load_charts(path, unique_ids=False):
        core = chart.of_tier(Tier.CORE)
        yield Labelled(
            note=chart.note(),
            core=core,
            optional=chart.of_tier(Tier.STATUS),
            evidence=tuple(
                (g.code.value, e.span)
                for g in chart.codes
                for e in g.evidence
                if g.code.value in core
            ),
        )


def from_codiesp(folder: Path, split: str) -> Iterator[Labelled]:
    """Case reports of CodiEsp, English text. Raises: InvalidNote, naming file and line."""
    for document in load_codiesp(folder, split, mentions=True):
        note = Note(document.id, document.text, Setting.OUTPATIENT)
        yield Labelled(note, document.gold, frozenset(), tuple(lines_of(document)))


def lines_of(document: Document) -> Iterator[tuple[str, Span]]:
    """English lines that hold a mention; near lines where sentence and line cannot be paired."""
    aligned = aligned_lines(document)
    if aligned is not None:
        for code, numbers in gold_lines(document).items():
            for number in sorted(numbers):
                yield code, aligned[number]
        return
    english, spanish = len(document.text), len(document.spanish)
    for mention in document.mentions:
        place = mention.span.start / spanish
        for line in line_spans(document.text):
            if line.start / english - _DRIFT <= place <= line.end / english + _DRIFT:
                yield mention.code, line


def from_csv(path: Path) -> Iterator[Labelled]:
    """A table of notes and codes. Raises: InvalidNote, naming file, line and column."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines)
            missing = [c for c in CSV_COLUMNS if c not in (rows.fieldnames or ())]
            if missing:
                raise InvalidNote(f"{path.name}: lacks the column {missing[0]}", field=missing[0])
            for row in rows:
                yield _row(path, rows.line_num, row)
    except FileNotFoundError:
        raise InvalidNote(f"{path}: no such file", field="path") from None
    except UnicodeDecodeError:
        raise InvalidNote(f"{path.name}: is not UTF-8", field="path") from None


def _row(path: Path, line: int, row: dict[str, str]) -> Labelled:
    where = f"{path.name} line {line}"
    text = row["note"] or ""
    if not text.strip():
        raise InvalidNote(f"{where}: note is empty", field="note")
    values = (row["codes"] or "").replace(";", " ").replace(",", " ").split()
    if not values:
        raise InvalidNote(f"{where}: codes is empty", field="codes")
    setting = row.get("setting") or Setting.OUTPATIENT
    if setting not in tuple(Setting):
        raise InvalidNote(f"{where}: setting must be one of {', '.join(Setting)}", field="setting")
    core = frozenset(Code.parse(System.ICD10CM, value).value for value in values)
    if not all(map(_LOOKS_LIKE_A_CODE.fullmatch, core)):
        raise InvalidNote(f"{where}: codes: not all are ICD-10-CM codes", field="codes")
    note = Note(row.get("id") or f"{path.stem}-{line}", text, Setting(setting))
    return Labelled(note, core, frozenset(), ())


def from_mdace(folder: Path, noteevents: Path) -> Iterator[Labelled]:
    """MDACE annotations (Cheng et al. 2023) joined to the notes of MIMIC-III by NOTE ROW_ID.

    Raises: InvalidNote where a file is missing or of another form, an annotation has no note, or
    lies outside its text.
    """
    wanted = {}
    for file in sorted(folder.rglob("*.json")):
        try:
            for note in json.loads(file.read_text(encoding="utf-8"))["notes"]:
                wanted[str(note["note_id"])] = (file.name, note["annotations"])
        except (ValueError, KeyError, TypeError):
            raise InvalidNote(f"{file.name}: is no MDACE annotation file", field="path") from None
    if not wanted:
        raise InvalidNote(f"{folder}: holds no MDACE annotations (*.json)", field="path")
    if not noteevents.is_file():
        raise InvalidNote(f"{noteevents}: no such file", field="noteevents")
    # Discharge summaries are longer than the reader of the standard library allows by default.
    before = csv.field_size_limit(10_000_000)
    try:
        with noteevents.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                if row["ROW_ID"] in wanted:
                    yield _mdace(row["ROW_ID"], row["TEXT"], *wanted.pop(row["ROW_ID"]))
    finally:
        csv.field_size_limit(before)
    if wanted:
        missing = next(iter(wanted))
        raise InvalidNote(
            f"{noteevents.name} lacks note {missing}, which MDACE annotates", field="noteevents"
        )


def _mdace(note_id: str, text: str, file: str, annotations: list[dict[str, object]]) -> Labelled:
    evidence = []
    for annotation in annotations:
        if annotation["code_system"] != System.ICD10CM:
            continue
        begin, end = int(str(annotation["begin"])), int(str(annotation["end"]))
        if not 0 <= begin < end <= len(text):
            raise InvalidNote(f"{file}: {begin} to {end} is not in note {note_id}", field="begin")
        value = Code.parse(System.ICD10CM, str(annotation["code"])).value
        evidence.append((value, Span(begin, end)))
    core = frozenset(value for value, _ in evidence)
    note = Note(note_id, text, Setting.INPATIENT)
    return Labelled(note, core, frozenset(), tuple(evidence))

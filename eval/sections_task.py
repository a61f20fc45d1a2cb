"""The sections task: are the parts of a note told apart, and named for what they are?

The gold is MTS-Dialog (Ben Abacha et al. 2023): texts of note sections, each with its kind, and
their headers taken off. Notes are put together again from them: consecutive rows of different
kinds, each under a header as clinicians write it, in four layouts. The headers below were written
for this task from clinical habit. Most of them stand in coding/sections.json too: the task tells
how well known headers are told from other words in each layout, not how many headers are unknown.

A section is `found` if the reader gives the first character of its text a label of the right kind;
`characters` is the share of all characters of the texts under a right label, so that headers seen
where there are none cost too.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coding.errors import InputError, InvalidNote
from coding.protocols import Reader
from coding.types import Note, Provenance, Setting, Span
from eval.figures import Figure
from eval.harness import Progress
from eval.prf_figures import mean_figure
from eval.runs import Run, describe_run
from eval.tsv import read_text, wrong

COLUMNS = ("ID", "section_header", "section_text")
ROWS_A_NOTE = 5
LAYOUTS = ("colon", "inline", "capitals", "bare")
"""Header with colon on a line of its own; before the text in its line; in capitals without colon on
a line of its own; as written without colon on a line of its own."""

KINDS: Mapping[str, tuple[tuple[str, ...], frozenset[str]]] = {
    "GENHX": (
        ("History of Present Illness", "HPI", "History"),
        frozenset({"history_present_illness", "subjective"}),
    ),
    "FAM/SOCHX": (
        ("Family and Social History", "Family/Social History"),
        frozenset({"family_social_history"}),
    ),
    "PASTMEDICALHX": (
        ("Past Medical History", "PMH", "Medical History"),
        frozenset({"past_medical_history"}),
    ),
    "CC": (("Chief Complaint", "Reason for Visit", "CC"), frozenset({"chief_complaint"})),
    "ROS": (("Review of Systems", "ROS"), frozenset({"review_of_systems"})),
    "PASTSURGICAL": (
        ("Past Surgical History", "Surgical History", "PSH"),
        frozenset({"past_surgical_history"}),
    ),
    "ALLERGY": (("Allergies", "Drug Allergies"), frozenset({"allergies"})),
    "MEDICATIONS": (
        ("Medications", "Current Medications", "Meds"),
        frozenset({"medications", "discharge_medications"}),
    ),
    "ASSESSMENT": (
        ("Assessment", "Impression", "Assessment and Plan"),
        frozenset({"assessment", "impression", "assessment_plan"}),
    ),
    "EXAM": (
        ("Physical Examination", "Exam", "Physical Exam"),
        frozenset({"physical_exam", "objective"}),
    ),
    "DIAGNOSIS": (
        ("Diagnosis", "Diagnoses", "Final Diagnosis"),
        frozenset({"diagnosis", "discharge_diagnosis", "assessment"}),
    ),
    "DISPOSITION": (("Disposition", "Discharge Disposition"), frozenset({"disposition"})),
    "PLAN": (("Plan", "Treatment Plan"), frozenset({"plan", "assessment_plan"})),
    "IMMUNIZATIONS": (("Immunizations", "Vaccinations"), frozenset({"immunizations"})),
    "EDCOURSE": (
        ("Emergency Department Course", "ED Course", "ER Course"),
        frozenset({"hospital_course"}),
    ),
    "IMAGING": (("Imaging", "Imaging Studies", "Radiology"), frozenset({"imaging"})),
    "GYNHX": (
        ("Gynecologic History", "GYN History", "OB/GYN History"),
        frozenset({"past_medical_history"}),
    ),
    "PROCEDURES": (
        ("Procedures", "Procedures Performed"),
        frozenset({"procedure", "procedure_description"}),
    ),
    "OTHER_HISTORY": (("Other History",), frozenset({"other", "past_medical_history"})),
    "LABS": (("Labs", "Laboratory Data", "Laboratory Studies"), frozenset({"results"})),
}
"""For each kind of MTS-Dialog its headers in notes and the labels of ours that say the same."""


@dataclass(frozen=True, slots=True)
class GoldSection:
    """The text of a section and its kind, one of KINDS."""

    id: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class JudgedSection:
    """A section in one layout: the label its text got, and how much of it is under a right one.

    `covered` and `length` are in code points.
    """

    id: str
    kind: str
    layout: str
    label: str
    found: bool
    covered: int
    length: int


@dataclass(frozen=True, slots=True)
class SectionsEvaluation:
    """Judged sections, layout by layout, in the order of the file."""

    split: str
    judged: tuple[JudgedSection, ...]
    figures: tuple[Figure, ...]
    by_kind: Mapping[str, tuple[int, int]]
    run: Run


def evaluate_sections(
    path: Path,
    reader: Reader,
    provenance: Provenance,
    *,
    split: str | None = None,
    progress: Progress | None = None,
) -> SectionsEvaluation:
    """Assemble notes from a table of MTS-Dialog, or from the tables of a folder, and read them.

    `split` picks the tables of a folder whose names hold it, in any case.

    Raises: InvalidNote where a table is not in the format; InputError where there is none, it is
    empty, or all of it is of one kind.
    """
    tables = _tables(path, split)
    sections = [section for table in tables for section in load_sections(table)]
    if len({s.kind for s in sections}) < 2:
        raise InputError(
            f"{path.name}: all sections are of one kind; nothing is to be told apart", field="path"
        )
    judged: list[JudgedSection] = []
    for done, layout in enumerate(LAYOUTS, 1):
        for number, group in enumerate(grouped(sections)):
            judged += judge_note(f"{layout}-{number}", group, layout, reader)
        if progress is not None:
            progress(done, len(LAYOUTS))
    files = tables if path.is_dir() else ()
    return SectionsEvaluation(
        split=split or path.stem,
        judged=tuple(judged),
        figures=tuple(_figures(judged)),
        by_kind={kind: _of_kind(judged, kind) for kind in KINDS},
        run=describe_run(path, provenance, files),
    )


def load_sections(path: Path) -> tuple[GoldSection, ...]:
    """The sections of one table (comma-separated). Raises: InvalidNote, naming file and line."""
    rows = csv.DictReader(io.StringIO(read_text(path), newline=""))
    if not set(COLUMNS) <= set(rows.fieldnames or ()):
        raise InvalidNote(
            f"{path.name} line 1: must name the columns {', '.join(COLUMNS)}", field="line"
        )
    sections = []
    for row in rows:
        # The line on which the row ends: texts hold line breaks of their own.
        line, kind = rows.line_num, row["section_header"]
        if kind not in KINDS:
            raise wrong(path, line, "section_header", f"must be one of {', '.join(KINDS)}")
        if not (row["section_text"] or "").strip():
            raise wrong(path, line, "section_text", "is empty")
        sections.append(GoldSection(f"{path.stem}-{row['ID']}", kind, row["section_text"].strip()))
    if not sections:
        raise InvalidNote(f"{path.name}: no sections in it", field="path")
    return tuple(sections)


def grouped(sections: Iterable[GoldSection]) -> Iterator[tuple[GoldSection, ...]]:
    """Runs of up to ROWS_A_NOTE sections of different kinds, each section once, in order."""
    group: list[GoldSection] = []
    for section in sections:
        if len(group) == ROWS_A_NOTE or section.kind in {s.kind for s in group}:
            yield tuple(group)
            group = []
        group.append(section)
    if group:
        yield tuple(group)


def assembled(group: Sequence[GoldSection], layout: str) -> tuple[str, tuple[Span, ...]]:
    """A note of some sections under headers, and where the text of each lies in it."""
    text, spans = "", []
    for section in group:
        headers = KINDS[section.kind][0]
        header = headers[sum(map(ord, section.id)) % len(headers)]
        text += {
            "colon": f"{header}:\n",
            "inline": f"{header}: ",
            "capitals": f"{header.upper()}\n",
            "bare": f"{header}\n",
        }[layout]
        spans.append(Span(len(text), len(text) + len(section.text)))
        text += f"{section.text}\n\n"
    return text, tuple(spans)


def judge_note(
    name: str, group: Sequence[GoldSection], layout: str, reader: Reader
) -> Iterator[JudgedSection]:
    """Read one assembled note and compare the labels of each text."""
    text, spans = assembled(group, layout)
    reading = reader.read(Note(name, text, Setting.OUTPATIENT))
    for section, span in zip(group, spans, strict=True):
        right = KINDS[section.kind][1]
        here = [
            (s.label, max(0, min(span.end, s.body.end) - max(span.start, s.body.start)))
            for s in reading.sections
        ]
        first = reading.section_at(Span(span.start, span.start + 1))
        label = first.label if first is not None else "none"
        yield JudgedSection(
            id=section.id,
            kind=section.kind,
            layout=layout,
            label=label,
            found=label in right,
            covered=sum(length for name, length in here if name in right),
            length=len(span),
        )


def _tables(path: Path, split: str | None) -> tuple[Path, ...]:
    if not path.is_dir():
        return (path,)
    tables = tuple(p for p in sorted(path.glob("*.csv")) if (split or "").lower() in p.name.lower())
    if not tables:
        raise InputError(f"{path}: no table for the split {split or 'of any name'}", field="split")
    return tables


def _figures(judged: Sequence[JudgedSection]) -> Iterator[Figure]:
    yield mean_figure("found", [float(j.found) for j in judged], "sections")
    for layout in LAYOUTS:
        kept = [j for j in judged if j.layout == layout]
        yield mean_figure(f"found_{layout}", [float(j.found) for j in kept], "sections")
    shares = [j.covered / j.length for j in judged]
    yield mean_figure("characters", shares, "sections")


def _of_kind(judged: Iterable[JudgedSection], kind: str) -> tuple[int, int]:
    kept = [j for j in judged if j.kind == kind]
    return sum(j.found for j in kept), len(kept)

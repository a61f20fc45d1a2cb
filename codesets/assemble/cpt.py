"""CPT: a small removable starter list in our own words, and a licensee's own files.

CPT is the American Medical Association's: see codesets/cpt_starter/README.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from codesets.assemble.parts import Assembled, Job
from codesets.loaders.cpt import (
    CptLine,
    parse_columns,
    parse_descriptors,
    parse_modifiers,
    parse_mrconso,
    parse_omop,
)
from codesets.loaders.recognise import Kind, Source
from codesets.records import Listing, Record
from codesets.starter import code_rows, has_starter

STARTER_DAY = date(2026, 1, 1)
STARTER_SOURCE = "starter list in this project's own words; CPT is the AMA's"
MODIFIERS = "modifiers"
FOLDER = "cpt_starter"
_READERS: Mapping[Kind, Callable[[str, bytes], tuple[CptLine, ...]]] = {
    Kind.CPT_DESCRIPTORS: parse_descriptors,
    Kind.CPT_COLUMNS: parse_columns,
    Kind.CPT_MODIFIERS: parse_modifiers,
    Kind.CPT_OMOP: parse_omop,
    Kind.CPT_UMLS: parse_mrconso,
}
# Whose text becomes the title, best first, by the beginning of the file's name.
_TITLES = ("longult", "concept", "mrconso", "medu", "shortu", "clinician", "consumer", "modul")


def starter() -> Assembled | None:
    """The starter list; None where its folder was deleted."""
    if not has_starter(f"{FOLDER}/codes.tsv"):
        return None
    lines = [CptLine(code, title) for code, title, _ in code_rows(FOLDER)]
    missing = ("the AMA's descriptors: licensees load their own files",)
    return Assembled(_listing(lines, {}), missing)


def assemble(job: Job) -> Assembled:
    """Put a licensee's release together. Raises: CodeSetError naming the file at fault."""
    titles: dict[str, CptLine] = {}
    words: dict[str, list[str]] = {}
    for source in sorted(job.sources, key=_rank):
        for line in _READERS[source.kind](source.member.shown, source.member.raw):
            if line.value in titles:
                words.setdefault(line.value, []).append(line.title)
            else:
                titles[line.value] = line
    missing = [] if any(len(value) == 2 for value in titles) else ["modifiers (MODUL.txt)"]
    return Assembled(_listing(titles.values(), words), tuple(missing), licensed=True)


def own_titles() -> Mapping[str, str]:
    """Our wording of the codes in the starter list: what may be shown of a licensed release."""
    if not has_starter(f"{FOLDER}/codes.tsv"):
        return {}
    return {code: title for code, title, _ in code_rows(FOLDER)}


def _listing(lines: Iterable[CptLine], further: Mapping[str, list[str]]) -> Listing:
    words = {code: said for code, _, said in code_rows(FOLDER)} if own_titles() else {}
    blocks: dict[str, Record] = {}
    records = []
    for line in sorted(lines, key=lambda line: line.value):
        block, title = _block(line.value)
        blocks.setdefault(block, Record(block, title, None, block, block, False))
        said = [*words.get(line.value, ()), *further.get(line.value, ())]
        notes = {"words": said} if said else {}
        billable = len(line.value) == 5
        records.append(
            Record(
                line.value,
                line.title,
                None,
                block,
                block,
                billable,
                notes,
            )
        )
    return Listing(tuple(blocks.values()), tuple(records))


def _block(value: str) -> tuple[str, str]:
    """The part of CPT that a code stands in."""
    if len(value) == 2:
        return MODIFIERS, "Modifiers"
    if not value.isdigit():
        kind = {"F": "Performance measurement", "T": "Emerging technology"}.get(value[-1], "Other")
        return f"{value[-1]} codes", kind
    number = int(value)
    if 99091 <= number <= 99499 or 98000 <= number <= 98016:
        return "98000-99499", "Evaluation and management"
    for low, high, title in (
        (100, 1999, "Anesthesia"),
        (10004, 69990, "Surgery"),
        (70010, 79999, "Radiology"),
        (80047, 89398, "Pathology and laboratory"),
        (90281, 99607, "Medicine"),
    ):
        if low <= number <= high:
            return f"{low:05}-{high:05}", title
    return "other", "Other"


def _rank(source: Source) -> tuple[int, str]:
    name = source.member.name.lower()
    places = [i for i, start in enumerate(_TITLES) if name.startswith(start)]
    return (places[0] if places else len(_TITLES), name)

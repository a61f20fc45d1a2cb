"""Wordings of codes for training the retriever: titles, inclusion terms, Index, synonyms, lexicon.

The Alphabetic Index and the synonym lists are files that an operator has (CDC; Disease Ontology,
MONDO); what is not there is left out and said so by its count of 0.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from codesets.lexicon import Lexicon
from coding.errors import UnknownCode
from coding.protocols import CodeSystem
from coding.types import Code, System
from eval.index_terms import split_of


@dataclass(frozen=True, slots=True)
class Wording:
    """A term and the ICD-10-CM code, billable or header, that it stands for."""

    term: str
    code: str
    source: str


def load_wordings(
    codes: CodeSystem, lexicon: Lexicon, folder: Path | None
) -> tuple[tuple[Wording, ...], tuple[Wording, ...]]:
    """The wordings to train on, and the Index terms held out; each term once a code.

    `folder` holds icd10cm/ and synonyms/ as the data folder's codesets/ does. Which Index terms
    are held out eval.index_terms says.
    """
    found: dict[tuple[str, str], Wording] = {}
    for wording in _all(codes, lexicon, folder):
        if wording.code in codes:
            found.setdefault((wording.term.casefold(), wording.code), wording)
    kept: list[Wording] = []
    held_out: list[Wording] = []
    for wording in found.values():
        out = wording.source == "index" and split_of(wording.term) != "train"
        (held_out if out else kept).append(wording)
    return tuple(kept), tuple(held_out)


def _all(codes: CodeSystem, lexicon: Lexicon, folder: Path | None) -> Iterator[Wording]:
    for value, term, source in codes.terms():
        yield Wording(term, value, source)
    for entry in lexicon.terms:
        yield Wording(entry.term, entry.code, "lexicon")
    if folder is None:
        return
    index = folder / "icd10cm" / "ICD10CM_2025_Index.csv.gz"
    if index.is_file():
        with gzip.open(index, "rt", encoding="utf-8", newline="") as lines:
            yield from index_wordings(csv.DictReader(lines), codes)
    ontology = folder / "synonyms" / "disease_ontology_icd10cm_terms.tsv.gz"
    if ontology.is_file():
        with gzip.open(ontology, "rt", encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                if row["type"] in ("label", "hasExactSynonym"):
                    yield Wording(row["term"], _printed(row["icd10cm"]), "ontology")
    mondo = folder / "synonyms" / "mondo_icd10cm.tsv.gz"
    if mondo.is_file():
        with gzip.open(mondo, "rt", encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                if row["match"] == "exact":
                    yield Wording(row["label"], _printed(row["icd10cm"]), "ontology")


def index_wordings(rows: Iterable[dict[str, str]], codes: CodeSystem) -> Iterator[Wording]:
    """Terms of the Alphabetic Index, each with those it stands under: "Aberrant, artery, basilar".

    Columns: Level (depth of the term, from 0), Term, Code; rows that only refer on are passed over.
    """
    path: list[str] = []
    for row in rows:
        level = int(row["Level"])
        path = [*path[:level], row["Term"].strip()]
        value = row["Code"].split()[0].rstrip("-") if row["Code"].strip() else ""
        value = _longest(value, codes) if value else ""
        if value and all(path):
            yield Wording(", ".join(path), value, "index")


def _longest(value: str, codes: CodeSystem) -> str:
    """The code, or the header it begins with where the Index leaves characters open."""
    value = _printed(value.replace(".", ""))
    while len(value) >= 3:
        try:
            codes.title(value)
        except UnknownCode:
            value = value[:-1].rstrip(".")
        else:
            return value
    return ""


def _printed(value: str) -> str:
    return Code.parse(System.ICD10CM, value).value

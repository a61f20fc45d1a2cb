"""The negation task: does the reader see what a sentence denies, and what it calls past?

The file is the NegEx test kit, judged by people, as a table (tab-separated: id, concept, sentence,
start, end, negation, temporality, experiencer). Half of its sentences, by hash, are for working on
the reader and half for reporting. Figures are over the distinct (concept, sentence) pairs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from coding.errors import InputError, InvalidNote
from coding.protocols import Reader
from coding.types import Assertion, Note, Provenance, Setting, Span
from eval.counts import PRF
from eval.figures import Figure
from eval.prf_figures import prf_figures
from eval.runs import Run, describe_run
from eval.tsv import read_text, rows

HALVES = ("odd", "even", "all")
_COLUMNS = ("id", "concept", "sentence", "start", "end", "negation", "temporality", "experiencer")


@dataclass(frozen=True, slots=True)
class Mention:
    """A concept in a sentence, lower-cased since the kit prints the concept in capitals."""

    id: str
    text: str
    span: Span
    negated: bool
    historical: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """A mention and what the reader says of it."""

    mention: Mention
    assertions: tuple[Assertion, ...]

    @property
    def negation(self) -> PRF:
        """One count of negated against gold."""
        return _one(Assertion.NEGATED in self.assertions, self.mention.negated)

    @property
    def history(self) -> PRF:
        """One count of historical against gold."""
        return _one(Assertion.HISTORICAL in self.assertions, self.mention.historical)


@dataclass(frozen=True, slots=True)
class NegationEvaluation:
    """Judged mentions in the order of the file, and the figures they give.

    `left_out` counts the pairs whose concept the table does not locate in its sentence.
    """

    split: str
    judged: tuple[Judged, ...]
    left_out: int
    figures: tuple[Figure, ...]
    run: Run


def evaluate_negation(
    path: Path, reader: Reader, provenance: Provenance, *, half: str = "odd"
) -> NegationEvaluation:
    """Read each sentence of one half as a note of its own and compare the concept's assertions.

    precision, recall and f1 are those of "Negated"; historical_f1 is that of "Historical".

    Raises: InputError for an unknown half; InvalidNote where the file is not such a table.
    """
    if half not in HALVES:
        raise InputError(f"split must be one of {', '.join(HALVES)}", field="split")
    mentions, left_out = load_mentions(path, half)
    if len({mention.negated for mention in mentions}) < 2:
        raise InvalidNote(
            f"{path.name}: all mentions of its {half} half are of one kind, negated or affirmed; "
            "nothing is to be told apart",
            field="negation",
        )
    judged = tuple(Judged(m, _assertions(m, reader)) for m in mentions)
    return NegationEvaluation(
        split=f"{path.stem}:{half}",
        judged=judged,
        left_out=left_out,
        figures=_figures(judged),
        run=describe_run(path, provenance),
    )


def load_mentions(path: Path, half: str) -> tuple[tuple[Mention, ...], int]:
    """The distinct, located mentions of one half, and how many were not located.

    Raises: InvalidNote, naming file, line and field.
    """
    mentions, left_out = [], 0
    seen: set[tuple[str, str]] = set()
    for number, row in _rows(path):
        pair = (row["concept"], row["sentence"])
        if pair in seen or not _in_half(row["sentence"], half):
            continue
        seen.add(pair)
        mention = _mention(path.name, number, row)
        if mention is None:
            left_out += 1
        else:
            mentions.append(mention)
    if not mentions:
        raise InvalidNote(f"{path.name}: no mentions in its {half} half", field="path")
    return tuple(mentions), left_out


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    heading = read_text(path).split("\n", 1)[0].rstrip("\r")
    if tuple(heading.split("\t")) != _COLUMNS:
        raise InvalidNote(
            f"{path.name} line 1: must name the columns {', '.join(_COLUMNS)}", field="line"
        )
    for number, cells in rows(path, len(_COLUMNS)):
        if number > 1:
            yield number, dict(zip(_COLUMNS, cells, strict=True))


def _in_half(sentence: str, half: str) -> bool:
    parity = int(hashlib.sha256(sentence.encode("utf-8")).hexdigest(), 16) % 2
    return half == "all" or parity == (half == "odd")


def _mention(file: str, number: int, row: dict[str, str]) -> Mention | None:
    try:
        start, end = int(row["start"]), int(row["end"])
    except ValueError:
        raise InvalidNote(
            f"{file} line {number}: start and end must be whole numbers", field="start"
        ) from None
    text = row["sentence"].lower()
    if start < 0:
        return None
    if not start < end <= len(row["sentence"]) or len(text) != len(row["sentence"]):
        raise InvalidNote(
            f"{file} line {number}: {start} to {end} is not in the sentence", field="end"
        )
    return Mention(
        id=row["id"],
        text=text,
        span=Span(start, end),
        negated=row["negation"] == "Negated",
        historical=row["temporality"] == "Historical",
    )


def _assertions(mention: Mention, reader: Reader) -> tuple[Assertion, ...]:
    note = Note(mention.id, mention.text, Setting.OUTPATIENT)
    return reader.read(note).assertions(mention.span)


def _one(predicted: bool, gold: bool) -> PRF:
    return PRF(int(predicted and gold), int(predicted and not gold), int(gold and not predicted))


def _figures(judged: Sequence[Judged]) -> tuple[Figure, ...]:
    negation = prf_figures(
        (j.negation for j in judged), of=("called negated", "negated", "mentions")
    )
    history = prf_figures(
        (j.history for j in judged),
        of=("called historical", "historical", "mentions"),
        names=("historical_precision", "historical_recall", "historical_f1"),
    )
    return (*negation, history[2])

"""A note as the builder of codes sees it: its sentences by where they stand, titles first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from coding.lookup import Lookup
from coding.pcs.headings import Headed, cut, headed_in
from coding.pcs.words import Sentence, read_sentence
from coding.sections import section_kinds
from coding.types import Assertion, Reading, Section, Span


class Where(StrEnum):
    """What a sentence is to a procedure."""

    TITLE = "title"
    DESCRIPTION = "description"
    DIAGNOSIS = "diagnosis"
    STORY = "story"
    PAST = "past"
    PLAN = "plan"


_LISTED = "procedure"
# A list of procedures stands at the start of its section; an operation is told further down.
_TITLE_REACH = 600
_PASSED_OVER = frozenset({"exam", "results", "medications", "family", "social", "instructions"})
_READ_THOUGH_RESULTS = frozenset({"findings"})
_NEVER = frozenset({"informed_consent", "allergies", "anesthesia", "complications", "blood_loss"})
_DESCRIPTIONS = frozenset({"procedure_description", "findings", "specimens"})
_DIAGNOSES = frozenset({"preoperative_diagnosis", "postoperative_diagnosis", "indications"})


@dataclass(frozen=True)
class Line:
    """A sentence, what it is to a procedure, the label of its section, its number in the note."""

    sentence: Sentence
    where: Where
    section: str
    number: int


@dataclass(frozen=True)
class NoteWords:
    """The sentences of a note that may tell of procedures, in its order."""

    reading: Reading
    lookup: Lookup
    lines: tuple[Line, ...]

    @property
    def operative(self) -> bool:
        """Whether the note is the report of an operation."""
        return any(line.where is Where.TITLE for line in self.lines)

    def assertions(self, span: Span) -> tuple[Assertion, ...]:
        """What the note asserts of words."""
        return self.lookup.assertions(span)


def read_note(reading: Reading) -> NoteWords:
    """The words of a note, sentence by sentence."""
    lookup = Lookup(reading)
    return NoteWords(reading, lookup, tuple(_lines(reading, lookup)))


def _lines(reading: Reading, lookup: Lookup) -> Iterator[Line]:
    kinds = section_kinds()
    headers = {s.title.start for s in reading.sections if len(s.title)}
    text = reading.note.text
    headings = headed_in(text)
    for number, span in enumerate(reading.sentences):
        if span.start in headers and _is_header(span, lookup):
            continue
        section = lookup.section_at(span)
        label = section.label if section else "none"
        for piece, heading in cut(span, headings):
            sentence = read_sentence(text, piece)
            where = _under(heading, sentence, label) or _where(
                sentence, section, label, kinds.get(label, "other")
            )
            if where is not None:
                yield Line(sentence, where, label, number)


def _under(heading: Headed | None, sentence: Sentence, label: str) -> Where | None:
    """What a heading in running text makes of a sentence under it."""
    if heading is None or label == _LISTED:
        return None
    if heading.operations:
        return None if sentence.tells else Where.TITLE
    return Where.DIAGNOSIS


def _is_header(span: Span, lookup: Lookup) -> bool:
    section = lookup.section_at(span)
    return section is not None and span.end <= section.body.start


def _where(sentence: Sentence, section: Section | None, label: str, kind: str) -> Where | None:
    """What the section makes of a sentence; None where it tells of no procedure."""
    if label in _NEVER or (kind in _PASSED_OVER and label not in _READ_THOUGH_RESULTS):
        return None
    if label == _LISTED and section is not None:
        near = sentence.span.start - section.body.start < _TITLE_REACH
        return Where.TITLE if near and not sentence.tells else Where.DESCRIPTION
    if label in _DESCRIPTIONS:
        return Where.DESCRIPTION
    if label in _DIAGNOSES:
        return Where.DIAGNOSIS
    if label == "past_surgical_history" or label == "past_medical_history":
        return Where.PAST
    if kind == "plan" or label == "assessment_plan":
        return Where.PLAN
    return Where.STORY

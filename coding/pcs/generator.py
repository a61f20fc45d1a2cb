"""ICD-10-PCS candidates of sections 0 and 1 from operations that a note names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from codesets.release import Release
from coding.pcs.axes import Basis
from coding.pcs.build import WEIGHTS, Built, build_codes
from coding.pcs.components import without_components
from coding.pcs.note_words import NoteWords, Where, read_note
from coding.pcs.scene import Finders, Story, finders_of, tables_of
from coding.pcs.tables import Tables
from coding.protocols import CodeSystem
from coding.types import Assertion, Candidate, Code, Evidence, Reading, Span, System

# How far a mention is to be trusted by where it stands.
_PLACES = {
    Where.TITLE: 1.0,
    Where.DESCRIPTION: 0.5,
    Where.STORY: 0.6,
    Where.DIAGNOSIS: 0.2,
    Where.PLAN: 0.3,
    Where.PAST: 0.15,
}
_SOURCES = {"procedure": 0.75, "index": 0.5, "operation": 0.5}
_EACH_FURTHER_WORD = 0.05
_NOT_AFFIRMED = 0.4
_EACH_GUESS = 0.85
_NO_PART = 0.4
_EACH_ALTERNATIVE = 0.6
_EACH_REPEAT = 0.04
# In the description of an operation a verb tells of steps, in an operative note at least.
_STEP = 0.3
_HIGHEST = 0.99
# Places kept for one code.
_MAX_MENTIONS = 8
_NAME_SHARE = 0.5


class PcsGenerator:
    """Candidates by root operation, body part, approach, device and qualifier."""

    name = "pcs"

    def __init__(self, codes: Release) -> None:
        self._codes = codes
        self._tables = tables_of(codes)
        self._finders = finders_of(codes, self._tables)

    @property
    def release(self) -> str:
        """The name of the release that it was built for."""
        return self._codes.release

    @property
    def tables(self) -> Tables:
        """The tables of the release that it was built for."""
        return self._tables

    @property
    def finders(self) -> Finders:
        """What finds the words of operations."""
        return self._finders

    def generate(self, reading: Reading, codes: CodeSystem) -> tuple[Candidate, ...]:
        """One candidate for every code that operations of the note stand for."""
        if codes.system is not System.ICD10PCS or codes.release != self._codes.release:
            return ()
        story = self._finders.read(read_note(reading))
        by_code: dict[str, list[Built]] = defaultdict(list)
        for built in without_components(self._built(story)):
            if built.code in codes:
                by_code[built.code].append(built)
        return tuple(self._candidate(code, built, story) for code, built in by_code.items())

    def _built(self, story: Story) -> list[Built]:
        return [
            built
            for scene in story.scenes
            for act in scene.acts
            for built in build_codes(act, scene, story, self._tables)
        ]

    def _candidate(self, code: str, built: Sequence[Built], story: Story) -> Candidate:
        priors = {id(b): _prior(b, story) for b in built}
        best = max(built, key=lambda b: (priors[id(b)], -b.act.found.span.start))
        spans = {b.act.found.span for b in built}
        prior = min(priors[id(best)] + _EACH_REPEAT * (len(spans) - 1), _HIGHEST)
        others = [b for b in built if b is not best]
        evidence = _evidence(best, others, story.note)
        return Candidate(Code(System.ICD10PCS, code), prior, evidence, (self.name,))


def _prior(built: Built, story: Story) -> float:
    """How far words, place and documented axes speak for a code; it only orders."""
    act, where = built.act, built.scene.line.where
    prior = min(_SOURCES[act.source] + _EACH_FURTHER_WORD * (len(act.found.words) - 1), 0.95)
    prior *= _PLACES[where] * _EACH_GUESS**built.guesses * _EACH_ALTERNATIVE**built.rank
    if act.general and where is Where.DESCRIPTION and story.note.operative:
        prior *= _STEP
    if any(a.name == "Body Part" and a.basis is Basis.UNDOCUMENTED for a in built.axes):
        prior *= _NO_PART
    if story.note.assertions(act.found.span) != (Assertion.AFFIRMED,):
        prior *= _NOT_AFFIRMED
    return prior


def _evidence(best: Built, others: Iterable[Built], note: NoteWords) -> tuple[Evidence, ...]:
    """The name of the operation, every axis of the best reading, and where else it is named."""
    pieces = [_piece(best.act.found.span, f"{best.act.source}:{best.act.words}", 0.5, note)]
    for axis in best.axes:
        told = axis.basis in (Basis.DOCUMENTED, Basis.NAMED)
        weight = WEIGHTS[axis.name] / len(axis.spans) if told else 0.0
        pieces += [_piece(span, axis.source, weight, note) for span in axis.spans]
    seen = {best.act.found.span}
    for other in others:
        span = other.act.found.span
        if span not in seen and len(seen) < _MAX_MENTIONS:
            seen.add(span)
            source = f"{other.act.source}:{other.act.words}"
            pieces.append(_piece(span, source, _NAME_SHARE / 2, note))
    total = sum(piece.weight for piece in pieces)
    return tuple(replace(piece, weight=piece.weight / total) for piece in pieces)


def _piece(span: Span, source: str, weight: float, note: NoteWords) -> Evidence:
    section = note.lookup.section_at(span)
    return Evidence(
        span,
        span.of(note.reading.note.text),
        section.label if section else "none",
        note.assertions(span),
        source,
        weight,
    )

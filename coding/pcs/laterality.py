"""A procedure title that names one side and a description that tells of the other.

Source: the Joint Commission's Universal Protocol (wrong-site procedures); ICD-10-PCS Official
Guidelines B4.3 and the CPT modifiers RT and LT, which rest on the side that the record documents.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from coding.pcs.note_words import Where, read_note
from coding.pcs.words import Sentence, SideWord
from coding.protocols import CodeSystem
from coding.types import (
    Decision,
    Draft,
    Evidence,
    Finding,
    ProofStep,
    Query,
    Reading,
    Severity,
    Span,
    Suggestion,
    System,
)

_PROCEDURES = (System.ICD10PCS, System.CPT, System.HCPCS)
_OTHER = {"R": "L", "L": "R"}
_NAMES = {"R": "right", "L": "left"}
# Content words between a word of side and what it is the side of.
_NEAR = 3
# Stems that tell of operating, and of what is only seen, padded or compared.
_OPERATING = frozenset(
    """incis dissect prep prepar drape expos enter open excis remov resect repair inject insert
    place cut divid ligat ream drill reduc fix implant drain biopsi amput suture mobil
    identifi cannul punctur advanc""".split()  # noqa: SIM905
)
_PASSING = frozenset(
    """normal uninvolv contralater opposit unaffect intact pad holder previous prior later tuck
    posit lie unremark nonop compar""".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class _Sided:
    """A side with the stem it stands at and where."""

    side: str
    stem: str
    span: Span


@dataclass(frozen=True, slots=True)
class LateralityConflict:
    """An error and a question where title and description of an operation name opposite sides.

    It speaks only where titles name one side alone, and the description operates on the same body
    part of the other side and never names the title's.
    """

    id: str = "pcs.laterality-conflict"
    citation: str = "ICD-10-PCS Official Guidelines B4.3; CPT modifiers RT and LT"

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        """Compare titles with what is told, once for a note."""
        if codes.system not in _PROCEDURES:
            return draft
        conflict = _conflict(reading)
        if conflict is None:
            return draft
        title, told = conflict
        concerned = _concerned(draft, reading, title)
        for suggestion in concerned:
            draft = draft.put(self._held(suggestion, (title.span, told.span)))
        if any(finding.rule == self.id for finding in draft.findings):
            return draft
        pieces = tuple(_piece(s, reading, self.id) for s in (title, told))
        draft = draft.find(
            Finding(
                self.id,
                Severity.ERROR,
                tuple(s.code for s in concerned),
                f"the title of the procedure names the {_NAMES[title.side]} side, "
                f"its description the {_NAMES[told.side]}",
                self.citation,
                pieces,
            )
        )
        if not concerned:
            return draft
        query = Query(
            concerned[0].code,
            "side",
            pieces,
            "Title and description of the procedure name different sides. Please document the side "
            "of the procedure: right; left; both; other (please specify); unable to determine.",
        )
        return replace(draft, queries=(*draft.queries, query))

    def _held(self, suggestion: Suggestion, spans: tuple[Span, ...]) -> Suggestion:
        step = ProofStep("rule", self.id, spans, self.citation)
        return replace(
            suggestion, decision=Decision.REVIEW, auto=False, proof=(*suggestion.proof, step)
        )


def _conflict(reading: Reading) -> tuple[_Sided, _Sided] | None:
    """A side in the titles and the other in the description of the same body part."""
    text = reading.note.text.lower()
    if not all(name in text for name in _NAMES.values()):
        return None
    lines = read_note(reading).lines
    titles = [line.sentence for line in lines if line.where is Where.TITLE]
    sides = {word.side for sentence in titles for word in sentence.sides}
    if len(sides) != 1 or "B" in sides:
        return None
    side = next(iter(sides))
    named: Mapping[str, list[_Sided]] = _by_stem(_sided(titles))
    told = [line.sentence for line in lines if line.where is Where.DESCRIPTION]
    if any(word.side == "B" for sentence in told for word in sentence.sides):
        return None
    shared = [s for s in _sided(told) if s.stem in named]
    if any(s.side == side for s in shared):
        return None
    for one in shared:
        if one.side == _OTHER[side] and _operates(one, told):
            return named[one.stem][0], one
    return None


def _sided(sentences: Iterable[Sentence]) -> Iterator[_Sided]:
    """Every word of side with each of the content words after it: "left inguinal hernia"."""
    for sentence in sentences:
        for side in sentence.sides:
            for word in sentence.words:
                if 0 <= word.place - side.place < _NEAR and word.segment == side.segment:
                    yield _Sided(side.side, word.stem, _whole(side, word.span))


def _whole(side: SideWord, word: Span) -> Span:
    return Span(min(side.span.start, word.start), max(side.span.end, word.end))


def _by_stem(found: Iterable[_Sided]) -> dict[str, list[_Sided]]:
    by_stem: dict[str, list[_Sided]] = defaultdict(list)
    for one in found:
        by_stem[one.stem].append(one)
    return by_stem


def _operates(sided: _Sided, told: Iterable[Sentence]) -> bool:
    """Whether the sentence tells of operating, and not of what is seen or padded."""
    for sentence in told:
        if sentence.span.contains(sided.span):
            stems = {word.stem for word in sentence.words}
            return not stems.isdisjoint(_OPERATING) and stems.isdisjoint(_PASSING)
    return False


def _concerned(draft: Draft, reading: Reading, title: _Sided) -> tuple[Suggestion, ...]:
    """The procedures whose evidence stands in the sentence of the title, else all of them."""
    line = reading.sentence_at(title.span) or title.span
    procedures = tuple(s for s in draft.suggestions if s.code.system in _PROCEDURES)
    named = tuple(s for s in procedures if any(e.span.overlaps(line) for e in s.evidence))
    return named or procedures


def _piece(sided: _Sided, reading: Reading, rule: str) -> Evidence:
    section = reading.section_at(sided.span)
    return Evidence(
        sided.span,
        sided.span.of(reading.note.text),
        section.label if section else "none",
        reading.assertions(sided.span),
        rule,
        0.5,
    )

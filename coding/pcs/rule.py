"""Axes of ICD-10-PCS codes that the note leaves open: review and a question, never a silent guess.

The questions follow AHIMA and ACDIS, Guidelines for Achieving a Compliant Query Practice (2022):
they quote the record, offer every choice with "other" and "unable to determine", lead to none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from coding.pcs.axes import GUIDELINES, NAMES, Basis, DocumentedAxis, axes_of
from coding.pcs.note_words import read_note
from coding.pcs.scene import Finders, Scene
from coding.pcs.tables import PART, SECTIONS, SURGICAL, Tables
from coding.protocols import CodeSystem
from coding.rules._draft import accepted
from coding.types import (
    Code,
    Decision,
    Draft,
    Evidence,
    Finding,
    ProofStep,
    Query,
    Reading,
    Severity,
    Suggestion,
    System,
)

# Longer lists of choices would be read by nobody: the question is then open.
_MOST_CHOICES = 8
_UNSURE = "other (please specify); unable to determine"
_POSITIONS = {name: position for position, name in NAMES.items()}
MISSING_PART = "pcs.body-part-missing"


@dataclass(frozen=True, slots=True)
class UndocumentedAxis:
    """Holds back a code with an axis that no words of the note tell, and asks for it."""

    release: str
    tables: Tables
    finders: Finders
    id: str = "pcs.undocumented-axis"
    citation: str = f"{GUIDELINES} A11, B3.1a; AHIMA/ACDIS Compliant Query Practice (2022)"

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        """Review in the place of accept for every code with an open axis; one question for each."""
        if codes.system is System.CPT:
            return self._without_part(draft, reading, System.CPT)
        if codes.system is not System.ICD10PCS or codes.release != self.release:
            return draft
        asked = {(q.code, q.missing) for q in draft.queries}
        for suggestion in draft.suggestions:
            open_axes = _open(suggestion)
            if not open_axes:
                continue
            accepted = suggestion.decision is Decision.ACCEPT
            draft = draft.put(self._held(suggestion, open_axes))
            if not accepted:
                continue
            for axis in open_axes:
                query = self._query(suggestion, axis)
                if (query.code, query.missing) not in asked and not _same(query, draft.queries):
                    draft = replace(draft, queries=(*draft.queries, query))
        return self._without_part(draft, reading, System.ICD10PCS)

    def _held(self, suggestion: Suggestion, axes: Sequence[DocumentedAxis]) -> Suggestion:
        steps = tuple(
            ProofStep(
                "rule", f"{self.id}: {axis.name} is not documented", axis.spans, self.citation
            )
            for axis in axes
        )
        kept = tuple(step for step in suggestion.proof if step not in steps)
        return replace(suggestion, decision=Decision.REVIEW, auto=False, proof=(*kept, *steps))

    def _query(self, suggestion: Suggestion, axis: DocumentedAxis) -> Query:
        missing = axis.name.lower()
        choices = self._choices(suggestion.code.value, axis)
        offered = f"{'; '.join(choices)}; {_UNSURE}" if choices else _UNSURE
        text = (
            f"A procedure is documented; its {missing} is not stated. "
            f"Please document the {missing}: {offered}."
        )
        return Query(suggestion.code, missing, _indicators(suggestion, axis), text)

    def _choices(self, value: str, axis: DocumentedAxis) -> tuple[str, ...]:
        """What the table of the code allows on the axis; nothing where that is a long list."""
        position = _POSITIONS[axis.name]
        prefix = value[: position - 1]
        if position == PART:
            known = self.tables.part_of(value[:3], value[PART - 1])
            sides = self.tables.sides(value[:3], known[0]) if known else {}
            characters = sorted(sides.values()) if len(sides) > 1 else []
        else:
            characters = sorted(self.tables.options(prefix))
        if len(characters) > _MOST_CHOICES:
            return ()
        return tuple(self.tables.label(prefix + c, position) for c in characters)

    def _without_part(self, draft: Draft, reading: Reading, system: System) -> Draft:
        """A finding, and of ICD-10-PCS a question, for a title that names no body part."""
        if any(finding.rule == MISSING_PART for finding in draft.findings):
            return draft
        if any(_is_operation(s) for s in draft.suggestions):
            return draft
        if any(s.code.system is system and accepted(s) for s in draft.suggestions):
            return draft
        story = self.finders.read(read_note(reading))
        for scene in story.titles:
            for piece in _nameless(scene, reading):
                code = Code(System.ICD10PCS, SURGICAL)
                text = (
                    "An operation is documented without the body part that it was done on. "
                    f"Please document the body part and its side: {_UNSURE}."
                )
                query = Query(code, "body part", (piece,), text)
                finding = Finding(
                    MISSING_PART,
                    Severity.WARNING,
                    (),
                    f"a procedure is named without a body part: no {system} code can be chosen",
                    self.citation,
                    (piece,),
                )
                asked = (query,) if system is System.ICD10PCS else ()
                return replace(draft.find(finding), queries=(*draft.queries, *asked))
        return draft


def _open(suggestion: Suggestion) -> tuple[DocumentedAxis, ...]:
    if suggestion.code.system is not System.ICD10PCS:
        return ()
    return tuple(a for a in axes_of(suggestion) if a.basis is Basis.UNDOCUMENTED)


def _is_operation(suggestion: Suggestion) -> bool:
    code = suggestion.code
    return code.system is System.ICD10PCS and code.value[0] in SECTIONS


def _indicators(suggestion: Suggestion, axis: DocumentedAxis) -> tuple[Evidence, ...]:
    """The words of the note that name the procedure, once each."""
    pieces = [e for e in suggestion.evidence if not e.source.startswith("axis:")]
    pieces += [e for e in suggestion.evidence if e.span in axis.spans]
    unique = {piece.span: piece for piece in reversed(pieces)}
    return tuple(sorted(unique.values(), key=lambda e: e.span))


def _same(query: Query, queries: Sequence[Query]) -> bool:
    """Whether the same words were asked about before: several codes of one name, one question."""
    spans = {piece.span for piece in query.indicators}
    return any(
        q.missing == query.missing and spans & {piece.span for piece in q.indicators}
        for q in queries
    )


def _nameless(scene: Scene, reading: Reading) -> Iterator[Evidence]:
    """The operations of a title without any body part."""
    if scene.parts:
        return
    for act in scene.acts:
        if act.general:
            span = act.found.span
            yield Evidence(
                span,
                span.of(reading.note.text),
                scene.line.section,
                reading.assertions(span),
                f"{act.source}:{act.words}",
                1.0,
            )

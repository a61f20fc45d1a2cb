"""A lesser procedure that is part of a fuller one of the same session is not reported beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from codesets.linkage import Linkage
from coding.procedures.performed import naming
from coding.procedures.status import Standings
from coding.protocols import CodeSystem
from coding.rules._draft import outranks, reject_all, rule_step
from coding.types import Code, Draft, Reading, Reason, Suggestion, System

# Sections that only the report of an operation has.
_OPERATIVE = frozenset(
    {"preoperative_diagnosis", "postoperative_diagnosis", "procedure_description", "anesthesia"}
)
_PART = "operation-part"


class IncludedProcedure:
    """Rejects what is a part of another procedure: by the tables, or of the operation reported.

    What is for review displaces nothing that is accepted. The fuller procedure's proof tells what
    it took in.
    """

    id = "procedure.included"
    citation = "NCCI Policy Manual, chapter I: more extensive procedure, services integral to it"

    def __init__(self, linkage: Linkage) -> None:
        self._linkage = linkage

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        """Judge the procedures of CPT."""
        if codes.system is not System.CPT:
            return draft
        own = [s for s in draft.suggestions if s.code.system is codes.system]
        taken: dict[Code, Suggestion] = {}
        for lesser in own:
            fuller = self._fuller(lesser, own)
            if fuller is not None:
                taken[lesser.code] = fuller
        parts = {s.code for s in own if _PART in self._linkage.kinds(s.code)}
        steps = parts & set(_untitled(own, reading)) if parts else set[Code]()
        told = tuple(self._told(s, taken) for s in draft.suggestions)
        gone = dict.fromkeys([*taken, *sorted(steps - taken.keys())], Reason.INTEGRAL)
        return reject_all(replace(draft, suggestions=told), gone)

    def _fuller(self, lesser: Suggestion, own: Sequence[Suggestion]) -> Suggestion | None:
        """The likeliest procedure of the draft that takes this one in."""
        relations = self._linkage.included(lesser.code)
        fuller = [
            other
            for other in own
            if other.code != lesser.code
            and outranks(other, lesser)
            and any(relation.covers(other.code.value) for relation in relations)
        ]
        return max(fuller, key=lambda s: s.probability, default=None)

    def _told(self, suggestion: Suggestion, taken: Mapping[Code, Suggestion]) -> Suggestion:
        parts = sorted(code.value for code, by in taken.items() if by.code == suggestion.code)
        if not parts:
            return suggestion
        step = rule_step(f"{self.id}: {', '.join(parts)}", self.citation, suggestion.evidence)
        return replace(suggestion, proof=(*suggestion.proof, step))


def _untitled(own: Sequence[Suggestion], reading: Reading) -> Iterator[Code]:
    """In the report of an operation, the procedures that its title does not name."""
    if _OPERATIVE.isdisjoint(section.label for section in reading.sections):
        return
    standings = Standings(reading)
    for suggestion in own:
        if not any(standings.titled(e.span) for e in naming(suggestion.evidence)):
            yield suggestion.code

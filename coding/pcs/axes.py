"""What a candidate's evidence says of each axis of its code, and the steps that prove it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from coding.types import Candidate, Evidence, ProofStep, Span, Suggestion

GUIDELINES = "ICD-10-PCS Official Guidelines"
NAMES = {3: "Operation", 4: "Body Part", 5: "Approach", 6: "Device", 7: "Qualifier"}
"""The axes that a note decides, by position."""

_AXIS = re.compile(r"axis:(?P<name>[^=]+)=(?P<value>\S) (?P<label>.*?)(?:; (?P<basis>[a-z ]+))?")


class Basis(StrEnum):
    """What the value of an axis rests on."""

    DOCUMENTED = "documented"
    NAMED = "by definition"
    ONLY = "only value"
    NONE = "none documented"
    UNDOCUMENTED = "undocumented"


# The paragraph of the guidelines, or the tables, by axis and basis.
_SOURCES = {
    ("Operation", Basis.DOCUMENTED): f"{GUIDELINES} B3.1a",
    ("Body Part", Basis.DOCUMENTED): f"{GUIDELINES} B4.1 - B4.8",
    ("Approach", Basis.DOCUMENTED): f"{GUIDELINES} B5.2 - B5.4",
    ("Device", Basis.DOCUMENTED): f"{GUIDELINES} B6.1a",
    ("Device", Basis.NONE): f"{GUIDELINES} B6.1a",
    ("Qualifier", Basis.DOCUMENTED): f"{GUIDELINES} A4",
}
_WHY = {
    Basis.DOCUMENTED: "as the note says",
    Basis.NAMED: "by the name of the procedure",
    Basis.ONLY: "the only value of the table",
    Basis.NONE: "none is documented",
    Basis.UNDOCUMENTED: "not documented: the most usual value",
}


@dataclass(frozen=True, slots=True)
class DocumentedAxis:
    """One axis of a code: its value, what that means, what it rests on, the words that say so."""

    name: str
    value: str
    label: str
    basis: Basis
    spans: tuple[Span, ...]

    @property
    def source(self) -> str:
        """The axis as evidence names its source."""
        said = f"axis:{self.name}={self.value} {self.label}"
        return said if self.basis is Basis.DOCUMENTED else f"{said}; {self.basis}"


def axes_of(candidate: Candidate | Suggestion) -> tuple[DocumentedAxis, ...]:
    """The axes that the evidence of a candidate or suggestion states, in the order of the code."""
    return axes_in(candidate.evidence)


def axes_in(evidence: Iterable[Evidence]) -> tuple[DocumentedAxis, ...]:
    """The axes that pieces of evidence state, in the order of the code."""
    found: dict[str, DocumentedAxis] = {}
    for piece in evidence:
        match = _AXIS.fullmatch(piece.source)
        if match is None:
            continue
        basis = Basis(match["basis"]) if match["basis"] else Basis.DOCUMENTED
        known = found.get(match["name"])
        spans = (*(known.spans if known else ()), piece.span)
        found[match["name"]] = DocumentedAxis(
            match["name"], match["value"], match["label"], basis, spans
        )
    order = list(NAMES.values())
    return tuple(sorted(found.values(), key=lambda axis: order.index(axis.name)))


def proof_steps(candidate: Candidate | Suggestion) -> Iterator[ProofStep]:
    """A step for every axis: the value, why it is so, the words, and where the rule is written."""
    for axis in axes_of(candidate):
        source = _SOURCES.get((axis.name, axis.basis), "ICD-10-PCS tables")
        what = f"pcs.axis: {axis.name} {axis.value} {axis.label}, {_WHY[axis.basis]}"
        yield ProofStep("rule", what, axis.spans, source)

"""A modifier with what the note says for it, and how it gets on a suggestion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from coding.types import ProofStep, Span, Suggestion

CMS_CLAIMS = "Medicare Claims Processing Manual, chapter 12"
NCCI = "NCCI Policy Manual, chapter I"
CPT_MODIFIERS = "CPT modifiers"
HCPCS_MODIFIERS = "HCPCS Level II modifiers"

# The order on a claim line: what changes payment before what informs.
_PAYMENT = (
    *("24", "25", "57", "58", "78", "79", "76", "77", "91", "59", "XE", "XP", "XS", "XU"),
    *("50", "52", "53", "62", "80", "82", "AS", "26", "TC", "93", "95"),
)
_PLACE = {modifier: place for place, modifier in enumerate(_PAYMENT)}


@dataclass(frozen=True, slots=True)
class Grant:
    """A modifier, why it is given in a few words, and the words of the note that say so."""

    modifier: str
    why: str
    spans: tuple[Span, ...]
    source: str

    @property
    def ref(self) -> str:
        """How the proof names it: "modifier.RT: right"."""
        return f"modifier.{self.modifier}: {self.why}"


def with_grants(suggestion: Suggestion, grants: Iterable[Grant]) -> Suggestion:
    """The suggestion with further modifiers, each once, and a step of proof for each."""
    had = suggestion.modifiers or ()
    new = {g.modifier: g for g in grants if g.modifier not in had}
    if not new:
        return suggestion
    modifiers = sorted((*had, *new), key=lambda m: (_PLACE.get(m, len(_PLACE)), m))
    steps = tuple(ProofStep("rule", g.ref, g.spans, g.source) for g in new.values())
    return replace(suggestion, modifiers=tuple(modifiers), proof=suggestion.proof + steps)

"""Candidates from phrases that coders have reported codes for in the charts trained on."""

from __future__ import annotations

from collections.abc import Mapping

from coding.candidates import MAX_EVIDENCE
from coding.lookup import Lookup
from coding.protocols import CodeSystem
from coding.types import Candidate, Code, Evidence, Reading, Span, System
from models.phrases import Count, PhraseTable, phrases_of

# Share of the sentences with a phrase that must carry the code for it to be proposed.
LEAST_RATE = 0.25


class PhraseGenerator:
    """Proposes what was reported with the phrases of a note; `without` leaves a chart out."""

    name = "phrases"

    def __init__(self, table: PhraseTable, without: PhraseTable | None = None) -> None:
        self._table = table
        self._without = without

    def generate(self, reading: Reading, codes: CodeSystem) -> tuple[Candidate, ...]:
        """One candidate for every code often reported with any phrase of the note."""
        if codes.system is not System.ICD10CM:
            return ()
        found: dict[str, dict[Span, Count]] = {}
        for sentence in reading.sentences:
            for phrase in phrases_of(reading.note.text, sentence):
                for code, count in self._table.codes(phrase.key, self._without).items():
                    if count.rate >= LEAST_RATE and code in codes:
                        found.setdefault(code, {})[phrase.span] = count
        lookup = Lookup(reading)
        return tuple(_candidate(code, places, reading, lookup) for code, places in found.items())


def _candidate(
    code: str, places: Mapping[Span, Count], reading: Reading, lookup: Lookup
) -> Candidate:
    kept = fullest(places)[:MAX_EVIDENCE]
    total = sum(places[span].rate for span in kept)
    evidence = []
    for span in sorted(kept):
        section, count = lookup.section_at(span), places[span]
        evidence.append(
            Evidence(
                span=span,
                quote=span.of(reading.note.text),
                section=section.label if section else "none",
                assertions=lookup.assertions_within(span),
                source=f"phrase:reported in {count.reported} of {count.seen} sentences of charts",
                weight=count.rate / total,
            )
        )
    prior = max(places[span].rate for span in kept)
    return Candidate(Code(System.ICD10CM, code), prior, tuple(evidence), (PhraseGenerator.name,))


def fullest(places: Mapping[Span, Count]) -> list[Span]:
    """Of phrases that overlap the one with the highest rate, then the longest; best first."""
    kept: list[Span] = []
    for span in sorted(places, key=lambda s: (-places[s].rate, -len(s), s)):
        if not any(span.overlaps(other) for other in kept):
            kept.append(span)
    return kept

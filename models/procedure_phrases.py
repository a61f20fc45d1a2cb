"""Candidates from phrases that went with a procedure in the charts trained on.

The table counts CPT and HCPCS by code and ICD-10-PCS by the first four characters: these tell what
was done on what, and more of the code stands in few charts.
"""

from __future__ import annotations

from collections.abc import Mapping

from coding.candidates import MAX_EVIDENCE
from coding.lookup import Lookup
from coding.protocols import CodeSystem
from coding.types import PROCEDURE_SYSTEMS, Candidate, Code, Evidence, Reading, Span, System
from models.phrase_generator import LEAST_RATE, fullest
from models.phrases import Count, PhraseTable, phrases_of

PREFIX = 4


def key_of(system: System, value: str) -> str:
    """What codes of a system are counted and compared by."""
    return value[:PREFIX] if system is System.ICD10PCS else value


class ProcedurePhrases:
    """Proposes what went with the phrases of a note; `without` leaves a chart out."""

    name = "phrases"

    def __init__(self, table: PhraseTable, without: PhraseTable | None = None) -> None:
        self._table = table
        self._without = without

    def generate(self, reading: Reading, codes: CodeSystem) -> tuple[Candidate, ...]:
        """One candidate for every key that often went with any phrase of the note."""
        if codes.system not in PROCEDURE_SYSTEMS:
            return ()
        found: dict[str, dict[Span, Count]] = {}
        for sentence in reading.sentences:
            for phrase in phrases_of(reading.note.text, sentence):
                for key, count in self._table.codes(phrase.key, self._without).items():
                    if count.rate >= LEAST_RATE:
                        found.setdefault(key, {})[phrase.span] = count
        lookup = Lookup(reading)
        return tuple(
            _candidate(Code(codes.system, value), places, reading, lookup)
            for key, places in found.items()
            if (value := _value(key, codes)) is not None
        )


def _value(key: str, codes: CodeSystem) -> str | None:
    """The code that stands for a key: itself, or the plainest of those that begin with it."""
    if codes.system is not System.ICD10PCS:
        return key if key in codes and codes.billable(key) else None
    return plainest(codes, key) if len(key) == PREFIX else None


def plainest(codes: CodeSystem, start: str) -> str | None:
    """The ICD-10-PCS code with this beginning that says least besides: most Zs, then the first."""
    table = start[:3]
    if table not in codes:
        return None
    complete = [v for v in codes.children(table) if v.startswith(start) and codes.billable(v)]
    return max(complete, key=lambda v: (v.count("Z"), [-ord(c) for c in v]), default=None)


def _candidate(
    code: Code, places: Mapping[Span, Count], reading: Reading, lookup: Lookup
) -> Candidate:
    spans = fullest(places)[:MAX_EVIDENCE]
    total = sum(places[span].rate for span in spans)
    evidence = tuple(
        _evidence(span, places[span], total, reading, lookup) for span in sorted(spans)
    )
    prior = max(places[span].rate for span in spans)
    return Candidate(code, prior, evidence, (ProcedurePhrases.name,))


def _evidence(span: Span, count: Count, total: float, reading: Reading, lookup: Lookup) -> Evidence:
    section = lookup.section_at(span)
    return Evidence(
        span=span,
        quote=span.of(reading.note.text),
        section=section.label if section else "none",
        assertions=lookup.assertions_within(span),
        source=f"phrase:done in {count.reported} of {count.seen} sentences of charts",
        weight=count.rate / total,
    )

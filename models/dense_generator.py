"""Candidates by meaning: the codes whose wordings lie nearest to sentences that name problems."""

from __future__ import annotations

from coding.candidates import MAX_EVIDENCE
from coding.lookup import Lookup
from coding.protocols import CodeSystem
from coding.sections import NO_SECTION, OTHER, section_kinds
from coding.types import Candidate, Code, Evidence, Reading, Span, System
from models.encode import NOT_NOW
from models.encoded import EncodedNotes, without_numbering
from models.wording_vectors import WordingVectors

# Kinds of section whose sentences name problems.
ASKED_KINDS = frozenset({"diagnosis", "complaint", "history", "plan", "procedure", "none"})
NEIGHBOURS = 3
LEAST_SIMILARITY = 0.5
_LONGEST = 160  # code points: what is longer tells more than one thing


class DenseGenerator:
    """Asks for the nearest wordings to whole sentences."""

    name = "dense"

    def __init__(
        self, encoded: EncodedNotes, wordings: WordingVectors, neighbours: int = NEIGHBOURS
    ) -> None:
        self._encoded = encoded
        self._wordings = wordings
        self._neighbours = neighbours
        self._kinds = section_kinds()

    def generate(self, reading: Reading, codes: CodeSystem) -> tuple[Candidate, ...]:
        """The nearest codes of each sentence that may name a problem."""
        if codes.system is not System.ICD10CM:
            return ()
        lookup = Lookup(reading)
        asked = [
            without_numbering(reading.note.text, span)
            for span in reading.sentences
            if self._may_name(span, reading, lookup)
        ]
        if not asked:
            return ()
        queries = self._wordings.unit(self._encoded.means(reading, asked))
        found: dict[str, dict[Span, float]] = {}
        for span, nearest in zip(
            asked, self._wordings.nearest(queries, self._neighbours), strict=True
        ):
            for near in nearest:
                if near.similarity >= LEAST_SIMILARITY and near.code in codes:
                    found.setdefault(near.code, {})[span] = near.similarity
        return tuple(
            self._candidate(code, places, reading, lookup, codes) for code, places in found.items()
        )

    def _may_name(self, span: Span, reading: Reading, lookup: Lookup) -> bool:
        section = lookup.section_at(span)
        label = section.label if section else NO_SECTION
        if len(span) > _LONGEST or self._kinds.get(label) not in ASKED_KINDS:
            return False
        titled = section is not None and span.start == section.title.start
        if titled and label not in (NO_SECTION, OTHER):
            return False
        letters = any(character.isalpha() for character in span.of(reading.note.text))
        return letters and not NOT_NOW & set(lookup.assertions_within(span))

    def _candidate(
        self,
        code: str,
        places: dict[Span, float],
        reading: Reading,
        lookup: Lookup,
        codes: CodeSystem,
    ) -> Candidate:
        best = sorted(places, key=lambda span: (-places[span], span))[:MAX_EVIDENCE]
        total = sum(places[span] for span in best)
        evidence = []
        for span in sorted(best):
            section = lookup.section_at(span)
            evidence.append(
                Evidence(
                    span=span,
                    quote=span.of(reading.note.text),
                    section=section.label if section else NO_SECTION,
                    assertions=lookup.assertions_within(span),
                    source=f"dense:{codes.title(code)}",
                    weight=places[span] / total,
                )
            )
        prior = max(places.values()) ** 4
        return Candidate(Code(System.ICD10CM, code), prior, tuple(evidence), (self.name,))

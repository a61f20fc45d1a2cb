"""A small engine of real parts but its candidates and its ranker, to take parts away from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from coding.lookup import Lookup
from coding.pipeline import Coder
from coding.protocols import CodeSystem
from coding.rules.assertions import assertion_rules
from coding.rules.sequence import Sequencing
from coding.rules.validity import ValidCode
from coding.types import (
    Candidate,
    Code,
    CodingOptions,
    Evidence,
    Note,
    Reading,
    Setting,
    Span,
    Suggestion,
    System,
)
from models.suggest import Thresholds, suggest
from tests.unit.eval_kit import Releases
from tests.unit.reading_kit import reader
from tests.unit.rule_kit import KNOWLEDGE

# Word -> code and prior; R05 is a header, which no claim may carry.
WORDS = {
    "hypertension": ("I10", 0.45),
    "pneumonia": ("J18.9", 0.75),
    "asthma": ("J45.909", 0.65),
    "cough": ("R05", 0.35),
    "gastroenteritis": ("A09", 0.15),
}


@dataclass
class WordGenerator:
    """The codes of WORDS wherever they stand; `generated` are the notes that were asked of."""

    name: str = "words"
    generated: list[str] = field(default_factory=list)

    def generate(self, reading: Reading, codes: CodeSystem) -> tuple[Candidate, ...]:
        self.generated.append(reading.note.id)
        lookup, text = Lookup(reading), reading.note.text
        found = []
        for word, (value, prior) in WORDS.items():
            places = [m.span() for m in re.finditer(word, text, re.I)]
            if places:
                evidence = tuple(
                    self._evidence(lookup, text, place, len(places)) for place in places
                )
                found.append(Candidate(Code(System.ICD10CM, value), prior, evidence, (self.name,)))
        return tuple(found)

    @staticmethod
    def _evidence(lookup: Lookup, text: str, place: tuple[int, int], n: int) -> Evidence:
        span = Span(*place)
        section = lookup.section_at(span)
        label = section.label if section else "none"
        return Evidence(span, span.of(text), label, lookup.assertions(span), "title:word", 1 / n)


class LongestFirst:
    """Accepts everything, that with the longest title first; breaks on "please break"."""

    name = "letters 1"

    def rank(
        self, reading: Reading, candidates: Sequence[Candidate], codes: CodeSystem
    ) -> tuple[Suggestion, ...]:
        if "please break" in reading.note.text:
            raise RuntimeError(reading.note.text)
        letters = [len(codes.title(c.code.value)) / 100 for c in candidates]
        return suggest(candidates, letters, Thresholds(0.04, None), codes, self.name)


def engine(generator: WordGenerator | None = None) -> Coder:
    return Coder(
        reader=reader(),
        generators=(generator or WordGenerator(),),
        ranker=LongestFirst(),
        rules=(ValidCode(), *assertion_rules(KNOWLEDGE), Sequencing()),
        codesets=Releases(),
        config_sha256="0" * 64,
        max_note_chars=10_000,
    )


def accepted(coder: Coder, text: str) -> list[str]:
    """The codes accepted, in rank order."""
    options = CodingOptions(systems=(System.ICD10CM,), min_probability=0.0)
    result = coder.code(Note("n", text, Setting.OUTPATIENT), options)
    return [s.code.value for s in result.suggestions if s.decision == "accept"]

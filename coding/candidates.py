"""Mentions and candidate codes: what the words of a note may stand for, whatever it says of them.

Negated, family and uncertain mentions become candidates too: rules reject them and say why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from codesets.lexicon import Lexicon
from coding.lookup import Lookup
from coding.matching import Match, Sentence, Word, find_terms, read_sentence
from coding.protocols import CodeSystem
from coding.retrieval import Retriever
from coding.sections import NO_SECTION, OTHER, section_kinds
from coding.short_forms import ShortForms
from coding.specificity import Specificity
from coding.terms import TermIndex
from coding.types import Assertion, Candidate, Code, Evidence, Reading, Span, System

# Content words around a mention that may make its code more specific.
REACH = 12
# Places kept for one code; a long chart repeats its problems hundreds of times.
MAX_EVIDENCE = 20
# Sections whose every line names a diagnosis: there a near wording is worth proposing.
_RETRIEVED_KINDS = frozenset({"diagnosis"})
_MAX_RETRIEVED_WORDS = 8
# How much of a term's rarity (nats) is a coin's toss whether it was meant: 5 is one rare word.
_HALF_RARITY = 5.0
_GAP_FACTOR = 0.8
_STATES_ABSENCE = re.compile(r"\b(?:without|not|no)\b", re.I)


@dataclass(frozen=True, slots=True)
class _Mention:
    code: str
    span: Span
    words: tuple[Span, ...]
    source: str
    quality: float


class LexicalGenerator:
    """Candidates by term matching, and by n-gram retrieval where a diagnosis line has no match."""

    name = "lexical"

    def __init__(self, codes: CodeSystem, index: TermIndex, lexicon: Lexicon) -> None:
        self._codes = codes
        self._index = index
        self._forms = ShortForms(lexicon.abbreviations)
        self._specificity = Specificity(codes)
        self._retriever = Retriever(index)
        self._kinds = section_kinds()

    def generate(self, reading: Reading, codes: CodeSystem) -> tuple[Candidate, ...]:
        """One candidate for every code that any words of the note may stand for."""
        if codes.system is not self._codes.system or codes.release != self._codes.release:
            return ()
        lookup = Lookup(reading)
        mentions: dict[str, list[_Mention]] = {}
        titles = {s.title.start for s in reading.sections if s.label not in (NO_SECTION, OTHER)}
        for span in reading.sentences:
            # The header of a section names no finding; one we do not know may be a problem's.
            if span.start in titles:
                continue
            for mention in self._mentions(reading.note.text, span, lookup):
                mentions.setdefault(mention.code, []).append(mention)
        return tuple(
            self._candidate(code, found, reading, lookup) for code, found in mentions.items()
        )

    def _mentions(self, text: str, span: Span, lookup: Lookup) -> Iterator[_Mention]:
        sentence = read_sentence(text, span, self._forms)
        matches = find_terms(sentence, self._index)
        for match in matches:
            yield self._matched(sentence, match)
        section = lookup.section_at(span)
        if not matches and section and self._kinds.get(section.label) in _RETRIEVED_KINDS:
            yield from self._retrieved(sentence)

    def _matched(self, sentence: Sentence, match: Match) -> _Mention:
        term = self._index.term(match.term)
        code = self._specificity.refine(term.code, _near(sentence, match.words), match.stems)
        rarity = term.rarity * _GAP_FACTOR**match.gap
        source = f"{term.source}:{term.text}"
        words = tuple(sorted({word.span for word in match.words}))
        if _STATES_ABSENCE.search(term.text):
            # "Laceration without foreign body": the note denies what the wording denies.
            words = words[:1]
        return _Mention(code, match.span, words, source, rarity / (rarity + _HALF_RARITY))

    def _retrieved(self, sentence: Sentence) -> Iterator[_Mention]:
        if not 1 <= len(sentence.words) <= _MAX_RETRIEVED_WORDS:
            return
        span = Span(sentence.words[0].span.start, sentence.words[-1].span.end)
        for neighbour in self._retriever.nearest([word.stem for word in sentence.words], limit=1):
            term = self._index.term(neighbour.term)
            code = self._specificity.refine(term.code, _near(sentence, sentence.words))
            rarity = term.rarity * neighbour.similarity**4
            quality = rarity / (rarity + _HALF_RARITY)
            yield _Mention(code, span, (span,), f"ngram:{term.text}", quality)

    def _candidate(
        self, code: str, mentions: list[_Mention], reading: Reading, lookup: Lookup
    ) -> Candidate:
        unique = {m.span: m for m in sorted(mentions, key=lambda m: m.quality)}
        kept = sorted(unique.values(), key=lambda m: (-m.quality, m.span))[:MAX_EVIDENCE]
        total = sum(m.quality for m in kept)
        evidence = []
        for mention in sorted(kept, key=lambda m: m.span):
            section = lookup.section_at(mention.span)
            evidence.append(
                Evidence(
                    span=mention.span,
                    quote=mention.span.of(reading.note.text),
                    section=section.label if section else "none",
                    assertions=_assertions(mention, lookup),
                    source=mention.source,
                    weight=mention.quality / total,
                )
            )
        return Candidate(
            code=Code(System.ICD10CM, code),
            prior=max(m.quality for m in kept),
            evidence=tuple(evidence),
            generators=(self.name,),
        )


def _assertions(mention: _Mention, lookup: Lookup) -> tuple[Assertion, ...]:
    """What is asserted of any of its words: "breasts without masses" is no breast mass."""
    found = {a for word in mention.words for a in lookup.assertions(word)}
    reserved = found - {Assertion.AFFIRMED}
    return tuple(sorted(reserved or found))


def _near(sentence: Sentence, words: tuple[Word, ...]) -> Mapping[str, int]:
    """Stems within REACH words of a mention and their distance, 0 inside it; not what is denied."""
    first, last = min(w.place for w in words), max(w.place for w in words)
    near: dict[str, int] = {}
    for word in sentence.words:
        distance = max(first - word.place, word.place - last, 0)
        if distance and (word.denied or sentence.names_another(word)):
            continue
        if distance <= REACH and distance < near.get(word.stem, REACH + 1):
            near[word.stem] = distance
    return near

"""Candidates for CPT and HCPCS codes: the words by which procedures and drugs are known.

A wording matches where all its words stand close together in a sentence. A line of an operation's
title that no wording fits whole is matched to the wordings most like it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from codesets.lexicon import Abbreviation, Lexicon
from coding.em.families import family_of
from coding.lookup import Lookup
from coding.matching import Match, Sentence, find_terms, read_sentence
from coding.procedures.status import Standings
from coding.protocols import CodeSystem
from coding.retrieval import Retriever
from coding.short_forms import ShortForms
from coding.terms import Term, TermIndex, index_wordings
from coding.types import Candidate, Code, Reading, Span

# How much of a wording's rarity (nats) is a coin's toss whether it was meant.
_HALF_RARITY = 5.0
_GAP_FACTOR = 0.8
# Another code of the same wording is this much less likely than the first.
_SHARED_FACTOR = 0.6
MAX_EVIDENCE = 12
# Stems that a title may leave out: they tell neither the site nor what is done there.
_SAYING_LITTLE = frozenset(
    """surgeri procedur repair insert insertion placement place remov simpl mesh initi first
    singl diagnost simplex cathet standard convent classic""".split()  # noqa: SIM905
)
_NEAR = 0.45
_NEIGHBOURS = 3
_MAX_TITLE_WORDS = 14


@dataclass(frozen=True, slots=True)
class _Mention:
    code: str
    span: Span
    source: str
    quality: float


class WordingGenerator:
    """Candidates of one release of CPT or HCPCS by its words; visits are levelled elsewhere."""

    name = "wordings"

    def __init__(self, codes: CodeSystem, lexicon: Lexicon) -> None:
        self._codes = codes
        worded = [pair for pair in codes.wordings() if family_of(pair[0]) is None]
        self._forms = ShortForms((*own_short_forms(), *lexicon.abbreviations))
        self._index = index_wordings(worded, self._forms)
        self._retriever = Retriever(self._index)

    def generate(self, reading: Reading, codes: CodeSystem) -> tuple[Candidate, ...]:
        """One candidate for every code that any words of the note may stand for."""
        same = codes.system is self._codes.system and codes.release == self._codes.release
        if not same:
            return ()
        found: dict[str, list[_Mention]] = {}
        for mention in self._mentions(reading, self._index):
            found.setdefault(mention.code, []).append(mention)
        lookup = Lookup(reading)
        return tuple(
            self._candidate(code, mentions, lookup)
            for code, mentions in found.items()
            if code in codes
        )

    def _mentions(self, reading: Reading, index: TermIndex) -> Iterator[_Mention]:
        standings = Standings(reading)
        for span in reading.sentences:
            sentence = read_sentence(reading.note.text, span, self._forms)
            matches = find_terms(sentence, index, chapters=False)
            for match in matches:
                yield from _matched(index.term(match.term), match)
            if not matches and standings.titled(span):
                yield from self._resembling(sentence, index)

    def _resembling(self, sentence: Sentence, index: TermIndex) -> Iterator[_Mention]:
        if not 1 <= len(sentence.words) <= _MAX_TITLE_WORDS:
            return
        span = Span(sentence.words[0].span.start, sentence.words[-1].span.end)
        stems = [word.stem for word in sentence.words]
        for near in self._retriever.nearest(stems, _NEIGHBOURS, at_least=_NEAR):
            term = index.term(near.term)
            if not _same_operation(term, stems):
                continue
            rarity = term.rarity * near.similarity**4
            yield _Mention(term.code, span, f"ngram:{term.text}", _quality(rarity))

    def _candidate(self, code: str, mentions: list[_Mention], lookup: Lookup) -> Candidate:
        unique = {m.span: m for m in sorted(mentions, key=lambda m: m.quality)}
        kept = sorted(unique.values(), key=lambda m: (-m.quality, m.span))[:MAX_EVIDENCE]
        total = sum(m.quality for m in kept)
        return Candidate(
            code=Code(self._codes.system, code),
            prior=max(m.quality for m in kept),
            evidence=tuple(
                lookup.evidence(m.span, m.source, m.quality / total)
                for m in sorted(kept, key=lambda m: m.span)
            ),
            generators=(self.name,),
        )


def _matched(term: Term, match: Match) -> Iterator[_Mention]:
    """The codes of a wording; of several the first is the likelier."""
    quality = _quality(term.rarity * _GAP_FACTOR**match.gap)
    for code in (term.code, *term.others):
        yield _Mention(code, match.span, f"words:{term.text}", quality)
        quality *= _SHARED_FACTOR


def _same_operation(term: Term, stems: Sequence[str]) -> bool:
    """Whether a title has two words of a wording, and lacks none that tells what or how.

    "Umbilical hernia repair" is no inguinal one, an open operation no laparoscopic one.
    """
    shared = term.stems & set(stems)
    return len(shared) > 1 and term.stems - shared <= _SAYING_LITTLE


@cache
def own_short_forms() -> tuple[Abbreviation, ...]:
    """Short forms as reports of procedures use them."""
    text = (files("coding.procedures") / "short_forms.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines()[1:] if not line.startswith("#")]
    return tuple(Abbreviation(short, long, case == "exact") for short, long, case in rows)


def _quality(rarity: float) -> float:
    return rarity / (rarity + _HALF_RARITY)

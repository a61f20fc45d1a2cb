"""Where the terms of an index stand in a sentence, tolerant of order, inflection and short forms.

A term matches where all its stems stand close together; of matches over the same words the fullest
wins. The window is counted in content words, so "pain in the left lower leg" holds "leg pain".
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from codesets.words import Token, normalise
from coding.short_forms import ShortForms
from coding.terms import IGNORED, TermIndex
from coding.types import Span

# Words that tell a side or a degree stand inside a term without breaking it.
_TRANSPARENT = frozenset({"right", "left", "bilater", "acut", "chronic", "mild", "moder", "sever"})
_COURSES = frozenset({"acut", "chronic"})
# Content words and commas that may stand between the words of a term.
MAX_GAP = 2
# How far from its rarest word the others of a term are looked for: around, before, after.
_FAR = 10
_SIDES = ((-_FAR, _FAR), (-_FAR, 0), (0, _FAR))
_SEPARATORS = ",;:/|\n"
_LIST_NUMBER = re.compile(r"[\s#*•-]*\(?\d{1,2}[.):](?!\d)")
# Symptoms, pains, injuries and states are not second diseases within a fuller wording.
_NO_SECOND = ("G89", "M", "R", "S", "T", "Z")
_JOINERS = frozenset({"and", "or"})
# "Secondary to" says what caused it, "secondary" before a noun which kind it is.
_SECONDARY = ("secondari", "to")
_NEGATORS = frozenset({"without", "no", "not", "deni", "neither", "nor"})


@dataclass(frozen=True, slots=True)
class Word:
    """A content word of a sentence; an abbreviation gives several words at one `place`.

    `denied` where a "no" or "without" stands before it in the same phrase.
    """

    stem: str
    place: int
    span: Span
    denied: bool = False


@dataclass(frozen=True)
class Sentence:
    """The content words of a sentence, in order, with short forms spelled out.

    `breaks` and `joins` count, for each place, the separators and the "and"s and "or"s before it.
    """

    words: tuple[Word, ...]
    breaks: tuple[int, ...]
    joins: tuple[int, ...]

    @cached_property
    def _spelled(self) -> Counter[int]:
        """How many words each place stands for."""
        return Counter(word.place for word in self.words)

    @cached_property
    def places(self) -> Mapping[str, tuple[Word, ...]]:
        """Where each stem stands."""
        found: dict[str, list[Word]] = defaultdict(list)
        for word in self.words:
            found[word.stem].append(word)
        return {stem: tuple(words) for stem, words in found.items()}

    def whole(self, words: Sequence[Word]) -> bool:
        """Whether each short form among these words is used by half or more, or stands alone.

        "Hypertension, COPD" must not give pulmonary hypertension.
        """
        used = Counter(word.place for word in words)
        return len(used) == 1 or all(2 * n >= self._spelled[p] for p, n in used.items())

    def names_another(self, word: Word) -> bool:
        """Whether an "acute" or "chronic" is part of another disease's short form, as in COPD."""
        return word.stem in _COURSES and self._spelled[word.place] > 1

    def enumerates(self, words: Sequence[Word]) -> bool:
        """Whether a separator, "and" or "or" stands among these words: they may be several."""
        first, last = min(w.place for w in words), max(w.place for w in words)
        return (self.breaks[first], self.joins[first]) != (self.breaks[last], self.joins[last])

    def gap(self, words: Sequence[Word]) -> int:
        """Content words and separators between the first and last of these words, not of them."""
        used = {word.place for word in words}
        first, last = min(used), max(used)
        between = {
            w.place
            for w in self.words
            if first < w.place < last and w.place not in used and w.stem not in _TRANSPARENT
        }
        return len(between) + self.breaks[last] - self.breaks[first]


@dataclass(frozen=True, slots=True)
class Match:
    """A term found in a sentence: its number, its words, and how many others stand between."""

    term: int
    words: tuple[Word, ...]
    gap: int

    @property
    def stems(self) -> frozenset[str]:
        """The stems of its words."""
        return frozenset(word.stem for word in self.words)

    @property
    def span(self) -> Span:
        """From the first word's start to the last word's end."""
        return Span(min(w.span.start for w in self.words), max(w.span.end for w in self.words))


def read_sentence(text: str, span: Span, forms: ShortForms) -> Sentence:
    """Split a sentence of a text into content words."""
    sentence = span.of(text)
    tokens = normalise(sentence, levels=True)
    words: list[Word] = []
    breaks: list[int] = []
    joins: list[int] = []
    seen = joined = last_end = i = 0
    number = _LIST_NUMBER.match(sentence)
    if number and tokens and tokens[0].end <= number.end():
        i = 1
    denied_in: tuple[int, int] | None = None
    while i < len(tokens):
        form = forms.at(tokens, i, sentence)
        taken, stems = form if form else (1, (tokens[i].stem,))
        start, end = tokens[i].start, tokens[i + taken - 1].end
        seen += sum(sentence.count(mark, last_end, start) for mark in _SEPARATORS)
        last_end = end
        joined += stems[0] in _JOINERS
        if _is_secondary_to(tokens, i):
            stems = ()
        place = Span(span.start + start, span.start + end)
        kept = [stem for stem in stems if stem not in IGNORED]
        denied = denied_in == (seen, joined)
        words += [Word(stem, len(breaks), place, denied) for stem in kept]
        if kept:
            breaks.append(seen)
            joins.append(joined)
        if not _NEGATORS.isdisjoint(stems):
            denied_in = (seen, joined)
        i += taken
    return Sentence(tuple(words), tuple(breaks), tuple(joins))


def _is_secondary_to(tokens: Sequence[Token], i: int) -> bool:
    return tuple(token.stem for token in tokens[i : i + 2]) == _SECONDARY


def find_terms(sentence: Sentence, index: TermIndex, *, chapters: bool = True) -> tuple[Match, ...]:
    """The matches of a sentence that no fuller match covers, in order of their start.

    With `chapters` a code's first letter tells its chapter, and a disease of another one is said
    beside the fuller; procedures have none.
    """
    found = list(_tightest(_all_matches(sentence, index), index))
    found.sort(key=lambda m: (-len(m.words), m.gap, m.span.start))
    kept: list[Match] = []
    for match in found:
        if not any(_covers(other, match, sentence, index, chapters) for other in kept):
            kept.append(match)
    return tuple(sorted(kept, key=lambda m: (m.span, m.term)))


def _tightest(matches: Iterable[Match], index: TermIndex) -> Iterator[Match]:
    """All but the wordings with gaps in which a closer one says the same code."""
    by_code: dict[str, list[Match]] = defaultdict(list)
    for match in matches:
        by_code[index.term(match.term).code].append(match)
    for own in by_code.values():
        for match in own:
            closer = (other.gap < match.gap and match.span.contains(other.span) for other in own)
            if match.gap == 0 or not any(closer):
                yield match


def _covers(
    fuller: Match, match: Match, sentence: Sentence, index: TermIndex, chapters: bool
) -> bool:
    """Whether a fuller match says all of another, over the same words and nearly as closely.

    "Hypertension and CKD" may be one disease, and is still each of the two; so is a disease of
    another chapter in "anemia of CKD": whether both are reported is for the rules to say.
    """
    if not (
        match.stems <= fuller.stems
        and fuller.span.overlaps(match.span)
        and fuller.gap <= match.gap + 1
    ):
        return False
    if len(match.words) == len(fuller.words):
        return True
    one, other = index.term(fuller.term).code, index.term(match.term).code
    other_chapter = chapters and one[0] != other[0] and not other.startswith(_NO_SECOND)
    apart = len(match.words) > 1 and other_chapter
    return not apart and not sentence.enumerates(fuller.words)


def _all_matches(sentence: Sentence, index: TermIndex) -> Iterator[Match]:
    places = sentence.places
    for anchor in sentence.words:
        for term, others in index.anchored_at(anchor.stem):
            if all(stem in places for stem in others):
                match = _closest(sentence, term, anchor, others)
                if match is not None:
                    yield match


def _closest(sentence: Sentence, term: int, anchor: Word, others: Sequence[str]) -> Match | None:
    """The term around its anchor with the least gap: to both sides, to the left or to the right."""
    best: Match | None = None
    for first, last in _SIDES:
        words = [anchor]
        for stem in others:
            near = [w for w in sentence.places[stem] if first <= w.place - anchor.place <= last]
            if near:
                words.append(min(near, key=lambda w: (abs(w.place - anchor.place), w.place)))
        if len(words) > len(others) and sentence.whole(words):
            gap = sentence.gap(words)
            if gap <= MAX_GAP and (best is None or gap < best.gap):
                best = Match(term, tuple(words), gap)
        if best is not None and best.gap == 0:
            break
    return best

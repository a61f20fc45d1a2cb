"""Where the terms of an index stand in a sentence, tolerant of order, inflection and short forms.

A term matches where all its stems stand close together; of matches over the same words the fullest
wins. The window is counted in content words, so "pain in the left lower leg" holds "leg pain".
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from codesets.lexicon import Abbreviation
from codesets.words import Token, normalise
from coding.terms import IGNORED, TermIndex
from coding.types import Span

# Words that tell a side or a degree stand inside a term without breaking it.
_TRANSPARENT = frozenset({"right", "left", "bilater", "acut", "chronic", "mild", "moder", "sever"})
# Content words and commas that may stand between the words of a term.
MAX_GAP = 2
# How far from its rarest word the others of a term are looked for: around, before, after.
_FAR = 10
_SIDES = ((-_FAR, _FAR), (-_FAR, 0), (0, _FAR))
_SEPARATORS = ",;:/|\n"
_LONGEST_SHORT_FORM = 3


@dataclass(frozen=True, slots=True)
class Word:
    """A content word of a sentence; an abbreviation gives several words at one `place`."""

    stem: str
    place: int
    span: Span


@dataclass(frozen=True)
class Sentence:
    """The content words of a sentence, in order, with short forms spelled out."""

    words: tuple[Word, ...]
    breaks: tuple[int, ...]

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


class ShortForms:
    """Abbreviations by their words as a tokenizer splits them."""

    def __init__(self, abbreviations: Sequence[Abbreviation]) -> None:
        self._forms: dict[tuple[str, ...], list[tuple[Abbreviation, tuple[str, ...]]]] = {}
        for entry in abbreviations:
            key = tuple(token.stem for token in normalise(entry.short))
            stems = tuple(token.stem for token in normalise(entry.long))
            self._forms.setdefault(key, []).append((entry, stems))

    def at(self, tokens: Sequence[Token], i: int, text: str) -> tuple[int, tuple[str, ...]] | None:
        """The longest short form that starts at token i: (tokens it takes, stems it stands for)."""
        for length in range(min(_LONGEST_SHORT_FORM, len(tokens) - i), 0, -1):
            key = tuple(token.stem for token in tokens[i : i + length])
            for entry, stems in self._forms.get(key, ()):
                written = text[tokens[i].start : tokens[i + length - 1].end]
                if _same(entry, written):
                    return length, stems
        return None


def _same(entry: Abbreviation, written: str) -> bool:
    if entry.exact_case:
        return written == entry.short
    return written.casefold() == entry.short.casefold()


def read_sentence(text: str, span: Span, forms: ShortForms) -> Sentence:
    """Split a sentence of a text into content words."""
    sentence = span.of(text)
    tokens = normalise(sentence)
    words: list[Word] = []
    breaks: list[int] = []
    seen = last_end = i = 0
    while i < len(tokens):
        form = forms.at(tokens, i, sentence)
        taken, stems = form if form else (1, (tokens[i].stem,))
        start, end = tokens[i].start, tokens[i + taken - 1].end
        seen += sum(sentence.count(mark, last_end, start) for mark in _SEPARATORS)
        last_end = end
        place = Span(span.start + start, span.start + end)
        kept = [stem for stem in stems if stem not in IGNORED]
        words += [Word(stem, len(breaks), place) for stem in kept]
        if kept:
            breaks.append(seen)
        i += taken
    return Sentence(tuple(words), tuple(breaks))


def find_terms(sentence: Sentence, index: TermIndex) -> tuple[Match, ...]:
    """The matches of a sentence that no fuller match covers, in order of their start."""
    found = list(_all_matches(sentence, index))
    found.sort(key=lambda m: (-len(m.words), m.gap, m.span.start))
    kept: list[Match] = []
    for match in found:
        if not any(_covers(other, match) for other in kept):
            kept.append(match)
    return tuple(sorted(kept, key=lambda m: (m.span, m.term)))


def _covers(fuller: Match, match: Match) -> bool:
    """Whether a fuller match says all of another, over the same words and nearly as closely."""
    return (
        match.stems <= fuller.stems
        and fuller.span.overlaps(match.span)
        and fuller.gap <= match.gap + 1
    )


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

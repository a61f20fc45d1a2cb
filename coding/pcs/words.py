"""The words of one sentence and where phrases stand in them, whatever their order.

"Repair of the left inguinal hernia" and "inguinal hernia repair" hold the same phrase: small words
and words of side stand inside a phrase without breaking it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Generic, TypeVar

from codesets.words import STOPWORDS, normalise
from coding.types import Span

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
SIDES: Mapping[str, str] = {
    "right": "R",
    "left": "L",
    "rt": "R",
    "lt": "L",
    "bilater": "B",
    "r": "R",
    "l": "L",
}
# Places (content words and breaks) that may stand between the words of a phrase.
MAX_GAP = 2
# What joins the letters of a short form such as D&C.
_JOINERS = frozenset({"&", "and", "+"})
_BREAK = re.compile(r"[,;:.\n|]")
# Verbs and subjects that a title has not.
_DEFINITE = re.compile(
    r"\b(?:was|were|is|are|been|has|had|have|could|revealed|showed|received|gave|noted|appeared|seemed"
    r"|tolerated|remained|administered|prepped|she|he|we|I|patient)\b"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A content word: `place` counts content words and breaks, `segment` the breaks before it."""

    stem: str
    span: Span
    place: int
    segment: int


@dataclass(frozen=True, slots=True)
class SideWord:
    """A word of side: R, L or B (both), where it stands among the content words."""

    side: str
    span: Span
    place: int
    segment: int


@dataclass(frozen=True)
class Sentence:
    """The content words and words of side of a sentence, in order."""

    span: Span
    text: str
    words: tuple[Word, ...]
    sides: tuple[SideWord, ...]

    @cached_property
    def at(self) -> Mapping[str, list[int]]:
        """Positions in `words` by stem."""
        places: dict[str, list[int]] = defaultdict(list)
        for i, word in enumerate(self.words):
            places[word.stem].append(i)
        return places

    @cached_property
    def tells(self) -> bool:
        """Whether it is a full sentence; the line of a list of procedures is not."""
        return _DEFINITE.search(self.text) is not None


def read_sentence(text: str, span: Span) -> Sentence:
    """The sentence at a span of a note's text."""
    part = span.of(text)
    words: list[Word] = []
    sides: list[SideWord] = []
    place = segment = last = 0
    for token in normalise(part):
        breaks = len(_BREAK.findall(part, last, token.start))
        last = token.end
        place += min(breaks, 1)
        segment += min(breaks, 1)
        where = Span(span.start + token.start, span.start + token.end)
        if token.stem in SIDES:
            sides.append(SideWord(SIDES[token.stem], where, place, segment))
        elif token.stem not in STOPWORDS:
            place += 1
            words.append(Word(token.stem, where, place, segment))
    return Sentence(span, part, tuple(words), tuple(sides))


def stems_of(phrase: str) -> tuple[str, ...]:
    """The stems that a phrase is found by, in their order."""
    stems = (token.stem for token in normalise(phrase))
    return tuple(s for s in stems if s not in STOPWORDS and s not in SIDES)


@dataclass(frozen=True, slots=True)
class Found(Generic[T_co]):
    """A phrase found: what it stands for, its words in order, and how many others are between."""

    item: T_co
    words: tuple[Word, ...]
    gap: int

    @property
    def span(self) -> Span:
        """From its first word to its last."""
        return Span(self.words[0].span.start, self.words[-1].span.end)

    @property
    def segment(self) -> int:
        """Where its first word stands among the breaks of the sentence."""
        return self.words[0].segment

    def distance(self, other: Found[object] | SideWord) -> int:
        """Places between two finds: 0 where they overlap or touch."""
        if isinstance(other, SideWord):
            first = last = other.place
        else:
            first, last = other.words[0].place, other.words[-1].place
        return max(first - self.words[-1].place, self.words[0].place - last, 0)


class Phrases(Generic[T]):
    """Phrases by the rarest of their stems."""

    def __init__(self, rows: Iterable[tuple[str, T]]) -> None:
        phrases = [(stems_of(words), item) for words, item in rows]
        counts = Counter(stem for stems, _ in phrases for stem in set(stems))
        self._by_anchor: dict[str, list[tuple[str, tuple[str, ...], T]]] = defaultdict(list)
        for stems, item in phrases:
            if stems:
                distinct = tuple(dict.fromkeys(stems))
                anchor = min(distinct, key=lambda s: (counts[s], -len(s)))
                others = tuple(s for s in distinct if s != anchor)
                self._by_anchor[anchor].append((anchor, others, item))

    def find(self, sentence: Sentence) -> list[Found[T]]:
        """Every place where a phrase stands, in the order of the sentence."""
        found = []
        for i, word in enumerate(sentence.words):
            for _, others, item in self._by_anchor.get(word.stem, ()):
                places = _nearest(sentence, i, others)
                if places is not None:
                    words = tuple(sentence.words[p] for p in places)
                    gap = words[-1].place - words[0].place - (len(words) - 1)
                    if gap <= MAX_GAP and _spells(sentence, words):
                        found.append(Found(item, words, gap))
        return found


def _spells(sentence: Sentence, words: Sequence[Word]) -> bool:
    """Whether letters among the words are a short form: "D&C" is one, "d/c" means discharge."""
    letters = [word for word in words if len(word.stem) == 1 and word.stem.isalpha()]
    start = sentence.span.start
    between = (
        sentence.text[one.span.end - start : other.span.start - start].strip()
        for one, other in pairwise(letters)
    )
    return all(said in _JOINERS for said in between)


def _nearest(sentence: Sentence, anchor: int, others: Sequence[str]) -> list[int] | None:
    """The positions of all stems of a phrase around its anchor; None where one is not there."""
    here = sentence.words[anchor].place

    def distance(position: int) -> tuple[int, bool]:
        # "Liver biopsy and colonoscopy with biopsy": what follows counts a place nearer.
        before = position < anchor
        return abs(sentence.words[position].place - here) + before, before

    places = [anchor]
    reach = len(others) + MAX_GAP
    for stem in others:
        near = [i for i in sentence.at.get(stem, ()) if abs(i - anchor) <= reach]
        if not near:
            return None
        places.append(min(near, key=distance))
    return sorted(places)


def fullest(found: Iterable[Found[T]]) -> list[Found[T]]:
    """Of finds that share words those with the most words; of equal ones the tightest, the first.

    Several items of the same words all stay.
    """
    kept: list[Found[T]] = []
    taken: dict[int, tuple[Word, ...]] = {}
    for one in sorted(found, key=lambda f: (-len(f.words), f.gap, f.words[0].place)):
        owners = [taken.get(w.place) for w in one.words]
        if all(owner is None or owner == one.words for owner in owners):
            kept.append(one)
            taken.update((w.place, one.words) for w in one.words)
    return sorted(kept, key=lambda f: f.words[0].place)

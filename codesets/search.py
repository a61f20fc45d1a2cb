"""Search over codes, titles and terms as coders type: "htn", "ckd 3", "E11.2", "fracture radius".

A word counts whole, by its stem, or as a beginning; one unknown to the release is mended to its
likeliest spelling. Of the codes with most of the words, those come first whose title or inclusion
term says least besides.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from difflib import get_close_matches
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from codesets.lexicon import Lexicon
from codesets.store import Columns
from codesets.words import STOPWORDS, normalise

_CODE = re.compile(r"^[A-Za-z]\d[0-9A-Za-z]?\.?[0-9A-Za-z]{0,4}$")
_MAX_BEGINNINGS = 50
_MIN_SPELLING = 0.8
# Codes looked at word by word; an inclusion term counts a little less than a title.
_RERANKED = 300
_TERM_SHARE = 0.9
_BILLABLE_BONUS = 0.05


class Search:
    """Searches one release."""

    def __init__(self, columns: Columns, lexicon: Lexicon) -> None:
        self._columns = columns
        self._number = {stem: i for i, stem in enumerate(columns.stems)}
        self._place = {code: i for i, code in enumerate(columns.codes)}
        self._short: dict[str, tuple[str, ...]] = {}
        self._named: dict[frozenset[str], list[int]] = {}
        for entry in lexicon.abbreviations:
            self._short[entry.short.lower()] = _stems(entry.long)
        for term in lexicon.terms:
            if term.code in self._place:
                key = frozenset(_stems(term.term))
                self._named.setdefault(key, []).append(self._place[term.code])

    def find(self, words: str, limit: int) -> list[int]:
        """Places of the best codes, at most `limit`."""
        words = words.strip()
        if _CODE.match(words):
            begun = self._beginning(words, limit)
            if begun:
                return begun
        stems = self._read(words)
        if not stems:
            return []
        points = np.zeros(len(self._columns.codes), dtype=np.float32)
        found = np.zeros(len(points), dtype=np.int16)
        for stem in dict.fromkeys(stems):
            codes, weight = self._postings(stem)
            points[codes] += weight
            found[codes] += 1
        points[found < max(1, found.max())] = 0
        rough = np.argsort(-points / (self._title_words + 2), kind="stable")[:_RERANKED]
        named = self._named.get(frozenset(stems), [])
        close = {int(i): self._closeness(int(i), set(stems)) for i in rough if points[i] > 0}
        best = sorted(close, key=lambda i: (-close[i], len(self._columns.codes[i]), i))
        return list(dict.fromkeys([*named, *best]))[:limit]

    def _closeness(self, place: int, stems: set[str]) -> float:
        """Share of a title's or inclusion term's words that were asked for, at its best."""
        notes = self._columns.notes[place]
        terms = json.loads(notes).get("inclusion_terms", ()) if notes else ()
        texts = [(self._columns.titles[place], 1.0), *((term, _TERM_SHARE) for term in terms)]
        share = max(factor * _share(_stems(text), stems) for text, factor in texts)
        return share + _BILLABLE_BONUS * bool(self._columns.billable[place])

    def _beginning(self, written: str, limit: int) -> list[int]:
        bare = written.replace(".", "").upper()
        value = bare if len(bare) <= 3 else f"{bare[:3]}.{bare[3:]}"
        exact = [self._place[value]] if value in self._place else []
        begun = (i for i, code in enumerate(self._columns.codes) if code.startswith(value))
        return list(dict.fromkeys([*exact, *begun]))[:limit]

    def _read(self, words: str) -> list[str]:
        """Stems of the words, short forms spelled out."""
        stems: list[str] = []
        for word in words.lower().split():
            stems += self._short.get(word.strip(",.;"), ()) or _stems(word)
        return stems

    def _postings(self, stem: str) -> tuple[NDArray[np.int64], float]:
        """Codes with a stem, or with stems it begins, or with its likeliest spelling."""
        number = self._number.get(stem)
        numbers = [number] if number is not None else self._similar(stem)
        if not numbers:
            return np.empty(0, dtype=np.int64), 0.0
        starts = self._columns.posting_starts
        parts = [self._columns.postings[starts[n] : starts[n + 1]] for n in numbers]
        codes = np.unique(np.concatenate(parts)).astype(np.int64)
        return codes, float(np.log(1 + len(self._columns.codes) / len(codes)))

    def _similar(self, stem: str) -> list[int]:
        stems = self._columns.stems
        first = bisect_left(stems, stem)
        begun = [
            i
            for i in range(first, min(first + _MAX_BEGINNINGS, len(stems)))
            if stems[i].startswith(stem)
        ]
        if begun:
            return begun
        same_letter = [s for s in stems if s[0] == stem[0] and abs(len(s) - len(stem)) <= 2]
        close = get_close_matches(stem, same_letter, n=1, cutoff=_MIN_SPELLING)
        return [self._number[s] for s in close]

    @cached_property
    def _title_words(self) -> NDArray[np.float32]:
        counts = [title.count(" ") + 1 for title in self._columns.titles]
        return np.array(counts, dtype=np.float32)


def _share(text: tuple[str, ...], stems: set[str]) -> float:
    asked = sum(1 for stem in text if stem in stems)
    return asked / len(text) if text else 0.0


def _stems(text: str) -> tuple[str, ...]:
    return tuple(token.stem for token in normalise(text) if token.stem not in STOPWORDS)

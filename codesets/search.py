"""Search over codes, titles and terms as coders type: "htn", "ckd 3", "E11.2", "fracture radius".

A word counts whole, by its stem, or as a beginning; one unknown to the release is mended to its
likeliest spelling. Of the codes with most of the words, those come first whose title or inclusion
term says least besides.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from codesets.lexicon import Lexicon
from codesets.store import WORDED, Columns
from codesets.words import STOPWORDS, normalise
from coding.types import Code, Hit, System

_MAX_BEGINNINGS = 50
_MIN_SPELLING = 0.8
# Codes looked at word by word; an inclusion term counts a little less than a title.
_RERANKED = 100
_SHARE_OF = {"inclusion_terms": 0.9, "index": 0.9, "words": 1.0}
_BILLABLE_BONUS = 0.05
# Words that titles write apart.
_SPELLED = {"xray": "x-ray", "xrays": "x-rays", "csection": "c-section"}
# What is asked for by its code, or by a wording of ours, is meant.
_BY_CODE, _NAMED = 3.0, 2.0
# Letters and digits that begin codes of ICD-10-PCS are often words: "b12", "d5".
_LEAST_BEGINNING = {System.ICD10PCS: 4}
# CPT is found by a whole code or by words: nobody pages through it (it is the AMA's).
_WHOLE_ONLY = (System.CPT,)


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
        if columns.info.system is System.ICD10CM:
            for term in lexicon.terms:
                if term.code in self._place:
                    key = frozenset(_stems(term.term))
                    self._named.setdefault(key, []).append(self._place[term.code])

    def find(self, words: str, limit: int) -> tuple[Hit, ...]:
        """The best codes, at most `limit`."""
        words = words.strip()
        begun = self._beginning(words, limit)
        if begun:
            return tuple(Hit(self._columns.codes[i], 1.0, _BY_CODE) for i in begun)
        # As written too: "EKG" is a wording of its own beside what it stands for.
        readings = dict.fromkeys((self._read(words), tuple(dict.fromkeys(_stems(words)))))
        best: dict[int, Hit] = {}
        for asked in readings:
            for place, hit in self._found(asked, limit):
                best[place] = max(hit, best.get(place, hit), key=_fit)
        order = sorted(best, key=lambda i: (*_fit(best[i], -1), len(best[i].code), i))
        return tuple(best[i] for i in order[:limit])

    def _found(self, asked: tuple[str, ...], limit: int) -> Iterator[tuple[int, Hit]]:
        """The best codes for stems, with their places."""
        points = np.zeros(len(self._columns.codes), dtype=np.float32)
        found = np.zeros(len(points), dtype=np.int16)
        for stem in asked:
            codes, weight = self._postings(stem)
            points[codes] += weight
            found[codes] += 1
        most = int(found.max()) if asked else 0
        if not most:
            return
        points[found < most] = 0
        for place in self._named.get(frozenset(asked), []):
            yield place, Hit(self._columns.codes[place], 1.0, _NAMED)
        close = {int(i): self._closeness(int(i), set(asked)) for i in self._roughly_best(points)}
        best = sorted(close, key=lambda i: (-close[i], len(self._columns.codes[i]), i))
        for place in best[:limit]:
            yield place, Hit(self._columns.codes[place], most / len(asked), close[place])

    def _roughly_best(self, points: NDArray[np.float32]) -> NDArray[np.int64]:
        """The codes with points, those first that say much of what was asked in few words."""
        places = np.flatnonzero(points)
        shares: NDArray[np.float32] = points[places] / (self._title_words[places] + 2)
        best: NDArray[np.int64] = places[np.argsort(-shares, kind="stable")[:_RERANKED]]
        return best

    def _closeness(self, place: int, stems: set[str]) -> float:
        """Share of a title's or other wording's words that were asked for, at its best."""
        share = _share(_stems(self._columns.titles[place]), stems)
        if line := self._columns.notes[place]:
            notes = json.loads(line)
            for kind in WORDED:
                texts: Iterable[str] = notes.get(kind, ())
                share = max([share, *(_SHARE_OF[kind] * _share(_stems(t), stems) for t in texts)])
        return share + _BILLABLE_BONUS * bool(self._columns.billable[place])

    def _beginning(self, written: str, limit: int) -> list[int]:
        """Codes that begin as written, if it looks like the beginning of one."""
        system = self._columns.info.system
        looks_like_one = written.isascii() and any(c.isdigit() for c in written)
        if not looks_like_one or not written.replace(".", "").isalnum():
            return []
        value = Code.parse(system, written).value
        exact = [self._place[value]] if value in self._place else []
        if system in _WHOLE_ONLY or len(value) < _LEAST_BEGINNING.get(system, 2):
            return exact
        begun = (i for i, code in enumerate(self._columns.codes) if code.startswith(value))
        return list(dict.fromkeys([*exact, *begun]))[:limit]

    def _read(self, words: str) -> tuple[str, ...]:
        """Stems of the words, short forms spelled out, each once."""
        stems: list[str] = []
        for word in words.lower().split():
            bare = word.strip(",.;")
            stems += self._short.get(bare, ()) or _stems(_SPELLED.get(bare, word))
        return tuple(dict.fromkeys(stems))

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


def _fit(hit: Hit, sign: int = 1) -> tuple[float, float]:
    return sign * hit.matched, sign * hit.closeness


def _share(text: tuple[str, ...], stems: set[str]) -> float:
    asked = sum(1 for stem in text if stem in stems)
    return asked / len(text) if text else 0.0


def _stems(text: str) -> tuple[str, ...]:
    return tuple(token.stem for token in normalise(text) if token.stem not in STOPWORDS)

"""The nearest wordings to words that no term matches whole: n-grams for spelling, then cosine.

Words unknown to the index are first mended to the known stem with the most letter trigrams in
common (Dice coefficient); the words then retrieve terms by TF-IDF cosine similarity.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from coding.terms import TermIndex

# Below these a neighbour is more often wrong than right on the training charts.
MIN_SIMILARITY = 0.75
_MIN_DICE = 0.7
_MIN_LETTERS = 6


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A term and its cosine similarity in (0, 1] to the query."""

    term: int
    similarity: float


class Retriever:
    """Finds terms near to a bag of stems."""

    def __init__(self, index: TermIndex) -> None:
        self._index = index

    def nearest(
        self, stems: Sequence[str], limit: int = 3, at_least: float = MIN_SIMILARITY
    ) -> tuple[Neighbour, ...]:
        """The terms most like these stems, best first, none of less similarity than `at_least`."""
        known = {mended for stem in stems if (mended := self.mend(stem)) is not None}
        if not known:
            return ()
        unknown = sum(1 for stem in stems if self.mend(stem) is None)
        dot: NDArray[np.float64] = np.zeros(len(self._index))
        norm = unknown * self._index.rarity("") ** 2
        for stem in sorted(known):
            weight = self._index.rarity(stem) ** 2
            dot[self._index.containing(stem)] += weight
            norm += weight
        similarity = dot / (np.sqrt(norm) * self._norms)
        best = np.argsort(-similarity, kind="stable")[:limit]
        return tuple(
            Neighbour(int(i), float(similarity[i])) for i in best if similarity[i] >= at_least
        )

    def mend(self, stem: str) -> str | None:
        """The stem itself where known, else the known stem spelt most like it, else None."""
        if stem in self._index:
            return stem
        if len(stem) < _MIN_LETTERS or not stem.isalpha():
            return None
        grams = trigrams(stem)
        shared = Counter(i for gram in grams for i in self._by_trigram.get(gram, ()))
        best: tuple[float, str] | None = None
        for i, count in shared.most_common(20):
            other = self._index.vocabulary[i]
            key = (-2 * count / (len(grams) + len(trigrams(other))), other)
            if other[0] == stem[0]:
                best = key if best is None or key < best else best
        return best[1] if best and -best[0] >= _MIN_DICE else None

    @cached_property
    def _norms(self) -> NDArray[np.float64]:
        return self._index.norms()

    @cached_property
    def _by_trigram(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for i, stem in enumerate(self._index.vocabulary):
            if len(stem) >= _MIN_LETTERS - 1:
                for gram in trigrams(stem):
                    found[gram].append(i)
        return found


def trigrams(word: str) -> frozenset[str]:
    """The letter trigrams of a word with its edges marked."""
    marked = f"^{word}$"
    return frozenset(marked[i : i + 3] for i in range(len(marked) - 2))

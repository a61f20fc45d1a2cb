"""Plain retrieval of codes by words: BM25 and the cosine of TF-IDF over titles and inclusion terms.

Each wording of a code is a document of stems; a code's rank is that of its best wording.
(Robertson and Zaragoza 2009, "The probabilistic relevance framework: BM25 and beyond".)
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from codesets.words import normalise
from coding.protocols import CodeSystem
from eval.calibration import Floats

K1 = 1.2
B = 0.75

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A code with what it got for a query; comparable within one query only."""

    code: str
    weight: float


class WordIndex:
    """Documents of stems by code, with the weight of each stem in each document."""

    def __init__(self, rows: Iterable[tuple[str, str]], *, cosine: bool = False) -> None:
        """Index (code, wording) pairs, for the cosine of TF-IDF or else for BM25."""
        documents = [(code, Counter(stems(text))) for code, text in rows]
        self._codes = [code for code, counts in documents if counts]
        counts = [counts for _, counts in documents if counts]
        frequency = Counter(stem for document in counts for stem in document)
        self._n = len(counts)
        self._idf = {
            stem: float(np.log(1 + (self._n - df + 0.5) / (df + 0.5)))
            for stem, df in frequency.items()
        }
        lengths = np.array([sum(document.values()) for document in counts], dtype=np.float64)
        mean = float(lengths.mean()) if self._n else 1.0
        posted: defaultdict[str, tuple[list[int], list[float]]] = defaultdict(lambda: ([], []))
        for row, document in enumerate(counts):
            norm = float(np.sqrt(sum((tf * self._idf[s]) ** 2 for s, tf in document.items())))
            damping = K1 * (1 - B + B * lengths[row] / mean)
            for stem, tf in document.items():
                idf = self._idf[stem]
                weight = tf * idf * idf / norm if cosine else idf * tf * (K1 + 1) / (tf + damping)
                posted[stem][0].append(row)
                posted[stem][1].append(weight)
        self._posted: dict[str, tuple[Ints, Floats]] = {
            stem: (np.array(places, dtype=np.int64), np.array(weights, dtype=np.float64))
            for stem, (places, weights) in posted.items()
        }

    @classmethod
    def of_release(cls, codes: CodeSystem, *, cosine: bool = False) -> WordIndex:
        """The titles and inclusion terms of the billable codes of a release."""
        rows = ((value, term) for value, term, _ in codes.terms() if codes.billable(value))
        return cls(rows, cosine=cosine)

    def best(self, query: str, limit: int) -> tuple[Ranked, ...]:
        """The codes with any word of the query, best first, ties by code; at most `limit`."""
        weights: Floats = np.zeros(self._n)
        for stem in sorted(set(stems(query))):
            if stem in self._posted:
                places, values = self._posted[stem]
                weights[places] += values
        found: dict[str, float] = {}
        # More documents than codes are asked for: several may be of one code.
        places = np.argpartition(-weights, min(4 * limit, self._n) - 1)[: 4 * limit]
        for row in places:
            if weights[row] > 0:
                code = self._codes[row]
                found[code] = max(found.get(code, 0.0), float(weights[row]))
        ordered = sorted(found.items(), key=lambda item: (-round(item[1], 9), item[0]))
        return tuple(Ranked(code, weight) for code, weight in ordered[:limit])

    def rarity(self, words: Sequence[str]) -> float:
        """The summed inverse document frequencies of some stems, unknown ones as the rarest."""
        rarest = max(self._idf.values(), default=0.0)
        return sum(self._idf.get(stem, rarest) for stem in words)


def stems(text: str) -> list[str]:
    """The stems of a text in order; every word counts, little ones too."""
    return [token.stem for token in normalise(text)]

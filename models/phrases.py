"""How often coders reported a code where a phrase stands: learnt from gold charts.

A phrase is one to three words in a row, kept as a hash of their stems: the table holds counts and
no words of any chart. What a chart itself adds can be left out of the counts (`without`), so that a
model fitted on a chart sees no more of it than it will of a new one.
"""

from __future__ import annotations

import hashlib
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from codesets.words import STOPWORDS, Token, normalise
from coding.types import Span

LONGEST = 3
# A code must have been reported with a phrase this often to count, a phrase have stood this often.
LEAST_REPORTED = 2
LEAST_SEEN = 3


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of a text by its hash, and where it stands (half-open)."""

    key: int
    span: Span


@dataclass(frozen=True, slots=True)
class Count:
    """Of the sentences that hold a phrase how many were seen, and how many carry the code."""

    seen: int
    reported: int

    @property
    def rate(self) -> float:
        """Share reported in [0, 1), shrunk as if half a sentence more had been seen without it."""
        return self.reported / (self.seen + 0.5)


def phrases_of(text: str, span: Span) -> Iterator[Phrase]:
    """The phrases within a span of a text: none begins or ends with a word that only connects."""
    tokens = normalise(span.of(text), levels=True)
    for first in range(len(tokens)):
        for last in range(first, min(first + LONGEST, len(tokens))):
            if _names(tokens[first]) and _names(tokens[last]):
                stems = "\x1f".join(token.stem for token in tokens[first : last + 1])
                digest = hashlib.blake2b(stems.encode(), digest_size=8).digest()
                at = Span(span.start + tokens[first].start, span.start + tokens[last].end)
                yield Phrase(int.from_bytes(digest, "big"), at)


def _names(token: Token) -> bool:
    return token.stem not in STOPWORDS and not token.stem.isdigit()


@dataclass(frozen=True, slots=True)
class PhraseTable:
    """`seen` sentences by phrase, `reported` sentences by phrase and code."""

    seen: Mapping[int, int]
    reported: Mapping[int, Mapping[str, int]]

    @classmethod
    def count(cls, sentences: Iterable[Iterable[tuple[int, Iterable[str]]]]) -> PhraseTable:
        """Count sentences, each given as (key, codes its words support) of its phrases."""
        seen: Counter[int] = Counter()
        reported: dict[int, Counter[str]] = defaultdict(Counter)
        for sentence in sentences:
            supported: dict[int, set[str]] = {}
            for key, codes in sentence:
                supported.setdefault(key, set()).update(codes)
            for key, of_key in supported.items():
                seen[key] += 1
                reported[key].update(of_key)
        return cls(seen, {key: of_key for key, of_key in reported.items() if of_key})

    def pruned(self) -> PhraseTable:
        """Without what is too rare to count: the table that is kept."""
        reported = {
            key: kept
            for key, codes in self.reported.items()
            if (kept := {c: n for c, n in codes.items() if n >= LEAST_REPORTED})
        }
        seen = {k: n for k, n in self.seen.items() if n >= LEAST_SEEN or k in reported}
        return PhraseTable(seen, reported)

    def codes(self, key: int, without: PhraseTable | None = None) -> dict[str, Count]:
        """The codes reported often enough with a phrase, `without` what one chart added."""
        found = {}
        for code in self.reported.get(key, ()):
            count = self.of(key, code, without)
            if count.reported:
                found[code] = count
        return found

    def of(self, key: int, code: str, without: PhraseTable | None = None) -> Count:
        """How often a phrase was seen and the code reported with it; 0 where that is too rare."""
        seen = self.seen.get(key, 0)
        reported = self.reported.get(key, {}).get(code, 0)
        if without is not None:
            seen -= without.seen.get(key, 0)
            reported -= without.reported.get(key, {}).get(code, 0)
        reported = reported if reported >= LEAST_REPORTED else 0
        return Count(seen, reported) if reported or seen >= LEAST_SEEN else Count(0, 0)

    def to_bytes(self) -> bytes:
        """The table as the bytes of an .npz."""
        keys = sorted(self.seen)
        codes = sorted({code for by_code in self.reported.values() for code in by_code})
        number = {code: i for i, code in enumerate(codes)}
        pairs = [
            (row, number[code], n)
            for row, key in enumerate(keys)
            for code, n in sorted(self.reported.get(key, {}).items())
        ]
        out = io.BytesIO()
        np.savez_compressed(
            out,
            keys=np.array(keys, dtype=np.uint64),
            seen=np.array([self.seen[key] for key in keys], dtype=np.uint32),
            codes=np.frombuffer("\n".join(codes).encode(), dtype=np.uint8),
            pairs=np.array(pairs, dtype=np.uint32).reshape(-1, 3),
        )
        return out.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> PhraseTable:
        """Read what `to_bytes` wrote."""
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            keys: list[int] = arrays["keys"].tolist()
            pairs: NDArray[np.uint32] = arrays["pairs"]
            codes = arrays["codes"].tobytes().decode().split("\n")
            seen = dict(zip(keys, arrays["seen"].tolist(), strict=True))
        reported: dict[int, dict[str, int]] = defaultdict(dict)
        for row, code, count in pairs.tolist():
            reported[keys[row]][codes[code]] = count
        return cls(seen, dict(reported))

"""Vectors of the wordings of codes, as 8-bit integers, and the codes whose wordings lie nearest."""

from __future__ import annotations

import io
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
_BLOCK = 8


@dataclass(frozen=True, slots=True)
class Near:
    """A code and the cosine similarity in [-1, 1] of its nearest wording."""

    code: str
    similarity: float


class WordingVectors:
    """Unit vectors of wordings in order of code; a code has one or more, one behind the other."""

    def __init__(self, codes: Sequence[str], whole: NDArray[np.int8]) -> None:
        """`codes` names the code of each row of `whole` (wordings, dimensions)."""
        norms = np.sqrt((whole.astype(np.float32) ** 2).sum(axis=1))
        self._vectors: Vectors = whole.astype(np.float32) / np.maximum(norms, 1.0)[:, None]
        if list(codes) != sorted(codes):
            raise ValueError("wordings must stand in order of code")
        self._codes, starts = np.unique(np.array(codes), return_index=True)
        self._starts = starts
        self._names = self._codes.tolist()

    @classmethod
    def from_bytes(cls, content: bytes) -> WordingVectors:
        """Read what `pack` wrote."""
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            names = arrays["codes"].tobytes().decode().split("\n")
            return cls(np.repeat(names, arrays["counts"]).tolist(), arrays["whole"])

    @property
    def width(self) -> int:
        """Dimensions of a vector."""
        return int(self._vectors.shape[1])

    def unit(self, states: Vectors) -> Vectors:
        """The first dimensions of states (texts, more dimensions), at length 1."""
        short = states[:, : self.width]
        norms = np.sqrt((short**2).sum(axis=1, keepdims=True))
        return np.asarray(short / np.maximum(norms, 1e-6), dtype=np.float32)

    def nearest(self, queries: Vectors, limit: int) -> list[tuple[Near, ...]]:
        """For each unit vector of (queries, width) the `limit` nearest codes, nearest first."""
        found: list[tuple[Near, ...]] = []
        for first in range(0, len(queries), _BLOCK):
            # Every product has the same shape: a query's numbers do not depend on its neighbours.
            block = np.zeros((_BLOCK, self.width), dtype=np.float32)
            asked = queries[first : first + _BLOCK]
            block[: len(asked)] = asked
            products = (self._vectors @ block.T)[:, : len(asked)]
            best = np.maximum.reduceat(products, self._starts, axis=0)
            found += [self._top(best[:, i], limit) for i in range(len(asked))]
        return found

    def _top(self, best: Vectors, limit: int) -> tuple[Near, ...]:
        top = np.argpartition(-best, limit)[:limit] if limit < len(best) else np.arange(len(best))
        top = top[np.lexsort((top, -best[top]))]
        return tuple(Near(str(self._codes[i]), float(best[i])) for i in top)

    def of(self, code: str) -> Vectors:
        """The vectors of a code's wordings: (wordings, width).

        A code without wordings of its own (a header, another encounter of an injury) has those of
        the codes below it, else those of the codes below the header it stands under.
        """
        stem = code
        while len(stem) >= 3:
            first = bisect_left(self._names, stem)
            last = bisect_left(self._names, stem + "~")
            if first < last:
                end = self._starts[last] if last < len(self._starts) else len(self._vectors)
                return self._vectors[self._starts[first] : end]
            stem = stem[:-1].rstrip(".")
        return self._vectors[:0]

    def centre(self, code: str) -> Vectors:
        """Mean of the vectors of a code, (width); zeros where none is known."""
        vectors = self.of(code)
        if not len(vectors):
            return np.zeros(self.width, dtype=np.float32)
        return np.asarray(vectors.mean(axis=0), dtype=np.float32)


def pack(codes: Sequence[str], vectors: Vectors) -> bytes:
    """Unit vectors (wordings, width) of these codes as the bytes of an .npz."""
    order = sorted(range(len(codes)), key=lambda i: codes[i])
    names, counts = np.unique(np.array(codes), return_counts=True)
    scale = np.abs(vectors).max(axis=1, keepdims=True) / 127.0
    whole = np.rint(vectors / scale).astype(np.int8)[order]
    out = io.BytesIO()
    np.savez_compressed(
        out,
        codes=np.frombuffer("\n".join(names).encode(), dtype=np.uint8),
        counts=counts.astype(np.int32),
        whole=whole,
    )
    return out.getvalue()

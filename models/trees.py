"""Boosted decision trees at work: features -> log-odds, from plain arrays (no pickle).

Trees are fitted by training/trees.py; a test holds the two equal to the last bit but one.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Trees:
    """Nodes of all trees one behind the other.

    A node sends what has `feature` <= `threshold` to `left`, the rest to `right` (numbers of
    nodes); a leaf points at itself and holds `value`. `roots` are the first nodes; log-odds are
    `baseline` plus the values of the leaves reached, divided by `models`, the number of ensembles.
    """

    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]
    roots: NDArray[np.int32]
    depth: int
    baseline: float
    models: int

    def log_odds(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-odds of each row of (candidates, features)."""
        rows = np.arange(len(features))[:, None]
        at = np.broadcast_to(self.roots, (len(features), len(self.roots)))
        for _ in range(self.depth):
            low = features[rows, self.feature[at]] <= self.threshold[at]
            at = np.where(low, self.left[at], self.right[at])
        summed = self.value[at].sum(axis=1)
        return np.asarray((self.baseline + summed) / self.models, dtype=np.float64)

    @classmethod
    def from_bytes(cls, content: bytes) -> Trees:
        """Read what `to_bytes` wrote."""
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            numbers = arrays["numbers"]
            names = ("feature", "threshold", "left", "right", "value", "roots")
            return cls(
                **{name: arrays[name] for name in names},
                depth=int(numbers[0]),
                baseline=float(numbers[1]),
                models=int(numbers[2]),
            )

    def to_bytes(self) -> bytes:
        """The trees as the bytes of an .npz."""
        out = io.BytesIO()
        np.savez_compressed(
            out,
            feature=self.feature,
            threshold=self.threshold,
            left=self.left,
            right=self.right,
            value=self.value,
            roots=self.roots,
            numbers=np.array([self.depth, self.baseline, self.models], dtype=np.float64),
        )
        return out.getvalue()

"""The head of the trained ranker in numpy: mention vectors and features -> a logit a candidate.

The same arithmetic as HeadNetwork and smooth_maximum of training/network.py; the export stage holds
the two equal.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

SHARPNESS = 4.0
# Standard deviations from the mean beyond which a feature says no more.
FARTHEST = 4.0
_NORM_EPSILON = 1e-5


@dataclass(frozen=True, slots=True)
class Head:
    """Weights by the names that torch gives them: `words.weight` is (inner, width) and so on."""

    weights: Mapping[str, Array]

    @classmethod
    def from_bytes(cls, content: bytes) -> Head:
        """The head of an artifact's head.npz."""
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return cls({name: arrays[name].astype(np.float32) for name in arrays.files})

    def logits(self, mention: Array, code: Array, features: Array) -> Array:
        """A logit a mention, from (m, width), (m, code dimensions) and (m, features)."""
        scaled = (features - self.weights["mean"]) / self.weights["spread"]
        scaled = np.clip(scaled, -FARTHEST, FARTHEST)
        words = np.tanh(self._linear("words", self._norm(mention)))
        meaning = np.tanh(self._linear("code", code))
        inner = np.concatenate([words, meaning, words * meaning, scaled], axis=1)
        hidden = np.maximum(self._linear("first", inner), 0)
        summed = self._linear("second", hidden) + self._linear("points", scaled)
        return np.asarray(summed[:, 0], dtype=np.float32)

    def _linear(self, name: str, values: Array) -> Array:
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return np.asarray(values @ weight.T + bias, dtype=np.float32)

    def _norm(self, values: Array) -> Array:
        mean = values.mean(axis=1, keepdims=True)
        spread = np.sqrt(values.var(axis=1, keepdims=True) + _NORM_EPSILON)
        scaled = (values - mean) / spread * self.weights["norm.weight"]
        return np.asarray(scaled + self.weights["norm.bias"], dtype=np.float32)


def smooth_maximum(logits: Array, group: NDArray[np.int64], groups: int) -> Array:
    """ln(mean(exp(k x))) / k over each group, k = SHARPNESS; every group has a member."""
    top = np.full(groups, -np.inf)
    np.maximum.at(top, group, logits)
    parts = np.exp(SHARPNESS * (logits - top[group]))
    total = np.bincount(group, weights=parts, minlength=groups)
    count = np.bincount(group, minlength=groups)
    return np.asarray(top + np.log(total / count) / SHARPNESS, dtype=np.float32)

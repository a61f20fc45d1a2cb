"""The head that is fitted on the encoder's states: a logit a mention, a smooth maximum a code.

models/head.py is the same arithmetic in numpy for serving; a test holds the two equal.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.head import FARTHEST, SHARPNESS


@dataclass(frozen=True, slots=True)
class Sizes:
    """Widths of the head: state of a mention, vector of a code, features, and its own layers."""

    state: int
    code: int
    features: int
    inner: int
    hidden: int


class HeadNetwork(nn.Module):
    """State of a mention, vector of a code and features -> a logit a mention."""

    mean: Tensor
    spread: Tensor

    def __init__(self, sizes: Sizes, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(sizes.state)
        self.words = nn.Linear(sizes.state, sizes.inner)
        self.code = nn.Linear(sizes.code, sizes.inner)
        self.first = nn.Linear(3 * sizes.inner + sizes.features, sizes.hidden)
        self.second = nn.Linear(sizes.hidden, 1)
        # The features alone, straight through: what the points formula would say.
        self.points = nn.Linear(sizes.features, 1)
        self.register_buffer("mean", torch.zeros(sizes.features))
        self.register_buffer("spread", torch.ones(sizes.features))
        self.on_words = nn.Dropout(dropout)
        self.inside = nn.Dropout(dropout / 2)

    def scale_to(self, features: Tensor) -> None:
        """Take mean and spread of the features from these (mentions, features)."""
        self.mean.copy_(features.mean(0))
        # A feature that hardly ever differs would be blown up by its own spread.
        self.spread.copy_(features.std(0).clamp_min(0.05))

    def forward(self, state: Tensor, code: Tensor, features: Tensor) -> Tensor:
        scaled = ((features - self.mean) / self.spread).clamp(-FARTHEST, FARTHEST)
        words = torch.tanh(self.words(self.on_words(self.norm(state))))
        meaning = torch.tanh(self.code(self.inside(code)))
        inner = torch.cat([words, meaning, words * meaning, scaled], dim=1)
        hidden = nn.functional.relu(self.first(self.inside(inner)))
        logit: Tensor = self.second(self.inside(hidden)) + self.points(scaled)
        return logit.squeeze(1)


def smooth_maximum(logits: Tensor, group: Tensor, groups: int) -> Tensor:
    """ln(mean(exp(k x))) / k over each group, k = SHARPNESS: near the maximum, yet smooth."""
    zeros = logits.new_zeros(groups)
    top = (zeros - 1e4).scatter_reduce(0, group, logits, "amax")
    parts = torch.exp(SHARPNESS * (logits - top[group]))
    total = zeros.scatter_add(0, group, parts)
    count = zeros.scatter_add(0, group, torch.ones_like(parts))
    return top + torch.log(total / count.clamp(min=1)) / SHARPNESS

"""Fit the head on the states of mentions: seconds, so that every fold has its own.

A batch is some notes with all their candidates. Loss: binary cross-entropy of candidates, and at
less weight of mentions, so that the words a coder marked carry the decision.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn

from models.head import Head
from training.arrays import IGNORED, Examples
from training.network import HeadNetwork, Sizes, smooth_maximum

_MENTION_WEIGHT = 0.3


class HeadSettings(BaseModel):
    """Epochs over the notes at most, notes a batch, peak rate, decay, dropout, layer widths.

    A share of the notes is held out to tell when fitting no longer helps: after `patience` epochs
    without gain it stops, and the best epoch counts. A share of 0 fits on all for all epochs.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    epochs: int = Field(default=16, ge=1)
    notes_a_batch: int = Field(default=16, ge=1)
    rate: float = Field(default=3e-3, gt=0)
    weight_decay: float = Field(default=0.1, ge=0)
    dropout: float = Field(default=0.4, ge=0, lt=1)
    inner: int = Field(default=64, ge=1)
    hidden: int = Field(default=64, ge=1)
    held_out: float = Field(default=0.1, ge=0, lt=0.5)
    patience: int = Field(default=6, ge=1)


@dataclass(frozen=True, slots=True)
class HeadData:
    """Examples as tensors over mentions: states (m, width), code vectors, features; groups."""

    states: Tensor
    codes: Tensor
    features: Tensor
    candidate: NDArray[np.int64]
    note: NDArray[np.int64]
    labels: Tensor
    mention_labels: Tensor
    notes: int

    @classmethod
    def of(cls, examples: Examples) -> HeadData:
        """Every mention of the examples with what its candidate has."""
        candidate = examples.candidate_of_mention
        features = np.concatenate([examples.features[candidate], examples.places], axis=1)
        return cls(
            states=torch.from_numpy(examples.states),
            codes=torch.from_numpy(examples.code_vectors[candidate]),
            features=torch.from_numpy(features),
            candidate=candidate,
            note=examples.note_of_mention,
            labels=torch.from_numpy(examples.labels.astype(np.float32)),
            mention_labels=torch.from_numpy(examples.mention_labels.astype(np.float32)),
            notes=len(examples),
        )

    def on(self, device: str) -> HeadData:
        """The same on another processor."""
        names = ("states", "codes", "features", "labels", "mention_labels")
        return replace(self, **{name: getattr(self, name).to(device) for name in names})


def fit_head(
    data: HeadData,
    train: Sequence[int],
    settings: HeadSettings,
    seed: int,
    start: HeadNetwork | None = None,
    device: str = "cpu",
    advance: Callable[[], None] = lambda: None,
) -> HeadNetwork:
    """Fit on some notes, from `start` where given; the same numbers for the same seed on a CPU.

    `advance` is called after every epoch.
    """
    torch.manual_seed(seed)
    if start is None:
        network = HeadNetwork(_sizes(data, settings), settings.dropout)
    else:
        network = deepcopy(start)
    network.to(device)
    data = data.on(device)
    shuffled = np.random.default_rng(seed).permutation(np.array(train))
    judged = shuffled[: int(settings.held_out * len(shuffled))]
    fitted = shuffled[len(judged) :]
    mentions = [np.flatnonzero(data.note == number) for number in range(data.notes)]
    if start is None:
        network.scale_to(data.features[np.concatenate([mentions[number] for number in fitted])])
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=settings.rate, weight_decay=settings.weight_decay
    )
    batches = -(-len(fitted) // settings.notes_a_batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.rate, total_steps=settings.epochs * batches
    )
    order = np.random.default_rng(seed)
    best: tuple[float, int, dict[str, Tensor]] | None = None
    for epoch in range(settings.epochs):
        network.train()
        shuffled = order.permutation(fitted)
        for first in range(0, len(shuffled), settings.notes_a_batch):
            chosen = shuffled[first : first + settings.notes_a_batch]
            rows = np.concatenate([mentions[number] for number in chosen])
            if len(rows):
                optimizer.zero_grad()
                _loss(network, data, rows).backward()
                optimizer.step()
            schedule.step()
        advance()
        if len(judged):
            loss = _judge(network, data, np.concatenate([mentions[n] for n in judged]))
            if best is None or loss < best[0]:
                weights = {k: v.detach().clone() for k, v in network.state_dict().items()}
                best = (loss, epoch, weights)
            elif epoch - best[1] >= settings.patience:
                break
    if best is not None:
        network.load_state_dict(best[2])
    network.eval().cpu()
    return network


def _sizes(data: HeadData, settings: HeadSettings) -> Sizes:
    return Sizes(
        state=data.states.shape[1],
        code=data.codes.shape[1],
        features=data.features.shape[1],
        inner=settings.inner,
        hidden=settings.hidden,
    )


def _judge(network: HeadNetwork, data: HeadData, rows: NDArray[np.int64]) -> float:
    network.eval()
    with torch.no_grad():
        return float(_loss(network, data, rows))


def log_odds(network: HeadNetwork, data: HeadData, notes: Sequence[int]) -> NDArray[np.float32]:
    """The log-odds of every candidate of some notes, in order; others keep 0."""
    found = np.zeros(len(data.labels), dtype=np.float32)
    rows = np.flatnonzero(np.isin(data.note, np.array(notes)))
    if len(rows):
        with torch.no_grad():
            logits = network(data.states[rows], data.codes[rows], data.features[rows])
            candidates, group = np.unique(data.candidate[rows], return_inverse=True)
            decided = smooth_maximum(logits, torch.from_numpy(group), len(candidates))
        found[candidates] = decided.numpy()
    return found


def weights_of(network: HeadNetwork) -> bytes:
    """The weights as models/head.py reads them."""
    out = io.BytesIO()
    arrays = {k: v.detach().numpy().astype(np.float16) for k, v in network.state_dict().items()}
    # Means and spreads of counts do not fit into half precision.
    arrays |= {k: network.state_dict()[k].numpy() for k in ("mean", "spread")}
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def network_from(head: Head, dropout: float) -> HeadNetwork:
    """The network with the weights of an artifact's head, to go on from."""
    shape = {name: value.shape for name, value in head.weights.items()}
    sizes = Sizes(
        state=shape["words.weight"][1],
        code=shape["code.weight"][1],
        features=shape["points.weight"][1],
        inner=shape["words.weight"][0],
        hidden=shape["first.weight"][0],
    )
    network = HeadNetwork(sizes, dropout)
    network.load_state_dict({k: torch.from_numpy(v) for k, v in head.weights.items()})
    return network


def _loss(network: HeadNetwork, data: HeadData, rows: NDArray[np.int64]) -> Tensor:
    logits = network(data.states[rows], data.codes[rows], data.features[rows])
    candidates, group = np.unique(data.candidate[rows], return_inverse=True)
    decided = smooth_maximum(logits, torch.from_numpy(group).to(logits.device), len(candidates))
    return _entropy(decided, data.labels[candidates]) + _MENTION_WEIGHT * _entropy(
        logits, data.mention_labels[rows]
    )


def _entropy(logits: Tensor, labels: Tensor) -> Tensor:
    known = labels != IGNORED
    if not known.any():
        return logits.sum() * 0
    return nn.functional.binary_cross_entropy_with_logits(logits[known], labels[known])

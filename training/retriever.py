"""Fit the encoder so that a wording lies near its code: in-batch contrast over sibling codes.

Loss: InfoNCE (van den Oord et al. 2018) in both directions over a batch of (wording, another
wording of the same code), taken at full width and at the first RETRIEVAL_DIMS dimensions
(Matryoshka, Kusupati et al. 2022), so that short vectors can be shipped. Batches hold whole
categories: telling siblings apart is what coding needs.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn

from training.terms import Wording

RETRIEVAL_DIMS = 96
MAX_TOKENS = 32
TEMPERATURE = 0.05
_CATEGORIES = 24
_CHUNKS = 4


def embed(model: nn.Module, batch: Mapping[str, Tensor]) -> Tensor:
    """Mean of the last hidden states over the tokens: (texts, width)."""
    hidden = model(**batch).last_hidden_state
    mask = batch["attention_mask"].unsqueeze(-1)
    pooled: Tensor = (hidden * mask).sum(1) / mask.sum(1)
    return pooled


def embed_texts(model: nn.Module, tokenizer: Any, texts: Sequence[str]) -> Tensor:
    """Vectors of texts in order, run in chunks of like length: padding is most of the work."""
    ids = tokenizer(list(texts), truncation=True, max_length=MAX_TOKENS)["input_ids"]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    size = -(-len(order) // _CHUNKS)
    vectors = []
    for first in range(0, len(order), size):
        chunk = [{"input_ids": ids[i]} for i in order[first : first + size]]
        vectors.append(embed(model, tokenizer.pad(chunk, return_tensors="pt")))
    place = torch.empty(len(order), dtype=torch.long)
    place[torch.tensor(order)] = torch.arange(len(order))
    return torch.cat(vectors)[place]


class RetrieverSettings(BaseModel):
    """Batches to train for, wordings a batch, peak learning rate, lower layers left as they come.

    `frozen_layers` None trains the embeddings too.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    steps: int = Field(default=1_000, ge=1)
    batch_size: int = Field(default=96, ge=2)
    learning_rate: float = Field(default=8e-5, gt=0)
    frozen_layers: int | None = Field(default=3, ge=0)
    seed: int = 13
    checkpoint_every: int = Field(default=50, ge=1)


def fit(
    wordings: Sequence[Wording],
    model: Any,
    tokenizer: Any,
    checkpoint: Path,
    settings: RetrieverSettings,
    advance: Callable[[int, float], None],
) -> None:
    """Train a transformers model in place, going on from the checkpoint where there is one.

    `advance` is told the steps done and the running loss. On a CPU the same seed gives the same
    weights, with or without an interruption.
    """
    torch.manual_seed(settings.seed)
    if settings.frozen_layers is not None:
        lower = (model.embeddings, *model.encoder.layer[: settings.frozen_layers])
        for parameter in (p for part in lower for p in part.parameters()):
            parameter.requires_grad = False
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=settings.learning_rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: _rate(s, settings.steps))
    first = 0
    if checkpoint.is_file():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        first = state["step"]
    # No dropout: a run that was interrupted would draw other masks than one that was not.
    model.eval()
    running = 0.0
    batches = _batches(wordings, settings, first)
    for step, (anchors, positives, same) in enumerate(batches, first + 1):
        loss = contrast(embed_texts(model, tokenizer, [*anchors, *positives]), same)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        schedule.step()
        running = 0.98 * running + 0.02 * loss.item() if running else loss.item()
        advance(step, running)
        if step % settings.checkpoint_every == 0 or step == settings.steps:
            state = {
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "schedule": schedule.state_dict(),
                "step": step,
            }
            checkpoint.parent.mkdir(parents=True, exist_ok=True)
            torch.save(state, checkpoint.with_suffix(".tmp"))
            checkpoint.with_suffix(".tmp").replace(checkpoint)


def contrast(vectors: Tensor, same: Tensor) -> Tensor:
    """InfoNCE of anchors (first half) and positives (second half), both ways, at two widths.

    `same` (half, half) marks pairs of one code or of a code and its ancestor: no negatives.
    """
    half = len(vectors) // 2
    target = torch.arange(half)
    off = same & ~torch.eye(half, dtype=torch.bool)
    total = vectors.new_zeros(())
    for width in (vectors.shape[1], RETRIEVAL_DIMS):
        unit = nn.functional.normalize(vectors[:, :width], dim=1)
        scores = unit[:half] @ unit[half:].T / TEMPERATURE
        scores = scores.masked_fill(off, -1e4)
        total = total + nn.functional.cross_entropy(scores, target)
        total = total + nn.functional.cross_entropy(scores.T, target)
    return total / 4


def _rate(step: int, steps: int) -> float:
    """Linear warm-up over 5% of the steps, then cosine to 0."""
    warm = max(1, steps // 20)
    if step < warm:
        return (step + 1) / warm
    return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))


def _batches(
    wordings: Sequence[Wording], settings: RetrieverSettings, first: int
) -> Iterator[tuple[list[str], list[str], Tensor]]:
    """Batches of (anchor, positive) texts; batch n depends on seed and n alone."""
    by_code: dict[str, list[str]] = defaultdict(list)
    titles: dict[str, str] = {}
    for wording in wordings:
        by_code[wording.code].append(wording.term)
        if wording.source == "title":
            titles[wording.code] = wording.term
    by_category: dict[str, list[Wording]] = defaultdict(list)
    for wording in wordings:
        # Seventh characters tell the encounter: their titles would drown the others.
        if len(wording.code) < 8 and len(by_code[wording.code]) > 1:
            by_category[wording.code[:3]].append(wording)
    categories = sorted(by_category)
    weights = [math.sqrt(len(by_category[c])) for c in categories]
    size = settings.batch_size
    for step in range(first, settings.steps):
        rng = random.Random(f"{settings.seed} {step}")
        pool: list[Wording] = []
        for category in rng.choices(categories, weights, k=_CATEGORIES * 2):
            own = by_category[category]
            pool += rng.sample(own, min(len(own), max(1, size // _CATEGORIES)))
            if len(pool) >= size * 2:
                break
        seen: set[str] = set()
        anchors: list[str] = []
        positives: list[str] = []
        values: list[str] = []
        for wording in pool:
            others = [t for t in by_code[wording.code] if t != wording.term]
            if wording.code in seen or not others or len(anchors) == size:
                continue
            seen.add(wording.code)
            title = titles.get(wording.code)
            use_title = title and title != wording.term and rng.random() < 0.6
            anchors.append(wording.term)
            positives.append(title if title and use_title else rng.choice(others))
            values.append(wording.code)
        same = torch.tensor(
            [[a.startswith(b) or b.startswith(a) for b in values] for a in values],
            dtype=torch.bool,
        )
        yield anchors, positives, same

"""Examples as arrays: what the `fit` stage reads. Needs numpy alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

EXAMPLES = "examples.npz"
NEGATIVE, POSITIVE, IGNORED = 0, 1, -1
_SAVED_AS_HALF = ("states", "code_vectors")


@dataclass(frozen=True, slots=True)
class Examples:
    """Notes as arrays, one behind the other; `*_starts` have one entry more than there are notes.

    Per candidate `values` (codes), `features`, `code_vectors`, `labels` (1, 0, -1 for neither); per
    mention `states`, `places`, `mention_of` (candidate within its note), `mention_labels`; per note
    `ids` and `gold`, the number of codes to be found.
    """

    ids: NDArray[np.str_]
    gold: NDArray[np.int32]
    values: NDArray[np.str_]
    features: NDArray[np.float32]
    code_vectors: NDArray[np.float32]
    labels: NDArray[np.int8]
    candidate_starts: NDArray[np.int64]
    states: NDArray[np.float32]
    places: NDArray[np.float32]
    mention_of: NDArray[np.int64]
    mention_labels: NDArray[np.int8]
    mention_starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def note_of_candidate(self) -> NDArray[np.int64]:
        """The number of the note of each candidate."""
        return np.repeat(np.arange(len(self)), np.diff(self.candidate_starts))

    @property
    def note_of_mention(self) -> NDArray[np.int64]:
        """The number of the note of each mention."""
        return np.repeat(np.arange(len(self)), np.diff(self.mention_starts))

    @property
    def candidate_of_mention(self) -> NDArray[np.int64]:
        """The number of the candidate of each mention, counted over all notes."""
        return np.asarray(self.mention_of + self.candidate_starts[self.note_of_mention])

    def save(self, path: Path) -> None:
        """Write all arrays to one compressed .npz, vectors at half precision."""
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        for name in _SAVED_AS_HALF:
            arrays[name] = arrays[name].astype(np.float16)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft.npz")
        np.savez_compressed(draft, **arrays)
        draft.replace(path)

    @classmethod
    def load(cls, path: Path) -> Examples:
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as arrays:
            loaded = {field.name: arrays[field.name] for field in fields(cls)}
        for name in _SAVED_AS_HALF:
            loaded[name] = loaded[name].astype(np.float32)
        return cls(**loaded)


def join(parts: Iterable[dict[str, NDArray[np.generic]]]) -> Examples:
    """The arrays of charts, one behind the other."""
    columns: dict[str, list[NDArray[np.generic]]] = {}
    candidates, mentions = [0], [0]
    for arrays in parts:
        for name, array in arrays.items():
            columns.setdefault(name, []).append(array)
        candidates.append(candidates[-1] + len(arrays["labels"]))
        mentions.append(mentions[-1] + len(arrays["mention_of"]))
    joined = {name: np.concatenate(columns[name]) for name in columns}
    starts = {"candidate_starts": np.array(candidates), "mention_starts": np.array(mentions)}
    return Examples(**joined, **starts)  # type: ignore[arg-type]


def fold_of(notes: int, folds: int, seed: int) -> NDArray[np.int64]:
    """The fold of each note, from 0, even in number."""
    return np.asarray(np.random.default_rng(seed).permutation(notes) % folds, dtype=np.int64)

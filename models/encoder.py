"""The encoder of clinical wordings at work: text -> a state a word piece.

A text's numbers do not depend on what is asked beside it: weights are floats at run time, and
padding adds exact zeros. tests/contract/test_encoder.py holds that, byte for byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Tokenizer

T = TypeVar("T")

# Word pieces run at once, edges included; longer texts are run in pieces of this length.
MAX_PIECES = 128
_BATCH = 8


@dataclass(frozen=True, slots=True)
class States:
    """The last hidden states of a text: `vectors` (pieces, width), first and last for its edges.

    `offsets` (pieces, 2) are half-open code points into the text; the edges have (0, 0).
    """

    vectors: NDArray[np.float32]
    offsets: NDArray[np.int32]

    @property
    def mean(self) -> NDArray[np.float32]:
        """The vector of the whole text, edges included: what the encoder was fitted with."""
        return np.asarray(self.vectors.mean(axis=0), dtype=np.float32)

    def over(self, start: int, end: int) -> NDArray[np.float32]:
        """Mean over the pieces that overlap [start, end), over all where none does."""
        inside = (self.offsets[:, 0] < end) & (self.offsets[:, 1] > start)
        chosen = self.vectors[inside] if inside.any() else self.vectors
        return np.asarray(chosen.mean(axis=0), dtype=np.float32)


class Encoder:
    """An encoder.onnx (training/onnx_files.py) with its tokenizer.json."""

    def __init__(self, model: bytes, tokenizer: bytes, threads: int = 1) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Weights become floats at load; nothing is quantised at run time.
        options.add_session_config_entry("session.disable_quant_qdq", "1")
        self._session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_str(tokenizer.decode("utf-8"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    @property
    def width(self) -> int:
        """Dimensions of a state."""
        return int(self._session.get_outputs()[0].shape[2])

    def states(self, texts: Sequence[str]) -> list[States]:
        """States of each text, in order; each stretch of a long text has edges of its own."""
        encodings = [self._tokenizer.encode(text) for text in texts]
        stretches = [stretch for e in encodings for stretch in _stretches(e.ids)]
        order = sorted(range(len(stretches)), key=lambda i: len(stretches[i]))
        found: dict[int, NDArray[np.float32]] = {}
        for first in range(0, len(order), _BATCH):
            rows = order[first : first + _BATCH]
            vectors = self._run([stretches[i] for i in rows])
            for i, of_stretch in zip(rows, vectors, strict=True):
                found[i] = of_stretch[: len(stretches[i])]
        states = []
        taken = 0
        for encoding in encodings:
            offsets = _stretches(encoding.offsets)
            mine = [found[taken + i] for i in range(len(offsets))]
            taken += len(offsets)
            places = np.array([place for stretch in offsets for place in stretch], dtype=np.int32)
            states.append(States(np.concatenate(mine), places))
        return states

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Mean of the last hidden states over the pieces of each text: (texts, width)."""
        return np.array([states.mean for states in self.states(texts)], dtype=np.float32)

    def _run(self, pieces: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        ids = np.zeros((len(pieces), max(map(len, pieces))), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, of_text in enumerate(pieces):
            ids[row, : len(of_text)] = of_text
            mask[row, : len(of_text)] = 1
        states = self._session.run(["states"], {"ids": ids, "mask": mask})[0]
        return np.asarray(states, dtype=np.float32)


def _stretches(of_pieces: Sequence[T]) -> list[list[T]]:
    """Cut what belongs to the pieces of a text so that no stretch is too long; edges stay on."""
    first, *inner, last = of_pieces
    room = MAX_PIECES - 2
    cuts = range(0, max(1, len(inner)), room)
    return [[first, *inner[cut : cut + room], last] for cut in cuts]

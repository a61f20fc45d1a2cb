"""The encoder of clinical wordings at work: text -> vector. Needs onnxruntime and tokenizers.

Each text is run by itself, so that its numbers do not depend on what is asked beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Tokenizer

MAX_PIECES = 32


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
        self._tokenizer.enable_truncation(MAX_PIECES)

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Mean of the last hidden states over the pieces of each text: (texts, width)."""
        return np.array([self._vector(text) for text in texts], dtype=np.float32)

    def _vector(self, text: str) -> NDArray[np.float32]:
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        states = self._session.run(["states"], {"ids": ids, "mask": np.ones_like(ids)})[0]
        return np.asarray(states[0].mean(axis=0), dtype=np.float32)

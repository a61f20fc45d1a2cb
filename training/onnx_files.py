"""The fitted encoder as an ONNX file whose weights are 8-bit integers.

Inputs `ids` and `mask` (texts, pieces), output `states` (texts, pieces, width). Each large matrix
is stored as integers with a scale a column and made floats again when the file is loaded: nothing
is quantised at run time, so a text's numbers do not depend on what shares its batch.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
_SMALLEST = 4_096


class _States(torch.nn.Module):
    """The last hidden states alone, as the one output of the file."""

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        states: torch.Tensor = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        return states


def export_encoder(encoder: Any, path: Path) -> None:
    """Write a transformers model, loaded with eager attention, to one file."""
    ids = torch.ones((2, 7), dtype=torch.long)
    draft = path.with_suffix(".float.onnx")
    axes = {0: "texts", 1: "pieces"}
    with warnings.catch_warnings():
        # The exporter that is deprecated is the one whose files keep their bytes in every batch.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _States(encoder).eval(),
            (ids, torch.ones_like(ids)),
            str(draft),
            dynamo=False,
            opset_version=OPSET,
            input_names=["ids", "mask"],
            output_names=["states"],
            dynamic_axes={"ids": axes, "mask": axes, "states": axes},
        )
    model = onnx.load(str(draft))
    shrink(model)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    draft.unlink()


def shrink(model: onnx.ModelProto) -> None:
    """Put 8-bit integers and scales in the place of every large matrix of weights."""
    graph = model.graph
    kept, nodes, added = [], [], []
    for initializer in graph.initializer:
        values = numpy_helper.to_array(initializer)
        if values.ndim != 2 or values.size < _SMALLEST or values.dtype != np.float32:
            kept.append(initializer)
            continue
        # Rows of the embedding table are looked up, columns of a weight matrix are outputs.
        axis = 0 if values.shape[0] > 4 * values.shape[1] else 1
        scale = np.abs(values).max(axis=1 - axis) / 127.0
        scale = np.where(scale == 0, 1.0, scale).astype(np.float32)
        shape = (-1, 1) if axis == 0 else (1, -1)
        whole = np.clip(np.rint(values / scale.reshape(shape)), -127, 127).astype(np.int8)
        name = initializer.name
        added += [
            numpy_helper.from_array(whole, f"{name}_int8"),
            numpy_helper.from_array(scale, f"{name}_scale"),
            helper.make_tensor(f"{name}_zero", TensorProto.INT8, scale.shape, [0] * len(scale)),
        ]
        inputs = [f"{name}_int8", f"{name}_scale", f"{name}_zero"]
        nodes.append(helper.make_node("DequantizeLinear", inputs, [name], axis=axis))
    body = list(graph.node)
    del graph.initializer[:]
    del graph.node[:]
    graph.initializer.extend([*kept, *added])
    graph.node.extend([*nodes, *body])

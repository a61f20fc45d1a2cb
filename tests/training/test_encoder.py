"""The encoder learns, resumes, and leaves for ONNX unchanged: a tiny one, on made-up wordings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="needs the training extras: make test-training")
pytest.importorskip("transformers", reason="needs the training extras: make test-training")

import numpy as np
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from models.encoder import Encoder
from models.wording_vectors import WordingVectors, pack
from training.encoder import measure
from training.onnx_files import export_encoder
from training.retriever import RETRIEVAL_DIMS, RetrieverSettings, contrast, fit
from training.terms import Wording

pytestmark = pytest.mark.training

SITES = (("lung", "pulmo"), ("liver", "hepar"), ("heart", "cor"), ("skin", "cutis"), ("bone", "os"))
KINDS = (("break", "crack"), ("growth", "lump"), ("leak", "drip"), ("ache", "sore"))
SETTINGS = RetrieverSettings(
    steps=80, batch_size=24, learning_rate=2e-3, frozen_layers=None, checkpoint_every=20
)


def wordings() -> tuple[list[Wording], list[Wording]]:
    """Codes are a site and a kind; of each one wording in four is held out."""
    kept, held_out = [], []
    for s, sites in enumerate(SITES):
        for k, kinds in enumerate(KINDS):
            code = f"{'ABCDE'[s]}{k}0"
            texts = [f"{site} {kind}" for site in sites for kind in kinds]
            out = (s + k) % 4
            held_out.append(Wording(texts[out], code, "index"))
            own = [t for n, t in enumerate(texts) if n != out]
            kept += [Wording(t, code, "title" if t == own[0] else "index") for t in own]
    return kept, held_out


def tokenizer() -> PreTrainedTokenizerFast:
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *(w for pair in (*SITES, *KINDS) for w in pair)]
    backend = Tokenizer(WordPiece({w: i for i, w in enumerate(words)}, unk_token="[UNK]"))
    backend.pre_tokenizer = Whitespace()
    backend.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]"
    )


def model() -> Any:
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=24, hidden_size=128, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=128, max_position_embeddings=64, attn_implementation="eager",
    )  # fmt: skip
    return BertModel(config, add_pooling_layer=False).eval()


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("fit")
    learnt = model()
    fit(wordings()[0], learnt, tokenizer(), folder / "c.pt", SETTINGS, lambda *_: None)
    return learnt


def share_found(learnt: Any, folder: Path) -> float:
    """R@1 of the held-out wordings, by the exported encoder as serving runs it."""
    kept, held_out = wordings()
    export_encoder(learnt, folder / "encoder.onnx")
    written = tokenizer().backend_tokenizer.to_str().encode()
    encoder = Encoder((folder / "encoder.onnx").read_bytes(), written)
    among = WordingVectors.from_bytes(
        pack([w.code for w in kept], unit(encoder.vectors([w.term for w in kept])))
    )
    return measure(encoder, among, held_out)["R@1"]


def unit(vectors: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    short = vectors[:, :RETRIEVAL_DIMS]
    return short / np.linalg.norm(short, axis=1, keepdims=True)


def test_it_learns_wordings_it_never_saw(fitted: Any, tmp_path: Path) -> None:
    before, after = share_found(model(), tmp_path), share_found(fitted, tmp_path)
    assert after >= 0.8
    assert after > before


def test_interrupted_it_ends_with_the_same_weights(fitted: Any, tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop(done: int, _: float) -> None:
        if done == 30:
            raise Stop

    kept, _ = wordings()
    begun = model()
    with pytest.raises(Stop):
        fit(kept, begun, tokenizer(), tmp_path / "c.pt", SETTINGS, stop)
    resumed = model()
    steps: list[int] = []
    fit(kept, resumed, tokenizer(), tmp_path / "c.pt", SETTINGS, lambda n, _: steps.append(n))
    assert steps[0] == 21
    for name, value in fitted.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_exported_its_vectors_are_the_same_alone_or_in_company(fitted: Any, tmp_path: Path) -> None:
    export_encoder(fitted, tmp_path / "encoder.onnx")
    written = tokenizer().backend_tokenizer.to_str().encode()
    encoder = Encoder((tmp_path / "encoder.onnx").read_bytes(), written)
    texts = [w.term for w in wordings()[0]][:12]
    together = encoder.vectors(texts)
    assert np.array_equal(together, np.concatenate([encoder.vectors([t]) for t in texts]))
    with torch.inference_mode():
        for text, vector in zip(texts, together, strict=True):
            batch = tokenizer()([text], return_tensors="pt")
            states = fitted(batch["input_ids"], batch["attention_mask"]).last_hidden_state
            own = states[0].mean(0).numpy()
            cosine = own @ vector / np.linalg.norm(own) / np.linalg.norm(vector)
            assert cosine > 0.999


def test_siblings_are_contrasted_and_the_same_code_is_not() -> None:
    vectors = torch.nn.functional.normalize(
        torch.randn(8, 128, generator=torch.Generator().manual_seed(0))
    )
    apart, same = torch.eye(4, dtype=torch.bool), torch.ones(4, 4, dtype=torch.bool)
    assert contrast(vectors, same) < 1e-3 < contrast(vectors, apart)

"""Artifacts are refused where a file is missing or altered, or they were made for other inputs."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from codesets.registry import Registry
from coding.build import EngineConfig, require_parts
from coding.errors import ArtifactNotFound, HashMismatch, Incompatible
from models.artifact import installed, load_artifact, load_named, read_artifact, write_artifact
from models.card import card_of

WEIGHTS = b'{"bias": 1.0}'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "toy" / "1"
    folder.mkdir(parents=True)
    (folder / "weights.json").write_bytes(WEIGHTS)
    manifest = {
        "schema_version": 2,
        "kind": "ranker",
        "name": "toy",
        "version": "1",
        "base_model": None,
        "recipe": "none",
        "seed": 0,
        "commit": "0",
        "codeset": "ICD-10-CM 2026-04-01",
        "data": {},
        "inputs": {"lexicon": "abc", "encoding": "1"},
        "versions": {},
        "accept_threshold": 0.5,
        "auto_threshold": None,
        "trained_with": "cpu",
        "calibration": {"slope": 1.0, "intercept": 0.0},
        "files": {"weights.json": hashlib.sha256(WEIGHTS).hexdigest()},
        "metrics": {"out_of_fold_f1": 0.5},
        "attributions": ["Notes of ours"],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return tmp_path


def test_a_sound_artifact_loads(root: Path) -> None:
    artifact = load_artifact("toy", "1", root)
    assert artifact.contents["weights.json"] == WEIGHTS
    artifact.require({"lexicon": "abc"})


def test_an_altered_file_is_named(root: Path) -> None:
    (root / "toy/1/weights.json").write_bytes(WEIGHTS + b" ")
    with pytest.raises(HashMismatch, match=r"weights\.json"):
        load_artifact("toy", "1", root)


def test_a_missing_file_is_named(root: Path) -> None:
    (root / "toy/1/weights.json").unlink()
    with pytest.raises(ArtifactNotFound, match=r"weights\.json"):
        load_artifact("toy", "1", root)


def test_an_unknown_model_is_not_found(root: Path) -> None:
    with pytest.raises(ArtifactNotFound, match="toy 2"):
        load_artifact("toy", "2", root)


def test_other_inputs_are_incompatible(root: Path) -> None:
    with pytest.raises(Incompatible, match="lexicon"):
        load_artifact("toy", "1", root).require({"lexicon": "xyz", "encoding": "1"})


def test_a_broken_manifest_is_incompatible(root: Path) -> None:
    (root / "toy/1/manifest.json").write_text('{"name": "toy"}')
    with pytest.raises(Incompatible, match="manifest of model toy 1"):
        load_artifact("toy", "1", root)


def test_a_truncated_file_is_named(root: Path) -> None:
    (root / "toy/1/weights.json").write_bytes(WEIGHTS[:-3])
    with pytest.raises(HashMismatch, match=r"weights\.json"):
        load_artifact("toy", "1", root)


def test_what_is_written_is_read_again(root: Path, tmp_path: Path) -> None:
    manifest = load_artifact("toy", "1", root).manifest
    written = write_artifact(tmp_path / "new" / "1", manifest, {"a.npz": b"1", "b.json": b"2"})
    again = read_artifact(tmp_path / "new" / "1", "new 1")
    assert again.manifest == written
    assert again.contents == {"a.npz": b"1", "b.json": b"2"}
    assert installed(tmp_path) == (("new", "1"), ("toy", "1"))


def test_the_card_says_what_the_labels_are_and_whom_to_name(root: Path) -> None:
    card = card_of(load_artifact("toy", "1", root).manifest)
    assert "not reviewed by a credentialed coder" in card
    assert "Notes of ours" in card
    assert "| out of fold f1 | 0.5 |" in card


def test_start_up_refuses_at_once_a_trained_model_of_other_inputs(
    monkeypatch: pytest.MonkeyPatch, registry: Registry
) -> None:
    assert registry.releases(), "the index is built"
    require_parts(EngineConfig())
    monkeypatch.setattr("models.inputs.NOTE_INPUT_VERSION", -1)
    with pytest.raises(Incompatible, match="another note input: fit it anew"):
        require_parts(EngineConfig())
    require_parts(EngineConfig(ranker="lexical"))


def test_a_name_without_a_version_says_how_to_write_it() -> None:
    with pytest.raises(ArtifactNotFound, match='"encoder" names no model: write NAME/VERSION'):
        load_named("encoder")

"""Artifacts are refused where a file is missing or altered, or they were made for other inputs."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from coding.errors import ArtifactNotFound, HashMismatch, Incompatible
from models.artifact import load_artifact

WEIGHTS = b'{"bias": 1.0}'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "toy" / "1"
    folder.mkdir(parents=True)
    (folder / "weights.json").write_bytes(WEIGHTS)
    manifest = {
        "schema_version": 1,
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
        "calibration_slope": 1.0,
        "calibration_intercept": 0.0,
        "files": {"weights.json": hashlib.sha256(WEIGHTS).hexdigest()},
        "metrics": {},
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

"""Model artifacts on disk: a manifest that names its files by hash, and what it was made for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from coding.errors import ArtifactNotFound, HashMismatch, Incompatible

FOLDS_ALONE = "folds/"
"""Begins the names of data, in a manifest, that only the models of folds were fitted on."""


class Manifest(BaseModel):
    """manifest.json: what an artifact is, what it was made from and with, how well it does.

    `kind` is encoder, ranker (of diagnoses) or procedures: a ranker whose calibration and
    thresholds stand by system in a file of its own. `inputs` are hashes and versions of what turns
    notes into model input; another value at load is Incompatible. Thresholds are probabilities;
    `auto_threshold` is None where none was shown to reach 95% precision, both are None for an
    encoder. `calibration` are the slopes and the intercept from log-odds to calibrated log-odds
    (Platt 1999).
    `attributions` is what the licences of the data ask to be said.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[2]
    kind: Literal["encoder", "ranker", "procedures"]
    name: str
    version: str
    base_model: str | None
    recipe: str
    seed: int
    commit: str
    codeset: str
    data: Mapping[str, str]
    inputs: Mapping[str, str]
    versions: Mapping[str, str]
    trained_with: str
    accept_threshold: float | None
    auto_threshold: float | None
    calibration: Mapping[str, float]
    files: Mapping[str, str]
    metrics: Mapping[str, float]
    attributions: tuple[str, ...]

    @property
    def accepts_from(self) -> float:
        """The accept threshold of a ranker. Raises: Incompatible for an encoder."""
        if self.accept_threshold is None:
            raise Incompatible(f"model {self.name} {self.version} is no ranker")
        return self.accept_threshold


@dataclass(frozen=True, slots=True)
class Artifact:
    """A verified artifact: its manifest and the bytes of its files."""

    manifest: Manifest
    contents: Mapping[str, bytes]

    def require(self, inputs: Mapping[str, str]) -> None:
        """Refuse an artifact made for other inputs. Raises: Incompatible, naming which."""
        made_for = self.manifest.inputs
        wrong = sorted(key for key in inputs if made_for.get(key) != inputs[key])
        if wrong:
            raise Incompatible(
                f"model {self.manifest.name} {self.manifest.version} was made for another "
                f"{', '.join(wrong)}: fit it anew (docs/guide/training.md) or restore them"
            )


def load_artifact(name: str, version: str, root: Traversable | None = None) -> Artifact:
    """Read models/<name>/<version> and check every hash.

    Raises: ArtifactNotFound, HashMismatch (naming the file), Incompatible for a manifest of
    another schema.
    """
    return read_artifact((root or files("models")) / name / version, f"{name} {version}")


def load_named(reference: str) -> Artifact:
    """The installed artifact named "name/version". Raises: as load_artifact."""
    name, _, version = reference.partition("/")
    if not name or not version:
        raise ArtifactNotFound(f'"{reference}" names no model: write NAME/VERSION')
    return load_artifact(name, version)


def read_artifact(folder: Traversable, called: str) -> Artifact:
    """Read the artifact in a folder, which errors call `called`. Raises: as load_artifact."""
    try:
        manifest = Manifest.model_validate_json((folder / "manifest.json").read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise ArtifactNotFound(f"there is no model {called}") from None
    except ValidationError as error:
        raise Incompatible(
            f"manifest of model {called} has {error.error_count()} wrong entries"
        ) from None
    contents = {}
    for file, sha256 in manifest.files.items():
        try:
            contents[file] = (folder / file).read_bytes()
        except FileNotFoundError:
            raise ArtifactNotFound(f"model {called} lacks its file {file}") from None
        if hashlib.sha256(contents[file]).hexdigest() != sha256:
            raise HashMismatch(f"{file} of model {called} is not what its manifest names")
    return Artifact(manifest, contents)


def installed(root: Traversable | None = None) -> tuple[tuple[str, str], ...]:
    """Name and version of every artifact under models/, in order of name."""
    found = []
    for named in (root or files("models")).iterdir():
        if named.is_dir():
            found += [
                (named.name, v.name) for v in named.iterdir() if (v / "manifest.json").is_file()
            ]
    return tuple(sorted(found))


def write_artifact(folder: Path, manifest: Manifest, contents: Mapping[str, bytes]) -> Manifest:
    """Write files and manifest, with the files' hashes, to a folder; gives what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in contents.items():
        (folder / file).write_bytes(content)
    hashes = {f: hashlib.sha256(content).hexdigest() for f, content in sorted(contents.items())}
    whole = manifest.model_copy(update={"files": hashes})
    (folder / "manifest.json").write_text(whole.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return whole

"""Model artifacts on disk: a manifest that names its files by hash, and what it was made for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from pydantic import BaseModel, ConfigDict, ValidationError

from coding.errors import ArtifactNotFound, HashMismatch, Incompatible


class Manifest(BaseModel):
    """manifest.json: what an artifact is, what it was made from and with, how well it does.

    `inputs` are hashes and versions of what turns notes into model input; another value at load is
    Incompatible. Thresholds are probabilities; `auto_threshold` is None where none reached 95%
    precision. Calibration maps log-odds to slope x log-odds + intercept (Platt 1999).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: int
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
    accept_threshold: float
    auto_threshold: float | None
    calibration_slope: float
    calibration_intercept: float
    files: Mapping[str, str]
    metrics: Mapping[str, float]


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
                f"{', '.join(wrong)}: refit it (make fit-{self.manifest.name}) or restore them"
            )


def load_artifact(name: str, version: str, root: Traversable | None = None) -> Artifact:
    """Read models/<name>/<version> and check every hash.

    Raises: ArtifactNotFound, HashMismatch (naming the file), Incompatible for a manifest of
    another schema.
    """
    folder = (root or files("models")) / name / version
    try:
        manifest = Manifest.model_validate_json((folder / "manifest.json").read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise ArtifactNotFound(f"there is no model {name} {version}") from None
    except ValidationError as error:
        raise Incompatible(
            f"manifest of model {name} {version} has {error.error_count()} wrong entries"
        ) from None
    contents = {}
    for file, sha256 in manifest.files.items():
        try:
            contents[file] = (folder / file).read_bytes()
        except FileNotFoundError:
            raise ArtifactNotFound(f"model {name} {version} lacks its file {file}") from None
        if hashlib.sha256(contents[file]).hexdigest() != sha256:
            raise HashMismatch(f"{file} of model {name} {version} is not what its manifest names")
    return Artifact(manifest, contents)

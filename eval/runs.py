"""What made a measured figure, so that anyone can make it again."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from coding.to_json import Json
from coding.types import Provenance
from eval.bootstrap import RESAMPLES, SEED

_PACKAGES = ("medspacy", "numpy", "simple-icd-10-cm", "spacy")


@dataclass(frozen=True, slots=True)
class Run:
    """Where figures come from. `commit` ends in "+" where files differ from it, None without git.

    `data_sha256` is over the bytes of the evaluated file, or over names and hashes of several;
    `versions` are of Python and packages.
    """

    software: str
    model: str
    codesets: tuple[tuple[str, str], ...]
    config_sha256: str
    commit: str | None
    data: str
    data_sha256: str
    seed: int
    resamples: int
    versions: tuple[tuple[str, str], ...]

    def json(self) -> Json:
        """The record as it stands in every JSON of figures."""
        return {
            "software": self.software,
            "model": self.model,
            "codesets": dict(self.codesets),
            "config_sha256": self.config_sha256,
            "commit": self.commit,
            "data": self.data,
            "data_sha256": self.data_sha256,
            "seed": self.seed,
            "resamples": self.resamples,
            "versions": dict(self.versions),
        }


def describe_run(path: Path, provenance: Provenance, files: Iterable[Path] = ()) -> Run:
    """The record of a run over a file, or over some `files` of the folder `path`, or of any."""
    kept = tuple(files)
    names = [path] if path.is_dir() or not kept else kept
    return Run(
        software=provenance.software,
        model=provenance.model,
        codesets=tuple((str(system), release) for system, release in provenance.codesets),
        config_sha256=provenance.config_sha256,
        commit=_commit(Path(__file__).resolve().parent.parent),
        data="+".join(name.name for name in names),
        data_sha256=_digest(path, kept),
        seed=SEED,
        resamples=RESAMPLES,
        versions=(("python", platform.python_version()), *_versions()),
    )


def file_sha256(path: Path) -> str:
    """The hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _digest(path: Path, files: tuple[Path, ...]) -> str:
    if not files:
        return file_sha256(path)
    listed = "".join(f"{_name(f, path)} {file_sha256(f)}\n" for f in files)
    return hashlib.sha256(listed.encode()).hexdigest()


def _name(file: Path, folder: Path) -> str:
    return file.relative_to(folder).as_posix() if file.is_relative_to(folder) else file.name


def _versions() -> list[tuple[str, str]]:
    found = []
    for package in _PACKAGES:
        try:
            found.append((package, version(package)))
        except PackageNotFoundError:
            found.append((package, "not installed"))
    return found


def _commit(root: Path) -> str | None:
    if not (root / ".git").exists():
        return None
    head = _git(root, "rev-parse", "HEAD")
    if head is None:
        return None
    return head + "+" if _git(root, "status", "--porcelain", "--untracked-files=no") else head


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "--no-optional-locks", *arguments],
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()

"""What made a measured figure, so that anyone can make it again."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from coding.types import Provenance
from eval.bootstrap import RESAMPLES, SEED

_PACKAGES = ("medspacy", "numpy", "simple-icd-10-cm", "spacy")


@dataclass(frozen=True, slots=True)
class Run:
    """Where figures come from. `commit` ends in "+" where files differ from it, None without git.

    `data_sha256` is over the bytes of the evaluated file; `versions` are of Python and packages.
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


def describe_run(path: Path, provenance: Provenance) -> Run:
    """The record of a run over a file."""
    return Run(
        software=provenance.software,
        model=provenance.model,
        codesets=tuple((str(system), release) for system, release in provenance.codesets),
        config_sha256=provenance.config_sha256,
        commit=_commit(Path(__file__).resolve().parent.parent),
        data=path.name,
        data_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        seed=SEED,
        resamples=RESAMPLES,
        versions=(("python", platform.python_version()), *_versions()),
    )


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

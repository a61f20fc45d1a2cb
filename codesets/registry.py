"""The loaded releases of every code system, chosen by date of service."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from codesets.icd10cm import Icd10cm
from codesets.lexicon import load_lexicon
from codesets.store import read_release, verify_release
from coding.errors import CodeSetMissing, NotValidOn, UnknownCode
from coding.protocols import CodeSystem
from coding.types import Code, CodeEntry, System


class Registry:
    """Releases of code systems, each in force from its first day until the next one's."""

    def __init__(self, releases: Iterable[CodeSystem]) -> None:
        self._releases = tuple(sorted(releases, key=lambda r: (r.system, r.valid_from)))

    def releases(self) -> tuple[CodeSystem, ...]:
        """Every loaded release, by system and date."""
        return self._releases

    def at(self, system: System, on: date | None) -> CodeSystem:
        """The release in force on a date; the newest without one or after its nominal end.

        Raises: CodeSetMissing where none of the system is loaded, NotValidOn before the first.
        """
        own = self._of(system)
        if on is None:
            return own[-1]
        begun = [release for release in own if release.valid_from <= on]
        if not begun:
            raise NotValidOn(
                f"no {system} release before {own[0].valid_from} is loaded", field="service_date"
            )
        return begun[-1]

    def lookup(self, code: Code) -> CodeEntry:
        """The entry in the newest release that has it. Raises: UnknownCode, CodeSetMissing."""
        for release in reversed(self._of(code.system)):
            if code.value in release:
                return release.get(code.value)
        raise UnknownCode(f"no loaded {code.system} release has this code", field="code")

    def _of(self, system: System) -> tuple[CodeSystem, ...]:
        own = tuple(release for release in self._releases if release.system is system)
        if not own:
            raise CodeSetMissing(f"no release of {system} is loaded", field="systems")
        return own


def default_index_dir() -> Path:
    """share/chartcode of the Python environment that runs."""
    return Path(sys.prefix) / "share" / "chartcode"


def load_registry(index_dir: Path) -> Registry:
    """Load every release whose index lies in the folder, with the lexicon to widen their search.

    Raises: CodeSetMissing where there is none.
    """
    folders = release_folders(index_dir)
    lexicon = load_lexicon()
    return Registry(Icd10cm(read_release(folder), lexicon) for folder in folders)


def verify_index(index_dir: Path) -> tuple[str, ...]:
    """What is wrong with the indexes in a folder, a line each; empty where all is well."""
    return tuple(p for folder in release_folders(index_dir) for p in verify_release(folder))


def release_folders(index_dir: Path) -> tuple[Path, ...]:
    """The folders of built releases. Raises: CodeSetMissing where there are none."""
    folders = tuple(sorted(index_dir.glob(f"{System.ICD10CM.lower()}/*/manifest.json")))
    if not folders:
        raise CodeSetMissing(f"no code set at {index_dir}: run `chartcode codesets build`")
    return tuple(manifest.parent for manifest in folders)

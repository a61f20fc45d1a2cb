"""The loaded releases of every code system, chosen by date of service."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from codesets.as_of import AsOf
from codesets.assemble.cpt import own_titles
from codesets.dating import ICD10
from codesets.lexicon import load_lexicon
from codesets.load import validity_path
from codesets.release import Release
from codesets.store import (
    Columns,
    ReleaseInfo,
    read_manifest,
    read_release,
    release_folders,
    release_info,
    verify_release,
)
from codesets.validity import Validity
from coding.errors import CodeSetMissing, NotValidOn, UnknownCode
from coding.protocols import CodeSystem
from coding.types import Code, CodeEntry, System

_KEPT_VIEWS = 4
WITHHELD = "CPT code; its descriptor is licensed and not shown here"


class Registry:
    """Releases of code systems, each in force from its first day until the next one's."""

    def __init__(
        self,
        releases: Iterable[CodeSystem],
        validity: Mapping[System, Validity] | None = None,
    ) -> None:
        order = list(System)
        self._releases = tuple(
            sorted(releases, key=lambda r: (order.index(r.system), r.valid_from))
        )
        self._validity = validity or {}
        # Days between two updates have the same codes; a view of them takes a fifth of a second.
        self._as_of = lru_cache(_KEPT_VIEWS)(self._view)

    def releases(self) -> tuple[CodeSystem, ...]:
        """Every loaded release, by system and date."""
        return self._releases

    def newest(self) -> tuple[CodeSystem, ...]:
        """The newest release of each loaded system."""
        return tuple({release.system: release for release in self._releases}.values())

    def at(self, system: System, on: date | None) -> CodeSystem:
        """The release in force on a date; the newest without one or after its nominal end.

        On a day outside the release at hand it has only the codes that could be billed that day,
        as far as validity dates tell.

        Raises: CodeSetMissing where none of the system is loaded, NotValidOn for a day before the
        first release and before all validity dates.
        """
        own = self._of(system)
        if on is None:
            return own[-1]
        begun = [release for release in own if release.valid_from <= on]
        release = begun[-1] if begun else own[0]
        if release.valid_from <= on <= release.valid_to:
            return release
        validity = self._validity.get(system)
        if validity is not None and validity.covers(on) and isinstance(release, Release):
            day = max(first for first in validity.changes() if first <= on)
            return self._as_of(release, day)
        if not begun:
            since = min(own[0].valid_from, validity.first) if validity else own[0].valid_from
            raise NotValidOn(f"no {system} release before {since} is loaded", field="service_date")
        return release

    def _view(self, release: Release, day: date) -> AsOf:
        return AsOf(release, day, self._validity[release.system].on(day))

    def lookup(self, code: Code, on: date | None = None) -> CodeEntry:
        """The entry in the newest release that has it, or on a day in the release of that day.

        Raises: UnknownCode, CodeSetMissing; NotValidOn, with the dates on which it was valid, for
        a code that could not be billed that day.
        """
        if on is not None:
            return self._on(code, on)
        for release in reversed(self._of(code.system)):
            if code.value in release:
                return release.get(code.value)
        raise UnknownCode(f"no loaded {code.system} release has this code", field="code")

    def _on(self, code: Code, on: date) -> CodeEntry:
        release = self.at(code.system, on)
        if code.value in release:
            return release.get(code.value)
        periods = self._periods(code)
        if periods:
            raise NotValidOn(
                f"{code.value} is not valid on {on}, only {' and '.join(periods)}",
                field="service_date",
            )
        self.lookup(code)
        raise NotValidOn(
            f"{code.system} {release.release}, in force on {on}, does not have {code.value}",
            field="service_date",
        )

    def _periods(self, code: Code) -> list[str]:
        validity = self._validity.get(code.system)
        if validity is None:
            return []
        return [
            f"from {p.first}" if p.last == validity.last else f"from {p.first} to {p.last}"
            for p in validity.periods(code.value)
        ]

    def _of(self, system: System) -> tuple[CodeSystem, ...]:
        own = tuple(release for release in self._releases if release.system is system)
        if not own:
            raise CodeSetMissing(f"no release of {system} is loaded", field="systems")
        return own


def default_index_dir() -> Path:
    """share/chartcode of the Python environment that runs."""
    return Path(sys.prefix) / "share" / "chartcode"


def load_registry(index_dir: Path, *, cpt: bool = True, licensed_text: bool = False) -> Registry:
    """Load every release whose index lies in the folder, with the lexicon to widen their search.

    Without `cpt` none of CPT is loaded. Licensed descriptors are there only with `licensed_text`;
    else our own wording stands in their place, or WITHHELD.

    Raises: CodeSetMissing where there is none.
    """
    lexicon = load_lexicon()
    folders = in_force(index_dir)
    found = []
    for number, (folder, info) in enumerate(folders):
        if info.system is System.CPT and not cpt:
            continue
        columns = replace(read_release(folder), info=_until_next(number, folders))
        if info.licensed and not licensed_text:
            columns = _without_descriptors(columns)
        found.append(Release(columns, lexicon))
    validity = {
        system: Validity.load(validity_path(index_dir, system))
        for system in {release.system for release in found} & set(ICD10)
    }
    return Registry(found, validity)


def named_release(registry: Registry, system: System, name: str) -> CodeSystem:
    """A loaded release by its name. Raises: CodeSetMissing naming those there are."""
    own = [release for release in registry.releases() if release.system is system]
    for release in own:
        if release.release == name:
            return release
    names = ", ".join(release.release for release in own) or "none"
    raise CodeSetMissing(f"{system} {name} is not loaded; loaded are: {names}")


def in_force(index_dir: Path) -> tuple[tuple[Path, ReleaseInfo], ...]:
    """Built releases by system and day: a starter list gives way to any loaded release.

    Raises: CodeSetMissing where there are none.
    """
    folders = release_folders(index_dir)
    infos = [(folder, release_info(read_manifest(folder))) for folder in folders]
    loaded = {info.system for _, info in infos if not info.starter}
    kept = [pair for pair in infos if not pair[1].starter or pair[1].system not in loaded]
    return tuple(sorted(kept, key=lambda pair: (pair[1].system, pair[1].valid_from)))


def verify_index(index_dir: Path) -> tuple[str, ...]:
    """What is wrong with the indexes in a folder, a line each; empty where all is well."""
    problems = [p for folder in release_folders(index_dir) for p in verify_release(folder)]
    days: dict[tuple[System, date], Path] = {}
    for folder, info in in_force(index_dir):
        other = days.setdefault((info.system, info.valid_from), folder)
        if other != folder:
            problems.append(f"{other} and {folder} both begin on {info.valid_from}: remove one")
    return tuple(problems)


def _until_next(number: int, folders: tuple[tuple[Path, ReleaseInfo], ...]) -> ReleaseInfo:
    """A release until the day before the next one of its system."""
    info = folders[number][1]
    if number + 1 < len(folders) and folders[number + 1][1].system is info.system:
        last = folders[number + 1][1].valid_from - timedelta(days=1)
        return replace(info, valid_to=min(info.valid_to, last))
    return info


def _without_descriptors(columns: Columns) -> Columns:
    own = own_titles()
    titles = [own.get(code, WITHHELD) for code in columns.codes]
    return replace(columns, titles=titles, notes=[""] * len(columns.codes))

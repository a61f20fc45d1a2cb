"""Loading the files of an operator: recognised, dated, assembled aside, then put in force at once.

Nothing is changed before everything is ready: where any file fails, what was loaded before stays.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from codesets.assemble import cpt, hcpcs, icd10cm, icd10pcs, icd11
from codesets.assemble.parts import Assembled, Base, Job, as_mapping
from codesets.dating import ICD10, day_of, nominal_end
from codesets.loaders.archive import read_members
from codesets.loaders.recognise import Kind, Source, recognise
from codesets.shelves import (
    Shelf,
    is_list,
    read_shelves,
    replace_folders,
    shelf_dir,
    write_shelf,
)
from codesets.store import ReleaseInfo, read_extras, read_listing, read_manifest, write_release
from codesets.validity import Validity
from coding.errors import CodeSetError
from coding.types import System

_ASSEMBLERS: Mapping[System, Callable[[Job], Assembled]] = {
    System.ICD10CM: icd10cm.assemble,
    System.ICD10PCS: icd10pcs.assemble,
    System.HCPCS: hcpcs.assemble,
    System.CPT: cpt.assemble,
    System.ICD11: icd11.assemble,
}
# Where an archive holds the same list in several forms, the first is read.
_PREFERRED = (Kind.HCPCS_FIXED, Kind.HCPCS_CSV, Kind.HCPCS_SHEET, Kind.ORDER, Kind.LIST, Kind.CODES)
_WHOLE = (Kind.ORDER, Kind.LIST, Kind.CODES)
_STAGING = ".staging"
Built = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What the operator says beside the files.

    `first` and `last` are the days a release is in force, where files do not say or say wrongly;
    `cpt_licence` attests a licence of the AMA for CPT files, on the day `today`.
    """

    first: date | None = None
    last: date | None = None
    cpt_licence: bool = False
    today: date | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of loading: a line a file recognised or passed over, and the releases in force."""

    said: tuple[str, ...]
    releases: tuple[ReleaseInfo, ...]


def load(
    paths: Sequence[Path], index_dir: Path, order: Order, built: Built | None = None
) -> Loaded:
    """Load files or zips. `built` is called with each new release's folder before it is in force.

    Raises: CodeSetError naming file and line of what cannot be loaded.
    """
    sources, said = _recognised(paths)
    _require_licence(sources, order)
    old = {(shelf.system, shelf.day): shelf for shelf in read_shelves(index_dir)}
    dated = _dated(sources, index_dir, order)
    said += [
        f"{source.member.shown}: {source.system} {source.kind}, release {day}"
        for source, day in dated
    ]
    new: dict[tuple[System, date], list[Source]] = defaultdict(list)
    for source, day in dated:
        new[source.system, day].append(source)
    shelves = dict(old)
    for (system, day), added in new.items():
        shelf = old.get((system, day), Shelf(system, day, ()))
        attested = order.today if system is System.CPT else None
        shelf = replace(shelf, last=order.last or shelf.last, attested=attested or shelf.attested)
        shelves[system, day] = shelf.with_sources(_one_list(added))
    _refuse_overlaps(shelves.values())
    return Loaded(tuple(said), _put_in_force(index_dir, shelves, new, built))


def rebuild(index_dir: Path, built: Built | None = None) -> tuple[ReleaseInfo, ...]:
    """Build every loaded release anew from its files. Raises: CodeSetError."""
    shelves = {(shelf.system, shelf.day): shelf for shelf in read_shelves(index_dir)}
    return _put_in_force(index_dir, shelves, shelves, built)


def release_dir(index_dir: Path, system: System, release: str) -> Path:
    """Where the index of a release lies."""
    return index_dir / system.lower() / release


def _recognised(paths: Sequence[Path]) -> tuple[list[Source], list[str]]:
    sources: list[Source] = []
    said: list[str] = []
    for path in paths:
        before = len(sources)
        for member in read_members(path):
            source = recognise(member)
            if source is None:
                said.append(f"{member.shown}: passed over")
            else:
                sources.append(source)
        own, sources = sources[before:], sources[:before]
        for source in own:
            # CMS packs its addenda with the whole list, which has them already.
            listed = any(s.system is source.system and s.kind in _WHOLE for s in own)
            if source.kind is Kind.ADDENDA and listed:
                said.append(f"{source.member.shown}: passed over, the list beside it is whole")
            else:
                sources.append(source)
        if len(sources) == before:
            raise CodeSetError(
                f"{path.name} holds no code-set file in a form that is read; "
                "docs/guide/codesets.md lists them"
            )
    return sources, said


def _require_licence(sources: Iterable[Source], order: Order) -> None:
    licensed = [source for source in sources if source.system is System.CPT]
    if licensed and not order.cpt_licence:
        raise CodeSetError(
            f"{licensed[0].member.shown} holds CPT, which is the American Medical Association's. "
            "If you hold its licence for this use, say so with --i-hold-a-cpt-licence"
        )


def _dated(sources: Sequence[Source], index_dir: Path, order: Order) -> list[tuple[Source, date]]:
    """Each file with the release it belongs to: lists first, for the others go with them."""
    days: dict[System, set[date]] = defaultdict(set)
    for system in (*ICD10, System.ICD11):
        days[system] |= {date.fromisoformat(name) for name in _built(index_dir, system)}
    dated = []
    for source in sorted(sources, key=lambda s: not is_list(s)):
        system = source.system
        known = Validity.load(validity_path(index_dir, system)) if system in ICD10 else None
        if system is System.ICD11 and source.day is None:
            source = replace(source, day=icd11.stated_day(source))
        day = day_of(source, known, days[system], order.first)
        days[system].add(day)
        dated.append((source, day))
    return dated


def _one_list(sources: Sequence[Source]) -> list[Source]:
    """The files of a release with the best form of its list."""
    lists = [source for source in sources if source.kind in _PREFERRED]
    if not lists:
        return list(sources)
    best = min(lists, key=lambda source: _PREFERRED.index(source.kind))
    rivals = [source for source in lists if source.kind is best.kind]
    return [*(s for s in sources if s.kind not in _PREFERRED), *rivals]


def _refuse_overlaps(shelves: Iterable[Shelf]) -> None:
    """Raises: CodeSetError where a last day that was named lies in the next release."""
    ordered = sorted(shelves, key=lambda shelf: (shelf.system, shelf.day))
    for shelf in ordered:
        if shelf.last is not None and shelf.last < shelf.day:
            raise CodeSetError(f"a release cannot end on {shelf.last}, before it begins")
        for other in ordered:
            later = other.system is shelf.system and other.day > shelf.day
            if later and shelf.last is not None and other.day <= shelf.last:
                raise CodeSetError(
                    f"{shelf.system} {shelf.day} to {shelf.last} and the release of {other.day} "
                    "overlap: load one of them with another --valid-from or --valid-to"
                )


def _put_in_force(
    index_dir: Path,
    shelves: Mapping[tuple[System, date], Shelf],
    new: Mapping[tuple[System, date], object],
    built: Built | None,
) -> tuple[ReleaseInfo, ...]:
    staging = index_dir / _STAGING
    shutil.rmtree(staging, ignore_errors=True)
    try:
        pairs: list[tuple[Path, Path]] = []
        infos = []
        # A release carries over what its files do not say: later ones are built again too.
        first_new = {system: min(d for s, d in new if s is system) for system, _ in new}
        for system, day in sorted(shelves, key=lambda key: (key[0], key[1])):
            if system not in first_new or day < first_new[system]:
                continue
            shelf = shelves[system, day]
            info = _build(index_dir, staging, shelf)
            folder = release_dir(staging, system, info.release)
            if built is not None:
                built(folder)
            infos.append(info)
            pairs.append((folder, release_dir(index_dir, system, info.release)))
            write_shelf(shelf_dir(staging, system, day), shelf)
            pairs.append((shelf_dir(staging, system, day), shelf_dir(index_dir, system, day)))
        replace_folders(pairs)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return tuple(infos)


def _build(index_dir: Path, staging: Path, shelf: Shelf) -> ReleaseInfo:
    validity = None
    if shelf.system in ICD10:
        validity = Validity.load(validity_path(index_dir, shelf.system))
    base = _base(index_dir, staging, shelf) if shelf.system in ICD10 else None
    made = _ASSEMBLERS[shelf.system](Job(shelf.day, shelf.sources, base, validity))
    info = ReleaseInfo(
        system=shelf.system,
        release=shelf.day.isoformat(),
        valid_from=shelf.day,
        valid_to=shelf.last or nominal_end(shelf.system, shelf.day),
        source=_named(shelf),
        licensed=made.licensed,
        missing=made.missing,
    )
    write_release(release_dir(staging, shelf.system, info.release), info, made.listing, made.extras)
    return info


def _named(shelf: Shelf) -> str:
    names = ", ".join(dict.fromkeys(source.member.name for source in shelf.sources))
    if shelf.attested is not None:
        return f"{names}; licence attested by the operator on {shelf.attested}"
    return f"{names}; {icd11.ATTRIBUTION}" if shelf.system is System.ICD11 else names


def _base(index_dir: Path, staging: Path, shelf: Shelf) -> Base:
    """The newest release before this one, as built just now or before; else the embedded one."""
    embedded = embedded_dir(index_dir, shelf.system)
    if read_manifest(embedded)["release"] == shelf.day.isoformat():
        folder = embedded
    else:
        days = {
            name: release_dir(index_dir, shelf.system, name)
            for name in _built(index_dir, shelf.system)
        }
        days |= {
            name: release_dir(staging, shelf.system, name) for name in _built(staging, shelf.system)
        }
        earlier = [name for name in sorted(days) if name < shelf.day.isoformat()]
        folder = days[earlier[-1]] if earlier else embedded
    release = str(read_manifest(folder)["release"])
    extras = {name: as_mapping(content) for name, content in read_extras(folder).items()}
    return Base(release, read_listing(folder), extras)


def _built(index_dir: Path, system: System) -> list[str]:
    return [m.parent.name for m in (index_dir / system.lower()).glob("*/manifest.json")]


def embedded_dir(index_dir: Path, system: System) -> Path:
    """Where the release that ships is kept, beside the one in force of the same day."""
    return index_dir / "embedded" / system.lower()


def validity_path(index_dir: Path, system: System) -> Path:
    """Where the dates of the codes of a system lie."""
    return index_dir / "validity" / f"{system.lower()}.npz"

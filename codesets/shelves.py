"""The files that an operator has loaded, kept as they came, so that every release can be rebuilt.

loaded/<system>/<first day>/sources.json     what each file is
loaded/<system>/<first day>/<n>.gz           its bytes, gzipped
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from codesets.loaders.archive import Member
from codesets.loaders.recognise import Kind, Source
from coding.errors import CodeSetError, CodeSetMissing
from coding.types import System

FOLDER = "loaded"
_TABLE = "sources.json"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The files of one release, its last day where the operator named one, and their word.

    `attested` is the day on which the operator said to hold a licence for these files.
    """

    system: System
    day: date
    sources: tuple[Source, ...]
    last: date | None = None
    attested: date | None = None

    def with_sources(self, new: Sequence[Source]) -> Shelf:
        """The shelf with further files; one of the same kind and name takes the old one's place.

        A new list of codes takes the place of whatever list was there.
        """
        listed = any(is_list(source) for source in new)
        keys = {_key(source) for source in new}
        kept = [s for s in self.sources if _key(s) not in keys and not (listed and is_list(s))]
        return Shelf(self.system, self.day, (*kept, *new), self.last, self.attested)


def is_list(source: Source) -> bool:
    """Whether a file says which codes there are."""
    return source.kind in _LISTS


def read_shelves(index_dir: Path) -> tuple[Shelf, ...]:
    """Everything loaded, by system and day.

    Raises: CodeSetMissing for a table of another form, CodeSetError for a file that was altered.
    """
    tables = sorted((index_dir / FOLDER).glob(f"*/*/{_TABLE}"))
    return tuple(_read(table) for table in tables)


def write_shelf(folder: Path, shelf: Shelf) -> None:
    """Write a shelf to an empty folder."""
    folder.mkdir(parents=True)
    rows = []
    for number, source in enumerate(shelf.sources):
        # No time stamp: the same files give the same bytes.
        packed = gzip.compress(source.member.raw, mtime=0)
        (folder / f"{number}.gz").write_bytes(packed)
        rows.append(
            {
                "kind": source.kind,
                "name": source.member.name,
                "year": source.year,
                "sha256": hashlib.sha256(source.member.raw).hexdigest(),
            }
        )
    table = {
        "system": shelf.system,
        "day": shelf.day.isoformat(),
        "last": shelf.last.isoformat() if shelf.last else None,
        "attested": shelf.attested.isoformat() if shelf.attested else None,
        "sources": rows,
    }
    (folder / _TABLE).write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")


def shelf_dir(index_dir: Path, system: System, day: date) -> Path:
    """Where the files of a release lie."""
    return index_dir / FOLDER / system.lower() / day.isoformat()


def replace_folders(pairs: Sequence[tuple[Path, Path]]) -> None:
    """Put drafts in their places: (draft, place). All the work was done before: this only renames.

    Where a rename fails, those made are taken back and what stood there stays in force.
    """
    done: list[tuple[Path, Path, Path]] = []
    try:
        for draft, place in pairs:
            old = place.with_name(place.name + ".old")
            shutil.rmtree(old, ignore_errors=True)
            place.parent.mkdir(parents=True, exist_ok=True)
            if place.exists():
                place.rename(old)
            done.append((draft, place, old))
            draft.rename(place)
    except OSError as error:
        for draft, place, old in reversed(done):
            if place.exists() and not draft.exists():
                place.rename(draft)
            if old.exists():
                old.rename(place)
        reason = error.strerror or type(error).__name__
        raise CodeSetError(f"the index cannot be changed ({reason}); nothing was loaded") from error
    for _, _, old in done:
        shutil.rmtree(old, ignore_errors=True)


def _read(table: Path) -> Shelf:
    try:
        content = json.loads(table.read_text(encoding="utf-8"))
        system, day = System(content["system"]), date.fromisoformat(content["day"])
        last, attested = (
            date.fromisoformat(content[key]) if content[key] else None
            for key in ("last", "attested")
        )
        rows = [
            (Kind(row["kind"]), str(row["name"]), row["year"], str(row["sha256"]))
            for row in content["sources"]
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CodeSetMissing(
            f"{table} cannot be read: load the files of its release again"
        ) from error
    sources = []
    for number, (kind, name, year, sha256) in enumerate(rows):
        try:
            raw = gzip.decompress((table.parent / f"{number}.gz").read_bytes())
        except (OSError, EOFError) as error:
            raise CodeSetError(
                f"{table.parent}/{number}.gz is damaged: load {name} again"
            ) from error
        if hashlib.sha256(raw).hexdigest() != sha256:
            raise CodeSetError(f"{table.parent}/{number}.gz was altered: load {name} again")
        sources.append(Source(system, kind, Member(name, name, raw), year))
    return Shelf(system, day, tuple(sources), last, attested)


def _key(source: Source) -> tuple[Kind, str]:
    # A licensee has descriptors of three lengths, all of one kind.
    several = source.system is System.CPT
    return source.kind, source.member.name.lower() if several else ""


_LISTS = frozenset(
    {
        Kind.ORDER,
        Kind.ADDENDA,
        Kind.CODES,
        Kind.LIST,
        Kind.HCPCS_FIXED,
        Kind.HCPCS_SHEET,
        Kind.HCPCS_CSV,
        Kind.MMS,
    }
)

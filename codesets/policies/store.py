"""Loaded policy files on disk: sorted arrays, mapped into memory when asked, and what they are.

<index_dir>/policies/<kind>/<name>/info.json        what it is, and from which files
                                   details.json     rationales, or the policies without their codes
                                   <column>.npy     one file a column
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from codesets.policies.coverage_table import CoverageTable, Policy
from codesets.policies.mue import LimitTable
from codesets.policies.ptp import PairTable
from codesets.policies.values import Kind, PolicyInfo, Variant
from codesets.shelves import replace_folders
from coding.errors import CodeSetError, CodeSetMissing

FOLDER = "policies"
_STAGING = ".staging"
_FORM = 1
_INFO, _DETAILS = "info.json", "details.json"
Table = PairTable | LimitTable | CoverageTable
_Number = TypeVar("_Number", np.int64, np.int32, np.uint16, np.uint8)


def put(index_dir: Path, files: Sequence[tuple[PolicyInfo, Table]]) -> None:
    """Put files in force, all or none; one of the same name is replaced.

    Raises: CodeSetError where the folder cannot be written; then what was there stays.
    """
    root = index_dir / FOLDER
    staging = root / _STAGING
    shutil.rmtree(staging, ignore_errors=True)
    try:
        pairs = []
        for info, table in files:
            draft = staging / info.name
            _write(draft, info, table)
            pairs.append((draft, folder_of(index_dir, info)))
        replace_folders(pairs)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CodeSetError(f"{root} cannot be written ({reason}); nothing was loaded") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def remove(index_dir: Path, name: str) -> PolicyInfo:
    """Take a file out of force, by its name. Raises: CodeSetError naming those there are."""
    infos = read_infos(index_dir)
    for info in infos:
        if info.name == name:
            shutil.rmtree(folder_of(index_dir, info))
            return info
    names = ", ".join(info.name for info in infos) or "none"
    raise CodeSetError(f"no policy file is called {name}; loaded are: {names}")


def read_infos(index_dir: Path) -> tuple[PolicyInfo, ...]:
    """Every loaded file, by kind, variant and first day. Raises: CodeSetMissing."""
    found = [
        _read_info(path)
        for kind in Kind
        for path in (index_dir / FOLDER / kind).glob(f"*/{_INFO}")
        # What stood there before stays beside it for a moment, or where a load was broken off.
        if not path.parent.name.endswith(".old")
    ]
    kinds = list(Kind)
    return tuple(sorted(found, key=lambda i: (kinds.index(i.kind), i.variant, i.valid_from)))


def folder_of(index_dir: Path, info: PolicyInfo) -> Path:
    """Where a file is kept."""
    return index_dir / FOLDER / info.kind / info.name


def read_pairs(index_dir: Path, info: PolicyInfo) -> PairTable:
    """A file of pairs, its columns mapped from disk. Raises: CodeSetMissing."""
    kept = _Kept(folder_of(index_dir, info), info.name)
    return PairTable(
        kept.int64("key"),
        kept.int32("effective"),
        kept.int32("deletion"),
        kept.uint8("indicator"),
        kept.uint16("rationale"),
        kept.rationales(),
    )


def read_limits(index_dir: Path, info: PolicyInfo) -> LimitTable:
    """A file of limits, its columns mapped from disk. Raises: CodeSetMissing."""
    kept = _Kept(folder_of(index_dir, info), info.name)
    return LimitTable(
        kept.int64("code"),
        kept.int32("units"),
        kept.uint8("indicator"),
        kept.uint16("rationale"),
        kept.rationales(),
    )


def read_coverage(index_dir: Path, info: PolicyInfo) -> CoverageTable:
    """A file of coverage, its columns mapped from disk. Raises: CodeSetMissing."""
    kept = _Kept(folder_of(index_dir, info), info.name)
    return CoverageTable(
        kept.int64("procedure"),
        kept.int32("policy"),
        kept.int64("covered"),
        kept.int64("covered_starts"),
        kept.int64("barred"),
        kept.int64("barred_starts"),
        kept.policies(),
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    """The folder of one file. Raises: CodeSetMissing where something of it cannot be read."""

    folder: Path
    name: str

    def int64(self, column: str) -> NDArray[np.int64]:
        return self._column(column, np.int64)

    def int32(self, column: str) -> NDArray[np.int32]:
        return self._column(column, np.int32)

    def uint16(self, column: str) -> NDArray[np.uint16]:
        return self._column(column, np.uint16)

    def uint8(self, column: str) -> NDArray[np.uint8]:
        return self._column(column, np.uint8)

    def rationales(self) -> tuple[str, ...]:
        return tuple(str(text) for text in self._details())

    def policies(self) -> tuple[Policy, ...]:
        return tuple(
            Policy(
                str(row["policy"]),
                str(row["title"]),
                date.fromisoformat(row["effective"]),
                date.fromisoformat(row["ended"]) if row["ended"] else None,
                tuple(row["related"]),
                tuple(row["contractors"]),
            )
            for row in self._details()
        )

    def _column(self, column: str, kind: type[_Number]) -> NDArray[_Number]:
        path = self.folder / f"{column}.npy"
        try:
            # Empty files cannot be mapped; others cost nothing until they are asked.
            mapped: NDArray[_Number] = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise self._damaged() from error
        if mapped.dtype != kind or mapped.ndim != 1:
            raise self._damaged()
        # A plain array over the same memory: look-ups in a memmap make objects all the time.
        return np.asarray(mapped)

    def _details(self) -> list[dict[str, str]]:
        try:
            content = json.loads((self.folder / _DETAILS).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise self._damaged() from error
        assert isinstance(content, list)
        return content

    def _damaged(self) -> CodeSetMissing:
        return CodeSetMissing(f"policy file {self.name} cannot be read: load it again")


def _write(folder: Path, info: PolicyInfo, table: Table) -> None:
    folder.mkdir(parents=True)
    for name, column in table.columns().items():
        np.save(folder / f"{name}.npy", column)
    _dump(folder / _DETAILS, _details_of(table))
    _dump(folder / _INFO, {"form": _FORM, **asdict(info)})


def _details_of(table: Table) -> list[object]:
    if not isinstance(table, CoverageTable):
        return list(table.rationales)
    return [
        {
            "policy": policy.policy,
            "title": policy.title,
            "effective": policy.effective,
            "ended": policy.ended,
            "related": policy.related,
            "contractors": policy.contractors,
        }
        for policy in table.policies
    ]


def _dump(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1, default=str) + "\n", encoding="utf-8")


def _read_info(path: Path) -> PolicyInfo:
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        if row["form"] != _FORM:
            raise ValueError("another form")
        return PolicyInfo(
            Kind(row["kind"]),
            Variant(row["variant"]),
            str(row["name"]),
            date.fromisoformat(row["valid_from"]),
            date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            int(row["rows"]),
            int(row["codes"]),
            tuple((str(name), str(sha256)) for name, sha256 in row["sources"]),
            str(row["partial"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CodeSetMissing(f"{path} cannot be read: load its policy file again") from error

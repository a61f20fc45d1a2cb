"""The compact index of one release on disk: text columns, arrays, and a manifest with hashes.

codes.txt and titles.txt have a line a code in tabular order, notes.txt a JSON object a code (or an
empty line), blocks.json the chapters and sections. search.npz maps stems to codes.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from codesets.icd10cm_xml import Record, Tabular
from codesets.words import STOPWORDS, normalise
from coding.errors import CodeSetMissing
from coding.types import System

INDEX_VERSION = 1


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    """What a release is: `valid_from` to `valid_to`, both included, nominally."""

    system: System
    release: str
    valid_from: date
    valid_to: date
    source: str


@dataclass(frozen=True, slots=True)
class Columns:
    """A release as loaded: position i of every column speaks of the same code."""

    info: ReleaseInfo
    codes: list[str]
    titles: list[str]
    notes: list[str]
    parents: NDArray[np.int32]
    billable: NDArray[np.bool_]
    blocks: Mapping[str, Mapping[str, object]]
    section_of: list[str]
    stems: list[str]
    posting_starts: NDArray[np.int64]
    postings: NDArray[np.int32]


def write_release(folder: Path, info: ReleaseInfo, tabular: Tabular) -> Path:
    """Write a release, whole or not at all; one that stood there before is replaced."""
    draft = folder.with_name(folder.name + ".tmp")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    codes = tabular.codes
    place = {record.value: i for i, record in enumerate(codes)}
    _lines(draft / "codes.txt", [r.value for r in codes])
    _lines(draft / "titles.txt", [r.title for r in codes])
    _lines(draft / "notes.txt", [_notes_json(r) for r in codes])
    _lines(draft / "sections.txt", [r.section for r in codes])
    parents = [place[r.parent] if r.parent is not None else -1 for r in codes]
    np.save(draft / "parents.npy", np.array(parents, dtype=np.int32))
    np.save(draft / "billable.npy", np.array([r.billable for r in codes], dtype=np.bool_))
    blocks = {r.value: {"title": r.title, "chapter": r.chapter, **r.notes} for r in tabular.blocks}
    (draft / "blocks.json").write_text(json.dumps(blocks), encoding="utf-8")
    _write_search(draft, codes)
    files = {p.name: _sha256(p) for p in sorted(draft.iterdir())}
    manifest = {
        "index_version": INDEX_VERSION,
        "system": info.system,
        "release": info.release,
        "valid_from": info.valid_from.isoformat(),
        "valid_to": info.valid_to.isoformat(),
        "source": info.source,
        "codes": len(codes),
        "billable": sum(r.billable for r in codes),
        "files": files,
    }
    (draft / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)
    return folder


def read_release(folder: Path) -> Columns:
    """Load a release. Raises: CodeSetMissing where it is not there or of another version."""
    manifest = read_manifest(folder)
    codes = _read_lines(folder / "codes.txt")
    with np.load(folder / "search.npz", allow_pickle=False) as search:
        stems = search["stems"].tobytes().decode().split("\n")
        starts, postings = search["starts"], search["postings"]
    return Columns(
        info=_info(manifest),
        codes=codes,
        titles=_read_lines(folder / "titles.txt"),
        notes=_read_lines(folder / "notes.txt"),
        parents=np.load(folder / "parents.npy"),
        billable=np.load(folder / "billable.npy"),
        blocks=json.loads((folder / "blocks.json").read_text(encoding="utf-8")),
        section_of=_read_lines(folder / "sections.txt"),
        stems=stems,
        posting_starts=starts,
        postings=postings,
    )


def read_manifest(folder: Path) -> Mapping[str, object]:
    """The manifest of a release. Raises: CodeSetMissing."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text())
    except FileNotFoundError:
        raise CodeSetMissing(f"no index at {folder}: run `chartcode codesets build`") from None
    if manifest.get("index_version") != INDEX_VERSION:
        raise CodeSetMissing(f"the index at {folder} is old: run `chartcode codesets build`")
    return dict(manifest)


def verify_release(folder: Path) -> tuple[str, ...]:
    """What is wrong with the files of a release, a line each; empty where all is well."""
    manifest = read_manifest(folder)
    files = manifest["files"]
    assert isinstance(files, dict)
    problems = []
    for name, sha256 in files.items():
        path = folder / name
        if not path.is_file():
            problems.append(f"{path} is missing: run `chartcode codesets build`")
        elif _sha256(path) != sha256:
            problems.append(f"{path} was altered: run `chartcode codesets build`")
    if not problems and len(_read_lines(folder / "codes.txt")) != manifest["codes"]:
        problems.append(f"{folder} does not have the {manifest['codes']} codes it should")
    return tuple(problems)


def _info(manifest: Mapping[str, object]) -> ReleaseInfo:
    return ReleaseInfo(
        System(str(manifest["system"])),
        str(manifest["release"]),
        date.fromisoformat(str(manifest["valid_from"])),
        date.fromisoformat(str(manifest["valid_to"])),
        str(manifest["source"]),
    )


def _notes_json(record: Record) -> str:
    notes = dict(record.notes)
    if record.seventh is not None:
        notes["seventh"] = [char + meaning for char, meaning in record.seventh]
    return json.dumps(notes, ensure_ascii=False) if notes else ""


def _write_search(folder: Path, codes: tuple[Record, ...]) -> None:
    """Which codes have which stem in title or inclusion terms."""
    found: dict[str, list[int]] = defaultdict(list)
    for i, record in enumerate(codes):
        texts = [record.title, *record.notes.get("inclusion_terms", ())]
        own = {token.stem for text in texts for token in normalise(text)}
        for stem in own - STOPWORDS:
            found[stem].append(i)
    stems = sorted(found)
    starts = np.cumsum([0, *(len(found[stem]) for stem in stems)])
    np.savez(
        folder / "search.npz",
        stems=np.frombuffer("\n".join(stems).encode(), dtype=np.uint8),
        starts=starts.astype(np.int64),
        postings=np.array([i for stem in stems for i in found[stem]], dtype=np.int32),
    )


def _lines(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines), encoding="utf-8", newline="\n")


def _read_lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

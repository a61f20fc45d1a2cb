"""The compact index of one release on disk: text columns, arrays, and a manifest with hashes.

codes.txt and titles.txt have a line a code in printed order, notes.txt a JSON object a code (or an
empty line), blocks.json the chapters and sections. search.npz maps stems to codes. A system may
have further JSON files of its own, such as axes.json of ICD-10-PCS.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from codesets.records import Listing, Record
from codesets.words import STOPWORDS, normalise
from coding.errors import CodeSetMissing
from coding.types import System

INDEX_VERSION = 2
NO_EXTRAS: Mapping[str, object] = {}
# The files that every release has.
_COMMON = {
    "codes.txt",
    "titles.txt",
    "notes.txt",
    "sections.txt",
    "parents.npy",
    "billable.npy",
    "poa_exempt.npy",
    "blocks.json",
    "search.npz",
}
# Kinds of notes whose words lead to a code.
WORDED = ("inclusion_terms", "index", "words")


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    """What a release is: `valid_from` to `valid_to`, both included, nominally.

    `starter` is a short list of ours that gives way to any official one; `licensed` titles belong
    to a publisher and stay out of exports; `missing` says in plain words what was not loaded.
    """

    system: System
    release: str
    valid_from: date
    valid_to: date
    source: str
    starter: bool = False
    licensed: bool = False
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Columns:
    """A release as loaded: position i of every column speaks of the same code."""

    info: ReleaseInfo
    codes: list[str]
    titles: list[str]
    notes: list[str]
    parents: NDArray[np.int32]
    billable: NDArray[np.bool_]
    poa_exempt: NDArray[np.bool_]
    blocks: Mapping[str, Mapping[str, object]]
    section_of: list[str]
    stems: list[str]
    posting_starts: NDArray[np.int64]
    postings: NDArray[np.int32]
    folder: Path
    sha256: str


def write_release(
    folder: Path, info: ReleaseInfo, listing: Listing, extras: Mapping[str, object] = NO_EXTRAS
) -> Path:
    """Write a release, whole or not at all; one that stood there before is replaced."""
    draft = folder.with_name(folder.name + ".tmp")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    codes = listing.codes
    place = {record.value: i for i, record in enumerate(codes)}
    _lines(draft / "codes.txt", [r.value for r in codes])
    _lines(draft / "titles.txt", [r.title for r in codes])
    _lines(draft / "notes.txt", [_notes_json(r) for r in codes])
    _lines(draft / "sections.txt", [r.section for r in codes])
    parents = [place[r.parent] if r.parent is not None else -1 for r in codes]
    np.save(draft / "parents.npy", np.array(parents, dtype=np.int32))
    np.save(draft / "billable.npy", np.array([r.billable for r in codes], dtype=np.bool_))
    np.save(draft / "poa_exempt.npy", np.array([r.poa_exempt for r in codes], dtype=np.bool_))
    blocks = {r.value: {"title": r.title, "chapter": r.chapter, **r.notes} for r in listing.blocks}
    (draft / "blocks.json").write_text(json.dumps(blocks), encoding="utf-8")
    for name, content in extras.items():
        (draft / name).write_text(json.dumps(content), encoding="utf-8")
    _write_search(draft, codes)
    files = {p.name: _sha256(p) for p in sorted(draft.iterdir())}
    manifest = {
        "index_version": INDEX_VERSION,
        **asdict(info),
        "valid_from": info.valid_from.isoformat(),
        "valid_to": info.valid_to.isoformat(),
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
        info=release_info(manifest),
        codes=codes,
        titles=_read_lines(folder / "titles.txt"),
        notes=_read_lines(folder / "notes.txt"),
        parents=np.load(folder / "parents.npy"),
        billable=np.load(folder / "billable.npy"),
        poa_exempt=np.load(folder / "poa_exempt.npy"),
        blocks=json.loads((folder / "blocks.json").read_text(encoding="utf-8")),
        section_of=_read_lines(folder / "sections.txt"),
        stems=stems,
        posting_starts=starts,
        postings=postings,
        folder=folder,
        sha256=_files_sha256(manifest),
    )


def read_listing(folder: Path) -> Listing:
    """A built release as the records it was written from. Raises: CodeSetMissing."""
    columns = read_release(folder)
    blocks = []
    for name, content in columns.blocks.items():
        notes = {k: _strings(v) for k, v in content.items() if k not in ("title", "chapter")}
        chapter = str(content["chapter"])
        blocks.append(Record(name, str(content["title"]), None, chapter, name, False, notes))
    codes = []
    for i, value in enumerate(columns.codes):
        notes = dict(json.loads(columns.notes[i])) if columns.notes[i] else {}
        seventh = notes.pop("seventh", None)
        above, section = int(columns.parents[i]), columns.section_of[i]
        codes.append(
            Record(
                value,
                columns.titles[i],
                columns.codes[above] if above >= 0 else None,
                str(columns.blocks[section]["chapter"]),
                section,
                bool(columns.billable[i]),
                notes,
                None if seventh is None else tuple((pair[0], pair[1:]) for pair in seventh),
                bool(columns.poa_exempt[i]),
            )
        )
    return Listing(tuple(blocks), tuple(codes))


def read_extras(folder: Path) -> Mapping[str, object]:
    """The JSON files that a system has of its own, by name."""
    names = set(_as_dict(read_manifest(folder)["files"])) - _COMMON
    return {name: json.loads((folder / name).read_text(encoding="utf-8")) for name in sorted(names)}


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
    files = _as_dict(manifest["files"])
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


def release_folders(index_dir: Path) -> tuple[Path, ...]:
    """The folders of built releases. Raises: CodeSetMissing where there are none."""
    folders = tuple(
        manifest.parent
        for system in System
        for manifest in sorted(index_dir.glob(f"{system.lower()}/*/manifest.json"))
    )
    if not any(folder.parent.name == System.ICD10CM.lower() for folder in folders):
        raise CodeSetMissing(f"no code set at {index_dir}: run `chartcode codesets build`")
    return folders


def release_info(manifest: Mapping[str, object]) -> ReleaseInfo:
    """What the manifest of a release says it is."""
    return ReleaseInfo(
        System(str(manifest["system"])),
        str(manifest["release"]),
        date.fromisoformat(str(manifest["valid_from"])),
        date.fromisoformat(str(manifest["valid_to"])),
        str(manifest["source"]),
        bool(manifest["starter"]),
        bool(manifest["licensed"]),
        tuple(_strings(manifest["missing"])),
    )


def _files_sha256(manifest: Mapping[str, object]) -> str:
    """One hash over the contents of a release, as its manifest states them."""
    return hashlib.sha256(json.dumps(manifest["files"], sort_keys=True).encode()).hexdigest()


def _as_dict(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return value


def _strings(value: object) -> list[str]:
    assert isinstance(value, list)
    return [str(item) for item in value]


def _notes_json(record: Record) -> str:
    notes = dict(record.notes)
    if record.seventh is not None:
        notes["seventh"] = [char + meaning for char, meaning in record.seventh]
    return json.dumps(notes, ensure_ascii=False) if notes else ""


def _write_search(folder: Path, codes: tuple[Record, ...]) -> None:
    """Which codes have which stem in title, inclusion terms or other wordings."""
    found: dict[str, list[int]] = defaultdict(list)
    for i, record in enumerate(codes):
        texts = [record.title, *(text for kind in WORDED for text in record.notes.get(kind, ()))]
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

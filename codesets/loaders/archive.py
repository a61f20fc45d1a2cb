"""Files as an operator has them: plain, gzipped or zipped. Nothing is ever written to disk here."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from coding.errors import CodeSetError

# The largest official file, UMLS apart, has 25 MB; zipped text shrinks some twentyfold.
MAX_BYTES = 400_000_000
MAX_TOTAL_BYTES = 1_000_000_000
MAX_RATIO = 200
_SMALL = 1_000_000
# Rows of these tables are picked while reading: whole they have gigabytes.
_PICKED = {"mrconso.rrf": (b"|CPT|",), "concept.csv": (b"CPT4", b"concept_id")}


@dataclass(frozen=True, slots=True)
class Member:
    """One file by its bare name; `shown` is how messages call it, with its archive."""

    name: str
    shown: str
    raw: bytes


def read_members(path: Path) -> Iterator[Member]:
    """Every file in a zip, or the one file, unpacked where it ends in .gz.

    Raises: CodeSetError for what is not there, damaged or encrypted, a zip whose names lead
    outside it, and what unpacks to more than any official file.
    """
    if not path.is_file():
        raise CodeSetError(f"there is no file {path}")
    if zipfile.is_zipfile(path) and path.suffix.lower() != ".xlsx":
        yield from _zipped(path)
    elif path.suffix.lower() == ".zip":
        raise CodeSetError(f"{path.name} is no zip file: download it again")
    else:
        yield _plain(path)


def _plain(path: Path) -> Member:
    name = path.name.removesuffix(".gz")
    marks = _PICKED.get(name.lower())
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
            if marks:
                raw = b"".join(line for line in file if any(mark in line for mark in marks))
            else:
                raw = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise CodeSetError(f"{path.name} cannot be read: {_reason(error)}") from error
    if len(raw) > MAX_BYTES:
        raise CodeSetError(f"{path.name} has more than {MAX_BYTES // 1_000_000} MB: no code set")
    return Member(name, path.name, raw)


def _zipped(path: Path) -> Iterator[Member]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _refuse_unsafe(path.name, entries)
            for entry in entries:
                shown = f"{path.name}:{entry.filename}"
                with archive.open(entry) as file:
                    # Bounded by what the header claims: a header may lie.
                    raw = file.read(entry.file_size + 1)
                if len(raw) > entry.file_size:
                    raise CodeSetError(f"{shown} is larger than the zip says")
                yield Member(PurePosixPath(entry.filename).name, shown, raw)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError) as error:
        raise CodeSetError(f"{path.name} is damaged: download it again") from error


def _refuse_unsafe(shown: str, entries: list[zipfile.ZipInfo]) -> None:
    total = 0
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or ":" in name:
            raise CodeSetError(f"{shown} holds a name that leads outside it: refused")
        if entry.flag_bits & 1:
            raise CodeSetError(f"{shown} is encrypted: unpack it and load the files in it")
        total += entry.file_size
        bomb = entry.file_size > _SMALL and entry.file_size > MAX_RATIO * entry.compress_size
        if entry.file_size > MAX_BYTES or total > MAX_TOTAL_BYTES or bomb:
            raise CodeSetError(f"{shown} unpacks to far more than any official file: refused")


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__

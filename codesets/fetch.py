"""Downloads official code-set files from their publishers; no other module uses the network.

Which files there are stands in official.toml. While a download runs, FOLDER/NAME.zip.part holds
what has arrived and NAME.zip.part.validator the ETag or date that tells whether the publisher still
offers the same bytes; a later run continues there.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from zipfile import is_zipfile

import httpx2

from coding.errors import CodeSetError
from coding.types import System

PUBLISHERS = ("cms.gov", "cdc.gov", "who.int")
MAX_BYTES = 500_000_000
MAX_REDIRECTS = 5
TIMEOUT_S = 30.0  # to connect, and without a byte arriving; a slow download may take longer


@dataclass(frozen=True, slots=True)
class OfficialFile:
    """A zip archive that its publisher gives to anyone; `sha256` is None where it is not pinned."""

    name: str
    system: System
    holds: str
    url: str
    sha256: str | None = None
    size_bytes: int | None = None

    @property
    def file_name(self) -> str:
        """The name it is stored under; the publishers' own names repeat across releases."""
        return f"{self.name}.zip"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole file on disk; `resumed_from` is the number of bytes an earlier run had fetched."""

    path: Path
    sha256: str
    pinned: bool
    resumed_from: int


@dataclass(frozen=True, slots=True)
class _Kept:
    """What an earlier run left: so many bytes of the file that this validator stands for."""

    size_bytes: int
    validator: str


def official_files() -> tuple[OfficialFile, ...]:
    """Every file that `fetch` can be asked for, in the order of official.toml."""
    table = tomllib.loads(files("codesets").joinpath("official.toml").read_text(encoding="utf-8"))
    return tuple(
        OfficialFile(**{**entry, "system": System(entry["system"])}) for entry in table["file"]
    )


def fetch(
    file: OfficialFile,
    folder: Path,
    *,
    progress: Callable[[int, int | None], None] | None = None,
    client: httpx2.Client | None = None,
) -> Fetched:
    """Download a file to FOLDER/NAME.zip, whole or not at all, continuing what was broken off.

    A pinned file that is there already is not fetched again; one without a pin always is, since
    its publisher may have replaced it. `progress` gets the bytes so far and, if known, of all.

    Raises: CodeSetError where the publisher does not answer, answers with something else, sends
    more than MAX_BYTES or other bytes than the pinned ones, or where the disk cannot be written.
    """
    if client is None:
        with httpx2.Client() as own:
            return fetch(file, folder, progress=progress, client=own)
    path = folder / file.file_name
    part = path.with_name(f"{path.name}.part")
    try:
        if file.sha256 is not None and path.is_file() and _sha256(path) == file.sha256:
            return Fetched(path, file.sha256, pinned=True, resumed_from=0)
        folder.mkdir(parents=True, exist_ok=True)
        resumed_from = _download(file, part, progress, client)
        sha256 = _checked(file, part)
        part.replace(path)
        _discard(part)
    except httpx2.HTTPError as error:
        raise CodeSetError(
            f"{file.name}: the connection to {file.url} failed ({type(error).__name__}: {error}); "
            "what has arrived is kept, run the command again to continue"
        ) from error
    except OSError as error:
        raise CodeSetError(f"{file.name}: cannot write to {folder}: {error.strerror}") from error
    return Fetched(path, sha256, file.sha256 is not None, resumed_from)


def _download(
    file: OfficialFile,
    part: Path,
    progress: Callable[[int, int | None], None] | None,
    client: httpx2.Client,
) -> int:
    """Bring .part to its end; gives how many bytes of it were there before."""
    kept = _kept(part)
    with closing(_ask(file, kept, client)) as response:
        if response.status_code == HTTPStatus.OK:
            _save(file, response, part, 0, progress)
            return 0
        if _continues(response, kept):
            _save(file, response, part, kept.size_bytes, progress)
            return kept.size_bytes
        status = response.status_code
    unfit = (HTTPStatus.PARTIAL_CONTENT, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
    if kept.size_bytes and status in unfit:
        # The server heeds Range but not If-Range, or offers a file shorter than what was kept.
        _discard(part)
        return _download(file, part, progress, client)
    raise CodeSetError(
        f"{file.name}: {file.url} answered with HTTP status {status}; where the publisher moved or "
        "guards the file, download it with a browser and use `chartcode codesets load`"
    )


def _ask(file: OfficialFile, kept: _Kept, client: httpx2.Client) -> httpx2.Response:
    """The first answer that is no redirect, its body still to be read."""
    # Compressed on the way, neither sizes nor ranges would be those of the file.
    headers = {"User-Agent": "chartcode codesets fetch", "Accept-Encoding": "identity"}
    if kept.size_bytes:
        headers |= {"Range": f"bytes={kept.size_bytes}-", "If-Range": kept.validator}
    request = client.build_request("GET", file.url, headers=headers, timeout=TIMEOUT_S)
    publisher = _publisher(request.url)
    for _ in range(MAX_REDIRECTS + 1):
        if publisher is None or _publisher(request.url) != publisher:
            raise CodeSetError(
                f"{file.name}: refused to go to {request.url}: not https on a host of "
                f"{publisher or 'a publisher we know'}"
            )
        response = client.send(request, stream=True, follow_redirects=False)
        if response.next_request is None:
            return response
        response.close()
        request = response.next_request
    raise CodeSetError(f"{file.name}: {file.url} redirects more than {MAX_REDIRECTS} times")


def _publisher(url: httpx2.URL) -> str | None:
    """Whose host an address is on; None where it is nobody's or not https."""
    if url.scheme != "https":
        return None
    return next((p for p in PUBLISHERS if f".{url.host}".endswith(f".{p}")), None)


def _save(
    file: OfficialFile,
    response: httpx2.Response,
    part: Path,
    start: int,
    progress: Callable[[int, int | None], None] | None,
) -> None:
    """Write the body to .part from byte `start` on; CodeSetError where it grows too large."""
    length = response.headers.get("Content-Length", "")
    total = start + int(length) if length.isdigit() else file.size_bytes
    done = start
    with part.open("ab" if start else "wb") as out:
        if not start:
            # Only now that .part is empty: the old bytes must never stand beside the new validator.
            _validator_of(part).write_text(_validator(response), encoding="utf-8")
        for chunk in response.iter_raw():
            done += len(chunk)
            if max(done, total or 0) > MAX_BYTES:
                break
            out.write(chunk)
            if progress is not None:
                progress(done, total)
    if max(done, total or 0) > MAX_BYTES:
        _discard(part)
        raise CodeSetError(f"{file.name}: {file.url} is larger than {MAX_BYTES:,} bytes; refused")


def _checked(file: OfficialFile, part: Path) -> str:
    """The sha256 of what arrived; CodeSetError, and .part removed, where it is not the file."""
    sha256 = _sha256(part)
    if file.sha256 not in (None, sha256):
        _discard(part)
        raise CodeSetError(
            f"{file.name}: expected sha256 {file.sha256}, found {sha256}; the publisher replaced "
            "the file or it was altered on the way"
        )
    if not is_zipfile(part):
        _discard(part)
        raise CodeSetError(
            f"{file.name}: what {file.url} sent is not a zip archive; perhaps a page for browsers"
        )
    return sha256


def _kept(part: Path) -> _Kept:
    """What can be continued: nothing where no validator was stored with it."""
    note = _validator_of(part)
    validator = note.read_text(encoding="utf-8") if note.is_file() and part.is_file() else ""
    return _Kept(part.stat().st_size, validator) if validator else _Kept(0, "")


def _continues(response: httpx2.Response, kept: _Kept) -> bool:
    """Whether an answer is the rest of the very file that was kept."""
    rest = response.headers.get("Content-Range", "").startswith(f"bytes {kept.size_bytes}-")
    partial = response.status_code == HTTPStatus.PARTIAL_CONTENT and kept.size_bytes > 0
    return partial and rest and _validator(response) == kept.validator


def _validator(response: httpx2.Response) -> str:
    """What If-Range may carry (RFC 9110, 13.1.5): a strong ETag, else the date; "" for neither."""
    etag = response.headers.get("ETag", "")
    value = etag if etag.startswith('"') else response.headers.get("Last-Modified", "")
    return value if value.isascii() else ""


def _validator_of(part: Path) -> Path:
    return part.with_name(f"{part.name}.validator")


def _discard(part: Path) -> None:
    for path in (part, _validator_of(part)):
        path.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()

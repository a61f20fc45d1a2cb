"""Downloads from a server of our own, which https addresses reach by the client's transport."""

from __future__ import annotations

import hashlib
import io
import re
import socket
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx2
import pytest

import codesets.fetch
from codesets.fetch import PUBLISHERS, Fetched, OfficialFile, fetch, official_files
from coding.errors import CodeSetError
from coding.types import System

URL = "https://www.cms.gov/files/zip/some.zip"


def archive(word: str) -> bytes:
    """A zip of some 200 kB, the same for the same word."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as out:
        out.writestr(zipfile.ZipInfo("codes.txt"), f"{word} ".encode() * 20_000)
    return content.getvalue()


BODY = archive("first")
SHA256 = hashlib.sha256(BODY).hexdigest()


@dataclass
class Publisher:
    """What the server offers and how it behaves; `asked` is the Range of every request it got."""

    body: bytes = BODY
    etag: str | None = '"v1"'
    breaks_after: int | None = None
    heeds_range: bool = True
    heeds_if_range: bool = True
    states_length: bool = True
    status: int | None = None
    location: str | None = None
    asked: list[str | None] = field(default_factory=list)
    url: httpx2.URL = field(default_factory=lambda: httpx2.URL("http://127.0.0.1"))

    def client(self) -> httpx2.Client:
        return httpx2.Client(transport=ToLocal(self.url))

    def fetch(self, folder: Path, *, sha256: str | None = SHA256, url: str = URL) -> Fetched:
        file = OfficialFile("some-file", System.HCPCS, "codes", url, sha256)
        with self.client() as client:
            return fetch(file, folder, client=client)

    def breaks(self, folder: Path, after: int, *, sha256: str | None = SHA256) -> None:
        """Let a download break off, as a test of what comes after it begins."""
        self.breaks_after = after
        with pytest.raises(CodeSetError, match="run the command again to continue"):
            self.fetch(folder, sha256=sha256)
        assert (folder / "some-file.zip.part").stat().st_size == after
        assert not (folder / "some-file.zip").exists()
        self.breaks_after = None


class ToLocal(httpx2.BaseTransport):
    """Sends every request to the local server, whatever scheme and host it names."""

    def __init__(self, local: httpx2.URL) -> None:
        self.local = local
        self.inner = httpx2.HTTPTransport(trust_env=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = self.local.copy_with(raw_path=request.url.raw_path)
        return self.inner.handle_request(
            httpx2.Request(
                request.method, url, headers=request.headers, extensions=request.extensions
            )
        )

    def close(self) -> None:
        self.inner.close()


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    offer = Publisher()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers["Range"]
            offer.asked.append(asked)
            if offer.location is not None and self.path != "/moved.zip":
                self.send_response(302)
                self.send_header("Location", offer.location)
                self.end_headers()
                return
            same = not offer.heeds_if_range or self.headers["If-Range"] == offer.etag
            start = 0
            if asked and offer.heeds_range and same:
                start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1])  # type: ignore[index]
            status = offer.status or (206 if start else 200)
            if start >= len(offer.body):
                status = 416
            self.send_response(status)
            if status == 206:
                end = len(offer.body)
                self.send_header("Content-Range", f"bytes {start}-{end - 1}/{end}")
            if offer.etag is not None:
                self.send_header("ETag", offer.etag)
            rest = offer.body[start:] if status in (200, 206) else b""
            if offer.states_length:
                self.send_header("Content-Length", str(len(rest)))
            self.end_headers()
            self.wfile.write(rest[: offer.breaks_after])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    offer.url = httpx2.URL(f"http://127.0.0.1:{server.server_address[1]}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield offer
    server.shutdown()
    thread.join()
    server.server_close()


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_a_whole_download_is_stored_under_its_name(publisher: Publisher, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    got = publisher.fetch(folder)
    assert got == Fetched(folder / "some-file.zip", SHA256, pinned=True, resumed_from=0)
    assert got.path.read_bytes() == BODY
    assert names(folder) == ["some-file.zip"]


def test_progress_says_how_much_of_how_much(publisher: Publisher, tmp_path: Path) -> None:
    publisher.breaks(tmp_path, 100_000)
    seen: list[tuple[int, int | None]] = []
    file = OfficialFile("some-file", System.HCPCS, "codes", URL)
    with publisher.client() as client:
        fetch(
            file, tmp_path, progress=lambda done, total: seen.append((done, total)), client=client
        )
    assert all(total == len(BODY) for _, total in seen)
    counts = [done for done, _ in seen]
    assert counts == sorted(counts)
    assert counts[0] > 100_000
    assert counts[-1] == len(BODY)


def test_a_broken_download_is_continued(publisher: Publisher, tmp_path: Path) -> None:
    publisher.breaks(tmp_path, 70_000)
    got = publisher.fetch(tmp_path)
    assert publisher.asked == [None, "bytes=70000-"]
    assert got.resumed_from == 70_000
    assert got.path.read_bytes() == BODY
    assert names(tmp_path) == ["some-file.zip"]


def test_it_may_break_more_than_once(publisher: Publisher, tmp_path: Path) -> None:
    publisher.breaks(tmp_path, 70_000)
    publisher.breaks_after = 10_000
    with pytest.raises(CodeSetError, match="failed"):
        publisher.fetch(tmp_path)
    publisher.breaks_after = None
    got = publisher.fetch(tmp_path)
    assert (got.resumed_from, got.path.read_bytes()) == (80_000, BODY)


def test_a_server_without_range_begins_anew(publisher: Publisher, tmp_path: Path) -> None:
    publisher.breaks(tmp_path, 70_000)
    publisher.heeds_range = False
    got = publisher.fetch(tmp_path)
    assert (got.resumed_from, got.path.read_bytes()) == (0, BODY)


@pytest.mark.parametrize("heeds_if_range", [True, False])
def test_a_replaced_file_begins_anew(
    publisher: Publisher, tmp_path: Path, heeds_if_range: bool
) -> None:
    publisher.breaks(tmp_path, 70_000, sha256=None)
    publisher.body, publisher.etag = archive("other"), '"v2"'
    publisher.heeds_if_range = heeds_if_range
    got = publisher.fetch(tmp_path, sha256=None)
    assert (got.resumed_from, got.path.read_bytes()) == (0, publisher.body)


def test_a_file_now_shorter_than_what_was_kept_begins_anew(
    publisher: Publisher, tmp_path: Path
) -> None:
    publisher.breaks(tmp_path, len(BODY) - 1)
    with (tmp_path / "some-file.zip.part").open("ab") as part:
        part.write(b"  ")
    got = publisher.fetch(tmp_path)
    assert (got.resumed_from, got.path.read_bytes()) == (0, BODY)


@pytest.mark.parametrize("etag", [None, 'W/"weak"'])
def test_without_a_strong_validator_it_begins_anew(
    publisher: Publisher, tmp_path: Path, etag: str | None
) -> None:
    publisher.etag = etag
    publisher.breaks(tmp_path, 70_000)
    assert publisher.fetch(tmp_path).path.read_bytes() == BODY
    assert publisher.asked == [None, None]


def test_other_bytes_than_the_pinned_are_refused(publisher: Publisher, tmp_path: Path) -> None:
    publisher.body = archive("other")
    found = hashlib.sha256(publisher.body).hexdigest()
    with pytest.raises(CodeSetError, match=f"some-file: expected sha256 {SHA256}, found {found}"):
        publisher.fetch(tmp_path)
    assert names(tmp_path) == []


def test_an_unpinned_file_says_its_hash_and_is_fetched_each_time(
    publisher: Publisher, tmp_path: Path
) -> None:
    got = publisher.fetch(tmp_path, sha256=None)
    assert (got.sha256, got.pinned) == (SHA256, False)
    publisher.body = archive("other")
    got = publisher.fetch(tmp_path, sha256=None)
    assert got.path.read_bytes() == publisher.body


def test_a_page_in_place_of_the_file_is_refused(publisher: Publisher, tmp_path: Path) -> None:
    publisher.body = b"<html>Accept the licence</html>"
    with pytest.raises(CodeSetError, match="not a zip archive"):
        publisher.fetch(tmp_path, sha256=None)
    assert names(tmp_path) == []


def test_a_pinned_file_already_there_is_not_fetched(publisher: Publisher, tmp_path: Path) -> None:
    (tmp_path / "some-file.zip").write_bytes(BODY)
    got = publisher.fetch(tmp_path)
    assert got == Fetched(tmp_path / "some-file.zip", SHA256, pinned=True, resumed_from=0)
    assert publisher.asked == []


def test_an_altered_file_already_there_is_replaced(publisher: Publisher, tmp_path: Path) -> None:
    (tmp_path / "some-file.zip").write_bytes(BODY[:-1])
    assert publisher.fetch(tmp_path).path.read_bytes() == BODY


@pytest.mark.parametrize("status", [403, 404, 503])
def test_a_status_is_named(publisher: Publisher, tmp_path: Path, status: int) -> None:
    publisher.status = status
    with pytest.raises(CodeSetError, match=f"some-file: {URL} answered with HTTP status {status}"):
        publisher.fetch(tmp_path)
    assert names(tmp_path) == []


def test_a_status_leaves_what_was_kept(publisher: Publisher, tmp_path: Path) -> None:
    publisher.breaks(tmp_path, 70_000)
    publisher.status = 503
    with pytest.raises(CodeSetError, match="503"):
        publisher.fetch(tmp_path)
    publisher.status = None
    assert publisher.fetch(tmp_path).resumed_from == 70_000


@pytest.mark.parametrize(
    "location", ["/moved.zip", "https://www.cms.gov/moved.zip", "https://edit.cms.gov/moved.zip"]
)
def test_a_redirect_within_the_publisher_is_followed(
    publisher: Publisher, tmp_path: Path, location: str
) -> None:
    publisher.breaks(tmp_path, 70_000)
    publisher.location = location
    got = publisher.fetch(tmp_path)
    assert (got.resumed_from, got.path.read_bytes()) == (70_000, BODY)


@pytest.mark.parametrize(
    "location",
    [
        "http://www.cms.gov/moved.zip",
        "https://example.org/moved.zip",
        "https://notcms.gov/moved.zip",
        "https://cms.gov.example.org/moved.zip",
        "https://www.cms.gov@example.org/moved.zip",
        "https://icdcdn.who.int/moved.zip",
    ],
)
def test_a_redirect_elsewhere_is_refused(
    publisher: Publisher, tmp_path: Path, location: str
) -> None:
    publisher.location = location
    with pytest.raises(CodeSetError, match=r"refused to go to .* on a host of cms\.gov"):
        publisher.fetch(tmp_path)
    assert len(publisher.asked) == 1
    assert names(tmp_path) == []


def test_redirects_in_a_circle_end(publisher: Publisher, tmp_path: Path) -> None:
    publisher.location = "/again.zip"
    with pytest.raises(CodeSetError, match="redirects more than 5 times"):
        publisher.fetch(tmp_path)


@pytest.mark.parametrize("url", ["http://www.cms.gov/a.zip", "https://example.org/a.zip"])
def test_an_address_of_no_publisher_is_not_asked(
    publisher: Publisher, tmp_path: Path, url: str
) -> None:
    with pytest.raises(CodeSetError, match="a publisher we know"):
        publisher.fetch(tmp_path, url=url)
    assert publisher.asked == []


@pytest.mark.parametrize("states_length", [True, False])
def test_too_large_a_file_is_refused(
    publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, states_length: bool
) -> None:
    monkeypatch.setattr(codesets.fetch, "MAX_BYTES", 50_000)
    publisher.states_length = states_length
    with pytest.raises(CodeSetError, match="larger than 50,000 bytes"):
        publisher.fetch(tmp_path)
    assert names(tmp_path) == []


def test_no_network_is_said(publisher: Publisher, tmp_path: Path) -> None:
    with socket.socket() as taken:
        # Bound but not listening: whoever connects is refused.
        taken.bind(("127.0.0.1", 0))
        publisher.url = httpx2.URL(f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(CodeSetError, match=r"some-file: the connection to .* \(ConnectError"):
            publisher.fetch(tmp_path)


def test_a_full_disk_is_said(publisher: Publisher, tmp_path: Path) -> None:
    (tmp_path / "some-file.zip.part").symlink_to("/dev/full")
    with pytest.raises(CodeSetError, match=f"cannot write to {tmp_path}: No space left on device"):
        publisher.fetch(tmp_path)


def test_a_folder_that_is_a_file_is_said(publisher: Publisher, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CodeSetError, match="cannot write to"):
        publisher.fetch(tmp_path / "file")
    assert publisher.asked == []


def test_official_files_have_names_of_their_own() -> None:
    found = [file.name for file in official_files()]
    assert len(set(found)) == len(found) > 0
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in found)


@pytest.mark.parametrize("file", official_files(), ids=lambda file: file.name)
def test_an_official_file_is_a_public_zip_of_a_publisher(file: OfficialFile) -> None:
    url = httpx2.URL(file.url)
    assert url.scheme == "https"
    assert url.host in ("www.cms.gov", "ftp.cdc.gov", "icdcdn.who.int")
    assert url.host.endswith(PUBLISHERS)
    assert url.path.endswith(".zip")
    assert "license" not in url.path
    assert file.system is not System.CPT
    assert file.holds
    assert file.sha256 is None or re.fullmatch(r"[0-9a-f]{64}", file.sha256)
    assert file.size_bytes is None or 0 < file.size_bytes < codesets.fetch.MAX_BYTES

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import WORKED_EXAMPLE, Run

STARTS_WITHIN_S = 60


@pytest.fixture(scope="module")
def address(chartcode: Path, environment: dict[str, str]) -> Iterator[str]:
    """A service of the installed command, stopped as a supervisor stops it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [chartcode, "serve", "--port", str(port)], env=environment, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    end = time.monotonic() + STARTS_WITHIN_S
    while not ready(url):
        assert process.poll() is None, "the service ended"
        assert time.monotonic() < end, "the service did not start"
        time.sleep(0.1)
    yield url
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) in (0, -signal.SIGTERM)


def ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except urllib.error.URLError:
        return False


def test_http_and_command_line_give_the_same_bytes(address: str, run: Run) -> None:
    body = json.dumps({"id": "stdin", "text": WORKED_EXAMPLE, "setting": "outpatient"}).encode()
    request = urllib.request.Request(
        f"{address}/v1/suggestions", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        over_http = answer.read()
    on_the_line = run("code", "-", "--json", stdin=WORKED_EXAMPLE.encode()).stdout
    assert over_http.rstrip(b"\n") == on_the_line.rstrip(b"\n")


def test_the_page_is_served(address: str) -> None:
    with urllib.request.urlopen(address, timeout=5) as answer:
        assert answer.headers["Content-Type"].startswith("text/html")


def test_an_address_in_use_is_said_in_one_line(address: str, run: Run) -> None:
    done = run("serve", "--port", address.rpartition(":")[2])
    assert done.returncode != 0
    assert b"Traceback" not in done.stderr
    assert b"address already in use" in done.stderr


def test_a_missing_index_stops_the_start_and_says_what_to_do(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "chartcode.toml"
    config.write_text('index_dir = "nowhere"')
    done = run("--config", config, "serve", "--port", "0")
    assert done.returncode != 0
    assert b"Traceback" not in done.stderr
    assert b"chartcode codesets build" in done.stderr

"""Readiness, addresses that are not there, headers, and the files of the page."""

from __future__ import annotations

import json
import re
import threading
from importlib.resources import files

import pytest
from starlette.testclient import TestClient

from coding.errors import CodeSetMissing
from service import app as app_module
from service.app import STATUSES, create_app, status_of
from service.config import Config
from service.engine_pool import Engine
from service.schemas import parse_request
from tests.api.conftest import send
from tests.api.fakes import FakeCoder


def poll_until_settled(client: TestClient, unlike: str) -> dict[str, object]:
    while (said := client.get("/readyz").json())["missing"] == [unlike]:
        pass
    return dict(said)


def test_answers_from_the_first_moment_while_the_engine_loads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = threading.Event()

    def build(_: object) -> Engine:
        gate.wait(5)
        return FakeCoder()

    monkeypatch.setattr(app_module, "build_coder", build)
    with TestClient(create_app(Config())) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        waiting = client.get("/readyz")
        refused = send(client)
        gate.set()
        said = poll_until_settled(client, "the engine is still loading")
    assert waiting.status_code == 503
    assert waiting.json()["missing"] == ["the engine is still loading"]
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "2"
    assert refused.json()["error"]["type"] == "NotReady"
    assert said["ready"] is True
    assert said["provenance"] is not None


def test_an_engine_that_cannot_be_built_is_told_by_readyz(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(_: object) -> Engine:
        raise CodeSetMissing("run `chartcode codesets build`")

    monkeypatch.setattr(app_module, "build_coder", build)
    with TestClient(create_app(Config())) as client:
        said = poll_until_settled(client, "the engine is still loading")
        assert said["missing"] == ["run `chartcode codesets build`"]
        assert client.get("/healthz").status_code == 200
        assert send(client).status_code == 503


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/nowhere", 404, "NotFound"),
        ("GET", "/static/secret.txt", 404, "NotFound"),
        ("GET", "/static/..%2fapp.py", 404, "NotFound"),
        ("GET", "/docs", 404, "NotFound"),
        ("GET", "/v1/suggestions", 405, "MethodNotAllowed"),
        ("DELETE", "/v1/codes", 405, "MethodNotAllowed"),
    ],
)
def test_what_the_router_refuses_has_the_shape_of_every_error(
    client: TestClient, method: str, path: str, status: int, kind: str
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.json()["error"]["type"] == kind
    assert set(answer.json()) == {"schema_version", "note_id", "error"}


def test_every_answer_carries_safe_headers(client: TestClient) -> None:
    for path in ["/", "/static/app.js", "/healthz", "/nowhere", "/openapi.json"]:
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "access-control-allow-origin" not in headers
    assert client.get("/healthz").headers["cache-control"] == "no-store"


def test_other_origins_are_not_let_in(client: TestClient) -> None:
    answer = client.options(
        "/v1/suggestions",
        headers={"Origin": "https://example.org", "Access-Control-Request-Method": "POST"},
    )
    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers


def test_the_page_needs_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/").text
    for name in ["app.css", "app.js", "icon.svg"]:
        assert f"/static/{name}" in page
        assert client.get(f"/static/{name}").status_code == 200
    parts = [p for p in files("service").joinpath("web").iterdir() if not p.name.endswith("json")]
    assert len(parts) > 3
    for part in parts:
        assert client.get("/" if part.name == "index.html" else f"/static/{part.name}").is_success
        text = part.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"(https?:)?//[a-z]", text)
        assert "innerHTML" not in text


def test_what_has_not_changed_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/static/app.css")
    again = client.get("/static/app.css", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_samples_are_requests(client: TestClient) -> None:
    samples = client.get("/static/samples.json").json()
    assert len(samples) == 4
    for sample in samples:
        request = {"id": "sample", **sample["request"]}
        note, _ = parse_request(json.dumps(request), max_note_chars=10_000)
        assert len(note.text) > 200
    assert {s["request"]["setting"] for s in samples} == {"outpatient", "emergency", "inpatient"}


def test_every_error_has_a_status() -> None:
    for kind in STATUSES:
        made = kind.__new__(kind)
        assert status_of(made) == STATUSES[kind]

"""The words of a note never leave the service but in its result: not in errors, headers or logs."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest
from starlette.testclient import TestClient

from coding.types import CodingOptions, CodingResult, Note
from service import routes
from tests.api.conftest import NOTE, MakeClient, send
from tests.api.fakes import FakeCoder, fail_like_the_engine, fail_unforeseen

WORDS = ("quillworthy", "brambleknee", "Zanzibarfever")
TEXT = f"Patient {WORDS[0]} has {WORDS[1]} and {WORDS[2]}"


@pytest.fixture
def quiet(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    return caplog


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """What was logged, but for the client that the tests themselves use."""
    records = (record for record in caplog.records if not record.name.startswith("httpx"))
    return "\n".join(caplog.handler.format(record) for record in records)


def assert_no_word(*places: str) -> None:
    for place in places:
        for word in WORDS:
            assert word.lower() not in place.lower()


BODIES = [
    json.dumps({**NOTE, "text": TEXT, "setting": WORDS[0]}),
    json.dumps({**NOTE, "text": [TEXT]}),
    json.dumps({**NOTE, "text": TEXT + "\0"}),
    json.dumps({**NOTE, "text": TEXT + "\ud800"}),
    json.dumps({**NOTE, "text": TEXT * 50_000}),
    json.dumps({**NOTE, "text": TEXT, TEXT: 1}),
    json.dumps({**NOTE, "patient": {TEXT: 1}}),
    json.dumps({**NOTE, "patient": TEXT}),
    json.dumps({**NOTE, "id": TEXT + "\n"}),
    json.dumps({**NOTE, "service_date": TEXT}),
    json.dumps({**NOTE, "systems": [TEXT]}),
    json.dumps({**NOTE, "text": TEXT, "systems": ["CPT"]}),
    json.dumps({**NOTE, "text": TEXT, "service_date": "1999-01-01"}),
    json.dumps({**NOTE, "text": TEXT})[:-2],
    json.dumps(TEXT),
    f'{{"{TEXT}": 1, "{TEXT}": 2}}',
    TEXT,
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_requests_at_fault(
    client: TestClient,
    quiet: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    body: str,
) -> None:
    answer = send(client, body.encode())
    assert answer.status_code in {413, 422, 503}
    assert_no_word(answer.text, str(answer.headers), logged(quiet), *capfd.readouterr())


def test_searches_and_addresses(
    client: TestClient, quiet: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    for path in [f"/{TEXT}", f"/v1/codes/ICD-10-CM/{WORDS[0]}", f"/v1/codes/{WORDS[0]}/E11"]:
        assert_no_word(str(client.get(path).text))
    for query in [TEXT, f"{TEXT} fail"]:
        answer = client.get("/v1/codes", params={"q": query})
        assert_no_word(answer.text, str(answer.headers))
    assert answer.status_code == 500
    assert_no_word(logged(quiet), *capfd.readouterr())
    assert "/v1/codes status=500" in logged(quiet)
    assert "defect=RuntimeError at" in logged(quiet)


class FailsOutside(FakeCoder):
    """Fails where no step of the engine catches it, with the text in a chain of causes."""

    def code(self, note: Note, options: CodingOptions | None = None) -> CodingResult:
        try:
            raise KeyError(note.text)
        except KeyError as error:
            raise UnicodeEncodeError("utf-8", note.text, 0, 1, note.text) from error


@pytest.mark.parametrize(
    ("coder", "stage"),
    [
        (FakeCoder(before=fail_like_the_engine), "reading"),
        (FakeCoder(before=fail_unforeseen), "internal"),
        (FailsOutside(), "internal"),
    ],
)
def test_failures_inside_the_engine(
    make_client: MakeClient,
    quiet: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    coder: FakeCoder,
    stage: str,
) -> None:
    answer = send(make_client(coder), text=TEXT)
    assert answer.status_code == 500
    assert answer.json()["note_id"] == NOTE["id"]
    assert answer.json()["error"]["stage"] == stage
    assert_no_word(answer.text, str(answer.headers), logged(quiet), *capfd.readouterr())
    assert "fakes.py" in logged(quiet) or "test_canary.py" in logged(quiet), "the place is logged"


def test_failures_of_the_service_itself(
    client: TestClient,
    quiet: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def broken(*_: object, **__: object) -> bytes:
        await asyncio.sleep(0)
        raise RuntimeError(TEXT)

    monkeypatch.setattr(routes, "read_body", broken)
    answer = send(client, text=TEXT)
    assert answer.status_code == 500
    assert answer.json()["error"]["type"] == "ChartcodeError"
    assert_no_word(answer.text, str(answer.headers), logged(quiet), *capfd.readouterr())
    assert send(client, text=TEXT).status_code == 500, "a failure gives its place back"
    assert client.app.state.pool._in_hand == 0  # type: ignore[attr-defined]


def test_a_note_that_is_coded_leaves_no_word_in_the_log(
    client: TestClient, quiet: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = send(client, text=TEXT)
    assert answer.status_code == 200
    assert_no_word(logged(quiet), str(answer.headers), *capfd.readouterr())
    assert "POST /v1/suggestions status=200" in logged(quiet)


def test_the_framework_records_nothing_by_itself(client: TestClient) -> None:
    telemetry = client.app._native_telemetry  # type: ignore[attr-defined]
    assert telemetry.enabled() is False

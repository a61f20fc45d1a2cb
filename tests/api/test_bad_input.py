"""Every request at fault gets 413 or 422 with its field named, never a 500, never an echo."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import NOTE, MakeClient, send

SECRET = "Zanzibarfever"

FIELDS = [
    ("text", ""),
    ("text", " \n\t "),
    ("text", None),
    ("text", 7),
    ("text", [SECRET]),
    ("text", f"{SECRET}\0"),
    ("text", f"{SECRET}\ud800"),
    ("id", ""),
    ("id", "   "),
    ("id", SECRET * 20),
    ("id", f"{SECRET}\n"),
    ("id", "\udfff"),
    ("id", 7),
    ("setting", SECRET),
    ("setting", None),
    ("setting", 1),
    ("claim", SECRET),
    ("service_date", "2026-02-30"),
    ("service_date", "2026-13-01"),
    ("service_date", "20260101"),
    ("service_date", "2026-01-01T00:00:00"),
    ("service_date", SECRET),
    ("service_date", 20260101),
    ("systems", []),
    ("systems", "ICD-10-CM"),
    ("systems", ["ICD-10-CM", "ICD-10-CM"]),
    ("limit", 0),
    ("limit", 1001),
    ("limit", "5"),
    ("limit", 5.0),
    ("limit", True),
    ("min_probability", -0.1),
    ("min_probability", 1.1),
    ("min_probability", "0.5"),
    ("patient", []),
    ("encounter", SECRET),
    ("signed", "true"),
    ("signed", 1),
    ("explain", SECRET),
    ("type", f"{SECRET}\t"),
    ("author_role", ""),
]

NESTED = [
    ("patient.age_years", {"patient": {"age_years": -1}}),
    ("patient.age_years", {"patient": {"age_years": "7"}}),
    ("patient.age_years", {"patient": {"age_years": True}}),
    ("patient.sex", {"patient": {"sex": SECRET}}),
    ("encounter.minutes", {"encounter": {"minutes": 1.5}}),
    ("encounter.discharge_date", {"encounter": {"discharge_date": "2026-02-29"}}),
    ("systems[1]", {"systems": ["ICD-10-CM", SECRET]}),
    ("patient.aeg", {"patient": {"aeg": 1}}),
    ("notes", {"notes": SECRET}),
    ("patient", {"patient": {f"{SECRET} x": 1}}),
    (None, {f"{SECRET} has {SECRET}": 1}),
    (None, {SECRET * 4: 1}),
]

WHOLE = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"{'id': 1}",
    b"\xff\xfe",
    b'{"id": "a", "text": "\xc3\x28"}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"id": NaN}',
    b'{"limit": -Infinity}',
    b'{"limit": ' + b"9" * 10_000 + b"}",
    json.dumps(NOTE).encode() + b" {}",
]


def refused(answer, status: int, field: str | None) -> str:  # type: ignore[no-untyped-def]
    said = answer.json()
    assert answer.status_code == status, said
    assert set(said) == {"schema_version", "note_id", "error"}
    assert said["error"].get("field") == field
    assert said["error"]["stage"] == "input"
    assert SECRET not in answer.text
    return str(said["error"]["message"])


@pytest.mark.parametrize(("field", "value"), FIELDS)
def test_a_field_at_fault_is_named(client: TestClient, field: str, value: object) -> None:
    message = refused(send(client, **{field: value}), 422, field)
    assert message.startswith(field)


@pytest.mark.parametrize(("field", "changes"), NESTED)
def test_a_nested_field_at_fault_is_named(
    client: TestClient, field: str | None, changes: dict[str, object]
) -> None:
    refused(send(client, **changes), 422, field)


@pytest.mark.parametrize("field", ["id", "text", "setting"])
def test_a_field_left_out_is_named(client: TestClient, field: str) -> None:
    request = {name: value for name, value in NOTE.items() if name != field}
    assert refused(send(client, request), 422, field) == f"{field} is required"


@pytest.mark.parametrize("body", WHOLE, ids=range(len(WHOLE)))
def test_a_body_that_is_no_request_is_refused(client: TestClient, body: bytes) -> None:
    refused(send(client, body), 422, None)


def test_a_field_named_twice_is_refused(client: TestClient) -> None:
    body = json.dumps(NOTE)[:-1] + ', "setting": "inpatient"}'
    refused(send(client, body.encode()), 422, "setting")


def test_unknown_settings_and_systems_are_told_the_known_ones(client: TestClient) -> None:
    assert "'emergency'" in refused(send(client, setting="ward"), 422, "setting")
    assert "'ICD-10-PCS'" in refused(send(client, systems=["ICD-9"]), 422, "systems[0]")
    assert "service_date" in refused(send(client, date="2026-01-01"), 422, "date")


def test_a_note_over_the_limit_is_too_long(client: TestClient) -> None:
    allowed = 1_000_000
    message = refused(send(client, text="a" * (allowed + 1)), 413, "text")
    assert str(allowed) in message
    assert send(client, text="a " * (allowed // 2)).status_code == 200


def test_a_body_over_the_limit_is_refused_before_it_is_parsed(make_client: MakeClient) -> None:
    client = make_client(max_body_bytes=1000)
    refused(send(client, b"{" * 1001), 413, None)
    refused(send(client, b"{" * 1_000_000), 413, None)


def test_a_body_over_the_limit_is_refused_though_it_does_not_say_its_length(
    make_client: MakeClient,
) -> None:
    client = make_client(max_body_bytes=1000)
    answer = client.post(
        "/v1/suggestions",
        content=iter([b"{" * 600] * 5),
        headers={"Content-Type": "application/json"},
    )
    refused(answer, 413, None)


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=x"]
)
def test_only_json_is_taken(client: TestClient, kind: str) -> None:
    answer = client.post(
        "/v1/suggestions", content=json.dumps(NOTE).encode(), headers={"Content-Type": kind}
    )
    assert answer.status_code == 415
    assert answer.json()["error"]["type"] == "UnsupportedMediaType"


def test_json_with_its_encoding_named_is_taken(client: TestClient) -> None:
    answer = client.post(
        "/v1/suggestions",
        content=json.dumps(NOTE).encode(),
        headers={"Content-Type": 'application/json; charset="UTF-8"'},
    )
    assert answer.status_code == 200

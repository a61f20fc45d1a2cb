from __future__ import annotations

import threading
from datetime import date

import pytest
from starlette.testclient import TestClient

from coding.to_json import dumps, result_to_json
from coding.types import Claim, CodingOptions, Note, Setting, System
from tests.api.conftest import NOTE, MakeClient, send
from tests.api.fakes import FakeCoder


def test_the_answer_is_the_bytes_of_the_contract(client: TestClient) -> None:
    answer = send(client)
    result = FakeCoder().code(Note(NOTE["id"], NOTE["text"], Setting.OUTPATIENT))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.content == dumps(result_to_json(result)).encode()


def test_every_field_reaches_the_engine(make_client: MakeClient) -> None:
    seen: list[Note] = []
    client = make_client(FakeCoder(before=seen.append))
    answer = send(
        client,
        service_date="2026-05-01",
        claim="facility",
        patient={"age_years": 0.5, "sex": "female"},
        encounter={"new_patient": True, "minutes": 30, "discharge_date": "2026-05-02"},
        type="progress note",
        author_role="physician",
        signed=True,
        systems=["ICD-10-CM"],
        limit=5,
        min_probability=0.1,
        explain="counterfactual",
    )
    assert answer.status_code == 200, answer.text
    (note,) = seen
    assert note.service_date == date(2026, 5, 1)
    assert note.claim is Claim.FACILITY
    assert (note.patient.age_years, note.patient.sex) == (0.5, "female")
    assert note.encounter.minutes == 30
    assert note.encounter.discharge_date == date(2026, 5, 2)
    assert (note.type, note.author_role, note.signed) == ("progress note", "physician", True)


def test_options_default_to_those_of_the_engine() -> None:
    from service.schemas import parse_request

    _, options = parse_request(dumps(NOTE), max_note_chars=100)
    assert options == CodingOptions()


@pytest.mark.parametrize("text", ["\U0001f600 Diabetes\r\npain", "e\u0301 pain", "\u00a0x y"])
def test_text_arrives_exactly_as_sent(client: TestClient, text: str) -> None:
    said = send(client, text=text).json()
    for evidence in said["suggestions"][0]["evidence"] + said["rejected"][0]["evidence"]:
        assert text[evidence["start"] : evidence["end"]] == evidence["text"]


def test_coding_runs_off_the_event_loop_in_the_bounded_pool(make_client: MakeClient) -> None:
    gate = threading.Event()
    waited: list[bool] = []
    coder = FakeCoder(before=lambda note: waited.append(gate.wait(5)))
    client = make_client(coder, pool_threads=1, queue_limit=2)
    answers: list[int] = []
    waiting = [
        threading.Thread(target=lambda: answers.append(send(client).status_code)) for _ in range(2)
    ]
    for thread in waiting:
        thread.start()
    pool = client.app.state.pool  # type: ignore[attr-defined]
    while pool._in_hand < 2:
        assert client.get("/healthz").status_code == 200
    refused = send(client)
    gate.set()
    for thread in waiting:
        thread.join()
    assert answers == [200, 200]
    assert waited[:2] == [True, True]
    assert len(coder.threads) == 1
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["error"]["type"] == "Busy"
    assert send(client).status_code == 200


def test_a_service_date_before_every_release_is_the_requests_fault(client: TestClient) -> None:
    answer = send(client, service_date="1999-01-01")
    assert answer.status_code == 422
    assert answer.json()["note_id"] == NOTE["id"]
    assert answer.json()["error"] == {
        "type": "NotValidOn",
        "stage": "codeset",
        "field": "service_date",
        "message": "no release covers the date of service",
    }


def test_a_system_that_is_not_loaded_is_told(client: TestClient) -> None:
    answer = send(client, systems=[System.CPT])
    assert answer.status_code == 503
    assert answer.json()["error"]["type"] == "CodeSetMissing"

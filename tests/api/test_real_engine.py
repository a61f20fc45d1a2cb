"""The real engine behind the routes."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from codesets.registry import default_index_dir, load_registry
from coding.errors import CodeSetMissing
from coding.pipeline import Coder
from coding.to_json import dumps, result_to_json
from coding.types import Note, Setting
from service.app import create_app
from service.config import Config
from service.responses import CodeEntryModel, CodeSearchModel, ResultModel
from tests.api.conftest import send
from tests.api.test_canary import TEXT, assert_no_word, logged


@pytest.fixture(scope="module")
def real(request: pytest.FixtureRequest) -> Iterator[TestClient]:
    try:
        load_registry(default_index_dir())
    except CodeSetMissing:
        pytest.skip("needs the code-set index: chartcode codesets build")
    coder: Coder = request.getfixturevalue("coder")
    with TestClient(create_app(Config(), coder)) as client:
        while client.get("/readyz").status_code == 503:
            pass
        yield client


def sample(client: TestClient, number: int) -> dict[str, str]:
    return dict(client.get("/static/samples.json").json()[number]["request"])


@pytest.mark.parametrize("number", range(4))
def test_a_sample_gives_the_bytes_of_the_coder(real: TestClient, coder: Coder, number: int) -> None:
    request = {**sample(real, number), "id": "sample"}
    del request["service_date"]
    answer = send(real, request)
    note = Note("sample", request["text"], Setting(request["setting"]))
    assert answer.content == dumps(result_to_json(coder.code(note))).encode()
    ResultModel.model_validate_json(answer.content)
    said = answer.json()
    assert said["suggestions"]
    assert said["rejected"]
    for item in said["suggestions"] + said["rejected"]:
        for evidence in item["evidence"]:
            assert note.text[evidence["start"] : evidence["end"]] == evidence["text"]


def test_an_uncertain_diagnosis_depends_on_the_claim(real: TestClient) -> None:
    request = {**sample(real, 3), "id": "stay"}
    inpatient = send(real, request).json()
    professional = send(real, {**request, "claim": "professional"}).json()
    assert "J18.9" in {s["code"] for s in inpatient["suggestions"]}
    assert ("J18.9", "uncertain") in {(r["code"], r["reason"]) for r in professional["rejected"]}


def test_codes_are_looked_up_and_found(real: TestClient) -> None:
    answer = real.get("/v1/codes/icd-10-cm/e1122")
    entry = CodeEntryModel.model_validate_json(answer.content)
    assert [step.code for step in entry.hierarchy] == ["E11", "E11.2"]
    answer = real.get("/v1/codes", params={"q": "chronic kidney disease stage 3b"})
    assert "N18.32" in {r.code for r in CodeSearchModel.model_validate_json(answer.content).results}
    assert real.get("/v1/codes/ICD-10-CM/E11.999").status_code == 404


@pytest.mark.parametrize("setting", ["outpatient", "inpatient"])
def test_no_word_of_a_note_reaches_the_log(
    real: TestClient,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    setting: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    text = f"{TEXT}. No evidence of {TEXT}, possible pneumonia.\n\nPLAN: {TEXT}."
    answer = send(real, json.dumps({"id": "c", "text": text, "setting": setting}).encode())
    assert answer.status_code == 200
    assert_no_word(logged(caplog), str(answer.headers), *capfd.readouterr())

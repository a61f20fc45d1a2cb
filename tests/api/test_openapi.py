"""The OpenAPI document is pinned. After a wanted change: UPDATE_GOLDEN=1 pytest this file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from pydantic import BaseModel
from starlette.testclient import TestClient

from service import examples, responses
from service.schemas import EncounterRequest, PatientRequest, SuggestionRequest
from tests.api.conftest import send

GOLDEN = Path(__file__).parents[1] / "golden/openapi.json"

MODELS: list[type[BaseModel]] = [SuggestionRequest, PatientRequest, EncounterRequest] + [
    model
    for model in vars(responses).values()
    if isinstance(model, type)
    and issubclass(model, BaseModel)
    and model not in {BaseModel, responses.Answer}
]


def test_the_document_is_the_golden_one(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    document["info"]["version"] = "any"
    text = json.dumps(document, indent=1, sort_keys=True) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(text, "utf-8")
    assert text == GOLDEN.read_text("utf-8"), "run UPDATE_GOLDEN=1 pytest if this is wanted"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_model_has_examples_that_hold(model: type[BaseModel]) -> None:
    shown = model.model_json_schema()["examples"]
    assert shown
    for example in shown:
        model.model_validate_json(json.dumps(example))


def test_every_schema_in_the_document_has_an_example(client: TestClient) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    without = {
        name
        for name, schema in schemas.items()
        if "enum" not in schema and "examples" not in schema
    }
    assert without == set()
    assert "SuggestionRequest" in schemas


def test_no_reference_leads_nowhere(client: TestClient) -> None:
    document = client.get("/openapi.json").text
    schemas = json.loads(document)["components"]["schemas"]
    referred = {part.split('"')[0] for part in document.split("#/components/schemas/")[1:]}
    assert referred <= set(schemas)


def test_the_example_evidence_quotes_its_text() -> None:
    spans = [examples.EVIDENCE, *examples.RESULT["rejected"][0]["evidence"]]  # type: ignore[index, call-overload]
    for evidence in spans:
        assert examples.TEXT[evidence["start"] : evidence["end"]] == evidence["text"]  # type: ignore[index, misc]


def test_real_answers_hold_to_their_models(client: TestClient) -> None:
    answers: list[tuple[type[BaseModel], str]] = [
        (responses.ResultModel, send(client).text),
        (responses.FailureModel, send(client, setting="ward").text),
        (responses.CodeEntryModel, client.get("/v1/codes/icd-10-cm/E11").text),
        (responses.CodeSearchModel, client.get("/v1/codes?q=kidney").text),
        (responses.ReadinessModel, client.get("/readyz").text),
        (responses.HealthModel, client.get("/healthz").text),
    ]
    for model, text in answers:
        model.model_validate_json(text)

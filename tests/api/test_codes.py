from __future__ import annotations

import pytest
from starlette.testclient import TestClient


@pytest.mark.parametrize("code", ["E11.22", "E1122", "e11.22", "e1122"])
@pytest.mark.parametrize("system", ["ICD-10-CM", "icd-10-cm"])
def test_both_forms_of_a_code_are_found(client: TestClient, system: str, code: str) -> None:
    said = client.get(f"/v1/codes/{system}/{code}").json()
    assert said["code"] == "E11.22"
    assert said["system"] == "ICD-10-CM"
    assert said["billable"] is True
    assert [step["code"] for step in said["hierarchy"]] == ["E11", "E11.2"]
    assert (said["valid_from"], said["valid_to"]) == ("2026-04-01", "2026-09-30")


def test_a_category_lists_its_children(client: TestClient) -> None:
    said = client.get("/v1/codes/ICD-10-CM/E11").json()
    assert said["hierarchy"] == []
    assert [child["code"] for child in said["children"]] == ["E11.2"]
    assert said["billable"] is False


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("ICD-10-CM/Z99.99", 404, "code"),
        ("ICD-10-CM/zanzibarfever", 404, "code"),
        ("ICD-10-CM/%00", 404, "code"),
        ("ICD-9/zanzibarfever", 404, "system"),
        ("zanzibarfever/E11", 404, "system"),
        ("CPT/99213", 503, None),
    ],
)
def test_a_code_that_is_not_there(
    client: TestClient, path: str, status: int, field: str | None
) -> None:
    answer = client.get(f"/v1/codes/{path}")
    assert answer.status_code == status
    assert answer.json()["error"].get("field") == field
    assert "zanzibarfever" not in answer.text.lower()


def test_a_code_as_of_a_day(client: TestClient) -> None:
    path = "/v1/codes/ICD-10-CM/E11.22"
    assert client.get(path, params={"on": "2026-05-01"}).status_code == 200
    early = client.get(path, params={"on": "2020-01-01"})
    assert (early.status_code, early.json()["error"]["type"]) == (422, "NotValidOn")
    wrong = client.get(path, params={"on": "zanzibarfever"})
    assert wrong.status_code == 422
    assert "zanzibarfever" not in wrong.text


def test_all_systems_are_searched_together(client: TestClient) -> None:
    said = client.get("/v1/codes", params={"q": "kidney", "system": "all"}).json()
    assert (said["system"], said["release"]) == ("all", None)
    assert {found["system"] for found in said["results"]} == {"ICD-10-CM"}


def test_search_gives_codes_with_titles(client: TestClient) -> None:
    said = client.get("/v1/codes", params={"q": "kidney", "limit": 1}).json()
    assert said["results"] == [
        {
            "system": "ICD-10-CM",
            "code": "E11.2",
            "title": "Type 2 diabetes mellitus with kidney complications",
            "billable": False,
        }
    ]
    assert said["release"] == "2026-04"


def test_a_search_that_finds_nothing_is_no_error(client: TestClient) -> None:
    answer = client.get("/v1/codes", params={"q": "zebra", "system": "icd-10-cm"})
    assert (answer.status_code, answer.json()["results"]) == (200, [])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "q"),
        ("q=", "q"),
        ("q=%20", "q"),
        ("q=" + "a" * 201, "q"),
        ("q=a&limit=0", "limit"),
        ("q=a&limit=201", "limit"),
        ("q=a&limit=zanzibarfever", "limit"),
        ("q=a&system=zanzibarfever", "system"),
        ("q=a&page=2", "page"),
        ("q=a&zanzibarfever+x=2", None),
    ],
)
def test_a_search_at_fault_names_its_field(
    client: TestClient, query: str, field: str | None
) -> None:
    answer = client.get(f"/v1/codes?{query}")
    assert answer.status_code == 422
    assert answer.json()["error"].get("field") == field
    assert "zanzibarfever" not in answer.text

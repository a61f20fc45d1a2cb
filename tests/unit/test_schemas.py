"""What parse_request makes of requests; the cases over HTTP are in tests/api/test_bad_input.py."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.errors import ChartcodeError, InvalidNote, NoteTooLong
from coding.types import (
    Claim,
    CodingOptions,
    Encounter,
    Explain,
    Note,
    Patient,
    Setting,
    Sex,
    System,
)
from service.schemas import MAX_ID_CHARS, parse_request

REQUEST = {"id": "n1", "text": "Cough.", "setting": "emergency"}


def parse(request: object, max_note_chars: int = 1000) -> tuple[Note, CodingOptions]:
    return parse_request(json.dumps(request), max_note_chars=max_note_chars)


def test_the_least_a_request_says() -> None:
    note, options = parse(REQUEST)
    assert note == Note("n1", "Cough.", Setting.EMERGENCY)
    assert note.claim_type is Claim.PROFESSIONAL
    assert options == CodingOptions()


def test_the_most_a_request_says() -> None:
    note, options = parse(
        {
            **REQUEST,
            "service_date": "2024-02-29",
            "claim": "facility",
            "patient": {"age_years": 7, "sex": "other"},
            "encounter": {"new_patient": False, "minutes": 0, "discharge_date": "2024-03-01"},
            "type": "consult",
            "author_role": "nurse",
            "signed": False,
            "systems": ["ICD-10-CM", "HCPCS"],
            "limit": 1,
            "min_probability": 0,
            "explain": "counterfactual",
        }
    )
    assert note == Note(
        "n1",
        "Cough.",
        Setting.EMERGENCY,
        Claim.FACILITY,
        date(2024, 2, 29),
        Patient(7.0, Sex.OTHER),
        Encounter(False, 0, date(2024, 3, 1)),
        "consult",
        "nurse",
        False,
    )
    assert options == CodingOptions((System.ICD10CM, System.HCPCS), 1, 0.0, Explain.COUNTERFACTUAL)


@pytest.mark.parametrize(
    "name", ["service_date", "claim", "patient", "encounter", "type", "author_role", "signed"]
)
def test_null_says_as_much_as_nothing(name: str) -> None:
    assert parse({**REQUEST, name: None}) == parse(REQUEST)


@pytest.mark.parametrize("name", ["limit", "min_probability"])
def test_null_is_no_value_for_what_has_one(name: str) -> None:
    with pytest.raises(InvalidNote) as caught:
        parse({**REQUEST, name: None})
    assert caught.value.field == name


def test_bytes_and_text_and_a_byte_order_mark_are_read_alike() -> None:
    text = json.dumps(REQUEST)
    marked = b"\xef\xbb\xbf" + text.encode()
    assert parse_request(marked, max_note_chars=9) == parse_request(text, max_note_chars=9)


def test_length_counts_code_points_whatever_their_bytes() -> None:
    emoji = "\U0001f600" * 10
    assert parse({**REQUEST, "text": emoji}, 10)[0].text == emoji
    with pytest.raises(NoteTooLong) as caught:
        parse({**REQUEST, "text": emoji + "a"}, 10)
    assert caught.value.field == "text"


def test_a_hopeless_length_is_refused_before_parsing() -> None:
    with pytest.raises(NoteTooLong):
        parse_request(b"{" * 200_000, max_note_chars=10)


def test_the_longest_id() -> None:
    assert parse({**REQUEST, "id": "i" * MAX_ID_CHARS})[0].id == "i" * MAX_ID_CHARS
    with pytest.raises(InvalidNote) as caught:
        parse({**REQUEST, "id": "i" * (MAX_ID_CHARS + 1)})
    assert caught.value.field == "id"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(
    [*REQUEST, "service_date", "claim", "patient", "encounter", "systems", "limit", "explain"]
)


@given(st.dictionaries(NAMES | st.text(), VALUES, max_size=5))
def test_any_object_is_read_or_refused_without_being_repeated(changes: dict[str, object]) -> None:
    canary = "zanzibarfever"
    request = {**REQUEST, "text": canary, **changes}
    try:
        parse(request)
    except InvalidNote as error:
        assert canary not in error.message
        assert all(31 < ord(c) < 127 for c in error.message), "only our own words and plain names"


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with pytest.raises(ChartcodeError):
        parse_request(raw, max_note_chars=100)

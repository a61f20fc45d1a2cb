"""Words keep their place in the text, whatever the text; stems bring forms of a word together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesets.words import normalise


@given(st.text())
def test_tokens_are_ordered_parts_of_the_text(text: str) -> None:
    end = 0
    for token in normalise(text):
        assert end <= token.start < token.end <= len(text)
        assert token.stem
        end = token.end


@given(st.text(), st.sampled_from(["😀 ", "İ ", "e\u0301 ", "\r\n", "\t"]))
def test_what_stands_before_moves_no_offset(text: str, before: str) -> None:
    shift = len(before)
    moved = [t for t in normalise(before + text) if t.start >= shift]
    assert [(t.start - shift, t.end - shift) for t in moved] == [
        (t.start, t.end) for t in normalise(text)
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("type II diabetic", "diabetes, type 2"),
        ("CKD stage IIIb", "stage 3b ckd"),
        ("anaemia", "anemic"),
        ("oedema of the ankles", "ankle edema"),
        ("Alzheimer's", "alzheimer"),
        ("metastatic", "metastases"),
        ("haemorrhages", "hemorrhage"),
        ("fractured", "fractures"),
        ("asthmatic", "asthma"),
        ("NYHA class I", "class 1 NYHA"),
    ],
)
def test_forms_of_a_wording_share_their_stems(one: str, other: str) -> None:
    ignored = {"of", "the", "s"}
    assert {t.stem for t in normalise(one)} - ignored == {t.stem for t in normalise(other)}


def test_numbers_and_mixed_words_stay_whole() -> None:
    assert [t.stem for t in normalise("T2DM, temp 98.6, 3b")] == ["t2dm", "temp", "98.6", "3b"]

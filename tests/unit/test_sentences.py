"""Where a sentence of a clinical note ends, and where it only seems to."""

from __future__ import annotations

import pytest

from coding.sentences import MAX_SENTENCE_CHARS, split_sentences
from tests.unit.reading_kit import sentences_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No fever. Cough since Monday.", ["No fever.", "Cough since Monday."]),
        ("Is he well? Yes! He is.", ["Is he well?", "Yes!", "He is."]),
        ("Dr. Lee saw Mr. Ray.", ["Dr. Lee saw Mr. Ray."]),
        ("Pneumonia vs. atelectasis.", ["Pneumonia vs. atelectasis."]),
        ("Hx. of gout, e.g. podagra.", ["Hx. of gout, e.g. podagra."]),
        ("Takes 2.5 mg b.i.d. for gout.", ["Takes 2.5 mg b.i.d. for gout."]),
        ("Temp. 38.2, sat. 97.5%.", ["Temp. 38.2, sat. 97.5%."]),
        ("No. 3 sutures. No. Nothing.", ["No. 3 sutures.", "No.", "Nothing."]),
        ('She said "no pain." He left.', ['She said "no pain."', "He left."]),
        ("Lungs clear.Heart regular.", ["Lungs clear.", "Heart regular."]),
        ("Chest clear.,Heart: Regular.", ["Chest clear.,", "Heart: Regular."]),
        ("What... is it?", ["What...", "is it?"]),
    ],
)
def test_ends_within_a_line(text: str, expected: list[str]) -> None:
    assert sentences_of(text) == expected


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Denies chest pain,", "fever or chills."], ["Denies chest pain,|fever or chills."]),
        (["No history of", "Crohn disease."], ["No history of|Crohn disease."]),
        (["Denies fever", "or chills"], ["Denies fever|or chills"]),
        (["Denies fever", "Cough"], ["Denies fever", "Cough"]),
        (["No fever", "", "cough"], ["No fever", "cough"]),
        (["Symptoms:", "cough"], ["Symptoms:", "cough"]),
        (["No fever,", "- cough", "- rash"], ["No fever,", "- cough", "- rash"]),
        (["No fever and", "1. cough", "2) rash"], ["No fever and", "1. cough", "2) rash"]),
        (["Denies and", "• cough", "* rash"], ["Denies and", "• cough", "* rash"]),
        (["NO FEVER", "COUGH FOR DAYS"], ["NO FEVER", "COUGH FOR DAYS"]),
    ],
)
def test_lines_end_a_sentence_unless_they_go_on(
    lines: list[str], expected: list[str], line_end: str
) -> None:
    assert sentences_of(line_end.join(lines)) == [e.replace("|", line_end) for e in expected]


def test_bullets_within_a_line_begin_a_sentence() -> None:
    assert sentences_of("• gout • no fever • rash") == ["• gout", "• no fever", "• rash"]


def test_the_number_of_an_item_stays_with_it() -> None:
    assert sentences_of("1. Gout. 2. Asthma.")[0] == "1. Gout."


@pytest.mark.parametrize("text", ["", " ", "\n\n\t \r\n", "\u2028"])
def test_blank_text_has_none(text: str) -> None:
    assert sentences_of(text) == []


def test_no_sentence_crosses_a_break() -> None:
    text = "Plan: no fever or chills"
    assert [s.of(text) for s in split_sentences(text, [5, 14, 14, 99])] == [
        "Plan:",
        "no fever",
        "or chills",
    ]


def test_endless_sentences_are_cut_at_a_clause() -> None:
    text = "rash, itch " * 400
    found = sentences_of(text)
    assert all(len(s) <= MAX_SENTENCE_CHARS for s in found)
    assert all(s.endswith(",") for s in found[:-1])
    assert "".join("".join(found).split()) == "".join(text.split())
    assert {len(s) for s in sentences_of("x" * 5000)} == {MAX_SENTENCE_CHARS}


def test_marks_and_emoji_stay_whole() -> None:
    text = "Nai\u0308ve to drugs 😀. Cre\u0301che\tnurse."
    assert sentences_of(text) == ["Nai\u0308ve to drugs 😀.", "Cre\u0301che\tnurse."]

"""Terms are found whatever their order, inflection and short forms; fuller terms win."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from codesets.lexicon import Abbreviation
from coding.matching import find_terms, read_sentence
from coding.short_forms import ShortForms
from coding.terms import TermIndex
from coding.types import Span
from tests.unit.term_kit import index_of

TERMS = {
    "type 2 diabetes": "E11.9",
    "type 2 diabetes mellitus with diabetic chronic kidney disease": "E11.22",
    "chronic kidney disease": "N18.9",
    "chronic kidney disease stage 3b": "N18.32",
    "kidney disease": "N28.9",
    "chest pain": "R07.9",
    "chest wall pain": "R07.89",
    "abdominal pain": "R10.9",
    "multiple sclerosis": "G35",
    "hypertensive chronic kidney disease": "I12.9",
    "secondary hypertension": "I15.9",
    "type 1 diabetes": "E10.9",
    "torn anterior cruciate ligament": "S83.51",
    "hepatitis A": "B15.9",
    "hepatitis": "K75.9",
}
FORMS = ShortForms(
    (
        Abbreviation("CKD", "chronic kidney disease", False),
        Abbreviation("T2DM", "type 2 diabetes mellitus", False),
        Abbreviation("ACL", "anterior cruciate ligament", True),
        Abbreviation("MS", "multiple sclerosis", True),
        Abbreviation("w/", "with", False),
    )
)


@pytest.fixture(scope="module")
def index() -> TermIndex:
    return index_of(TERMS)


@pytest.fixture(scope="module")
def found(index: TermIndex) -> Callable[[str], set[tuple[str, str]]]:
    def run(text: str) -> set[tuple[str, str]]:
        sentence = read_sentence(text, Span(0, len(text)), FORMS)
        return {(index.term(m.term).code, m.span.of(text)) for m in find_terms(sentence, index)}

    return run


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("type II diabetic", {("E11.9", "type II diabetic")}),
        ("Diabetes mellitus, type 2.", {("E11.9", "Diabetes mellitus, type 2")}),
        ("T2DM", {("E11.9", "T2DM")}),
        ("CKD stage IIIb", {("N18.32", "CKD stage IIIb")}),
        ("stage 3b CKD", {("N18.32", "stage 3b CKD")}),
        ("pain in the chest", {("R07.9", "pain in the chest")}),
        ("chest and abdominal pain", {("R07.9", "chest and abdominal pain"),
                                      ("R10.9", "abdominal pain")}),
        ("chest wall pain", {("R07.89", "chest wall pain")}),
        ("MS for ten years", {("G35", "MS")}),
        ("morphine 10 ms", set()),
        ("chest clear, abdomen soft, no leg pain", set()),
    ],
)  # fmt: skip
def test_finds_what_the_words_stand_for(
    found: Callable[[str], set[tuple[str, str]]], text: str, expected: set[tuple[str, str]]
) -> None:
    assert found(text) == expected


def test_the_fullest_term_covers_the_shorter(
    found: Callable[[str], set[tuple[str, str]]],
) -> None:
    text = "type 2 diabetes mellitus with diabetic chronic kidney disease stage 3b"
    assert {code for code, _ in found(text)} == {"E11.22", "N18.32"}


def test_offsets_are_into_the_whole_text() -> None:
    text = "😀 İx. Has CKD."
    sentence = read_sentence(text, Span(6, len(text)), FORMS)
    match = find_terms(sentence, index_of(TERMS))[0]
    assert match.span.of(text) == "CKD"


def test_two_diseases_of_one_wording_are_found_beside_it(
    found: Callable[[str], set[tuple[str, str]]],
) -> None:
    assert found("hypertension and CKD") == {
        ("I12.9", "hypertension and CKD"),
        ("N18.9", "CKD"),
    }
    assert found("CKD secondary to hypertension") >= {("N18.9", "CKD")}
    assert "I15.9" not in {code for code, _ in found("CKD secondary to hypertension")}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1. Type 2 diabetes", "E11.9"),
        ("R chest wall pain", "R07.89"),
        ("torn ACL", "S83.51"),
        ("hepatitis A", "B15.9"),
    ],
)
def test_numbers_sides_and_short_forms(
    found: Callable[[str], set[tuple[str, str]]], text: str, code: str
) -> None:
    assert {its for its, _ in found(text)} == {code}


def test_words_that_are_denied_say_nothing_of_the_mention() -> None:
    text = "asthma without exacerbation, acute bronchitis"
    sentence = read_sentence(text, Span(0, len(text)), FORMS)
    assert [w.span.of(text) for w in sentence.words if w.denied] == ["exacerbation"]

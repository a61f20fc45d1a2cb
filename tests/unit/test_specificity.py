"""The descent to the most specific code that the words around a mention support."""

from __future__ import annotations

import pytest

from codesets.words import normalise
from coding.protocols import CodeSystem
from coding.specificity import Specificity


@pytest.fixture(scope="module")
def specificity(icd10cm: CodeSystem) -> Specificity:
    return Specificity(icd10cm)


@pytest.mark.parametrize(
    ("value", "words", "expected"),
    [
        ("H66.9", "", "H66.90"),
        ("H66.9", "right ear", "H66.91"),
        ("H66.90", "left", "H66.92"),
        ("E11", "", "E11.9"),
        ("J44.9", "", "J44.9"),
        ("J44.9", "acute exacerbation", "J44.1"),
        ("N18.9", "stage 3b", "N18.32"),
        ("G43", "with aura", "G43.109"),
        ("M25.56", "right", "M25.561"),
        ("S82.6", "left", "S82.62XA"),
        ("S82.6", "nondisplaced left", "S82.65XA"),
        ("S82.6", "left follow up healing", "S82.62XD"),
        ("S52.50", "right open", "S52.501B"),
        ("I10", "right stage 3", "I10"),
        ("J45", "", "J45.909"),
        ("S06.0", "", "S06.0XAA"),
        ("L97.90", "", "L97.909"),
        ("H65.49", "both", "H65.493"),
        ("S83.20", "left knee", "S83.207A"),
        ("I12", "", "I12.9"),
    ],
)
def test_takes_what_the_words_support(
    specificity: Specificity, value: str, words: str, expected: str
) -> None:
    near = {token.stem: 1 for token in normalise(words, levels=True)}
    assert specificity.refine(value, near) == expected


def test_the_nearer_side_wins(specificity: Specificity) -> None:
    assert specificity.refine("M25.56", {"right": 5, "left": 1}) == "M25.562"
    assert specificity.refine("M25.56", {"right": 1, "left": 5}) == "M25.561"


def test_the_words_of_a_term_do_not_choose_again(specificity: Specificity) -> None:
    near = {"acut": 0, "otitis": 0, "media": 0}
    assert specificity.refine("H66.90", near, frozenset(near)) == "H66.90"


def test_every_header_of_a_disease_leads_to_a_billable_code(icd10cm: CodeSystem) -> None:
    specificity = Specificity(icd10cm)
    stuck = [
        value
        for value, _, _ in icd10cm.terms()
        if value[0] not in "STVWXYZO" and not icd10cm.billable(specificity.refine(value, {}))
    ]
    assert len(set(stuck)) < 500

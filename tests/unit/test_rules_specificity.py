import pytest

from coding.rules.generality import scope
from coding.rules.specificity import LongestWords, MostSpecific
from coding.types import Decision, Draft
from tests.unit.rule_kit import CODES, read, reasons, suggest, the, values, words


def family(draft: Draft, text: str) -> Draft:
    return MostSpecific().apply(draft, read(text), CODES)


def longest(draft: Draft, text: str) -> Draft:
    return LongestWords().apply(draft, read(text), CODES)


@pytest.mark.parametrize(
    ("value", "ancestor"),
    [
        ("E11.9", "E11"),
        ("E11.22", None),
        ("J44.9", "J44"),
        ("J44.1", None),
        ("N18.9", "N18"),
        ("N18.30", "N18.3"),
        ("N18.32", None),
        ("I50.20", "I50.2"),
        ("C50.919", "C50"),
        ("C50.911", "C50"),
        ("C50.411", None),
        ("J45.909", "J45"),
        ("J45.40", "J45.4"),
        ("M25.569", "M25.56"),
        ("M25.561", None),
        ("I48.91", "I48"),
        ("S52.501A", "S52.5"),
        ("J18.9", "J18"),
    ],
)
def test_how_general_a_code_is(value: str, ancestor: str | None) -> None:
    assert scope(value, CODES) == ancestor


@pytest.mark.parametrize(
    ("general", "special"),
    [
        ("E11.9", "E11.22"),
        ("J44.9", "J44.1"),
        ("N18.9", "N18.32"),
        ("N18.9", "N18.30"),
        ("N18.30", "N18.32"),
        ("I50.9", "I50.22"),
        ("I48.91", "I48.0"),
        ("M25.569", "M25.561"),
        ("C50.919", "C50.411"),
        ("C50.911", "C50.411"),
        ("J45.909", "J45.40"),
    ],
)
def test_the_specific_code_supersedes_the_general_one(general: str, special: str) -> None:
    text = "Condition named here. Elsewhere more of it."
    draft = Draft(
        (suggest(general, words(text, "Condition")), suggest(special, words(text, "Elsewhere")))
    )
    result = family(draft, text)
    assert values(result) == [special]
    assert reasons(result) == {general: "superseded"}
    assert family(result, text) == result


def test_the_specific_code_takes_over_the_shorter_wordings() -> None:
    text = "COPD with acute exacerbation. Plan: COPD."
    short = suggest("J44.9", words(text, "COPD"), words(text, "COPD", nth=2))
    draft = Draft((short, suggest("J44.1", words(text, "COPD with acute exacerbation"))))
    special = the(family(draft, text), "J44.1")
    assert [(e.quote, e.weight) for e in special.evidence] == [
        ("COPD with acute exacerbation", 0.8),
        ("COPD", 0.2),
    ]
    assert special.proof[-1].ref == "specificity.family"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("E11.22", "E11.42"),
        ("S52.501A", "S52.601A"),
        ("I48.91", "I48.3"),
        ("I50.20", "I11.0"),
        ("E11.9", "E10.9"),
    ],
)
def test_different_conditions_both_stay(one: str, other: str) -> None:
    text = "One and other."
    draft = Draft((suggest(one, words(text, "One")), suggest(other, words(text, "other"))))
    assert family(draft, text) == draft


def test_a_code_for_review_supersedes_only_what_is_weaker_over_the_same_words() -> None:
    text = "CKD. Kidneys."
    doubtful = suggest("N18.32", words(text, "CKD"), probability=0.3, decision=Decision.REVIEW)
    sure = Draft((suggest("N18.9", words(text, "CKD")), doubtful))
    assert family(sure, text) == sure
    weaker = suggest("N18.9", words(text, "CKD"), probability=0.2, decision=Decision.REVIEW)
    assert values(family(Draft((weaker, doubtful)), text)) == ["N18.32"]
    apart = suggest("N18.9", words(text, "Kidneys"), probability=0.2, decision=Decision.REVIEW)
    assert values(family(Draft((apart, doubtful)), text)) == ["N18.9", "N18.32"]


def test_the_longest_words_win() -> None:
    text = "Chest wall pain. Diabetic retinopathy."
    draft = Draft(
        (
            suggest("R07.9", words(text, "pain")),
            suggest("R07.89", words(text, "Chest wall pain")),
            suggest("H35.00", words(text, "retinopathy")),
            suggest("E11.319", words(text, "Diabetic retinopathy")),
        )
    )
    result = longest(draft, text)
    assert reasons(result) == {"R07.9": "superseded", "H35.00": "superseded"}


def test_words_that_also_stand_alone_keep_their_code() -> None:
    text = "Chest wall pain. Later a pain."
    draft = Draft(
        (
            suggest("R07.9", words(text, "pain"), words(text, "pain", nth=2)),
            suggest("R07.89", words(text, "Chest wall pain")),
        )
    )
    assert longest(draft, text) == draft


def test_a_second_disease_in_the_longer_words_stays() -> None:
    text = "COPD with pneumonia. Diabetic kidney disease stage 3b."
    draft = Draft(
        (
            suggest("J44.0", words(text, "COPD with pneumonia")),
            suggest("J18.9", words(text, "pneumonia")),
            suggest("E11.22", words(text, "Diabetic kidney disease stage 3b")),
            suggest("N18.32", words(text, "kidney disease stage 3b")),
        )
    )
    assert longest(draft, text) == draft


def test_longer_words_for_review_do_not_displace_what_is_accepted() -> None:
    text = "Chest wall pain."
    draft = Draft(
        (
            suggest("R07.9", words(text, "pain")),
            suggest("R07.89", words(text, "Chest wall pain"), decision=Decision.REVIEW),
        )
    )
    assert longest(draft, text) == draft

import pytest

from coding.rules.copd import ObstructiveDisease
from coding.rules.diabetes import DiabetesWith
from coding.rules.hypertension import HypertensiveDisease
from coding.types import Decision, Draft
from tests.unit.rule_kit import CODES, read, reasons, suggest, the, values, words

TEXT = "Hypertension, heart failure, chronic kidney disease stage 3b. Type 2 diabetes."
I10 = suggest("I10", words(TEXT, "Hypertension"))
CKD = suggest("N18.32", words(TEXT, "chronic kidney disease stage 3b"), probability=0.8)
HF = suggest("I50.9", words(TEXT, "heart failure"), probability=0.7)
DM = suggest("E11.9", words(TEXT, "Type 2 diabetes"))


def hypertension(draft: Draft, text: str = TEXT) -> Draft:
    return HypertensiveDisease().apply(draft, read(text), CODES)


def diabetes(draft: Draft, text: str) -> Draft:
    return DiabetesWith().apply(draft, read(text), CODES)


def test_hypertension_with_kidney_disease() -> None:
    result = hypertension(Draft((I10, CKD)))
    assert values(result) == ["N18.32", "I12.9"]
    assert reasons(result) == {"I10": "superseded"}
    combined = the(result, "I12.9")
    assert (combined.probability, combined.decision) == (0.8, Decision.ACCEPT)
    assert sum(e.weight for e in combined.evidence) == pytest.approx(1.0, abs=1e-9)
    assert {e.quote for e in combined.evidence} == {
        "Hypertension",
        "chronic kidney disease stage 3b",
    }
    assert [step.ref for step in combined.proof] == [
        "Hypertension",
        "chronic kidney disease stage 3b",
        "combination.hypertension",
    ]
    assert "I.C.9.a" in combined.proof[-1].source


def test_end_stage_renal_disease_decides_the_fourth_character() -> None:
    text = "Hypertension, ESRD, CHF."
    htn, esrd = suggest("I10", words(text, "Hypertension")), suggest("N18.6", words(text, "ESRD"))
    assert "I12.0" in values(hypertension(Draft((htn, esrd)), text))
    chf = suggest("I50.9", words(text, "CHF"))
    assert "I13.2" in values(hypertension(Draft((htn, esrd, chf)), text))


def test_hypertension_with_heart_failure_and_with_both() -> None:
    assert set(values(hypertension(Draft((I10, HF))))) == {"I11.0", "I50.9"}
    both = hypertension(Draft((I10, HF, CKD)))
    assert set(values(both)) == {"I13.0", "I50.9", "N18.32"}
    assert the(both, "I13.0").probability == 0.7


def test_hypertension_alone_stays() -> None:
    assert hypertension(Draft((I10, DM))) == Draft((I10, DM))


@pytest.mark.parametrize(
    "text",
    [
        "Hypertension. Chronic kidney disease not due to hypertension.",
        "Hypertension. Chronic kidney disease, unrelated to his long-standing HTN.",
    ],
)
def test_a_relation_that_the_note_denies_is_not_presumed(text: str) -> None:
    draft = Draft(
        (
            suggest("I10", words(text, "Hypertension")),
            suggest("N18.9", words(text, "Chronic kidney disease")),
        )
    )
    assert hypertension(draft, text) == draft


def test_a_part_for_review_does_not_displace_what_is_accepted() -> None:
    doubtful = suggest(
        "N18.9",
        words(TEXT, "chronic kidney disease"),
        probability=0.2,
        decision=Decision.REVIEW,
    )
    result = hypertension(Draft((I10, doubtful, HF)))
    assert set(values(result)) == {"I11.0", "I50.9", "N18.9"}
    only_doubtful = hypertension(Draft((I10, doubtful)))
    assert set(values(only_doubtful)) == {"I10", "I12.9", "N18.9"}
    assert the(only_doubtful, "I12.9").decision is Decision.REVIEW


def test_a_combination_named_outright_is_not_raised_above_itself() -> None:
    text = "Hypertensive kidney disease, CKD."
    named = suggest(
        "I12.9",
        words(text, "Hypertensive kidney disease"),
        probability=0.3,
        decision=Decision.REVIEW,
    )
    draft = Draft((named, suggest("N18.9", words(text, "CKD"))))
    assert hypertension(draft, text) == draft


def test_diabetes_with_kidney_disease_keeps_the_stage() -> None:
    result = diabetes(Draft((DM, CKD)), TEXT)
    assert set(values(result)) == {"E11.22", "N18.32"}
    assert reasons(result) == {"E11.9": "superseded"}


@pytest.mark.parametrize(
    ("condition", "value", "combined", "kept"),
    [
        ("peripheral neuropathy", "G62.9", "E11.42", False),
        ("neuropathy", "G62.9", "E11.40", False),
        ("retinopathy", "H35.00", "E11.319", False),
        ("peripheral vascular disease", "I73.9", "E11.51", False),
        ("foot ulcer", "L97.509", "E11.621", True),
    ],
)
def test_conditions_under_with(condition: str, value: str, combined: str, kept: bool) -> None:
    text = f"Type 2 diabetes. Also {condition}."
    draft = Draft(
        (suggest("E11.9", words(text, "Type 2 diabetes")), suggest(value, words(text, condition)))
    )
    result = diabetes(draft, text)
    assert set(values(result)) == ({combined, value} if kept else {combined})
    assert reasons(result)["E11.9"] == "superseded"


def test_a_complication_that_is_not_due_to_diabetes() -> None:
    text = "Type 2 diabetes. Peripheral neuropathy, not related to diabetes."
    draft = Draft(
        (
            suggest("E11.9", words(text, "Type 2 diabetes")),
            suggest("G62.9", words(text, "Peripheral neuropathy")),
        )
    )
    assert diabetes(draft, text) == draft


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Type 2 diabetes, poorly controlled.", ["E11.65"]),
        ("Type 2 diabetes with hyperglycemia.", ["E11.65"]),
        ("Type 2 diabetes, uncontrolled.", ["E11.9"]),
        ("Type 2 diabetes. Hyperglycemia noted.", ["E11.9"]),
    ],
)
def test_hyperglycemia_needs_its_words_in_the_sentence(text: str, codes: list[str]) -> None:
    draft = Draft((suggest("E11.9", words(text, "Type 2 diabetes")),))
    assert values(diabetes(draft, text)) == codes


def test_only_the_stated_type_of_diabetes_is_combined() -> None:
    weak = suggest(
        "E10.9", words(TEXT, "Type 2 diabetes"), probability=0.1, decision=Decision.REVIEW
    )
    assert "E10.22" not in values(diabetes(Draft((DM, CKD, weak)), TEXT))


def test_copd_with_pneumonia_and_with_asthma() -> None:
    text = "COPD. Pneumonia. Moderate persistent asthma."
    copd = suggest("J44.9", words(text, "COPD"))
    pneumonia = suggest("J18.9", words(text, "Pneumonia"))
    asthma = suggest("J45.40", words(text, "Moderate persistent asthma"))
    rule = ObstructiveDisease()
    infected = rule.apply(Draft((copd, pneumonia)), read(text), CODES)
    assert set(values(infected)) == {"J44.0", "J18.9"}
    asthmatic = rule.apply(Draft((copd, asthma)), read(text), CODES)
    assert set(values(asthmatic)) == {"J44.89", "J45.40"}
    alone = Draft((copd,))
    assert rule.apply(alone, read(text), CODES) == alone


def test_asthma_of_no_type_goes_and_an_exacerbation_stays() -> None:
    text = "COPD exacerbation. Pneumonia. COPD. Asthma."
    rule = ObstructiveDisease()
    flare = suggest("J44.1", words(text, "COPD exacerbation"))
    pneumonia = suggest("J18.9", words(text, "Pneumonia"))
    both = rule.apply(Draft((flare, pneumonia)), read(text), CODES)
    assert set(values(both)) == {"J44.0", "J44.1", "J18.9"}
    asthma = suggest("J45.909", words(text, "Asthma"))
    copd = suggest("J44.9", words(text, "COPD", nth=2))
    merged = rule.apply(Draft((copd, asthma)), read(text), CODES)
    assert values(merged) == ["J44.89"]

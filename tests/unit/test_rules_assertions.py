from dataclasses import replace

import pytest

from coding.rules.assertions import FAMILY_RATE, PERSONAL_RATE, assertion_rules
from coding.types import Assertion, Claim, Decision, Draft, Reading, Scope, Setting
from tests.unit.rule_kit import CODES, KNOWLEDGE, place, read, reasons, suggest, the, values, words

A = Assertion


def apply(draft: Draft, reading: Reading) -> Draft:
    for rule in assertion_rules(KNOWLEDGE):
        draft = rule.apply(draft, reading, CODES)
    return draft


@pytest.mark.parametrize(
    ("assertions", "reason"),
    [
        ((A.NEGATED,), "negated"),
        ((A.NEGATED, A.FAMILY), "negated"),
        ((A.FAMILY, A.OTHER_PERSON), "other_person"),
        ((A.HYPOTHETICAL, A.HISTORICAL), "hypothetical"),
        ((A.HISTORICAL, A.UNCERTAIN), "historical"),
        ((A.UNCERTAIN,), "uncertain"),
    ],
)
def test_the_strongest_assertion_gives_the_reason(
    assertions: tuple[Assertion, ...], reason: str
) -> None:
    text = "No pulmonary embolism."
    draft = Draft((suggest("I26.99", words(text, "pulmonary embolism", *assertions)),))
    assert reasons(apply(draft, read(text))) == {"I26.99": reason}


def test_the_heaviest_evidence_gives_the_reason() -> None:
    text = "Possible PE. No pulmonary embolism."
    uncertain = words(text, "PE", A.UNCERTAIN, weight=0.3)
    negated = words(text, "pulmonary embolism", A.NEGATED, weight=0.7)
    draft = Draft((suggest("I26.99", uncertain, negated),))
    assert reasons(apply(draft, read(text))) == {"I26.99": "negated"}


def test_weight_moves_to_what_counts_and_the_rest_stays_visible() -> None:
    text = "No chest pain today. Chest pain yesterday."
    draft = Draft(
        (suggest("R07.9", words(text, "chest pain", A.NEGATED), words(text, "Chest pain")),)
    )
    kept = the(apply(draft, read(text)), "R07.9").evidence
    assert [(e.quote, e.weight) for e in kept] == [("Chest pain", 1.0), ("chest pain", 0.0)]


def test_affirmed_evidence_is_left_alone() -> None:
    text = "Chest pain."
    draft = Draft((suggest("R07.9", words(text, "Chest pain")),))
    assert apply(draft, read(text)) == draft


@pytest.mark.parametrize(
    ("setting", "claim", "counts"),
    [
        (Setting.OUTPATIENT, None, False),
        (Setting.EMERGENCY, Claim.FACILITY, False),
        (Setting.INPATIENT, Claim.PROFESSIONAL, False),
        (Setting.INPATIENT, None, True),
    ],
)
def test_uncertain_counts_on_inpatient_facility_claims_only(
    setting: Setting, claim: Claim | None, counts: bool
) -> None:
    text = "Probable pulmonary embolism."
    draft = Draft((suggest("I26.99", words(text, "pulmonary embolism", A.UNCERTAIN)),))
    result = apply(draft, read(text, setting=setting, claim=claim))
    assert (values(result) == ["I26.99"]) is counts
    assert reasons(result) == ({} if counts else {"I26.99": "uncertain"})


def test_a_chronic_condition_stays_active_though_the_note_says_history() -> None:
    text = "History of hypertension and old MI."
    draft = Draft(
        (
            suggest("I10", words(text, "hypertension", A.HISTORICAL)),
            suggest("I25.2", words(text, "old MI", A.HISTORICAL)),
        )
    )
    assert apply(draft, read(text)) == draft


def test_what_is_over_gives_way_to_its_history_code() -> None:
    text = "History of appendicitis."
    draft = Draft((suggest("K35.80", words(text, "appendicitis", A.HISTORICAL), probability=0.8),))
    result = apply(draft, read(text))
    assert reasons(result) == {"K35.80": "historical"}
    partner = the(result, "Z87.19")
    assert (partner.decision, partner.probability) == (Decision.REVIEW, PERSONAL_RATE)
    assert partner.proof[-1].ref == "assertion.personal-history"


def test_family_gives_way_to_the_family_history_code() -> None:
    text = "Mother had breast cancer."
    mention = words(text, "breast cancer", A.FAMILY)
    draft = Draft(
        (
            suggest("C50.919", mention, probability=0.7),
            suggest("C50.911", mention, probability=0.2, decision=Decision.REVIEW),
        )
    )
    result = apply(draft, read(text))
    assert reasons(result) == {"C50.919": "family", "C50.911": "family"}
    partner = the(result, "Z80.3")
    assert [e.quote for e in partner.evidence] == ["breast cancer"]
    assert partner.probability == FAMILY_RATE
    assert apply(result, read(text)) == result


def test_no_family_history_is_negated_and_has_no_partner() -> None:
    text = "No family history of breast cancer."
    draft = Draft((suggest("C50.919", words(text, "breast cancer", A.FAMILY, A.NEGATED)),))
    result = apply(draft, read(text))
    assert reasons(result) == {"C50.919": "negated"}
    assert not result.suggestions


def test_a_family_history_code_that_the_note_denies_is_not_put_in_again() -> None:
    text = "No family history of breast cancer. Breast cancer in aunt."
    draft = Draft(
        (
            suggest("C50.919", words(text, "Breast cancer", A.FAMILY)),
            suggest("Z80.3", words(text, "family history of breast cancer", A.NEGATED)),
        )
    )
    assert reasons(apply(draft, read(text))) == {"C50.919": "family", "Z80.3": "negated"}


def test_a_family_history_code_stands_on_words_about_the_family() -> None:
    text = "Family history of breast cancer."
    draft = Draft((suggest("Z80.3", words(text, "Family history of breast cancer", A.FAMILY)),))
    assert apply(draft, read(text)) == draft


def test_covid_is_coded_only_when_confirmed() -> None:
    text = "Possible COVID-19."
    draft = Draft((suggest("U07.1", words(text, "COVID-19", A.UNCERTAIN)),))
    result = apply(draft, read(text, setting=Setting.INPATIENT))
    assert reasons(result) == {"U07.1": "uncertain"}


@pytest.mark.parametrize(
    ("setting", "section", "counts"),
    [
        (Setting.INPATIENT, "discharge_diagnosis", True),
        (Setting.INPATIENT, "past_medical_history", False),
        (Setting.OUTPATIENT, "discharge_diagnosis", False),
    ],
)
def test_what_resolved_during_the_stay_is_a_diagnosis_of_the_stay(
    setting: Setting, section: str, counts: bool
) -> None:
    text = "Acute kidney injury, resolved by day 4."
    evidence = replace(words(text, "Acute kidney injury", A.HISTORICAL), section=section)
    reading = read(text, setting=setting)
    scope = Scope(A.HISTORICAL, evidence.span, place(text, "resolved"))
    reading = replace(reading, scopes=(scope,))
    result = apply(Draft((suggest("N17.9", evidence),)), reading)
    assert (values(result) == ["N17.9"]) is counts


def test_a_chronic_disease_of_childhood_is_over() -> None:
    text = "Hypertension in childhood."
    evidence = words(text, "Hypertension", A.HISTORICAL)
    reading = read(text)
    assert values(apply(Draft((suggest("I10", evidence),)), reading)) == ["I10"]
    scope = Scope(A.HISTORICAL, evidence.span, place(text, "childhood"))
    reading = replace(reading, scopes=(scope,))
    assert reasons(apply(Draft((suggest("I10", evidence),)), reading)) == {"I10": "historical"}


def test_a_rejected_history_does_not_stand_before_the_condition_with_a_partner() -> None:
    text = "Family history of breast cancer."
    draft = Draft(
        (
            suggest("C50.919", words(text, "breast cancer", A.FAMILY), probability=0.1),
            suggest("Z85.3", words(text, "history of breast cancer", A.FAMILY), probability=0.6),
        )
    )
    result = apply(draft, read(text))
    assert values(result) == ["Z80.3"]
    assert reasons(result) == {"C50.919": "family", "Z85.3": "family"}

import itertools

import pytest

from coding.rules.sequence import FINAL_SECTIONS, Sequencing
from coding.sections import section_kinds
from coding.types import Claim, Decision, Draft, Evidence, Role, Setting, Suggestion
from tests.unit.rule_kit import CODES, read, suggest, the, words

TEXT = (
    "type 2 diabetes with kidney disease stage 3b, hypertension, COPD with exacerbation. "
    "chest pain. fall. breast cancer in mother. on insulin. foot ulcer. wrist fracture. "
    "physical exam. live birth. gestational diabetes."
)


def order(draft: Draft, text: str = TEXT) -> list[str]:
    result = Sequencing().apply(draft, read(text), CODES)
    numbered = [s for s in result.suggestions if s.sequence is not None]
    return [s.code.value for s in sorted(numbered, key=lambda s: s.sequence or 0)]


def of(value: str, quote: str, section: str = "none") -> Suggestion:
    return suggest(value, words(TEXT, quote, section=section))


WORKED = (
    of("J44.1", "COPD with exacerbation"),
    of("N18.32", "kidney disease stage 3b"),
    suggest("I12.9", words(TEXT, "hypertension"), words(TEXT, "kidney disease stage 3b")),
    suggest("E11.22", words(TEXT, "type 2 diabetes"), words(TEXT, "kidney disease stage 3b")),
)


@pytest.mark.parametrize("draft", list(itertools.permutations(WORKED)))
def test_the_worked_example_in_any_order_of_the_draft(draft: tuple[Suggestion, ...]) -> None:
    assert order(Draft(draft)) == ["E11.22", "I12.9", "N18.32", "J44.1"]


def test_kinds_of_codes() -> None:
    draft = Draft(
        (
            of("W19.XXXA", "fall"),
            of("Z80.3", "breast cancer in mother"),
            of("R07.9", "chest pain"),
            of("S52.501A", "wrist fracture"),
            of("Z00.00", "physical exam"),
        )
    )
    assert order(draft) == ["Z00.00", "R07.9", "S52.501A", "Z80.3", "W19.XXXA"]


def test_pregnancy_leads_and_the_outcome_of_delivery_never_does() -> None:
    draft = Draft(
        (
            of("Z37.0", "live birth"),
            of("I10", "hypertension"),
            of("O24.410", "gestational diabetes"),
        )
    )
    assert order(draft) == ["O24.410", "I10", "Z37.0"]


def test_etiology_goes_before_a_manifestation_named_first() -> None:
    text = "foot ulcer. COPD. type 2 diabetes."
    draft = Draft(
        (
            suggest("L97.509", words(text, "foot ulcer")),
            suggest("J44.9", words(text, "COPD")),
            suggest("E11.621", words(text, "type 2 diabetes")),
        )
    )
    assert order(draft, text) == ["E11.621", "L97.509", "J44.9"]


def test_the_most_final_section_decides() -> None:
    text = "Hypertension. COPD. COPD first."
    draft = Draft(
        (
            suggest("I10", words(text, "Hypertension", section="past_medical_history")),
            suggest(
                "J44.9",
                words(text, "COPD", section="past_medical_history"),
                words(text, "COPD", section="assessment", nth=2),
            ),
        )
    )
    assert order(draft, text) == ["J44.9", "I10"]


def test_what_the_patient_came_for_leads_where_the_conclusions_name_it() -> None:
    text = "Cough. Hypertension, cough. Fracture."
    cough = (
        words(text, "Cough", section="chief_complaint"),
        words(text, "cough", section="assessment"),
    )
    draft = Draft(
        (
            suggest("I10", words(text, "Hypertension", section="assessment")),
            suggest("R05.9", *cough),
            suggest("S52.501A", words(text, "Fracture", section="chief_complaint")),
        )
    )
    assert order(draft, text) == ["R05.9", "I10", "S52.501A"]


def test_evidence_that_does_not_count_gives_no_place() -> None:
    text = "COPD. Hypertension. COPD."
    silent = Evidence(words(text, "COPD").span, "COPD", "none", (), "title", 0.0)
    copd = suggest("J44.9", silent, words(text, "COPD", nth=2))
    draft = Draft((copd, suggest("I10", words(text, "Hypertension"))))
    assert order(draft, text) == ["I10", "J44.9"]


@pytest.mark.parametrize(
    ("setting", "claim", "role"),
    [
        (Setting.INPATIENT, None, Role.PRINCIPAL),
        (Setting.INPATIENT, Claim.PROFESSIONAL, Role.FIRST_LISTED),
        (Setting.EMERGENCY, None, Role.FIRST_LISTED),
    ],
)
def test_the_leading_role(setting: Setting, claim: Claim | None, role: Role) -> None:
    draft = Draft((of("I10", "hypertension"), of("R07.9", "chest pain")))
    result = Sequencing().apply(draft, read(TEXT, setting=setting, claim=claim), CODES)
    assert [s.role for s in result.suggestions] == [role, Role.SECONDARY]


def test_what_is_for_review_has_no_place() -> None:
    doubtful = suggest("R07.9", words(TEXT, "chest pain"), decision=Decision.REVIEW)
    result = Sequencing().apply(Draft((doubtful,)), read(TEXT), CODES)
    assert (the(result, "R07.9").sequence, the(result, "R07.9").role) == (None, Role.SECONDARY)


def test_the_sections_it_knows_are_those_that_the_reader_gives() -> None:
    assert {label for labels in FINAL_SECTIONS for label in labels} <= section_kinds().keys()

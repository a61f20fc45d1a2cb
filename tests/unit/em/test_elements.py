"""Problems, data and risk: each level with words that reach it, and words that must not."""

from __future__ import annotations

import pytest

from coding.em.data import assess_data, unique_tests
from coding.em.page import Page
from coding.em.problems import Kind, assess_problems, kind_of
from coding.em.risk import assess_risk
from coding.em.values import Level
from tests.unit.em.kit import diagnoses, page, read

S, L, M, H = Level.STRAIGHTFORWARD, Level.LOW, Level.MODERATE, Level.HIGH


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("J06.9", Kind.ACUTE),
        ("J00", Kind.MINOR),
        ("I10", Kind.CHRONIC),
        ("I21.4", Kind.THREAT),
        ("J18.9", Kind.SYSTEMIC),
        ("R63.4", Kind.UNDIAGNOSED),
        ("E11.65", Kind.FLARE),
        ("J45.41", Kind.FLARE),
        ("J45.40", Kind.CHRONIC),
        ("Z79.4", Kind.NONE),
        ("W19.XXXA", Kind.NONE),
        ("S93.401A", Kind.ACUTE),
        ("S52.501A", Kind.INJURY),
        ("S52.501D", Kind.ACUTE),
        ("T43.221A", Kind.SYSTEMIC),
        ("T43.225A", Kind.NONE),
    ],
)
def test_the_kind_of_a_diagnosis(code: str, kind: Kind) -> None:
    assert kind_of(code) is kind


@pytest.mark.parametrize(
    ("assessment", "pairs", "level"),
    [
        ("Common cold.", [("J00", "Common cold")], S),
        ("Tonsillitis.", [("J03.90", "Tonsillitis")], L),
        ("Gout, doing well.", [("M10.9", "Gout")], L),
        ("Gout, worse than before.", [("M10.9", "Gout")], M),
        ("Gout, not worse than before.", [("M10.9", "Gout")], L),
        ("Gout and hypertension, doing well.", [("M10.9", "Gout"), ("I10", "hypertension")], M),
        ("Weight loss.", [("R63.4", "Weight loss")], M),
        ("Low back pain.", [("M54.50", "back pain")], L),
        ("Chronic back pain, flaring.", [("M54.50", "back pain")], M),
        ("Lung cancer, stable.", [("C34.90", "Lung cancer")], L),
        ("Lung cancer with progression.", [("C34.90", "Lung cancer")], H),
        ("Heart attack.", [("I21.9", "Heart attack")], H),
        ("Pneumonia, septic.", [("J18.9", "Pneumonia")], H),
        ("Something odd.", [], L),
    ],
)
def test_problems(assessment: str, pairs: list[tuple[str, str]], level: Level) -> None:
    reading = read(f"SUBJECTIVE: Here again.\nASSESSMENT: {assessment}")
    found = assess_problems(Page(reading), diagnoses(reading, *pairs))
    assert found.level is level
    assert found.spans or not pairs


def test_what_the_note_does_not_assess_is_no_problem_of_the_visit() -> None:
    reading = read("PAST MEDICAL HISTORY: Gout.\nASSESSMENT: Tonsillitis and a wart.")
    pairs = (("M10.9", "Gout"), ("J03.90", "Tonsillitis"))
    found = assess_problems(Page(reading), diagnoses(reading, *pairs))
    assert found.level is L
    assert [span.of(reading.note.text) for span in found.spans] == ["Tonsillitis"]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("ASSESSMENT: Sprain.", S),
        ("RESULTS: Hemoglobin 13. White count 6.\nASSESSMENT: Sprain.", S),
        ("RESULTS: TSH 2.1. Hemoglobin 13.\nASSESSMENT: Fatigue.", L),
        ("SUBJECTIVE: Mother states that he coughs.\nASSESSMENT: Cough.", L),
        ("ASSESSMENT: Fatigue.\nPLAN: Order TSH, CBC and urinalysis.", M),
        ("RESULTS: Chest x-ray interpreted by me shows no mass.\nASSESSMENT: Cough.", M),
        ("ASSESSMENT: Cough. I discussed the case with Dr. Bell of radiology.", M),
        (
            "RESULTS: EKG interpreted by myself is normal.\n"
            "ASSESSMENT: Chest pain. I spoke with Dr. Bell.",
            H,
        ),
    ],
)
def test_data(text: str, level: Level) -> None:
    assert assess_data(page(text)).level is level


def test_a_test_counts_once_and_only_where_done_or_ordered() -> None:
    text = "RESULTS: TSH 2.1.\nASSESSMENT: Goiter. TSH is normal.\nPLAN: No MRI needed."
    assert set(unique_tests(page(text))) == {"test_thyroid"}
    assert set(unique_tests(page("ASSESSMENT: Fatigue. Labs reviewed."))) == {"test_labs"}


@pytest.mark.parametrize(
    ("plan", "level"),
    [
        ("Reassurance.", S),
        ("Tylenol as needed.", L),
        ("Physical therapy.", L),
        ("Start lisinopril 10 mg daily.", M),
        ("Continue current medications.", M),
        ("Begin frobnazine 20 mg daily.", M),
        ("She agreed to proceed with hernia repair.", M),
        ("He cannot afford his drugs.", M),
        ("The patient was admitted to the hospital.", H),
        ("The patient was not admitted to the hospital.", S),
        ("Cycle two of chemotherapy today.", H),
        ("She agreed to undergo a craniotomy and resection of the tumor.", H),
        ("Code status is DNR.", H),
    ],
)
def test_risk(plan: str, level: Level) -> None:
    assert assess_risk(page(f"ASSESSMENT: Something.\nPLAN: {plan}")).level is level


def test_drugs_of_the_list_alone_are_not_managed() -> None:
    text = "MEDICATIONS: Lisinopril 10 mg daily.\nASSESSMENT: Sprain.\nPLAN: Rest."
    assert assess_risk(page(text)).level is S

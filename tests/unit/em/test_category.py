"""Which kind of visit a note tells of, and whether the patient is new."""

from __future__ import annotations

from datetime import date

import pytest

from coding.em.category import category
from coding.em.newness import newness
from coding.types import Encounter, Setting
from tests.unit.em.kit import codes, page, read

OFFICE = """CHIEF COMPLAINT: Sore elbow.
HISTORY OF PRESENT ILLNESS: {history}
ASSESSMENT: Elbow pain.
PLAN: Rest and ice."""


@pytest.mark.parametrize(
    ("text", "setting", "family"),
    [
        (OFFICE.format(history="He returns with a sore elbow."), Setting.OUTPATIENT, "office"),
        (OFFICE.format(history="She fell on stairs."), Setting.EMERGENCY, "emergency"),
        (
            "REASON FOR CONSULTATION: Low sodium.\nASSESSMENT: Low sodium.\nPLAN: Restrict water.",
            Setting.INPATIENT,
            "consultation-inpatient",
        ),
        (
            "PROGRESS NOTE\nSUBJECTIVE: Slept well.\nASSESSMENT: Pneumonia.\nPLAN: Same drugs.",
            Setting.INPATIENT,
            "hospital-subsequent",
        ),
        (
            "REASON FOR ADMISSION: Cough.\nHISTORY OF PRESENT ILLNESS: Ill for days.\n"
            "ASSESSMENT: Pneumonia.\nPLAN: Ceftriaxone.",
            Setting.INPATIENT,
            "hospital-initial",
        ),
        (
            "DISCHARGE SUMMARY\nHOSPITAL COURSE: Uneventful.\nDISCHARGE DIAGNOSIS: Pneumonia.",
            Setting.INPATIENT,
            "hospital-discharge",
        ),
        (
            "SUBJECTIVE: The patient was seen today at the nursing home.\nASSESSMENT: Gout.",
            Setting.OUTPATIENT,
            "nursing",
        ),
        (
            "SUBJECTIVE: He comes in for his annual physical exam.\nASSESSMENT: Healthy man.",
            Setting.OUTPATIENT,
            "preventive",
        ),
        (
            "SUBJECTIVE: Telephone visit, the patient has no camera.\nASSESSMENT: Gout.",
            Setting.OUTPATIENT,
            "audio",
        ),
        (
            "HISTORY OF PRESENT ILLNESS: She is here in consultation at the request of Dr. Lee.\n"
            "ASSESSMENT: Tremor.",
            Setting.OUTPATIENT,
            "consultation-office",
        ),
        (
            "HISTORY: The worker comes for an impairment rating of his wrist.\nASSESSMENT: Sprain.",
            Setting.OUTPATIENT,
            "disability",
        ),
        (
            "SUBJECTIVE: Post-op visit, two weeks after her hernia repair.\nASSESSMENT: Healing.",
            Setting.OUTPATIENT,
            "postoperative",
        ),
        (
            "ED COURSE: Intubated. Critical care time was 40 minutes.\nASSESSMENT: Sepsis.",
            Setting.EMERGENCY,
            "critical-care",
        ),
        # Less than half an hour is part of the emergency visit.
        (
            "ED COURSE: Critical care time was 20 minutes.\nASSESSMENT: Sepsis.",
            Setting.EMERGENCY,
            "emergency",
        ),
    ],
)
def test_the_kind_of_visit(text: str, setting: Setting, family: str) -> None:
    assert category(page(text, setting)).family == family


@pytest.mark.parametrize(
    "text",
    [
        "PREOPERATIVE DIAGNOSIS: Hernia.\nPOSTOPERATIVE DIAGNOSIS: Hernia.\n"
        "ANESTHESIA: General.\nDESCRIPTION OF PROCEDURE: The sac was opened.",
        "EXAM: CT of the chest.\nTECHNIQUE: Axial slices.\nFINDINGS: Clear.\nIMPRESSION: Normal.",
        "NUTRITION CONSULT\nASSESSMENT: Overweight.\nPLAN: Fewer sweets.",
        "NEUROPSYCHOLOGICAL EVALUATION\nTESTS ADMINISTERED: Memory.\nIMPRESSION: Average.",
    ],
    ids=["operative report", "imaging", "dietitian", "tests of the mind"],
)
def test_what_is_no_visit(text: str) -> None:
    assert category(page(text)).family is None
    assert codes(read(text)) == []


def test_an_annual_exam_of_the_past_is_no_preventive_visit() -> None:
    text = OFFICE.format(history="He had an annual exam last year and returns with a sore elbow.")
    assert category(page(text)).family == "office"


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ("This new patient fell off a ladder.", "new"),
        ("She was referred by Dr. Stone for a sore elbow.", "new"),
        ("Since I last saw her the elbow has hurt.", "established"),
        ("He returns today because the elbow hurts.", "established"),
        ("Established patient, referred by Dr. Stone again.", "established"),
        ("She fell on stairs.", "unknown"),
        ("He is not a new patient.", "unknown"),
    ],
)
def test_new_or_established_by_words(history: str, expected: str) -> None:
    assert newness(page(OFFICE.format(history=history))).value == expected


def test_the_plan_says_nothing_of_the_past() -> None:
    text = "CHIEF COMPLAINT: Sore elbow.\nASSESSMENT: Sprain.\nPLAN: Follow-up in two weeks."
    assert newness(page(text)).value == "unknown"


def test_what_the_sender_says_goes_before_the_words() -> None:
    text = OFFICE.format(history="He returns today because the elbow hurts.")
    (code,) = codes(read(text, encounter=Encounter(new_patient=True)), ("M25.521", "Elbow pain"))
    assert code in {"99202", "99203"}


def test_unknown_gives_both_the_likelier_first() -> None:
    text = OFFICE.format(history="She fell on stairs.")
    found = codes(read(text), ("M25.521", "Elbow pain"))
    assert found == ["99213", "99203"]


def test_calls_by_telephone_have_new_codes_from_2025() -> None:
    text = "SUBJECTIVE: Telephone visit, follow-up of gout. I spent 22 minutes.\nASSESSMENT: Gout."
    assert codes(read(text, service_date=date(2025, 1, 1)), ("M10.9", "Gout")) == ["98013"]
    assert codes(read(text, service_date=date(2024, 12, 31)), ("M10.9", "Gout")) == ["99443"]


def test_a_nurse_alone_gives_the_lowest_visit() -> None:
    text = OFFICE.format(history="He returns for a blood pressure check.")
    assert codes(read(text, author_role="registered nurse")) == ["99211"]
    assert codes(read(text, author_role="nurse practitioner")) != ["99211"]

"""Headers open a section wherever their place leaves no doubt, and nowhere else."""

from __future__ import annotations

import pytest

from coding.sections import load_headers, section_kinds
from coding.types import Assertion, Span
from tests.unit.reading_kit import read, said_of, sections_of

HEADERS = {
    "chief_complaint": "Chief Complaint|CC|Reason for Visit|Reason for Consultation|"
    "Presenting Complaint|Reason for Admission",
    "history_present_illness": "History of Present Illness|HPI|Interval History|History|"
    "Present Illness|Clinical History",
    "past_medical_history": "Past Medical History|PMH|PMHx|Medical History|Past History|"
    "Obstetric History|Psychiatric History|Past Medical Conditions",
    "past_surgical_history": "Past Surgical History|PSH|Surgical History|Past Surgical Hx",
    "medications": "Medications|Current Medications|Home Medications|Meds|Medication List|"
    "Medications on Admission|Outpatient Medications",
    "discharge_medications": "Discharge Medications|Medications on Discharge",
    "allergies": "Allergies|Drug Allergies|Medication Allergies",
    "family_history": "Family History|FH|FHx|Family Medical History",
    "social_history": "Social History|SH|SHx|Personal and Social History",
    "family_social_history": "Family/Social History|Family History and Social History",
    "review_of_systems": "Review of Systems|ROS|Systems Review",
    "physical_exam": "Physical Examination|Physical Exam|PE|Exam|Mental Status Examination|"
    "On Examination",
    "vitals": "Vitals|Vital Signs|VS",
    "results": "Results|Laboratory Data|Labs|Laboratory Results|Diagnostic Studies|Data|EKG",
    "imaging": "Imaging|Radiology|Imaging Studies|Chest X-Ray|Medical Imaging",
    "assessment": "Assessment|Clinical Assessment|Differential Diagnosis|Conclusion",
    "impression": "Impression|Impressions|Clinical Impression",
    "assessment_plan": "Assessment and Plan|Assessment & Plan|Assessment/Plan|A/P|A&P|"
    "Impression and Plan|Assessment and Recommendations",
    "diagnosis": "Diagnosis|Diagnoses|Final Diagnosis|Principal Diagnosis|Secondary Diagnoses|Dx",
    "discharge_diagnosis": "Discharge Diagnosis|Discharge Diagnoses",
    "admission_diagnosis": "Admission Diagnosis|Admitting Diagnoses",
    "preoperative_diagnosis": "Preoperative Diagnosis|Pre-operative Diagnosis|Preop Diagnosis|"
    "Preoperative Diagnoses|Pre-op Dx|Preoperative Diagnosis(es)",
    "postoperative_diagnosis": "Postoperative Diagnosis|Post-operative Diagnosis|"
    "Postop Diagnosis|Postoperative Diagnoses|Post-op Dx",
    "problem_list": "Problem List|Active Problems|Problems",
    "plan": "Plan|Treatment Plan|Plan of Care|Recommendations|Treatment",
    "procedure": "Procedure|Procedures|Procedure Performed|Operation|Operations Performed|"
    "Title of Operation",
    "procedure_description": "Description of Procedure|Procedure in Detail|Technique|"
    "Operative Technique|Details of Procedure",
    "findings": "Findings|Operative Findings|Intraoperative Findings",
    "indications": "Indications|Indication for Procedure|Indications for Surgery",
    "anesthesia": "Anesthesia|Anaesthesia|Type of Anesthesia",
    "complications": "Complications",
    "specimens": "Specimens|Specimens Removed",
    "blood_loss": "Estimated Blood Loss|EBL|Drains",
    "hospital_course": "Hospital Course|Brief Hospital Course|ED Course|Medical Decision Making|"
    "MDM",
    "disposition": "Disposition|Discharge Disposition|Condition on Discharge",
    "discharge_instructions": "Discharge Instructions|Return Precautions",
    "patient_instructions": "Patient Instructions|Patient Education",
    "follow_up": "Follow-up|Follow up|Followup",
    "subjective": "Subjective",
    "objective": "Objective",
    "immunizations": "Immunizations|Vaccinations",
    "consults": "Consultations|Consults",
    "informed_consent": "Informed Consent|Consent",
}
PAIRS = [(label, words) for label, group in HEADERS.items() for words in group.split("|")]


def note(line: str) -> str:
    return f"Seen today.\n\n{line}\nMigraine without aura.\n"


def test_there_are_more_headers_here_than_were_measured() -> None:
    assert len(PAIRS) > 83
    assert {label for label, _ in PAIRS} == {h.label for h in load_headers()} - {"other"}


@pytest.mark.parametrize("form", ["{}:", "{}", "{} :", "**{}:**", "## {}", "{} -"])
@pytest.mark.parametrize(("label", "words"), PAIRS)
def test_a_header_on_its_own_line(label: str, words: str, form: str) -> None:
    text = note(form.format(words))
    section = read(text).sections[-1]
    assert (section.label, section.title.of(text)) == (label, words)
    assert section.body.of(text).strip() == "Migraine without aura."


@pytest.mark.parametrize(("label", "words"), PAIRS)
def test_a_header_in_capitals_with_its_text_behind_it(label: str, words: str) -> None:
    text = f"SEEN TODAY.\n{words.upper()}: Migraine without aura.\n"
    assert sections_of(text)[-1] == (label, "Migraine without aura.")


@pytest.mark.parametrize(("label", "words"), PAIRS)
def test_a_header_in_a_note_that_lost_its_lines(label: str, words: str) -> None:
    text = f"Seen today. {words.upper()}: Migraine without aura."
    assert sections_of(text)[-1] == (label, "Migraine without aura.")


@pytest.mark.parametrize(
    "text",
    [
        "She takes these medications: metformin and aspirin.",
        "He stopped all medications: they made him ill.",
        "We discussed the plan: rest and fluids.",
        "Her past medical history: nothing of note, she says.",
        "She brought a list of medications\nand left.",
        "Their assessment of her diagnosis was plan B.",
        "The procedure was explained.\nShe has no family history of note.",
    ],
)
def test_words_in_a_sentence_open_nothing(text: str) -> None:
    assert sections_of(text) == [("none", text)]


def test_history_in_a_header_makes_nothing_historical() -> None:
    for title in ("History", "History of Present Illness", "Interval History", "Past History"):
        assert said_of(f"{title}: Pneumonia.", "Pneumonia") == {"affirmed"}


@pytest.mark.parametrize(
    ("title", "assertion"),
    [
        ("Family History", "family"),
        ("Past Surgical History", "historical"),
        ("Discharge Instructions", "hypothetical"),
        ("Informed Consent", "hypothetical"),
    ],
)
def test_what_a_header_says_of_all_under_it(title: str, assertion: str) -> None:
    text = f"{title}:\nStroke.\nAsthma.\n\nAssessment:\nGout."
    assert said_of(text, "Stroke") == said_of(text, "Asthma") == {assertion}
    assert said_of(text, "Gout") == {"affirmed"}


def test_an_unknown_header_ends_what_went_before() -> None:
    text = "Medications:\nAspirin.\nCode Status:\nFull code."
    assert sections_of(text) == [("medications", "Aspirin."), ("other", "Full code.")]


def test_family_history_holds_its_relatives_and_ends_at_another_header() -> None:
    text = "FAMILY HISTORY:\nMOTHER: Gout.\nPATERNAL AUNT: Lupus.\nSPEECH: Delayed."
    assert [label for label, _ in sections_of(text)] == ["family_history", "other"]
    assert said_of(text, "Gout") == said_of(text, "Lupus") == {"family"}
    assert said_of(text, "Delayed") == {"affirmed"}
    text = "Family History\nMother: Gout.\nHeart disease: none.\nPlan\nWalks."
    assert [label for label, _ in sections_of(text)] == ["family_history", "plan"]


def test_body_systems_stay_in_their_review() -> None:
    text = "ROS:\nGeneral: No fever.\nSkin: Rash.\nPHYSICAL EXAM:\nHEENT: Normal.\nLungs: Clear."
    assert [label for label, _ in sections_of(text)] == ["review_of_systems", "physical_exam"]


def test_bullets_under_a_plan_stay_in_it() -> None:
    text = "PLAN\n- Medications: continue.\n- Follow-up: in a week.\n- Labs: none."
    assert [label for label, _ in sections_of(text)] == ["plan"]


def test_numbered_headers() -> None:
    text = "1. Subjective: tired.\n2. Objective: pale.\n3) Assessment: anemia.\n4) Plan: iron."
    labels = ["subjective", "objective", "assessment", "plan"]
    assert [label for label, _ in sections_of(text)] == ["none", *labels]


def test_lines_that_end_as_windows_writes_them() -> None:
    text = "CC:\r\nCough.\r\n\r\nAssessment\r\nBronchitis.\r\nPLAN\r\nRest."
    assert sections_of(text) == [
        ("chief_complaint", "Cough."),
        ("assessment", "Bronchitis."),
        ("plan", "Rest."),
    ]


def test_a_note_without_headers_is_one_section_without_title() -> None:
    text = "Cough for a week, now better."
    (section,) = read(text).sections
    assert (section.label, section.title, section.body) == ("none", Span(0, 0), Span(0, len(text)))


def test_every_label_has_a_kind_and_headers_are_named_once() -> None:
    kinds = {
        "diagnosis",
        "complaint",
        "history",
        "exam",
        "results",
        "plan",
        "medications",
        "family",
        "social",
        "instructions",
        "procedure",
        "other",
        "none",
    }
    assert set(section_kinds().values()) == kinds
    words = [w.lower() for h in load_headers() for w in h.headers]
    assert len(words) == len(set(words))
    assert {h.implies for h in load_headers()} <= {
        None,
        Assertion.FAMILY,
        Assertion.HISTORICAL,
        Assertion.HYPOTHETICAL,
    }

"""Each modifier once where the note calls for it, and once where it must not be given."""

from __future__ import annotations

import pytest

from coding.types import Setting, System
from tests.unit.claims.kit import (
    VISIT,
    Parts,
    claim,
    diagnosis,
    found,
    line,
    marked,
    modifiers,
    plain,
    read,
    suggest,
)

OPERATION: Parts = (
    ("preoperative_diagnosis", "Preoperative Diagnosis", "Left inguinal hernia."),
    ("procedure", "Procedure", "Open inguinal hernia repair."),
    ("procedure_description", "Description", "The sac was tied off. Mesh was sewn in."),
)

SIDES = [
    ("Injection of the right knee with steroid.", "20610", "Injection", {"RT"}),
    ("Injection of the left knee with steroid.", "20610", "Injection", {"LT"}),
    ("Bilateral myringotomy with tubes.", "69436", "myringotomy with tubes", {"50"}),
    ("Injection of both knees with steroid.", "20610", "Injection", {"50"}),
    ("The drain was left in place after the knee injection.", "20610", "knee injection", set()),
    ("The patient lay in left lateral decubitus for the knee injection.", "20610", "inj", set()),
    ("Both-bone fracture: closed reduction of the right forearm.", "25605", "reduction", {"RT"}),
    ("Colonoscopy to the right colon.", "45378", "Colonoscopy", set()),
    ("Hysterectomy with left ovary kept.", "58150", "Hysterectomy", set()),
    ("Bilateral vasectomy.", "55250", "vasectomy", set()),
    ("X-ray of the right wrist, three views.", "73110", "X-ray", {"RT"}),
]


@pytest.mark.parametrize(("text", "code", "words", "expected"), SIDES)
def test_sides(text: str, code: str, words: str, expected: set[str]) -> None:
    assert marked(plain(text), code, words) == expected


def test_the_side_is_taken_from_the_diagnosis_of_an_operation() -> None:
    reading = read(*OPERATION)
    draft = claim(reading, suggest(reading, "49505", "inguinal hernia repair"))
    assert modifiers(draft, "49505") == ("LT",)
    step = next(p for p in line(draft, "49505").proof if p.ref.startswith("modifier.LT"))
    assert step.kind == "rule"
    assert [span.of(reading.note.text) for span in step.spans] == ["Left"]


def test_two_operations_on_two_sides_keep_theirs() -> None:
    reading = plain("Right orchiectomy was done. Left orchiopexy was done.")
    draft = claim(
        reading,
        suggest(reading, "54520", "orchiectomy"),
        suggest(reading, "54640", "orchiopexy"),
    )
    assert (modifiers(draft, "54520"), modifiers(draft, "54640")) == (("RT",), ("LT",))


def test_a_brace_for_both_sides_has_a_line_each() -> None:
    reading = plain("Bilateral ankle braces were fitted.")
    assert marked(reading, "L1906", "ankle braces", system=System.HCPCS) == {"LT", "RT"}


def test_eyes_have_latin_sides_where_the_eye_is_ill() -> None:
    reading = plain("Cataract. Phacoemulsification OD done.")
    procedure = suggest(reading, "66984", "Phacoemulsification")
    ill = diagnosis(reading, "H25.11", "Cataract")
    assert modifiers(claim(reading, procedure, ill), "66984") == ("RT",)
    assert modifiers(claim(reading, procedure), "66984") == ()


PLACES = [
    ("Left ring finger trigger release.", "26055", "trigger release", {"F3"}),
    ("Right thumb splint applied.", "29130", "splint applied", {"F5"}),
    ("Nail of the right great toe removed.", "11730", "removed", {"T5"}),
    ("Nail of the left fifth toe removed.", "11730", "removed", {"T4"}),
    ("Finger splint applied.", "29130", "splint applied", set()),
    ("Left lower eyelid defect closed.", "67971", "defect closed", {"E2"}),
    ("Blepharoplasty of both upper eyelids.", "15823", "Blepharoplasty", {"E1", "E3"}),
    ("Stent placed in the LAD.", "92928", "Stent placed", {"LD"}),
    ("Stent placed in the right coronary artery.", "92928", "Stent placed", {"RC"}),
    ("Stent placed in the circumflex.", "92928", "Stent placed", {"LC"}),
    ("Stent placed in the left main.", "92928", "Stent placed", {"LM"}),
    ("Stent placed in the ramus intermedius.", "92928", "Stent placed", {"RI"}),
    ("Stent placed in a coronary vessel.", "92928", "Stent placed", set()),
]


@pytest.mark.parametrize(("text", "code", "words", "expected"), PLACES)
def test_exact_places(text: str, code: str, words: str, expected: set[str]) -> None:
    assert marked(plain(text), code, words) == expected


def test_a_visit_of_its_own_beside_an_injection_has_25() -> None:
    reading = read(*VISIT, ("procedure", "Procedure", "Right knee injected."))
    draft = claim(
        reading,
        suggest(reading, "99213", "Bronchitis"),
        suggest(reading, "20610", "knee injected"),
    )
    assert modifiers(draft, "99213") == ("25",)
    assert "claims.visit-with-procedure" not in found(draft)


def test_a_visit_for_the_injection_alone_has_no_25() -> None:
    reading = plain("Here for her right knee injection. Right knee injected.")
    draft = claim(
        reading, suggest(reading, "99212", "Here for"), suggest(reading, "20610", "knee injected")
    )
    assert modifiers(draft, "99212") == ()
    assert "claims.visit-with-procedure" in found(draft)


def test_a_visit_alone_has_no_25() -> None:
    reading = read(*VISIT)
    assert marked(reading, "99213", "Bronchitis") == set()


def test_a_problem_beside_a_preventive_visit_has_25() -> None:
    reading = plain("Annual physical. Cough treated with an inhaler.")
    draft = claim(
        reading, suggest(reading, "99396", "Annual physical"), suggest(reading, "99213", "Cough")
    )
    assert (modifiers(draft, "99213"), modifiers(draft, "99396")) == (("25",), ())


def test_the_visit_that_decided_an_operation_has_57() -> None:
    text = "Appendicitis. Decision for surgery was made. Laparoscopic appendectomy performed."
    reading = plain(text)
    visit = suggest(reading, "99223", "Appendicitis")
    operation = suggest(reading, "44970", "Laparoscopic appendectomy")
    assert modifiers(claim(reading, visit, operation), "99223") == ("57",)
    assert modifiers(claim(reading, visit), "99223") == ()


CUES = [
    ("Rash, unrelated to her recent surgery.", "99213", "Rash", {"24"}),
    ("Rash after her recent surgery.", "99213", "Rash", set()),
    ("Return to the operating room for bleeding. Wound explored.", "35840", "Wound", {"78"}),
    ("Staged procedure. Wound closed.", "13160", "Wound closed", {"58"}),
    ("Unrelated to the previous surgery. Wound closed.", "13160", "Wound closed", {"79"}),
    ("Wound closed in one stage.", "13160", "Wound closed", set()),
    ("Chest film repeated later today.", "71045", "Chest film", {"76"}),
    ("Chest film repeated by another physician.", "71045", "Chest film", {"77"}),
    ("Chest film taken.", "71045", "Chest film", set()),
    ("Potassium repeated later today.", "84132", "Potassium", {"91"}),
    ("Sigmoidoscopy was stopped due to pain.", "45330", "Sigmoidoscopy", {"53"}),
    ("Sigmoidoscopy was aborted at 25 cm.", "45330", "Sigmoidoscopy", {"52"}),
    ("Sigmoidoscopy was done in full.", "45330", "Sigmoidoscopy", set()),
    ("Bowel resected. I assisted Dr. Roe.", "44140", "Bowel resected", {"80"}),
    ("Bowel resected. I assisted as no qualified resident.", "44140", "Bowel", {"82"}),
    ("Bowel resected. I was co-surgeon.", "44140", "Bowel resected", {"62"}),
    ("Bowel resected. Dr. Roe assisted.", "44140", "Bowel resected", set()),
    ("Seen by video visit for a rash.", "99213", "Seen", {"95"}),
    ("Seen by telephone for a rash.", "99213", "Seen", {"93"}),
    ("Seen by video visit for a rash.", "98005", "Seen", set()),
    ("Ankle film taken, to be read by radiology.", "73600", "Ankle film", {"TC"}),
    ("Outside ankle film, interpretation only.", "73600", "ankle film", {"26"}),
]


@pytest.mark.parametrize(("text", "code", "words", "expected"), CUES)
def test_words_that_call_for_a_modifier(
    text: str, code: str, words: str, expected: set[str]
) -> None:
    assert marked(plain(text), code, words) == expected


def test_an_assistant_who_is_no_physician_is_as() -> None:
    text = ("none", "Note", "Bowel resected. I assisted Dr. Roe.")
    reading = read(text, author_role="PA-C")
    assert marked(reading, "44140", "Bowel resected") == {"AS"}


def test_a_film_read_in_the_emergency_room_is_the_reading_alone() -> None:
    text = ("none", "Note", "Chest film shows no infiltrate.")
    emergency = read(text, setting=Setting.EMERGENCY)
    assert marked(emergency, "71045", "Chest film") == {"26"}
    assert marked(read(text), "71045", "Chest film") == set()


LESIONS = "Lesion of the cheek excised. Biopsy of the forearm taken."


def test_the_exact_modifier_goes_before_59() -> None:
    reading = plain(LESIONS)
    both = (
        suggest(reading, "11441", "Lesion of the cheek excised"),
        suggest(reading, "11102", "Biopsy of the forearm"),
    )
    draft = claim(reading, *both)
    assert (modifiers(draft, "11102"), modifiers(draft, "11441")) == (("XS",), ())
    without = frozenset({"59"})
    assert modifiers(claim(reading, *both, known=without), "11102") == ("59",)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("taken later the same day", {"XE"}),
        ("taken by another provider", {"XP"}),
        ("taken as a prior diagnostic study was not available", {"XU"}),
        ("taken", set()),
    ],
)
def test_other_reasons_that_set_procedures_apart(words: str, expected: set[str]) -> None:
    reading = plain(f"Lesion of the cheek excised. Biopsy {words}.")
    draft = claim(
        reading,
        suggest(reading, "11441", "Lesion of the cheek excised"),
        suggest(reading, "11102", "Biopsy"),
    )
    assert set(modifiers(draft, "11102")) == expected


def test_one_site_gets_no_59() -> None:
    reading = plain("Lesion of the cheek excised. Biopsy of the cheek taken.")
    draft = claim(
        reading,
        suggest(reading, "11441", "Lesion of the cheek excised"),
        suggest(reading, "11102", "Biopsy of the cheek"),
    )
    assert modifiers(draft, "11102") == ()


def test_a_modifier_that_no_list_has_is_said_and_not_given() -> None:
    reading = plain("Injection of the right knee.")
    draft = claim(reading, suggest(reading, "20610", "Injection"), known=frozenset())
    assert modifiers(draft, "20610") == ()
    assert "claims.modifier-not-loaded" in found(draft)


def test_other_systems_get_no_modifiers() -> None:
    reading = plain("Right knee replaced.")
    assert marked(reading, "0SRC0J9", "knee replaced", system=System.ICD10PCS) == set()

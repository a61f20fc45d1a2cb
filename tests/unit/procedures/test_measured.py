"""Codes that a measure or a count chooses, on sentences written for this test."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pytest

from coding.procedures.measured import (
    COUNT_OF_ONE_PRIOR,
    UNSTATED_PRIOR,
    MeasuredGenerator,
    choices,
    measured_units,
)
from coding.types import Candidate, Code, Patient, Reading, System
from tests.unit.reading_kit import read


class _Codes:
    """As much of a code system as a generator asks for."""

    def __init__(self, codes: Collection[str], system: System = System.CPT) -> None:
        self.system = system
        self._codes = codes

    def __contains__(self, value: str) -> bool:
        return value in self._codes


def chosen(text: str) -> dict[str, int]:
    """Codes with their units, added up."""
    found: dict[str, int] = {}
    for choice in choices(read(text)):
        found[choice.code] = found.get(choice.code, 0) + choice.units
    return found


def generated(reading: Reading, *codes: str, system: System = System.CPT) -> list[Candidate]:
    made = MeasuredGenerator().generate(reading, _Codes(codes, system))  # type: ignore[arg-type]
    return list(made)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Skin: family, site group, largest diameter with both margins.
        ("Excision of benign lesion of the back, 0.5 cm.", {"11400": 1}),
        ("Excision of benign lesion of the back, 0.6 cm.", {"11401": 1}),
        ("Excision of benign lesion of the scalp measuring 15 mm.", {"11422": 1}),
        ("Excision of basal cell carcinoma of the cheek, 1.2 cm with 3 mm margins.", {"11642": 1}),
        ("Excision of basal cell carcinoma of the cheek, 1.2 cm including margins.", {"11642": 1}),
        ("Excision of melanoma of the calf, 1.4 x 0.9 cm with 5 mm margins.", {"11603": 1}),
        ("Excision of sebaceous cyst of the neck. The cyst measured 2.4 cm.", {"11423": 1}),
        ("Shave removal of a 0.8 cm lesion of the nose.", {"11311": 1}),
        ("Lipoma of the back, 4 cm, was excised.", {"21931": 1}),
        # Repairs: class by closure, total length by site group.
        ("A 2.5 cm laceration of the chin was repaired with nylon.", {"12011": 1}),
        ("A 2.6 cm laceration of the chin was repaired with nylon.", {"12013": 1}),
        (
            "A 3 cm laceration of the arm was sutured. A 5 cm laceration of the leg was sutured.",
            {"12004": 1},
        ),
        ("Layered closure of a 4 cm scalp laceration was done.", {"12032": 1}),
        ("Complex repair of a 9 cm wound of the thigh was done.", {"13121": 1, "13122": 1}),
        ("LACERATION REPAIR:\nA 4 cm scalp laceration was closed in layers.", {"12032": 1}),
        # Areas.
        ("Debridement of heel ulcer through subcutaneous tissue, 4 x 5 cm.", {"11042": 1}),
        (
            "Debridement of heel ulcer through subcutaneous tissue, 45 sq cm.",
            {"11042": 1, "11045": 2},
        ),
        ("Split thickness skin graft to the left leg, 250 sq cm.", {"15100": 1, "15101": 2}),
        # Counts.
        ("Eight plantar warts were treated with liquid nitrogen.", {"17110": 1}),
        ("Warts x 15 were frozen with liquid nitrogen.", {"17111": 1}),
        ("Cryotherapy of 6 actinic keratoses of the face.", {"17000": 1, "17003": 5}),
        ("Cryotherapy of 16 actinic keratoses of the face.", {"17004": 1}),
        ("Debridement of nails 1 through 5 of the right foot.", {"11720": 1}),
        ("Toenails 1-5 bilaterally were debrided.", {"11721": 1}),
        ("Punch biopsy x 2 was done.", {"11104": 1, "11105": 1}),
        ("Trigger point injections to the trapezius and rhomboid.", {"20552": 1}),
        ("Trigger point injections to the trapezius, rhomboid and scalene.", {"20553": 1}),
        # Joints by size, with or without ultrasound.
        ("The right knee joint was injected with Kenalog.", {"20610": 1}),
        ("Steroid injection of the left wrist.", {"20605": 1}),
        ("Under ultrasound guidance the shoulder joint was injected.", {"20611": 1}),
        # Views.
        ("Knee x-ray, 3 views, shows no fracture.", {"73562": 1}),
        ("Chest x-ray PA and lateral is clear.", {"71046": 1}),
        ("Ankle x-ray: AP, lateral and mortise views.", {"73610": 1}),
        ("Portable chest x-ray shows the tube.", {"71045": 1}),
        # Times.
        ("IV hydration was given for 45 minutes.", {"96360": 1}),
        ("IV hydration was given for 90 minutes.", {"96360": 1}),
        ("IV hydration was given for 91 minutes.", {"96360": 1, "96361": 1}),
        ("Ceftriaxone IV infusion from 10:05 to 10:45.", {"96365": 1}),
        ("Ceftriaxone IV infusion over 1 hour 45 minutes.", {"96365": 1, "96366": 1}),
        ("Psychotherapy, 45 minutes.", {"90834": 1}),
        ("Therapeutic exercise, 25 minutes.", {"97110": 2}),
        # Hernias and bladder tumors by size, tonsils by age.
        ("Umbilical hernia repair. The defect measured 2 cm.", {"49591": 1}),
        ("Umbilical hernia repair. The defect measured 4 cm.", {"49593": 1}),
        ("Incarcerated umbilical hernia repair. The defect measured 4 cm.", {"49594": 1}),
        ("TURBT of a 3 cm bladder tumor.", {"52235": 1}),
        ("A 6-year-old boy. Tonsillectomy and adenoidectomy was done.", {"42820": 1}),
        ("A 14-year-old boy. Tonsillectomy and adenoidectomy was done.", {"42821": 1}),
    ],
)
def test_the_measure_chooses_the_code(text: str, expected: dict[str, int]) -> None:
    assert chosen(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        # The site decides, and none is named.
        "Excision of benign lesion, 2 cm.",
        # Hydration of half an hour or less and therapy of under 8 minutes are not reported.
        "IV hydration was given for 30 minutes.",
        "Therapeutic exercise, 7 minutes.",
        # Other procedures with like words.
        "Excision of ganglion cyst of the wrist, 2 cm.",
        "Excision of a 2 cm lesion of the breast.",
        "A 3 cm perineal laceration was repaired.",
        "The abdominal wound was closed in layers.",
        "Trigger finger injection of the right thumb.",
        "CT of the knee.",
    ],
)
def test_what_is_no_measured_procedure_gives_nothing(text: str) -> None:
    assert chosen(text) == {}


def test_without_a_size_the_smallest_code_comes_with_a_low_prior() -> None:
    (one,) = choices(read("Excision of benign lesion of the back was done."))
    assert (one.code, one.procedure.prior) == ("11400", UNSTATED_PRIOR)


def test_an_unstated_count_is_one() -> None:
    (one,) = choices(read("Punch biopsy of the arm was done."))
    assert (one.code, one.units, one.procedure.prior) == ("11104", 1, COUNT_OF_ONE_PRIOR)


def test_one_wound_told_twice_is_one() -> None:
    text = "A 3 cm laceration of the arm was sutured. The 3 cm laceration of the arm was repaired."
    assert chosen(text) == {"12002": 1}


def test_what_was_done_counts_before_what_is_planned() -> None:
    text = "A 2 cm laceration of the arm was sutured. Plan: 6 cm laceration of the leg repair."
    assert chosen(text) == {"12001": 1}


def test_the_age_of_the_request_comes_first() -> None:
    reading = read("A 14-year-old brother came along. Tonsillectomy was performed.")
    younger = replace(reading, note=replace(reading.note, patient=Patient(age_years=5.0)))
    assert [c.code for c in choices(younger)] == ["42825"]


def test_evidence_is_exact_and_weighs_one() -> None:
    text = "Excision of basal cell carcinoma of the cheek, 1.2 cm with 3 mm margins."
    (candidate,) = generated(read(text), "11642")
    assert candidate.code == Code(System.CPT, "11642")
    assert 0 < candidate.prior <= 1
    assert candidate.generators == ("measured",)
    assert {e.source: e.quote for e in candidate.evidence} == {
        "procedure:malignant-excision": "Excision of basal",
        "site:cheek": "cheek",
        "measure:1.8 cm": "1.2 cm with 3 mm",
    }
    assert all(e.span.of(text) == e.quote for e in candidate.evidence)
    assert sum(e.weight for e in candidate.evidence) == pytest.approx(1)


def test_only_codes_of_the_release_come() -> None:
    reading = read("Complex repair of a 9 cm wound of the thigh was done.")
    assert [c.code.value for c in generated(reading, "13121")] == ["13121"]
    assert generated(reading) == []
    assert generated(reading, "13121", system=System.HCPCS) == []


def test_units_follow_with_their_words() -> None:
    reading = read("Split thickness skin graft to the left leg, 250 sq cm.")
    found = measured_units(reading)
    # The first hundred stand once, and what stands once has no units.
    assert set(found) == {"15101"}
    units, spans = found["15101"]
    assert units == 2
    assert [span.of(reading.note.text) for span in spans][-1] == "250 sq cm"


def test_a_note_without_procedures_gives_nothing() -> None:
    reading = read("Cough for three days. Lungs are clear.")
    assert generated(reading, "11400") == []

"""Which diagnoses a procedure points at, and what is said where none does."""

from __future__ import annotations

import pytest

from codesets.linkage import load_linkage
from coding.types import Code, Decision, Severity, System
from tests.unit.claims.kit import claim, diagnosis, found, line, plain, read, suggest


@pytest.mark.parametrize(
    ("procedure", "fits", "not_fits"),
    [
        ("47562", "K80.20", "H25.11"),
        ("66984", "H25.11", "K80.20"),
        ("25605", "S52.501A", "J45.909"),
        ("45378", "Z12.11", "M17.11"),
        ("90686", "Z23", "I10"),
        ("99396", "Z00.00", "Z23"),
        ("93000", "R07.9", "L60.0"),
        ("83036", "E11.9", "S52.501A"),
    ],
)
def test_the_table_ties_procedures_to_their_organs(
    procedure: str, fits: str, not_fits: str
) -> None:
    relations = load_linkage().relations(Code(System.CPT, procedure))
    assert any(r.typical and r.covers(fits) for r in relations)
    assert not any(r.covers(not_fits) for r in relations)


def test_a_procedure_points_at_its_diagnosis_and_says_why() -> None:
    reading = plain("Gallstones. Hypertension. Laparoscopic cholecystectomy done.")
    draft = claim(
        reading,
        diagnosis(reading, "I10", "Hypertension"),
        diagnosis(reading, "K80.20", "Gallstones"),
        suggest(reading, "47562", "cholecystectomy"),
    )
    assert line(draft, "47562").supports == ("K80.20",)
    refs = [step.ref for step in line(draft, "47562").proof]
    assert any(ref.startswith("claims.supports: K80.20, typical of") for ref in refs)


def test_the_diagnosis_after_the_operation_supports_it_whatever_the_table_says() -> None:
    reading = read(
        ("postoperative_diagnosis", "Postoperative Diagnosis", "Foreign body of the colon."),
        ("procedure", "Procedure", "Exploration of the abdomen."),
        ("procedure_description", "Description", "The abdomen was opened."),
    )
    draft = claim(
        reading,
        diagnosis(reading, "T18.4XXA", "Foreign body of the colon"),
        suggest(reading, "49000", "Exploration"),
    )
    assert line(draft, "49000").supports == ("T18.4XXA",)


def test_pcs_codes_are_linked_too() -> None:
    reading = plain("Gallstones. Gallbladder taken out.")
    draft = claim(
        reading,
        diagnosis(reading, "K80.20", "Gallstones"),
        suggest(reading, "0FT44ZZ", "Gallbladder", system=System.ICD10PCS),
    )
    assert line(draft, "0FT44ZZ").supports == ("K80.20",)


def test_a_visit_points_at_four_problems_and_at_no_external_cause() -> None:
    reading = plain("Diabetes, hypertension, asthma, gout and acne after a fall.")
    values = {
        "W19.XXXA": "fall",
        "E11.9": "Diabetes",
        "I10": "hypertension",
        "J45.909": "asthma",
        "M10.9": "gout",
        "L70.0": "acne",
    }
    draft = claim(
        reading,
        *(diagnosis(reading, value, word) for value, word in values.items()),
        suggest(reading, "99214", "Diabetes"),
    )
    supports = line(draft, "99214").supports or ()
    assert len(supports) == 4
    assert "W19.XXXA" not in supports


def test_only_accepted_diagnoses_support() -> None:
    reading = plain("Gallstones. Cholecystectomy done.")
    weak = suggest(reading, "K80.20", "Gallstones", system=System.ICD10CM, decision=Decision.REVIEW)
    draft = claim(reading, weak, suggest(reading, "47562", "Cholecystectomy"))
    assert line(draft, "47562").supports is None
    (finding,) = [f for f in draft.findings if f.rule == "claims.no-supporting-diagnosis"]
    assert finding.severity is Severity.WARNING
    assert finding.codes == (Code(System.CPT, "47562"),)


def test_a_linked_procedure_and_one_for_review_give_no_warning() -> None:
    reading = plain("Gallstones. Cholecystectomy done. Toenail cut.")
    draft = claim(
        reading,
        diagnosis(reading, "K80.20", "Gallstones"),
        suggest(reading, "47562", "Cholecystectomy"),
        suggest(reading, "11719", "Toenail cut", decision=Decision.REVIEW),
    )
    assert "claims.no-supporting-diagnosis" not in found(draft)

"""The rule: suggestions with their proof, findings that lay the level open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coding.em.rule import EvaluationAndManagement
from coding.types import Code, Decision, Draft, Encounter, Reading, Role, Setting, System
from tests.unit.em.kit import FakeCpt, diagnoses, read
from tests.unit.rule_kit import CODES, icd, suggest, the, values, words

TEXT = """SUBJECTIVE: She returns for her blood pressure and gout.
ASSESSMENT: Hypertension and gout, both stable.
PLAN: Continue lisinopril 10 mg daily. Labs in six months."""
RULE = EvaluationAndManagement({"office-established": 0.8, "office-new": 0.6, "emergency": 0.4})
CPT = FakeCpt()


def draft_of(reading: Reading) -> Draft:
    pairs = (("I10", "Hypertension"), ("M10.9", "gout"))
    return Draft(diagnoses(reading, *pairs))


def apply(reading: Reading, cpt: FakeCpt = CPT) -> Draft:
    return RULE.apply(draft_of(reading), reading, cpt)


def findings(draft: Draft) -> dict[str, str]:
    return {f.rule: f.message for f in draft.findings}


def test_the_visit_is_suggested_with_its_proof() -> None:
    found = the(apply(read(TEXT)), "99214")
    assert found.role is Role.PROCEDURE
    assert found.decision is Decision.ACCEPT
    assert found.probability == 0.8
    assert sum(e.weight for e in found.evidence) == pytest.approx(1)
    assert all(e.span.of(TEXT) == e.quote for e in found.evidence)
    refs = [step.ref for step in found.proof if step.kind == "rule"]
    assert "em.problems: moderate: two or more stable chronic conditions" in refs
    assert any(ref.startswith("em.data: ") for ref in refs)
    assert any(ref.startswith("em.risk: moderate: ") for ref in refs)
    assert found.proof[-1].ref == "99214 Title of 99214"
    assert [a.code.value for a in found.alternatives] == ["99213", "99215"]


def test_the_finding_shows_elements_and_limit_without_a_word_of_the_note() -> None:
    message = findings(apply(read(TEXT)))["em.level"]
    assert "problems: moderate" in message
    assert "limited by" in message
    assert "99215 needs" in message
    assert "lisinopril" not in message.lower()
    assert "gout" not in message.lower()


def test_other_systems_and_other_notes_are_left_alone() -> None:
    reading = read(TEXT)
    assert RULE.apply(draft_of(reading), reading, CODES) == draft_of(reading)
    report = read("OPERATIVE REPORT\nPROCEDURE PERFORMED: Hernia repair.\nFINDINGS: Hernia.")
    assert RULE.apply(Draft(()), report, CPT) == Draft(())


def test_unknown_newness_gives_both_and_accepts_one() -> None:
    draft = apply(read(TEXT.replace("She returns for", "She speaks of")))
    assert the(draft, "99214").decision is Decision.ACCEPT
    assert the(draft, "99204").decision is Decision.REVIEW
    assert the(draft, "99214").probability > the(draft, "99204").probability
    assert "99204 if new" in findings(draft)["em.new-or-established"]


def test_known_newness_says_nothing_of_it() -> None:
    assert "em.new-or-established" not in findings(apply(read(TEXT)))


def test_a_doubtful_level_is_for_review() -> None:
    draft = apply(read(TEXT, Setting.EMERGENCY))
    assert the(draft, "99284").decision is Decision.REVIEW


def test_a_code_that_is_not_loaded_is_named_and_not_suggested() -> None:
    draft = apply(read(TEXT), FakeCpt(without=("99214",)))
    assert "99214" not in values(draft)
    assert "99214" in findings(draft)["em.code"]


def test_units_of_prolonged_services() -> None:
    draft = apply(read(TEXT, encounter=Encounter(minutes=72)))
    assert the(draft, "99215").units == 1
    assert the(draft, "99417").units == 2


@pytest.mark.parametrize("minutes", [-10, 0, 5000])
def test_impossible_minutes_are_an_error(minutes: int) -> None:
    draft = apply(read(TEXT, encounter=Encounter(minutes=minutes)))
    assert str(minutes) in findings(draft)["em.minutes"]
    assert "em.minutes" not in findings(apply(read(TEXT, encounter=Encounter(minutes=30))))


def test_a_visit_code_found_by_its_wording_goes_to_review() -> None:
    reading = read(TEXT)
    other = replace(
        suggest("I10", words(TEXT, "returns")), code=Code(System.CPT, "99212"), display="x"
    )
    draft = RULE.apply(Draft((*draft_of(reading).suggestions, other)), reading, CPT)
    assert the(draft, "99212").decision is Decision.REVIEW
    assert the(draft, "I10").code == icd("I10")
    assert the(draft, "I10").decision is Decision.ACCEPT


def test_consultations_carry_what_payers_say() -> None:
    text = TEXT.replace("She returns for", "In consultation at the request of Dr. Bell for")
    assert "Medicare" in findings(apply(read(text)))["em.payer"]
    assert "em.payer" not in findings(apply(read(TEXT)))


def test_a_preventive_visit_without_age_is_said() -> None:
    text = "SUBJECTIVE: She returns for her annual exam.\nASSESSMENT: Healthy."
    assert "age" in findings(RULE.apply(Draft(()), read(text), CPT))["em.lacking"]
    known = RULE.apply(Draft(()), read(text, age_years=50), CPT)
    assert "99396" in values(known)

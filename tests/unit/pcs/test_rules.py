"""What the note leaves open of an operation, and sides that contradict each other."""

from __future__ import annotations

from codesets.registry import default_index_dir, load_registry
from codesets.release import Release
from coding.pcs.generator import PcsGenerator
from coding.pcs.laterality import LateralityConflict
from coding.pcs.rule import MISSING_PART, UndocumentedAxis
from coding.protocols import CodeSystem
from coding.types import Code, Decision, Draft, Reading, Role, Suggestion, System
from tests.unit.reading_kit import read


def _draft(generator: PcsGenerator, reading: Reading, codes: Release) -> Draft:
    return Draft(
        tuple(
            Suggestion(
                c.code,
                codes.title(c.code.value),
                0.9,
                Decision.ACCEPT,
                True,
                Role.PROCEDURE,
                None,
                c.evidence,
                (),
            )
            for c in generator.generate(reading, codes)
        )
    )


def _undocumented(generator: PcsGenerator, text: str, codes: Release) -> Draft:
    reading = read(text)
    rule = UndocumentedAxis(generator.release, generator.tables, generator.finders)
    return rule.apply(_draft(generator, reading, codes), reading, codes)


def test_an_open_axis_is_reviewed_and_asked_for(generator: PcsGenerator, pcs: Release) -> None:
    draft = _undocumented(generator, "PROCEDURE PERFORMED: Cholecystectomy.\n", pcs)
    suggestion = next(s for s in draft.suggestions if s.code.value == "0FT44ZZ")
    assert suggestion.decision is Decision.REVIEW
    assert not suggestion.auto
    assert any("Approach is not documented" in step.ref for step in suggestion.proof)
    (query,) = draft.queries
    assert query.missing == "approach"
    assert (
        "Open; Percutaneous Endoscopic; other (please specify); unable to determine" in query.text
    )
    assert [e.quote for e in query.indicators] == ["Cholecystectomy"]


def test_an_open_side_is_asked_for_by_its_values(generator: PcsGenerator, pcs: Release) -> None:
    draft = _undocumented(generator, "PROCEDURE PERFORMED: Open nephrectomy.\n", pcs)
    (query,) = draft.queries
    assert query.missing == "body part"
    assert "Right" in query.text
    assert "Left" in query.text


def test_one_name_with_two_codes_is_asked_about_once(generator: PcsGenerator, pcs: Release) -> None:
    draft = _undocumented(generator, "PROCEDURE PERFORMED: Hysterectomy.\n", pcs)
    assert len(draft.suggestions) > 1
    assert len(draft.queries) == 1


def test_a_documented_operation_is_left_alone(
    generator: PcsGenerator, pcs: Release, icd10cm: CodeSystem
) -> None:
    text = "PROCEDURE PERFORMED: Laparoscopic cholecystectomy.\n"
    reading = read(text)
    draft = _draft(generator, reading, pcs)
    rule = UndocumentedAxis(generator.release, generator.tables, generator.finders)
    assert rule.apply(draft, reading, pcs) == draft
    assert rule.apply(draft, reading, icd10cm) is draft


def test_a_procedure_without_a_body_part_is_asked_about(
    generator: PcsGenerator, pcs: Release
) -> None:
    draft = _undocumented(generator, "PROCEDURE PERFORMED: Excision of lesion.\n", pcs)
    assert [finding.rule for finding in draft.findings] == [MISSING_PART]
    (query,) = draft.queries
    assert query.missing == "body part"
    assert query.code == Code(System.ICD10PCS, "0")
    named = "PROCEDURE PERFORMED: Open excision of lesion of the liver.\n"
    assert not _undocumented(generator, named, pcs).findings


def test_a_cpt_claim_is_told_of_a_missing_body_part_too(generator: PcsGenerator) -> None:
    reading = read("PROCEDURE PERFORMED: Excision of lesion.\n")
    rule = UndocumentedAxis(generator.release, generator.tables, generator.finders)
    codes = load_registry(default_index_dir()).at(System.CPT, None)
    draft = rule.apply(Draft(()), reading, codes)
    assert [finding.rule for finding in draft.findings] == [MISSING_PART]
    assert draft.queries == ()
    liver = read("PROCEDURE PERFORMED: Open excision of lesion of the liver.\n")
    assert rule.apply(Draft(()), liver, codes) == Draft(())


CONFLICT = (
    "PROCEDURE PERFORMED: Left inguinal hernia repair, open.\n"
    "DESCRIPTION OF PROCEDURE: A right inguinal incision was made and carried down. The right "
    "inguinal hernia sac was dissected free and excised.\n"
)


def _conflict(generator: PcsGenerator, text: str, codes: Release) -> Draft:
    reading = read(text)
    return LateralityConflict().apply(_draft(generator, reading, codes), reading, codes)


def test_opposite_sides_are_an_error_and_a_question(generator: PcsGenerator, pcs: Release) -> None:
    draft = _conflict(generator, CONFLICT, pcs)
    (finding,) = draft.findings
    assert finding.rule == "pcs.laterality-conflict"
    assert finding.severity == "error"
    assert [e.quote.lower() for e in finding.evidence] == ["left inguinal", "right inguinal"]
    assert [query.missing for query in draft.queries] == ["side"]
    assert all(s.decision is Decision.REVIEW for s in draft.suggestions)


def test_it_is_said_once_for_all_systems(generator: PcsGenerator, pcs: Release) -> None:
    reading = read(CONFLICT)
    once = _conflict(generator, CONFLICT, pcs)
    twice = LateralityConflict().apply(once, reading, pcs)
    assert len(twice.findings) == len(twice.queries) == 1


def test_sides_that_do_not_contradict(generator: PcsGenerator, pcs: Release) -> None:
    same = CONFLICT.replace("right", "left")
    bilateral = CONFLICT.replace("Left inguinal", "Bilateral inguinal")
    both_told = CONFLICT + "The left inguinal floor was repaired.\n"
    passing = (
        "PROCEDURE PERFORMED: Left knee arthroscopy.\n"
        "DESCRIPTION OF PROCEDURE: The right knee was padded. A portal was made and the "
        "arthroscope inserted.\n"
    )
    for text in (same, bilateral, both_told, passing, "", "PROCEDURE PERFORMED: Appendectomy.\n"):
        assert not _conflict(generator, text, pcs).findings


def test_diagnoses_are_not_its_concern(
    generator: PcsGenerator, pcs: Release, icd10cm: CodeSystem
) -> None:
    reading = read(CONFLICT)
    draft = _draft(generator, reading, pcs)
    assert LateralityConflict().apply(draft, reading, icd10cm) is draft

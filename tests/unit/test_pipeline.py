"""The engine's order, its answers to bad notes and to failing parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from coding.errors import CodeSetMissing, InvalidNote, NoteTooLong, NotValidOn, PipelineError
from coding.pipeline import Coder, check_note, merge
from coding.types import (
    Assertion,
    Candidate,
    Claim,
    Code,
    CodingOptions,
    CodingResult,
    Evidence,
    Note,
    Reading,
    Section,
    Setting,
    Span,
    System,
)


class _Reader:
    def read(self, note: Note) -> Reading:
        whole = Span(0, len(note.text))
        return Reading(note, (Section("none", Span(0, 0), whole),), (whole,), ())


class _BrokenReader:
    def read(self, note: Note) -> Reading:
        raise RuntimeError(f"cannot read {note.text}")


def _coder(coder: Coder, reader: object) -> Coder:
    return coder.replace(reader=reader, generators=(), ranker=_NoRanker())  # type: ignore[arg-type]


class _NoRanker:
    name = "none 0"

    def rank(self, _reading: Reading, _found: Sequence[Candidate], _codes: object) -> tuple[()]:
        return ()


NOTE = Note("n1", "Cough.", Setting.OUTPATIENT)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        (" \n\t\u00a0", "empty"),
        ("cough\0fever", "NUL character at offset 5"),
        ("fever \ud800", "lone surrogate at offset 6"),
    ],
)
def test_text_that_cannot_be_coded_is_refused(text: str, says: str) -> None:
    with pytest.raises(InvalidNote, match=says) as refused:
        check_note(replace(NOTE, text=text), 100)
    assert refused.value.field == "text"


def test_long_text_is_refused_by_code_points() -> None:
    check_note(replace(NOTE, text="😀" * 100), 100)
    with pytest.raises(NoteTooLong, match="101 characters, 100 are allowed"):
        check_note(replace(NOTE, text="😀" * 101), 100)


def test_a_failing_part_names_stage_and_note_but_no_text(coder: Coder) -> None:
    with pytest.raises(PipelineError) as failed:
        _coder(coder, _BrokenReader()).code(NOTE)
    assert failed.value.stage == "reading"
    assert "n1" in failed.value.message
    assert "RuntimeError" in failed.value.message
    assert "Cough" not in failed.value.message


def test_a_failing_note_loses_no_neighbour(coder: Coder) -> None:
    answers = list(_coder(coder, _Reader()).code_many([NOTE, replace(NOTE, text=""), NOTE]))
    assert [type(a) for a in answers] == [CodingResult, InvalidNote, CodingResult]


@pytest.mark.parametrize(
    ("day", "finding"),
    [(None, ["codeset.no-date"]), (date(2026, 5, 1), []), (date(2027, 5, 1), ["codeset.stale"])],
)
def test_the_date_of_service_decides_the_release(
    coder: Coder, day: date | None, finding: list[str]
) -> None:
    result = _coder(coder, _Reader()).code(replace(NOTE, service_date=day))
    assert [f.rule for f in result.findings] == finding
    assert result.provenance.codesets[0][0] is System.ICD10CM


def test_a_date_before_every_release_is_an_error(coder: Coder) -> None:
    with pytest.raises(NotValidOn):
        coder.code(replace(NOTE, service_date=date(1999, 1, 1)))


def test_a_system_without_release_is_an_error(coder: Coder) -> None:
    with pytest.raises(CodeSetMissing):
        coder.code(NOTE, CodingOptions(systems=(System.ICD11,)))


def test_candidates_of_one_code_are_united() -> None:
    code = Code(System.ICD10CM, "R05.9")
    one, other = (
        Evidence(Span(i, i + 5), "cough", "none", (Assertion.AFFIRMED,), "lexicon:cough", 1.0)
        for i in (0, 9)
    )
    merged = merge([Candidate(code, 0.2, (one,), ("a",)), Candidate(code, 0.6, (other,), ("b",))])
    assert [c.code for c in merged] == [code]
    assert merged[0].prior == 0.6
    assert merged[0].generators == ("a", "b")
    assert [e.weight for e in merged[0].evidence] == [0.5, 0.5]


def test_a_claim_names_its_systems() -> None:
    assert NOTE.claim_systems == (System.ICD10CM, System.CPT, System.HCPCS)
    inpatient = replace(NOTE, setting=Setting.INPATIENT)
    assert inpatient.claim_systems == (System.ICD10CM, System.ICD10PCS)
    professional = replace(inpatient, claim=Claim.PROFESSIONAL)
    assert professional.claim_systems == (System.ICD10CM, System.CPT, System.HCPCS)


def test_a_request_may_ask_for_more_than_the_claim(coder: Coder) -> None:
    asked = CodingOptions(systems=(System.CPT, System.ICD10PCS))
    result = coder.code(replace(NOTE, text="PROCEDURE: Laparoscopic cholecystectomy."), asked)
    assert {s.code.system for s in result.suggestions} == {System.CPT, System.ICD10PCS}

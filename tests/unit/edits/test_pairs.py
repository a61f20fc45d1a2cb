from __future__ import annotations

from typing import Any

import pytest

from coding.edits.pairs import NCCI_MODIFIERS, NcciPairs
from coding.types import Claim, Decision, Draft, Finding, Severity
from tests.unit.edits.edit_kit import (
    CPT,
    HCPCS,
    ICD,
    FakeFiles,
    billed,
    draft,
    pair,
    reading,
)

FILES = FakeFiles(
    pairs=(pair("11111", "22222", 0), pair("11111", "33333", 1), pair("A1111", "22222", 1))
)
RULE = NcciPairs(FILES)


def applied(before: Draft, *steps: Any) -> Draft:
    for codes in steps or (CPT,):
        before = RULE.apply(before, reading(), codes)
    return before


def only(result: Draft) -> Finding:
    (finding,) = result.findings
    return finding


def test_a_pair_without_exception_is_an_error_and_both_codes_stay() -> None:
    before = draft(billed("22222", "59"), billed("11111"))
    after = applied(before)
    finding = only(after)
    assert (finding.rule, finding.severity) == ("edit.ncci-ptp", Severity.ERROR)
    assert [code.value for code in finding.codes] == ["11111", "22222"]
    assert finding.message == (
        "NCCI does not pay 22222 beside 11111 for one day, with whatever modifier"
    )
    assert "ptp-practitioner-2031-01-01: Invented" in finding.citation
    assert after.suggestions == before.suggestions


def test_a_pair_with_exception_is_an_error_without_a_modifier() -> None:
    finding = only(applied(draft(billed("11111"), billed("33333"))))
    assert finding.severity is Severity.ERROR
    assert "unless a modifier" in finding.message


@pytest.mark.parametrize("place", [0, 1])
def test_an_ncci_modifier_on_either_code_makes_it_a_note_that_names_it(place: int) -> None:
    modifiers: list[tuple[str, ...]] = [(), ()]
    modifiers[place] = ("26", "XS")
    finding = only(applied(draft(billed("11111", *modifiers[0]), billed("33333", *modifiers[1]))))
    assert finding.severity is Severity.INFO
    assert "modifier XS claims" in finding.message


def test_another_modifier_does_not_help() -> None:
    finding = only(applied(draft(billed("11111", "26"), billed("33333", "76"))))
    assert finding.severity is Severity.ERROR


def test_each_line_of_a_code_needs_its_modifier() -> None:
    lines = billed("11111"), billed("33333", "59"), billed("33333")
    assert only(applied(draft(*lines))).severity is Severity.ERROR


def test_codes_that_are_no_pair_say_nothing() -> None:
    before = draft(billed("22222"), billed("33333"), billed("33333"))
    assert applied(before) == before


def test_a_code_for_review_is_not_on_the_claim() -> None:
    before = draft(billed("11111"), billed("22222", decision=Decision.REVIEW))
    assert applied(before) == before


def test_a_facility_has_the_edits_of_hospitals() -> None:
    before = draft(billed("11111"), billed("22222"))
    assert RULE.apply(before, reading(claim=Claim.FACILITY), CPT) == before  # type: ignore[arg-type]


def test_other_steps_leave_the_draft_alone() -> None:
    before = draft(billed("11111"), billed("22222"))
    assert applied(before, ICD) is before


def test_two_steps_say_it_once_and_the_last_word_stands() -> None:
    first = applied(draft(billed("22222")), CPT)
    assert first.findings == ()
    both = Draft((*first.suggestions, billed("A1111")), findings=first.findings)
    once = applied(both, HCPCS, CPT)
    assert only(once).severity is Severity.ERROR
    assert applied(once, HCPCS) is once
    modified = Draft((billed("22222"), billed("A1111", "59")), findings=once.findings)
    assert only(applied(modified, CPT)).severity is Severity.INFO


def test_the_modifiers_of_the_manual() -> None:
    assert len(NCCI_MODIFIERS) == 44
    assert {"E4", "FA", "F9", "TA", "T9", "LM", "25", "59", "XU"} <= NCCI_MODIFIERS
    assert not {"26", "50", "76", "77", "TC"} & NCCI_MODIFIERS

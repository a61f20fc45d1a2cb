from __future__ import annotations

from typing import Any

import pytest

from coding.edits.units import UnitLimits
from coding.types import Claim, Decision, Draft, Severity
from tests.unit.edits.edit_kit import CPT, HCPCS, PCS, FakeFiles, billed, draft, limit, reading

FILES = FakeFiles(
    limits=(
        limit("11111", 2, 2),
        limit("22222", 2, 3),
        limit("33333", 2, 1),
        limit("44444", 0, 2),
        limit("A1111", 1, 3, "mue-dme-2031-01-01"),
        limit("55555", 1, 3, "mue-hospital-2031-01-01"),
    )
)
RULE = UnitLimits(FILES)


def applied(before: Draft, codes: Any = CPT, claim: Claim | None = None) -> Draft:
    return RULE.apply(before, reading(claim=claim), codes)


@pytest.mark.parametrize(
    ("code", "severity", "words"),
    [
        ("11111", Severity.ERROR, "for one day paid: no record changes that"),
        ("22222", Severity.WARNING, "for one day paid: more are paid only if"),
        ("33333", Severity.WARNING, "on one line paid: more go on a further line"),
    ],
)
def test_more_units_than_the_limit(code: str, severity: Severity, words: str) -> None:
    (finding,) = applied(draft(billed(code, units=3))).findings
    assert (finding.rule, finding.severity) == ("edit.mue", severity)
    assert finding.message.startswith(f"3 units are billed and at most 2 units {words}")


def test_as_many_as_the_limit_say_nothing() -> None:
    before = draft(billed("11111", units=2), billed("22222"), billed("99999", units=90))
    assert applied(before) == before


def test_a_code_without_units_has_one() -> None:
    (finding,) = applied(draft(billed("44444"))).findings
    assert finding.message.startswith("1 units are billed and at most 0")


def test_lines_of_a_day_add_up_and_lines_of_a_line_limit_do_not() -> None:
    two = billed("22222", "LT", units=2), billed("22222", "RT", units=1)
    assert applied(draft(*two)).findings[0].message.startswith("3 units")
    lines = draft(billed("33333", "LT", units=2), billed("33333", "RT", units=2))
    assert applied(lines) == lines


def test_equipment_on_a_professional_claim_has_the_limit_of_suppliers() -> None:
    lines = draft(billed("A1111", units=2))
    assert len(applied(lines, HCPCS).findings) == 1
    assert applied(lines, HCPCS, Claim.FACILITY) == lines


def test_a_facility_has_the_limits_of_hospitals() -> None:
    lines = draft(billed("55555", units=2))
    assert applied(lines) == lines
    assert len(applied(lines, claim=Claim.FACILITY).findings) == 1


def test_review_and_other_systems_are_left_alone() -> None:
    before = draft(billed("11111", units=9, decision=Decision.REVIEW))
    assert applied(before) == before
    accepted = draft(billed("11111", units=9))
    assert applied(accepted, PCS) is accepted


def test_said_once_over_two_steps() -> None:
    once = applied(draft(billed("11111", units=3)))
    assert applied(once, HCPCS) is once

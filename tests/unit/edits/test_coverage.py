from __future__ import annotations

from typing import Any

from codesets.policies.values import CoverageRule
from coding.edits.coverage import Coverage
from coding.types import Draft, Severity, Span
from tests.unit.edits.edit_kit import (
    CPT,
    HCPCS,
    ICD,
    FakeFiles,
    billed,
    diagnosis,
    draft,
    policy,
    reading,
)


def applied(before: Draft, *rules: CoverageRule, codes: Any = CPT) -> Draft:
    return Coverage(FakeFiles(rules={"11111": rules})).apply(before, reading(), codes)


def test_no_covered_diagnosis_is_a_warning_that_names_the_policy() -> None:
    rule = policy("A1", "E11.9 E11.65", contractors=("Invented MAC", "Other MAC"))
    before = draft(diagnosis("I10"), billed("11111"))
    after = applied(before, rule)
    (finding,) = after.findings
    assert (finding.rule, finding.severity) == ("edit.coverage", Severity.WARNING)
    assert finding.message == "none of I10 is covered under A1 (L9, Invented MAC, and others)"
    assert "coverage-articles-2031-01-01" in finding.citation
    assert after.suggestions == before.suggestions


def test_a_covered_diagnosis_is_a_step_of_the_proof() -> None:
    after = applied(draft(diagnosis("E11.9", at=4), billed("11111")), policy("A1", "E11.9"))
    assert after.findings == ()
    (step,) = after.suggestions[1].proof
    assert (step.kind, step.ref) == ("edit", "edit.coverage: E11.9 is on the list of A1")
    assert step.spans == (Span(4, 7),)


def test_what_the_procedure_supports_decides_over_all_other_diagnoses() -> None:
    lines = draft(diagnosis("E11.9"), billed("11111", supports=("I10",)))
    (finding,) = applied(lines, policy("A1", "E11.9")).findings
    assert finding.message.startswith("none of I10 is covered")


def test_without_any_diagnosis() -> None:
    (finding,) = applied(draft(billed("11111")), policy("A1", "E11.9")).findings
    assert finding.message.startswith("no diagnosis on the claim is covered under A1")


def test_of_one_contractor_one_policy_is_enough() -> None:
    lines = draft(diagnosis("I10"), billed("11111"))
    own = policy("A1", "E11.9", contractors=("M",)), policy("A2", "I10", contractors=("M",))
    assert applied(lines, *own).findings == ()
    other = policy("A3", "E11.9", contractors=("N",))
    (finding,) = applied(lines, *own, other).findings
    assert "A3" in finding.message
    assert "A1" not in finding.message


def test_many_policies_are_counted() -> None:
    rules = [policy(f"A{n}", "E11.9", contractors=(f"M{n}",)) for n in range(5)]
    (finding,) = applied(draft(diagnosis("I10"), billed("11111")), *rules).findings
    assert finding.message.endswith("A2 (L9, M2) and 2 more")


def test_a_policy_that_only_bars() -> None:
    rule = policy("A1", barred="Z00.00")
    (finding,) = applied(draft(diagnosis("Z00.00"), billed("11111")), rule).findings
    assert "Z00.00" in finding.message
    assert applied(draft(diagnosis("I10"), billed("11111")), rule).findings == ()


def test_no_policy_says_nothing() -> None:
    before = draft(diagnosis("I10"), billed("11111"), billed("22222"))
    assert applied(before) == before


def test_said_once_and_only_in_steps_of_procedures() -> None:
    lines = draft(diagnosis("E11.9"), billed("11111"))
    once = applied(lines, policy("A1", "E11.9"))
    assert applied(once, policy("A1", "E11.9"), codes=HCPCS) is once
    assert applied(lines, policy("A1", "I10"), codes=ICD) is lines
    changed = applied(once, policy("A2", "I10"))
    assert changed.suggestions[1].proof == ()
    assert "A2" in changed.findings[0].message

from __future__ import annotations

from datetime import date
from typing import Any

from codesets.policies.values import Kind, Variant
from coding.edits import edit_rules
from coding.edits.in_force import FilesInForce
from coding.types import Claim, Decision, Draft, Severity
from tests.unit.edits.edit_kit import CPT, DAY, HCPCS, ICD, FakeFiles, billed, draft, info, reading

ALL = (
    info(Kind.PAIRS, Variant.PRACTITIONER),
    info(Kind.LIMITS, Variant.PRACTITIONER),
    info(Kind.COVERAGE, Variant.ARTICLES),
)
CLAIM = draft(billed("11111"))


def messages(
    files: FakeFiles, on: date | None = DAY, claim: Claim | None = None, codes: Any = CPT
) -> list[str]:
    result = FilesInForce(files).apply(CLAIM, reading(on, claim), codes)
    return [f"{f.rule} {f.severity}: {f.message}" for f in result.findings]


def test_nothing_loaded_is_said_of_each_kind() -> None:
    how = "not checked: no file is loaded (chartcode policies load)"
    assert messages(FakeFiles()) == [
        f"edit.not-checked info: NCCI pairs {how}",
        f"edit.not-checked info: unit limits (MUE) {how}",
        f"edit.not-checked info: coverage policies (LCD, NCD) {how}",
    ]


def test_everything_loaded_and_in_force_says_nothing() -> None:
    assert messages(FakeFiles(infos=ALL)) == []
    assert messages(FakeFiles(infos=ALL), on=None) == []


def test_a_claim_without_an_accepted_procedure_needs_no_check() -> None:
    rule = FilesInForce(FakeFiles())
    for before in (Draft(()), draft(billed("11111", decision=Decision.REVIEW))):
        assert rule.apply(before, reading(), CPT) is before  # type: ignore[arg-type]


def test_a_file_for_others_does_not_count() -> None:
    assert messages(FakeFiles(infos=ALL), claim=Claim.FACILITY) == [
        f"edit.not-checked info: {name} not checked: no file for hospital claims is loaded "
        "(chartcode policies load)"
        for name in ("NCCI pairs", "unit limits (MUE)")
    ]


def test_a_date_behind_the_last_day_is_a_warning() -> None:
    found = messages(FakeFiles(infos=ALL[:1] + ALL[2:]), on=date(2031, 4, 1))
    assert found[0] == (
        "edit.stale-file warning: NCCI pairs checked with ncci-ptp-practitioner-2031-01-01, which "
        "ended on 2031-03-31: load a newer"
    )
    assert found[2].startswith("edit.stale-file warning: coverage policies")
    assert messages(FakeFiles(infos=ALL), on=date(2031, 3, 31)) == []


def test_a_date_before_the_first_file() -> None:
    assert messages(FakeFiles(infos=ALL), on=date(2030, 12, 31)) == [
        "edit.not-checked info: unit limits (MUE) not checked: the first file that is loaded "
        "begins after 2030-12-31 (chartcode policies load)",
        "edit.not-checked info: coverage policies (LCD, NCD) checked in part: "
        "coverage-articles-2031-01-01 is younger than the date of service; what ended or changed "
        "between is not in it",
    ]


def test_half_a_file_is_said() -> None:
    part = info(Kind.PAIRS, Variant.PRACTITIONER, partial="column 1 ends at 29999")
    (message,) = messages(FakeFiles(infos=(part, *ALL[1:])))
    assert "checked in part: of ncci-ptp-practitioner-2031-01-01, column 1 ends" in message


def test_all_edits_together_say_each_thing_once_over_both_steps() -> None:
    after = CLAIM
    for codes in (ICD, CPT, HCPCS):
        for rule in edit_rules(FakeFiles()):
            after = rule.apply(after, reading(), codes)  # type: ignore[arg-type]
    assert len(after.findings) == 3
    assert {f.severity for f in after.findings} == {Severity.INFO}
    assert len({rule.id for rule in edit_rules(FakeFiles())}) == 4

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.edits.code_list import CodeLine, claim_draft, edited, read_diagnosis, read_line
from coding.edits.modifiers_known import require_known_modifiers, unknown_modifiers
from coding.errors import InputError, NotValidOn, UnknownCode
from coding.types import Claim, Code, Decision, Role, Severity, System
from tests.unit.edits.edit_kit import (
    CPT,
    DAY,
    HCPCS,
    ICD,
    FakeFiles,
    FakeRelease,
    FakeSystems,
    limit,
    pair,
)

SYSTEMS = FakeSystems(ICD, CPT, HCPCS)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("11111", CodeLine(Code(System.CPT, "11111"))),
        (" 11111-25 ", CodeLine(Code(System.CPT, "11111"), ("25",))),
        ("11111-59-ltx3", CodeLine(Code(System.CPT, "11111"), ("59", "LT"), 3)),
        ("A1111x10", CodeLine(Code(System.HCPCS, "A1111"), (), 10)),
        ("A1111-XEx2", CodeLine(Code(System.HCPCS, "A1111"), ("XE",), 2)),
        ("0001U-X1", CodeLine(Code(System.CPT, "0001U"), ("X1",))),
    ],
)
def test_lines_as_billers_write_them(text: str, line: CodeLine) -> None:
    assert read_line(text, 0) == line


@pytest.mark.parametrize("text", ["", "1111", "11111-", "11111-2", "11111x", "11111x1.5", "é1111"])
def test_what_is_no_line_is_refused_by_its_place(text: str) -> None:
    with pytest.raises(InputError, match=r"codes\[2\] does not read") as error:
        read_line(text, 2)
    assert error.value.field == "codes[2]"


@pytest.mark.parametrize("units", ["0", "-1", "-0", "100001", "99999999999999999999"])
def test_units_must_be_some_and_not_beyond_reason(units: str) -> None:
    with pytest.raises(InputError, match="must be from 1 to 100000") as error:
        read_line(f"11111-25x{units}", 0)
    assert error.value.field == "codes[0].units"


@given(
    st.from_regex(r"\A([0-9]{4}[0-9A-Z]|[A-Z][0-9]{4})\Z"),
    st.lists(st.from_regex(r"\A[0-9A-Z]{2}\Z"), max_size=4),
    st.integers(1, 100_000),
)
def test_what_is_written_is_read(code: str, modifiers: list[str], units: int) -> None:
    line = read_line(f"{'-'.join([code, *modifiers])}x{units}", 0)
    assert (line.code.value, line.modifiers, line.units) == (code, tuple(modifiers), units)


def test_diagnoses_with_or_without_point() -> None:
    assert read_diagnosis(" e119", 0) == Code(System.ICD10CM, "E11.9")
    with pytest.raises(InputError, match=r"diagnoses\[1\] does not look") as error:
        read_diagnosis("diabetes", 1)
    assert error.value.field == "diagnoses[1]"


def test_an_unknown_modifier_is_named_by_its_place() -> None:
    lines = [read_line("11111-25", 0), read_line("A1111-LT-QQ", 1)]
    releases = (CPT, HCPCS)
    assert unknown_modifiers(lines, releases) == ((1, 1),)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="of CPT invented and HCPCS invented") as error:
        require_known_modifiers(lines, releases)  # type: ignore[arg-type]
    assert error.value.field == "codes[1].modifiers[1]"
    require_known_modifiers(lines[:1], releases)  # type: ignore[arg-type]


def test_a_licensed_list_without_modifiers_is_said() -> None:
    bare = FakeRelease(System.CPT, "11111")
    with pytest.raises(InputError, match=r"loaded without its modifiers \(MODUL\.txt\)"):
        require_known_modifiers([read_line("11111-25", 0)], [bare])  # type: ignore[list-item]


def test_a_draft_of_the_claim() -> None:
    lines = [read_line("11111-25x2", 0), read_line("A1111", 1)]
    made = claim_draft(lines, [Code(System.ICD10CM, "I10")], SYSTEMS, None)  # type: ignore[arg-type]
    icd, cpt, hcpcs = made.suggestions
    assert (icd.code.value, icd.role) == ("I10", Role.SECONDARY)
    assert (cpt.modifiers, cpt.units, cpt.decision) == (("25",), 2, Decision.ACCEPT)
    assert (hcpcs.modifiers, hcpcs.units) == (None, 1)


def test_an_unknown_code_is_named_by_its_place() -> None:
    with pytest.raises(UnknownCode, match=r"codes\[0\]: no loaded CPT release has 99999"):
        claim_draft([read_line("99999", 0)], [], SYSTEMS, None)  # type: ignore[arg-type]
    with pytest.raises(UnknownCode, match=r"diagnoses\[0\]: no loaded ICD-10-CM"):
        claim_draft([], [Code(System.ICD10CM, "I11.9")], SYSTEMS, None)  # type: ignore[arg-type]
    with pytest.raises(NotValidOn, match=r"codes\[0\]: not valid"):
        claim_draft([read_line("11111", 0)], [], SYSTEMS, date(2030, 1, 1))  # type: ignore[arg-type]
    with pytest.raises(UnknownCode, match="is no billable code"):
        claim_draft(
            [CodeLine(Code(System.CPT, "25"))],
            [],
            SYSTEMS,  # type: ignore[arg-type]
            None,
        )


def test_the_edits_run_over_a_code_list() -> None:
    files = FakeFiles(pairs=(pair("11111", "A1111", 1),), limits=(limit("11111", 1, 2),))
    lines = [read_line("11111x2", 0), read_line("A1111", 1)]
    made = claim_draft(lines, [], SYSTEMS, DAY)  # type: ignore[arg-type]
    result = edited(made, files, SYSTEMS, DAY, Claim.PROFESSIONAL)  # type: ignore[arg-type]
    found = [(f.rule, f.severity) for f in result.findings]
    assert found[:2] == [("edit.ncci-ptp", Severity.ERROR), ("edit.mue", Severity.ERROR)]
    assert len(found) == 5

"""The verbs of `chartcode policies` over stand-ins for the code systems."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from coding.errors import ChartcodeError, CodeSetError, InputError, UnknownCode
from service import cli_policies
from tests.unit.edits.edit_kit import CPT, HCPCS, ICD, FakeSystems
from tests.unit.policies.policy_kit import LIST, MUE, ptp, written

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    systems = FakeSystems(ICD, CPT, HCPCS)
    monkeypatch.setattr(cli_policies, "_registry", lambda context, folder: systems)
    monkeypatch.setenv("COLUMNS", "80")
    app = typer.Typer()
    app.add_typer(cli_policies.policies, name="policies")

    def invoke(*arguments: str) -> Result:
        index = f"--index-dir={tmp_path / 'index'}"
        return CliRunner().invoke(app, ["policies", *arguments, index], catch_exceptions=True)

    return invoke


def load_all(run: Run, tmp_path: Path) -> Result:
    files = [
        written(tmp_path, "ccipra-v370r0-f1.txt", ptp()),
        written(tmp_path, "MUE_Practitioner_Eff_01-01-2031.csv", MUE),
    ]
    assert run("load", *map(str, files)).exit_code == 0
    return run("load", str(written(tmp_path, "ncd.csv", LIST)), "--valid-from", "2031-01-01")


def test_loaded_files_are_listed_in_a_table_that_fits(run: Run, tmp_path: Path) -> None:
    done = load_all(run, tmp_path)
    assert "ncd.csv: coverage list, from 2031-01-01" in done.output
    listed = run("list")
    for name in ("ptp-practitioner", "mue-practitioner", "coverage-lists"):
        assert f"{name}-2031-01-01" in listed.output
    assert "from ccipra-v370r0-f1.txt" in listed.output
    assert max(map(len, listed.output.splitlines())) <= 80
    removed = run("remove", "ptp-practitioner-2031-01-01")
    assert removed.output.startswith("removed ptp-practitioner-2031-01-01")
    assert "ptp-" not in run("list").output
    assert isinstance(run("remove", "ptp").exception, CodeSetError)


def test_nothing_loaded_is_never_clean(run: Run) -> None:
    assert "results say `not checked`" in run("list").output
    checked = run("check", "11111-25", "A1111")
    assert checked.exit_code == 0
    assert (
        checked.output.count("not checked: no file is loaded")
        + checked.output.count("not checked: no file is \nloaded")
        >= 2
    )
    assert "findings: 3; policy files loaded: none" in checked.output
    assert "clean" not in checked.output


def test_a_claim_is_held_against_what_is_loaded(run: Run, tmp_path: Path) -> None:
    load_all(run, tmp_path)
    arguments = ("22222x4", "11111", "--diagnoses", "E11.9", "--date", "2031-03-01")
    bad = run("check", *arguments)
    assert bad.exit_code == 1
    words = " ".join(bad.output.split())
    assert "error: 11111 22222 NCCI does not pay 22222 beside 11111" in words
    assert "warning: 22222 4 units are billed and at most 3 units for one day" in words
    assert "findings: 2;" in words
    hospital = run("check", "11111", "--claim", "facility", "--date", "2031-03-01")
    assert "no file for hospital claims is loaded" in " ".join(hospital.output.split())


@pytest.mark.parametrize(
    ("arguments", "error", "field"),
    [
        (("11111-QQ",), InputError, "codes[0].modifiers[0]"),
        (("11111", "11111x-2"), InputError, "codes[1].units"),
        (("99999",), UnknownCode, "codes[0]"),
        (("11111", "--diagnoses", "E11.9,sugar"), InputError, "diagnoses[1]"),
    ],
)
def test_a_bad_code_list_is_refused_by_field(
    run: Run, arguments: tuple[str, ...], error: type[ChartcodeError], field: str
) -> None:
    result = run("check", *arguments)
    assert isinstance(result.exception, error)
    assert result.exception.field == field


def test_an_unknown_variant_is_refused(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "pairs.txt", ptp())
    assert run("load", str(path), "--variant", "nobody").exit_code == 2
    done = run("load", str(path), "--variant", "Hospital", "--valid-from", "2031-01-01")
    assert "ptp-hospital-2031-01-01" in done.output

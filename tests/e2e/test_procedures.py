"""A day of procedures through the installed command: coded, checked, measured."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from codesets.registry import default_index_dir
from tests.e2e.conftest import Run
from tests.unit.policies.policy_kit import PTP_HEAD

ROOT = Path(__file__).parents[2]


def test_an_emergency_visit_is_coded_whole(run: Run) -> None:
    done = run("code", ROOT / "examples/emergency.json", "--json")
    assert done.returncode == 0
    result = json.loads(done.stdout)
    procedures = {s["code"]: s for s in result["suggestions"] if s["role"] == "procedure"}
    accepted = {code for code, s in procedures.items() if s["decision"] == "accept"}
    assert {"99284", "25605", "12002", "90715", "90471"} <= accepted
    assert procedures["25605"]["modifiers"] == ["LT"]
    assert "S52.532A" in procedures["25605"]["supports"]
    assert "25" in procedures["99284"]["modifiers"]
    assert ("70450", "negated") in {(r["code"], r["reason"]) for r in result["rejected"]}
    text = json.loads((ROOT / "examples/emergency.json").read_text())["text"]
    for suggestion in procedures.values():
        assert all(text[e["start"] : e["end"]] == e["text"] for e in suggestion["evidence"])


def test_an_operation_is_built_axis_by_axis(run: Run) -> None:
    result = json.loads(run("code", ROOT / "examples/operation.json", "--json").stdout)
    built = next(s for s in result["suggestions"] if s["code"] == "0FT44ZZ")
    assert built["decision"] == "accept"
    axes = [step["ref"] for step in built["proof"] if step["ref"].startswith("pcs.axis")]
    assert len(axes) == 5


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with an index of its own, named in its chartcode.toml."""
    shutil.copytree(default_index_dir(), tmp_path / "index")
    (tmp_path / "chartcode.toml").write_text('index_dir = "index"\n', "utf-8")
    row = "45380\t45378\t\t20260101\t*\t0\tInvented reason\r\n"
    (tmp_path / "pairs.txt").write_text(PTP_HEAD + row, "utf-8")
    return tmp_path


def test_an_operators_pairs_are_loaded_and_held_against_a_claim(run: Run, site: Path) -> None:
    unchecked = run("policies", "check", "45378", "45380", cwd=site)
    assert unchecked.returncode == 0
    assert b"not checked" in unchecked.stdout
    dated = ("--variant", "practitioner", "--valid-from", "2026-01-01")
    loaded = run("policies", "load", "pairs.txt", *dated, cwd=site)
    assert loaded.returncode == 0, loaded.stderr
    checked = run("policies", "check", "45378", "45380", cwd=site)
    assert checked.returncode == 1
    assert b"edit.ncci-ptp" in checked.stdout


@pytest.mark.parametrize(
    ("line", "says"),
    [("99214-ZQ", b"modifiers"), ("99214x-3", b"units"), ("00000", b"codes[0]")],
)
def test_a_code_list_that_cannot_be_is_refused(run: Run, line: str, says: bytes) -> None:
    done = run("policies", "check", line)
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: ")
    assert says in done.stderr


def test_negative_minutes_are_refused(run: Run, tmp_path: Path) -> None:
    request = tmp_path / "visit.json"
    body = {"id": "1", "text": "Cough.", "setting": "outpatient", "encounter": {"minutes": -5}}
    request.write_text(json.dumps(body))
    done = run("code", request)
    assert done.returncode == 2
    assert b"encounter.minutes" in done.stderr


def test_procedures_are_measured(run: Run) -> None:
    charts = ROOT / "eval/gold/charts.jsonl"
    done = run("evaluate", charts, "--task", "procedures", "--folds", "--no-baselines")
    assert done.returncode == 0, done.stderr
    for figure in (b"cpt_f1", b"pcs4_f1", b"em_level"):
        assert figure in done.stdout
    wrong = run("evaluate", charts, "--folds")
    assert wrong.returncode == 2
    assert b"folds" in wrong.stderr

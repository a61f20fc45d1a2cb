"""An operator's day with the installed command: load, list, search, compare, measure."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from codesets.registry import default_index_dir
from tests.e2e.conftest import Run
from tests.unit.test_loaders import HCPCS


@pytest.fixture
def site(chartcode: Path, tmp_path: Path) -> Iterator[Path]:
    """A folder with an index of its own, named in its chartcode.toml."""
    shutil.copytree(default_index_dir(), tmp_path / "index")
    (tmp_path / "chartcode.toml").write_text('index_dir = "index"\ncpt = false\n', "utf-8")
    for month, text in (("JAN", HCPCS), ("APR", HCPCS.replace("An old one", "A new title"))):
        (tmp_path / f"HCPC2031_{month}_ANWEB.txt").write_text(text, "utf-8")
    yield tmp_path


def test_an_operator_loads_compares_and_looks_up(run: Run, site: Path) -> None:
    for name in ("HCPC2031_JAN_ANWEB.txt", "HCPC2031_APR_ANWEB.txt"):
        done = run("codesets", "load", name, cwd=site)
        assert done.returncode == 0, done.stderr
        assert f"{name}: HCPCS quarterly file" in done.stdout.decode()
    listed = run("codesets", "list", cwd=site).stdout.decode()
    assert "HCPCS 2031-04-01: 2031-04-01 to 2031-06-30" in listed
    assert "starter" not in listed.split("HCPCS 2031-01-01")[1].split("ICD-10-CM")[0]
    difference = run(
        *("codesets", "diff", "2031-01-01", "2031-04-01", "--system", "HCPCS", "--json"), cwd=site
    )
    assert [c["code"] for c in json.loads(difference.stdout)["retitled"]] == ["V9999"]
    found = run("search", "invented", "supply", cwd=site).stdout.decode()
    assert found.startswith("HCPCS")
    assert "A9999" in found
    assert run("codesets", "verify", cwd=site).returncode == 0
    rebuilt = run("codesets", "build", cwd=site)
    assert b"hcpcs/2031-04-01" in rebuilt.stderr


def test_a_bad_file_is_one_line_and_changes_nothing(run: Run, site: Path) -> None:
    (site / "HCPC2031_JUL_ANWEB.txt").write_text(HCPCS[:90], "utf-8")
    done = run("codesets", "load", "HCPC2031_JUL_ANWEB.txt", cwd=site)
    assert done.returncode == 2
    assert b"HCPC2031_JUL_ANWEB.txt, line 1: ends before" in done.stderr
    assert b"2031" not in run("codesets", "list", cwd=site).stdout


def test_a_code_of_no_release_and_one_of_another_time(run: Run, site: Path) -> None:
    unknown = run("show", "A99.999", cwd=site)
    assert unknown.returncode == 2
    assert b"no loaded release has this code" in unknown.stderr
    later = run("show", "A04.71", "--on", "2016-05-01", cwd=site)
    assert later.returncode == 2
    assert b"only from 2017-10-01" in later.stderr


def test_a_cluster_needs_icd_11(run: Run, site: Path) -> None:
    done = run("show", "BA41.0&XA7RE3", cwd=site)
    assert done.returncode == 2
    assert b"no release of ICD-11 is loaded" in done.stderr


def test_impact_of_a_release_on_itself_is_none(run: Run, site: Path) -> None:
    line = {"id": "1", "text": "Assessment: hypertension.", "setting": "outpatient"}
    (site / "charts.jsonl").write_text(json.dumps(line) + "\n", "utf-8")
    same = ("--from", "2026-04-01", "--to", "2026-04-01", "--json")
    done = run("codesets", "impact", "charts.jsonl", *same, cwd=site)
    said = json.loads(done.stdout)
    assert (said["notes"], said["failed"], said["changes"]) == (1, 0, [])


def test_doctor_says_what_is_in_force_and_missing(run: Run, site: Path) -> None:
    said = run("doctor", cwd=site).stdout.decode()
    assert "CPT: none in force; switched off" in said
    assert "10,314 of the 78,986 codes" in said
    assert "ICD-11: none in force" in said

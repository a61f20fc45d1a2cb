from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.e2e.conftest import WORKED_EXAMPLE, Run


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "visit.txt"
    path.write_text(WORKED_EXAMPLE, "utf-8")
    return path


def error_of(run: Run, *arguments: str | Path, stdin: bytes = b"") -> str:
    """The one line an expected error prints, its words checked by the test."""
    done = run(*arguments, stdin=stdin)
    assert done.returncode == 2
    assert done.stdout == b""
    [line] = done.stderr.decode().splitlines()
    assert line.startswith("error: ")
    return line


def test_version(run: Run) -> None:
    assert run("--version").stdout.decode() == f"chartcode {version('chartcode')}\n"


def test_code_prints_a_table_that_fits(run: Run, note: Path) -> None:
    done = run("code", note)
    assert done.returncode == 0
    said = done.stdout.decode()
    assert done.stderr == b""
    assert "\x1b" not in said
    assert max(map(len, said.splitlines())) <= 80
    for part in ("visit.txt", "E11.22", "N18.32", "Seen but not coded", "negated", "uncertain"):
        assert part in said


def test_file_standard_input_request_and_batch_give_the_same_bytes(
    run: Run, note: Path, tmp_path: Path
) -> None:
    from_file = run("code", note, "--json").stdout
    request = {"id": "visit.txt", "text": WORKED_EXAMPLE, "setting": "outpatient"}
    as_json = tmp_path / "request.json"
    as_json.write_text(json.dumps(request), "utf-8")
    assert run("code", as_json, "--json").stdout == from_file
    assert run("batch", "-", "-", stdin=json.dumps(request).encode()).stdout == from_file
    from_stdin = json.loads(run("code", "-", "--json", stdin=WORKED_EXAMPLE.encode()).stdout)
    assert from_stdin == {**json.loads(from_file), "note_id": "stdin"}
    assert from_file.endswith(b"}\n")
    assert from_file.count(b"\n") == 1


def test_options_reach_the_engine(run: Run, note: Path) -> None:
    options = ("--setting", "inpatient", "--claim", "professional", "--date", "2026-06-15")
    said = json.loads(run("code", note, "--json", *options).stdout)
    assert (said["setting"], said["claim"]) == ("inpatient", "professional")
    assert said["service_date"] == "2026-06-15"


def test_what_cannot_be_coded_is_one_plain_line(run: Run, note: Path, tmp_path: Path) -> None:
    assert "cannot read" in error_of(run, "code", tmp_path / "missing.txt")
    assert "not UTF-8 at byte 5" in error_of(run, "code", "-", stdin=b"chest\xff pain")
    assert "empty" in error_of(run, "code", "-", stdin=b" \n")
    assert "NUL" in error_of(run, "code", "-", stdin=b"chest\0pain")
    assert "service_date" in error_of(run, "code", note, "--date", "2026-02-30")
    (tmp_path / "broken.json").write_text('{"id": "secret-words')
    broken = error_of(run, "code", tmp_path / "broken.json")
    assert "not JSON" in broken
    assert "secret-words" not in broken
    assert "ZZZ" in error_of(run, "show", "ZZZ")
    assert "--config" not in error_of(run, "--config", tmp_path / "none.toml", "code", note)


def test_a_request_says_its_own_setting(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    path.write_text(json.dumps({"id": "a", "text": "Cough.", "setting": "outpatient"}))
    done = run("code", path, "--setting", "inpatient")
    assert done.returncode == 2
    assert b"a .json request says this itself" in done.stderr


def test_a_byte_order_mark_and_line_ends_are_taken_as_they_come(run: Run) -> None:
    text = "Assessment:\r\nPneumonia 😀 with cough.\r\n"
    said = json.loads(run("code", "-", "--json", stdin=b"\xef\xbb\xbf" + text.encode()).stdout)
    quotes = [e for s in said["suggestions"] for e in s["evidence"]]
    assert quotes
    assert all(text[e["start"] : e["end"]] == e["text"] for e in quotes)


def test_the_code_systems_can_be_looked_into(run: Run) -> None:
    assert b"E11.22" in run("search", "diabetic", "chronic", "kidney", "disease").stdout
    none = run("search", "qqqqqq")
    assert none.returncode == 1
    assert b"no code found" in none.stderr
    shown = run("show", "e1122").stdout.decode()
    for part in (
        "E11.22  Type 2 diabetes",
        "billable",
        "Hierarchy",
        "E11  Type 2",
        "Use additional",
    ):
        assert part in shown
    assert "not billable" in run("show", "E11").stdout.decode()
    assert b"ICD-10-CM" in run("codesets", "list").stdout
    verified = run("codesets", "verify")
    assert (verified.returncode, verified.stdout) == (0, b"the index is sound\n")


def test_a_missing_index_is_said_aloud(run: Run, note: Path, tmp_path: Path) -> None:
    config = tmp_path / "chartcode.toml"
    config.write_text('index_dir = "nowhere"')
    assert "chartcode codesets build" in error_of(run, "--config", config, "code", note)
    done = run("--config", config, "doctor")
    assert done.returncode == 1
    assert b"codesets build" in done.stdout
    assert b"cannot serve" in done.stdout


def test_doctor_finds_a_sound_installation(run: Run) -> None:
    done = run("doctor")
    assert done.returncode == 0
    said = done.stdout.decode()
    for part in ("chartcode ", "Python 3.11", "medspacy 1.3.1", "ICD-10-CM", "ready to serve"):
        assert part in said

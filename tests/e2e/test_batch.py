from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.e2e.conftest import WORKED_EXAMPLE, Run

NOTES = 60
WORDS = ("Pneumonia.", "Denies chest pain.", "COPD with acute exacerbation.", "Type 2 diabetes.")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty notes, a few lines broken, an id twice."""
    lines = [
        json.dumps(
            {
                "id": f"n{n if n != 40 else 3}",
                "text": f"{WORDS[n % 4]} {WORKED_EXAMPLE} Seen {n} days ago.",
                "setting": ("outpatient", "emergency", "inpatient")[n % 3],
            }
        )
        for n in range(1, NOTES + 1)
    ]
    lines[9] = '{"id": "n10", "text": '
    lines[19] = json.dumps({"id": "n20", "text": "x", "setting": "spaceship"})
    lines[29] = ""
    path = tmp_path_factory.mktemp("batch") / "in.jsonl"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture(scope="module")
def whole(run: Run, source: Path) -> bytes:
    """What one worker writes, undisturbed."""
    target = source.with_name("whole.jsonl")
    done = run("batch", source, target)
    assert done.returncode == 0
    assert done.stderr.decode().splitlines()[-1] == f"{NOTES} lines answered; 4 failed"
    return target.read_bytes()


def test_every_line_is_answered_in_its_place(whole: bytes) -> None:
    said = [json.loads(line) for line in whole.splitlines()]
    assert len(said) == NOTES
    failed = {n: line for n, line in enumerate(said, 1) if "error" in line}
    assert sorted(failed) == [10, 20, 30, 40]
    assert all(line["line"] == n for n, line in failed.items())
    assert failed[20]["error"]["field"] == "setting"
    assert failed[40]["error"]["field"] == "id"
    assert [s["note_id"] for n, s in enumerate(said, 1) if n not in failed] == [
        f"n{n}" for n in range(1, NOTES + 1) if n not in failed
    ]


def test_killed_half_way_it_goes_on_where_it_was(
    run: Run,
    chartcode: Path,
    environment: dict[str, str],
    source: Path,
    whole: bytes,
    tmp_path: Path,
) -> None:
    target = tmp_path / "out.jsonl"
    command = [chartcode, "batch", source, target, "--workers", "2"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    while not (target.exists() and target.read_bytes().count(b"\n") >= 5):
        assert process.poll() is None
        time.sleep(0.05)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = target.read_bytes().count(b"\n")
    assert 5 <= kept < NOTES
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive, "workers outlive the command"
    with target.open("ab") as torn:
        torn.write(b'{"schema_version":"1","offs')

    done = run("batch", source, target, "--workers", "2")
    assert done.returncode == 0
    assert f"{kept} of them by an earlier run; 4 failed" in done.stderr.decode()
    assert target.read_bytes() == whole

    again = run("batch", source, target)
    assert again.returncode == 0
    assert again.stderr.decode() == f"already complete: {NOTES} lines answered; 4 failed\n"
    assert target.read_bytes() == whole


def test_interrupted_it_says_how_to_go_on(
    chartcode: Path, environment: dict[str, str], source: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out.jsonl"
    process = subprocess.Popen(
        [chartcode, "batch", source, target], env=environment, stderr=subprocess.PIPE
    )
    while not (target.exists() and target.read_bytes().count(b"\n") >= 2):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stderr == b"interrupted; run the same command again to go on\n"


def test_strict_tells_by_its_status(run: Run, source: Path, whole: bytes, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    target.write_bytes(whole)
    assert run("batch", source, target, "--strict").returncode == 3
    good = b'{"id": "a", "text": "Cough.", "setting": "outpatient"}\n'
    assert run("batch", "-", "-", "--strict", stdin=good).returncode == 0


def test_another_output_is_left_alone(run: Run, source: Path, tmp_path: Path) -> None:
    diary = tmp_path / "diary.txt"
    diary.write_bytes(b"Dear diary\n")
    done = run("batch", source, diary)
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: line 1 of the output")
    assert diary.read_bytes() == b"Dear diary\n"
    same = run("batch", source, source)
    assert same.returncode == 2
    assert b"same file" in same.stderr


def test_the_same_bytes_with_one_worker_and_with_four(run: Run, tmp_path: Path) -> None:
    charts = (Path(__file__).parents[2] / "eval/gold/charts.jsonl").read_text("utf-8").splitlines()
    asked = [{key: json.loads(line)[key] for key in ("id", "text", "setting")} for line in charts]
    asked += [{"id": f"w{n}", "text": WORKED_EXAMPLE[n:], "setting": "inpatient"} for n in (0, 40)]
    source = tmp_path / "thirty.jsonl"
    source.write_text("".join(f"{json.dumps(note)}\n" for note in asked), "utf-8")
    written = []
    for workers in ("1", "4"):
        target = tmp_path / f"{workers}.jsonl"
        assert run("batch", source, target, "--workers", workers).returncode == 0
        written.append(target.read_bytes())
    assert len(written[0].splitlines()) == 30
    assert written[0] == written[1]

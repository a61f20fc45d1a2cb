from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKE = shutil.which("make")
pytestmark = pytest.mark.skipif(MAKE is None, reason="needs make")


def make(folder: Path, *arguments: str, path: str) -> subprocess.CompletedProcess[str]:
    assert MAKE is not None
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    return subprocess.run(
        [MAKE, *arguments],
        cwd=folder,
        env={**environment, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A clone with nothing but the Makefile and the files it watches."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copytree(ROOT / "lock", tmp_path / "lock")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "bin").mkdir()
    return tmp_path


def script(folder: Path, name: str, body: str) -> None:
    path = folder / "bin" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_without_python_3_11_it_says_what_to_do(folder: Path) -> None:
    script(folder, "python3", "exit 1")  # some other version: the check inside it fails
    run = make(folder, "install", path=str(folder / "bin"))
    assert run.returncode != 0
    assert "no Python 3.11 found" in run.stderr
    assert "PYTHON=" in run.stderr


def test_without_venv_it_says_what_to_do(folder: Path) -> None:
    script(folder, "python3", '[ "$1" = -c ]')
    script(folder, "rm", "")
    run = make(folder, "install", path=str(folder / "bin"))
    assert run.returncode != 0
    assert "python3.11-venv" in run.stderr


def test_nothing_is_installed_again_until_a_lock_file_changes(folder: Path) -> None:
    """A python that only makes believe, and notes down what it is asked for."""
    log = folder / "log"
    real = os.environ["PATH"]
    fake = f'echo "$*" >> {log}\n'
    script(folder, "python3.11", fake + f'[ "$2" = venv ] && cp -r {folder}/made .venv; exit 0')
    script(folder, "../made/bin/python", fake)
    script(folder, "../made/bin/chartcode", fake)
    path = f"{folder / 'bin'}{os.pathsep}{real}"

    def asked() -> list[str]:
        log.write_text("")
        run = make(folder, "install", path=path)
        assert run.returncode == 0, run.stderr
        return log.read_text().splitlines()

    first = asked()
    assert [line.split()[-1] for line in first if "pip" in line] == ["lock/serve.txt", "."]
    assert first[-1] == "codesets build"
    assert asked() == []
    newer = (folder / ".venv/.index").stat().st_mtime + 10
    os.utime(folder / "lock/serve.txt", (newer, newer))
    assert any("lock/serve.txt" in line for line in asked())


def test_every_lexicon_file_rebuilds_the_index() -> None:
    made_from = re.search(r"^INDEXED = (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.M)
    assert made_from
    watched = {path for pattern in made_from[1].split() for path in ROOT.glob(pattern)}
    lexicon = {path for path in (ROOT / "codesets/lexicon").rglob("*.tsv")}
    assert lexicon
    assert lexicon <= watched

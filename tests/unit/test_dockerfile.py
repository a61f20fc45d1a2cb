"""No container engine is at hand to build the image: the Dockerfile is held to `make install`."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"coding", "codesets", "models", "training", "eval", "service"}


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile as (word, rest), continued lines joined."""
    text = re.sub(r"\\\n\s*", " ", (ROOT / "Dockerfile").read_text("utf-8"))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def build_stage() -> list[tuple[str, str]]:
    found = instructions()
    ends = [n for n, (word, _) in enumerate(found) if word == "FROM"]
    assert len(ends) == 2, "two stages"
    return found[ends[0] : ends[1]]


def make_steps() -> list[str]:
    """The commands of `make install` that install or build something, in order."""
    if shutil.which("make") is None:
        pytest.skip("needs make")
    printed = subprocess.run(
        ["make", "--dry-run", "--always-make", "--no-print-directory", "install"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [line.strip() for line in printed.splitlines() if line.startswith(".venv/bin/")]


def test_the_image_is_built_by_the_steps_of_make_install() -> None:
    runs = [rest for word, rest in build_stage() if word == "RUN"]
    assert runs[0] == "python3 -m venv .venv"
    assert runs[1:] == make_steps()
    assert len(runs) == 4


def test_what_a_step_needs_is_copied_before_it() -> None:
    copied: set[str] = set()
    for word, rest in build_stage():
        if word == "COPY":
            copied |= set(shlex.split(rest)[:-1])
        if word == "RUN" and "lock/" in rest:
            assert rest.split()[-1] in copied
        if word == "RUN" and "--editable" in rest:
            assert copied == {"lock/serve.txt", "pyproject.toml", "README.md", "LICENSE", *PACKAGES}
    assert all((ROOT / name).exists() for name in copied)


def test_docker_is_shown_what_is_copied_and_no_more() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    shown = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copied = {
        name for word, rest in build_stage() if word == "COPY" for name in shlex.split(rest)[:-1]
    }
    assert "*" in lines
    assert shown == copied


def test_the_image_runs_as_nobody_and_reports_its_health() -> None:
    final = instructions()[len(build_stage()) :]
    words = [word for word, _ in final]
    assert "RUN useradd" in " ".join(final[1])
    assert words.index("USER") < words.index("CMD")
    assert dict(final)["USER"] == "chartcode"
    health = dict(final)["HEALTHCHECK"]
    assert "/healthz" in health
    assert "curl" not in health
    assert all("pip" not in rest for _, rest in final), "nothing is installed at start"


def test_the_lock_names_versions_and_nothing_else() -> None:
    for path in sorted((ROOT / "lock").glob("*.txt")):
        lines = path.read_text("utf-8").splitlines()
        if path.name != "serve.txt":
            assert lines.pop(0) == "-r serve.txt"
        assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9A-Za-z.]*", line) for line in lines)
        assert lines == sorted(lines, key=str.lower)
        assert (path.name == "train.txt") == ("torch==2.13.0" in lines)

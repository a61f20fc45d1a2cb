"""What --help says, held in tests/golden/cli_help; UPDATE_GOLDEN=1 writes the files anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli import app

GOLDEN = Path(__file__).parents[1] / "golden/cli_help"
VERBS = (
    "",
    "code",
    "batch",
    "serve",
    "search",
    "show",
    "codesets",
    "codesets build",
    "codesets list",
    "codesets verify",
    "codesets load",
    "codesets fetch",
    "codesets diff",
    "codesets impact",
    "policies",
    "policies load",
    "policies list",
    "policies remove",
    "policies check",
    "models",
    "models list",
    "models verify",
    "models card",
    "train",
    "evaluate",
    "compare",
    "doctor",
)


def help_of(verb: str) -> str:
    run = CliRunner().invoke(
        app, [*verb.split(), "--help"], prog_name="chartcode", env={"COLUMNS": "80"}
    )
    assert run.exit_code == 0
    plain = re.sub(r"\x1b\[[0-9;]*m", "", run.stdout)
    return "\n".join(line.rstrip() for line in plain.strip().splitlines()) + "\n"


@pytest.mark.parametrize("verb", VERBS)
def test_help_says_what_it_said(verb: str) -> None:
    path = GOLDEN / f"{verb.replace(' ', '_') or 'chartcode'}.txt"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_text(help_of(verb), "utf-8")
    assert help_of(verb) == path.read_text("utf-8")


def test_every_verb_is_held() -> None:
    shown = set(re.findall(r"^│ (\w+)  ", help_of(""), re.MULTILINE))
    assert shown == {verb.split()[0] for verb in VERBS if verb}
    assert len(list(GOLDEN.iterdir())) == len(VERBS)

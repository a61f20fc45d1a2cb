from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from coding.errors import ConfigError
from service.own_packages import OWN_PACKAGES, check_own_packages

ROOT = Path(__file__).parents[2]


def test_our_own_packages_pass() -> None:
    check_own_packages()


def test_every_top_level_package_is_checked() -> None:
    folders = {p.parent.name for p in ROOT.glob("*/__init__.py")} - {"tests", "build"}
    assert set(OWN_PACKAGES) == folders


def test_a_missing_package_is_named() -> None:
    with pytest.raises(ConfigError, match="no_such_package is missing"):
        check_own_packages(("coding", "no_such_package"))


@pytest.mark.parametrize("make_init", [True, False], ids=["package", "folder without __init__"])
def test_a_package_that_hides_ours_stops_the_start(tmp_path: Path, make_init: bool) -> None:
    (tmp_path / "eval").mkdir()
    if make_init:
        (tmp_path / "eval/__init__.py").write_text("raise SystemExit('imported')")
    # With -P the folder it runs in is not on the path: only PYTHONPATH counts, in its order.
    command = "import service.own_packages as o; o.check_own_packages()"
    run = subprocess.run(
        [sys.executable, "-P", "-c", command],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    if make_init:
        assert run.returncode == 1
        assert f"eval is {tmp_path / 'eval/__init__.py'}" in run.stderr
        assert "PYTHONPATH" in run.stderr
    else:
        assert run.returncode == 0, "a folder without __init__ hides nothing"

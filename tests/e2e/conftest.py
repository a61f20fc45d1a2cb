"""The installed command, run as a stranger runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from coding.errors import CodeSetMissing

Run = Callable[..., subprocess.CompletedProcess[bytes]]

# A command that hangs fails its test instead of holding up all others.
TIMEOUT_S = 120

WORKED_EXAMPLE = (
    "72 y/o male with type 2 diabetes mellitus with diabetic chronic kidney disease stage 3b,"
    " hypertension, and COPD with acute exacerbation. Denies chest pain. No evidence of pneumonia."
    " Family history of breast cancer in mother. Possible pulmonary embolism, CT ordered."
)


@pytest.fixture(scope="session")
def chartcode() -> Path:
    command = Path(sys.executable).parent / "chartcode"
    if not command.exists():
        pytest.skip("chartcode is not installed in this environment: run `make install`")
    from codesets.registry import default_index_dir, load_registry

    try:
        load_registry(default_index_dir())
    except CodeSetMissing:
        pytest.skip("the code-set index is not built: run `make install`")
    return command


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """Without settings of whoever runs the tests, and as wide as the narrowest terminal."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CHARTCODE_")}
    return {**kept, "COLUMNS": "80"}


@pytest.fixture(scope="session")
def run(chartcode: Path, environment: dict[str, str]) -> Run:
    """Run the command: run("code", "-", stdin=b"...")."""

    def run(
        *arguments: str | Path, stdin: bytes = b"", cwd: Path | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        command = [chartcode, *arguments]
        return subprocess.run(
            command,
            input=stdin,
            cwd=cwd,
            env=environment,
            capture_output=True,
            check=False,
            timeout=TIMEOUT_S,
        )

    return run

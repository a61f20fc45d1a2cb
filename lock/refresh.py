"""Choose the locked versions anew: resolve pyproject.toml in a fresh environment, write lock/*.txt.

Run by `make lock`. Needs the network. serve.txt is the whole closure of what serving needs, with
setuptools for the editable install; test.txt and train.txt hold only what comes on top.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

LOCK = Path(__file__).parent
PROJECT = tomllib.loads((LOCK.parent / "pyproject.toml").read_text("utf-8"))
# What torch's builds for accelerators add: left to torch, so that a machine without one installs.
ACCELERATOR = ("cuda-", "nvidia-", "triton")


def resolve(python: Path, wanted: list[str]) -> set[str]:
    """Every `name==version` that installing the wanted requirements would bring."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [python, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
        subprocess.run([*command, "--report", report, *wanted], check=True)
        installs = json.loads(report.read_text("utf-8"))["install"]
    found = ((i["metadata"]["name"], i["metadata"]["version"]) for i in installs)
    return {
        f"{name}=={version.partition('+')[0]}"
        for name, version in found
        if not name.startswith(ACCELERATOR)
    }


def write(name: str, lines: set[str], *includes: str) -> None:
    """Write one lock file, sorted without regard to case, its includes first."""
    body = [*(f"-r {include}" for include in includes), *sorted(lines, key=str.lower)]
    (LOCK / name).write_text("\n".join(body) + "\n", "utf-8")


def main() -> None:
    """Resolve the three sets, each on top of the one before it."""
    project = PROJECT["project"]
    extras = project["optional-dependencies"]
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        serve = resolve(python, [*project["dependencies"], *PROJECT["build-system"]["requires"]])
        write("serve.txt", serve)
        for name in ("test", "train"):
            more = resolve(python, [*serve, *extras[name]])
            write(f"{name}.txt", more - serve, "serve.txt")


if __name__ == "__main__":
    sys.exit(main())

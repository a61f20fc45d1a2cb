"""What a manifest says of where a model comes from."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

CHART_ATTRIBUTIONS = (
    "ACI-BENCH notes (Yim et al. 2023, CC BY 4.0), coded by us",
    "MTSamples transcriptions (mtsamples.com), coded by us",
)


def commit_of_checkout() -> str:
    """The commit of the checkout that this package lies in; "unknown" outside of one."""
    here = Path(__file__).parent
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=here, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def versions_of(packages: Iterable[str]) -> dict[str, str]:
    """The installed version of each package that is there."""
    found = {}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found

"""Speed and memory of the code systems: loading all of them, look-up, search."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from codesets.registry import load_registry
from codesets.search_all import search_all

QUERIES = (
    "htn ckd 3",
    "lap chole",
    "flu shot",
    "knee brace",
    "type 2 diabetes with neuropathy",
    "fracture of the left radius",
    "E11.2",
)
# Growth is counted from a process that has the embedded diagnoses, as every one had before.
_LOADING = """
import psutil, sys, time
from pathlib import Path
from codesets.lexicon import load_lexicon
from codesets.load import embedded_dir
from codesets.registry import load_registry
from codesets.release import Release
from codesets.search_all import search_all
from codesets.store import read_release
from coding.types import System
index = Path(sys.argv[1])
one = Release(read_release(embedded_dir(index, System.ICD10CM)), load_lexicon())
one.find("chest pain", 5)
before = psutil.Process().memory_info().rss
start = time.perf_counter()
registry = load_registry(index)
for release in registry.releases():
    release.find("chest pain", 5)
loaded = time.perf_counter() - start
print(loaded, (psutil.Process().memory_info().rss - before) / 2**20)
"""


def loading(index_dir: Path) -> tuple[float, float]:
    """Seconds and MiB that loading every release, searches ready, adds to a fresh process."""
    command = [sys.executable, "-c", _LOADING, str(index_dir)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, mib = done.stdout.split()
    return float(seconds), float(mib)


def look_up_ms(index_dir: Path) -> float:
    """Median milliseconds to give a code of any system."""
    registry = load_registry(index_dir)
    times = []
    for release in registry.newest():
        values = [value for value, _, kind in release.terms() if kind == "title"]
        release.get(values[0])
        for value in values[:: max(1, len(values) // 50)]:
            times.append(_ms(partial(release.get, value)))
    return statistics.median(times)


def search_ms(index_dir: Path) -> float:
    """Milliseconds of the slowest of QUERIES over all systems, its median of five."""
    newest = load_registry(index_dir).newest()
    slowest = 0.0
    for words in QUERIES:
        search_all(newest, words)
        runs = [_ms(partial(search_all, newest, words)) for _ in range(5)]
        slowest = max(slowest, statistics.median(runs))
    return slowest


def _ms(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1_000

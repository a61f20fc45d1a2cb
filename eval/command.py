"""What `chartcode evaluate` does: run a task, print its table, write its files."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from eval.harness import NoteCoder

TASKS = ("charts", "negation")


def run_evaluation(
    path: Path,
    *,
    task: str = "charts",
    out: Path | None = None,
    coder: NoteCoder,
    half: str = "odd",
    baseline: bool = False,
    console: Console,
) -> int:
    """Evaluate a coder on a file, print the figures and give the exit status.

    `task` is one of TASKS; `half` (odd, even or all) is for the negation task; `baseline` adds a
    column for keyword coding to the charts task. Where `out` is given, it receives the figures as
    JSON and its sibling <stem>.notes.jsonl a line for each note.

    Returns: 0, or 3 where some note could not be coded (each is listed and counted as misses).

    Raises: InputError for a wrong file, task or half; CodeSetError as the coder's code sets do.
    """
    raise NotImplementedError

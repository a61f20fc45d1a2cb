"""What `chartcode evaluate` does: run a task, print its table, write its files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console, RenderableType
from rich.progress import Progress

from coding.errors import InputError
from coding.to_json import Json, dumps
from eval.baselines import keyword
from eval.harness import NoteCoder, evaluate_charts
from eval.negation import evaluate_negation
from eval.report import (
    chart_json,
    chart_lines,
    chart_table,
    negation_json,
    negation_lines,
    negation_table,
)

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

    Raises: InputError for a wrong file, task, half or output; CodeSetError as the coder's code sets
    do.
    """
    if task not in TASKS:
        raise InputError(f"task must be one of {', '.join(TASKS)}", field="task")
    if out is not None:
        _check_output(out, path)
    if task == "negation":
        evaluation = evaluate_negation(path, coder.reader, coder.provenance, half=half)
        _deliver(
            console,
            negation_table(evaluation),
            out,
            negation_json(evaluation),
            negation_lines(evaluation),
        )
        return 0
    return _charts(path, out, coder, baseline, console)


def _charts(
    path: Path, out: Path | None, coder: NoteCoder, baseline: bool, console: Console
) -> int:
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        coding = bar.add_task("coding", total=None)
        evaluation = evaluate_charts(
            path, coder, progress=lambda done, n: bar.update(coding, completed=done, total=n)
        )
    plain = evaluate_charts(path, keyword(coder.codesets, coder.reader)) if baseline else None
    body = dict(chart_json(evaluation))
    if plain is not None:
        body["baselines"] = {"keyword": chart_json(plain)["metrics"]}
    _deliver(console, chart_table(evaluation, plain), out, body, chart_lines(evaluation))
    return 3 if evaluation.failures else 0


def _check_output(out: Path, path: Path) -> None:
    """Refuse, before any work is done, an output that cannot be written or that is the input."""
    if not out.resolve().parent.is_dir():
        raise InputError(f"{out.parent}: no such folder; make it or name another", field="json")
    if path.resolve() in (out.resolve(), _beside(out).resolve()):
        raise InputError(f"{out}: would replace the charts; name another file", field="json")


def _beside(out: Path) -> Path:
    return out.with_name(f"{out.stem}.notes.jsonl")


def _deliver(
    console: Console,
    table: RenderableType,
    out: Path | None,
    body: Json,
    notes: Iterable[Json],
) -> None:
    console.print(table)
    if out is not None:
        out.write_text(dumps(body) + "\n", encoding="utf-8")
        _beside(out).write_text("".join(f"{dumps(line)}\n" for line in notes), encoding="utf-8")

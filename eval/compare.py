"""Two evaluations of the same units, compared pair by pair: `chartcode compare A B`.

A and B are --json outputs; the lines beside them (<stem>.notes.jsonl) are paired by id, and the
figures compared as eval.paired does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import RenderableType
from rich.table import Table

from coding.errors import InputError
from coding.to_json import Json
from eval.bootstrap import RESAMPLES, SEED, quotient, resample
from eval.calibration import Floats
from eval.command import notes_beside
from eval.delivery import rounded, shown
from eval.jsonl import Fields, lines
from eval.paired import Columns, Difference, difference, prf_differences

COUNTS = ("tp", "fp", "fn")
HIT = "hit"


@dataclass(frozen=True, slots=True)
class Side:
    """One evaluation: its task, the hash of its data, and its lines by id."""

    name: str
    task: str
    split: str
    data_sha256: str
    rows: Mapping[str, Fields]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences of two evaluations over n units."""

    a: Side
    b: Side
    n: int
    differences: tuple[Difference, ...]


def compare(a: Path, b: Path) -> Comparison:
    """Pair the lines of two evaluations and compare their figures.

    Raises: InputError, naming file, line and field, where a file is missing or no such output, or
    the two are of other tasks, other data or other units.
    """
    one, other = _side(a), _side(b)
    for what, left, right in (
        ("task", one.task, other.task),
        ("data_sha256", one.data_sha256, other.data_sha256),
    ):
        if left != right:
            raise InputError(
                f"{a.name} and {b.name} cannot be compared: {what} differs", field=what
            )
    if one.rows.keys() != other.rows.keys():
        apart = len(one.rows.keys() ^ other.rows.keys())
        raise InputError(
            f"{a.name} and {b.name} cannot be compared: {apart} ids are in one of them only",
            field="id",
        )
    ids = sorted(one.rows)
    if not ids:
        raise InputError(f"{a.name}: no lines beside it to compare", field="path")
    weights = resample(len(ids))
    first = one.rows[ids[0]]
    if all(name in first.values for name in COUNTS):
        differences = _counted(one, other, ids, weights)
    elif HIT in first.values:
        differences = (_mean("hit", one, other, ids, weights),)
    else:
        raise InputError(f"the task {one.task} has no counts to compare", field="task")
    return Comparison(one, other, len(ids), differences)


def comparison_table(comparison: Comparison) -> RenderableType:
    """A row a figure."""
    title = (
        f"{comparison.a.task} {comparison.a.split}, {comparison.n} units: "
        f"A {comparison.a.name}, B {comparison.b.name}"
    )
    table = Table(title=title, title_justify="left")
    table.add_column("metric", no_wrap=True)
    for header in ("A", "B", "B - A", "low", "high", "p"):
        table.add_column(header, justify="right", no_wrap=True)
    for d in comparison.differences:
        table.add_row(d.name, *map(shown, (d.a, d.b, d.delta, d.low, d.high, d.p)))
    return table


def comparison_json(comparison: Comparison) -> Json:
    """The same with what was compared."""
    return {
        "task": comparison.a.task,
        "split": comparison.a.split,
        "n": comparison.n,
        "a": comparison.a.name,
        "b": comparison.b.name,
        "resamples": RESAMPLES,
        "seed": SEED,
        "differences": {
            d.name: {
                "a": rounded(d.a),
                "b": rounded(d.b),
                "delta": rounded(d.delta),
                "low": rounded(d.low),
                "high": rounded(d.high),
                "p": rounded(d.p),
            }
            for d in comparison.differences
        },
    }


def _counted(one: Side, other: Side, ids: list[str], weights: Floats) -> tuple[Difference, ...]:
    counts = (_columns(one, ids), _columns(other, ids))
    figures = list(prf_differences(*counts, weights).values())
    if all("average_precision" in side.rows[ids[0]].values for side in (one, other)):
        figures.append(_mean("average_precision", one, other, ids, weights))
    return tuple(figures)


def _columns(side: Side, ids: list[str]) -> Columns:
    tp, fp, fn = (
        np.array([side.rows[i].integer(name) for i in ids], dtype=np.float64) for name in COUNTS
    )
    return tp, fp, fn


def _mean(name: str, one: Side, other: Side, ids: list[str], weights: Floats) -> Difference:
    """Means over the units where both have a value."""
    pairs = [tuple(side.rows[i].number(name, most=1) for side in (one, other)) for i in ids]
    both = np.array([None not in pair for pair in pairs])
    a, b = (np.array([pair[k] or 0.0 for pair in pairs], dtype=np.float64) * both for k in (0, 1))
    n = weights @ both.astype(np.float64)
    whole = float(both.sum())
    means = [float(side.sum() / whole) if whole else None for side in (a, b)]
    shown_name = "map" if name == "average_precision" else name
    return difference(
        shown_name,
        (means[0], quotient(weights @ a, n)),
        (means[1], quotient(weights @ b, n)),
    )


def _side(path: Path) -> Side:
    head = _head(path)
    run = head.nested("run")
    if run is None:
        raise head.wrong("run", "is missing; give an output of chartcode evaluate --json")
    rows: dict[str, Fields] = {}
    for fields in lines(notes_beside(path)):
        key = fields.string("id")
        if key in rows:
            raise fields.wrong("id", "comes twice")
        rows[key] = fields
    return Side(
        path.name, head.string("task"), head.string("split", ""), run.string("data_sha256"), rows
    )


def _head(path: Path) -> Fields:
    try:
        value = json.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise InputError(f"{path}: {reason}; give a readable file", field="path") from None
    except ValueError:
        raise InputError(f"{path.name}: not JSON", field="path") from None
    if not isinstance(value, dict):
        raise InputError(f"{path.name}: must be a JSON object", field="path")
    return Fields(path.name, 1, "", value)

"""What a task hands back, and the tables that several tasks share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.console import RenderableType
from rich.table import Table

from coding.to_json import Json
from eval.figures import Figure


@dataclass(frozen=True, slots=True)
class Delivery:
    """A finished task: what to print, its JSON, a line for each unit, the exit status (0 or 3)."""

    table: RenderableType
    body: Json
    lines: Iterable[Json]
    status: int = 0


def figures_table(title: str, figures: Sequence[Figure]) -> Table:
    """Value, interval and n of each figure."""
    table = Table(title=title, title_justify="left")
    table.add_column("metric", no_wrap=True)
    for header in ("value", "low", "high", "n"):
        table.add_column(header, justify="right", no_wrap=True)
    table.add_column("of", no_wrap=True)
    for figure in figures:
        cells = [figure.name, *map(shown, (figure.value, figure.low, figure.high))]
        table.add_row(*cells, str(figure.n), figure.of)
    return table


def beside_table(title: str, names: Sequence[str], rows: Mapping[str, Sequence[Figure]]) -> Table:
    """Several coders under one another: a row each, the value of each named figure beside it."""
    table = Table(title=title, title_justify="left")
    table.add_column("coder", no_wrap=True)
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    for coder, figures in rows.items():
        values = {figure.name: figure.value for figure in figures}
        table.add_row(coder, *(shown(values.get(name)) for name in names))
    return table


def counts_table(title: str, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table whose first column is words and whose others are numbers."""
    table = Table(title=title, title_justify="left")
    for place, header in enumerate(headers):
        table.add_column(header, justify="right" if place else "left", no_wrap=bool(place))
    for row in rows:
        table.add_row(*(cell if isinstance(cell, str) else shown_number(cell) for cell in row))
    return table


def shown_number(value: object) -> str:
    """A whole number as it is, another to 3 decimals, None as a dash."""
    return shown(value) if isinstance(value, float) or value is None else str(value)


def shown(value: float | None) -> str:
    """Three decimals, or a dash."""
    return "-" if value is None else f"{value:.3f}"


def rounded(value: float | None) -> float | None:
    """Six decimals."""
    return None if value is None else round(value, 6)


def metrics_json(figures: Sequence[Figure]) -> Json:
    """Figures by name."""
    return {
        figure.name: {
            "value": rounded(figure.value),
            "low": rounded(figure.low),
            "high": rounded(figure.high),
            "n": figure.n,
            "of": figure.of,
        }
        for figure in figures
    }

"""One self-contained HTML report of several evaluations: `python -m eval.page OUT.json ... --out`.

It holds codes, figures and ids of files, never words of a note; whatever comes from an output is
escaped. Beside it, with the same name and .md, stands the summary as a table for a README.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from coding.errors import ChartcodeError, InputError
from eval.ablation_report import SHOWN
from eval.bars import BARS, HEADLINES, bar_for
from eval.results import Measured, Result, load_result
from eval.svg import count_rows, curve, interval_rows

TASKS: Mapping[str, str] = {
    "charts": "Charts: accepted codes against gold",
    "procedures": "Procedures: CPT, HCPCS, ICD-10-PCS and levels of visits",
    "codiesp-d": "CodiEsp D: diagnoses of case reports",
    "codiesp-p": "CodiEsp P: procedures of case reports",
    "codiesp-x": "CodiEsp X: codes with their sentence",
    "negation": "Negation: what the reader sees denied",
    "sections": "Sections: parts of a note and their names",
    "retrieval": "Retrieval: wordings to codes",
    "metamorphic": "Metamorphic checks: share that failed",
    "faithfulness": "Faithfulness: evidence taken away",
}
"""Titles, in the order of the report."""

OWN_CODINGS = (
    "Chart figures rest on codings made for this project, machine-assisted and not reviewed by a "
    "credentialed coder."
)


def page(results: Sequence[Result]) -> str:
    """The whole document. At least one result."""
    ordered = sorted(results, key=place)
    css = (files("eval") / "page.css").read_text("utf-8")
    body = "".join((_head(ordered), _summary(ordered), *map(_section, ordered)))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Chartcode: evaluation</title><style>{css}</style></head>"
        f"<body>{body}</body></html>\n"
    )


def markdown(results: Sequence[Result]) -> str:
    """The summary as a table for a README."""
    lines = ["| task | data | n | figure | value | 95% interval | baselines |", "|---" * 7 + "|"]
    for result in sorted(results, key=place):
        for name, figure in headlines(result):
            beside = ", ".join(
                f"{coder} {_shown(figures[name].value)}"
                for coder, figures in result.baselines.items()
                if name in figures and figures[name].value is not None
            )
            between = f"{_shown(figure.low)} - {_shown(figure.high)}"
            cells = (result.task, result.split, str(result.n), name, _shown(figure.value), between)
            lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in (*cells, beside))} |")
    return "\n".join(lines) + "\n"


def _head(results: Sequence[Result]) -> str:
    models = sorted({r.run.model for r in results})
    commits = sorted({r.run.commit or "no commit" for r in results})
    codesets = sorted({f"{k} {v}" for r in results for k, v in r.run.codesets.items()})
    plus = " (+ means files differed from the commit.)" if any("+" in c for c in commits) else ""
    return (
        "<h1>Chartcode: evaluation</h1>"
        f"<p>Model {escape(', '.join(models))}; {escape(', '.join(codesets))}.</p>"
        f'<p class="small">Commit {escape(", ".join(c[:12] + c[40:] for c in commits))}.{plus} '
        f"Intervals hold the middle 95% of {results[0].run.resamples} bootstrap resamples of whole "
        f"units, seed {results[0].run.seed}. {escape(OWN_CODINGS)}</p>"
    )


def _summary(results: Sequence[Result]) -> str:
    rows = []
    for result in results:
        for name, figure in headlines(result):
            bar, kind, verdict = bar_for(result.task, result.split, name), "", ""
            if bar is not None and figure.value is not None:
                kind = "met" if bar.met(figure.value) else "unmet"
                verdict = f"{bar.must:g} / {bar.aim:g} {'met' if kind == 'met' else 'missed'}"
            cells = (
                f'<td class="words">{escape(result.task)} {escape(result.split)}</td>'
                f'<td>{escape(name)}</td><td class="{kind}">{_shown(figure.value)}</td>'
                f"<td>{_shown(figure.low)} to {_shown(figure.high)}</td>"
                f'<td class="{kind}">{verdict}</td>'
                f"<td>{escape(best_baseline(result, name))}</td><td>{result.n}</td>"
            )
            rows.append(f"<tr>{cells}</tr>")
    heads = ("task", "figure", "value", "95% interval", "must / aim", "best baseline", "n")
    return f"<section><h2>Summary</h2>{_table(heads, rows)}</section>"


def _section(result: Result) -> str:
    parts = [
        f"<h2>{escape(TASKS.get(result.task, result.task))}</h2>"
        f'<p class="small">{escape(result.split)}, n = {result.n}, {escape(result.run.data)} '
        f"(sha256 {escape(result.run.data_sha256[:12])}), model {escape(result.run.model)}</p>"
    ]
    parts += [
        f'<p class="warning">{escape(leak)}; figures measure memory.</p>' for leak in result.leaks
    ]
    parts += [f'<p class="small">{escape(note)}</p>' for note in result.notes]
    parts.append(interval_rows(_rows(result.metrics)))
    parts.append(_baselines(result))
    parts.append(_ablations(result))
    parts.append(_plots(result))
    parts.append(_groups(result))
    parts.append(_causes(result))
    return f"<section>{''.join(parts)}</section>"


def _rows(
    metrics: Mapping[str, Measured],
) -> Iterator[tuple[str, float | None, float | None, float | None]]:
    for name, figure in metrics.items():
        label = f"{name} (n {figure.n} {figure.of})"
        if figure.value is None or -1 <= figure.value <= 1:
            yield label, figure.value, figure.low, figure.high
        else:
            yield label, None, None, None


def _baselines(result: Result) -> str:
    if not result.baselines:
        return ""
    names = [name for name in result.metrics if any(name in b for b in result.baselines.values())]
    coders = {result.run.model: result.metrics, **result.baselines}
    rows = []
    for coder, figures in coders.items():
        values = (figures[name].value if name in figures else None for name in names)
        cells = "".join(f"<td>{_shown(value)}</td>" for value in values)
        rows.append(f"<tr><td>{escape(coder)}</td>{cells}</tr>")
    return f"<h3>Beside baselines</h3>{_table(('coder', *names), rows)}"


def _ablations(result: Result) -> str:
    if not result.ablations:
        return ""
    rows = [_ablation("nothing", result.metrics, "", "")]
    remarks = ["Nothing was fitted anew."]
    for part, row in result.ablations.items():
        change = row.f1_change
        between = f"{_shown(change.low)} to {_shown(change.high)}"
        rows.append(_ablation(part, row.metrics, _shown(change.value), between))
        if row.model != result.run.model:
            remarks.append(f"Without {part}: {row.model}.")
        if row.failed:
            remarks.append(f"Without {part}: {len(row.failed)} charts not coded.")
    heads = ("taken away", *SHOWN, "change of f1", "95% interval")
    return (
        f"<h3>With one part taken away</h3>{_table(heads, rows)}"
        f'<p class="small">{escape(" ".join(remarks))}</p>'
    )


def _ablation(part: str, figures: Mapping[str, Measured], change: str, between: str) -> str:
    values = (figures[name].value if name in figures else None for name in SHOWN)
    cells = "".join(f"<td>{cell}</td>" for cell in (*map(_shown, values), change, between))
    return f"<tr><td>{escape(part)}</td>{cells}</tr>"


def _plots(result: Result) -> str:
    plots = []
    if result.reliability:
        axes = ("mean probability", "share right")
        title = "Reliability: ten bins of equal mass"
        plots.append(curve(title, axes, result.reliability, diagonal=True, dots=True))
    words = ""
    if result.risk is not None and result.risk.curve:
        auto = result.risk.auto
        points = [(coverage, precision) for coverage, precision, _, _ in result.risk.curve]
        mark = None
        if auto.coverage is not None and auto.precision is not None:
            mark = (auto.coverage, auto.precision)
            words = (
                f"Auto-accept, marked: {auto.n} of {result.risk.accepted} accepted codes, "
                f"precision {auto.precision:.3f}, at least {_shown(auto.bound)} (one-sided 95%)."
            )
        else:
            words = "Auto-accept: the model accepts no code unseen."
        axes = ("coverage of accepted codes", "precision")
        title = "Precision against coverage; 0.95 dashed"
        plots.append(curve(title, axes, points, level=0.95, mark=mark))
    if not plots:
        return ""
    return f'<div class="plots">{"".join(plots)}</div><p>{escape(words)}</p>'


def _groups(result: Result) -> str:
    parts = []
    for by, rows in groupby(result.groups, key=lambda row: row.by):
        kept = list(rows)
        if len(kept) > 1:
            drawn = interval_rows((f"{r.name} ({r.charts})", r.f1, r.low, r.high) for r in kept)
            parts.append(f"<h3>F1 by {escape(by)} (charts)</h3>{drawn}")
    return "".join(parts)


def _causes(result: Result) -> str:
    parts = []
    for title, rows in (
        ("Missed codes by cause", result.missed),
        ("Wrong accepted codes by cause", result.wrong),
    ):
        if rows:
            drawn = [(row.cause, row.n, row.sibling) for row in rows]
            note = "Codes / of them with the right 3-character category accepted (or in gold)."
            parts.append(f"<h3>{title}</h3>{count_rows(drawn, note)}")
    if result.chapters:
        body = [
            f'<tr><td class="words">{escape(name)}</td><td>{c.tp + c.fn}</td><td>{c.tp + c.fp}</td>'
            f"<td>{c.tp}</td><td>{_shown(c.f1)}</td></tr>"
            for name, c in result.chapters.items()
        ]
        heads = ("chapter", "gold", "accepted", "right", "F1")
        parts.append(f"<h3>By chapter</h3>{_table(heads, body)}")
    return "".join(parts)


def _table(heads: Iterable[str], rows: Iterable[str]) -> str:
    cells = "".join(f"<th>{escape(head)}</th>" for head in heads)
    return f'<div class="wide"><table><tr>{cells}</tr>{"".join(rows)}</table></div>'


def headlines(result: Result) -> Iterator[tuple[str, Measured]]:
    """The figures of a result that stand in a summary, by name."""
    for name in HEADLINES.get(result.task, tuple(result.metrics)[:1]):
        if name in result.metrics:
            yield name, result.metrics[name]


def best_baseline(result: Result, name: str) -> str:
    """The best value that a baseline has for a figure, and the baseline's name."""
    bar = BARS.get((result.task, name))
    values = [
        (figures[name].value, coder)
        for coder, figures in result.baselines.items()
        if name in figures
    ]
    known = [(value, coder) for value, coder in values if value is not None]
    if not known:
        return ""
    value, coder = (min if bar is not None and bar.lower else max)(known)
    return f"{value:.3f} {coder}"


def place(result: Result) -> tuple[int, str]:
    """What to sort results by: the order of TASKS, then the split."""
    order = list(TASKS)
    place = order.index(result.task) if result.task in order else len(order)
    return place, result.split


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def main(
    outputs: Annotated[list[Path], typer.Argument(help="outputs of chartcode evaluate --json")],
    out: Annotated[Path, typer.Option(help="the HTML file to write")] = Path("out/report.html"),
) -> None:
    """Write the report and, beside it, its summary as Markdown."""
    try:
        results = [load_result(path) for path in outputs]
        if not out.resolve().parent.is_dir():
            raise InputError(f"{out.parent}: no such folder; make it or name another", field="out")
    except ChartcodeError as error:
        typer.echo(f"error: {error.message}", err=True)
        raise typer.Exit(2) from None
    out.write_text(page(results), encoding="utf-8")
    out.with_suffix(".md").write_text(markdown(results), encoding="utf-8")
    typer.echo(f"{out}: {len(results)} evaluations")


if __name__ == "__main__":
    typer.run(main)

"""The main figures as Markdown in a README, made from the outputs of eval.suite:

    python -m eval.readme_table out/figures/*.json README.md

The tables stand between two marker lines; every other byte of the file stays as it is. No line is
longer than COLUMNS where the names of models are short.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from coding.errors import ChartcodeError, InputError
from eval.page import OWN_CODINGS, best_baseline, headlines, place
from eval.results import Measured, Result, load_result

BEGIN = "<!-- figures: begin -->"
END = "<!-- figures: end -->"

COLUMNS = 110

FIGURES: Mapping[str, str] = {
    "f1": "F1",
    "map": "MAP",
    "evidence_f1": "evidence",
    "ece": "ECE",
    "violations": "violations",
    "first_listed": "first-listed",
}
"""The figures of the first table and their headers; a task without F1 stands in another."""

PROCEDURES: Mapping[str, str] = {
    "cpt_f1": "CPT without E/M, F1",
    "hcpcs_f1": "HCPCS, F1",
    "pcs4_f1": "ICD-10-PCS, first four, F1",
    "pcs_f1": "ICD-10-PCS, F1",
    "em_level": "E/M, family known, exact",
    "em_majority": "E/M, most frequent of the family",
    "em_gain": "E/M, the former less the latter",
    "em_exact": "E/M as the whole pipeline says it",
}
"""The figures of the table of procedures and what stands there for them."""

LEGEND = (
    "Each second line has the model and the 95% interval (bootstrap over whole units). F1 and MAP "
    "are against gold; evidence: character F1 of the words shown for a code; ECE and violations "
    f"(codes resting on words that deny them) are better when lower. {OWN_CODINGS}"
)


def figures_markdown(results: Mapping[str, Result]) -> str:
    """The tables of some results by the name of their data, in the order of the report.

    Raises: InputError where there is none, or one was measured on leaked charts.
    """
    if not results:
        raise InputError(
            "no figures to show: `make report` writes out/figures/*.json", field="path"
        )
    for name, result in results.items():
        if result.leaks:
            raise InputError(
                f"{name}: {result.leaks[0]}, so its figures measure memory; leave it out",
                field="leaks",
            )
    ordered = sorted(results.items(), key=lambda item: (place(item[1])[0], item[0]))
    coding = [(_label(n, r), r) for n, r in ordered if "f1" in r.metrics]
    procedures = [(_label(n, r), r) for n, r in ordered if r.task == "procedures"]
    apart = [*coding, *procedures]
    other = [(_label(n, r), r) for n, r in ordered if all(r is not a for _, a in apart)]
    parts = []
    if coding:
        heads = ("task and data", "n", *FIGURES.values())
        parts.append(_table(heads, (row for pair in coding for row in _two_lines(*pair))))
        parts.append(textwrap.fill(LEGEND, COLUMNS))
    for label, result in procedures:
        heads = (label, "value", "95% interval", "n", "of", "best baseline")
        parts.append(_table(heads, _of_procedures(result)))
    if other:
        heads = ("task and data", "model", "n", "figure", "value", "95% interval")
        parts.append(_table(heads, (row for pair in other for row in _one_a_figure(*pair))))
    parts.append(textwrap.fill(_source(list(results.values())), COLUMNS))
    return "\n\n".join(parts)


def with_figures(readme: bytes, tables: str, name: str) -> bytes:
    """The README with the tables between its marker lines, in the line ends it has there.

    Raises: InputError where a marker line is missing, comes twice or the end stands first.
    """
    return with_part(readme, tables, name, (BEGIN, END))


def with_part(readme: bytes, text: str, name: str, markers: tuple[str, str]) -> bytes:
    """The README with a text between two marker lines; every other byte stays as it is.

    Raises: InputError where a marker line is missing, comes twice or the end stands first.
    """
    first, last = markers
    begin, end = (_marker(readme, marker, name, markers) for marker in markers)
    if end.start() < begin.end():
        raise InputError(f"{name}: {last} stands before {first}; swap them", field="readme")
    line_end = "\r\n" if begin.group().endswith(b"\r\n") else "\n"
    between = line_end.join(("", *text.split("\n"), "", "")).encode()
    return readme[: begin.end()] + between + readme[end.start() :]


def _marker(readme: bytes, marker: str, name: str, markers: tuple[str, str]) -> re.Match[bytes]:
    found = list(
        re.finditer(rb"(?m)^" + re.escape(marker.encode()) + rb"[ \t]*\r?(?:\n|\Z)", readme)
    )
    if len(found) != 1:
        how = "has no line" if not found else f"has {len(found)} lines"
        raise InputError(
            f"{name} {how} {marker}; put the lines {markers[0]} and {markers[1]} once each where "
            "the text made here is to stand",
            field="readme",
        )
    return found[0]


def _label(name: str, result: Result) -> str:
    """The task and the name of the output, where that does not name the task already."""
    named = name.startswith(result.task.replace("-", "_"))
    return name if named else f"{result.task} {name}"


def _two_lines(label: str, result: Result) -> Iterator[Sequence[str]]:
    figures = [result.metrics.get(name) for name in FIGURES]
    yield label, str(result.n), *map(_value, figures)
    yield result.judged_model, "", *map(_between, figures)


def _one_a_figure(label: str, result: Result) -> Iterator[Sequence[str]]:
    for name, figure in headlines(result):
        shown = (_value(figure), _between(figure))
        yield label, result.judged_model, str(result.n), name, *shown


def _of_procedures(result: Result) -> Iterator[Sequence[str]]:
    for name, words in PROCEDURES.items():
        if name in result.metrics:
            figure = result.metrics[name]
            shown = (_value(figure), _between(figure), str(figure.n), figure.of)
            yield words, *shown, best_baseline(result, name)


def _value(figure: Measured | None) -> str:
    return "" if figure is None or figure.value is None else f"{figure.value:.3f}"


def _between(figure: Measured | None) -> str:
    if figure is None or figure.low is None or figure.high is None:
        return ""
    return f"{figure.low:.2f}–{figure.high:.2f}"


def _source(results: Sequence[Result]) -> str:
    commits = sorted({f"commit {r.run.commit[:12]}" for r in results if r.run.commit})
    codesets = sorted({f"{k} {v}" for r in results for k, v in r.run.codesets.items()})
    changed = any((r.run.commit or "").endswith("+") for r in results)
    more = " and uncommitted changes" if changed else ""
    return f"{', '.join(codesets)}; {', '.join(commits) or 'no commit'}{more}."


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose columns line up in the source; words left, numbers right."""
    cells = [list(heads), *([cell.replace("|", "/") for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    left = ("task and data", "model", "figure", "of", "best baseline")
    words = [place == 0 or head in left for place, head in enumerate(heads)]
    rule = (
        "-" * (w + 2) if word else "-" * (w + 1) + ":"
        for w, word in zip(widths, words, strict=True)
    )
    lines = [
        " | ".join(
            cell.ljust(w) if word else cell.rjust(w)
            for cell, w, word in zip(row, widths, words, strict=True)
        )
        for row in cells
    ]
    first, *others = (f"| {line} |" for line in lines)
    return "\n".join((first, f"|{'|'.join(rule)}|", *others))


def _loaded(outputs: Sequence[Path]) -> Mapping[str, Result]:
    results: dict[str, Result] = {}
    for path in outputs:
        if not path.is_file():
            raise InputError(
                f"{path}: no such figures; `make report` writes out/figures/*.json", field="path"
            )
        if path.stem in results:
            raise InputError(f"{path}: {path.stem} comes twice; leave one out", field="path")
        results[path.stem] = load_result(path)
    return results


def main(
    outputs: Annotated[list[Path], typer.Argument(help="outputs of eval.suite")],
    readme: Annotated[Path, typer.Argument(help="the file with the marker lines")],
) -> None:
    """Write the main figures between the marker lines of a README."""
    try:
        tables = figures_markdown(_loaded(outputs))
        try:
            before = readme.read_bytes()
        except OSError as error:
            reason = error.strerror or "cannot be read"
            raise InputError(f"{readme}: {reason}; name a file", field="readme") from None
        after = with_figures(before, tables, readme.name)
    except ChartcodeError as error:
        typer.echo(f"error: {error.message}", err=True)
        raise typer.Exit(2) from None
    readme.write_bytes(after)
    typer.echo(f"{readme}: figures of {len(outputs)} evaluations")


if __name__ == "__main__":
    typer.run(main)

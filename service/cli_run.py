"""`chartcode serve`, `evaluate`, `compare` and `doctor`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer


def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.")] = None,
) -> None:
    """Serve the HTTP interface and the page at /."""
    from coding.build import require_parts
    from service.config import load_config
    from service.server import serve as run_server

    config = load_config(context.obj)
    require_parts(config.engine)
    run_server(
        replace(config, host=host or config.host, port=config.port if port is None else port)
    )


def evaluate(
    context: typer.Context,
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="Gold charts (JSONL), or what the task needs.")
    ],
    task: Annotated[
        str,
        typer.Option(
            help="charts, procedures, codiesp-d, codiesp-p, codiesp-x, negation, sections, "
            "retrieval, metamorphic or faithfulness."
        ),
    ] = "charts",
    split: Annotated[
        str | None,
        typer.Option(
            help="Part of the data: the split of charts, the folder of CodiEsp, the half of the "
            "negation sentences (odd, even, all), dev or test terms."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--json", metavar="OUT", help="Write the figures, and a line for each note."),
    ] = None,
    also: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Further charts, pooled with PATH.")
    ] = None,
    train: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Training charts: refused if they leak, counted for the most frequent codes.",
        ),
    ] = None,
    allow_leaks: Annotated[
        bool, typer.Option("--allow-leaks", help="Measure on leaked charts, and say so.")
    ] = False,
    baselines: Annotated[
        bool, typer.Option(help="Show plain coders beside it; they take about as long.")
    ] = True,
    ablations: Annotated[
        bool,
        typer.Option("--ablations", help="Show what F1 loses without each part; charts only."),
    ] = False,
    folds: Annotated[
        bool,
        typer.Option(
            "--folds", help="Procedures: code each chart by a model that has not seen its fold."
        ),
    ] = False,
    threshold: Annotated[
        float | None,
        typer.Option(help="Acceptance threshold of the CodiEsp profile, else that of the model."),
    ] = None,
    sample: Annotated[
        int | None, typer.Option(min=2, help="Only the first terms of the retrieval task.")
    ] = None,
) -> None:
    """Measure the coder on gold: what it finds, how sure it is, where it goes wrong."""
    from rich.console import Console

    from eval.command import Request, run_evaluation
    from eval.engines import baseline_coders, coder_for, forms, retrievers
    from service.config import load_config

    engine = load_config(context.obj).engine
    coder = coder_for(task, engine)
    coder_by_chart = None
    if folds:
        from coding.build import procedures_of
        from eval.procedure_coders import out_of_fold

        coder_by_chart = out_of_fold(coder, procedures_of(engine.procedures))
    request = Request(
        path=path,
        coder=coder,
        split=split,
        also=tuple(also or ()),
        train=tuple(train or ()),
        allow_leaks=allow_leaks,
        baselines=baselines,
        others=baseline_coders(task, engine) if baselines else {},
        retrievers=retrievers(task, engine),
        threshold=threshold,
        sample=sample,
        forms=forms(),
        ablate=coder if ablations else None,
        coder_for=coder_by_chart,
    )
    raise typer.Exit(run_evaluation(request, task=task, out=out, console=Console()))


def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="Output of evaluate --json.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Another over the same data.")],
    out: Annotated[
        Path | None, typer.Option("--json", metavar="OUT", help="Write the differences as JSON.")
    ] = None,
) -> None:
    """Compare two evaluations note by note, by paired bootstrap: B - A, its interval and p."""
    from rich.console import Console

    from coding.errors import InputError
    from coding.to_json import dumps
    from eval.compare import compare as compare_files
    from eval.compare import comparison_json, comparison_table

    if out is not None and not out.resolve().parent.is_dir():
        raise InputError(f"{out.parent}: no such folder; make it or name another", field="json")
    comparison = compare_files(a, b)
    Console().print(comparison_table(comparison))
    if out is not None:
        out.write_text(dumps(comparison_json(comparison)) + "\n", encoding="utf-8")


def doctor(context: typer.Context) -> None:
    """Tell what is installed and what is missing; exit with 1 if it cannot serve."""
    from service.doctor import examine

    report = examine(context.obj)
    for line in report.lines:
        typer.echo(line)
    if not report.can_serve:
        raise typer.Exit(1)

"""`chartcode serve`, `evaluate` and `doctor`."""

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
    from service.config import load_config
    from service.server import serve as run_server

    config = load_config(context.obj)
    run_server(
        replace(config, host=host or config.host, port=config.port if port is None else port)
    )


def evaluate(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Gold charts, JSONL.")],
    task: Annotated[str, typer.Option(help="What to evaluate: charts or negation.")] = "charts",
    half: Annotated[
        str, typer.Option(help="Half of the negation sentences: odd, even or all.")
    ] = "odd",
    out: Annotated[
        Path | None, typer.Option("--json", metavar="OUT", help="Write the figures as JSON.")
    ] = None,
    baseline: Annotated[
        bool, typer.Option("--baseline", help="Show keyword coding beside it.")
    ] = False,
) -> None:
    """Measure the coder on gold charts."""
    from rich.console import Console

    from coding.build import build_coder
    from eval.command import run_evaluation
    from service.config import load_config

    coder = build_coder(load_config(context.obj).engine)
    console = Console()
    status = run_evaluation(
        path, task=task, out=out, coder=coder, half=half, baseline=baseline, console=console
    )
    raise typer.Exit(status)


def doctor(context: typer.Context) -> None:
    """Tell what is installed and what is missing; exit with 1 if it cannot serve."""
    from service.doctor import examine

    report = examine(context.obj)
    for line in report.lines:
        typer.echo(line)
    if not report.can_serve:
        raise typer.Exit(1)

"""The command `chartcode`: the verbs, and how their errors look.

Only what every verb needs is imported here; each verb imports its own, so that --help is quick.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from coding.errors import ChartcodeError
from service import (
    cli_batch,
    cli_code,
    cli_codes,
    cli_codesets,
    cli_models,
    cli_policies,
    cli_run,
    cli_train,
)
from service.own_packages import check_own_packages

app = typer.Typer(
    name="chartcode",
    help="Computer-assisted medical coding: a clinical note in, codes with evidence out.",
    no_args_is_help=True,
    add_completion=False,
    # A traceback with local variables would print the note.
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"chartcode {version('chartcode')}")
        raise typer.Exit


@app.callback()
def _common(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings; else chartcode.toml, if there.")
    ] = None,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    check_own_packages()
    context.obj = config


app.command("code")(cli_code.code)
app.command("batch")(cli_batch.batch)
app.command("serve")(cli_run.serve)
app.command("search")(cli_codes.search)
app.command("show")(cli_codes.show)
app.add_typer(cli_codesets.codesets, name="codesets")
app.add_typer(cli_policies.policies, name="policies")
app.add_typer(cli_models.models, name="models")
app.command("train")(cli_train.train)
app.command("evaluate")(cli_run.evaluate)
app.command("compare")(cli_run.compare)
app.command("doctor")(cli_run.doctor)


def main() -> None:
    """Run the command line. An expected error is one plain line on stderr and exit status 2."""
    try:
        app()
    except ChartcodeError as error:
        named = not error.field or error.field in error.message
        field = "" if named else f" (field {error.field})"
        typer.echo(f"error: {error.message}{field}", err=True)
        sys.exit(2)

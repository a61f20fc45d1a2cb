"""`chartcode models`: which models are there, whether their files are whole, their cards."""

from __future__ import annotations

from typing import Annotated

import typer

models = typer.Typer(help="The models that are installed.", no_args_is_help=True)


@models.command("list")
def list_models() -> None:
    """List the installed models with the figures of their manifests."""
    from rich.console import Console
    from rich.table import Table

    from coding.errors import ArtifactError
    from models.artifact import installed, load_artifact

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("model", "kind", "MB", "fitted on", "figures"):
        table.add_column(column, overflow="fold")
    for name, version in installed():
        try:
            artifact = load_artifact(name, version)
        except ArtifactError as error:
            table.add_row(f"{name} {version}", "broken", "", "", error.message)
            continue
        manifest = artifact.manifest
        size = sum(len(content) for content in artifact.contents.values()) / 1e6
        figures = ", ".join(f"{k.replace('_', ' ')} {v:g}" for k, v in manifest.metrics.items())
        table.add_row(
            f"{name} {version}", manifest.kind, f"{size:.1f}", ", ".join(manifest.data), figures
        )
    Console().print(table)


@models.command("verify")
def verify() -> None:
    """Check every file of every model against its hash, and that models fit this installation."""
    from codesets.lexicon import load_lexicon
    from coding.errors import ArtifactError
    from models.artifact import installed, load_artifact
    from models.inputs import require_inputs

    lexicon = load_lexicon()
    broken = 0
    for name, version in installed():
        try:
            artifact = load_artifact(name, version)
            if artifact.manifest.kind != "encoder":
                require_inputs(artifact, lexicon)
            typer.echo(f"{name} {version}: whole, {len(artifact.contents)} files")
        except ArtifactError as error:
            broken += 1
            typer.echo(f"{name} {version}: {type(error).__name__}: {error.message}", err=True)
    if broken:
        raise typer.Exit(2)


@models.command("card")
def card(
    model: Annotated[str, typer.Argument(metavar="NAME[/VERSION]", help="Which model.")],
) -> None:
    """Print the card of a model: what it was fitted on, how far to trust it."""
    from models.artifact import load_artifact
    from models.card import card_of

    name, _, version = model.partition("/")
    typer.echo(card_of(load_artifact(name, version or "1").manifest), nl=False)

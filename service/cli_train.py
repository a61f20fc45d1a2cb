"""`chartcode train`: fit a model by a recipe, or the shipped ranker on charts of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from coding.errors import ConfigError

STAGES = ("build", "fit", "export", "calibrate")


def train(
    context: typer.Context,
    recipe: Annotated[
        Path | None, typer.Argument(metavar="[RECIPE.toml]", help="What to fit, on what, and how.")
    ] = None,
    on: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Gold charts (JSONL; CSV of note, codes) to fine-tune the shipped ranker on.",
        ),
    ] = None,
    stage: Annotated[
        list[str] | None,
        typer.Option(metavar="STAGE", help=f"Run this stage alone: {', '.join(STAGES)}."),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Name of the model that --on makes (default: own).")
    ] = None,
    work: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where stages meet (default: out/train/NAME-VERSION)."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The artifact (default: models/NAME/VERSION)."),
    ] = None,
) -> None:
    """Fit a model by a recipe, stage by stage, or fine-tune the shipped one on your charts."""
    if (recipe is None) == (not on):
        raise ConfigError("give a recipe, or charts as --on FILE; one of the two")
    for wanted in stage or ():
        if wanted not in STAGES:
            raise ConfigError(f"stage must be one of {', '.join(STAGES)}", field="stage")
    try:
        from training.run import Stage, recipe_for
        from training.run import train as run
    except ModuleNotFoundError as missing:
        raise ConfigError(
            f"training needs {missing.name}, which is not installed: run `make install-training`"
        ) from None
    from service.config import load_config

    chosen = recipe_for(recipe, tuple(on or ()), name)
    called = f"{chosen.name}-{chosen.version}"
    artifact = out or Path("models") / chosen.name / chosen.version
    run(
        chosen,
        stages=tuple(Stage(s) for s in stage) if stage else tuple(Stage),
        work=work or Path("out") / "train" / called,
        out=artifact,
        engine=load_config(context.obj).engine,
    )
    if recipe is None:
        typer.echo(f'to serve with it: ranker = "{artifact}" in chartcode.toml', err=True)

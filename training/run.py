"""`chartcode train`: a recipe, stage by stage.

build      notes -> examples (a ranker) or wordings (an encoder), with the reader of the service
fit        examples -> weights; torch and scikit-learn, nothing else; goes on where it stopped
export     weights -> the files that serving reads, checked against what was fitted
calibrate  probabilities and thresholds on what was left out; manifest and card
"""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path

from rich.console import Console

from coding.build import EngineConfig
from training import encoder
from training.build_stage import build
from training.calibrate_stage import calibrate
from training.export_stage import export
from training.fit_stage import fit
from training.procedures import fit_procedures
from training.recipe import EncoderRecipe, ProcedureRecipe, Recipe, load_recipe, parse_recipe


class Stage(StrEnum):
    """The stages of a recipe, in order."""

    BUILD = "build"
    FIT = "fit"
    EXPORT = "export"
    CALIBRATE = "calibrate"


def train(
    recipe: Recipe, *, stages: tuple[Stage, ...], work: Path, out: Path, engine: EngineConfig
) -> None:
    """Run stages of a recipe in a work folder; the artifact goes to `out`.

    A ranker of procedures is made whole, whatever the stages.

    Raises: ConfigError, InputError, ArtifactError, CodeSetError.
    """
    console = Console(stderr=True)
    if isinstance(recipe, ProcedureRecipe):
        # Minutes in all: nothing to resume, nothing that another machine would do faster.
        started = time.monotonic()
        fit_procedures(recipe, out, console, engine)
        console.print(f"{time.monotonic() - started:.0f} s, written to {out}", highlight=False)
        return
    work.mkdir(parents=True, exist_ok=True)
    for stage in stages:
        started = time.monotonic()
        if isinstance(recipe, EncoderRecipe):
            encoder.run_stage(stage.value, recipe, work, out, console, engine)
        elif stage is Stage.BUILD:
            build(recipe, work, console, engine)
        elif stage is Stage.FIT:
            fit(recipe, work, console)
        elif stage is Stage.EXPORT:
            export(recipe, work, console)
        else:
            calibrate(recipe, work, out, console, engine)
        console.print(f"{stage}: {time.monotonic() - started:.0f} s", highlight=False)


def recipe_for(path: Path | None, on: tuple[Path, ...], name: str | None) -> Recipe:
    """The recipe in a file, or one that goes on from the shipped ranker with charts of one's own.

    Raises: ConfigError as load_recipe.
    """
    if path is not None:
        return load_recipe(path)
    values = {
        "kind": "ranker",
        "name": name or "own",
        "start": "trained/1",
        "sources": [{"form": _form(file), "path": str(file)} for file in on],
        # Few charts, and a head that knows its work: a gentle rate, and none held out.
        "head": {"epochs": 8, "rate": 3e-4, "held_out": 0.0, "notes_a_batch": 4},
    }
    return parse_recipe(values, "--on")


def _form(path: Path) -> str:
    return "csv" if path.suffix == ".csv" else "charts"

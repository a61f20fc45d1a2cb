"""Refuses to measure on what was trained on: figures on leaked notes measure memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from coding.errors import ArtifactError, InputError
from eval.charts import GoldChart, load_charts
from eval.leaks import leaks
from eval.runs import file_sha256
from models.artifact import FOLDS_ALONE, load_artifact

NAMED = 3
"""Leaks named in a message; all are counted."""


def check_training_data(
    files: Sequence[Path],
    charts: Sequence[GoldChart],
    train: Sequence[Path],
    model: str,
    *,
    allow: bool = False,
) -> tuple[str, ...]:
    """Compare charts to be judged with training files and with what the model's manifest names.

    `model` is "name version" as provenance has it, or several of them.

    Returns: what was found, to be shown with the figures; empty where nothing leaks.

    Raises: InputError where something leaks and is not allowed to; InvalidNote for a training file
    that cannot be read.
    """
    found = [
        *(m for file in files for m in _same_file(file, model)),
        *(m for file in train for m in _shared(charts, file)),
    ]
    if found and not allow:
        raise InputError(
            f"{files[0].name}: {'; '.join(found)}. Figures would measure memory: judge on other "
            "charts, or give --allow-leaks",
            field="path",
        )
    return tuple(found)


def fitted_on(path: Path, models: str) -> bool:
    """Whether the manifest of a model names the very file.

    `models` are one or several "name version", apart by ", ", as provenance has them. What only
    the models of folds have seen (FOLDS_ALONE) does not count.
    """
    return any(file_sha256(path) in _seen(model) for model in models.split(", "))


def _seen(model: str) -> frozenset[str]:
    """The hashes of the files that a model was fitted on."""
    name, _, version = model.partition(" ")
    try:
        data = load_artifact(name, version).manifest.data
    except ArtifactError:
        # A coder without an artifact, or one that is being made: nothing is known of its data.
        return frozenset()
    return frozenset(sha for file, sha in data.items() if not file.startswith(FOLDS_ALONE))


def _same_file(path: Path, model: str) -> list[str]:
    trained = fitted_on(path, model)
    return [f"the model {model} was fitted on {path.name} itself"] if trained else []


def _shared(charts: Sequence[GoldChart], file: Path) -> list[str]:
    pairs = leaks(charts, load_charts(file, unique_ids=False))
    if not pairs:
        return []
    named = ", ".join(f"{pair.one} in {pair.other}" for pair in pairs[:NAMED])
    more = f" and {len(pairs) - NAMED} more" if len(pairs) > NAMED else ""
    return [f"{len(pairs)} notes stand in {file.name} too ({named}{more})"]

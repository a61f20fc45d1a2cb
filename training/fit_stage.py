"""The `fit` stage of a ranker: examples.npz -> weights, and log-odds of notes left out of a fit.

It needs torch and scikit-learn and nothing of the reader. Every fold is a file of its own: what was
done before an interruption is not done again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress

from models.artifact import load_named
from models.head import Head
from models.note_input import tree_features
from models.report_rates import ReportRates
from models.trees import Trees
from training.arrays import EXAMPLES, IGNORED, POSITIVE, Examples, fold_of
from training.head import HeadData, fit_head, log_odds, network_from, weights_of
from training.network import HeadNetwork
from training.recipe import RankerRecipe
from training.trees import fit_trees

WEIGHTS = ("head.npz", "trees.npz", "rates.json")
FITTED = "fit.json"


@dataclass(frozen=True, slots=True)
class Start:
    """What a fit goes on from: a head, trees that stay as they are, and counts to add to."""

    head: HeadNetwork
    trees: Trees
    rates: ReportRates


@dataclass(frozen=True, slots=True)
class Material:
    """Examples in the shapes that the fits need."""

    examples: Examples
    labels: NDArray[np.int64]
    known: NDArray[np.bool_]
    note: NDArray[np.int64]
    for_trees: NDArray[np.float64]
    for_head: HeadData
    rates: ReportRates


def fit(recipe: RankerRecipe, work: Path, console: Console) -> None:
    """Fit every fold and the whole; writes fold-N.npz, head.npz, trees.npz, rates.json, fit.json.

    Raises: ArtifactError where the recipe starts from a model that is not there.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    key = _key(recipe, work)
    examples = Examples.load(work / EXAMPLES)
    start = load_start(recipe)
    material = _material(examples, start)
    fold = fold_of(len(examples), recipe.folds, recipe.seed)
    done = _done(work, key)
    rounds = recipe.head.epochs * (recipe.folds + 1)
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("fitting", total=rounds)
        for number in range(recipe.folds):
            path = work / f"fold-{number}.npz"
            if path.name not in done:
                train, held = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
                head, trees = _fit(
                    material, train, recipe, start, device, lambda: bar.advance(task)
                )
                rows = np.isin(material.note, held)
                by_trees = np.zeros(len(material.labels))
                by_trees[rows] = trees.log_odds(material.for_trees[rows])
                by_head = log_odds(head, material.for_head, held.tolist())
                np.savez(path, trees=by_trees, head=by_head)
                done = _note(work, key, path.name, device)
            bar.update(task, completed=recipe.head.epochs * (number + 1))
        if not set(WEIGHTS) <= done:
            everything = np.arange(len(examples))
            head, trees = _fit(
                material, everything, recipe, start, device, lambda: bar.advance(task)
            )
            (work / "head.npz").write_bytes(weights_of(head))
            (work / "trees.npz").write_bytes(trees.to_bytes())
            (work / "rates.json").write_bytes(material.rates.to_bytes())
            for name in WEIGHTS:
                _note(work, key, name, device)
    console.print(f"fitted on {device}: {recipe.folds} folds and the whole, in {work}")


def out_of_fold(recipe: RankerRecipe, work: Path) -> tuple[NDArray[np.float64], ...]:
    """Log-odds by trees and by head of every candidate, from the fit that left its note out."""
    folds = []
    for number in range(recipe.folds):
        with np.load(work / f"fold-{number}.npz", allow_pickle=False) as arrays:
            folds.append((arrays["trees"], arrays["head"]))
    return sum(f[0] for f in folds), sum(f[1].astype(np.float64) for f in folds)


def device_of(work: Path) -> str:
    """The kind of processor that the weights were fitted on."""
    return str(json.loads((work / FITTED).read_text())["device"])


def load_start(recipe: RankerRecipe) -> Start | None:
    """The ranker that a recipe goes on from. Raises: ArtifactError."""
    if recipe.start is None:
        return None
    contents = load_named(recipe.start).contents
    head = Head.from_bytes(contents["head.npz"])
    return Start(
        network_from(head, recipe.head.dropout),
        Trees.from_bytes(contents["trees.npz"]),
        ReportRates.from_bytes(contents["rates.json"]),
    )


def _material(examples: Examples, start: Start | None) -> Material:
    labels = (examples.labels == POSITIVE).astype(np.int64)
    values = [str(value) for value in examples.values]
    rates = ReportRates.count(values, labels)
    if start is not None:
        rates = rates.plus(start.rates)
    features = np.concatenate([examples.features, rates.log_odds(values, without=labels)], axis=1)
    of = examples.candidate_of_mention
    return Material(
        examples=examples,
        labels=labels,
        known=examples.labels != IGNORED,
        note=examples.note_of_candidate,
        for_trees=tree_features(features, examples.places, of).astype(np.float64),
        for_head=HeadData.of(replace(examples, features=features)),
        rates=rates,
    )


def _fit(
    material: Material,
    train: NDArray[np.int64],
    recipe: RankerRecipe,
    start: Start | None,
    device: str,
    advance: Callable[[], None],
) -> tuple[HeadNetwork, Trees]:
    head = fit_head(
        material.for_head,
        train.tolist(),
        recipe.head,
        recipe.seed,
        start=start.head if start else None,
        device=device,
        advance=advance,
    )
    if start is not None:
        return head, start.trees
    rows = np.isin(material.note, train) & material.known
    trees = fit_trees(material.for_trees[rows], material.labels[rows], recipe.trees, recipe.seed)
    return head, trees


def _key(recipe: RankerRecipe, work: Path) -> str:
    """What the results of a fit hold for: recipe and examples."""
    digest = hashlib.sha256(recipe.model_dump_json().encode())
    digest.update((work / EXAMPLES).read_bytes())
    return digest.hexdigest()


def _done(work: Path, key: str) -> set[str]:
    """The files that were finished by this very fit."""
    try:
        state = json.loads((work / FITTED).read_text())
    except (FileNotFoundError, ValueError):
        return set()
    return set(state["done"]) if state.get("key") == key else set()


def _note(work: Path, key: str, name: str, device: str) -> set[str]:
    done = _done(work, key) | {name}
    state = {"key": key, "device": device, "torch": torch.__version__, "done": sorted(done)}
    (work / FITTED).write_text(json.dumps(state, indent=1) + "\n")
    return done

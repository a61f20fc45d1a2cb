"""The `calibrate` stage of a ranker: probabilities and thresholds, then manifest and card.

Everything is judged on notes left out of a fit, read by the exported encoder and put through the
whole pipeline with its rules (CodiEsp's style has none). Calibration is Platt's (1999) on two
log-odds, those of the trees and of the head, and once more on what the rules leave.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from sklearn.linear_model import LogisticRegression

from codesets.lexicon import load_lexicon
from coding.build import EngineConfig
from coding.types import System
from models.artifact import Manifest, load_named, write_artifact
from models.card import write_card
from models.inputs import trained_inputs
from models.suggest import Thresholds
from models.trained_ranker import Calibration
from training.build_stage import PHRASES, Workshop, charts, count_phrases, open_workshop
from training.fit_stage import WEIGHTS, device_of, out_of_fold
from training.outcomes import Known, Scored, outcomes
from training.platt import platt, said_log_odds
from training.provenance import commit_of_checkout, versions_of
from training.recipe import RankerRecipe, Source
from training.thresholds import Outcome, auto_threshold, best_f1, f1_at

# Below so many right candidates slopes and threshold are not fitted anew: the started model's stay.
FEW = 200
# How far, in log-odds, charts of one's own may well lie from those of the started model (1 SD).
_APART = 0.5
_FIRST_THRESHOLD = 0.35
_ROUNDS = 3
_PACKAGES = ("chartcode", "medspacy", "onnxruntime", "scikit-learn", "torch")


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided out of fold."""

    calibration: Calibration
    accept: float
    auto: float | None
    f1: float


def calibrate(
    recipe: RankerRecipe, work: Path, out: Path, console: Console, engine: EngineConfig
) -> Manifest:
    """Write the artifact into `out`. Raises: ArtifactError, InputError as the build stage."""
    shop = open_workshop(recipe, console, engine)
    known = [
        Known(c.reading, c.candidates, c.labelled.core, c.labelled.optional)
        for c in charts(shop, count_phrases(shop, console), console)
    ]
    by_trees, by_head = out_of_fold(recipe, work)
    decision = _decide(recipe, shop, known, by_trees, by_head)
    manifest = _manifest(recipe, shop, decision, device_of(work), len(known))
    files = {name: (work / name).read_bytes() for name in (*WEIGHTS, PHRASES)}
    whole = write_artifact(out, manifest, files)
    write_card(out, whole)
    auto = "never" if decision.auto is None else f"from {decision.auto:.4f}"
    console.print(
        f"out of fold: F1 {decision.f1:.3f}, accepted from {decision.accept:.4f}, "
        f"without a look {auto}; written to {out}"
    )
    return whole


def _decide(
    recipe: RankerRecipe,
    shop: Workshop,
    known: Sequence[Known],
    by_trees: NDArray[np.float64],
    by_head: NDArray[np.float64],
) -> Decision:
    printed_as = shop.builder.printed_as
    right = np.array(
        [printed_as(c.code.value) in one.core for one in known for c in one.candidates], dtype=bool
    )
    few = int(right.sum()) < FEW
    started = load_named(recipe.start).manifest if few and recipe.start else None
    calibration = (
        Calibration(**started.calibration)
        if started
        else _platt(np.column_stack([by_trees, by_head]), right)
    )
    accept = started.accepts_from if started else _FIRST_THRESHOLD
    f1, judged = 0.0, list[Outcome]()
    # Rules look at what is accepted, so the threshold is found again under itself.
    for _ in range(_ROUNDS):
        judged = _judged(recipe, shop, known, calibration, accept, by_trees, by_head)
        calibration = _again(calibration, judged, slope=started is None)
        judged = _judged(recipe, shop, known, calibration, accept, by_trees, by_head)
        if started is not None:
            # A shift is the whole of what few charts can tell; it is found once.
            f1 = f1_at(judged, accept)
            break
        accept, f1 = best_f1(judged)
    return Decision(calibration, round(accept, 4), auto_threshold(judged), f1)


def _judged(
    recipe: RankerRecipe,
    shop: Workshop,
    known: Sequence[Known],
    calibration: Calibration,
    accept: float,
    by_trees: NDArray[np.float64],
    by_head: NDArray[np.float64],
) -> list[Outcome]:
    probabilities = calibration.probabilities(by_trees, by_head)
    ends = np.cumsum([len(one.candidates) for one in known])[:-1]
    of_notes = {
        one.reading.note.id: its.tolist()
        for one, its in zip(known, np.split(probabilities, ends), strict=True)
    }
    if recipe.style == "reported":
        ranker = Scored(of_notes, Thresholds(accept, None))
        return list(outcomes(shop.coder, known, ranker))
    return [_as_printed(one, of_notes[one.reading.note.id], shop) for one in known]


def _as_printed(one: Known, probabilities: Sequence[float], shop: Workshop) -> Outcome:
    """Without rules: the best probability of each code in the form that the gold has it in."""
    best: dict[str, float] = {}
    for candidate, probability in zip(one.candidates, probabilities, strict=True):
        value = shop.builder.printed_as(candidate.code.value)
        best[value] = max(best.get(value, 0.0), round(probability, 4))
    return Outcome(tuple(best.values()), tuple(value in one.core for value in best), len(one.core))


def _platt(log_odds: NDArray[np.float64], right: NDArray[np.bool_]) -> Calibration:
    fitted = LogisticRegression(C=1e6).fit(log_odds, right)
    trees, head = (round(float(slope), 4) for slope in fitted.coef_[0])
    return Calibration(trees, head, round(float(fitted.intercept_[0]), 4))


def _again(calibration: Calibration, judged: Sequence[Outcome], *, slope: bool) -> Calibration:
    """Calibrate what the rules left: slope and intercept over the log-odds said before."""
    log_odds, right = said_log_odds(judged)
    if not right.any() or right.all():
        return calibration
    if not slope:
        shift = _shift(log_odds, right)
        return replace(calibration, intercept=round(calibration.intercept + shift, 4))
    by, shift = platt(judged)
    return Calibration(
        round(calibration.trees * by, 4),
        round(calibration.head * by, 4),
        round(calibration.intercept * by + shift, 4),
    )


def _shift(log_odds: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """The likeliest shift of the log-odds, by bisection, where none is expected, give or take.

    Without the prior, N(0, _APART), it would make the probabilities sum to the number right.
    """
    low, high = -5.0, 5.0
    for _ in range(40):
        middle = (low + high) / 2
        slope = (1 / (1 + np.exp(-(log_odds + middle)))).sum() - right.sum()
        low, high = (middle, high) if slope + middle / _APART**2 < 0 else (low, middle)
    return (low + high) / 2


def _manifest(
    recipe: RankerRecipe, shop: Workshop, decision: Decision, device: str, notes: int
) -> Manifest:
    codes = shop.coder.codesets.at(System.ICD10CM, None)
    calibration = decision.calibration
    return Manifest(
        schema_version=2,
        kind="ranker",
        name=recipe.name,
        version=recipe.version,
        base_model=recipe.encoder,
        recipe=f"{recipe.name}.toml ({_sha256(recipe.model_dump_json().encode())[:12]})",
        seed=recipe.seed,
        commit=commit_of_checkout(),
        codeset=f"{codes.system} {codes.release}",
        data={name: sha for source in recipe.sources for name, sha in data_hashes(source)},
        inputs=trained_inputs(load_lexicon(), shop.eyes.artifact),
        versions=versions_of(_PACKAGES),
        trained_with=device,
        accept_threshold=decision.accept,
        auto_threshold=decision.auto,
        calibration={
            "trees": calibration.trees,
            "head": calibration.head,
            "intercept": calibration.intercept,
        },
        files={},
        metrics={"out_of_fold_f1": round(decision.f1, 4), "notes": notes},
        attributions=recipe.attributions,
    )


def data_hashes(source: Source) -> list[tuple[str, str]]:
    """Name and SHA-256 of the files of a source that hold its gold."""
    if source.path.is_file():
        paths = [source.path]
    elif source.form == "codiesp":
        paths = sorted((source.path / source.split).glob("*.tsv"))
    else:
        paths = sorted(source.path.rglob("*.json"))
    return [(path.name, _sha256(path.read_bytes())) for path in paths]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

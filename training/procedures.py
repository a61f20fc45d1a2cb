"""Fit the ranker of procedures: trees over candidates, five folds by chart, a fit for each system.

The weights of the folds are small and go into the artifact: with them anyone can judge each chart
by a model that has not seen it (the evaluation task `procedures`). Calibration (Platt 1999) and
thresholds rest on what each fold's model says of the notes left out, after the rule that rejects
what was not done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from codesets.lexicon import load_lexicon
from codesets.linkage import load_linkage
from coding.build import EngineConfig, build_diagnoser
from coding.errors import InputError
from coding.procedures.rules import deciding_rules
from coding.protocols import CodeSystems
from coding.types import PROCEDURE_SYSTEMS, Draft, System
from models.artifact import FOLDS_ALONE, Manifest, write_artifact
from models.card import write_card
from models.folds import FOLDS
from models.inputs import procedure_inputs
from models.procedure_phrases import key_of
from models.procedure_ranker import VISITS, ProcedureWeights, SystemFit, fits_to_bytes
from models.report_rates import ReportRates
from models.suggest import suggest
from training.calibrate_stage import data_hashes
from training.platt import platt
from training.procedure_examples import Example, make_examples
from training.procedure_gold import read_gold
from training.provenance import commit_of_checkout, versions_of
from training.recipe import ProcedureRecipe
from training.thresholds import Outcome, auto_threshold, best_f1, f1_at
from training.trees import fit_trees
from training.visits import agreement_to_bytes, visit_agreement

EVERY_MENTION = "every-mention"
_PACKAGES = ("chartcode", "medspacy", "scikit-learn")
# Below so many right candidates a system takes calibration and threshold of all together.
_FEW = 30
_ROUNDS = 3


@dataclass(frozen=True)
class _Judged:
    """What a model that has not seen a note says of its candidates, as log-odds."""

    example: Example
    log_odds: NDArray[np.float64]


def fit_procedures(
    recipe: ProcedureRecipe, out: Path, console: Console, engine: EngineConfig
) -> Manifest:
    """Fit and write the artifact. Raises: InputError where no gold procedure is in any note."""
    coder = build_diagnoser(engine)
    gold = [
        replace(one, held_out=kept)
        for kept, sources in ((False, recipe.sources), (True, recipe.held_out))
        for source in sources
        for one in read_gold(source)
    ]
    examples, table = make_examples(coder, gold, console, phrases=recipe.style == EVERY_MENTION)
    if not any(e.labels.any() for e in examples):
        raise InputError("no gold procedure was found in any note", field="sources")
    shipped = [e for e in examples if not e.held_out]
    files = {"phrases.npz": table.pruned().to_bytes()} if table.seen else {}
    if recipe.held_out:
        files |= _of_folds(recipe, examples, coder.codesets)
    own = [_fit(recipe, [e for e in shipped if e.fold != k]) for k in range(FOLDS)]
    fits, f1 = _fits(recipe, _left_out(shipped, own), coder.codesets)
    files |= _files("", _fit(recipe, shipped), fits)
    if recipe.style != EVERY_MENTION:
        charts = [source.path for source in recipe.sources if source.form == "charts"]
        files[VISITS] = agreement_to_bytes(visit_agreement(coder, charts, console))
    _tell(examples, f1, console)
    whole = write_artifact(out, _manifest(recipe, coder.codesets, f1, len(gold)), files)
    write_card(out, whole)
    return whole


def _of_folds(
    recipe: ProcedureRecipe, examples: Sequence[Example], codesets: CodeSystems
) -> dict[str, bytes]:
    """The files of the models that leave a fold out; their thresholds do not know it either."""
    folds = [_fit(recipe, [e for e in examples if e.fold != k]) for k in range(FOLDS)]
    judged = _left_out(examples, folds)
    files: dict[str, bytes] = {}
    for k, weights in enumerate(folds):
        others = [j for j in judged if j.example.fold != k]
        files |= _files(f"_{k}", weights, _fits(recipe, others, codesets)[0])
    return files


def _fit(recipe: ProcedureRecipe, examples: Sequence[Example]) -> ProcedureWeights:
    """Trees over the candidates of these notes, whose own labels are left out of their rates."""
    kept = [e for e in examples if len(e.keys)]
    values = [key for e in kept for key in e.keys]
    labels = np.concatenate([e.labels for e in kept])
    rates = ReportRates.count(values, labels)
    features = np.concatenate([e.features for e in kept])
    whole = np.concatenate([features, rates.log_odds(values, without=labels)], axis=1)
    weights = np.concatenate(
        [np.full(len(e.keys), 1.0 if e.gold else recipe.unlabelled[e.system]) for e in kept]
    )
    trees = fit_trees(whole.astype(np.float64), labels, recipe.trees, recipe.seed, weights)
    return ProcedureWeights(trees, rates)


def _left_out(examples: Sequence[Example], folds: Sequence[ProcedureWeights]) -> list[_Judged]:
    return [
        _Judged(e, folds[e.fold].of_features(e.features, e.keys)) for e in examples if len(e.keys)
    ] + [_Judged(e, np.zeros(0)) for e in examples if not len(e.keys)]


def _fits(
    recipe: ProcedureRecipe, judged: Sequence[_Judged], codesets: CodeSystems
) -> tuple[Mapping[System, SystemFit], Mapping[System, float]]:
    """Calibration and thresholds of each system, with its F1 over the notes that have gold."""
    plain = SystemFit(1.0, 0.0, 0.5, None)
    told = [j for j in judged if j.example.gold]
    common = _fitted(plain, _outcomes(recipe, told, plain, codesets))
    fits, f1 = {}, {}
    for system in PROCEDURE_SYSTEMS:
        own = [j for j in told if j.example.system is system]
        if not any(len(j.log_odds) for j in own):
            continue
        enough = sum(int(j.example.labels.sum()) for j in own) >= _FEW
        fit = _fitted(plain, _outcomes(recipe, own, plain, codesets)) if enough else common
        # Rules look at what is accepted, so the threshold is found again under itself.
        for _ in range(_ROUNDS if enough else 0):
            fit = replace(fit, accept=best_f1(_outcomes(recipe, own, fit, codesets))[0])
        outcomes = _outcomes(recipe, own, fit, codesets)
        fits[system] = replace(fit, auto=auto_threshold(outcomes) if enough else None)
        f1[system] = f1_at(outcomes, fit.accept)
    return fits, f1


def _fitted(plain: SystemFit, outcomes: Sequence[Outcome]) -> SystemFit:
    slope, intercept = platt(outcomes)
    fit = replace(plain, slope=round(slope, 4), intercept=round(intercept, 4))
    moved = [
        replace(o, probabilities=tuple(_moved(p, fit) for p in o.probabilities)) for o in outcomes
    ]
    return replace(fit, accept=round(best_f1(moved)[0], 4))


def _moved(probability: float, fit: SystemFit) -> float:
    odds = np.array([probability]).clip(1e-4, 1 - 1e-4)
    return float(fit.probabilities(np.log(odds / (1 - odds)))[0])


def _outcomes(
    recipe: ProcedureRecipe, judged: Sequence[_Judged], fit: SystemFit, codesets: CodeSystems
) -> list[Outcome]:
    """What is said of each note: the best probability of each key after the rule, if it holds."""
    rules = () if recipe.style == EVERY_MENTION else deciding_rules(load_linkage())
    found = []
    for one in judged:
        example = one.example
        codes = codesets.at(example.system, None)
        probabilities = fit.probabilities(one.log_odds).tolist()
        ranked = suggest(example.candidates, probabilities, fit.thresholds, codes, "fold")
        draft = Draft(ranked)
        for rule in rules:
            draft = rule.apply(draft, example.reading, codes)
        best: dict[str, float] = {}
        for suggestion in draft.suggestions:
            key = key_of(example.system, suggestion.code.value)
            best[key] = max(best.get(key, 0.0), suggestion.probability)
        right = {k for k, label in zip(example.keys, example.labels, strict=True) if label}
        found.append(Outcome(tuple(best.values()), tuple(k in right for k in best), example.gold))
    return found


def _files(
    end: str, weights: ProcedureWeights, fits: Mapping[System, SystemFit]
) -> dict[str, bytes]:
    return {
        f"trees{end}.npz": weights.trees.to_bytes(),
        f"rates{end}.json": weights.rates.to_bytes(),
        f"systems{end}.json": fits_to_bytes(fits),
    }


def _tell(examples: Sequence[Example], f1: Mapping[System, float], console: Console) -> None:
    for system in f1:
        told = [e for e in examples if e.system is system and e.gold]
        console.print(
            f"{system}: {len(told)} notes, {sum(e.gold for e in told)} gold codes, "
            f"{sum(e.found for e in told)} among {sum(len(e.keys) for e in told)} candidates; "
            f"F1 {f1[system]:.3f} out of fold on the charts of the shipped model",
            highlight=False,
        )


def _manifest(
    recipe: ProcedureRecipe, codesets: CodeSystems, f1: Mapping[System, float], notes: int
) -> Manifest:
    digest = hashlib.sha256(recipe.model_dump_json().encode()).hexdigest()
    releases = [codesets.at(system, None) for system in f1]
    return Manifest(
        schema_version=2,
        kind="procedures",
        name=recipe.name,
        version=recipe.version,
        base_model=None,
        recipe=f"{recipe.name}.toml ({digest[:12]})",
        seed=recipe.seed,
        commit=commit_of_checkout(),
        codeset=", ".join(f"{codes.system} {codes.release}" for codes in releases),
        data={
            f"{start}{name}": sha
            for start, sources in (("", recipe.sources), (FOLDS_ALONE, recipe.held_out))
            for source in sources
            for name, sha in data_hashes(source)
        },
        inputs=procedure_inputs(load_lexicon()),
        versions=versions_of(_PACKAGES),
        trained_with="CPU",
        accept_threshold=None,
        auto_threshold=None,
        calibration={},
        files={},
        metrics={
            **{f"out_of_fold_f1_{system}": round(value, 4) for system, value in f1.items()},
            "notes": notes,
        },
        attributions=recipe.attributions,
    )

"""Fit the boosted trees over features, and put them into the arrays that serving reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from sklearn.ensemble import HistGradientBoostingClassifier

from models.trees import Trees


class TreeSettings(BaseModel):
    """Rounds, learning rate, leaves a tree, examples a leaf; `models` ensembles are averaged."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rounds: int = Field(default=200, ge=1)
    rate: float = Field(default=0.05, gt=0, le=1)
    leaves: int = Field(default=12, ge=2)
    examples_a_leaf: int = Field(default=20, ge=1)
    l2: float = Field(default=1.0, ge=0)
    features_a_split: float = Field(default=0.5, gt=0, le=1)
    models: int = Field(default=3, ge=1)


def fit_trees(
    features: NDArray[np.float64],
    labels: NDArray[np.int64],
    settings: TreeSettings,
    seed: int,
    weights: NDArray[np.float64] | None = None,
) -> Trees:
    """Fit on (candidates, features) and labels (0, 1), each weighing one or its weight."""
    fitted = []
    for number in range(settings.models):
        model = HistGradientBoostingClassifier(
            max_iter=settings.rounds,
            learning_rate=settings.rate,
            max_leaf_nodes=settings.leaves,
            min_samples_leaf=settings.examples_a_leaf,
            l2_regularization=settings.l2,
            max_features=settings.features_a_split,
            early_stopping=False,
            random_state=seed + number,
        )
        fitted.append(model.fit(features, labels, sample_weight=weights))
    return as_arrays(fitted)


def as_arrays(models: Sequence[Any]) -> Trees:
    """The trees of fitted scikit-learn models, averaged."""
    parts = [stage[0].nodes for model in models for stage in model._predictors]
    roots = np.concatenate([[0], np.cumsum([len(nodes) for nodes in parts])[:-1]]).astype(np.int32)
    nodes = np.concatenate(parts)
    base = np.repeat(roots, [len(part) for part in parts])
    here = np.arange(len(nodes), dtype=np.int32)
    leaf = nodes["is_leaf"].astype(bool)
    return Trees(
        feature=np.where(leaf, 0, nodes["feature_idx"]).astype(np.int32),
        threshold=np.where(leaf, 0.0, nodes["num_threshold"]).astype(np.float64),
        left=np.where(leaf, here, nodes["left"] + base).astype(np.int32),
        right=np.where(leaf, here, nodes["right"] + base).astype(np.int32),
        value=np.where(leaf, nodes["value"], 0.0).astype(np.float64),
        roots=roots,
        depth=int(nodes["depth"].max()),
        baseline=float(sum(float(model._baseline_prediction.item()) for model in models)),
        models=len(models),
    )

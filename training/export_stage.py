"""The `export` stage of a ranker: the weights as serving reads them must say what the fit said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console

from coding.errors import Incompatible
from models.head import Head, smooth_maximum
from models.report_rates import ReportRates
from training.arrays import EXAMPLES, Examples
from training.head import HeadData, log_odds, network_from
from training.recipe import RankerRecipe

# Half precision of the weights moves log-odds by less.
_TOLERANCE = 0.02
_CHECKED = 20


def export(recipe: RankerRecipe, work: Path, console: Console) -> None:
    """Check the arithmetic of serving against that of fitting, on some notes.

    Raises: Incompatible where they differ by more than rounding.
    """
    examples = Examples.load(work / EXAMPLES)
    head = Head.from_bytes((work / "head.npz").read_bytes())
    rates = ReportRates.from_bytes((work / "rates.json").read_bytes())
    values = [str(value) for value in examples.values]
    features = np.concatenate([examples.features, rates.log_odds(values)], axis=1)
    of = examples.candidate_of_mention
    inputs = np.concatenate([features[of], examples.places], axis=1)
    logits = head.logits(examples.states, examples.code_vectors[of], inputs)
    served = smooth_maximum(logits, of, len(examples.labels))
    network = network_from(head, recipe.head.dropout).eval()
    data = HeadData.of(replace(examples, features=features))
    notes = list(range(min(_CHECKED, len(examples))))
    fitted = log_odds(network, data, notes)
    rows = np.isin(examples.note_of_candidate, notes)
    apart = float(np.abs(served[rows] - fitted[rows]).max(initial=0.0))
    if apart > _TOLERANCE:
        raise Incompatible(f"the exported head differs from the fitted one by {apart:.3f}")
    size = sum((work / name).stat().st_size for name in ("head.npz", "trees.npz", "rates.json"))
    console.print(
        f"exported {size / 1e6:.1f} MB; serving and fitting differ by {apart:.5f} at most"
    )

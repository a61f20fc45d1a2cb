"""The trained ranker: encoder states, a head over mentions and trees over features, calibrated.

log-odds = slopes . (log-odds of the trees, log-odds of the head) + intercept, fitted on charts that
neither had seen; probability = 1 / (1 + exp(-log-odds)) (Platt 1999, with two scores).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coding.protocols import CodeSystem
from coding.types import Candidate, Reading, Suggestion
from models.artifact import Artifact
from models.encoded import EncodedNotes
from models.head import Head, smooth_maximum
from models.note_input import NoteInput, Sight, encode_note, tree_features
from models.phrases import PhraseTable
from models.report_rates import ReportRates
from models.suggest import Thresholds, suggest
from models.trees import Trees
from models.wording_vectors import WordingVectors


@dataclass(frozen=True, slots=True)
class Calibration:
    """Slopes of the trees' and of the head's log-odds, and what is added."""

    trees: float
    head: float
    intercept: float

    def probabilities(
        self, trees: NDArray[np.float64], head: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Probabilities in (0, 1), one a candidate."""
        log_odds = self.trees * trees + self.head * head + self.intercept
        return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -30, 30))), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Weights:
    """What is fitted on charts."""

    head: Head
    trees: Trees
    rates: ReportRates

    def log_odds(
        self, seen: NoteInput, values: Sequence[str]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Log-odds by the trees and by the head, one a candidate."""
        of = seen.mention_of
        features = np.concatenate([seen.features, self.rates.log_odds(values)], axis=1)
        by_trees = self.trees.log_odds(tree_features(features, seen.places, of).astype(np.float64))
        inputs = np.concatenate([features[of], seen.places], axis=1)
        logits = self.head.logits(seen.states, seen.code_vectors[of], inputs)
        return by_trees, smooth_maximum(logits, of, len(values)).astype(np.float64)


class TrainedRanker:
    """Ranks candidates by an artifact of models/."""

    def __init__(
        self,
        name: str,
        weights: Weights,
        sight: Sight,
        calibration: Calibration,
        thresholds: Thresholds,
    ) -> None:
        self.name = name
        self._weights = weights
        self._sight = sight
        self._calibration = calibration
        self._thresholds = thresholds

    @classmethod
    def from_artifact(
        cls, artifact: Artifact, encoded: EncodedNotes, wordings: WordingVectors
    ) -> TrainedRanker:
        """The ranker an artifact holds, over the encoder that it was fitted with."""
        manifest, contents = artifact.manifest, artifact.contents
        return cls(
            f"{manifest.name} {manifest.version}",
            weights_from(contents),
            Sight(encoded, wordings, PhraseTable.from_bytes(contents["phrases.npz"])),
            Calibration(**manifest.calibration),
            Thresholds(manifest.accepts_from, manifest.auto_threshold),
        )

    def rank(
        self, reading: Reading, candidates: Sequence[Candidate], codes: CodeSystem
    ) -> tuple[Suggestion, ...]:
        """A suggestion for every candidate, likeliest first."""
        if not candidates:
            return ()
        seen = encode_note(reading, candidates, codes, self._sight)
        by_trees, by_head = self._weights.log_odds(seen, [c.code.value for c in candidates])
        probabilities = self._calibration.probabilities(by_trees, by_head)
        return suggest(candidates, probabilities.tolist(), self._thresholds, codes, self.name)


def weights_from(contents: Mapping[str, bytes]) -> Weights:
    """The weights among the files of an artifact."""
    return Weights(
        Head.from_bytes(contents["head.npz"]),
        Trees.from_bytes(contents["trees.npz"]),
        ReportRates.from_bytes(contents["rates.json"]),
    )

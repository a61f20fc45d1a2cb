"""The transparent ranking: a points formula over readable features, calibrated on charts.

log-odds = sum of weight x feature; probability = 1 / (1 + exp(-(slope x log-odds + intercept))). It
is the baseline that a trained model must beat, and stays available as `ranker = "lexical"`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coding.lookup import Lookup
from coding.protocols import CodeSystem
from coding.types import Candidate, Reading, Suggestion
from models.artifact import Artifact
from models.encode import FEATURES, encode
from models.suggest import Thresholds, suggest


@dataclass(frozen=True, slots=True)
class LexicalRanker:
    """Ranks candidates by the formula; `weights` are log-odds by feature name.

    Probabilities are rounded to 4 decimals before thresholds apply.
    """

    version: str
    weights: Mapping[str, float]
    slope: float
    intercept: float
    accept_threshold: float
    auto_threshold: float | None

    @property
    def name(self) -> str:
        """Name and version, as provenance shows them."""
        return f"lexical {self.version}"

    @classmethod
    def from_artifact(cls, artifact: Artifact) -> LexicalRanker:
        """The ranker an artifact holds."""
        manifest = artifact.manifest
        return cls(
            version=manifest.version,
            weights=json.loads(artifact.contents["weights.json"]),
            slope=manifest.calibration_slope,
            intercept=manifest.calibration_intercept,
            accept_threshold=manifest.accept_threshold,
            auto_threshold=manifest.auto_threshold,
        )

    def rank(
        self, reading: Reading, candidates: Sequence[Candidate], codes: CodeSystem
    ) -> tuple[Suggestion, ...]:
        """A suggestion for every candidate, likeliest first."""
        lookup = Lookup(reading)
        probabilities = [self.probability(reading, c, codes, lookup) for c in candidates]
        thresholds = Thresholds(self.accept_threshold, self.auto_threshold)
        return suggest(candidates, probabilities, thresholds, codes, self.name)

    def probability(
        self, reading: Reading, candidate: Candidate, codes: CodeSystem, lookup: Lookup
    ) -> float:
        """Calibrated probability in [0, 1] that a coder would report the code."""
        features = encode(reading, candidate, codes, lookup)
        log_odds = sum(
            self.weights[name] * value for name, value in zip(FEATURES, features, strict=True)
        )
        return round(1 / (1 + math.exp(-(self.slope * log_odds + self.intercept))), 4)

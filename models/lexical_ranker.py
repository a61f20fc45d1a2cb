"""The transparent ranking: a points formula over readable features, calibrated on charts.

log-odds = sum of points x feature; probability = 1 / (1 + exp(-(slope x log-odds + intercept))).
One feature is how often coders reported the code's category where the training charts mention it.
It is the baseline that a trained model must beat, and stays available as `ranker = "lexical"`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coding.protocols import CodeSystem
from coding.types import Candidate, Reading, Suggestion
from models.artifact import Artifact
from models.encode import FEATURES, encode
from models.suggest import Thresholds, suggest

POINTS = (*FEATURES, "category_rate")
"""What the formula sums over: the features of a candidate, and the rate of its category."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Log-odds that a mentioned category is reported; `otherwise` for one never seen."""

    otherwise: float
    by_category: Mapping[str, float]

    def of(self, value: str) -> float:
        """The log-odds of a code's category."""
        return self.by_category.get(value[:3], self.otherwise)


@dataclass(frozen=True, slots=True)
class LexicalRanker:
    """Ranks candidates by the formula; `points` are log-odds a unit, by the names in POINTS."""

    version: str
    points: Mapping[str, float]
    rates: Rates
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
        weights = json.loads(artifact.contents["weights.json"])
        return cls(
            version=manifest.version,
            points=weights["points"],
            rates=Rates(weights["rates"]["otherwise"], weights["rates"]["by_category"]),
            slope=manifest.calibration["slope"],
            intercept=manifest.calibration["intercept"],
            accept_threshold=manifest.accepts_from,
            auto_threshold=manifest.auto_threshold,
        )

    def rank(
        self, reading: Reading, candidates: Sequence[Candidate], codes: CodeSystem
    ) -> tuple[Suggestion, ...]:
        """A suggestion for every candidate, likeliest first."""
        encoded = encode(reading, candidates, codes)
        probabilities = [
            self.probability((*features, self.rates.of(candidate.code.value)))
            for candidate, features in zip(candidates, encoded, strict=True)
        ]
        thresholds = Thresholds(self.accept_threshold, self.auto_threshold)
        return suggest(candidates, probabilities, thresholds, codes, self.name)

    def probability(self, features: Sequence[float]) -> float:
        """Calibrated probability in [0, 1] of a candidate with these features, as in POINTS."""
        log_odds = sum(
            self.points[name] * value for name, value in zip(POINTS, features, strict=True)
        )
        return 1 / (1 + math.exp(-(self.slope * log_odds + self.intercept)))

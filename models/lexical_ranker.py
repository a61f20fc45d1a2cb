"""The transparent ranking: a points formula over readable features, calibrated on charts.

log-odds = sum of weight x feature; probability = 1 / (1 + exp(-(slope x log-odds + intercept))). It
is the baseline that a trained model must beat, and stays available as `ranker = "lexical"`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from coding.proof import prove
from coding.protocols import CodeSystem
from coding.types import Alternative, Candidate, Code, Decision, Reading, Role, Span, Suggestion
from models.artifact import Artifact
from models.encode import FEATURES, encode

# Alternatives shown beside a suggestion.
MOST = 3


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
        ranked = [self._suggest(reading, candidate, codes) for candidate in candidates]
        ranked.sort(key=lambda s: (-s.probability, s.code.value))
        near = _neighbours(ranked)
        other = {s.code: Alternative(s.code, s.display, s.probability) for s in ranked}
        return tuple(
            replace(s, alternatives=tuple(a for c, a in other.items() if c in near[s.code])[:MOST])
            for s in ranked
        )

    def probability(self, reading: Reading, candidate: Candidate, codes: CodeSystem) -> float:
        """Calibrated probability in [0, 1] that a coder would report the code."""
        features = encode(reading, candidate, codes)
        log_odds = sum(
            self.weights[name] * value for name, value in zip(FEATURES, features, strict=True)
        )
        return round(1 / (1 + math.exp(-(self.slope * log_odds + self.intercept))), 4)

    def _suggest(self, reading: Reading, candidate: Candidate, codes: CodeSystem) -> Suggestion:
        probability = self.probability(reading, candidate, codes)
        accepted = probability >= self.accept_threshold
        return Suggestion(
            code=candidate.code,
            display=codes.title(candidate.code.value),
            probability=probability,
            decision=Decision.ACCEPT if accepted else Decision.REVIEW,
            auto=self.auto_threshold is not None and probability >= self.auto_threshold,
            role=Role.SECONDARY,
            sequence=None,
            evidence=candidate.evidence,
            proof=prove(candidate, codes, self.name),
        )


def _neighbours(ranked: Sequence[Suggestion]) -> dict[Code, set[Code]]:
    """Codes whose evidence overlaps, found in one sweep over the note."""
    places = sorted((e.span, s.code) for s in ranked for e in s.evidence)
    found: dict[Code, set[Code]] = {s.code: set() for s in ranked}
    open_spans: list[tuple[Span, Code]] = []
    for span, code in places:
        open_spans = [(other, its) for other, its in open_spans if other.end > span.start]
        for _, its in open_spans:
            if its != code:
                found[code].add(its)
                found[its].add(code)
        open_spans.append((span, code))
    return found

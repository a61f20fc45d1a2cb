"""The ranker of procedures: boosted trees over features, calibrated for each code system."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from coding.protocols import CodeSystem
from coding.types import Candidate, Reading, Suggestion, System
from models.artifact import Artifact
from models.procedure_input import procedure_features
from models.procedure_phrases import key_of
from models.report_rates import ReportRates
from models.suggest import Thresholds, suggest
from models.trees import Trees

VISITS = "visits.json"
"""The file of an artifact that gives the probability of an exact level by family of visits."""


@dataclass(frozen=True, slots=True)
class SystemFit:
    """Calibration and thresholds of one system: log-odds = slope x that of the trees + intercept.

    `auto` is None where no threshold was shown to reach 95% precision.
    """

    slope: float
    intercept: float
    accept: float
    auto: float | None

    def probabilities(self, log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probabilities in (0, 1)."""
        scaled = np.clip(self.slope * log_odds + self.intercept, -30, 30)
        return np.asarray(1 / (1 + np.exp(-scaled)), dtype=np.float64)

    @property
    def thresholds(self) -> Thresholds:
        """From which probability a code is accepted."""
        return Thresholds(self.accept, self.auto)


@dataclass(frozen=True, slots=True)
class ProcedureWeights:
    """What is fitted on charts."""

    trees: Trees
    rates: ReportRates

    def log_odds(self, reading: Reading, candidates: Sequence[Candidate]) -> NDArray[np.float64]:
        """Log-odds of each candidate of one system, uncalibrated."""
        keys = [key_of(c.code.system, c.code.value) for c in candidates]
        return self.of_features(procedure_features(reading, candidates), keys)

    def of_features(
        self, features: NDArray[np.float64], keys: Sequence[str]
    ) -> NDArray[np.float64]:
        """Log-odds from (candidates, FEATURES) and what the codes are counted by."""
        whole = np.concatenate([features, self.rates.log_odds(keys)], axis=1)
        return self.trees.log_odds(whole.astype(np.float64))


class ProcedureRanker:
    """Ranks the candidates of one procedure system at a time."""

    def __init__(
        self, name: str, weights: ProcedureWeights, fits: Mapping[System, SystemFit]
    ) -> None:
        self.name = name
        self._weights = weights
        self._fits = fits

    @classmethod
    def from_artifact(cls, artifact: Artifact, fold: int | None = None) -> ProcedureRanker:
        """The ranker an artifact holds; with `fold` the one that has not seen those charts."""
        manifest, contents = artifact.manifest, artifact.contents
        end = "" if fold is None else f"_{fold}"
        weights = ProcedureWeights(
            Trees.from_bytes(contents[f"trees{end}.npz"]),
            ReportRates.from_bytes(contents[f"rates{end}.json"]),
        )
        fits = fits_from_bytes(contents[f"systems{end}.json"])
        return cls(f"{manifest.name} {manifest.version}", weights, fits)

    def rank(
        self, reading: Reading, candidates: Sequence[Candidate], codes: CodeSystem
    ) -> tuple[Suggestion, ...]:
        """A suggestion for every candidate, likeliest first."""
        fit = self._fits.get(codes.system)
        if not candidates or fit is None:
            return ()
        probabilities = fit.probabilities(self._weights.log_odds(reading, candidates))
        return suggest(candidates, probabilities.tolist(), fit.thresholds, codes, self.name)


def fits_to_bytes(fits: Mapping[System, SystemFit]) -> bytes:
    """As JSON, by system."""
    return (json.dumps({system: asdict(fit) for system, fit in fits.items()}) + "\n").encode()


def fits_from_bytes(content: bytes) -> Mapping[System, SystemFit]:
    """Read what `fits_to_bytes` wrote."""
    return {System(system): SystemFit(**fit) for system, fit in json.loads(content).items()}


def visit_agreement_of(artifact: Artifact) -> Mapping[str, float]:
    """The probability in (0, 1) that a visit's level is exact, by family."""
    return {name: float(share) for name, share in json.loads(artifact.contents[VISITS]).items()}

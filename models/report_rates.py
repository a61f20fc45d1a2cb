"""How often what was proposed was reported, by category and by code, in the charts trained on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATES = ("category_rate", "code_rate")
# Candidates of the overall rate that every category and code starts with.
PRIOR = 5.0


@dataclass(frozen=True, slots=True)
class ReportRates:
    """Candidates seen and those reported, by category (three characters) and by code."""

    categories: Mapping[str, tuple[int, int]]
    codes: Mapping[str, tuple[int, int]]

    @classmethod
    def count(cls, values: Sequence[str], reported: NDArray[np.int64]) -> ReportRates:
        """Count candidates by code `values`, each `reported` (1) or not (0)."""
        return cls(_counted([v[:3] for v in values], reported), _counted(values, reported))

    def plus(self, other: ReportRates) -> ReportRates:
        """The counts of both."""
        return ReportRates(
            _added(self.categories, other.categories), _added(self.codes, other.codes)
        )

    def log_odds(
        self, values: Sequence[str], without: NDArray[np.int64] | None = None
    ) -> NDArray[np.float32]:
        """RATES of some codes as log-odds: (codes, 2).

        `without` says of each whether it was reported where it was counted, and leaves that out:
        what counts in its own rate would teach a model to trust rates more than they deserve.
        """
        rate = self._overall()
        own = np.zeros(len(values), dtype=np.int64) if without is None else without
        less = 0 if without is None else 1
        columns = []
        for counts, keys in ((self.categories, [v[:3] for v in values]), (self.codes, values)):
            both = np.array([counts.get(key, (less, 0)) for key in keys]).reshape(-1, 2)
            seen = np.maximum(both[:, 0] - less, 0)
            reported = np.maximum(both[:, 1] - own, 0)
            shrunk = (reported + PRIOR * rate) / (seen + PRIOR)
            columns.append(np.log(shrunk / (1 - shrunk)))
        return np.column_stack(columns).astype(np.float32)

    def _overall(self) -> float:
        seen = sum(n for n, _ in self.categories.values())
        reported = sum(n for _, n in self.categories.values())
        # Half a candidate each way keeps the log-odds finite.
        return (reported + 0.5) / (seen + 1.0)

    def to_bytes(self) -> bytes:
        """As JSON."""
        content = {"categories": dict(self.categories), "codes": dict(self.codes)}
        return (json.dumps(content, sort_keys=True) + "\n").encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> ReportRates:
        """Read what `to_bytes` wrote."""
        parts = json.loads(content)
        return cls(
            *({k: (n, m) for k, (n, m) in parts[name].items()} for name in ("categories", "codes"))
        )


def _counted(keys: Sequence[str], reported: NDArray[np.int64]) -> dict[str, tuple[int, int]]:
    seen = Counter(keys)
    right = Counter(key for key, was in zip(keys, reported, strict=True) if was)
    return {str(key): (n, right[key]) for key, n in seen.items()}


def _added(
    one: Mapping[str, tuple[int, int]], other: Mapping[str, tuple[int, int]]
) -> dict[str, tuple[int, int]]:
    found = dict(one)
    for key, (seen, reported) in other.items():
        old = found.get(key, (0, 0))
        found[key] = (old[0] + seen, old[1] + reported)
    return found

"""Coverage policies as they are kept: sorted columns of packed codes, and a list of policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy as read: packed procedures, the packed diagnoses it covers and those it bars.

    `contractors` is empty for a national policy; `ended` is its last day.
    """

    policy: str
    title: str
    effective: date
    ended: date | None = None
    related: tuple[str, ...] = ()
    contractors: tuple[str, ...] = ()
    procedures: frozenset[int] = frozenset()
    covered: frozenset[int] = frozenset()
    barred: frozenset[int] = frozenset()

    @property
    def speaks(self) -> bool:
        """Whether it says anything of any diagnosis under any procedure."""
        return bool(self.procedures and (self.covered or self.barred))

    def is_of(self, contractor: str | None) -> bool:
        """Whether a contractor, by number or part of its name, applies it; national ones all do."""
        if contractor is None or not self.contractors:
            return True
        return any(contractor.lower() in name.lower() for name in self.contractors)


@dataclass(frozen=True, slots=True)
class CoverageTable:
    """`procedure` is sorted and `policy` says whose it is; the diagnoses of policy i lie in
    [starts[i], starts[i + 1]), sorted. `policies` hold no codes.
    """

    procedure: NDArray[np.int64]
    policy: NDArray[np.int32]
    covered: NDArray[np.int64]
    covered_starts: NDArray[np.int64]
    barred: NDArray[np.int64]
    barred_starts: NDArray[np.int64]
    policies: tuple[Policy, ...]

    def columns(self) -> Mapping[str, NDArray[np.generic]]:
        """The arrays by name, as they are stored."""
        return {
            "procedure": self.procedure,
            "policy": self.policy,
            "covered": self.covered,
            "covered_starts": self.covered_starts,
            "barred": self.barred,
            "barred_starts": self.barred_starts,
        }


def coverage_table(policies: Sequence[Policy]) -> CoverageTable:
    """Policies in columns."""
    pairs = sorted((code, i) for i, policy in enumerate(policies) for code in policy.procedures)
    covered, covered_starts = _lists(policy.covered for policy in policies)
    barred, barred_starts = _lists(policy.barred for policy in policies)
    return CoverageTable(
        np.array([code for code, _ in pairs], dtype=np.int64),
        np.array([i for _, i in pairs], dtype=np.int32),
        covered,
        covered_starts,
        barred,
        barred_starts,
        tuple(
            Policy(p.policy, p.title, p.effective, p.ended, p.related, p.contractors)
            for p in policies
        ),
    )


def _lists(lists: Iterator[frozenset[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Lists of packed codes behind one another, each sorted, and where each begins."""
    kept = [sorted(codes) for codes in lists]
    flat = np.array([code for codes in kept for code in codes], dtype=np.int64)
    return flat, np.cumsum([0, *(len(codes) for codes in kept)], dtype=np.int64)

"""Candidates as the date of service allows them."""

from __future__ import annotations

from collections.abc import Iterable

from coding.protocols import CodeSystem
from coding.types import Candidate, Code, Reason, Rejection

_CATEGORY = 3  # characters of the shortest code


def on_date(
    candidates: Iterable[Candidate], codes: CodeSystem
) -> tuple[tuple[Candidate, ...], tuple[Rejection, ...]]:
    """Candidates that the day's codes hold, and a rejection for each that they do not.

    In the place of a code that came later stands the code above it, if claims of that day took
    it: A04.7 before A04.71 was made of it.
    """
    kept: list[Candidate] = []
    rejected: list[Rejection] = []
    for candidate in candidates:
        value = candidate.code.value
        if value in codes:
            kept.append(candidate)
            continue
        reason = Reason.NOT_VALID_ON_DATE
        rejected.append(Rejection(candidate.code, codes.title(value), reason, candidate.evidence))
        if (above := _billable_above(value, codes)) is not None:
            code = Code(candidate.code.system, above)
            kept.append(Candidate(code, candidate.prior, candidate.evidence, candidate.generators))
    return tuple(kept), tuple(rejected)


def _billable_above(value: str, codes: CodeSystem) -> str | None:
    for length in range(len(value) - 1, _CATEGORY - 1, -1):
        if codes.billable(value[:length]):
            return value[:length]
    return None

"""Codes that are added for time beyond the visit's own: prolonged services, more critical care."""

from __future__ import annotations

from collections.abc import Mapping

from coding.em.families import VisitCode

_BLOCK_MINUTES = 15
_CRITICAL_FIRST_MINUTES = 75  # 99291 covers 30 to 74 minutes
_CRITICAL_BLOCK_MINUTES = 30
OUTPATIENT, INPATIENT, CRITICAL = "99417", "99418", "99292"

# Medicare takes G2212 and G0316 to G0318 in their place, with later thresholds.
_CODES: Mapping[str, str] = {
    "99205": OUTPATIENT, "99215": OUTPATIENT, "99245": OUTPATIENT,
    "99345": OUTPATIENT, "99350": OUTPATIENT,
    "99223": INPATIENT, "99233": INPATIENT, "99236": INPATIENT, "99255": INPATIENT,
    "99306": INPATIENT, "99310": INPATIENT,
}  # fmt: skip


def prolonged(row: VisitCode, minutes: int) -> tuple[tuple[str, int], ...]:
    """The prolonged service with its units: one for every full 15 minutes beyond the highest code.

    Counted from the least time of the visit's code; other codes have none.
    """
    code = _CODES.get(row.code)
    if code is None or row.minutes is None:
        return ()
    units = (minutes - row.minutes) // _BLOCK_MINUTES
    return ((code, units),) if units > 0 else ()


def further_critical_care(minutes: int) -> tuple[tuple[str, int], ...]:
    """The code for critical care from the 75th minute on, one unit for each begun half hour."""
    if minutes < _CRITICAL_FIRST_MINUTES:
        return ()
    return ((CRITICAL, (minutes - _CRITICAL_FIRST_MINUTES) // _CRITICAL_BLOCK_MINUTES + 1),)

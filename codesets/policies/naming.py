"""What the names of policy files say: whose claims they are for, and from which day they hold."""

from __future__ import annotations

import re
from datetime import date, timedelta

from codesets.policies.values import Kind, Variant

_VERSION = re.compile(r"v(\d\d)([0-3])r\d", re.I)
_QUARTER = re.compile(r"(20[1-4]\d)[-_ ]?q([1-4])|q([1-4])[-_ ]?(20[1-4]\d)", re.I)
_EFFECTIVE = re.compile(r"eff[a-z]*[-_ ](\d\d)[-_ ](\d\d)[-_ ](20[1-4]\d)", re.I)
_PART = re.compile(r"[-_]f(\d)(?=\D|$)", re.I)
_CHANGES = re.compile(r"addition|deletion|revision|change[-_ ]?report", re.I)
# NCCI version 32.0 is that of January 2026: one a year, one tenth a quarter.
_YEAR_OF_VERSION_0 = 1994
_MARKS = (
    (Variant.PRACTITIONER, re.compile(r"ccipra|practitioner|physician", re.I)),
    (Variant.HOSPITAL, re.compile(r"ccioph|hospital|outpatient", re.I)),
    (Variant.DME, re.compile(r"dme|supplier|durable", re.I)),
)


def said_variant(text: str) -> Variant | None:
    """Whose claims a file is for, by its name or by the header of its column of values."""
    return next((variant for variant, mark in _MARKS if mark.search(text)), None)


def said_day(name: str) -> date | None:
    """The first day that a file name states: a day in words, an NCCI version or a quarter."""
    if match := _EFFECTIVE.search(name):
        month, day, year = (int(part) for part in match.groups())
        try:
            return date(year, month, day)
        except ValueError:
            return None
    if match := _VERSION.search(name):
        return date(_YEAR_OF_VERSION_0 + int(match[1]), 1 + 3 * int(match[2]), 1)
    if match := _QUARTER.search(name):
        year, quarter = int(match[1] or match[4]), int(match[2] or match[3])
        return date(year, 3 * quarter - 2, 1)
    return None


def part_of(name: str) -> int | None:
    """Which of several parts a file of pairs is, by its name."""
    match = _PART.search(name)
    return int(match[1]) if match else None


def is_change_report(name: str) -> bool:
    """Whether a file by its name holds what changed in a quarter and not what is in force."""
    return bool(_CHANGES.search(name))


def file_name(kind: Kind, variant: Variant, day: date) -> str:
    """The name under which a file is kept: ptp-practitioner-2026-01-01."""
    short = {Kind.PAIRS: "ptp", Kind.LIMITS: "mue", Kind.COVERAGE: "coverage"}[kind]
    return f"{short}-{variant}-{day}"


def last_day(kind: Kind, day: date) -> date:
    """The last day of a file, where nothing newer comes.

    NCCI files are published each quarter. Coverage lists follow the diagnosis codes, which change
    on 1 April and 1 October.
    """
    starts = (4, 10) if kind is Kind.COVERAGE else (1, 4, 7, 10)
    following = [date(year, m, 1) for year in (day.year, day.year + 1) for m in starts]
    return min(start for start in following if start > day) - timedelta(days=1)

"""What policy files say, as values: pairs of codes, limits of units, covered diagnoses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol


class Kind(StrEnum):
    """What a policy file is about."""

    PAIRS = "ncci-ptp"
    LIMITS = "mue"
    COVERAGE = "coverage"


class Variant(StrEnum):
    """Whose claims a file is for; of coverage files, the form it came in."""

    PRACTITIONER = "practitioner"
    HOSPITAL = "hospital"
    DME = "dme"
    ARTICLES = "articles"
    LISTS = "lists"


VARIANTS = {
    Kind.PAIRS: (Variant.PRACTITIONER, Variant.HOSPITAL),
    Kind.LIMITS: (Variant.PRACTITIONER, Variant.HOSPITAL, Variant.DME),
    Kind.COVERAGE: (Variant.ARTICLES, Variant.LISTS),
}


class Codes(Protocol):
    """A set of ICD-10-CM codes, asked with or without the point."""

    def __contains__(self, value: object, /) -> bool: ...
    def __len__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class PolicyInfo:
    """A loaded file: what it is, when it holds, from which files (name, sha256) it was made.

    `rows` counts pairs, limits or policies, `codes` the procedure codes in them. `partial` says
    what seems to be missing, empty where nothing does.
    """

    kind: Kind
    variant: Variant
    name: str
    valid_from: date
    valid_to: date | None
    rows: int
    codes: int
    sources: tuple[tuple[str, str], ...]
    partial: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A procedure-to-procedure edit: with column 1 on the claim, column 2 is not paid.

    `indicator` 0: no modifier changes that, 1: an NCCI-associated modifier may. `deleted` is the
    last day on which the edit holds.
    """

    column1: str
    column2: str
    indicator: int
    effective: date
    deleted: date | None
    rationale: str
    file: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A medically unlikely edit: the most units of a code.

    `indicator` 1: on a line of the claim, 2: on a day, by policy, 3: on a day, by clinical
    benchmarks.
    """

    code: str
    units: int
    indicator: int
    rationale: str
    file: str


@dataclass(frozen=True, slots=True)
class CoverageRule:
    """A policy over a procedure, with the diagnoses it covers and those it names as not covered.

    `policy` is its public number (A12345, an NCD section), `related` the LCDs it belongs to,
    `contractors` who applies it, empty for a national one. `ended` is its last day, if it has one.
    """

    policy: str
    title: str
    related: tuple[str, ...]
    contractors: tuple[str, ...]
    effective: date
    ended: date | None
    covered: Codes
    barred: Codes
    file: str

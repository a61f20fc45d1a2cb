"""How much of a drug one billing unit of its HCPCS code is: "J0696" is ceftriaxone by 250 mg."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from codesets.starter import read_starter
from coding.errors import ConfigError

DOSES = "hcpcs_starter/doses.tsv"
UNITS = frozenset({"mg", "mcg", "units", "ml", "meq", "dose"})


@dataclass(frozen=True, slots=True)
class Dose:
    """The amount of one billing unit, above 0; `unit` is one of UNITS ("units" are the drug's)."""

    amount: float
    unit: str


def dose_of(code: str) -> Dose | None:
    """What one billing unit of a code holds; None for a code that is no drug of the list.

    Raises: ConfigError for a row of the wrong shape.
    """
    return _doses().get(code)


@cache
def _doses() -> Mapping[str, Dose]:
    return {code: _dose(code, amount, unit) for code, amount, unit in read_starter(DOSES, 3)}


def _dose(code: str, amount: str, unit: str) -> Dose:
    try:
        value = float(amount)
    except ValueError:
        value = 0.0
    if value <= 0 or unit not in UNITS:
        raise ConfigError(f"{DOSES}: the dose of {code} is no amount and unit")
    return Dose(value, unit)

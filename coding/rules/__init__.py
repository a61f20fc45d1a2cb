"""The first rules, in the order in which they are applied."""

from __future__ import annotations

from coding.protocols import Rule
from coding.rules._draft import Knowledge
from coding.rules.assertions import assertion_rules
from coding.rules.copd import ObstructiveDisease
from coding.rules.diabetes import DiabetesWith
from coding.rules.hypertension import HypertensiveDisease
from coding.rules.sequence import Sequencing
from coding.rules.validity import ValidCode


def standard_rules(lexicon: Knowledge) -> tuple[Rule, ...]:
    """The rules of this release. `lexicon` is the clinical lexicon or anything with its lists."""
    return (
        ValidCode(),
        *assertion_rules(lexicon),
        HypertensiveDisease(),
        DiabetesWith(),
        ObstructiveDisease(),
        Sequencing(),
    )

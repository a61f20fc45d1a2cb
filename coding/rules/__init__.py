"""The first rules, in the order in which they are applied."""

from __future__ import annotations

from coding.protocols import Rule
from coding.rules._draft import Knowledge, Prefixes
from coding.rules.assertions import assertion_rules
from coding.rules.copd import ObstructiveDisease
from coding.rules.diabetes import DiabetesWith
from coding.rules.excludes1 import Excludes1
from coding.rules.hypertension import HypertensiveDisease
from coding.rules.integral import IntegralSymptom
from coding.rules.residual import UnspecifiedSite
from coding.rules.sequence import Sequencing
from coding.rules.specificity import LongestWords, MostSpecific
from coding.rules.validity import ValidCode


def standard_rules(lexicon: Knowledge) -> tuple[Rule, ...]:
    """The rules of this release. `lexicon` is the clinical lexicon or anything with its lists."""
    return (
        ValidCode(),
        *assertion_rules(lexicon),
        MostSpecific(),
        LongestWords(),
        UnspecifiedSite(),
        HypertensiveDisease(),
        DiabetesWith(),
        ObstructiveDisease(),
        IntegralSymptom(Prefixes(lexicon.integral)),
        Excludes1(),
        Sequencing(),
    )

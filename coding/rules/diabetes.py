"""Diabetes and what the Alphabetic Index lists under "with": presumed to be related."""

from __future__ import annotations

import re
from dataclasses import dataclass

from coding.protocols import CodeSystem
from coding.rules._draft import (
    GUIDELINES,
    Sentences,
    accepted,
    category,
    counting,
    has_step,
    reject_all,
    strength,
)
from coding.rules.combination import (
    Combination,
    diagnoses,
    report,
    said_unrelated,
    unrelated_pattern,
)
from coding.types import Assertion, Draft, Reading, Reason, Span, Suggestion, System

TYPES = ("E08", "E09", "E10", "E11", "E13")

_DENIED = unrelated_pattern(r"diabet\w*|dm\b|t[12]dm\b|niddm\b|iddm\b")
_HIGH_GLUCOSE = re.compile(
    r"\bhyperglyc[ae]+mi[ac]\b|\b(?:poorly|inadequately|not\s+well)[\s-]+controlled\b"
    r"|\bout\s+of\s+control\b|\bpoor\s+(?:glyc[ae]+mic\s+|diabetic\s+)?control\b",
    re.I,
)
_PERIPHERAL = re.compile(r"poly|peripheral|stocking|sensorimotor", re.I)


@dataclass(frozen=True, slots=True)
class With:
    """A condition by code prefixes, the characters behind the category, and whether it is kept."""

    prefixes: tuple[str, ...]
    suffix: str
    kept: bool


PAIRS = (
    With(("N18",), "22", True),
    With(("G62.9", "G63"), "42", False),
    With(("H35.00", "H35.09"), "319", False),
    With(("L97.4", "L97.5"), "621", True),
    With(("L97.1", "L97.2", "L97.3", "L97.8", "L97.9"), "622", True),
    With(("I96",), "52", False),
    With(("I73.9",), "51", False),
    With(("I70.2",), "51", True),
    With(("K31.84",), "43", True),
    With(("E16.1", "E16.2"), "649", False),
    With(("R73.9",), "65", False),
)
"""Index entry "Diabetes, with ...": the condition, what it becomes, whether its code stays."""


@dataclass(frozen=True, slots=True)
class DiabetesWith:
    """Reports the diabetes code that names the complication, for the type the note states."""

    id: str = "combination.diabetes"
    citation: str = f"{GUIDELINES}, Sections I.A.15 and I.C.4.a; Alphabetic Index, Diabetes, with"

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        """Combine unless the note denies the relation, then drop "without complications"."""
        if codes.system is not System.ICD10CM:
            return draft
        stated = self._stated(draft)
        if not stated:
            return draft
        sentences = Sentences(reading)
        for new in _combinations(draft, stated[0], sentences):
            draft = report(draft, new, self.id, self.citation, codes)
        kind = category(stated[0].code.value)
        high = [s for s in stated if _states_high_glucose(s, reading, sentences)]
        if high:
            new = Combination(f"{kind}.65", (high[0],), ())
            draft = report(draft, new, self.id, self.citation, codes)
        return _without_plain(draft, kind)

    def _stated(self, draft: Draft) -> list[Suggestion]:
        """The codes of the strongest type of diabetes that this rule has not made itself."""
        disease = diagnoses(draft, *TYPES)
        made = [s for s in disease if has_step(s, self.id)]
        kind = category((made or disease)[0].code.value) if disease else ""
        return [s for s in disease if category(s.code.value) == kind and s not in made]


def _combinations(draft: Draft, base: Suggestion, sentences: Sentences) -> list[Combination]:
    kind = category(base.code.value)
    found = []
    for pair in PAIRS:
        conditions = diagnoses(draft, *pair.prefixes)
        related = [s for s in conditions if not said_unrelated([s], _DENIED, sentences)]
        if related:
            value = f"{kind}.{_suffix(pair, related[0])}"
            replaced = () if pair.kept else tuple(related)
            found.append(Combination(value, (base, related[0]), replaced))
    return found


def _suffix(pair: With, condition: Suggestion) -> str:
    """Neuropathy that is not said to be of many nerves is of no stated kind."""
    if pair.suffix != "42" or any(_PERIPHERAL.search(e.quote) for e in counting(condition)):
        return pair.suffix
    return "40"


def _states_high_glucose(base: Suggestion, reading: Reading, sentences: Sentences) -> bool:
    """Whether a sentence on the diabetes says, and does not deny, that glucose is too high."""
    for piece in counting(base):
        place = sentences.at(piece.span)
        for match in _HIGH_GLUCOSE.finditer(place.of(reading.note.text)):
            words = Span(place.start + match.start(), place.start + match.end())
            if reading.assertions(words) == (Assertion.AFFIRMED,):
                return True
    return False


def _without_plain(draft: Draft, kind: str) -> Draft:
    """Diabetes with a complication is not diabetes without complications."""
    plain = diagnoses(draft, f"{kind}.9")
    best = next((s for s in diagnoses(draft, kind) if s.code.value != f"{kind}.9"), None)
    if best is None or not plain:
        return draft
    surer = accepted(best) or strength(best) <= strength(plain[0])
    return reject_all(draft, {plain[0].code: Reason.SUPERSEDED} if surer else {})

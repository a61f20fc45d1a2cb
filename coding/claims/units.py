"""How often a procedure was done or how much of a drug was given: the units of a claim line."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from codesets.linkage import Linkage
from coding.claims.digits import FINGERS, TOES
from coding.claims.scene import Scene
from coding.procedures.measured import measured_units
from coding.protocols import CodeSystem
from coding.rules._draft import accepted
from coding.types import Code, Draft, Finding, ProofStep, Reading, Severity, Span, Suggestion
from coding.types import System as CodeSystemName


class Dose(Protocol):
    """What one billing unit of a drug code holds: so much of a measure ("mg", "mcg", "unit")."""

    @property
    def amount(self) -> float: ...
    @property
    def unit(self) -> str: ...


DoseOf = Callable[[str], Dose | None]
"""The dose of a HCPCS code, None for a code without one."""

MOST_UNITS = 50
"""More of one procedure than this is a misreading."""

_CITATION = "Medicare Claims Processing Manual, chapters 5 (20.2) and 17 (10, 40)"
_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twice": 2, "both": 2,
}  # fmt: skip
_NUMBER = r"(?P<n>\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)"
_ITEMS = (
    r"(?:lesions?|injections?|sites?|levels?|tendons?|joints?|treatments?|nebulizers?|nebs?|units?"
    r"|bottles?|shots?|specimens?|toes|fingers|nails|wounds?|lacerations?|splints?|polyps?|fingers)"
)
_COUNTED = re.compile(
    rf"\b{_NUMBER}\s+(?:separate\s+|additional\s+)?(?:[a-z-]+\s+){{0,2}}?{_ITEMS}\b"
    rf"|(?:\bx\s?|\btimes\s+){_NUMBER.replace('?P<n>', '?P<times>')}\b(?!\s*(?:cm|mm|\d|x))"
    r"|\b(?P<twice>twice)\b",
    re.IGNORECASE,
)
_MINUTES = re.compile(r"\b(\d{1,3})\s*[- ]?(?:min(?:ute)?s?)\b", re.IGNORECASE)
_HOURS = re.compile(
    r"\b(\d{1,2}(?:\.\d+)?|one|two|three|four|five|six)\s*[- ]?hours?\b", re.IGNORECASE
)
_DOSE = re.compile(
    r"(?<![\d.])(?P<n>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?|half|one|two)\s*(?:a\s+)?"
    r"(?P<unit>milligrams?|mgs?|micrograms?|mcgs?|ug|grams?|gm?s?|milliliters?|mls?|ccs?"
    r"|lit(?:er|re)s?|L|international\s+units?|IU|million\s+units?|units?)\b(?!\s*/\s*(?:m?l|dl|h|min))",
    re.IGNORECASE,
)
_WASTED = re.compile(
    r"\b(?:wast(?:ed|age)|discard(?:ed)?|remainder of the (?:vial|bottle))\b", re.IGNORECASE
)
# Every measure as a multiple of the smallest of its kind.
_MEASURES = {
    "mcg": ("mass", 1.0), "ug": ("mass", 1.0), "microgram": ("mass", 1.0),
    "mg": ("mass", 1e3), "milligram": ("mass", 1e3),
    "g": ("mass", 1e6), "gm": ("mass", 1e6), "gram": ("mass", 1e6),
    "ml": ("volume", 1.0), "cc": ("volume", 1.0), "milliliter": ("volume", 1.0),
    "l": ("volume", 1e3), "liter": ("volume", 1e3), "litre": ("volume", 1e3),
    "unit": ("units", 1.0), "iu": ("units", 1.0), "international unit": ("units", 1.0),
    "million unit": ("units", 1e6),
}  # fmt: skip
_QUARTER_MIN, _LEAST_MIN, _HOUR_MIN, _HALF_HOUR_MIN = 15, 8, 60, 30


@dataclass(frozen=True, slots=True)
class Count:
    """Units, why, and the words of the note that say so."""

    units: int
    why: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class ClaimUnits:
    """Sets the units of a procedure where the note counts, times or doses it.

    `dose_of` tells what a billing unit of a drug code holds; without it drugs have no units.
    """

    linkage: Linkage
    dose_of: DoseOf | None = None
    id: str = "claims.units"
    citation: str = _CITATION

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        """Count the procedures of the step's system that have no units yet."""
        if codes.system not in (CodeSystemName.CPT, CodeSystemName.HCPCS):
            return draft
        scene = Scene(draft, reading, self.linkage)
        measured = measured_units(reading) if codes.system is CodeSystemName.CPT else {}
        counted: dict[Code, Suggestion] = {}
        wasted: list[Code] = []
        for suggestion in scene.procedures(codes.system):
            if suggestion.units is not None:
                continue
            by_measure = _measured(measured.get(suggestion.code.value))
            count = by_measure or next(self._counts(scene, suggestion), None)
            if count is None:
                continue
            ref = f"{self.id}: {count.units}, {count.why}"
            step = ProofStep("rule", ref, count.spans, self.citation)
            counted[suggestion.code] = replace(
                suggestion, units=count.units, proof=(*suggestion.proof, step)
            )
            if "dosed" in scene.kinds(suggestion) and _is_wasted(scene, suggestion):
                wasted.append(suggestion.code)
        draft = replace(draft, suggestions=tuple(counted.get(s.code, s) for s in draft.suggestions))
        return draft.find(_wastage(tuple(wasted))) if wasted else draft

    def _counts(self, scene: Scene, suggestion: Suggestion) -> Iterator[Count]:
        kinds = scene.kinds(suggestion)
        if "dosed" in kinds and self.dose_of is not None:
            dose = self.dose_of(suggestion.code.value)
            if dose is not None:
                yield from dosed(scene, suggestion, dose)
        if "each-15-minutes" in kinds:
            yield from quarters(scene, suggestion)
        if "further-hour" in kinds:
            yield from further_hours(scene, suggestion)
        if kinds & {"vaccine-each", "vaccine-further"}:
            yield from _vaccines(scene, further="vaccine-further" in kinds)
        yield from _digits(suggestion)
        if "each" in kinds:
            yield from _items(scene, suggestion)


def _measured(found: tuple[int, tuple[Span, ...]] | None) -> Count | None:
    """The count that sizes, areas or numbers of the note give."""
    return Count(found[0], "by the measures of the note", found[1]) if found else None


def dosed(scene: Scene, suggestion: Suggestion, dose: Dose) -> Iterator[Count]:
    """Billing units of the dose in the drug's own sentence, begun ones counted in full.

    The dose nearest to the drug's words, after them before ahead of them: "Toradol 60 mg", "60 mg
    of Toradol".
    """
    measure = _MEASURES.get(_singular(dose.unit))
    if measure is None or dose.amount <= 0:
        return
    found = [
        (_distance(span, own), span, amount)
        for own in scene.own(suggestion)
        for span, kind, amount in _doses(scene, scene.sentence(own))
        if kind == measure[0]
    ]
    if not found:
        return
    _, span, amount = min(found)
    units = math.ceil(round(amount / (dose.amount * measure[1]), 6))
    if units >= 1:
        yield Count(units, f"{dose.amount:g} {dose.unit} a unit", (span,))


def quarters(scene: Scene, suggestion: Suggestion) -> Iterator[Count]:
    """Units of 15 minutes by the 8-minute rule: 8 to 22 minutes are one, 23 to 37 two."""
    for minutes, span in _times(scene, suggestion):
        units = (minutes + _QUARTER_MIN - _LEAST_MIN) // _QUARTER_MIN
        if units >= 1:
            yield Count(units, f"{minutes} minutes by the 8-minute rule", (span,))


def further_hours(scene: Scene, suggestion: Suggestion) -> Iterator[Count]:
    """Hours beyond the first; one counts when more than 30 minutes of it are used."""
    for minutes, span in _times(scene, suggestion):
        units = (minutes - _HOUR_MIN + _HALF_HOUR_MIN - 1) // _HOUR_MIN
        if units >= 1:
            yield Count(units, f"{minutes} minutes, the first hour apart", (span,))


def _times(scene: Scene, suggestion: Suggestion) -> Iterator[tuple[int, Span]]:
    for sentence in scene.sentences(suggestion):
        for match in scene.matches(_MINUTES, sentence):
            yield int(match[1]), Span(*match.span())
        for match in scene.matches(_HOURS, sentence):
            hours = _WORDS.get(match[1].lower(), 1) if match[1].isalpha() else float(match[1])
            yield round(hours * _HOUR_MIN), Span(*match.span())


def _vaccines(scene: Scene, *, further: bool) -> Iterator[Count]:
    """One for each vaccine accepted, or for each but the first."""
    given = [s for s in scene.procedures(CodeSystemName.CPT) if "vaccine" in scene.kinds(s)]
    given = [s for s in given if accepted(s)]
    units = len(given) - (1 if further else 0)
    if units >= 1:
        spans = tuple(sorted({span for s in given for span in scene.own(s)[:1]}))
        yield Count(units, "vaccines given" + (" but the first" if further else ""), spans)


def _digits(suggestion: Suggestion) -> Iterator[Count]:
    """One for each finger or toe that the modifiers name."""
    digits = [m for m in suggestion.modifiers or () if m in FINGERS or m in TOES]
    if len(digits) > 1:
        refs = tuple(f"modifier.{digit}:" for digit in digits)
        spans = {s for p in suggestion.proof if p.ref.startswith(refs) for s in p.spans}
        yield Count(len(digits), "one for each digit", tuple(sorted(spans)))


def _items(scene: Scene, suggestion: Suggestion) -> Iterator[Count]:
    for stretch in (*scene.own(suggestion), *scene.sentences(suggestion)):
        for match in scene.matches(_COUNTED, stretch):
            said = (match["n"] or match["times"] or match["twice"]).lower()
            units = int(said) if said.isdigit() else _WORDS[said]
            if 2 <= units <= MOST_UNITS:
                yield Count(units, "counted in the note", (Span(*match.span()),))


def _doses(scene: Scene, sentence: Span) -> Iterator[tuple[Span, str, float]]:
    """Doses of a sentence: where, of what kind, and how much of the smallest measure of it."""
    for match in scene.matches(_DOSE, sentence):
        measure = _MEASURES.get(_singular(match["unit"]))
        if measure is not None:
            said = match["n"].lower().replace(",", "")
            amount = {"half": 0.5, "one": 1.0, "two": 2.0}.get(said) or float(said)
            yield Span(*match.span()), measure[0], amount * measure[1]


def _singular(unit: str) -> str:
    plain = " ".join(unit.lower().split())
    return plain if plain in _MEASURES else plain.removesuffix("s")


def _distance(dose: Span, drug: Span) -> tuple[int, bool]:
    return max(0, dose.start - drug.end, drug.start - dose.end), dose.start < drug.start


def _is_wasted(scene: Scene, suggestion: Suggestion) -> bool:
    return any(
        _WASTED.search(scene.text, stretch.start, stretch.end)
        for stretch in scene.sentences(suggestion)
    )


def _wastage(codes: tuple[Code, ...]) -> Finding:
    return Finding(
        rule="claims.wastage",
        severity=Severity.INFO,
        codes=codes,
        message="part of a single-dose container was discarded: Medicare wants that part on a "
        "second line with JW (JZ where nothing was discarded)",
        citation="Medicare Claims Processing Manual, chapter 17, 40",
    )

"""First element of the decisions of a visit: how many problems were dealt with, and how grave."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from coding.em.page import Page
from coding.em.values import Element, Level
from coding.types import Decision, Evidence, Span, Suggestion, System

NAME = "problems"
_TABLE = "problems"
_LOW_PROBLEMS_FOR_MODERATE = 3
_BEFORE = 24  # code points


class Kind(StrEnum):
    """What kind of problem a diagnosis is; data/problem_kinds.tsv says what each stands for."""

    NONE = "none"
    MINOR = "minor"
    ACUTE = "acute"
    CHRONIC = "chronic"
    FLARE = "flare"
    UNDIAGNOSED = "undiagnosed"
    SYSTEMIC = "systemic"
    INJURY = "injury"
    THREAT = "threat"


_GRAVITY = tuple(Kind)
_MODERATE = {
    Kind.FLARE: "a chronic condition that is not at its goal",
    Kind.SYSTEMIC: "an acute condition with systemic signs or a real risk",
    Kind.UNDIAGNOSED: "a new finding or complaint with an uncertain outlook",
    Kind.INJURY: "an injury that may leave harm",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A diagnosis that was dealt with: its kind and the words it stands on."""

    code: str
    kind: Kind
    spans: tuple[Span, ...]


def assess_problems(page: Page, diagnoses: Sequence[Suggestion]) -> Element:
    """The level of the problems dealt with, from accepted diagnoses and what is said of them."""
    problems = dealt_with(page, diagnoses)
    severe = page.real(_TABLE, "severe", page.assessed)
    cancer = _growing_cancer(page, problems)
    threats = _of(problems, Kind.THREAT)
    if threats or severe or cancer:
        spans = (*_spans(threats), *severe, *cancer)
        return Element(NAME, Level.HIGH, "a threat to life or function", _few(spans))
    return _moderate(page, problems) or _low(problems)


def dealt_with(page: Page, diagnoses: Sequence[Suggestion]) -> tuple[Problem, ...]:
    """The accepted diagnoses that the note assesses, one for each category of the code.

    Where the assessment names none of them, those that the note tells of.
    """
    accepted = [
        suggestion
        for suggestion in diagnoses
        if suggestion.code.system is System.ICD10CM and suggestion.decision is Decision.ACCEPT
    ]
    return _problems(page, accepted, page.assessed) or _problems(page, accepted, page.told)


def _problems(
    page: Page, accepted: Iterable[Suggestion], parts: Sequence[Span]
) -> tuple[Problem, ...]:
    found: dict[str, Problem] = {}
    for suggestion in accepted:
        spans = tuple(e.span for e in suggestion.evidence if _counts(e, parts))
        kind = kind_of(suggestion.code.value)
        if not spans or kind is Kind.NONE:
            continue
        if kind is Kind.ACUTE and _lasting(page, spans):
            kind = Kind.CHRONIC
        problem = Problem(suggestion.code.value, kind, spans)
        known = found.setdefault(suggestion.code.value[:3], problem)
        if _GRAVITY.index(kind) > _GRAVITY.index(known.kind):
            found[suggestion.code.value[:3]] = problem
    return tuple(found.values())


def _counts(evidence: Evidence, parts: Sequence[Span]) -> bool:
    return evidence.weight > 0 and any(part.contains(evidence.span) for part in parts)


def _lasting(page: Page, spans: Sequence[Span]) -> bool:
    """Whether the words of a complaint, or right before it, call it chronic or recurrent."""
    before = (Span(max(0, s.start - _BEFORE), s.end) for s in spans)
    return bool(page.hits(_TABLE, "lasting", tuple(before)))


def _moderate(page: Page, problems: Sequence[Problem]) -> Element | None:
    for kind, why in _MODERATE.items():
        if graver := _of(problems, kind):
            return Element(NAME, Level.MODERATE, why, _few(_spans(graver)))
    chronic = _of(problems, Kind.CHRONIC)
    if len(chronic) > 1:
        why = "two or more stable chronic conditions"
        return Element(NAME, Level.MODERATE, why, _few(_spans(chronic)))
    if chronic and (unstable := _unstable(page)):
        why = "a chronic condition that is not at its goal"
        return Element(NAME, Level.MODERATE, why, _few((*_spans(chronic), *unstable)))
    if systemic := page.real(_TABLE, "systemic", page.assessed):
        why = "an acute condition with systemic signs or a real risk"
        return Element(NAME, Level.MODERATE, why, _few(systemic))
    if len(problems) >= _LOW_PROBLEMS_FOR_MODERATE:
        why = "several problems, none of them grave"
        return Element(NAME, Level.MODERATE, why, _few(_spans(problems)))
    return None


def _low(problems: Sequence[Problem]) -> Element:
    if chronic := _of(problems, Kind.CHRONIC):
        return Element(NAME, Level.LOW, "one stable chronic condition", _few(_spans(chronic)))
    if acute := _of(problems, Kind.ACUTE):
        why = "an acute, uncomplicated illness or injury"
        return Element(NAME, Level.LOW, why, _few(_spans(acute)))
    if len(problems) > 1:
        return Element(NAME, Level.LOW, "two or more minor problems", _few(_spans(problems)))
    if problems:
        return Element(NAME, Level.STRAIGHTFORWARD, "one minor problem", _few(_spans(problems)))
    return Element(NAME, Level.LOW, "a problem that no accepted diagnosis names")


def _unstable(page: Page) -> tuple[Span, ...]:
    """Words of the assessment or the history that say a condition is not at its goal."""
    words = page.real(_TABLE, "unstable", page.told)
    return words or page.real(_TABLE, "change", page.assessed)


def _growing_cancer(page: Page, problems: Sequence[Problem]) -> tuple[Span, ...]:
    if not any(p.code[0] == "C" and p.code[:3] not in ("C77", "C78", "C79") for p in problems):
        return ()
    return page.real(_TABLE, "cancer_progress", page.assessed)


def _of(problems: Iterable[Problem], kind: Kind) -> tuple[Problem, ...]:
    return tuple(p for p in problems if p.kind is kind)


def _spans(problems: Iterable[Problem]) -> tuple[Span, ...]:
    return tuple(p.spans[0] for p in problems)


def _few(spans: Iterable[Span], most: int = 4) -> tuple[Span, ...]:
    return tuple(sorted(set(spans)))[:most]


@cache
def kind_of(code: str) -> Kind:
    """The kind of an ICD-10-CM code, by its longest prefix in the table.

    An injury is graver in its active phase: aftercare and late effects count as uncomplicated.
    """
    bare = code.replace(".", "")
    fitting = [(len(prefix), kind) for prefix, kind, fits in _kinds() if fits.match(bare)]
    kind = max(fitting, default=(0, Kind.NONE), key=lambda pair: pair[0])[1]
    late = bare[0] in "ST" and len(bare) == _FULL_LENGTH and bare[-1] not in _ACTIVE
    if kind in (Kind.INJURY, Kind.THREAT) and late:
        return Kind.ACUTE
    poisoning = "T36" <= bare[:3] <= "T50" and bare[5:6] in _POISONED
    return Kind.SYSTEMIC if poisoning else kind


_FULL_LENGTH = 7
_ACTIVE = "ABCKMNP"  # active treatment, nonunion and malunion
_POISONED = ("1", "2", "3", "4")  # accident, self-harm, assault, undetermined


@cache
def _kinds() -> tuple[tuple[str, Kind, re.Pattern[str]], ...]:
    text = files("coding.em").joinpath("data/problem_kinds.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines()[1:] if line[0] != "#"]
    return tuple((prefix, Kind(kind), _fits(prefix)) for prefix, kind in rows)


def _fits(prefix: str) -> re.Pattern[str]:
    return re.compile(prefix.replace(".", "").replace("?", "."))

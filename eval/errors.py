"""Why codes were missed and why wrong ones were accepted, code by code.

Causes exclude one another, the first that holds is given. `sibling` says beside it whether the
right 3-character category was accepted with a wrong code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from coding.protocols import CodeSystem
from coding.types import Decision, Suggestion, System
from eval.charts import GoldChart, Tier
from eval.counts import PRF
from eval.evidence import characters, heaviest
from eval.harness import Outcome

NOT_CODED = "the note could not be coded"
UNKNOWN = "the release lacks the code"
REJECTED = "rejected: "
BELOW = "ranked below the threshold"
NO_CANDIDATE = "not among the candidates"
FORBIDDEN = "words not to be coded: "
SIBLING = "right category, wrong code"
OTHER_CODE = "words of another gold code"
NO_GOLD = "words no gold code rests on"
NO_CHAPTER = "not in the release"


@dataclass(frozen=True, slots=True)
class Mistake:
    """A code missed, or accepted and wrong, with its cause."""

    code: str
    cause: str
    sibling: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a cause was met, and how often of that with the right category accepted."""

    cause: str
    n: int
    sibling: int


def misses(outcome: Outcome) -> tuple[Mistake, ...]:
    """The gold core codes that were not accepted, by code."""
    accepted = {s.code.value for s in _accepted(outcome)}
    missed = outcome.chart.of_tier(Tier.CORE) - accepted
    wrong = {value[:3] for value in accepted - outcome.chart.of_tier(Tier.CORE)}
    reasons = {r.code.value: r.reason for r in (outcome.result.rejected if outcome.result else ())}

    def cause(code: str) -> str:
        if outcome.error is not None:
            return NOT_CODED
        if code in outcome.unknown:
            return UNKNOWN
        if code in outcome.seen:
            return BELOW
        return f"{REJECTED}{reasons[code]}" if code in reasons else NO_CANDIDATE

    return tuple(Mistake(code, cause(code), code[:3] in wrong) for code in sorted(missed))


def alarms(outcome: Outcome) -> tuple[Mistake, ...]:
    """The accepted codes that gold has in neither tier, by code."""
    chart = outcome.chart
    right = chart.of_tier(Tier.CORE) | chart.of_tier(Tier.STATUS)
    categories = {value[:3] for value in chart.of_tier(Tier.CORE)}
    wrong = sorted((s for s in _accepted(outcome) if s.code.value not in right), key=_value)
    return tuple(
        Mistake(_value(s), _alarm(s, chart, categories), _value(s)[:3] in categories) for s in wrong
    )


def tallied(mistakes: Iterable[Mistake]) -> tuple[Tally, ...]:
    """Causes by how often they were met, then by name."""
    kept = tuple(mistakes)
    every = Counter(m.cause for m in kept)
    sibling = Counter(m.cause for m in kept if m.sibling)
    return tuple(
        Tally(cause, n, sibling[cause])
        for cause, n in sorted(every.items(), key=lambda item: (-item[1], item[0]))
    )


def by_chapter(by_code: Mapping[str, PRF], codes: CodeSystem) -> Mapping[str, PRF]:
    """The counts of single codes added up by chapter, in the order of the chapters."""
    chapters: dict[str, PRF] = {}
    for code, counts in by_code.items():
        name = codes.get(code).chapter if code in codes else NO_CHAPTER
        chapters[name] = chapters.get(name, PRF()) + counts
    return dict(sorted(chapters.items(), key=lambda item: (_number(item[0]), item[0])))


def _accepted(outcome: Outcome) -> Iterator[Suggestion]:
    for suggestion in outcome.result.suggestions if outcome.result else ():
        if suggestion.decision is Decision.ACCEPT and suggestion.code.system is System.ICD10CM:
            yield suggestion


def _alarm(suggestion: Suggestion, chart: GoldChart, categories: set[str]) -> str:
    evidence = heaviest(suggestion)
    points = characters([evidence.span]) if evidence is not None else frozenset()
    for words in chart.not_coded:
        if 2 * len(points & characters([words.span])) > len(points):
            return f"{FORBIDDEN}{words.reason}"
    if suggestion.code.value[:3] in categories:
        return SIBLING
    gold = characters(e.span for code in chart.codes for e in code.evidence)
    return OTHER_CODE if points & gold else NO_GOLD


def _value(suggestion: Suggestion) -> str:
    return suggestion.code.value


def _number(chapter: str) -> int:
    number = chapter.split(" ", 1)[0]
    return int(number) if number.isdigit() else 99

"""What every rule needs to change a draft and leave its trace."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from coding.types import (
    Code,
    Decision,
    Draft,
    Evidence,
    ProofStep,
    Reading,
    Reason,
    Rejection,
    Span,
    Suggestion,
    System,
)

GUIDELINES = "ICD-10-CM Official Guidelines FY2026"
"""The edition that citations name; the paragraphs cited have the same letters since FY2019."""


class Knowledge(Protocol):
    """The part of the clinical lexicon that rules read; code prefixes are in printed form."""

    @property
    def chronic(self) -> frozenset[str]: ...
    @property
    def history(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def family(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def integral(self) -> tuple[tuple[str, str], ...]: ...


def category(value: str) -> str:
    """The first three characters of an ICD-10-CM code."""
    return value[:3]


def between(value: str, first: str, last: str) -> bool:
    """Whether the code's category lies in a range of categories, both ends included."""
    return first <= category(value) <= last


def is_diagnosis(suggestion: Suggestion) -> bool:
    """Whether the suggestion is an ICD-10-CM code; the rules here speak of no other system."""
    return suggestion.code.system is System.ICD10CM


def accepted(suggestion: Suggestion) -> bool:
    """Whether the suggestion would be reported."""
    return suggestion.decision is Decision.ACCEPT


def outranks(one: Suggestion, other: Suggestion) -> bool:
    """Whether one may displace the other: what is for review never displaces what is accepted."""
    return accepted(one) or not accepted(other)


def strength(suggestion: Suggestion) -> tuple[bool, float, str]:
    """Sort key that puts accepted before review, then the probable first, then code order."""
    return (not accepted(suggestion), -suggestion.probability, suggestion.code.value)


def counting(suggestion: Suggestion) -> tuple[Evidence, ...]:
    """The evidence that carries the suggestion; what does not count has weight 0."""
    return tuple(e for e in suggestion.evidence if e.weight > 0)


def reweigh(evidence: Iterable[Evidence], counts: Callable[[Evidence], bool]) -> list[Evidence]:
    """Move all weight to the pieces that count, heaviest first, and keep the others behind them.

    The weights of the result sum to 1 as long as one piece counts.
    """
    pieces = list(evidence)
    carrying = [e for e in pieces if counts(e)]
    silent = [replace(e, weight=0.0) for e in pieces if not counts(e)]
    return _by_weight(normalised(carrying)) + sorted(silent, key=_place)


def normalised(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The pieces with weights that sum to 1, equal where none had any."""
    total = sum(e.weight for e in evidence)
    if abs(total - 1.0) <= 1e-9:
        return list(evidence)
    if total <= 0:
        return [replace(e, weight=1.0 / len(evidence)) for e in evidence]
    return [replace(e, weight=e.weight / total) for e in evidence]


def union(parts: Iterable[Suggestion]) -> tuple[Evidence, ...]:
    """The evidence of several suggestions as that of one: each place once, weights sum to 1."""
    places: dict[Span, Evidence] = {}
    for piece in sorted((e for part in parts for e in part.evidence), key=_place):
        known = places.get(piece.span)
        if known is None:
            places[piece.span] = piece
        else:
            places[piece.span] = replace(known, weight=known.weight + piece.weight)
    return tuple(_by_weight(normalised(list(places.values()))))


def _by_weight(evidence: Iterable[Evidence]) -> list[Evidence]:
    return sorted(evidence, key=lambda e: (-e.weight, *_place(e)))


def _place(evidence: Evidence) -> tuple[Span, str, tuple[str, ...]]:
    return (evidence.span, evidence.source, evidence.assertions)


def rule_step(rule_id: str, citation: str, evidence: Iterable[Evidence]) -> ProofStep:
    """The link of a proof that names the rule and the words it was applied to."""
    return ProofStep("rule", rule_id, tuple(sorted({e.span for e in evidence})), citation)


def has_step(suggestion: Suggestion, rule_id: str) -> bool:
    """Whether this rule has already left its step in the proof."""
    return any(step.kind == "rule" and step.ref == rule_id for step in suggestion.proof)


def reject_all(draft: Draft, reasons: Mapping[Code, Reason]) -> Draft:
    """Move suggestions to the rejected, each with its reason, in the order of the draft."""
    if not reasons:
        return draft
    gone = tuple(
        Rejection(s.code, s.display, reasons[s.code], s.evidence)
        for s in draft.suggestions
        if s.code in reasons
    )
    kept = tuple(s for s in draft.suggestions if s.code not in reasons)
    return replace(draft, suggestions=kept, rejected=draft.rejected + gone)


class Prefixes:
    """Pairs (code prefix, code), asked by a code: a thousand pairs cost no more than ten."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._seconds: dict[str, tuple[str, ...]] = {}
        for prefix, second in pairs:
            self._seconds[prefix] = (*self._seconds.get(prefix, ()), second)

    def fitting(self, value: str) -> tuple[str, ...]:
        """The second halves of all pairs whose first half begins the code, the longest first."""
        lengths = range(len(value), 0, -1)
        return tuple(s for n in lengths for s in self._seconds.get(value[:n], ()))

    def longest(self, value: str) -> str | None:
        """The second half of the pair with the longest first half; of equal ones the last code."""
        for length in range(len(value), 0, -1):
            if seconds := self._seconds.get(value[:length]):
                return max(seconds)
        return None


class Sentences:
    """The sentences of a reading, found by offset in logarithmic time."""

    def __init__(self, reading: Reading) -> None:
        self._spans = reading.sentences
        self._starts = [span.start for span in reading.sentences]
        self._text = reading.note.text

    def at(self, span: Span) -> Span:
        """The sentence that holds the start of the span; the span itself where none does."""
        index = bisect_right(self._starts, span.start) - 1
        if index >= 0 and span.start < self._spans[index].end:
            return self._spans[index]
        return span

    def text(self, span: Span) -> str:
        """The words of the sentence that holds the start of the span."""
        return self.at(span).of(self._text)

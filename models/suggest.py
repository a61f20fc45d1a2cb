"""Ranked candidates with their probabilities -> suggestions: what every ranker does alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from coding.proof import prove
from coding.protocols import CodeSystem
from coding.types import (
    PROCEDURE_SYSTEMS,
    Alternative,
    Candidate,
    Code,
    Decision,
    Evidence,
    Role,
    Span,
    Suggestion,
)

# Alternatives shown beside a suggestion.
MOST = 3
# Generators that learnt from charts: what they alone propose, no wording says.
_LEARNING = frozenset({"phrases", "dense"})
# Sources of evidence that no term names, the closer first.
_LEARNT = ("phrase", "dense")
# What only a model proposed, and the model itself does not believe, is not worth a coder's look.
UNBELIEVED = 0.02


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities from which a code is accepted, and accepted without a look (None: never)."""

    accept: float
    auto: float | None


def suggest(
    candidates: Sequence[Candidate],
    probabilities: Sequence[float],
    thresholds: Thresholds,
    codes: CodeSystem,
    model: str,
) -> tuple[Suggestion, ...]:
    """A suggestion for every candidate, likeliest first, with the others of the same words.

    What no wording says, and is less likely than UNBELIEVED, is left out.

    Probabilities lie in [0, 1] and are rounded to 4 decimals before thresholds apply.
    """
    ranked = [
        _one(_shown(candidate), round(probability, 4), thresholds, codes, model)
        for candidate, probability in zip(candidates, probabilities, strict=True)
        if probability >= UNBELIEVED or _pointed_at(candidate)
    ]
    ranked.sort(key=lambda s: (-s.probability, s.code.value))
    near = _neighbours(ranked)
    other = {s.code: Alternative(s.code, s.display, s.probability) for s in ranked}
    return tuple(
        replace(s, alternatives=tuple(other[c] for c in other if c in near[s.code])[:MOST])
        for s in ranked
    )


def _shown(candidate: Candidate) -> Candidate:
    """The candidate resting on the words that point at it most closely.

    Words that a term names come before phrases that went with the code, a drug beside its disease,
    and those before a sentence that resembles it: the latter led to the code but prove less.
    """
    closest = min(map(_distance, candidate.evidence))
    pointing = [e for e in candidate.evidence if _distance(e) == closest]
    if len(pointing) == len(candidate.evidence):
        return candidate
    total = sum(e.weight for e in pointing)
    evidence = tuple(replace(e, weight=e.weight / total) for e in pointing)
    return replace(candidate, evidence=evidence)


def _distance(evidence: Evidence) -> int:
    source = evidence.source.partition(":")[0]
    return _LEARNT.index(source) + 1 if source in _LEARNT else 0


def _pointed_at(candidate: Candidate) -> bool:
    return not _LEARNING.issuperset(candidate.generators)


def _one(
    candidate: Candidate,
    probability: float,
    thresholds: Thresholds,
    codes: CodeSystem,
    model: str,
) -> Suggestion:
    accepted = probability >= thresholds.accept
    return Suggestion(
        code=candidate.code,
        display=codes.title(candidate.code.value),
        probability=probability,
        decision=Decision.ACCEPT if accepted else Decision.REVIEW,
        auto=thresholds.auto is not None and probability >= thresholds.auto,
        role=Role.PROCEDURE if codes.system in PROCEDURE_SYSTEMS else Role.SECONDARY,
        sequence=None,
        evidence=candidate.evidence,
        proof=prove(candidate, codes, model),
    )


def _neighbours(ranked: Sequence[Suggestion]) -> dict[Code, set[Code]]:
    """Codes whose evidence overlaps, found in one sweep over the note."""
    places = sorted((e.span, s.code) for s in ranked for e in s.evidence)
    found: dict[Code, set[Code]] = {s.code: set() for s in ranked}
    open_spans: list[tuple[Span, Code]] = []
    for span, code in places:
        open_spans = [(other, its) for other, its in open_spans if other.end > span.start]
        for _, its in open_spans:
            if its != code:
                found[code].add(its)
                found[its].add(code)
        open_spans.append((span, code))
    return found

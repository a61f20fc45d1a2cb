"""How a candidate stands among the others of its note: over the same words, in its category."""

from __future__ import annotations

import math
from collections.abc import Sequence

from coding.types import Candidate, Span

RELATIONS = (
    "others_here",
    "inside_longer",
    "best_prior_here",
    "siblings",
    "sibling_prior_higher",
    "first_of_note",
    "candidates",
)


def relations(candidates: Sequence[Candidate]) -> list[tuple[float, ...]]:
    """Features of each candidate in the order of RELATIONS; counts are in ln(1 + n)."""
    here, inside = _overlaps(candidates)
    families: dict[str, list[int]] = {}
    for number, candidate in enumerate(candidates):
        families.setdefault(candidate.code.value[:3], []).append(number)
    first = min((e.span.start for c in candidates for e in c.evidence), default=0)
    found: list[tuple[float, ...]] = []
    for number, candidate in enumerate(candidates):
        siblings = [n for n in families[candidate.code.value[:3]] if n != number]
        priors = [candidates[n].prior for n in here[number]]
        found.append(
            (
                math.log1p(len(here[number])),
                inside[number] / len(candidate.evidence),
                float(not priors or candidate.prior >= max(priors)),
                math.log1p(len(siblings)),
                float(any(candidates[n].prior > candidate.prior for n in siblings)),
                float(any(e.span.start == first for e in candidate.evidence)),
                math.log1p(len(candidates)) / 4,
            )
        )
    return found


def _overlaps(candidates: Sequence[Candidate]) -> tuple[list[set[int]], list[int]]:
    """Of each candidate: who else rests on its words, and how often its words lie inside longer."""
    mentions = sorted((e.span, number) for number, c in enumerate(candidates) for e in c.evidence)
    here: list[set[int]] = [set() for _ in candidates]
    inside = [0] * len(candidates)
    running: list[tuple[Span, int]] = []
    for span, number in mentions:
        running = [(other, its) for other, its in running if other.end > span.start]
        for other, its in running:
            if its == number:
                continue
            here[number].add(its)
            here[its].add(number)
            if other.contains(span) and other != span:
                inside[number] += 1
            elif span.contains(other) and other != span:
                inside[its] += 1
        running.append((span, number))
    return here, inside

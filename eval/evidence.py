"""How good the words behind a code are."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from fractions import Fraction

from coding.types import Evidence, Reason, Span, Suggestion
from eval.charts import NotCoded

VIOLATING = frozenset(
    {
        Reason.NEGATED,
        Reason.FAMILY,
        Reason.HISTORICAL,
        Reason.UNCERTAIN,
        Reason.HYPOTHETICAL,
        Reason.OTHER_PERSON,
        Reason.RULED_OUT,
    }
)
"""Reasons that make a code resting on such words a violation; integral and planned do not."""

NOT_DONE = frozenset({Reason.PLANNED, Reason.HISTORICAL, Reason.NEGATED})
"""Reasons that make a procedure resting on such words a violation: it was not done here."""

_EXEMPT = frozenset(f"Z{number}" for number in range(80, 88))


def characters(spans: Iterable[Span]) -> frozenset[int]:
    """The code points that lie in any of some spans."""
    return frozenset(point for span in spans for point in range(span.start, span.end))


def character_f1(predicted: Iterable[Span], gold: Iterable[Span]) -> Fraction:
    """F1 of two sets of characters, 2 |P and G| / (|P| + |G|), in [0, 1]; 0 if both are empty."""
    found, wanted = characters(predicted), characters(gold)
    size = len(found) + len(wanted)
    return Fraction(2 * len(found & wanted), size) if size else Fraction(0)


def heaviest(suggestion: Suggestion) -> Evidence | None:
    """The evidence with the greatest weight, the first of several equal ones."""
    return max(suggestion.evidence, key=lambda e: e.weight, default=None)


def violates(
    suggestion: Suggestion,
    not_coded: Iterable[NotCoded],
    reasons: Collection[Reason] = VIOLATING,
) -> bool:
    """Whether a code rests on words that gold marks as not to be coded, for one of the reasons.

    Its heaviest evidence lies in such words when more than half of its characters do, so that
    neither a cue taken into the quote hides a violation nor a word shared in passing makes one.
    Z80 to Z87 are exempt: family and personal history are what they say.
    """
    evidence = heaviest(suggestion)
    if evidence is None or suggestion.code.value[:3] in _EXEMPT:
        return False
    forbidden = characters(n.span for n in not_coded if n.reason in reasons)
    return 2 * len(characters([evidence.span]) & forbidden) > len(evidence.span)

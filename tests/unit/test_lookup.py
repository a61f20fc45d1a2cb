from __future__ import annotations

from coding.lookup import Lookup
from coding.types import Assertion, Note, Reading, Scope, Setting, Span

TEXT = "Gout, denies chest pain today"
READING = Reading(
    note=Note("n", TEXT, Setting.OUTPATIENT),
    sections=(),
    sentences=(Span(0, len(TEXT)),),
    scopes=(Scope(Assertion.NEGATED, Span(13, 23), Span(6, 12)),),
)


def test_a_stretch_is_asserted_what_any_of_its_words_are() -> None:
    lookup = Lookup(READING)
    assert lookup.assertions(Span(0, len(TEXT))) == (Assertion.AFFIRMED,), "by its start alone"
    assert lookup.assertions_within(Span(0, len(TEXT))) == (Assertion.NEGATED,)
    assert lookup.assertions_within(Span(0, 4)) == (Assertion.AFFIRMED,)
    assert lookup.assertions_within(Span(24, 29)) == (Assertion.AFFIRMED,)

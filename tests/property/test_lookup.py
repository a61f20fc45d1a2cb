"""Lookup answers exactly what Reading answers."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from coding.lookup import Lookup
from coding.types import Assertion, Note, Reading, Scope, Section, Setting, Span

_offset = st.integers(0, 3_000)
_span = st.tuples(_offset, _offset).map(lambda ends: Span(min(ends), max(ends)))
_scope = st.builds(Scope, st.sampled_from(Assertion), _span, _span)


@given(st.lists(_scope, max_size=20), st.lists(_offset, max_size=6), _span)
def test_same_answers_as_the_reading(scopes: list[Scope], cuts: list[int], at: Span) -> None:
    edges = sorted({0, *cuts, 3_000})
    sections = tuple(
        Section(f"part{start}", Span(start, min(start + 2, end)), Span(min(start + 2, end), end))
        for start, end in pairwise(edges)
    )
    note = Note("n", "x" * 3_000, Setting.OUTPATIENT)
    reading = Reading(note, sections, (), tuple(sorted(scopes, key=lambda s: s.span)))
    lookup = Lookup(reading)
    assert lookup.section_at(at) == reading.section_at(at)
    assert lookup.assertions(at) == reading.assertions(at)

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from coding.types import Span
from eval.perturb import deleted, framed, merged
from eval.risk import Accepted, auto_accept, lower_bound, risk_curve, widest

CODES = st.lists(
    st.builds(
        Accepted,
        st.integers(0, 20).map(lambda n: n / 20),
        st.booleans(),
        st.booleans(),
    ),
    max_size=40,
)


@given(CODES)
def test_a_curve_ends_at_all_codes_and_their_precision(codes: list[Accepted]) -> None:
    curve = risk_curve(codes)
    assert len(curve) == len({c.probability for c in codes})
    if codes:
        assert curve[-1].coverage == 1.0
        assert curve[-1].precision == sum(c.right for c in codes) / len(codes)
    coverage = [p.coverage for p in curve]
    assert coverage == sorted(coverage)
    best = widest(curve)
    assert best is None or best.precision >= 0.95


@given(CODES)
def test_the_bound_lies_below_the_precision(codes: list[Accepted]) -> None:
    found = auto_accept(codes)
    if found.precision is not None and found.bound is not None:
        assert 0 <= found.bound <= found.precision


@given(st.integers(1, 60), st.data())
def test_more_right_codes_are_a_higher_bound(n: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, n - 1))
    assert lower_bound(right, n) < lower_bound(right + 1, n)
    assert lower_bound(right + 1, n + 1) > lower_bound(right, n) - 1e-9


TEXT = "some words of a note, to be changed"
SPANS = st.lists(
    st.tuples(st.integers(0, len(TEXT)), st.integers(0, len(TEXT))).map(
        lambda ends: Span(min(ends), max(ends))
    ),
    max_size=6,
)


@given(SPANS)
def test_merged_places_cover_the_same_characters(spans: list[Span]) -> None:
    def covered(places: list[Span]) -> set[int]:
        return {n for s in places for n in range(s.start, s.end)}

    places = list(merged(spans))
    assert covered(places) == covered(spans)
    assert all(a.end < b.start for a, b in pairwise(places))
    assert len(deleted(TEXT, spans)) == len(TEXT) - len(covered(spans))
    assert len(framed(TEXT, spans, "no")) == len(TEXT) + 3 * len(places)

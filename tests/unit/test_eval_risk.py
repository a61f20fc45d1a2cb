import pytest

from eval.calibration import Reliability
from eval.risk import Accepted, accepted, auto_accept, lower_bound, risk_curve, widest
from tests.unit.test_eval_metrics import gold, result, suggest


def codes(*pairs: tuple[float, bool], auto: float = 2.0) -> list[Accepted]:
    return [Accepted(p, right, p >= auto) for p, right in pairs]


def test_the_curve_has_a_point_for_each_distinct_probability() -> None:
    curve = risk_curve(codes((0.9, True), (0.5, False), (0.7, True), (0.7, False)))
    assert [(p.threshold, p.n, p.coverage) for p in curve] == [
        (0.9, 1, 0.25),
        (0.7, 3, 0.75),
        (0.5, 4, 1.0),
    ]
    assert [p.precision for p in curve] == [1.0, pytest.approx(2 / 3), 0.5]


def test_the_widest_point_of_a_precision_may_lie_beyond_worse_ones() -> None:
    pairs = [(1 - k / 100, k != 1) for k in range(40)]
    curve = risk_curve(codes(*pairs))
    best = widest(curve)
    assert best is not None
    assert (best.n, best.precision) == (40, 39 / 40)
    assert widest(risk_curve(codes((0.9, False)))) is None


def test_auto_accept_counts_what_the_model_marked() -> None:
    found = auto_accept(codes((0.9, True), (0.8, True), (0.4, False), auto=0.75))
    assert (found.n, found.right, found.precision) == (2, 2, 1.0)
    assert found.coverage == pytest.approx(2 / 3)
    assert found.bound == pytest.approx(0.05**0.5, abs=1e-6)
    none = auto_accept(codes((0.4, False)))
    assert (none.n, none.coverage, none.precision) == (0, 0.0, None)


# The 5% quantile of Beta(right, n - right + 1), by scipy.stats.beta.ppf.
@pytest.mark.parametrize(
    ("right", "n", "bound"),
    [(0, 5, 0.0), (5, 5, 0.549280), (57, 60, 0.875813), (19, 20, 0.783894), (500, 500, 0.994026)],
)
def test_the_bound_is_that_of_clopper_and_pearson(right: int, n: int, bound: float) -> None:
    assert lower_bound(right, n) == pytest.approx(bound, abs=2e-6)


def test_status_codes_and_procedures_are_no_risk() -> None:
    chart = gold(("I10", "core"), ("Z79.4", "status"))
    found = accepted(chart, result(suggest("I10"), suggest("Z79.4"), suggest("J18.9", 0.6)))
    assert sorted((a.probability, a.right) for a in found) == [(0.6, False), (0.9, True)]
    assert accepted(chart, None) == ()


def test_bins_say_what_the_error_sums_up() -> None:
    judged = [(0.05 + 0.1 * k, k % 2 == 0) for k in range(10)]
    reliability = Reliability.of(judged)
    assert [(b.probability, b.right) for b in reliability.bins] == [
        (pytest.approx(p), float(right)) for p, right in judged
    ]
    gap = sum(abs(b.probability - b.right) for b in reliability.bins) / 10
    assert reliability.error == pytest.approx(gap)
    assert Reliability().bins == ()

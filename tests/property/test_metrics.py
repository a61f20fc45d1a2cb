import random

from hypothesis import given
from hypothesis import strategies as st

from eval.calibration import Reliability
from eval.counts import PRF
from eval.metrics import METRICS, Counts, average_precision, categories

CODES = st.sampled_from(["I10", "E11.22", "E11.9", "N18.32", "J44.1", "Z79.4", "S52.501A"])
SETS = st.frozensets(CODES)


@st.composite
def counts(draw: st.DrawFn) -> Counts:
    predicted, core, status = draw(SETS), draw(SETS), draw(SETS)
    status -= core
    ranked = draw(st.permutations(sorted(predicted)))
    judged = draw(st.lists(st.tuples(st.integers(500, 10_000), st.booleans()), max_size=5))
    return Counts(
        charts=1,
        exact=PRF.of(predicted, core, status),
        category=PRF.of(categories(predicted), categories(core), categories(status)),
        average_precision=average_precision(ranked, core, status),
        reliability=Reliability.of((p / 10_000, right) for p, right in judged),
        by_code={c: PRF.of(predicted & {c}, core & {c}) for c in core | (predicted - status)},
    )


@given(st.lists(counts(), max_size=8), st.integers(0, 8), st.randoms())
def test_shards_add_to_the_whole_in_any_order(
    parts: list[Counts], cut: int, order: random.Random
) -> None:
    whole = sum(parts, Counts())
    assert sum(parts[:cut], Counts()) + sum(parts[cut:], Counts()) == whole
    shuffled = list(parts)
    order.shuffle(shuffled)
    again = sum(shuffled, Counts())
    assert [m.value(again) for m in METRICS] == [m.value(whole) for m in METRICS]


@given(counts())
def test_figures_lie_between_zero_and_one(one: Counts) -> None:
    for metric in METRICS:
        value = metric.value(one)
        assert value is None or 0 <= value <= 1


@given(SETS, SETS, SETS)
def test_every_code_is_counted_once(
    predicted: frozenset[str], core: frozenset[str], status: frozenset[str]
) -> None:
    counted = PRF.of(predicted, core, status)
    assert counted.gold == len(core)
    assert counted.predicted == len(predicted - (status - core))
    assert PRF.of(core, core, status).f1 in (None, 1.0)


@given(st.lists(st.tuples(st.integers(0, 100), st.booleans()), min_size=1), st.randoms())
def test_calibration_error_does_not_depend_on_order(
    judged: list[tuple[int, bool]], order: random.Random
) -> None:
    shuffled = list(judged)
    order.shuffle(shuffled)
    errors = [Reliability.of((p / 100, r) for p, r in some).error for some in (judged, shuffled)]
    assert errors[0] == errors[1]
    assert errors[0] is not None
    gap = abs(sum(p / 100 - r for p, r in judged)) / len(judged)
    # Bins can only see more of the miscalibration than the whole shows.
    assert gap - 1e-9 <= errors[0] <= 1

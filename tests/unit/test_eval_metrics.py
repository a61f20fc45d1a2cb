import numpy as np
import pytest

from coding.types import (
    Assertion,
    Claim,
    Code,
    CodingResult,
    Decision,
    Evidence,
    Provenance,
    Reason,
    Role,
    Setting,
    Span,
    Suggestion,
    System,
)
from eval.bootstrap import RESAMPLES, chart_intervals, interval, resample
from eval.calibration import Reliability, expected_calibration_error
from eval.charts import GoldChart, GoldCode, GoldProcedure, GoldSpan, NotCoded, Tier
from eval.counts import PRF, Mean
from eval.evidence import character_f1, violates
from eval.metrics import METRICS, Counts, average_precision, score

TEXT = "x" * 100


def gold(
    *codes: tuple[str, str],
    spans: tuple[tuple[int, int], ...] = ((0, 10),),
    not_coded: tuple[tuple[int, int, Reason], ...] = (),
    procedures: tuple[tuple[System, str], ...] = (),
) -> GoldChart:
    evidence = tuple(GoldSpan(Span(s, e), TEXT[s:e]) for s, e in spans)
    return GoldChart(
        id="g",
        source="",
        split="",
        specialty="",
        setting=Setting.OUTPATIENT,
        text=TEXT,
        service_date=None,
        codes=tuple(
            GoldCode(Code.parse(System.ICD10CM, code), Tier(tier), evidence) for code, tier in codes
        ),
        procedures=tuple(GoldProcedure(Code(system, c), (), ()) for system, c in procedures),
        not_coded=tuple(NotCoded(Span(s, e), TEXT[s:e], reason) for s, e, reason in not_coded),
        queries=(),
    )


def suggest(
    value: str,
    probability: float = 0.9,
    *,
    accept: bool = True,
    sequence: int | None = None,
    system: System = System.ICD10CM,
    evidence: tuple[tuple[int, int, float], ...] = ((0, 10, 1.0),),
) -> Suggestion:
    return Suggestion(
        code=Code(system, value),
        display="",
        probability=probability,
        decision=Decision.ACCEPT if accept else Decision.REVIEW,
        auto=False,
        role=Role.SECONDARY,
        sequence=sequence,
        evidence=tuple(
            Evidence(Span(s, e), TEXT[s:e], "none", (Assertion.AFFIRMED,), "title", w)
            for s, e, w in evidence
        ),
        proof=(),
    )


def result(*suggestions: Suggestion) -> CodingResult:
    return CodingResult(
        note_id="g",
        note_sha256="",
        setting=Setting.OUTPATIENT,
        claim=Claim.PROFESSIONAL,
        service_date=None,
        suggestions=suggestions,
        rejected=(),
        findings=(),
        queries=(),
        provenance=Provenance("", "", (), ""),
    )


def test_core_must_be_found_and_status_is_neither_right_nor_wrong() -> None:
    chart = gold(("E11.22", "core"), ("N18.32", "core"), ("Z79.4", "status"))
    counts = score(chart, result(suggest("E11.22"), suggest("Z79.4"), suggest("J18.9")))
    assert counts.exact == PRF(tp=1, fp=1, fn=1)
    assert counts.exact.precision == 0.5
    assert counts.exact.recall == 0.5


def test_suggestions_for_review_are_not_accepted() -> None:
    counts = score(gold(("I10", "core")), result(suggest("I10", accept=False)))
    assert counts.exact == PRF(fn=1)
    assert counts.average_precision.value == 1.0


def test_a_note_that_failed_is_all_misses() -> None:
    counts = score(gold(("I10", "core"), ("E11.9", "core"), ("Z79.4", "status")), None)
    assert counts.exact == PRF(fn=2)
    assert counts.average_precision == Mean.of(0)
    assert counts.first_listed == Mean.of(0)
    assert counts.failed == 1


def test_categories_are_sets_of_a_chart() -> None:
    chart = gold(("S52.501A", "core"), ("S52.611A", "core"), ("E78.5", "status"))
    counts = score(chart, result(suggest("S52.90XA"), suggest("E78.2"), suggest("I10")))
    assert counts.category == PRF(tp=1, fp=1, fn=0)
    assert counts.exact == PRF(tp=0, fp=3, fn=2)


def test_macro_f1_is_over_codes_in_gold_or_predicted() -> None:
    first = score(gold(("I10", "core"), ("E11.9", "core")), result(suggest("I10")))
    second = score(gold(("I10", "core")), result(suggest("J45.909")))
    # I10: tp 1, fn 1 -> 2/3; E11.9: 0; J45.909: 0.
    assert (first + second).macro_f1 == pytest.approx(2 / 9)


def test_macro_f1_leaves_status_codes_out() -> None:
    counts = score(
        gold(("I10", "core"), ("Z79.4", "status")), result(suggest("I10"), suggest("Z79.4"))
    )
    assert counts.macro_f1 == 1.0


def test_average_precision_by_hand() -> None:
    ranked = ["A", "s", "x", "B", "y", "C"]
    # Without the status code: A at 1, B at 3, C at 5; D is not ranked.
    found = average_precision(ranked, frozenset("ABCD"), frozenset("s"))
    assert found.value == pytest.approx((1 / 1 + 2 / 3 + 3 / 5 + 0) / 4)
    assert average_precision(ranked, frozenset()) == Mean()


@pytest.mark.parametrize(
    ("predicted", "wanted", "f1"),
    [
        ([(0, 10)], [(0, 10)], 1.0),
        ([(0, 10)], [(5, 15)], 0.5),
        ([(0, 4), (2, 6)], [(0, 6)], 1.0),
        ([(0, 2)], [(4, 6)], 0.0),
        ([], [(0, 2)], 0.0),
        ([], [], 0.0),
        ([(0, 5)], [(0, 5), (10, 20)], 0.5),
    ],
)
def test_character_f1(
    predicted: list[tuple[int, int]], wanted: list[tuple[int, int]], f1: float
) -> None:
    found = character_f1([Span(*p) for p in predicted], [Span(*w) for w in wanted])
    assert float(found) == pytest.approx(f1)


def test_evidence_is_averaged_over_correctly_accepted_codes() -> None:
    chart = gold(("I10", "core"), ("E11.9", "core"), ("Z79.4", "status"))
    counts = score(
        chart,
        result(
            suggest("I10", evidence=((0, 10, 1.0),)),
            suggest("E11.9", evidence=((5, 15, 1.0),)),
            suggest("Z79.4", evidence=((50, 60, 1.0),)),
            suggest("J18.9", evidence=((50, 60, 1.0),)),
        ),
    )
    assert counts.evidence.n == 2
    assert counts.evidence.value == pytest.approx(0.75)


def test_first_listed_compares_sequence_one_with_the_first_gold_code() -> None:
    chart = gold(("Z00.00", "status"), ("I10", "core"))
    assert score(chart, result(suggest("Z00.00", sequence=1))).first_listed.value == 1.0
    assert score(chart, result(suggest("I10", sequence=1))).first_listed.value == 0.0
    assert score(chart, result(suggest("Z00.00", sequence=2))).first_listed.value == 0.0
    assert score(gold(), result(suggest("I10", sequence=1))).first_listed.n == 0


NEGATED = (NotCoded(Span(20, 30), TEXT[20:30], Reason.NEGATED),)


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (((20, 30, 1.0),), True),
        (((22, 28, 1.0),), True),
        (((15, 30, 1.0),), True),
        (((0, 30, 1.0),), False),
        (((0, 5, 0.6), (20, 30, 0.4)), False),
        (((0, 5, 0.4), (20, 30, 0.6)), True),
        (((0, 5, 0.5), (20, 30, 0.5)), False),
        ((), False),
    ],
)
def test_a_violation_rests_on_words_that_must_not_be_coded(
    evidence: tuple[tuple[int, int, float], ...], expected: bool
) -> None:
    assert violates(suggest("I26.99", evidence=evidence), NEGATED) is expected


@pytest.mark.parametrize(
    ("code", "exempt"),
    [("Z80.3", True), ("Z87.891", True), ("Z79.4", False), ("Z88.0", False), ("C50.919", False)],
)
def test_codes_of_history_cannot_violate(code: str, exempt: bool) -> None:
    suggestion = suggest(code, evidence=((20, 30, 1.0),))
    assert violates(suggestion, NEGATED) is not exempt


@pytest.mark.parametrize(
    ("reason", "violation"),
    [
        (Reason.NEGATED, True),
        (Reason.FAMILY, True),
        (Reason.HISTORICAL, True),
        (Reason.UNCERTAIN, True),
        (Reason.HYPOTHETICAL, True),
        (Reason.OTHER_PERSON, True),
        (Reason.RULED_OUT, True),
        (Reason.INTEGRAL, False),
        (Reason.PLANNED, False),
    ],
)
def test_reasons_of_violation(reason: Reason, violation: bool) -> None:
    chart = gold(("I10", "core"), not_coded=((20, 30, reason),))
    counts = score(chart, result(suggest("I10"), suggest("R07.9", evidence=((20, 30, 1.0),))))
    assert counts.violations.value == (0.5 if violation else 0.0)


def test_calibration_error_of_single_bins_by_hand() -> None:
    # Ten suggestions, a bin each: the mean of |p - right|.
    judged = [(0.05 + 0.1 * k, k % 2 == 0) for k in range(10)]
    expected = sum(abs(p - right) for p, right in judged) / 10
    assert Reliability.of(judged).error == pytest.approx(expected)


def test_calibration_error_of_bins_of_two_by_hand() -> None:
    judged = [(0.01 * k, k % 4 < 2) for k in range(1, 21)]
    bins = [judged[k : k + 2] for k in range(0, 20, 2)]
    expected = sum(abs(sum(p for p, _ in b) - sum(r for _, r in b)) for b in bins) / 20
    assert Reliability.of(judged).error == pytest.approx(expected)


def test_calibration_error_of_equal_probabilities_is_one_gap() -> None:
    judged = [(0.5, k < 8) for k in range(10)]
    assert Reliability.of(judged).error == pytest.approx(0.3)


def test_calibration_error_is_small_for_a_calibrated_coder() -> None:
    rng = np.random.default_rng(1)
    probability = np.sort(rng.uniform(0.05, 1, 20_000))
    right = (rng.uniform(size=20_000) < probability).astype(float)
    mass = np.ones_like(probability)
    assert expected_calibration_error(probability, mass, right) < 0.015
    assert expected_calibration_error(probability, mass, np.ones_like(right)) == pytest.approx(
        1 - probability.mean()
    )


def test_calibration_looks_at_all_but_status_codes_and_the_improbable() -> None:
    chart = gold(("I10", "core"), ("Z79.4", "status"))
    counts = score(
        chart,
        result(
            suggest("I10", 0.8),
            suggest("Z79.4", 0.7),
            suggest("E11.9", 0.05, accept=False),
            suggest("J18.9", 0.0499, accept=False),
        ),
    )
    assert counts.reliability.points == ((0.05, 1, 0), (0.8, 1, 1))


def test_procedures_count_for_nothing_here() -> None:
    chart = gold(("I10", "core"), procedures=((System.CPT, "93000"),))
    procedure = suggest("0DTJ4ZZ", system=System.ICD10PCS)
    assert score(chart, result(suggest("I10"), procedure)) == score(chart, result(suggest("I10")))


def test_nothing_to_judge_is_undefined_not_zero() -> None:
    values = {metric.name: metric.value(Counts()) for metric in METRICS}
    assert set(values.values()) == {None}
    assert set(chart_intervals([score(gold(), result())]).values()) == {None}


def test_resamples_draw_as_many_charts_as_there_are() -> None:
    weights = resample(7)
    assert weights.shape == (RESAMPLES, 7)
    assert set(weights.sum(axis=1)) == {7.0}
    assert (weights == resample(7)).all()
    assert (weights != resample(7, seed=1)).any()


def test_interval_is_the_middle_95_percent_of_what_is_defined() -> None:
    values = np.array([float(k) for k in range(201)] + [np.nan])
    assert interval(values) == pytest.approx((5.0, 195.0))
    assert interval(np.array([np.nan])) is None


def test_intervals_of_equal_charts_are_points() -> None:
    one = score(gold(("I10", "core"), ("E11.9", "core")), result(suggest("I10", 0.8, sequence=1)))
    found = chart_intervals([one] * 5)
    for metric in METRICS:
        assert found[metric.name] == pytest.approx((metric.value(one), metric.value(one)))


def test_intervals_agree_with_adding_up_each_resample() -> None:
    scores = [
        score(gold(("I10", "core"), ("E11.9", "core")), result(suggest("I10", 0.8, sequence=1))),
        score(gold(("I10", "core")), result(suggest("J18.9", 0.6, sequence=1))),
        score(gold(("J18.9", "core")), result(suggest("J18.9", 0.7), suggest("I10", 0.8))),
    ]
    weights = resample(3, resamples=40)
    found = chart_intervals(scores, resamples=40)
    for metric in METRICS:
        values = []
        for row in weights:
            times = [s for s, w in zip(scores, row, strict=True) for _ in range(int(w))]
            value = metric.value(sum(times, Counts()))
            values.append(np.nan if value is None else value)
        assert found[metric.name] == pytest.approx(interval(np.array(values)))

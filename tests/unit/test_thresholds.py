"""Thresholds: where F1 is best, and where 95% of what is taken is shown to be right."""

from __future__ import annotations

import pytest

from training.thresholds import Outcome, auto_threshold, best_f1, f1_at


def test_best_f1_counts_gold_that_was_never_suggested() -> None:
    outcomes = [Outcome((0.9, 0.4), (True, False), gold=2), Outcome((0.8,), (True,), gold=1)]
    threshold, f1 = best_f1(outcomes)
    assert threshold == 0.8
    assert f1 == pytest.approx(2 * 2 / (2 + 3))


def test_auto_threshold_is_the_lowest_whose_precision_is_shown() -> None:
    good = Outcome((0.9,) * 100, (True,) * 100, 100)
    wrong = Outcome((0.5,) * 100, (False,) * 100, 0)
    assert auto_threshold([good, wrong]) == 0.9


def test_no_auto_threshold_where_precision_is_never_reached() -> None:
    half = Outcome((0.9,) * 100, (True, False) * 50, 50)
    assert auto_threshold([half]) is None


def test_few_codes_show_no_precision() -> None:
    assert auto_threshold([Outcome((0.99,) * 30, (True,) * 30, 30)]) is None
    assert auto_threshold([Outcome((0.99,) * 60, (True,) * 60, 60)]) == 0.99


def test_f1_from_a_threshold_on_counts_what_is_missed() -> None:
    judged = [Outcome((0.9, 0.6, 0.2), (True, False, True), gold=3)]
    assert f1_at(judged, 0.5) == 2 * 1 / (2 + 3)
    assert f1_at(judged, 0.1) == 2 * 2 / (3 + 3)

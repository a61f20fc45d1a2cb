from __future__ import annotations

import numpy as np

from models.report_rates import ReportRates

VALUES = ["I10", "I10", "I10", "R05.9", "R05.1", "R05.9"]
REPORTED = np.array([1, 1, 1, 0, 0, 1])
RATES = ReportRates.count(VALUES, REPORTED)


def test_what_is_mostly_reported_has_the_higher_rate() -> None:
    (category_i10, code_i10), (category_r05, code_r05) = RATES.log_odds(["I10", "R05.1"])
    assert category_i10 > category_r05
    assert code_i10 > code_r05


def test_a_code_never_seen_has_the_overall_rate() -> None:
    unseen = RATES.log_odds(["Z99.89"])[0]
    assert np.allclose(unseen, np.log(4.5 / 2.5), atol=1e-6)


def test_leaving_itself_out_turns_the_rate_against_its_own_label() -> None:
    plain = RATES.log_odds(VALUES)
    without = RATES.log_odds(VALUES, without=REPORTED)
    right = REPORTED == 1
    assert (without[right] < plain[right]).all()
    assert (without[~right] > plain[~right]).all()


def test_counts_add_and_survive_storage() -> None:
    both = RATES.plus(ReportRates.count(["I10"], np.array([0])))
    assert both.categories["I10"] == (4, 3)
    assert ReportRates.from_bytes(both.to_bytes()) == both

"""Calibration of log-odds on what was judged out of fold (Platt 1999)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from training.thresholds import Outcome


def platt(outcomes: Sequence[Outcome]) -> tuple[float, float]:
    """Slope and intercept that calibrate the log-odds of what was said (Platt 1999)."""
    log_odds, right = said_log_odds(outcomes)
    fitted = LogisticRegression(C=1e6).fit(log_odds.reshape(-1, 1), right)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def said_log_odds(
    outcomes: Sequence[Outcome],
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Log-odds of every suggestion, kept within 4 decimals of 0 and 1, and whether it is right."""
    said = np.array([p for o in outcomes for p in o.probabilities]).clip(1e-4, 1 - 1e-4)
    return np.log(said / (1 - said)), np.array([r for o in outcomes for r in o.right])

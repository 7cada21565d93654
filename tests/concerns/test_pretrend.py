"""The joint test of leads keeps its level where cohorts are small, and still sees a drift."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from concerns.panel import balanced_panel
from concerns.pretrend import simulated_pretrend_p
from concerns.staggered import att_gt


def panel(*, drift: float = 0.0, seed: int = 0, spread: tuple[float, ...] = (1.0,) * 6) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    starts = np.repeat([0.0, 4.0, 6.0], (14, 7, 7))
    rows = [
        (u, t, g, t + drift * t * (g > 0) + spread[t - 1] * rng.normal())
        for u, g in enumerate(starts)
        for t in range(1, 7)
    ]
    return pd.DataFrame(rows, columns=["u", "t", "g", "y"])


def p_values(data: pd.DataFrame, *, draws: int = 99) -> tuple[float, float]:
    test = att_gt(data, "y", "u", "t", "g", draws=0).pretrend
    balanced = balanced_panel(data, "y", "u", "t", "g")
    return test.p_value, simulated_pretrend_p(balanced, "nevertreated", test.chi2, draws=draws)


def test_the_level_is_kept_where_chi_square_rejects_too_often():
    found = np.array([p_values(panel(seed=seed)) for seed in range(100)])
    chi_square, simulated = (found < 0.05).mean(axis=0)
    assert chi_square > 0.15
    assert simulated <= 0.12  # nominal 0.05, + 3 standard errors of 100 tosses


def test_a_drift_is_seen():
    assert np.mean([p_values(panel(drift=1.0, seed=seed))[1] < 0.05 for seed in range(20)]) > 0.8


def test_periods_that_are_noisier_than_others_do_not_change_the_level():
    uneven = [p_values(panel(seed=seed, spread=(1, 5, 0.2, 3, 1, 1)))[1] < 0.05 for seed in range(60)]
    assert np.mean(uneven) <= 0.15


def test_the_seed_repeats_and_the_unit_does_not_matter():
    data = panel(seed=3)
    assert p_values(data) == p_values(data)
    assert p_values(data.assign(y=1000 * data["y"]))[1] == p_values(data)[1]


@pytest.mark.parametrize("chi2", [np.nan, np.inf])
def test_without_a_statistic_there_is_no_p(chi2):
    assert np.isnan(simulated_pretrend_p(balanced_panel(panel(), "y", "u", "t", "g"), "nevertreated", chi2))

"""Two-way fixed effects and the event study, against published and direct computations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from concerns.two_way import event_study, twfe


def panel(starts: list[float], *, periods: int = 6, effect: float = 1.0, growth: float = 0.0, seed: int = 0):
    rng = np.random.default_rng(seed)
    rows = []
    for unit, g in enumerate(starts):
        level = rng.normal(0, 3)
        for t in range(1, periods + 1):
            gain = effect + growth * (t - g) if g and t >= g else 0.0
            rows.append((unit, t, g, level + t + gain + rng.normal(0, 0.5)))
    return pd.DataFrame(rows, columns=["u", "t", "g", "y"])


def dummies(data: pd.DataFrame, extra: pd.DataFrame) -> np.ndarray:
    """Least squares with a dummy a unit and period, without any library of fixed effects."""
    base = pd.get_dummies(data[["u", "t"]].astype("str"), drop_first=True, dtype=float)
    design = np.column_stack([np.ones(len(data)), base, extra])
    return np.linalg.lstsq(design, data["y"].to_numpy(), rcond=None)[0][-extra.shape[1] :]


@pytest.mark.shared_data
def test_mpdta_two_way_equals_the_published_coefficient(shared_data):
    data = pd.read_csv(shared_data / "reference" / "mpdta.csv")
    result = twfe(data, "lemp", "countyreal", "year", "first.treat")
    assert result.estimate == pytest.approx(-0.036549, abs=1e-6)
    assert result.status == "ok"


@pytest.mark.shared_data
def test_mpdta_event_study_is_staggered_and_shows_both_estimators(shared_data):
    data = pd.read_csv(shared_data / "reference" / "mpdta.csv")
    study = event_study(data, "lemp", "countyreal", "year", "first.treat")
    assert study.is_staggered
    assert study.estimator == "callaway_santanna"
    assert study.table["estimate"].to_list() == pytest.approx(
        [0.0305, -0.0006, -0.0245, -0.0199, -0.0510, -0.1373, -0.1008], abs=6e-5
    )
    assert study.pretrend.p_value == pytest.approx(0.16812, abs=5e-6)
    assert not study.disagree
    assert len(study.two_way_table) == 8


def test_two_way_equals_least_squares_with_dummies():
    data = panel([0] * 6 + [3] * 4 + [5] * 5)
    post = ((data["g"] > 0) & (data["t"] >= data["g"])).astype(float).to_frame()
    assert twfe(data, "y", "u", "t", "g").estimate == pytest.approx(dummies(data, post)[0], abs=1e-9)


def test_event_study_with_one_start_equals_least_squares_with_dummies():
    data = panel([0] * 8 + [4] * 7, growth=0.5)
    study = event_study(data, "y", "u", "t", "g")
    steps = [-3, -2, 0, 1, 2]
    extra = pd.DataFrame({k: ((data["g"] > 0) & (data["t"] - data["g"] == k)).astype(float) for k in steps})
    rows = study.table.set_index("event_time")
    assert study.estimator == "two_way"
    assert rows.loc[steps, "estimate"].to_list() == pytest.approx(dummies(data, extra).tolist(), abs=1e-9)
    assert (rows.loc[-1, "estimate"], rows.loc[-1, "status"]) == (0, "reference")
    tested = rows.loc[steps]
    assert (tested["band_lower"] < tested["lower"]).all()
    assert (tested["band_upper"] > tested["upper"]).all()


def test_leads_show_a_path_that_differed_before():
    apart = panel([0] * 12 + [4] * 12, effect=0.0)
    apart["y"] += np.where(apart["g"] > 0, 0.8 * apart["t"], 0.0)
    level = panel([0] * 12 + [4] * 12, effect=0.0)
    assert event_study(apart, "y", "u", "t", "g").pretrend.p_value < 0.001
    assert event_study(level, "y", "u", "t", "g").pretrend.p_value > 0.05


def test_the_warning_is_given_where_two_way_goes_wrong_and_not_where_it_is_right():
    growing = panel([3] * 30 + [8] * 30 + [0] * 10, periods=12, growth=1.0)
    flat = panel([3] * 30 + [8] * 30 + [0] * 30, periods=12)
    assert event_study(growing, "y", "u", "t", "g").disagree
    assert not event_study(flat, "y", "u", "t", "g").disagree


def test_fewer_than_ten_clusters_leave_an_estimate_without_interval():
    data = panel([0] * 5 + [3] * 4)
    result = twfe(data, "y", "u", "t", "g")
    assert result.status == "too_few"
    assert np.isfinite(result.estimate)
    assert np.isnan([result.lower, result.p_value]).all()
    assert set(event_study(data, "y", "u", "t", "g").table["status"]) == {"too_few", "reference"}


def test_nothing_to_compare_is_not_identified():
    everyone = panel([3] * 12)
    assert twfe(everyone, "y", "u", "t", "g").status == "not_identified"
    study = event_study(everyone, "y", "u", "t", "g")
    assert study.table.empty
    assert study.pretrend.status == "not_identified"
    assert twfe(everyone.iloc[:0], "y", "u", "t", "g").status == "not_identified"


def test_a_constant_outcome_is_constant():
    assert twfe(panel([0] * 6 + [3] * 6).assign(y=1.0), "y", "u", "t", "g").status == "constant"


def test_doubling_and_relabelling():
    data = panel([0] * 8 + [3] * 5 + [5] * 5)
    plain = event_study(data, "y", "u", "t", "g")
    double = event_study(data.assign(y=2 * data["y"]), "y", "u", "t", "g")
    renamed = event_study(data.assign(u=99 - data["u"]), "y", "u", "t", "g")
    assert double.table["band_upper"].to_list() == pytest.approx((2 * plain.table["band_upper"]).to_list())
    assert double.two_way.se == pytest.approx(2 * plain.two_way.se)
    assert renamed.table["band_upper"].to_list() == plain.table["band_upper"].to_list()
    assert renamed.two_way.estimate == pytest.approx(plain.two_way.estimate, abs=1e-12)

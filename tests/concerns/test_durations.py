"""Survival curves against published tables, and what must hold for any waiting times."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from concerns.durations import incidence_table, log_rank, median_time, restricted_mean, survival_table

MERCAPTOPURINE = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"
MAINTAINED = "9 13 13+ 18 23 28+ 31 34 45+ 48 161+"
NOT_MAINTAINED = "5 5 8 8 12 16+ 23 27 30 33 43 45"
WAITS = st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=60)


def read(text: str) -> tuple[list[int], list[int]]:
    return [int(t.strip("+")) for t in text.split()], [int("+" not in t) for t in text.split()]


def survival(table, days: list[int]) -> list[float]:
    return table.set_index("time").loc[days, "survival"].to_list()


def test_freireich_1963():
    table = survival_table(*read(MERCAPTOPURINE))
    expected = [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert survival(table, [6, 7, 10, 13, 16, 22, 23]) == pytest.approx(expected, abs=5e-5)
    assert median_time(table)[0] == 23
    assert median_time(survival_table(*read(PLACEBO)))[0] == 8
    assert (table["status"] == "ok").all()


def test_freireich_intervals_equal_those_of_r():  # survfit(conf.type = "log-log"): median 23 (13, NA) and 8 (4, 11)
    assert median_time(survival_table(*read(MERCAPTOPURINE)))[1:] == (13, pytest.approx(np.nan, nan_ok=True))
    assert median_time(survival_table(*read(PLACEBO))) == (8, 4, 11)


def test_freireich_log_rank():
    one, other = read(MERCAPTOPURINE), read(PLACEBO)
    result = log_rank(one[0] + other[0], one[1] + other[1], ["6-MP"] * 21 + ["placebo"] * 21)
    assert result.chi2 == pytest.approx(16.793, abs=5e-4)
    assert result.p_value == pytest.approx(stats.chi2.sf(16.793, 1), rel=1e-3)


def test_acute_myelogenous_leukaemia():  # Miller 1981; R survival, aml
    table = survival_table(*read(MAINTAINED))
    expected = [0.909, 0.818, 0.716, 0.614, 0.491, 0.368, 0.184]
    assert survival(table, [9, 13, 18, 23, 31, 34, 48]) == pytest.approx(expected, abs=5e-4)
    assert median_time(table)[0] == 31
    assert median_time(survival_table(*read(NOT_MAINTAINED)))[0] == 23
    one, other = read(MAINTAINED), read(NOT_MAINTAINED)
    assert log_rank(one[0] + other[0], one[1] + other[1], [1] * 11 + [2] * 12).chi2 == pytest.approx(3.396, abs=1e-3)


def test_the_mean_within_35_weeks():  # Klein & Moeschberger 2003, example 4.1: 23.29, standard error 2.83
    found = restricted_mean(*read(MERCAPTOPURINE), horizon=35)
    assert [found.estimate, found.se] == pytest.approx([23.29, 2.83], abs=5e-3)


def test_without_censoring_the_curve_is_the_share_that_still_waits():
    days = [1, 1, 2, 5, 5, 5, 9, 12]
    table = survival_table(days, [1] * 8)
    waiting = [np.mean(np.array(days) > t) for t in table["time"]]
    assert table["survival"].to_list() == pytest.approx(waiting)
    assert restricted_mean(days, [1] * 8, horizon=20).estimate == pytest.approx(np.mean(days))


@settings(max_examples=60, deadline=None)
@given(WAITS)
def test_curves_fall_stay_in_their_intervals_and_know_no_order(waits):
    days, event = [d for d, _ in waits], [int(e) for _, e in waits]
    table = survival_table(days, event)
    assert table["survival"].iloc[0] == 1
    assert (table["survival"].diff().dropna() < 0).all()
    inside = table.dropna(subset=["lower", "upper"])
    assert ((inside["lower"] <= inside["survival"] + 1e-12) & (inside["survival"] <= inside["upper"] + 1e-12)).all()
    assert table["events"].sum() == sum(event)
    assert survival_table(days[::-1], event[::-1]).equals(table)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3)), min_size=1, max_size=60))
def test_all_ways_of_ending_and_still_waiting_sum_to_one(waits):
    days, cause = [d for d, _ in waits], [c for _, c in waits]
    shares = incidence_table(days, cause)
    curve = survival_table(days, [int(c > 0) for c in cause])
    last = shares.groupby("cause")["incidence"].last().sum()
    assert last + curve["survival"].iloc[-1] == pytest.approx(1.0)
    assert (shares.groupby("cause")["incidence"].diff().dropna() >= -1e-12).all()


def test_with_one_way_of_ending_incidence_is_what_the_curve_lost():
    days, event = read(MERCAPTOPURINE)
    shares, curve = incidence_table(days, event), survival_table(days, event)
    assert shares["incidence"].to_list() == pytest.approx((1 - curve["survival"]).to_list())


def test_competing_ends_are_not_censoring():
    days, cause = [1, 2, 3, 4], [2, 2, 1, 1]
    share = incidence_table(days, cause).query("cause == 1")["incidence"].iloc[-1]
    naive = 1 - survival_table(days, [int(c == 1) for c in cause])["survival"].iloc[-1]
    assert share == pytest.approx(0.5)
    assert naive == pytest.approx(1.0)


def test_two_groups_by_hand():  # Σ(O − E)²/V over the risk sets 8, 7 … 1 of A A A A B B B B
    found = log_rank(range(1, 9), [1] * 8, [*"AAAABBBB"])
    expected = 4 - (4 / 8 + 3 / 7 + 2 / 6 + 1 / 5)
    variance = (4 / 8) * (4 / 8) + (3 / 7) * (4 / 7) + (2 / 6) * (4 / 6) + (1 / 5) * (4 / 5)
    assert found.chi2 == pytest.approx(expected**2 / variance)
    three = log_rank([*range(1, 9), 3, 6], [1] * 10, [*"AAAABBBBCC"])
    assert three.df == 2


def test_late_entries_are_at_risk_only_once_known():
    days, event, entry = [5.0, 6, 7, 8, 9, 10], [1] * 6, [-1.0, -1, -1, 5, 6, 9]
    table = survival_table(days, event, entry=entry).set_index("time")
    assert table.loc[[5, 6, 7, 8, 9, 10], "at_risk"].to_list() == [3, 3, 3, 2, 1, 1]
    assert table.loc[0, "at_risk"] == 3


def test_equal_hazards_are_rejected_at_the_nominal_rate():
    rng = np.random.default_rng(5)
    p = []
    for _ in range(200):
        waits, seen = rng.exponential(10, 60), rng.uniform(0, 25, 60)
        p.append(log_rank(np.minimum(waits, seen), waits <= seen, np.repeat([0, 1], 30)).p_value)
    assert 0.01 <= np.mean(np.array(p) < 0.05) <= 0.10


def test_curves_are_cut_where_fewer_than_five_are_at_risk():
    table = survival_table([1, 2, 3, 4, 5, 6], [1] * 6)
    assert table["status"].to_list() == ["ok", "ok", "ok", *["too_few"] * 4]


def test_all_open_one_case_and_none():
    for days in ([3, 9, 12], []):
        table = survival_table(days, [0] * len(days))
        assert table["survival"].to_list() == [1.0]
        assert np.isnan(median_time(table)).all()
    assert incidence_table([], [])["incidence"].to_list() == [0.0]
    assert log_rank([3, 9], [0, 0], ["A", "B"]).status == "not_identified"
    assert log_rank([3, 9], [1, 1], ["A", "A"]).status == "not_identified"
    assert log_rank([4, 4], [1, 1], ["A", "B"]).status == "not_identified"
    assert survival_table([0], [1])["survival"].to_list() == [1.0, 0.0]


def test_a_mean_beyond_what_was_followed_has_no_interval():
    short = restricted_mean([2, 4, 9], [1, 1, 0], horizon=100)
    assert short.status == "too_few"
    assert np.isnan(short.lower)


@pytest.mark.parametrize("days", [[-1, 2], [np.nan, 2], [1, 2, 3]])
def test_days_that_are_none_are_refused(days):
    with pytest.raises(ValueError):
        survival_table(days, [1, 0])


def test_an_entry_after_the_end_is_refused():
    with pytest.raises(ValueError, match="entry"):
        survival_table([1, 2], [1, 1], entry=[1, -1])

"""Waiting times of referrals: dates to days, what is open, what competes, what is a fault."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from concerns.durations import incidence_table, survival_table
from concerns.referrals import time_to

AS_OF = pd.Timestamp("2024-12-31")


def from_days(days: list[int], closed: list[int], **columns) -> pd.DataFrame:
    """Referrals that waited so many days; the open ones were sent so long before AS_OF."""
    sent = [AS_OF - pd.Timedelta(days=d + (40 if e else 0)) for d, e in zip(days, closed, strict=True)]
    ends = [s + pd.Timedelta(days=d) if e else pd.NaT for s, d, e in zip(sent, days, closed, strict=True)]
    status = np.where(np.array(closed) > 0, "done", "in_progress")
    return pd.DataFrame({"sent_on": sent, "closed_on": ends, "accepted_on": ends, "status": status} | columns)


def test_freireich_as_referrals():
    six_mp = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
    text = six_mp.split()
    days, event = [int(t.strip("+")) for t in text], [int("+" not in t) for t in text]
    for name in ("closed", "accepted"):
        result = time_to(name, from_days(days, event), AS_OF)
        assert result.table["survival"].to_list() == pytest.approx(
            [1, 0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482], abs=5e-5
        )
        assert result.median.loc[0, ["n", "n_events", "median"]].to_list() == [21, 9, 23]
        assert result.median.loc[0, "last_day"] == 35


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=30))
def test_dates_give_the_curve_of_their_days(waits):
    days, event = [d for d, _ in waits], [int(e) for _, e in waits]
    result = time_to("closed", from_days(days, event), AS_OF)
    pd.testing.assert_frame_equal(result.table, survival_table(days, event))


def test_groups_have_their_own_curves_and_a_log_rank_test():
    data = from_days([1, 2, 3, 4, 5, 20, 21, 22, 23, 24], [1] * 10, sector=["health"] * 5 + ["justice"] * 5)
    result = time_to("closed", data, AS_OF, "sector")
    assert result.median.set_index("sector")["median"].to_dict() == {"health": 3, "justice": 22}
    assert result.log_rank.p_value < 0.01
    alone = time_to("closed", data[data["sector"] == "health"], AS_OF).table
    together = result.table[result.table["sector"] == "health"].drop(columns="sector").reset_index(drop=True)
    pd.testing.assert_frame_equal(together, alone)
    assert time_to("closed", data, AS_OF).log_rank is None
    two = time_to("closed", data.assign(priority="urgent"), AS_OF, by=["sector", "priority"])
    assert list(two.median.columns[:2]) == ["sector", "priority"]


def test_what_happens_after_the_day_of_reckoning_is_not_known_yet():
    data = from_days([10] * 6, [1] * 6)
    early = time_to("closed", data, data["sent_on"].max() + pd.Timedelta(days=4))
    assert early.table["survival"].to_list() == [1.0]
    assert early.median["median"].isna().all()
    assert early.median["last_day"].item() == 4
    before = time_to("closed", data, data["sent_on"].min() - pd.Timedelta(days=1))
    assert (before.n_used, before.n_not_sent) == (0, 6)


def test_rejected_and_revoked_end_the_wait_and_compete_with_the_work_done():
    data = from_days([1, 2, 3, 4, 5, 6, 7, 8], [1] * 6 + [0] * 2)
    data["status"] = ["done", "rejected", "done", "revoked", "done", "done", "accepted", "in_progress"]
    result = time_to("closed", data, AS_OF)
    expected = incidence_table([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 1, 3, 1, 1, 0, 0])
    assert result.incidence["incidence"].to_list() == pytest.approx(expected["incidence"].to_list())
    assert set(result.incidence["cause"]) == {"event", "rejected", "revoked"}
    ends = result.incidence.groupby("cause")["incidence"].last()
    assert ends["event"] == pytest.approx(4 / 8)
    assert result.table["survival"].iloc[-1] == pytest.approx(1 - ends.sum())


def test_until_acceptance_a_rejection_leaves_the_risk_set():
    data = from_days([2, 4, 6, 8, 10, 12], [1] * 6)
    data.loc[0, "accepted_on"] = pd.NaT
    data.loc[0, "status"] = "rejected"
    result = time_to("accepted", data, AS_OF)
    assert result.table["at_risk"].to_list()[:2] == [6, 5]
    assert result.incidence.query("cause == 'rejected'")["incidence"].iloc[-1] == pytest.approx(1 / 6)


def test_faulty_dates_are_left_out_and_counted():
    data = from_days([3, 4, 5, 6, 7], [1] * 5)
    data.loc[0, "closed_on"] = data.loc[0, "sent_on"] - pd.Timedelta(days=1)
    data.loc[1, "sent_on"] = pd.NaT
    result = time_to("closed", data, AS_OF)
    assert (result.n_faults, result.n_used) == (2, 3)
    assert result.table["time"].to_list() == [0, 5, 6, 7]


def test_a_day_of_zero_is_a_wait_of_zero():
    assert time_to("closed", from_days([0, 0, 5, 6, 7], [1, 1, 0, 0, 0]), AS_OF).table["survival"].to_list() == [1, 0.6]


def test_an_end_without_a_date_stays_open_and_is_counted():
    data = from_days([10] * 5, [0] * 5).assign(status=["done", "rejected", "in_progress", "accepted", "revoked"])
    result = time_to("closed", data, AS_OF)
    assert result.n_undated == 3
    assert result.table["survival"].to_list() == [1.0]


def test_all_open_and_none_at_all():
    result = time_to("closed", from_days([3] * 6, [0] * 6), AS_OF)
    assert result.table["survival"].to_list() == [1.0]
    assert result.median["median"].isna().all()
    empty = time_to("closed", from_days([3], [1]).iloc[:0].assign(sector=""), AS_OF, by="sector")
    assert empty.n_used == 0
    assert empty.table["survival"].to_list() == [1.0]
    assert empty.median["status"].to_list() == ["missing"]
    assert empty.log_rank.status == "not_identified"


def test_referrals_that_became_known_late_are_at_risk_only_from_then():
    data = from_days([5, 10, 15, 20], [1] * 4)
    data["entered_on"] = data["sent_on"] + pd.to_timedelta([0, 12, 8, 20], "D")
    result = time_to("closed", data, AS_OF, entry="entered_on")
    assert result.n_known_late == 2
    assert result.table.set_index("time").loc[[5, 15], "at_risk"].to_list() == [1, 1]


def test_only_the_event_and_the_sending_are_needed_and_index_and_text_dates_do_not_matter():
    data = from_days([2, 3, 4], [1, 1, 0])
    plain = time_to("accepted", data, AS_OF).table
    bare = data[["sent_on", "accepted_on"]].set_axis([7, 7, 7])
    pd.testing.assert_frame_equal(time_to("accepted", bare, AS_OF).table, plain)
    texts = bare.astype("object").apply(lambda column: column.map(lambda d: None if pd.isna(d) else str(d.date())))
    pd.testing.assert_frame_equal(time_to("accepted", texts, "2024-12-31").table, plain)


def test_unknown_events_and_absent_columns_are_refused():
    data = from_days([2], [1])
    with pytest.raises(ValueError, match="accepted"):
        time_to("opened", data, AS_OF)
    with pytest.raises(ValueError, match="sector"):
        time_to("closed", data, AS_OF, by="sector")
    with pytest.raises(ValueError, match="acknowledged_on"):
        time_to("acknowledged", data, AS_OF)


def test_a_group_without_a_name_is_a_group():
    rows = pd.DataFrame(
        {"sent_on": "2024-03-01", "accepted_on": ["2024-03-03", "2024-03-09"] * 6, "sector": ["health", None] * 6}
    )
    found = time_to("accepted", rows, "2024-03-31", by="sector")
    named = time_to("accepted", rows.fillna({"sector": "none"}), "2024-03-31", by="sector")
    assert found.median["n"].to_list() == [6, 6]
    assert (found.log_rank.df, found.log_rank.chi2) == (1, pytest.approx(named.log_rank.chi2))


def test_dates_may_carry_a_time_zone_which_is_set_aside():
    rows = pd.DataFrame({"sent_on": ["2024-03-01", "2024-03-02"], "accepted_on": ["2024-03-04", None]})
    zoned = rows.apply(lambda column: pd.to_datetime(column).dt.tz_localize("Asia/Baghdad"))
    plain = time_to("accepted", rows, "2024-03-31").table
    assert_frame_equal(time_to("accepted", zoned, pd.Timestamp("2024-03-31", tz="Asia/Baghdad")).table, plain)

"""What was delivered, and how far it is from what was promised."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concerns.delivered import Indicator, Measure, delivered, logframe

FORUMS = pd.DataFrame(
    {
        "forum_id": ["F", "G"],
        "adm2_pcode": ["A", "B"],
        "opened_on": ["2024-01-05", "2023-01-05"],
        "ssp_adopted_on": None,
    }
)
MEETINGS = pd.DataFrame({"forum_id": ["F", "F", "G"], "held_on": ["2024-02-01", None, "2024-03-01"]})
ACTIVITIES = pd.DataFrame(
    [
        ("A", "training", "2024-02-01", 20, 7, 5, None),
        ("A", "training", "2024-03-01", 10, None, 1, None),
        ("B", "training", "2023-03-01", 99, 99, 99, None),
        ("B", "equipment", "2024-05-01", None, None, None, 12.0),
        ("B", "equipment", "2024-06-01", None, None, None, None),
        ("B", "mentoring_visit", "2024-06-01", 5, 1, 1, None),
    ],
    columns=[
        "adm2_pcode", "kind", "started_on", "participants_total", "participants_women", "participants_police",
        "quantity",
    ],
)  # fmt: skip
REFERRALS = pd.DataFrame(
    {
        "adm2_pcode": ["A", "A", "B"], "sent_on": "2024-02-01", "closed_on": ["2024-03-01", "2024-03-01", None],
        "status": ["done", "rejected", "done"],
    }
)  # fmt: skip


def year(**kwargs) -> pd.DataFrame:
    span = {"start": "2024-01-01", "end": "2024-12-31"} | kwargs
    return delivered(FORUMS, MEETINGS, ACTIVITIES, REFERRALS, **span).set_index(["measure", "adm2_pcode"])


def plan(measure: Measure = Measure.PEOPLE_TRAINED, *, target: float = 60, baseline: float = 0) -> Indicator:
    return Indicator("x", measure, baseline, target, dt.date(2024, 1, 1), dt.date(2024, 12, 31))


def line(as_of: str = "2024-07-01", **kwargs) -> pd.Series:
    return logframe([plan(**kwargs)], FORUMS, MEETINGS, ACTIVITIES, REFERRALS, as_of=as_of).iloc[0]


def test_each_measure_is_counted_by_district_within_the_period():
    totals = year()["total"].to_dict()
    assert totals[("forums_opened", "A")] == 1
    assert ("forums_opened", "B") not in totals
    assert totals[("meetings_held", "A")] == 1
    assert totals[("meetings_held", "B")] == 1
    assert totals[("people_trained", "A")] == 30
    assert totals[("police_trained", "A")] == 6
    assert totals[("mentoring_visits", "B")] == 1
    assert totals[("referrals_sent", "A")] == 2
    assert totals[("referrals_done", "A")] == 1
    assert ("referrals_done", "B") not in totals


def test_what_nobody_counted_is_unknown_and_not_zero():
    equipment, trained = year().loc[("equipment_delivered", "B")], year().loc[("people_trained", "A")]
    assert equipment[["total", "n_records", "n_unknown"]].to_list() == [12, 2, 1]
    assert trained["women"] == 7
    only_unknown = delivered(
        FORUMS, MEETINGS, ACTIVITIES.iloc[[4]], REFERRALS.iloc[:0], start="2024-06-01", end="2024-06-30"
    )
    assert only_unknown["total"].isna().all()


def test_both_ends_of_the_period_count():
    assert year(start="2024-02-01", end="2024-03-01").loc[("people_trained", "A"), "total"] == 30
    assert year(start="2024-02-02", end="2024-02-29").index.get_level_values(0).tolist() == []


@pytest.mark.parametrize(("target", "light"), [(60, "on_track"), (66, "on_track"), (80, "behind"), (120, "far_behind")])
def test_the_rule_of_the_light(target, light):  # 30 delivered, half of the year gone
    found = line(target=target)
    assert found["elapsed"] == pytest.approx(0.5, abs=0.002)
    assert found["progress"] == pytest.approx(30 / target)
    assert found["light"] == light


def test_a_target_that_is_reached_is_on_track_whatever_the_day():
    assert line("2030-01-01", target=30)["light"] == "on_track"
    assert line("2030-01-01", target=31)["light"] == "on_track"  # 0.97 of it
    assert line("2030-01-01", target=40)["light"] == "behind"


def test_nothing_recorded_is_no_data_and_not_zero():
    found = line(measure=Measure.SAFETY_PLANS_ADOPTED)
    assert found["light"] == "no_data"
    assert np.isnan(found["actual"])


def test_the_baseline_is_where_it_starts():
    found = line(baseline=100, target=160)
    assert found[["actual", "progress"]].to_list() == [130, 0.5]


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 365))
def test_the_actual_never_falls_as_days_pass(days):
    earlier, later = (line(str(dt.date(2024, 1, 1) + dt.timedelta(days=d)))["actual"] for d in (days, days + 30))
    assert np.isnan(earlier) or later >= earlier


def test_a_line_without_distance_is_refused():
    with pytest.raises(ValueError, match="distance"):
        line(target=0)

"""Monthly series of a small store: who takes part, what is hidden by district, and who was silent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pytest

from concerns.cube import DayCube
from concerns.selection import Selection
from loaders import series
from loaders.view import load_taxonomy

MONTHS = pd.period_range("2022-01", periods=40, freq="M")
ALL = Selection(dt.date(2025, 1, 1), dt.date(2025, 4, 30))
OLD, NEW = "IQG01Q01", "IQG01Q02"


@dataclass
class SmallView:
    """What `loaders.series` asks of a view, made of rows written out here."""

    reports: pd.DataFrame  # occurred_on, adm1_pcode, adm2_pcode, category, severity
    meetings: pd.DataFrame
    forums: pd.DataFrame
    coarse_categories: frozenset[str] = frozenset()
    taxonomy: object = field(default_factory=load_taxonomy)

    @property
    def cube(self) -> DayCube:
        return DayCube.from_reports(self.reports, [OLD, NEW], categories=self.taxonomy.categories)

    def meetings_by(self, selection: Selection, *, period: str = "month") -> pd.DataFrame:
        frame = self.meetings
        day = pd.to_datetime(frame["held_on"].fillna(frame["planned_on"]))
        keep = pd.Series(True, index=frame.index)
        if selection.start:
            keep &= day >= pd.Timestamp(selection.start)
        if selection.end:
            keep &= day <= pd.Timestamp(selection.end)
        if selection.districts:
            keep &= frame["adm2_pcode"].isin(selection.districts)
        month = day[keep].dt.to_period("M").dt.start_time
        counted = pd.DataFrame({"adm2_pcode": frame.loc[keep, "adm2_pcode"], "month": month, "n_planned": 1,
                                "n_held": frame.loc[keep, "held_on"].notna().astype(int)})  # fmt: skip
        return counted.groupby(["adm2_pcode", "month"], as_index=False)[["n_planned", "n_held"]].sum()


def report(month: pd.Period, district: str, category: str, n: int) -> list[dict]:
    row = {"occurred_on": month.start_time, "adm1_pcode": district[:5], "adm2_pcode": district, "category": category}
    return [row | {"severity": 1}] * n


def world(*, joins: int = 20, coarse: frozenset[str] = frozenset()) -> SmallView:
    """One district raises five drugs and five thefts a month throughout; another joins later with ten drugs a month."""
    reports, meetings = [], []
    for number, month in enumerate(MONTHS):
        places = [OLD] + ([NEW] if number >= joins else [])
        for place in places:
            reports += report(month, place, "C07", 5 if place == OLD else 10)
            reports += report(month, place, "C08", 5) if place == OLD else []
            meetings.append({"meeting_id": f"{place}{number}", "forum_id": f"F-{place}", "adm2_pcode": place,
                             "planned_on": month.start_time, "held_on": month.start_time,
                             "n_concerns": 10.0})  # fmt: skip
    forums = pd.DataFrame(
        {"forum_id": [f"F-{OLD}", f"F-{NEW}"], "adm2_pcode": [OLD, NEW], "opened_on": [MONTHS[0].start_time] * 2,
         "closed_on": [pd.NaT] * 2}
    )  # fmt: skip
    return SmallView(pd.DataFrame(reports), pd.DataFrame(meetings), forums, coarse)


def test_a_district_that_joins_does_not_make_a_trend():
    view = world()
    found = series.trends(view, ALL)
    assert found.attrs["n_stayed"] == 1 and found.attrs["n_left_out"] == 1
    assert found.loc[["C07", "C08"], "p_value"].to_list() == [1.0, 1.0]
    with_newcomers = series._per_meeting(view, ALL)  # what it would be: drugs rise from 5 to 7.5 a meeting
    assert with_newcomers.loc["C07"].iloc[-1] == 7.5


def test_all_stay_where_nobody_joins_or_the_series_is_short():
    assert series.taking_part(world(joins=0), ALL) == (ALL, 2, 0)
    short = replace(ALL, end=dt.date(2022, 8, 31), start=dt.date(2022, 1, 1))
    assert series.taking_part(world(joins=5), short)[2] == 0


def test_without_meetings_a_report_is_taking_part():
    view = world()
    view.meetings = view.meetings.iloc[:0].astype({"held_on": "datetime64[ns]", "planned_on": "datetime64[ns]"})
    chosen, n_stayed, n_left_out = series.taking_part(view, ALL)
    assert (chosen.districts, n_stayed, n_left_out) == ((OLD,), 1, 1)
    assert series.silence(view, ALL).empty


def test_categories_kept_by_governorate_are_missing_under_a_district_and_never_constant():
    view = world(coarse=frozenset({"C05"}))
    one = replace(ALL, districts=(OLD,))
    assert series.hidden(view, one) == ["C05"] and series.hidden(view, ALL) == []
    assert "C05" not in series.trends(view, one).index
    assert "C05" not in set(series.alerts(view, one)["category"])
    everywhere = series.trends(view, ALL)
    assert everywhere.attrs["everywhere"] == ["C05"] and "C05" in everywhere.index


def test_zero_not_held_and_no_record_are_three_kinds_of_silence():
    view = world()
    last = MONTHS[-1].start_time
    for kind, change in (
        ("zero", {"n_concerns": 0.0}),
        ("not_held", {"held_on": pd.NaT, "n_concerns": np.nan}),
        (None, {"n_concerns": np.nan}),
    ):
        meetings = view.meetings.copy()
        at = (meetings["adm2_pcode"] == NEW) & (meetings["planned_on"] == last)
        for name, value in change.items():
            meetings.loc[at, name] = value
        found = series.silence(replace(view, meetings=meetings), ALL)
        assert found["kind"].to_list() == ([kind] if kind else [])  # a count that is not known is not a zero
    gone = replace(view, meetings=view.meetings[~at])
    assert series.silence(gone, ALL)["kind"].to_list() == ["no_record"]
    nobody = replace(view, meetings=view.meetings.iloc[:0].assign(n_concerns=[]))
    assert series.silence(replace(view, meetings=view.meetings.iloc[:1]), ALL)["kind"].to_list() == ["no_record"] * 2
    assert series.silence(nobody, ALL).empty
    closed = view.forums.assign(closed_on=[pd.NaT, last])
    assert series.silence(replace(gone, forums=closed), ALL).empty


def test_a_change_of_level_is_found_and_drawn_over_its_months():
    view = world(joins=0)
    later = [row for month in MONTHS[30:] for row in report(month, OLD, "C09", 30)]
    view.reports = pd.concat([view.reports, pd.DataFrame(later)], ignore_index=True)
    found, months = series.segments(view, ALL)
    assert found["start"].to_list() == [0, 30] and found["ratio"].iloc[1] == pytest.approx(2.5, rel=0.1)
    assert len(months) == len(MONTHS) and months["fitted"].nunique() == 2

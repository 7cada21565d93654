"""Panels and series of a view for the designs of `concerns.impact`, and what these say; pages keep what they get.

The outcome is the reports that came other ways than through a forum: reports raised at meetings do not exist before
there is a forum, so that they, and reports per meeting, have no "before" that anything could be held against.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from concerns import impact
from concerns.delivered import logframe, logframe_by_place
from concerns.estimate import Status
from concerns.selection import Selection
from loaders import programme_figures
from loaders.logframe import load_logframe
from loaders.view import View

PERMUTATIONS = 499
MIN_QUARTERS = 4


@dataclass(frozen=True)
class Effect:
    """What staggered opening says: event study, by cohort, by quarter, overall, robustness; see `impact`.

    quarters: the calendar quarter behind each number of a period or cohort.
    """

    n_treated: int
    n_never: int
    n_left_out: int
    dynamic: impact.AggregatedEffects
    groups: impact.AggregatedEffects
    calendar: impact.AggregatedEffects
    quarters: dict[float, pd.Period]
    overall: impact.Estimate
    mean_before: float
    robustness: impact.Robustness


def delivered(view: View, selection: Selection) -> pd.DataFrame:
    """The logframe of the selected places by the last day of the selection."""
    return logframe(load_logframe(), *_tables(view, selection), as_of=selection.bounds[1])


def delivered_by_place(view: View, selection: Selection) -> pd.DataFrame:
    """The logframe's counts by governorate and sex: key, adm1_pcode, total, women, men, n_districts."""
    table = logframe_by_place(load_logframe(), *_tables(view, selection), as_of=selection.bounds[1])
    keys = [table["key"], table["adm2_pcode"].str[:5].rename("adm1_pcode")]
    sums = table.groupby(keys, sort=False)[["total", "women", "men"]].sum(min_count=1)
    return sums.assign(n_districts=table.groupby(keys, sort=False)["adm2_pcode"].nunique()).reset_index()


def _tables(view: View, selection: Selection) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Forums, meetings, activities and referrals of the selected places."""
    forums = programme_figures.in_places(view.forums, selection)
    meetings = view.meetings[view.meetings["forum_id"].isin(forums["forum_id"])]
    activities = programme_figures.in_places(view.activities, selection)
    return forums, meetings, activities, programme_figures.in_places(view.referrals, selection)


def effort_apart(view: View, selection: Selection) -> pd.DataFrame:
    """Reports through forums, reports that came other ways, and meetings held: one row a month and kind."""
    ways = _all_ways(view, selection)
    month = pd.to_datetime(ways["occurred_on"]).dt.to_period("M").dt.start_time
    came = np.where(ways["forum_id"].notna(), "forum", "other")
    reports = ways.groupby([month, came]).size().rename("n").rename_axis(["month", "kind"]).reset_index()
    held = view.meetings_by(replace(selection, start=None)).groupby("month")["n_held"].sum()
    meetings = pd.DataFrame({"month": held.index, "kind": "meetings", "n": held.to_numpy()})
    return pd.concat([reports, meetings], ignore_index=True)


def quarter_panel(view: View, selection: Selection) -> pd.DataFrame:
    """District × whole quarter: adm2_pcode, quarter (1 …), cohort (quarter of the first opening, NaN = never), n."""
    last = pd.Timestamp(selection.bounds[1])
    first = pd.Timestamp(view.cube.first_day or selection.bounds[1])
    quarters = pd.period_range(first + pd.offsets.QuarterBegin(0, startingMonth=1), last, freq="Q")
    quarters = quarters[quarters.end_time.normalize() <= last + pd.Timedelta(days=5)]
    codes = programme_figures.in_places(view.district_set.districts[["adm2_pcode"]], selection)["adm2_pcode"]
    ways = _all_ways(view, selection)
    other = ways[ways["forum_id"].isna()]
    counts = other.groupby(["adm2_pcode", pd.to_datetime(other["occurred_on"]).dt.to_period("Q")]).size()
    grid = pd.MultiIndex.from_product([codes, quarters], names=["adm2_pcode", "period"])
    panel = counts.reindex(grid, fill_value=0).rename("n").reset_index()
    opened = _first_opening(view).dt.to_period("Q").astype("int64")
    origin = quarters[0].ordinal - 1 if len(quarters) else 0
    cohort = panel["adm2_pcode"].map(opened).astype("float64") - origin
    return panel.assign(quarter=panel["period"].map(lambda one: one.ordinal) - origin, cohort=cohort.clip(lower=1))


def effect(view: View, selection: Selection) -> Effect | None:
    """Estimate what opening a forum changed, against districts that never had one; None where there is no before."""
    panel = quarter_panel(view, selection)
    starts = panel.groupby("adm2_pcode")["cohort"].first()
    n_quarters = int(panel["quarter"].nunique())
    within = (starts > 1) & (starts <= n_quarters)
    if n_quarters < MIN_QUARTERS or not within.any() or not starts.isna().any():
        return None
    columns = ("n", "adm2_pcode", "quarter", "cohort")
    att = impact.att_gt(panel, *columns)
    before = panel[panel["adm2_pcode"].isin(starts.index[within]) & (panel["quarter"] < panel["cohort"])]
    return Effect(
        n_treated=int(within.sum()),
        n_never=int(starts.isna().sum()),
        n_left_out=int((starts <= 1).sum()),
        dynamic=impact.aggregate(att, "dynamic"),
        groups=impact.aggregate(att, "group"),
        calendar=impact.aggregate(att, "calendar"),
        quarters=dict(zip(panel["quarter"].astype("float64"), panel["period"], strict=True)),
        overall=impact.aggregate(att, "simple").overall,
        mean_before=float(before["n"].mean()),
        robustness=impact.robustness(panel, *columns, expected="decrease", permutations=PERMUTATIONS),
    )


def survey_effects(view: View, selection: Selection) -> pd.DataFrame:
    """Difference in differences of each indicator, first to last round, everyone asked: one row a survey and indicator.

    Columns survey_id, indicator, estimate, se, lower, upper, p_value, status, n_clusters, p_assignment, smallest_p
    (least p that all assignments allow), detectable (shares). A site is followed; errors are by district.
    """
    table = programme_figures.in_places(view.surveys, selection)
    table = table[table["group"] == "all"]
    place = table["adm2_pcode"].fillna(table["adm1_pcode"])
    table = table.assign(place=place, site=place + " " + table["site"].fillna("") + " " + table["arm"].fillna(""))
    rows = []
    for (survey, indicator), part in table.groupby(["survey_id", "indicator"], sort=False):
        ends = part["wave"].min(), part["wave"].max()
        part = part[part["wave"].isin(ends) & part["arm"].notna()]
        part = part.assign(
            post=(part["wave"] == ends[1]).astype("int64"), forum=(part["arm"] == "forum").astype("int64")
        )
        if part["post"].nunique() < 2 or part["forum"].nunique() < 2:
            continue
        found = impact.did(part, "estimate", "site", "forum", "post", cluster="place", weights="n")
        chance = found.randomisation
        se, clusters = found.effect.se, found.n_clusters
        detectable = impact.minimum_detectable_effect(se, clusters) if se >= 0 else np.nan
        row = {"survey_id": survey, "indicator": indicator} | found.effect.as_dict()
        row |= {"p_assignment": chance.p_value if chance else np.nan}
        row |= {"smallest_p": chance.smallest_p if chance else np.nan}
        rows.append(row | {"n_clusters": clusters, "detectable": detectable})
    return pd.DataFrame(rows)


def is_certain(estimate: impact.Estimate) -> bool:
    """Whether an effect has an interval."""
    return estimate.status is Status.OK


def _all_ways(view: View, selection: Selection) -> pd.DataFrame:
    """The selected reports from the first one on, whatever the start of the period."""
    return view.ways(replace(selection, start=None))


def _first_opening(view: View) -> pd.Series:
    opened = pd.to_datetime(view.forums["opened_on"])
    return opened.groupby(view.forums["adm2_pcode"].astype("str")).min()

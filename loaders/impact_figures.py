"""Panels and series of a view for the designs of `concerns.impact`, and what these say; pages keep what they get.

The outcome is the reports that came other ways than through a forum: reports raised at meetings do not exist before
there is a forum, so that they, and reports per meeting, have no "before" that anything could be held against.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from concerns import impact
from concerns.delivered import logframe
from concerns.estimate import Status
from concerns.selection import Selection
from loaders import programme_figures
from loaders.logframe import load_logframe
from loaders.view import View

PERMUTATIONS = 499
MIN_QUARTERS = 4
MONTHS_AROUND = 24


@dataclass(frozen=True)
class Effect:
    """What staggered opening says: event study, overall effect, two-way fixed effects, robustness; see `impact`."""

    n_treated: int
    n_never: int
    n_left_out: int
    dynamic: impact.AggregatedEffects
    groups: impact.AggregatedEffects
    overall: impact.Estimate
    mean_before: float
    robustness: impact.Robustness


def delivered(view: View, selection: Selection) -> pd.DataFrame:
    """The logframe of the selected places by the last day of the selection."""
    forums = programme_figures.in_places(view.forums, selection)
    meetings = view.meetings[view.meetings["forum_id"].isin(forums["forum_id"])]
    activities = programme_figures.in_places(view.activities, selection)
    sent = programme_figures.in_places(view.referrals, selection)
    return logframe(load_logframe(), forums, meetings, activities, sent, as_of=selection.bounds[1])


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
        overall=impact.aggregate(att, "simple").overall,
        mean_before=float(before["n"].mean()),
        robustness=impact.robustness(panel, *columns, expected="decrease", permutations=PERMUTATIONS),
    )


def around_opening(view: View, selection: Selection) -> impact.InterruptedSeries | None:
    """Months before and after each district's first forum laid over each other; its path a month and district.

    Only districts that are seen before and after, so that the same ones stand on both sides; None without any.
    """
    first, last = view.cube.first_day, selection.bounds[1]
    opened = _first_opening(view).dt.to_period("M")
    opened = opened[(opened > pd.Period(first or last, "M")) & (opened <= pd.Period(last, "M"))]
    ways = _all_ways(view, selection)
    other = ways[ways["forum_id"].isna() & ways["adm2_pcode"].isin(opened.index)]
    if first is None or opened.empty or other.empty:
        return None
    months = pd.period_range(first, last, freq="M")
    since = np.subtract.outer(months.asi8, pd.PeriodIndex(opened).asi8)
    steps = np.arange(-MONTHS_AROUND, MONTHS_AROUND)
    seen = pd.Series(since.ravel()).value_counts().reindex(steps, fill_value=0)
    month = pd.to_datetime(other["occurred_on"]).dt.to_period("M")
    own = pd.PeriodIndex(month).asi8 - pd.PeriodIndex(other["adm2_pcode"].map(opened)).asi8
    counts = pd.Series(own).value_counts().reindex(steps, fill_value=0)
    series = pd.DataFrame({"month": steps, "n": counts.to_numpy(), "districts": seen.to_numpy()})
    series = series[series["districts"] > 0]
    found = impact.interrupted_series(series, "n", "month", 0, exposure="districts", harmonics=0)
    seen_then = found.path["time"].map(series.set_index("month")["districts"])
    shown = ["observed", "expected", "counterfactual", "lower", "upper"]
    return replace(found, path=found.path.assign(**{name: found.path[name] / seen_then for name in shown}))


def survey_effects(view: View, selection: Selection) -> pd.DataFrame:
    """Difference in differences of each indicator, first to last round, everyone asked: one row an indicator.

    Columns indicator, estimate, se, lower, upper, p_value, status, n_clusters, p_assignment, detectable (shares).
    """
    table = programme_figures.in_places(view.surveys, selection)
    table = table[table["group"] == "all"]
    ends = table["wave"].min(), table["wave"].max()
    rows = []
    for indicator, part in table[table["wave"].isin(ends)].groupby("indicator", sort=False):
        part = part.assign(
            post=(part["wave"] == ends[1]).astype("int64"), forum=(part["arm"] == "forum").astype("int64")
        )
        if part["post"].nunique() < 2 or part["forum"].nunique() < 2:
            continue
        found = impact.did(part, "estimate", "adm2_pcode", "forum", "post", weights="n")
        chance = found.randomisation.p_value if found.randomisation else np.nan
        se, clusters = found.effect.se, found.n_clusters
        detectable = impact.minimum_detectable_effect(se, clusters) if se >= 0 else np.nan
        row = {"indicator": indicator} | found.effect.as_dict()
        rows.append(row | {"n_clusters": clusters, "p_assignment": chance, "detectable": detectable})
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

"""What changed around the opening of forums, month by month: before and after, the break, and the surroundings.

The outcome is the same as in `loaders.impact_figures`: reports that came other ways than through a forum.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from concerns import impact
from concerns.estimate import Floats
from concerns.selection import Selection
from loaders import programme_figures
from loaders.view import View

if TYPE_CHECKING:  # libpysal takes seconds to import
    from libpysal.graph import Graph

MONTHS_AROUND = 24
YEAR = 12  # months before and after an opening, so that each season stands on both sides
SEASON_MONTHS, SEASON_REPORTS = 24, 240  # of districts without a forum, to tell a season from chance
TOLERANCE = pd.Timedelta(days=5)  # so much of a month may be missing at its end


@dataclass(frozen=True)
class Monthly:
    """counts: districts × whole months; opened: month of each district's first forum, NaT = none by now."""

    counts: pd.DataFrame
    opened: pd.Series

    @property
    def never(self) -> pd.Index:
        """The districts without any forum so far."""
        return self.opened.index[self.opened.isna()]

    def total(self, codes: list[str], months: pd.PeriodIndex) -> int:
        """Sum the reports of some districts over some months."""
        return int(self.counts.loc[codes][list(months)].to_numpy().sum())

    def around(self, code: str) -> tuple[pd.PeriodIndex, pd.PeriodIndex] | None:
        """The twelve months before and from a district's opening on; None unless all were observed."""
        months = pd.PeriodIndex(self.counts.columns)
        if pd.isna(self.opened[code]) or months.empty:
            return None
        start = self.opened[code].ordinal - months[0].ordinal
        if start < YEAR or start + YEAR > len(months):
            return None
        return months[start - YEAR : start], months[start : start + YEAR]


@dataclass(frozen=True)
class BeforeAfter:
    """Reports in the twelve months before and after, over districts observed throughout; change: log of the ratio."""

    n_districts: int
    before: int
    after: int
    change: impact.Estimate


@dataclass(frozen=True)
class Broken:
    """The months around the openings; path a district and month. smallest: least ratio of a fall it could have seen."""

    series: impact.InterruptedSeries
    smallest: float
    has_season: bool
    n_districts: int


@dataclass(frozen=True)
class Surroundings:
    """A forum's district and its neighbours, each against districts without a forum, twelve months before and after.

    table: one row an area (treated, control, ring, ring_control): area, n_districts, before, after (reports), weight.
    """

    adm2_pcode: str
    table: pd.DataFrame
    found: impact.Displacement


def monthly(view: View, selection: Selection) -> Monthly:
    """Count the reports that came other ways by selected district and whole month up to the selection's end."""
    last = pd.Timestamp(selection.bounds[1])
    first = pd.Timestamp(view.cube.first_day or selection.bounds[1])
    months = pd.period_range(first, last, freq="M")
    whole = (months.start_time + TOLERANCE >= first) & (months.end_time.normalize() <= last + TOLERANCE)
    codes = programme_figures.in_places(view.district_set.districts[["adm2_pcode"]], selection)["adm2_pcode"]
    ways = view.ways(replace(selection, start=None))
    other = ways[ways["forum_id"].isna()]
    month = pd.to_datetime(other["occurred_on"]).dt.to_period("M")
    counts = other.groupby([other["adm2_pcode"], month]).size().unstack(fill_value=0)
    counts = counts.reindex(index=codes, columns=months[whole], fill_value=0)
    opened = pd.to_datetime(view.forums["opened_on"]).groupby(view.forums["adm2_pcode"].astype("str")).min()
    return Monthly(counts, opened[opened <= last].dt.to_period("M").reindex(codes))


def before_after(data: Monthly) -> BeforeAfter | None:
    """The year after each opening against the year before it; None where no district was observed through both."""
    spans = {code: span for code in data.opened.index if (span := data.around(code)) is not None}
    if not spans:
        return None
    sums = np.array([[data.total([code], side) for side in span] for code, span in spans.items()])
    change = impact.before_after(sums[:, 0], sums[:, 1])
    return BeforeAfter(len(sums), int(sums[:, 0].sum()), int(sums[:, 1].sum()), change)


def around_opening(data: Monthly) -> Broken | None:
    """The months before and after each opening laid over each other, the season of other districts taken out.

    Exposure: for each district observed then, 1 or the season's factor of that month. Districts that had a forum from
    the start or have none are left out; None without any other, or without any report.
    """
    months = pd.PeriodIndex(data.counts.columns)
    opened = data.opened.dropna()
    opened = opened[opened > months[0]] if len(months) else opened[:0]
    if opened.empty or not data.counts.loc[opened.index].to_numpy().any():
        return None
    since = np.subtract.outer(months.asi8, pd.PeriodIndex(opened).asi8)  # months × districts
    factors = _season(data)
    exposure = np.repeat((np.ones(len(months)) if factors is None else factors)[:, None], len(opened), axis=1)
    rows = pd.DataFrame(
        {
            "month": since.ravel(),
            "n": data.counts.loc[opened.index].to_numpy().T.ravel(),
            "exposure": exposure.ravel(),
            "districts": 1,
        }
    )
    series = rows[rows["month"].between(-MONTHS_AROUND, MONTHS_AROUND - 1)].groupby("month", as_index=False).sum()
    found = impact.interrupted_series(series, "n", "month", 0, exposure="exposure", harmonics=0)
    change = impact.detectable_level_change(series, "n", "month", 0, exposure="exposure", harmonics=0)
    seen_then = found.path["time"].map(series.set_index("month")["districts"])
    shown = ["observed", "expected", "counterfactual", "lower", "upper"]
    found = replace(found, path=found.path.assign(**{name: found.path[name] / seen_then for name in shown}))
    return Broken(found, float(np.exp(-change)), factors is not None, len(opened))


def _season(data: Monthly) -> Floats | None:
    """Return each month's factor, from the districts without a forum; None where they are too few to tell."""
    never = data.counts.loc[data.never]
    if never.shape[1] < SEASON_MONTHS or never.to_numpy().sum() < SEASON_REPORTS:
        return None
    totals = never.sum().to_numpy(dtype="float64")
    calendar = pd.PeriodIndex(data.counts.columns).month.to_numpy()
    by_month = pd.Series(totals).groupby(calendar).mean()
    return (by_month / totals.mean()).reindex(calendar).to_numpy()


def with_surroundings(data: Monthly) -> list[str]:
    """The districts whose surroundings can be asked about, the one with most reports before its opening first."""
    spans = {code: span for code in data.opened.index if (span := data.around(code)) is not None}
    before = {code: data.total([code], span[0]) for code, span in spans.items()}
    return sorted(before, key=lambda code: (-before[code], code))


def surroundings(data: Monthly, neighbours: Graph, code: str) -> Surroundings | None:
    """Ask whether reports fell in a district or only moved next door; None without districts to compare with.

    The ring: neighbours without a forum before the year is over. Comparison: districts without any forum that touch
    neither, every second one for the district, the others for the ring; they are weighted to the number of districts
    that they stand for.
    """
    span = data.around(code)
    if span is None:
        return None
    touching = set(neighbours[code].index) if code in neighbours.unique_ids else set()
    quiet = data.opened.isna() | (data.opened > span[1][-1])
    ring = sorted(one for one in touching if one in quiet.index and quiet[one])
    others = sorted(set(data.never) - touching - {code})
    groups = {"treated": [code], "control": others[::2] if ring else others, "ring": ring, "ring_control": others[1::2]}
    if not groups["control"]:
        return None
    if not ring or not groups["ring_control"]:
        groups["ring"], groups["ring_control"] = [], []
    stands_for = {"treated": 1, "control": 1, "ring": len(groups["ring"]), "ring_control": len(groups["ring"])}
    rows = [
        {"area": area, "n_districts": len(codes), "weight": stands_for[area] / len(codes)}
        | {side: data.total(codes, months) for side, months in zip(("before", "after"), span, strict=True)}
        for area, codes in groups.items()
        if codes
    ]
    table = pd.DataFrame(rows, columns=["area", "n_districts", "before", "after", "weight"])
    pairs = table[["before", "after"]].to_numpy().tolist()
    weights = [[weight, weight] for weight in table["weight"]]
    found = impact.displacement(*pairs, weights=weights)
    return Surroundings(code, table, found)

"""The tested figures of a view: rates, hot and cold spots, classes over time, clusters. Slow ones; pages keep them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

from concerns import comparison
from concerns.selection import Selection
from loaders.view import View

if TYPE_CHECKING:
    from concerns.forecast import Backtest
    from geo.emerging import EmergingHotSpots
    from geo.scan import ScanResult

Values = TypeVar("Values", pd.Series, pd.DataFrame)
PERMUTATIONS = 9_999  # fewer could never pass the correction for a hundred districts
REPLICATES = 999


def rate_table(view: View, selection: Selection) -> pd.DataFrame:
    """Counts and rates of every district in the selection; see `concerns.comparison.side_by_side`."""
    reports = view.cube.totals(selection).set_index("adm2_pcode")["n_reports"]
    meetings = view.meetings_by(selection).groupby("adm2_pcode")["n_held"].sum()
    people = view.people(selection.bounds[1].year).set_index("adm_pcode")["total"]
    return comparison.side_by_side(reports, meetings, people, n_days=selection.n_days)


def measured(view: View, selection: Selection) -> tuple[str, pd.Series]:
    """The values that tests run on: reports per meeting, else per 10,000 people, else bare counts; and which."""
    table = rate_table(view, selection)
    for name in ("per_meeting", "rate_per_10k"):
        if table[name].notna().sum() >= len(table) / 2:
            return name, table[name]
    return "count", table["n_reports"].astype(float)


def _of_all(values: Values, view: View) -> Values:
    """The values of the chosen districts on all of them, missing elsewhere: neighbours are known for the whole set."""
    return values.reindex(pd.Index(view.district_set.districts["adm2_pcode"]))


def gi_star(view: View, selection: Selection) -> pd.DataFrame:
    """Gi* of every district; `attrs["measure"]` names the values."""
    from geo.hotspots import getis_ord_gi_star

    name, values = measured(view, selection)
    table = getis_ord_gi_star(_of_all(values, view), view.district_set.neighbours, permutations=PERMUTATIONS)
    table.attrs["measure"] = name
    return table


def local_moran(view: View, selection: Selection) -> pd.DataFrame:
    """Local Moran of every district; `attrs["measure"]` names the values."""
    from geo.hotspots import local_moran as moran_of

    name, values = measured(view, selection)
    table = moran_of(_of_all(values, view), view.district_set.neighbours, permutations=PERMUTATIONS)
    table.attrs["measure"] = name
    return table


def smoothed(view: View, selection: Selection) -> pd.DataFrame:
    """Empirical Bayes rates per meeting held (or per 10,000 people and year where no meeting is known)."""
    from concerns.rates import empirical_bayes

    table = rate_table(view, selection)
    if table["n_meetings"].sum():
        found = empirical_bayes(table["n_reports"], table["n_meetings"].replace(0, np.nan).astype(float))
        found.attrs["measure"] = "per_meeting"
        return found
    people_years = table["population"] * (selection.n_days / comparison.DAYS_A_YEAR)
    found = empirical_bayes(table["n_reports"], people_years, per=10_000)
    found.attrs["measure"] = "rate_per_10k"
    return found


def monthly(view: View, selection: Selection) -> pd.DataFrame:
    """Reports by district and whole month up to the end of the selection, at most five years: districts × months."""
    end = selection.bounds[1]
    start = max(view.cube.first_day or end, (pd.Timestamp(end) - pd.DateOffset(years=5)).date())
    totals = view.cube.totals(replace(selection, start=start), by=("adm2_pcode", "month"))
    table = totals.pivot(index="adm2_pcode", columns="month", values="n_reports")
    table.columns = pd.DatetimeIndex(table.columns)
    whole = [month for month in pd.DatetimeIndex(table.columns) if _is_whole(month, start, end)]
    return table[whole]


def _is_whole(month: pd.Timestamp, start: dt.date, end: dt.date) -> bool:
    period = month.to_period("M")
    return bool(period.start_time.date() >= start and period.end_time.date() <= end)


def emerging(view: View, selection: Selection) -> EmergingHotSpots:
    """Classes over the whole months; see `geo.emerging.emerging_hot_spots`."""
    from geo.emerging import emerging_hot_spots

    return emerging_hot_spots(_of_all(monthly(view, selection).astype(float), view), view.district_set.neighbours)


def scan(view: View, selection: Selection, *, progress: Callable[[float], None] | None = None) -> ScanResult:
    """Space-time permutation scan of the last 24 whole months; see `geo.scan.space_time_scan`."""
    from geo.projection import to_metric
    from geo.scan import space_time_scan

    table = monthly(view, selection).iloc[:, -24:]
    points = view.district_set.districts.set_index("adm2_pcode").representative_point().reindex(table.index)
    x_m, y_m = to_metric(points.x.to_numpy(), points.y.to_numpy())
    return space_time_scan(
        table, None, pd.Series(x_m, table.index), pd.Series(y_m, table.index),
        model="permutation", replicates=REPLICATES, max_duration=6, progress=progress,
    )  # fmt: skip


def funnel(view: View, selection: Selection) -> pd.DataFrame:
    """Funnel of all districts against their meetings (people where none is known); `attrs["exposure"]` says which.

    See `concerns.rates.funnel_limits`; limits are widened where districts differ by more than chance.
    """
    from concerns.rates import funnel_limits

    table = rate_table(view, selection)
    by_meetings = bool(table["n_meetings"].sum())
    exposure = table["n_meetings"].replace(0, np.nan).astype(float) if by_meetings else table["population"]
    found = funnel_limits(table["n_reports"], exposure, overdispersion="multiplicative")
    found.attrs["exposure"] = "meetings" if by_meetings else "population"
    return found


def peers(view: View, selection: Selection, adm2_pcode: str, *, n: int = 6) -> pd.DataFrame:
    """The districts most like one in population and share of displaced people; see `concerns.comparison.nearest_peers`.

    Columns as there, with n_reports, per_meeting and its limits, and rate_per_10k and its limits. attrs: name
    ("population", or "n_meetings" where no population is known), by_share, sources (of the population), and the one's
    own size and share.
    """
    table = rate_table(view, selection)
    people = view.people(selection.bounds[1].year).set_index("adm_pcode")
    name = "population" if table["population"].notna().any() else "n_meetings"
    share = (people["idp"] / people["total"].where(people["total"] > 0)).astype(float).reindex(table.index)
    sizes = pd.DataFrame({"size": table[name].astype(float), "displaced_share": share}, index=table.index)
    found = comparison.nearest_peers(sizes, adm2_pcode, n=n)
    rates = [column for column in table.columns if column.startswith(("n_reports", "per_meeting", "rate_per_10k"))]
    joined = found.join(table[rates])
    sources = sorted({f"{source} {year}" for source, year in zip(people["source"], people["year"], strict=True)})
    own = sizes.reindex([adm2_pcode]).iloc[0]
    joined.attrs.update(
        by_share=found.attrs.get("by_share", False),
        name=name,
        sources=sources,
        size=own["size"],
        share=own["displaced_share"],
    )
    return joined


def mix_index(view: View, selection: Selection) -> pd.DataFrame:
    """Each district's share of a category over the share in its governorate: one row a district and category.

    Columns adm2_pcode, category, n_reports, index (1: as the governorate; missing where either has no report).
    """
    totals = view.cube.totals(selection, by=("adm2_pcode", "category"))
    governorate = totals["adm2_pcode"].str[:5]
    own = totals["n_reports"] / totals.groupby("adm2_pcode")["n_reports"].transform("sum").replace(0, np.nan)
    of_category = totals.groupby([governorate, totals["category"]])["n_reports"].transform("sum")
    of_all = totals.groupby(governorate)["n_reports"].transform("sum").replace(0, np.nan)
    return totals.assign(index=own / (of_category / of_all).replace(0, np.nan))


def by_category(view: View, selection: Selection) -> pd.DataFrame:
    """Gi* of every district in every category, all at once; see `geo.hotspot_columns`. Categories that the viewer sees
    by governorate only are left out."""
    from geo.hotspot_columns import getis_ord_gi_star_columns

    totals = view.cube.totals(selection, by=("adm2_pcode", "category"))
    counts = totals.pivot(index="adm2_pcode", columns="category", values="n_reports").astype(float)
    held = view.meetings_by(selection).groupby("adm2_pcode")["n_held"].sum().reindex(counts.index)
    people = view.people(selection.bounds[1].year).set_index("adm_pcode")["total"].reindex(counts.index)
    effort = next((each for each in (held, people) if (each > 0).mean() >= 0.5), None)
    values = counts if effort is None else counts.div(effort.where(effort > 0).astype(float), axis=0)
    shown = values.drop(columns=list(view.coarse_categories), errors="ignore")
    return getis_ord_gi_star_columns(_of_all(shown, view), view.district_set.neighbours)


def worth(view: View, n_reports: pd.Series, *, bandwidth_m: float) -> dict[int, float]:
    """What reports of each precision are worth in exact ones; see `geo.effective`. n_reports: by geo_precision."""
    from geo.effective import effective_reports
    from geo.projection import area_km2

    mean_km2 = float(area_km2(view.district_set.districts.geometry).mean())
    counted = {level: int(n_reports.get(level, 0)) for level in range(1, 6)}
    return effective_reports(counted, bandwidth_m=bandwidth_m, district_km2=mean_km2)


def backtest(view: View, selection: Selection) -> Backtest:
    """How well this map would have told where the next month's reports come from; see `concerns.forecast`.

    The months before the first forecast: two years, or as many from one year on as leave 24 forecasts to judge by.
    """
    from concerns.forecast import MIN_ORIGINS
    from concerns.forecast import backtest as walk
    from geo.projection import area_km2

    table = monthly(view, selection)
    districts = view.district_set.districts.set_index("adm2_pcode")
    area = pd.Series(area_km2(districts.geometry), districts.index).reindex(table.index)
    wide = table.set_axis(pd.PeriodIndex(table.columns, freq="M"), axis=1)
    return walk(wide, area_km2=area, area_share=0.1, min_train=min(24, max(12, wide.shape[1] - MIN_ORIGINS)))

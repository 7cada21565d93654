"""The tested figures of a view: rates, hot and cold spots, classes over time, clusters. Slow ones; pages keep them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from concerns import comparison
from concerns.selection import Selection
from loaders.view import View

if TYPE_CHECKING:
    from concerns.forecast import Backtest
    from geo.emerging import EmergingHotSpots
    from geo.scan import ScanResult

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


def gi_star(view: View, selection: Selection) -> pd.DataFrame:
    """Gi* of every district; `attrs["measure"]` names the values."""
    from geo.hotspots import getis_ord_gi_star

    name, values = measured(view, selection)
    table = getis_ord_gi_star(values, view.district_set.neighbours, permutations=PERMUTATIONS)
    table.attrs["measure"] = name
    return table


def local_moran(view: View, selection: Selection) -> pd.DataFrame:
    """Local Moran of every district; `attrs["measure"]` names the values."""
    from geo.hotspots import local_moran as moran_of

    name, values = measured(view, selection)
    table = moran_of(values, view.district_set.neighbours, permutations=PERMUTATIONS)
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

    return emerging_hot_spots(monthly(view, selection).astype(float), view.district_set.neighbours)


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
    """The districts nearest in size to one: by population where it is known, else by meetings held; with that size.

    Returns one row a peer, index adm2_pcode, columns n_reports, size; `attrs["size"]` names it.
    """
    table = rate_table(view, selection)
    name = "population" if table["population"].notna().any() else "n_meetings"
    size = table[name].astype(float).replace(0, np.nan)
    distance = (np.log(size) - np.log(size.get(adm2_pcode, np.nan))).abs().drop(adm2_pcode, errors="ignore").dropna()
    nearest = distance.sort_values(kind="stable").head(n).index
    found = pd.DataFrame({"n_reports": table["n_reports"].reindex(nearest), "size": size.reindex(nearest)})
    found.attrs["size"] = name
    return found


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


def backtest(view: View, selection: Selection) -> Backtest:
    """How well this map would have told where the next month's reports come from; see `concerns.forecast`."""
    from concerns.forecast import backtest as walk
    from geo.projection import area_km2

    table = monthly(view, selection)
    districts = view.district_set.districts.set_index("adm2_pcode")
    area = pd.Series(area_km2(districts.geometry), districts.index).reindex(table.index)
    wide = table.set_axis(pd.PeriodIndex(table.columns, freq="M"), axis=1)
    return walk(wide, area_km2=area, area_share=0.1, min_train=24)

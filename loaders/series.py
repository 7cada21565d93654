"""Monthly series of a view and what tests say of them: trend, season, change points, alerts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from concerns.selection import Selection
from loaders.view import View


def monthly(view: View, selection: Selection, *, by: str = "category") -> pd.DataFrame:
    """Reports by unit and whole month over all the data up to the selection's end: units × months (PeriodIndex)."""
    end = selection.bounds[1]
    start = view.cube.first_day or end
    totals = view.cube.totals(replace(selection, start=start), by=(by, "month"))
    table = totals.pivot(index=by, columns="month", values="n_reports")
    months = pd.PeriodIndex(pd.DatetimeIndex(table.columns), freq="M")
    is_whole = (months.start_time.date >= start) & (months.end_time.date <= end)
    return table.set_axis(months, axis=1).loc[:, is_whole]


def meetings(view: View, selection: Selection, months: pd.PeriodIndex) -> pd.Series | None:
    """Meetings held in each month; None where no meeting is known at all."""
    held = view.meetings_by(replace(selection, start=None, end=None))
    if held.empty:
        return None
    by_month = held.groupby(pd.PeriodIndex(held["month"], freq="M"))["n_held"].sum()
    return by_month.reindex(months, fill_value=0).astype(float)


def trends(view: View, selection: Selection) -> pd.DataFrame:
    """Mann–Kendall and Sen of each category, per meeting where meetings are known; `attrs["per_meeting"]` says "
    "which."""
    from concerns.trends import mann_kendall_many

    table = monthly(view, selection)
    held = meetings(view, selection, pd.PeriodIndex(table.columns))
    values = table.astype(float) if held is None else table.div(held.replace(0, np.nan), axis=1)
    found = mann_kendall_many(values)
    found.attrs["per_meeting"] = held is not None
    return found


def season(view: View, selection: Selection) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Ratios of the months of the year, and of the windows of the Hijri calendar, at equal numbers of meetings."""
    from concerns.trends import seasonal

    y = monthly(view, selection).sum(axis=0).astype(float)
    found = seasonal(y, meetings(view, selection, pd.PeriodIndex(y.index)))
    return found.month, found.hijri


def segments(view: View, selection: Selection) -> pd.DataFrame:
    """Where the level of all selected reports changed, per meeting where meetings are known."""
    from concerns.trends import change_points

    y = monthly(view, selection).sum(axis=0).astype(float)
    return change_points(y, exposure=meetings(view, selection, pd.PeriodIndex(y.index)))


def alerts(view: View, selection: Selection) -> pd.DataFrame:
    """The latest whole month of each category against its past: EARS C2 and, with three years of past, Farrington.

    Grain: one row a category and rule. Columns category, rule, month, observed, expected, threshold, alarm, why_not,
    more_meetings (only the count is out of line, not the reports per meeting).
    """
    from concerns.alerts import ears, farrington_many, log_meetings, more_meetings

    table = monthly(view, selection).astype(float)
    if table.shape[1] < 2:
        return pd.DataFrame()
    held = meetings(view, selection, pd.PeriodIndex(table.columns))
    offset = None if held is None else log_meetings(held)
    rows = []
    for rule in ("EARS C2", "Farrington"):
        if rule == "Farrington":
            wide = None if offset is None else np.broadcast_to(offset, table.shape)
            plain, scaled = (farrington_many(table, table.shape[1] - 1, offset=one) for one in (None, wide))
        else:
            plain, scaled = (
                pd.concat([ears(row, method="C2", offset=one).iloc[[-1]] for _code, row in table.iterrows()])
                for one in (None, offset)
            )
            plain.index = scaled.index = table.index
        shown = plain[["observed", "expected", "threshold", "alarm", "why_not"]]
        effort = (
            more_meetings(plain, scaled) if held is not None else pd.Series(pd.NA, index=table.index, dtype="boolean")
        )
        rows.append(shown.assign(category=table.index, rule=rule, month=table.columns[-1], more_meetings=effort))
    return pd.concat(rows, ignore_index=True)

"""Monthly series of a view and what tests say of them: trend, season, change points, alerts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from concerns.selection import Selection
from loaders.view import View

YEAR, EDGE = 12, 3  # months


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


def taking_part(view: View, selection: Selection) -> tuple[Selection, int, int]:
    """The selection in the districts that took part throughout, and how many stayed and how many came later or left.

    A district stays when it held a meeting (without meetings: raised a report) in the first and in the last three
    months of the series: one that joins brings its own mix of concerns, and would look like a trend. Where none stays,
    and in less than a year, all remain.
    """
    whole = replace(selection, start=view.cube.first_day or selection.start, end=selection.bounds[1])
    months = pd.PeriodIndex(monthly(view, selection).columns)
    held = view.meetings_by(whole).rename(columns={"n_held": "n"})
    if held.empty:
        held = view.cube.totals(whole, by=("adm2_pcode", "month")).rename(columns={"n_reports": "n"})
    active = held[held["n"] > 0]
    month = pd.PeriodIndex(pd.DatetimeIndex(active["month"]), freq="M")
    known = active["adm2_pcode"].notna().to_numpy() & month.isin(months)
    span = pd.Series(month[known]).groupby(active["adm2_pcode"][known].to_numpy()).agg(["min", "max"])
    if len(months) < YEAR or span.empty:
        return selection, len(span), 0
    stays = span.index[(span["min"] <= months[EDGE - 1]) & (span["max"] >= months[-EDGE])]
    if not len(stays) or len(stays) == len(span):
        return selection, len(span), 0
    return replace(selection, districts=tuple(map(str, stays))), len(stays), len(span) - len(stays)


def hidden(view: View, selection: Selection) -> list[str]:
    """Categories that a choice of districts leaves out for this viewer: kept by governorate, and so in no district."""
    shown = selection.categories or tuple(view.taxonomy.categories)
    return sorted(view.coarse_categories.intersection(shown)) if selection.districts else []


def trends(view: View, selection: Selection) -> pd.DataFrame:
    """Mann–Kendall and Sen of each category over the districts that took part throughout, per meeting where known.

    attrs: per_meeting; n_stayed, n_left_out (districts, see `taking_part`); hidden (categories left out, see `hidden`);
    everywhere (categories that the viewer sees by governorate only: counted in all districts, those that joined too).
    """
    from concerns.trends import mann_kendall_many

    stayed, n_stayed, n_left_out = taking_part(view, selection)
    left_out = hidden(view, selection)
    everywhere = hidden(view, stayed) if not selection.districts else []
    values = _per_meeting(view, stayed).drop(index=[*left_out, *everywhere], errors="ignore")
    if everywhere:
        values = pd.concat([values, _per_meeting(view, selection).reindex(everywhere)]).sort_index()
    found = mann_kendall_many(values)
    found.attrs["per_meeting"] = not view.meetings_by(replace(selection, start=None, end=None)).empty
    found.attrs.update(n_stayed=n_stayed, n_left_out=n_left_out, hidden=left_out, everywhere=everywhere)
    return found


def _per_meeting(view: View, selection: Selection) -> pd.DataFrame:
    table = monthly(view, selection)
    held = meetings(view, selection, pd.PeriodIndex(table.columns))
    return table.astype(float) if held is None else table.div(held.replace(0, np.nan), axis=1)


def season(view: View, selection: Selection) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Ratios of the months of the year, and of the windows of the Hijri calendar, at equal numbers of meetings.

    Over the districts that took part throughout, see `taking_part`.
    """
    from concerns.trends import seasonal

    stayed, _n_stayed, _n_left_out = taking_part(view, selection)
    y = monthly(view, stayed).sum(axis=0).astype(float)
    found = seasonal(y, meetings(view, stayed, pd.PeriodIndex(y.index)))
    return found.month, found.hijri


def segments(view: View, selection: Selection) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Where the level of all selected reports changed, at equal meetings and season, and the months behind it.

    Over the districts that took part throughout. The penalty of a change is raised by how much more than chance
    neighbouring months differ (`attrs["dispersion"]`). Months: one row a month; month, n_reports, level (reports a
    month, or a meeting held, with the season taken out) and fitted (the level of its segment).
    """
    from concerns.segments import dispersion_between_steps
    from concerns.trends import change_points

    stayed, _n_stayed, _n_left_out = taking_part(view, selection)
    y = monthly(view, stayed).sum(axis=0).astype(float)
    index = pd.PeriodIndex(y.index)
    held = meetings(view, stayed, index)
    usual = season(view, selection)[0]
    ratio = usual["ratio"].where(usual["status"] == "ok").reindex(index.month).fillna(1.0).to_numpy()
    exposure = pd.Series(ratio, y.index) * (1.0 if held is None else held.to_numpy())
    dispersion = dispersion_between_steps(y, exposure)
    found = change_points(y, exposure=exposure, penalty=2 * np.log(max(len(y), 1)) * dispersion)
    found.attrs.update(dispersion=dispersion, per_meeting=held is not None)
    months = pd.DataFrame({"month": index.to_timestamp(), "n_reports": y.to_numpy()})
    months["level"] = (y / exposure.replace(0, np.nan)).to_numpy()
    lengths = found["stop"] - found["start"]
    months["fitted"] = np.repeat(found["level"].to_numpy(), lengths) if len(found) else np.nan
    return found, months


def silence(view: View, selection: Selection) -> pd.DataFrame:
    """Which forums raised nothing in the latest whole month, and how: zero is not the same as no report.

    Grain: one row a forum that is open and raised nothing known; columns forum_id, adm2_pcode, month, n_planned,
    n_held, kind: `zero` (it met, and its meetings state that nothing was raised), `not_held` (planned, not held),
    `no_record` (no meeting on record: nothing is known). Empty where no meeting is loaded.
    """
    columns = ["forum_id", "adm2_pcode", "month", "n_planned", "n_held", "kind"]
    months = pd.PeriodIndex(monthly(view, selection).columns)
    if view.meetings.empty or not len(months):
        return pd.DataFrame(columns=columns)
    month = months[-1]
    meetings = view.meetings
    day = pd.PeriodIndex(pd.to_datetime(meetings["held_on"].fillna(meetings["planned_on"])), freq="M")
    of_month = meetings[day == month]
    held = of_month[of_month["held_on"].notna()].groupby("forum_id")
    forums = _open_forums(view, selection, month).set_index("forum_id")
    table = pd.DataFrame({"adm2_pcode": forums["adm2_pcode"], "month": month})
    table["n_planned"] = of_month.groupby("forum_id").size().reindex(table.index, fill_value=0)
    table["n_held"] = held.size().reindex(table.index, fill_value=0)
    raised = (
        held["n_concerns"].agg(lambda each: each.astype(float).sum(skipna=False)).reindex(table.index).astype(float)
    )
    kinds = [(table["n_held"] > 0) & (raised == 0), (table["n_held"] == 0) & (table["n_planned"] > 0),
             table["n_planned"] == 0]  # fmt: skip
    table["kind"] = np.select(kinds, ["zero", "not_held", "no_record"], "")
    return table[table["kind"] != ""].reset_index()[columns]


def _open_forums(view: View, selection: Selection, month: pd.Period) -> pd.DataFrame:
    forums = view.forums
    closed = pd.to_datetime(forums["closed_on"])
    keep = (pd.to_datetime(forums["opened_on"]) <= month.start_time) & ~(closed < month.end_time)
    if selection.governorates:
        keep &= forums["adm2_pcode"].str[:5].isin(selection.governorates)
    if selection.districts:
        keep &= forums["adm2_pcode"].isin(selection.districts)
    return forums[keep]


def alerts(view: View, selection: Selection) -> pd.DataFrame:
    """The latest whole month of each category against its past: EARS C2 and, with three years of past, Farrington.

    Grain: one row a category and rule, those above their threshold first; `hidden` categories have none.
    Columns category, rule, month, observed, expected, threshold, alarm, why_not,
    more_meetings (only the count is out of line, not the reports per meeting).
    """
    from concerns.alerts import ears, farrington_many, log_meetings, more_meetings

    table = monthly(view, selection).astype(float).drop(index=hidden(view, selection), errors="ignore")
    if table.shape[1] < 2 or table.empty:
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
    found = pd.concat(rows, ignore_index=True)
    return found.iloc[np.argsort(~found["alarm"].fillna(False).to_numpy(dtype=bool), kind="stable")]

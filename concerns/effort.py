"""Reporting effort: how often people sat together, and the key numbers that never stand without it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from concerns.cube import DayCube
from concerns.schema import ADM1_LENGTH
from concerns.selection import Selection


@dataclass(frozen=True)
class KeyNumber:
    """One number, what it was in the period before, its relative change, and its months.

    name: reports, districts, meetings_held or per_meeting. change: 0.1 is a tenth more; None where there is no before.
    """

    name: str
    value: float
    before: float
    change: float | None
    monthly: list[float]
    decimals: int = 0


def meetings_held(meetings: pd.DataFrame, *, by: str) -> pd.Series:
    """Count the meetings held of each district (`by="adm2_pcode"`), governorate, or in all for any other unit.

    meetings: adm2_pcode, n_held, one row a district and period. Returns counts by the unit's code; for units that a
    meeting has not, such as categories, an empty series.

    >>> two = pd.DataFrame({"adm2_pcode": ["IQG01Q01", "IQG01Q02"], "n_held": [2, 3]})
    >>> meetings_held(two, by="adm1_pcode").to_dict()
    {'IQG01': 5}
    """
    if by == "adm2_pcode":
        return meetings.groupby("adm2_pcode")["n_held"].sum()
    if by == "adm1_pcode":
        return meetings.groupby(meetings["adm2_pcode"].str[:ADM1_LENGTH].rename("adm1_pcode"))["n_held"].sum()
    return pd.Series(dtype="int64")


def key_numbers(
    cube: DayCube, meetings: pd.DataFrame, meetings_before: pd.DataFrame, selection: Selection, before: Selection
) -> list[KeyNumber]:
    """Give the four numbers at the top of the overview: reports, districts that reported, meetings, reports a meeting.

    meetings, meetings_before: adm2_pcode, month, n_held of the two periods.
    """
    months = cube.totals(selection, by=("month",))
    reports = months.set_index(pd.to_datetime(months["month"]))["n_reports"]
    held = meetings.groupby("month")["n_held"].sum().reindex(reports.index, fill_value=0)
    n_reports, n_before = (int(cube.totals(period, by=())["n_reports"].sum()) for period in (selection, before))
    n_held, n_held_before = int(meetings["n_held"].sum()), int(meetings_before["n_held"].sum())
    by_month = cube.totals(selection, by=("month", "adm2_pcode"))
    reporting = (by_month["n_reports"] > 0).groupby(by_month["month"]).sum()
    districts, districts_before = (int((cube.totals(period)["n_reports"] > 0).sum()) for period in (selection, before))
    rates = (reports / held.where(held > 0)).fillna(0.0)
    rate, rate_before = _ratio(n_reports, n_held), _ratio(n_before, n_held_before)
    return [
        KeyNumber("reports", n_reports, n_before, _change(n_reports, n_before), reports.astype(float).tolist()),
        KeyNumber(
            "districts",
            districts,
            districts_before,
            _change(districts, districts_before),
            reporting.astype(float).tolist(),
        ),
        KeyNumber("meetings_held", n_held, n_held_before, _change(n_held, n_held_before), held.astype(float).tolist()),
        KeyNumber("per_meeting", rate, rate_before, _change(rate, rate_before), rates.tolist(), decimals=1),
    ]


def _ratio(count: float, exposure: float) -> float:
    return count / exposure if exposure else float("nan")


def _change(now: float, before: float) -> float | None:
    return now / before - 1 if before and before == before and now == now else None

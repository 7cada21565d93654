"""Dates and statuses of programme tables, as every reckoning with forums and referrals needs them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Literal, cast

import pandas as pd

_ZONE = re.compile(r"(?<=:\d\d)(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$")  # of an instant written as text
Event = Literal["acknowledged", "accepted", "closed"]


def check_event(event: str) -> None:
    """Raise ValueError unless the event is one that has a date."""
    if event not in ("acknowledged", "accepted", "closed"):
        raise ValueError('event must be "acknowledged", "accepted" or "closed"')


def days_of(table: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of dates (also ISO text) as timestamps without a zone, all missing where there is no such column.

    >>> days_of(pd.DataFrame({"sent_on": ["2024-03-05", None]}), "sent_on").isna().to_list()
    [False, True]
    """
    if column not in table:
        return pd.Series(pd.NaT, index=table.index, dtype="datetime64[s]")
    values = table[column]
    if isinstance(values.dtype, pd.PeriodDtype):
        values = values.dt.start_time
    if not pd.api.types.is_datetime64_any_dtype(values):
        values = pd.to_datetime(values.astype("object").map(_without_zone), format="ISO8601")
    days = pd.to_datetime(values)
    return (days.dt.tz_localize(None) if days.dt.tz is not None else days).astype("datetime64[s]")


def day_as_of(as_of: dt.date | pd.Timestamp | str) -> pd.Timestamp:
    """Return the day of reckoning without a time zone."""
    return pd.Timestamp(as_of).tz_localize(None)


def _without_zone(value: Any) -> Any:
    """Return a date as it was written, its time zone set aside; no date as None."""
    if value is None or value is pd.NaT or value is pd.NA or value == "":
        return None
    if isinstance(value, str):
        return _ZONE.sub("", value)
    return value.replace(tzinfo=None) if isinstance(value, dt.datetime) else value


def status_of(table: pd.DataFrame) -> pd.Series:
    """Return the status words, "" where there is none."""
    if "status" not in table:
        return pd.Series("", index=table.index, dtype="str")
    return table["status"].astype("object").where(table["status"].notna(), "").astype("str")


def day_in(row: Mapping[str, Any] | pd.Series, name: str) -> pd.Timestamp:
    """Return one date of one row, NaT where the row has none.

    >>> day_in({"opened_on": "2024-03-05"}, "opened_on"), day_in({}, "closed_on")
    (Timestamp('2024-03-05 00:00:00'), NaT)
    """
    value = row.get(name)
    return cast(pd.Timestamp, pd.NaT if value is None else pd.Timestamp(value))

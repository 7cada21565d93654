"""Dates and statuses of programme tables, as every reckoning with forums and referrals needs them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, cast

import pandas as pd

Event = Literal["acknowledged", "accepted", "closed"]


def check_event(event: str) -> None:
    """Raise ValueError unless the event is one that has a date."""
    if event not in ("acknowledged", "accepted", "closed"):
        raise ValueError('event must be "acknowledged", "accepted" or "closed"')


def days_of(table: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of dates as timestamps, all missing where the table has no such column.

    >>> days_of(pd.DataFrame({"sent_on": ["2024-03-05", None]}), "sent_on").isna().to_list()
    [False, True]
    """
    if column not in table:
        return pd.Series(pd.NaT, index=table.index, dtype="datetime64[s]")
    return pd.to_datetime(table[column]).astype("datetime64[s]")


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

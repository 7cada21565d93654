"""Dates as numbers: the steps of a panel or series counted 1, 2, …, whatever way its dates are written."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from concerns.estimate import Floats

Moment = float | str | dt.date | pd.Timestamp | pd.Period
NEVER = ("", "0", "inf", "nan", "none", "never", "nat", "<na>")  # words that stand for "no date" in a column of text


@dataclass(frozen=True)
class DateScale:
    """How dates are counted: `unit` month or day, from `origin` (= 1) in steps of `step` units."""

    unit: str
    origin: int
    step: int

    def numbers(self, dates: pd.Series) -> Floats:
        """Return each date's number, NaN where there is none; between two steps a number with a fraction.

        Raises TypeError: the column holds no dates.
        """
        days = as_dates(dates)
        if days is None:
            raise TypeError("times and starts must be on one scale: both dates, or both numbers")
        counted = _units(days, self.unit)
        return (counted - self.origin) / self.step + 1

    def number(self, date: Any) -> float:
        """Return the number of one date."""
        return float(self.numbers(pd.Series([date], dtype="object"))[0])


def date_scale(values: pd.Series) -> DateScale | None:
    """Return how the dates of a time column are counted; None where it holds numbers (also written as text).

    Months, unless two dates lie in one month: then days. A step is the greatest that reaches every date.
    Raises TypeError: text that is neither number nor date.

    >>> quarters = pd.Series(["2024-01-01", "2024-04-01", "2024-10-01"])
    >>> date_scale(quarters).numbers(quarters).tolist()
    [1.0, 2.0, 4.0]
    """
    days = as_dates(values)
    if days is None:
        return None
    known = days.dropna().drop_duplicates()
    months = _units(known, "month")
    unit = "month" if len(np.unique(months)) == len(known) else "day"
    counted = np.unique(_units(known, unit)).astype("int64")
    step = int(np.gcd.reduce(np.diff(counted))) if len(counted) > 1 else 1
    return DateScale(unit, int(counted[0]) if len(counted) else 0, step)


def on_one_scale(panel: pd.DataFrame, time: str, cohort: str) -> pd.DataFrame:
    """Return the panel with dates of `time` and `cohort` as numbers on one scale; numbers are left as they are.

    A start between two periods counts from the next one. Raises TypeError: one column holds dates, the other numbers.

    >>> rows = pd.DataFrame({"wave": ["2019-07", "2021-03"], "opened": ["2020-01-15", None]})
    >>> on_one_scale(rows, "wave", "opened").to_numpy().tolist()
    [[1.0, 2.0], [2.0, nan]]
    """
    if not {time, cohort} <= set(panel.columns):
        return panel
    scale = date_scale(panel[time])
    counted = panel.copy()
    if scale is None:
        for name in (time, cohort):
            counted[name] = _numbers_as_text(panel[name])
        return counted
    counted[time] = scale.numbers(panel[time])
    starts = pd.Series(np.nan, index=panel.index) if panel[cohort].isna().all() else scale.numbers(panel[cohort])
    periods = np.unique(counted[time].dropna())
    position = np.searchsorted(periods, starts)
    next_period = np.append(periods, np.inf)[position]
    counted[cohort] = np.where(np.isnan(starts) | ~np.isfinite(next_period), np.nan, next_period)
    return counted


def numbered_series(series: pd.DataFrame, time: str, start: Moment) -> tuple[pd.DataFrame, float]:
    """Return a series with its dates numbered 1, 2 …, and the number of `start`; numbers are left as they are.

    Raises TypeError: `time` holds dates and `start` is a number, or the other way round.

    >>> rows = pd.DataFrame({"month": ["2024-01", "2024-02", "2024-03"]})
    >>> numbered_series(rows, "month", "2024-02-01")[1]
    2.0
    """
    scale = date_scale(series[time]) if time in series else None
    if scale is not None:
        counted = series.copy()
        counted[time] = scale.numbers(series[time])
        return counted, scale.number(start)
    try:
        return series, float(start)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise TypeError("times and starts must be on one scale: both dates, or both numbers") from error


def as_dates(values: pd.Series) -> pd.Series | None:
    """Return a column of dates (dates, timestamps, periods, text such as 2024-03 or 2024-03-05), None for numbers.

    The time zone of a timestamp is set aside: its day is the day where it was written. Raises TypeError: other text.
    """
    if isinstance(values.dtype, pd.PeriodDtype):
        return values.dt.start_time
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return values.dt.tz_localize(None)
    if pd.api.types.is_datetime64_any_dtype(values):
        return values
    if pd.api.types.is_numeric_dtype(values):
        return None
    words = values.astype("object").map(_word)
    if all(isinstance(word, float) for word in words):
        return None
    try:
        return pd.to_datetime(words, format="ISO8601")
    except (ValueError, TypeError) as error:
        raise TypeError(f"{values.name!r} holds neither numbers nor dates such as 2024-03-05") from error


def _numbers_as_text(values: pd.Series) -> pd.Series:
    """Return text or objects that all are numbers (2004) as numbers; anything else as it is."""
    if pd.api.types.is_numeric_dtype(values) or as_dates(values) is not None:
        return values
    return values.astype("object").map(_word).astype("float64")


def _word(value: Any) -> Any:
    """Return a number as a float, a date as text or itself, and no value as NaN."""
    if isinstance(value, pd.Period):
        return value.start_time
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    if value is None or value is pd.NA or value is pd.NaT or str(value).strip().lower() in NEVER:
        return np.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        return value


def _units(days: pd.Series, unit: str) -> Floats:
    if unit == "month":
        return (days.dt.year * 12 + days.dt.month).to_numpy(dtype="float64", na_value=np.nan)
    return np.floor(
        ((days - pd.Timestamp(1970, 1, 1)) / pd.Timedelta(days=1)).to_numpy(dtype="float64", na_value=np.nan)
    )

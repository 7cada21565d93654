"""Dates as numbers: whatever way they are written, the same panel gives the same effects."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from concerns.impact import aggregate, att_gt, detectable_level_change, event_study, interrupted_series, twfe
from concerns.time_scale import date_scale, numbered_series, on_one_scale

COLUMNS = ("y", "place", "year", "opened")


def yearly(n: int = 24) -> pd.DataFrame:
    """Places followed 2018 to 2023, a third each starting in 2020, in 2022 and never (0)."""
    rng = np.random.default_rng(4)
    rows = [(f"p{u}", 2018 + t, [0, 2020, 2022][u % 3], rng.normal()) for u in range(n) for t in range(6)]
    return pd.DataFrame(rows, columns=["place", "year", "opened", "y"])


def dated(table: pd.DataFrame, write) -> pd.DataFrame:
    opened = [write(year) if year else None for year in table["opened"]]
    return table.assign(
        year=pd.Series([write(year) for year in table["year"]], index=table.index),
        opened=pd.Series(opened, index=table.index, dtype="object"),
    )


@pytest.mark.parametrize(
    "write",
    [
        lambda year: pd.Timestamp(year, 1, 1),
        lambda year: pd.Timestamp(year, 1, 1, tz="Asia/Baghdad"),
        lambda year: dt.date(year, 1, 1),
        lambda year: f"{year}-01-01",
        lambda year: f"{year}-01",
        lambda year: pd.Period(str(year), "Y"),
        str,
        lambda year: float(year),
    ],
)
def test_every_way_to_write_a_date_gives_the_effects_of_plain_years(write):
    plain = att_gt(yearly(), *COLUMNS, draws=0)
    found = att_gt(dated(yearly(), write), *COLUMNS, draws=0)
    assert found.table["att"].to_list() == plain.table["att"].to_list()
    assert found.table["event_time"].to_list() == plain.table["event_time"].to_list()
    assert aggregate(found, "dynamic").overall == aggregate(plain, "dynamic").overall


def test_two_way_and_event_study_take_the_same_dates():
    table = dated(yearly(), lambda year: f"{year}-06-30")
    assert twfe(table, *COLUMNS).estimate == pytest.approx(twfe(yearly(), *COLUMNS).estimate, abs=1e-12)
    ours, plain = event_study(table, *COLUMNS, draws=0), event_study(yearly(), *COLUMNS, draws=0)
    assert ours.table["estimate"].to_list() == plain.table["estimate"].to_list()


@pytest.mark.parametrize(
    ("dates", "numbers"),
    [
        (["2024-01-01", "2024-02-01", "2024-04-01"], [1, 2, 4]),
        (["2023-10-01", "2024-01-01", "2024-04-01"], [1, 2, 3]),
        (["2024-01-31", "2024-02-29", "2024-03-31"], [1, 2, 3]),
        (["2024-01-01", "2024-01-08", "2024-01-22"], [1, 2, 4]),
        (["2024-01-01", "2024-01-01", "2024-02-01"], [1, 1, 2]),
        (["2024-01-01", None, "2024-03-01"], [1, np.nan, 2]),
        (["2024-05-01"], [1]),
    ],
)
def test_steps_are_the_months_or_days_that_reach_every_date(dates, numbers):
    column = pd.Series(dates, dtype="object")
    assert date_scale(column).numbers(column).tolist() == pytest.approx(numbers, nan_ok=True)


def test_a_start_between_two_periods_counts_from_the_next_and_a_later_one_is_never():
    rows = pd.DataFrame({"t": ["2024-01", "2024-04", "2024-07"], "g": ["2024-02-10", "2024-04-30", "2025-01-01"]})
    assert on_one_scale(rows, "t", "g")["g"].to_list() == pytest.approx([2, 2, np.nan], nan_ok=True)


def test_an_interrupted_series_takes_dates_and_keeps_them_in_its_path():
    months = pd.date_range("2021-01-01", periods=36, freq="MS")
    counts = np.random.default_rng(0).poisson(20, 36)
    plain = pd.DataFrame({"month": range(36), "n": counts})
    for when, start in [
        (months, "2023-01-01"),
        (months.strftime("%Y-%m"), dt.date(2023, 1, 1)),
        (months.to_period("M"), pd.Period("2023-01", "M")),
    ]:
        found = interrupted_series(pd.DataFrame({"month": when, "n": counts}), "n", "month", start)
        expected = interrupted_series(plain, "n", "month", 24)
        assert found.table["ratio"].to_list() == pytest.approx(expected.table["ratio"].to_list(), abs=1e-9)
        assert found.path["time"].to_list() == list(months)
        assert (found.n_before, found.n_after) == (24, 12)
    smallest = detectable_level_change(pd.DataFrame({"month": months, "n": counts}), "n", "month", months[24])
    assert smallest == pytest.approx(detectable_level_change(plain, "n", "month", 24), rel=1e-6)


def test_dates_on_one_side_and_numbers_on_the_other_are_refused():
    table = dated(yearly(), lambda year: pd.Timestamp(year, 1, 1))
    with pytest.raises(TypeError, match="one scale"):
        att_gt(table.assign(opened=yearly()["opened"].replace(0, np.nan)), *COLUMNS)
    with pytest.raises(TypeError):
        att_gt(yearly().assign(opened=table["opened"]), *COLUMNS)
    with pytest.raises(TypeError, match="one scale"):
        numbered_series(pd.DataFrame({"month": [1, 2, 3]}), "month", "2024-01-01")
    with pytest.raises(TypeError, match="neither numbers nor dates"):
        att_gt(yearly().assign(year="last year"), *COLUMNS)
    with pytest.raises(TypeError, match="neither numbers nor dates"):
        att_gt(yearly().assign(year="03/05/2024"), *COLUMNS)  # the order of day and month is never guessed

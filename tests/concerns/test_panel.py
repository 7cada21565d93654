"""Long panels as arrays."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from concerns.panel import balanced_panel, numbers, without_periods, without_units


def long_panel() -> pd.DataFrame:
    rows = [("a", 1, 3), ("a", 2, 3), ("a", 3, 3), ("b", 1, 0), ("b", 2, 0), ("b", 3, 0), ("c", 1, 2), ("c", 2, 2)]
    data = pd.DataFrame(rows, columns=["u", "t", "g"])
    return data.assign(y=np.arange(len(data)) * 1.0)


def balanced(data: pd.DataFrame):
    return balanced_panel(data, "y", "u", "t", "g")


def test_units_with_every_period_stay_and_the_rest_is_counted():
    data = balanced(long_panel())
    assert data.units == ["a", "b"]
    assert data.outcome.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert data.n_unbalanced == 1


def test_a_period_that_nobody_has_is_no_period():
    data = balanced(long_panel().assign(y=lambda rows: rows["y"].where(rows["t"] != 2)))
    assert data.periods.tolist() == [1, 3]
    assert data.outcome.shape == (2, 2)


def test_pandas_integers_with_gaps_are_read_as_numbers():
    column = pd.DataFrame({"y": pd.array([1, None], dtype="Int64"), "none": pd.Series([None, None], dtype="object")})
    assert numbers(column, "y")[0] == 1
    assert np.isnan(numbers(column, "y")[1])
    assert np.isnan(numbers(column, "none")).all()


def test_leaving_out_periods_leaves_out_those_who_then_have_no_before():
    data = balanced(long_panel())
    later = without_periods(data, data.periods < 2)
    assert later.units == ["a", "b"]
    assert without_periods(data, data.periods < 3).units == ["b"]
    assert np.isinf(without_periods(data, data.periods == 3).start).all()


def test_leaving_out_a_unit_keeps_the_others_as_they_were():
    data = balanced(long_panel())
    assert without_units(data, np.array([True, False])).outcome.tolist() == [[3, 4, 5]]


def test_a_cluster_that_changes_within_a_unit_is_refused():
    data = long_panel().assign(region=["n", "s", "n", "n", "n", "n", "s", "s"])
    with pytest.raises(ValueError, match="region"):
        balanced_panel(data, "y", "u", "t", "g", cluster="region")

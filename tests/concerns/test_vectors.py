"""Every way in which numbers arrive becomes the same floats, and labels decide which belongs to which."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from concerns.vectors import align, as_floats

GAP = [3.0, np.nan, 0.0]


@pytest.mark.parametrize(
    "values",
    [
        [3, None, 0],
        [3, pd.NA, 0],
        np.array([3, np.nan, 0]),
        np.ma.masked_equal(np.array([3, 99, 0]), 99),
        pd.Series([3, None, 0], dtype="Int64"),
        pd.Series([3, None, 0], dtype=object),
        pd.Series([3, np.nan, 0], index=[*"CBA"]),
    ],
)
def test_every_kind_of_missing_becomes_nan(values):
    np.testing.assert_array_equal(as_floats(values, name="count"), GAP)


def test_tables_scalars_and_nothing_keep_their_shape():
    assert as_floats(5, name="count").shape == ()
    assert as_floats([], name="count").shape == (0,)
    assert as_floats(pd.DataFrame({"a": [1, None], "b": [2, 3]}), name="count").shape == (2, 2)
    assert as_floats(np.array([255], dtype=np.uint8), name="count")[0] + 1 == 256


@pytest.mark.parametrize(
    ("values", "words"),
    [([-1], "negative"), ([np.inf], "infinite"), (["<5"], "no number")],
)
def test_what_is_no_count_is_refused_without_quoting_it(values, words):
    with pytest.raises(ValueError, match=words) as refused:
        as_floats(values, name="count")
    assert "<5" not in str(refused.value)


def test_signed_and_infinite_values_only_where_asked_for():
    assert as_floats([-2], name="y", signed=True)[0] == -2
    assert as_floats([-np.inf], name="offset", signed=True, finite=False)[0] == -np.inf


def test_the_first_labels_decide_the_order():
    index, (x, m, scale) = align(pd.Series([1, 2], [*"AB"]), pd.Series([20, 10], [*"BA"]), 7)
    assert index.to_list() == ["A", "B"]
    assert list(m) == [10, 20]
    assert scale == 7
    assert list(x) == [1, 2]
    index, _ = align([1, 2], pd.Series([3, 4], [*"XY"]))
    assert index.to_list() == ["X", "Y"]
    assert align([1, 2, 3], 5)[0].equals(pd.RangeIndex(3))


@pytest.mark.parametrize("other", [[*"AC"], [*"AA"], [*"A"], [*"ABC"]])
def test_other_units_are_refused(other):
    with pytest.raises(ValueError, match="different units"):
        align(pd.Series([1, 2], [*"AB"]), pd.Series(range(len(other)), other))

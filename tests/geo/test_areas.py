import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from geo.areas import comparable_areas, to_float_table, to_floats


@pytest.mark.parametrize(
    "values",
    [
        [1, None, 3],
        np.array([1, np.nan, 3]),
        pd.Series([1, pd.NA, 3], dtype="Int64"),
        pd.Series([1, pd.NA, 3], dtype=object),
        np.ma.masked_array([1, 2, 3], mask=[False, True, False]),
        pd.Series([1, None, 3], dtype="float64[pyarrow]"),
    ],
)
def test_every_form_of_missing_becomes_nan(values):
    assert to_floats(values, "values").tolist() == pytest.approx([1, np.nan, 3], nan_ok=True)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (5, "one dimension"),
        ([[1, 2]], "one dimension"),
        ([1, "much"], "not a number"),
        (pd.Series(["a", "b"]), "number"),
        (pd.to_datetime(["2024-01-01"]), "numbers are needed"),
        ([1 + 2j], "numbers are needed"),
        ([1, -np.inf], "infinite"),
    ],
)
def test_what_is_no_number_is_refused_in_words(values, words):
    with pytest.raises(ValueError, match=words):
        to_floats(values, "values")


def test_a_table_keeps_its_labels():
    frame = pd.DataFrame({"jan": [1, None], "feb": [3, 4]}, index=["A", "B"])
    values, rows, columns = to_float_table(frame, "counts")
    assert values == pytest.approx(np.array([[1, 3], [np.nan, 4]]), nan_ok=True)
    assert (rows.to_list(), columns.to_list()) == (["A", "B"], ["jan", "feb"])
    assert to_float_table([[1, 2]], "counts")[0].shape == (1, 2)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ([1, 2], "one row an area"),
        ([["a"]], "number"),
        ([[np.inf]], "infinite"),
        (pd.DataFrame({"a": ["x"]}), "number"),
    ],
)
def test_a_table_of_something_else_is_refused_in_words(table, words):
    with pytest.raises(ValueError, match=words):
        to_float_table(table, "counts")


def test_values_are_scaled_by_a_power_of_two_only():
    areas = comparable_areas([3.0, 5.0, 1e300], csr_array(np.ones((3, 3))))
    assert np.abs(areas.x).max() <= 1
    assert (areas.x / areas.x[0] * 3).tolist() == [3, 5, 1e300]

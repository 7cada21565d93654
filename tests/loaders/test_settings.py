from __future__ import annotations

import datetime as dt

import pytest

from concerns.errors import BadSetting
from loaders.settings import IRAQ_BOX, Settings

TODAY = dt.date(2024, 6, 1)


def test_the_defaults_are_those_of_the_documentation():
    plain = Settings(TODAY)
    assert (plain.min_date, plain.tolerance_m, plain.date_order) == (dt.date(2000, 1, 1), 500.0, None)
    assert plain.country_box == IRAQ_BOX == (38.7, 29.0, 48.7, 37.4)
    assert plain.max_accuracy_m is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("date_order", "ymd"),
        ("min_date", dt.date(2024, 6, 2)),
        ("tolerance_m", -1.0),
        ("tolerance_m", float("nan")),
        ("max_accuracy_m", 0.0),
        ("max_accuracy_m", float("inf")),
        ("country_box", (48.7, 29.0, 38.7, 37.4)),
        ("country_box", (38.7, 29.0, 48.7, 97.4)),
    ],
)
def test_a_value_that_no_load_can_use_is_refused_by_name(name, value):
    with pytest.raises(BadSetting, match=name):
        Settings(TODAY, **{name: value})

from __future__ import annotations

import datetime as dt

import numpy as np

from loaders.planning import CROWD, plan, point_keys
from loaders.settings import Settings
from loaders.sources import recognise
from tests.loaders.judged import TODAY, table
from tests.loaders.raw_table import RawTable


def planned(raw: RawTable, **settings: object):
    return plan(raw, recognise(raw, raw.table), settings=Settings(TODAY, **settings))  # type: ignore[arg-type]


def days(*cells: str, column: str = "occurred_on") -> RawTable:
    return table(*[{column: cell} for cell in cells])


def test_a_day_above_twelve_settles_the_order_for_the_whole_column():
    found = planned(days("04/05/2024", "25/03/2024"))
    assert (found.order_of("occurred_on"), found.warnings) == (("dmy", False), [])
    found = planned(days("04/05/2024", "03/25/2024"))
    assert found.order_of("occurred_on") == ("mdy", False)
    assert "month first" in found.warnings[0]


def test_without_proof_it_is_day_first_and_the_ledger_says_so():
    found = planned(days("04/05/2024"))
    assert found.order_of("occurred_on") == ("dmy", False)
    assert "read as day first" in found.warnings[0]


def test_a_column_that_contradicts_itself_has_no_order():
    found = planned(days("25/03/2024", "03/25/2024", "04/05/2024"))
    assert found.order_of("occurred_on") == (None, False)
    assert "both orders" in found.warnings[0]


def test_each_column_proves_its_own_order():
    raw = table({"occurred_on": "13/05/2024", "reported_on": "05/14/2024"})
    found = planned(raw)
    assert (found.order_of("occurred_on")[0], found.order_of("reported_on")[0]) == ("dmy", "mdy")


def test_a_setting_forces_the_order_against_any_proof():
    found = planned(days("25/03/2024"), date_order="mdy")
    assert (found.order_of("occurred_on"), found.warnings) == (("mdy", True), [])


def test_the_proof_may_stand_in_any_part_of_the_file():
    raw = days(*["04/05/2024"] * 4, "03/25/2024")
    parts = raw.chunks
    raw.chunks = lambda n_rows=2: parts(n_rows=2)  # type: ignore[method-assign]
    assert planned(raw).order_of("occurred_on") == ("mdy", False)


def test_a_file_whose_points_are_all_exchanged_is_said_to_be_so():
    swapped = {"lat": "43.7", "lon": "33.2"}
    found = planned(table(*[swapped] * 9, {}))
    assert found.is_swapped
    assert "look exchanged in the whole file: 9 of 10" in found.warnings[0]
    assert "as asked" in planned(table(*[swapped] * 10), swap_coordinates=True).warnings[0]
    assert not planned(table(*[swapped] * 8, {}, {})).is_swapped


def test_points_that_many_records_share_are_known():
    shared, lone = [{"lat": "33.2", "lon": "43.7", "accuracy_m": "5"}] * CROWD, {"lat": "33.3", "accuracy_m": "5"}
    found = planned(table(*shared, *[lone] * (CROWD - 1)))
    assert found.crowded.tolist() == point_keys(np.array([33.2]), np.array([43.7])).tolist()


def test_keys_of_points_agree_to_six_decimals_and_spare_what_is_no_point():
    keys = point_keys(np.array([33.2, 33.2000001, 33.200001, np.nan, 91.0]), np.array([43.7, 43.7, 43.7, 43.7, 43.7]))
    assert keys[0] == keys[1] != keys[2]
    assert keys[3:].tolist() == [-1, -1]


def test_a_file_without_records_has_a_plan():
    assert planned(RawTable({"occurred_on": [], "category": [], "lat": [], "lon": []})).warnings == []


def test_settings_stay_those_that_were_given():
    assert planned(days("2024-03-05")).settings.min_date == dt.date(2000, 1, 1)

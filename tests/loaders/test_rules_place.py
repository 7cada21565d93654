from __future__ import annotations

import json

import pytest

from tests.loaders.judged import judge, table


@pytest.mark.parametrize(
    ("lat", "lon", "reason"),
    [
        ("", "", "COORD_MISSING"),
        ("33.2", "", "COORD_MISSING"),
        ("", "43.7", "COORD_MISSING"),
        ("n/a", "n/a", "COORD_MISSING"),
        ("north", "43.7", "COORD_UNPARSEABLE"),
        ("33.2", "NaN", "COORD_UNPARSEABLE"),
        ("inf", "43.7", "COORD_UNPARSEABLE"),
        ("", "east", "COORD_MISSING"),
        ("583.0", "43.7", "COORD_RANGE"),
        ("33.2", "-181", "COORD_RANGE"),
        ("1e999", "43.7", "COORD_RANGE"),
        ("445123.5", "3690123.1", "COORD_PROJECTED"),
        ("3690123", "445123", "COORD_PROJECTED"),
        ("4,941,000", "3,930,000", "COORD_PROJECTED"),
        ("0", "0.000", "COORD_ZERO"),
        ("٠", "٠", "COORD_ZERO"),
        ("43.7", "33.2", "COORD_SWAPPED"),
        ("-1.29", "36.79", "OUTSIDE_COUNTRY"),
        ("0", "43.7", "OUTSIDE_COUNTRY"),
        ("33.2", "48.71", "OUTSIDE_COUNTRY"),
        ("-33.2", "43.7", "OUTSIDE_COUNTRY"),
        ("33.2", "46.0", "NO_DISTRICT"),
    ],
)
def test_each_bad_point_has_its_reason(four_districts, lat, lon, reason):
    judged = judge(table({"lat": lat, "lon": lon}), four_districts)
    assert judged.reasons == {1: reason}


def test_the_column_of_a_reason_is_the_files_own(four_districts):
    raw = table({"lat": "x"})
    raw.cells = {"Day": raw.cells["occurred_on"], "Kind": raw.cells["category"], "Where": ["spam"]}
    mapping = "columns: {occurred_on: Day, category: Kind, geopoint: Where}"
    judged = judge(raw, four_districts, mapping=mapping)
    assert (judged.reasons, judged.columns) == ({1: "COORD_UNPARSEABLE"}, {1: "Where"})


@pytest.mark.parametrize(
    ("lat", "lon", "repairs"),
    [
        ("33,21235", "43,71235", {"DECIMAL_COMMA"}),
        ("٣٣٫٢١٢٣٥", "43.71235", {"DIGITS_NORMALISED"}),
        ("33°12'44.46\"N", "43°42'44.46\"E", {"COORD_DMS"}),
        ("\u200f33.21235", "43.71235\u00a0", {"INVISIBLE_STRIPPED"}),
        ("\ufeff٣٣،٢١٢٣٥", "43.71235", {"INVISIBLE_STRIPPED", "DIGITS_NORMALISED", "DECIMAL_COMMA"}),
        (" 33.21235 ", "43.71235", set()),
    ],
)
def test_odd_forms_are_mended_counted_and_kept(four_districts, lat, lon, repairs):
    judged = judge(table({"lat": lat, "lon": lon}), four_districts)
    assert judged.rows[["lat", "lon"]].iloc[0].to_list() == pytest.approx([33.21235, 43.71235], abs=1e-6)
    assert set(judged.repairs) == repairs
    assert all(rows == [1] for rows in judged.repairs.values())
    note = judged.rows["repairs"].iloc[0]
    kept = {cells["lat"] for cells in json.loads(note).values()} if repairs else set()
    assert kept == ({lat} if repairs else set())


def test_accuracy_decides_between_a_reading_and_a_place(four_districts):
    cells = ["5", "100", "100.5", "5000", "6000", "0", "", "n/a"]
    rows = [{"accuracy_m": cell, "lat": f"33.2123{at}"} for at, cell in enumerate(cells)]
    judged = judge(table(*rows), four_districts)
    assert judged.rows["geo_precision"].to_list() == [1, 1, 2, 2, 4, 2, 2, 2]
    assert judged.rows["accuracy_m"].isna().to_list() == [False] * 5 + [True] * 3


def test_a_point_less_exact_than_asked_for_is_refused(four_districts):
    judged = judge(table({"accuracy_m": "250"}, {"accuracy_m": "200"}, {}), four_districts, max_accuracy_m=200.0)
    assert (judged.reasons, judged.columns) == ({1: "COORD_LOW_ACCURACY"}, {1: "accuracy_m"})


def test_an_accuracy_that_is_no_number_is_left_out_and_said(four_districts):
    judged = judge(table({"accuracy_m": "good"}, {"accuracy_m": "-3"}), four_districts)
    assert judged.rows["accuracy_m"].isna().all()
    assert judged.warnings == ["Accuracies that are no number of metres were left blank: 2."]


def test_few_decimals_lower_the_precision(four_districts):
    rough = [{"lat": "33", "lon": "44"}, {"lat": "33.3", "lon": "43.7"}, {"lat": "33.25", "lon": "43.75"}]
    exact = {"accuracy_m": "5"}
    judged = judge(table(*rough, *[row | exact for row in rough]), four_districts)
    assert judged.rows["geo_precision"].to_list() == [4, 3, 2, 4, 3, 1]
    assert judged.warnings[-1].endswith("less exact: 4.")


def test_a_point_that_many_share_is_a_place_and_no_reading(four_districts):
    judged = judge(table(*[{"accuracy_m": "4"}] * 5, {"accuracy_m": "4", "lat": "33.3"}), four_districts)
    assert judged.rows["geo_precision"].to_list() == [2] * 5 + [1]


def test_a_stated_precision_holds_unless_the_numbers_are_rougher(four_districts):
    cells = ("1", "2", "3", "", "7", "exact")
    stated = [{"geo_precision": cell, "lat": f"33.2123{at}"} for at, cell in enumerate(cells)]
    judged = judge(table(*stated, {"geo_precision": "1", "lat": "33", "lon": "44"}), four_districts)
    assert judged.rows["geo_precision"].to_list() == [1, 2, 3, 2, 2, 2, 4]
    assert "Values of geo_precision that are not 1 to 5 were left out: 2." in judged.warnings


def test_exchanged_points_are_taken_back_only_when_the_user_says_so(four_districts):
    raw = table({"lat": "43.71235", "lon": "33.21235"}, {})
    assert judge(raw, four_districts).reasons == {1: "COORD_SWAPPED"}
    confirmed = judge(raw, four_districts, swap_coordinates=True)
    assert confirmed.reasons == {}
    assert confirmed.rows["lat"].to_list() == [33.21235, 33.21235]


def test_another_country_has_another_box(four_districts):
    raw = table({"lat": "-1.29", "lon": "36.79"}, {"lat": "36.79", "lon": "-1.29"}, {})
    judged = judge(raw, four_districts, country_box=(33.0, -5.0, 42.0, 5.0))
    assert judged.reasons == {1: "NO_DISTRICT", 2: "COORD_SWAPPED", 3: "OUTSIDE_COUNTRY"}


def test_a_geopoint_column_carries_its_accuracy(four_districts):
    raw = table({"geopoint": "33.21235 43.71235 34 8.5"}, {"geopoint": "33.21235 43.71235 0 0"}, {"geopoint": ""})
    for name in ("lat", "lon"):
        del raw.cells[name]
    limited = judge(raw, four_districts, max_accuracy_m=5.0)
    assert (limited.reasons[1], limited.columns[1]) == ("COORD_LOW_ACCURACY", "geopoint")
    judged = judge(raw, four_districts)
    assert judged.reasons == {3: "COORD_MISSING"}
    assert judged.rows["geo_precision"].to_list() == [1, 2]
    assert judged.rows["accuracy_m"].iloc[0] == 8.5

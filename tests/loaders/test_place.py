from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.place import ANSWER_METRES
from tests.loaders.judged import CLEAN, judge, table
from tests.loaders.raw_table import RawTable

# four_districts: IQG01Q01 north west, IQG01Q02 north east, IQG02Q01 south west, IQG02Q02 south east of (44, 33).
NEAR_THE_LINE = {"lat": "33.21235", "lon": "43.99995"}  # 5 m inside the north west


def form(*rows: dict[str, str]) -> RawTable:
    """The same rows as a Kobo export: the district is a question."""
    plain = table(*rows).cells
    names = {
        "occurred_on": "incident_date",
        "category": "concern_type",
        "lat": "_here_latitude",
        "lon": "_here_longitude",
    }
    cells = {names.get(name, name): column for name, column in plain.items()}
    ids = [str(n) for n in range(len(rows))]
    return RawTable(cells | {"_uuid": ids, "_id": ids, "_submission_time": [""] * len(ids)})


def events(*rows: dict[str, str]) -> RawTable:
    """The same rows as UCDP writes them: events of others."""
    plain = table(*rows).cells
    names = {
        "occurred_on": "date_start",
        "lat": "latitude",
        "lon": "longitude",
        "district": "adm_2",
        "governorate": "adm_1",
    }
    cells = {names.get(name, name): column for name, column in plain.items() if name != "category"}
    n = len(rows)
    cells |= {"id": [str(k) for k in range(n)], "type_of_violence": ["1"] * n, "date_prec": ["1"] * n}
    return RawTable({"where_prec": ["1"] * n} | cells)


def test_a_point_comes_to_its_district_and_says_how(four_districts):
    points = [("33.2", "43.7"), ("33.2", "44"), ("33.503", "43.7"), ("33.6", "43.7")]
    judged = judge(table(*[{"lat": lat, "lon": lon} for lat, lon in points]), four_districts)
    assert judged.reasons == {4: "NO_DISTRICT"}
    assert judged.rows["adm2_pcode"].to_list() == ["IQG01Q01", "IQG01Q01", "IQG01Q01"]
    assert judged.rows["join_method"].to_list() == ["within", "border", "nearest"]
    assert judged.rows["distance_m"].to_list() == [0, 0, pytest.approx(333, abs=2)]
    assert judged.rows["adm1_pcode"].to_list() == ["IQG01"] * 3


def test_the_tolerance_is_a_setting(four_districts):
    raw = table({"lat": "33.503"})
    assert judge(raw, four_districts, tolerance_m=300.0).reasons == {1: "NO_DISTRICT"}
    assert judge(raw, four_districts, tolerance_m=350.0).reasons == {}


@pytest.mark.parametrize("stated", ["IQG01Q01", "iqg01q01", "North West", " north-WEST", "الشمال الغربي", ""])
def test_a_stated_district_that_agrees_changes_nothing(four_districts, stated):
    judged = judge(table({"district": stated}), four_districts)
    assert judged.reasons == {}
    assert judged.rows["location_conflict"].to_list() == [False]
    assert judged.rows["adm2_stated"].fillna("").to_list() == ["IQG01Q01" if stated else ""]


@pytest.mark.parametrize("column", ["district", "adm2_pcode", "adm3_pcode"])
def test_a_declared_district_that_contradicts_the_point_is_refused(four_districts, column):
    stated = "IQG02Q02N01" if column == "adm3_pcode" else "IQG02Q02"
    judged = judge(table({column: stated}, NEAR_THE_LINE | {column: "IQG01Q02"}), four_districts)
    assert judged.reasons == {1: "DISTRICT_MISMATCH", 2: "DISTRICT_MISMATCH"}


def test_a_point_on_the_line_of_the_declared_district_does_not_contradict_it(four_districts):
    judged = judge(table({"lon": "44", "district": "North East"}), four_districts)
    row = judged.rows.iloc[0]
    assert (row["adm2_pcode"], row["join_method"], row["adm2_stated"]) == ("IQG01Q01", "border", "IQG01Q02")
    assert not row["location_conflict"]


def test_a_point_outside_all_is_held_against_the_tolerance(four_districts):
    raw = table({"lat": "33.503", "lon": "43.999", "district": "IQG01Q02"}, {"lat": "33.503", "district": "IQG01Q02"})
    assert judge(raw, four_districts).reasons == {2: "DISTRICT_MISMATCH"}


def test_a_declared_name_that_nobody_knows_is_refused_with_candidates(four_districts):
    judged = judge(table({"district": "Atlantis"}, {"lat": "", "lon": "", "district": "Sooth East"}), four_districts)
    assert judged.reasons == {1: "DISTRICT_UNKNOWN", 2: "DISTRICT_UNKNOWN"}
    assert judged.columns == {1: "district", 2: "district"}
    listed = judged.names.set_index("district")
    assert listed.loc["Sooth East", "candidates"][0][:2] == ("IQG02Q02", "South East")


def test_the_point_supports_a_name_that_is_spelled_much_like_its_district(four_districts):
    judged = judge(table({"district": "Nort West"}, {"district": "South Weest"}), four_districts)
    assert judged.reasons == {2: "DISTRICT_UNKNOWN"}
    assert judged.rows["adm2_stated"].to_list() == ["IQG01Q01"]


def test_an_answer_of_a_form_is_kept_and_marked_near_the_line_and_refused_far_away(four_districts):
    raw = form(
        {"lon": "43.95", "district": "North East"},  # 4.7 km
        {"lon": "43.55", "district": "North East"},  # 42 km
        {"district": "Atlantis"},
    )
    judged = judge(raw, four_districts)
    assert judged.reasons == {2: "DISTRICT_MISMATCH"}
    assert judged.rows["location_conflict"].to_list() == [True, False]
    assert judged.rows["adm2_pcode"].to_list() == ["IQG01Q01", "IQG01Q01"]
    assert judged.rows["adm2_stated"].fillna("").to_list() == ["IQG01Q02", ""]
    assert ANSWER_METRES == 10_000


def test_events_of_others_are_only_marked(four_districts):
    judged = judge(events({"district": "South East"}, {"district": "Atlantis"}), four_districts)
    assert judged.reasons == {}
    assert judged.rows["location_conflict"].to_list() == [True, False]


@pytest.mark.parametrize(
    ("precision", "named", "expected"),
    [
        ("1", {"district": "South East"}, ("IQG01Q01", "within", 2)),
        ("3", {"district": "South East"}, ("IQG02Q02", "name", 4)),
        ("3", {"governorate": "Lower"}, (None, "name", 5)),
        ("4", {"district": "South East", "governorate": "Lower"}, (None, "name", 5)),
        ("5", {}, (None, "within", 5)),
    ],
)
def test_a_point_that_stands_for_an_area_never_fills_a_district_by_position(four_districts, precision, named, expected):
    judged = judge(events({"where_prec": precision} | named), four_districts)
    row = judged.rows.astype(object).where(judged.rows.notna(), None).iloc[0]
    assert (row["adm2_pcode"], row["join_method"], row["geo_precision"]) == expected
    assert row["adm1_pcode"] == ("IQG02" if named and precision != "1" else "IQG01")


def test_an_event_without_any_place_in_the_country_has_no_district(four_districts):
    assert judge(events({"where_prec": "6"}, {"where_prec": "7"}), four_districts).reasons == {
        1: "NO_DISTRICT",
        2: "NO_DISTRICT",
    }
    far = events({"where_prec": "3", "lat": "36.0", "lon": "40.0", "district": "South East"})
    assert judge(far, four_districts).reasons == {1: "NO_DISTRICT"}


def test_rows_without_a_point_take_the_place_that_they_state(four_districts):
    nowhere = {"lat": "", "lon": ""}
    stated = [
        {"district": "South East"},
        {"governorate": "السفلى"},
        {"adm2_pcode": "IQG02Q03"},
        {"adm1_pcode": "IQG01", "district": "north east"},
        {"adm2_pcode": "IQG09Q09"},
        {"place_name": "Island"},
        {"district": "South East", "geo_precision": "1"},
    ]
    judged = judge(table(*[nowhere | row for row in stated]), four_districts)
    assert judged.reasons == {5: "DISTRICT_UNKNOWN"}
    found = judged.rows["adm2_pcode"].fillna("").to_dict()
    assert found == {1: "IQG02Q02", 2: "", 3: "IQG02Q03", 4: "IQG01Q02", 6: "IQG02Q03", 7: "IQG02Q02"}
    assert judged.rows["geo_precision"].to_list() == [4, 5, 4, 4, 4, 4]
    assert set(judged.rows["join_method"]) == {"name"}
    assert judged.rows["adm1_pcode"].loc[2] == "IQG02"
    assert judged.rows["distance_m"].to_list() == [0.0] * 6


def test_a_broken_point_is_not_replaced_by_a_name(four_districts):
    judged = judge(table({"lat": "x", "district": "North West"}, {"lat": "", "district": "North West"}), four_districts)
    assert judged.reasons == {1: "COORD_UNPARSEABLE", 2: "COORD_MISSING"}


def test_reasons_of_place_come_before_those_of_time_and_content(four_districts):
    bad = {"occurred_on": "soon", "category": "weather", "severity": "9"}
    rows = [
        {"lat": "33.9"} | bad,
        {"district": "IQG02Q02"} | bad,
        bad,
        {"category": "weather", "severity": "9"},
        {"severity": "9"},
    ]
    judged = judge(table(*rows), four_districts)
    assert judged.reasons == {
        1: "NO_DISTRICT",
        2: "DISTRICT_MISMATCH",
        3: "DATE_UNPARSEABLE",
        4: "CATEGORY_UNKNOWN",
        5: "SEVERITY_INVALID",
    }


def test_a_governorate_alone_may_disagree_and_is_no_declared_district(four_districts):
    judged = judge(table({"governorate": "Lower"}), four_districts)
    assert (judged.reasons, judged.rows["adm1_pcode"].to_list()) == ({}, ["IQG01"])


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(st.floats(43.4, 44.6), st.floats(32.4, 33.6), st.sampled_from(["", "North West", "South East"])),
        max_size=12,
    )
)
def test_every_row_is_placed_or_refused_whatever_order_it_comes_in(four_districts, points):
    rows = [{"lon": f"{lon:.5f}", "lat": f"{lat:.5f}", "district": named} for lon, lat, named in points]
    raw = table(*rows, CLEAN)
    backwards = table(CLEAN, *rows[::-1])
    first, second = judge(raw, four_districts), judge(backwards, four_districts)
    n = len(raw.table)
    assert {n + 1 - row: reason for row, reason in second.reasons.items()} == first.reasons
    assert {n + 1 - row: code for row, code in second.rows["adm2_pcode"].items()} == first.rows["adm2_pcode"].to_dict()

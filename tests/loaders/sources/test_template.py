from __future__ import annotations

from loaders.headings import TEXT_COLUMNS
from loaders.raw import GEOMETRY_LAT, GEOMETRY_LON
from loaders.sources import recognise, template
from tests.loaders.judged import judge, table
from tests.loaders.raw_table import RawTable


def test_every_column_of_the_template_is_taken_and_others_are_left_out():
    cells = {name: [""] for name in TEXT_COLUMNS} | {"meeting_id": ["M-1"]}
    source = recognise(RawTable(cells), RawTable(cells).table)
    assert source.name == "template"
    assert set(source.headers) == set(TEXT_COLUMNS)
    assert source.has_ids


def test_what_is_not_called_by_our_names_is_found_by_its_words(four_districts):
    raw = RawTable({"occurred_on": ["2024-03-05"], "category": ["C07"], "Latitude": ["33.2"], "Longitude": ["43.7"]})
    assert judge(raw, four_districts).rows[["source", "lat"]].to_numpy().tolist() == [["template", 33.2]]


def test_names_cut_by_a_shapefile_are_known():
    cells = {"occurred_o": ["2024-03-05"], "category": ["C07"], "reporter_g": ["police"], "accuracy_m": ["5"]}
    cells |= {GEOMETRY_LAT: ["33.2"], GEOMETRY_LON: ["43.7"]}
    source = recognise(RawTable(cells, kind="shapefile"), RawTable(cells).table)
    assert (source.headers["occurred_on"], source.headers["reporter_group"]) == ("occurred_o", "reporter_g")


def test_the_geometry_of_a_feature_is_its_place(four_districts):
    raw = table({"lat": "1", "lon": "2"})
    raw.cells |= {GEOMETRY_LAT: ["33.21235"], GEOMETRY_LON: ["43.71235"]}
    assert judge(raw, four_districts).rows["lat"].to_list() == [33.21235]


def test_capitals_and_spaces_in_headers_do_no_harm(four_districts):
    raw = RawTable({"Occurred on": ["2024-03-05"], "CATEGORY": ["C07"], "Lat": ["33.21235"], "LON": ["43.71235"]})
    assert judge(raw, four_districts).rows["source"].to_list() == ["template"]


def test_other_tables_are_no_template():
    assert template.recognise(["date", "category"], None, RawTable({}).table) is None

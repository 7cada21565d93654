"""The map's payload: numbers and encoded names, the same for the same input, small, and closed to strange answers."""

from __future__ import annotations

import json

import geopandas as gpd
import pandas as pd
import pytest

from pages.figures import map_text, maps, palettes, texts
from tests.pages.figures.test_outlines import decoded


@pytest.fixture
def base(four_districts: gpd.GeoDataFrame) -> maps.BaseMap:
    return maps.base_map(four_districts)


def payload(layer: object) -> dict:
    """What a paint layer sends."""
    (element,) = layer._children.values()  # type: ignore[attr-defined]
    return element.payload


def test_districts_are_numbered_in_the_order_of_their_codes(base: maps.BaseMap, four_districts: gpd.GeoDataFrame):
    assert base.order == tuple(sorted(four_districts["adm2_pcode"]))
    shuffled = maps.base_map(four_districts.sample(frac=1, random_state=1))
    assert json.dumps(shuffled.payload) == json.dumps(base.payload)


def test_shapes_and_bounds_are_those_of_the_districts(base: maps.BaseMap):
    assert base.payload["bounds"] == [[31.0, 43.5], [33.5, 46.0]]
    assert set(decoded(base.payload["districts"][0])[0][0]) == {(43.5, 33), (44, 33), (44, 33.5), (43.5, 33.5)}
    assert len(base.payload["lines"]) == 2


def test_names_are_in_the_readers_language_and_encoded(four_districts: gpd.GeoDataFrame):
    hostile = four_districts.assign(adm2_name="{{ 7*7 }}<script>")
    names = [name for _, _, name in maps.base_map(hostile).payload["names"]["adm2"]]
    assert set(names) == {map_text.encode("{{ 7*7 }}<script>")}
    with texts.reading("ar"):
        arabic = [name for _, _, name in maps.base_map(four_districts).payload["names"]["adm1"]]
    assert arabic == ["العليا", "السفلى"]


def test_names_lie_inside_their_districts(base: maps.BaseMap, four_districts: gpd.GeoDataFrame):
    shapes = four_districts.sort_values("adm2_pcode").geometry
    points = gpd.GeoSeries.from_xy(
        *zip(*[(lon, lat) for lat, lon, _ in base.payload["names"]["adm2"]], strict=True), crs=4326
    )
    assert shapes.reset_index(drop=True).contains(points).all()


def test_no_text_of_the_data_is_in_what_changes(base: maps.BaseMap):
    codes = pd.Series({"IQG01Q01": 1, "IQG01Q02": palettes.SUPPRESSED, "{{ 7*7 }}": 2})
    sent = json.dumps(payload(maps.paint(base, codes, ("#c7e9b4", "#253494"), selected="<script>")))
    assert "{{" not in sent
    assert "script" not in sent
    assert payload(maps.paint(base, codes, ("#c7e9b4", "#253494")))["codes"] == [1, -2, -1, -1, -1]


def test_a_district_without_a_code_has_no_data_and_not_zero(base: maps.BaseMap):
    sent = payload(maps.paint(base, pd.Series({"IQG01Q02": 0})))
    assert sent["codes"] == [-1, 0, -1, -1, -1]


def test_the_chosen_district_goes_by_number(base: maps.BaseMap):
    assert payload(maps.paint(base, selected="IQG02Q01"))["selected"] == 2
    assert payload(maps.paint(base, selected="IQG99Q99"))["selected"] is None


def test_the_density_image_lies_in_its_box(base: maps.BaseMap):
    density = maps.Density(b"\x89PNG", west=43, south=31, east=46, north=34)
    sent = payload(maps.paint(base, pd.Series({"IQG01Q01": 0}), density=density))
    assert sent["codes"] is None  # a filled district would hide the image
    assert sent["bounds"] == [[31.0, 43.0], [34.0, 46.0]]
    assert sent["image"] == "iVBORw=="


@pytest.mark.parametrize("colours", [["red"], ["#12345"], ["url(x)"], ["#12345;"], ["#<>\"'&$"]])
def test_a_colour_is_nothing_but_a_colour(base: maps.BaseMap, colours: list[str]):
    with pytest.raises(ValueError, match="#rrggbb"):
        maps.paint(base, pd.Series({"IQG01Q01": 1}), colours)


@pytest.mark.parametrize("code", [2, -4])
def test_a_code_without_a_look_is_refused(base: maps.BaseMap, code: int):
    with pytest.raises(ValueError, match="codes must be"):
        maps.paint(base, pd.Series({"IQG01Q01": code}), ["#c7e9b4"])


def test_no_district_or_one_twice_is_refused(four_districts: gpd.GeoDataFrame):
    with pytest.raises(ValueError, match="each adm2_pcode once"):
        maps.base_map(four_districts.iloc[:0])
    with pytest.raises(ValueError, match="each adm2_pcode once"):
        maps.base_map(pd.concat([four_districts, four_districts.iloc[:1]]))


STRANGE_NUMBERS = [-1, 5, True, 1.0, "0", None, [0]]


@pytest.mark.parametrize(
    "answer",
    [None, {}, [], "x", {"properties": None}, *[{"properties": {"i": number}} for number in STRANGE_NUMBERS]],
)
def test_a_strange_answer_of_the_browser_chooses_nothing(base: maps.BaseMap, answer: object):
    assert maps.district_of(base, answer) is None


def test_a_click_chooses_the_district(base: maps.BaseMap):
    assert maps.district_of(base, {"type": "Feature", "properties": {"i": 4}}) == "IQG02Q03"

"""The builder of the approximate set: the atlas is decoded as its format says, and the file can be read back."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from concerns.schema import BadBoundaries
from geo.districts import prepare
from loaders import approximate_set

# Two squares side by side: arc 0 is their common line, 1 and 2 lead around the western and the eastern one; and a lake.
ATLAS = {
    "type": "Topology",
    "transform": {"scale": [0.5, 0.5], "translate": [43, 32]},
    "arcs": [
        [[2, 0], [0, 2]],
        [[2, 2], [-2, 0], [0, -2], [2, 0]],
        [[2, 0], [2, 0], [0, 2], [-2, 0]],
        [[3, 1], [0, 0], [0, 0], [0, 0]],
    ],
    "objects": {
        "countries": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "id": "368", "arcs": [[0, 1]]},
                {"type": "MultiPolygon", "id": "760", "arcs": [[[2, -1]]]},
            ],
        }
    },
}


@pytest.fixture
def atlas(tmp_path) -> Path:
    path = tmp_path / "atlas.json"
    path.write_text(json.dumps(ATLAS), encoding="utf-8")
    return path


def test_lines_that_countries_share_are_read_from_either_end(atlas):
    assert approximate_set.read_outline(atlas, "368").equals(shapely.box(43, 32, 44, 33))
    assert approximate_set.read_outline(atlas, "760").equals(shapely.box(44, 32, 45, 33))


def test_a_country_that_is_not_there_is_refused(atlas):
    with pytest.raises(BadBoundaries, match=r"atlas\.json: There is no country"):
        approximate_set.read_outline(atlas, "4")


def test_what_is_written_can_be_read_and_says_that_it_is_approximate(atlas, tmp_path):
    places = tmp_path / "places.csv"
    places.write_text("adm2_pcode,adm2_name,lon,lat\nIQG01Q01,West,43.25,32.5\nIQG01Q02,East,43.75,32.5\n", "utf-8")
    districts = approximate_set.build(places, atlas)
    target = tmp_path / "out.geojson"
    approximate_set.write(districts, target)
    back = prepare(gpd.read_file(target))
    assert back["adm2_name"].to_list() == ["West", "East"]
    assert shapely.area(back.geometry.array).tolist() == pytest.approx([0.5, 0.5], abs=1e-3)
    assert "APPROXIMATE" in json.loads(target.read_text(encoding="utf-8"))["notice"]

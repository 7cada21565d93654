"""Outlines as text, read back by a decoder of our own."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box

from pages.figures import outlines


def numbers(text: str) -> list[int]:
    """Base-64 variable-length quantities as the source map format defines them (revision 3, ECMA-426)."""
    found, value, shift = [], 0, 0
    for sign in text:
        digit = outlines.DIGITS.index(sign)
        value |= (digit & 31) << shift
        shift += 5
        if digit < 32:
            found.append(-(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    return found


def decoded(text: str) -> list[list[list[tuple[float, float]]]]:
    """Polygons of rings of (longitude, latitude), rings not closed."""
    stream: Iterator[int] = iter(numbers(text))

    def ring() -> list[tuple[float, float]]:
        x = y = 0
        points = []
        for _ in range(next(stream)):
            x, y = x + next(stream), y + next(stream)
            points.append((round(x * outlines.GRID, 3), round(y * outlines.GRID, 3)))
        return points

    return [[ring() for _ in range(next(stream))] for _ in range(next(stream))]


@pytest.mark.parametrize(
    ("values", "text"), [([0], "A"), ([1], "C"), ([-1], "D"), ([16], "gB"), ([123], "2H"), ([-16], "hB")]
)
def test_quantities_equal_the_source_map_format(values: list[int], text: str):
    assert outlines.vlq(values) == text


@given(st.lists(st.integers(-(10**7), 10**7)))
def test_every_number_comes_back(values: list[int]):
    assert numbers(outlines.vlq(values)) == values


def test_a_polygon_with_a_hole_and_an_island_comes_back():
    holed = Polygon(box(44, 33, 45, 34).exterior.coords, [list(box(44.2, 33.2, 44.4, 33.4).exterior.coords)])
    island = box(46, 31, 46.123, 31.456)
    found = decoded(outlines.encode_polygon(MultiPolygon([holed, island])))
    assert [len(polygon) for polygon in found] == [2, 1]
    assert set(found[0][0]) == {(44, 33), (45, 33), (45, 34), (44, 34)}
    assert set(found[1][0]) == {(46, 31), (46.123, 31), (46.123, 31.456), (46, 31.456)}


def test_points_that_fall_together_on_the_grid_are_sent_once():
    shape = Polygon([(44, 33), (44.0001, 33.0001), (45, 33), (45, 34)])
    assert len(decoded(outlines.encode_polygon(shape))[0][0]) == 3


def test_an_empty_shape_is_no_polygon():
    assert decoded(outlines.encode_polygon(Polygon())) == []


@pytest.mark.shared_data
def test_real_districts_are_small_enough_to_go_with_every_click(shared_data):
    districts = gpd.read_file(shared_data / "boundaries" / "irq_admbnda_adm2_cso_20190603.geojson")
    import shapely

    simple = shapely.coverage_simplify(districts.geometry.to_numpy(), 0.01)
    encoded = [outlines.encode_polygon(shape) for shape in simple]
    assert sum(map(len, encoded)) < 60_000
    areas = [sum(Polygon(p[0]).area for p in decoded(text)) for text in encoded]
    wanted = [sum(Polygon(part.exterior).area for part in getattr(s, "geoms", [s])) for s in simple]
    assert areas == pytest.approx(wanted, rel=0.05, abs=2e-3)

"""Findings in a layer of districts: each is measured and named."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry import box

from geo.coverage import Finding, FindingKind, clockwise, overlaps, voids
from geo.projection import area_km2


def layer(*shapes) -> gpd.GeoDataFrame:
    codes = [f"IQG01Q{number:02d}" for number in range(1, len(shapes) + 1)]
    return gpd.GeoDataFrame({"adm2_pcode": codes, "adm2_name": codes}, geometry=list(shapes), crs="EPSG:4326")


def test_an_overlap_is_measured_on_the_ellipsoid_and_named_once():
    (found,) = overlaps(layer(box(44, 33, 45, 34), box(44.5, 33, 46, 34), box(45, 36, 46, 37)))
    assert (found.kind, found.adm2_pcodes) == (FindingKind.OVERLAP, ("IQG01Q01", "IQG01Q02"))
    assert found.area_km2 == pytest.approx(area_km2([box(44.5, 33, 45, 34)])[0])


@pytest.mark.parametrize(
    ("shift_deg", "kinds"), [(0.0, []), (1e-13, []), (1e-7, ["sliver"]), (5e-6, ["sliver"]), (5e-5, ["overlap"])]
)
def test_width_decides_between_rounding_and_overlap(shift_deg, kinds):
    pair = layer(box(44, 33, 45, 34), box(45 - shift_deg, 33, 46, 34))
    assert [found.kind.value for found in overlaps(pair)] == kinds


def test_a_small_but_solid_overlap_counts():
    pair = layer(box(44, 33, 45, 34), box(44.9998, 33.9998, 46, 35))  # some 20 m in a corner
    assert [found.kind.value for found in overlaps(pair)] == ["overlap"]


def test_an_enclosed_void_is_measured_and_its_neighbours_named():
    four = layer(box(44, 33, 45, 36), box(46, 33, 47, 36), box(45, 33, 46, 34), box(45, 35, 46, 36))
    (gap,) = voids(four)
    assert (gap.kind, len(gap.adm2_pcodes)) == (FindingKind.GAP, 4)
    assert gap.area_km2 == pytest.approx(area_km2([box(45, 34, 46, 35)])[0], rel=1e-6)


def test_a_strip_has_no_area_but_two_names():
    (strip,) = voids(layer(box(44, 33, 45, 34), box(45.001, 33, 46, 34)))
    assert strip.adm2_pcodes == ("IQG01Q01", "IQG01Q02")
    assert np.isnan(strip.area_km2)


def test_every_part_must_turn_the_same_way():
    right, wrong = box(44, 33, 45, 34), shapely.reverse(box(46, 33, 47, 34))
    assert not clockwise(layer(right))
    assert [
        found.adm2_pcodes for found in clockwise(layer(right, shapely.MultiPolygon([box(40, 33, 41, 34), wrong])))
    ] == [("IQG01Q02",)]


def test_one_district_and_none_have_nothing_to_report():
    assert not overlaps(layer(box(44, 33, 45, 34))) and not voids(layer(box(44, 33, 45, 34)))
    assert not overlaps(layer()) and not voids(layer())


def test_a_finding_reads_as_a_line():
    found = Finding(FindingKind.HOLE, ("IQG01Q01",), ("Falluja",), 12.5)
    assert str(found) == "hole: Falluja (IQG01Q01): 12.5 km2"

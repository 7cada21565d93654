"""Degrees and metres: the way there and back, and areas that are true."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.projection import area_km2, geometries_to_metric, to_degrees, to_metric


@settings(deadline=None)
@given(st.floats(38, 49), st.floats(29, 38))
def test_there_and_back_is_the_same_place(lon, lat):
    back_lon, back_lat = to_degrees(*to_metric([lon], [lat]))
    assert (back_lon[0], back_lat[0]) == pytest.approx((lon, lat), abs=1e-7)  # a centimetre


@settings(deadline=None)
@given(st.floats(38.8, 48.6), st.floats(30, 37.4), st.floats(-0.1, 0.1), st.floats(-0.1, 0.1))
def test_short_distances_are_right_to_a_thousandth_or_so(lon, lat, east, north):
    truth_m = Geod(ellps="WGS84").inv(lon, lat, lon + east, lat + north)[2]
    x_m, y_m = to_metric([lon, lon + east], [lat, lat + north])
    assert np.hypot(*np.diff([x_m, y_m])[:, 0]) == pytest.approx(truth_m, rel=1.3e-3, abs=1e-3)


def test_areas_are_those_of_the_ellipsoid():
    square = shapely.box(39, 36, 39.5, 36.5)
    truth_m2 = Geod(ellps="WGS84").geometry_area_perimeter(shapely.segmentize(square, 0.001))[0]
    assert area_km2([square, None, shapely.Point(44, 33)])[0] == pytest.approx(truth_m2 / 1e6, rel=1e-6)


def test_long_edges_bend_with_the_parallel():
    (line,) = geometries_to_metric([shapely.LineString([(44, 33), (45, 33)])])
    x_m, y_m = to_metric([44.5], [33.0])
    assert shapely.distance(line, shapely.Point(x_m[0], y_m[0])) < 0.01


def test_what_is_no_place_stays_none():
    x_m, _ = to_metric([np.nan, np.inf], [33.0, 33.0])
    assert not np.isfinite(x_m).any()


def test_two_lengths_are_refused():
    with pytest.raises(ValueError, match="one shape"):
        to_metric([1.0], [1.0, 2.0])

"""The grid of labels: it may say "unsettled", but never something false."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.label_grid import NONE, UNSETTLED, LabelGrid
from geo.projection import geometries_to_metric, to_metric


def settle(shapes: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    found = np.full(len(lon), NONE, dtype=np.int16)
    for position in range(len(shapes) - 1, -1, -1):
        found[shapely.contains_xy(shapes[position], lon, lat)] = position
    return found


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 999), n_cells=st.integers(3, 200), n_shapes=st.integers(1, 12))
def test_a_label_is_the_exact_answer_or_none_at_all(seed, n_cells, n_shapes):
    rng = np.random.default_rng(seed)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(rng.uniform(43, 47, (n_shapes + 3, 2)))))
    shapes = np.asarray(cells[:n_shapes], dtype=object)
    grid = LabelGrid.build(shapes, lambda lon, lat: settle(shapes, lon, lat), n_cells=n_cells)
    lon, lat = rng.uniform(38, 52, (2, 3_000))
    labels, truth = grid.look_up(lon, lat), settle(shapes, lon, lat)
    told = labels != UNSETTLED
    assert (labels == truth)[told].all()
    far = labels == NONE
    points = shapely.points(*to_metric(lon[far], lat[far]))
    if far.any():
        apart_m = shapely.distance(points[:, None], geometries_to_metric(shapes)).min()
        assert apart_m >= grid.clear_m


def test_most_of_a_fine_grid_is_settled():
    squares = np.array([shapely.box(44, 33, 45, 34), shapely.box(45, 33, 46, 34)], dtype=object)
    grid = LabelGrid.build(squares, lambda lon, lat: settle(squares, lon, lat))
    assert (grid.labels == UNSETTLED).mean() < 0.025
    assert grid.clear_m == pytest.approx(0.75 * 2 / 1024 * 109_000 * np.cos(np.radians(34)), rel=0.01)

"""The lattice: where its cells lie, and what points and areas lay onto them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.lattice import Lattice, spline_shares


def test_covering_leaves_a_margin_on_every_side():
    lattice = Lattice.covering((0, 0, 95, 41), cell_m=10, margin=2)
    assert (lattice.n_rows, lattice.n_cols) == (9, 14)
    assert (lattice.x_m[0], lattice.y_m[0]) == (-15, -15)


def test_finer_keeps_the_centres():
    lattice = Lattice.over((0, 0, 30, 20), (2, 3))
    fine = lattice.finer(by_x=3, by_y=5, pad_x=4, pad_y=1)
    assert fine.x_m[4 + 1 :: 3][:3].tolist() == pytest.approx(lattice.x_m.tolist())
    assert fine.y_m[1 + 2 :: 5][:2].tolist() == pytest.approx(lattice.y_m.tolist())


def test_spread_keeps_the_total_inside_and_loses_what_falls_beyond():
    lattice = Lattice.over((0, 0, 10, 10), (10, 10))
    assert lattice.spread(np.array([5.2, 7.9]), np.array([5.5, 3.1]), np.array([2.0, 3.0])).sum() == pytest.approx(5.0)
    assert lattice.spread(np.array([0.0]), np.array([5.0]), np.array([1.0])).sum() == pytest.approx(0.5)
    assert not lattice.spread(np.array([-9.0, 19.0, 5.0]), np.array([5.0, 5.0, 99.0]), np.ones(3)).any()


@settings(max_examples=30, deadline=None)
@given(st.floats(-5, 5))
def test_spline_shares_keep_total_mean_and_one_variance(position):
    first, shares = spline_shares(np.array([position]))
    cells = first + np.arange(4)
    assert shares.sum() == pytest.approx(1.0)
    mean = (shares[:, 0] * cells).sum()
    assert mean == pytest.approx(position, abs=1e-12)
    assert (shares[:, 0] * (cells - mean) ** 2).sum() == pytest.approx(1 / 3)


def test_shares_of_an_area_add_up_to_it():
    lattice = Lattice.over((0, 0, 10, 6), (6, 10))
    odd = shapely.Polygon([(0.5, 0.2), (7.3, 1.1), (5.0, 5.9)])
    assert lattice.shares(odd).sum() == pytest.approx(odd.area)
    assert lattice.shares(shapely.box(-9, -9, 5.5, 3)).sum() == pytest.approx(5.5 * 3)
    assert not lattice.shares(shapely.box(20, 20, 30, 30)).any()
    assert not lattice.shares(shapely.Polygon()).any()
    assert lattice.shares(shapely.box(2, 3, 4, 5)).sum(axis=1).tolist() == [0, 0, 0, 2, 2, 0]

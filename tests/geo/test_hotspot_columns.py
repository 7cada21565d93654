"""Gi* of many columns: each is the Gi* of that column alone, and all are one family."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.sparse import random_array

from concerns.multiple_tests import q_values
from geo.hotspot_columns import getis_ord_gi_star_columns
from geo.hotspots import getis_ord_gi_star


def graph(n: int, rng: np.random.Generator, density: float = 0.2):
    half = random_array((n, n), density=density, rng=rng)
    return ((half + half.T) > 0).astype(float)


@settings(max_examples=40)
@given(st.integers(0, 2**16), st.integers(1, 14), st.floats(0, 0.6))
def test_each_column_is_the_picture_of_that_column(seed, n, missing):
    rng = np.random.default_rng(seed)
    links, table = graph(n, rng), rng.integers(0, 4, (n, 5)).astype(float)
    table[rng.random(table.shape) < missing] = np.nan
    found = getis_ord_gi_star_columns(table, links)
    for column in range(5):
        alone = getis_ord_gi_star(table[:, column], links, permutations=0)
        one = found.xs(column, level="column")
        assert_allclose(one.gi_star_z, alone.gi_star_z, atol=1e-9)
        assert_allclose(one.p_value, alone.p_value, atol=1e-12)
        assert one.status.to_list() == alone.status.to_list()
    assert_allclose(found.q_value, q_values(found.p_value))
    assert found.attrs["n_tests"] == (found.status == "ok").sum()


def test_labels_are_kept_and_the_graph_is_matched_by_name():
    from libpysal.graph import Graph

    names = [*"ABCDEFGHI"]
    road = Graph.from_arrays(names[:-1] + names[1:], names[1:] + names[:-1], [1] * 16)
    table = pd.DataFrame({"jan": range(9), "feb": [3, 1, 4, 1, 5, 9, 2, 6, 5]}, index=names)
    found = getis_ord_gi_star_columns(table.iloc[::-1], road)
    assert found.index.names == ["area", "column"]
    alone = getis_ord_gi_star(table["feb"], road, permutations=0)
    assert found.loc[("C", "feb"), "gi_star_z"] == pytest.approx(alone.gi_star_z["C"], abs=1e-12)


def test_nothing_one_huge_value_and_no_column():
    assert getis_ord_gi_star_columns(np.empty((0, 3)), np.empty((0, 0))).empty
    assert getis_ord_gi_star_columns(np.empty((9, 0)), np.zeros((9, 9))).empty
    links = graph(10, np.random.default_rng(0), 0.3)
    table = np.full((10, 2), 1.0)
    table[3, 1] = 1e300
    found = getis_ord_gi_star_columns(table, links)
    assert np.isfinite(found.gi_star_z[found.status == "ok"]).all()
    assert set(found.xs(0, level="column").status) <= {"constant", "island"}

import subprocess
import sys
from itertools import combinations
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pandas.testing import assert_frame_equal
from scipy.sparse import coo_array, csr_array, csr_matrix, diags_array
from scipy.stats import binom, norm

from concerns.multiple_tests import q_values
from geo.hotspots import getis_ord_gi, getis_ord_gi_star, local_moran, moran

ROOT = Path(__file__).resolve().parents[2]
SIX_POINTS = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)])
SIX_VALUES = [2, 3, 3.2, 5, 8, 7]


def road(n: int, **_: object) -> csr_array:
    """n places in a row, each the neighbour of the next."""
    return csr_array(diags_array([np.ones(n - 1), np.ones(n - 1)], offsets=[-1, 1], shape=(n, n)))


def within(points: np.ndarray, distance: float) -> csr_array:
    apart = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    return csr_array((apart <= distance) & (apart > 0))


def by_hand(x: np.ndarray, w: np.ndarray, i: int, star: bool) -> float:
    """The definition, for one area, with plain sums."""
    others = np.arange(len(x)) if star else np.delete(np.arange(len(x)), i)
    w_i, values, n = w[i, others], x[others], len(others)
    s = np.sqrt((values**2).mean() - values.mean() ** 2)
    spread = np.sqrt((n * (w_i**2).sum() - w_i.sum() ** 2) / (n - 1))
    return float((w_i @ values - values.mean() * w_i.sum()) / (s * spread))


def test_six_points_equal_the_published_z_and_are_too_few_to_test():  # docstring of esda's G_Local
    near = within(SIX_POINTS, 15)
    gi, star = getis_ord_gi(SIX_VALUES, near), getis_ord_gi_star(SIX_VALUES, near)
    assert gi.gi_z.to_list() == pytest.approx(
        [-1.0136729, -0.0436159, 1.3155870, -0.3141268, 1.1537399, 1.7783394], abs=1e-7
    )
    assert star.gi_star_z.to_list() == pytest.approx(
        [-1.3972763, -0.2891776, 0.6506496, -0.2891776, 1.2345209, 2.0242433], abs=1e-7
    )
    assert set(gi.status) == set(star.status) == {"too_few"}
    assert star[["p_value", "p_sim", "q_value", "q_analytic"]].isna().all(axis=None)


@pytest.mark.shared_data
def test_getis_and_ord_1996_remote_sensing_grid(shared_data):
    grid = pd.read_csv(shared_data / "reference" / "getis_ord_16x16.csv")
    row = grid.index[grid.idx0 == 119][0]
    points = grid[["x", "y"]].to_numpy(float)
    published = {30: 1.221979, 60: 1.748098, 90: 1.986135, 120: 1.893374, 150: 1.237454}
    for band, z in published.items():
        assert getis_ord_gi(grid.val, within(points, band), permutations=0).gi_z[row] == pytest.approx(z, abs=1e-6)
    star = getis_ord_gi_star(grid.val, within(points, 30), permutations=0).gi_star_z[row]
    assert star == pytest.approx(1.450780, abs=1e-6)
    assert star * np.sqrt(255 / 256) == pytest.approx(1.447943, abs=1e-6)  # as printed, S with n − 1


@pytest.fixture(scope="module")
def carolina():
    import libpysal
    from libpysal.graph import Graph

    counties = gpd.read_file(libpysal.examples.get_path("sids2.shp"))
    return 1000 * counties.SID74 / counties.BIR74, Graph.build_contiguity(counties, rook=False), counties.NAME


def test_sudden_infant_deaths_in_north_carolina(carolina):
    rate, queen, name = carolina
    table = getis_ord_gi_star(rate, queen, permutations=0)
    assert queen.n_edges == 490
    assert table.gi_star_z[:5].to_list() == pytest.approx(
        [-1.699093, -1.435552, -1.922147, -1.553060, 4.251772], abs=1e-6
    )
    assert (table.gi_star_z.abs() > 1.96).sum() == 12
    assert set(name[table.q_value <= 0.05]) == {"Northampton", "Bertie"}
    assert (table.p_value <= 0.05 / 100).sum() == 2  # Bonferroni


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("transform", ["B", "R", "D"])
def test_equals_esda_whatever_the_graph_was_transformed_to(carolina, transform):
    from esda import G_Local

    rate, queen, _ = carolina
    given_weights = queen.transform(transform)
    star = G_Local(rate, queen, transform="B", star=True, permutations=0).Zs
    plain = G_Local(rate, queen, transform="B", star=False, permutations=0).Zs
    assert getis_ord_gi_star(rate, given_weights, permutations=0).gi_star_z.to_numpy() == pytest.approx(star, abs=1e-9)
    assert getis_ord_gi(rate, given_weights, permutations=0).gi_z.to_numpy() == pytest.approx(plain, abs=1e-9)


@pytest.mark.filterwarnings("ignore")
def test_permutation_p_is_twice_the_one_sided_p_of_esda(carolina):
    from esda import G_Local

    rate, queen, _ = carolina
    oracle = G_Local(rate, queen, transform="B", star=True, permutations=9_999, seed=1, n_jobs=1)
    ours = getis_ord_gi_star(rate, queen)
    assert ours.p_sim.to_numpy() == pytest.approx(np.minimum(1, 2 * oracle.p_sim), abs=0.04)


@pytest.mark.parametrize("star", [True, False])
def test_permutation_p_equals_the_enumeration_of_all_draws(star):
    x, w = np.array([5, 1, 0, 2, 9, 3, 8, 4.0]), road(8)
    table = (getis_ord_gi_star if star else getis_ord_gi)(x, w, permutations=40_000, seed=4)
    for i in range(8):
        around = w[[i]].indices
        sums = np.array([sum(x[list(c)]) for c in combinations([j for j in range(8) if j != i], len(around))])
        observed = x[around].sum()
        exact = min(1, 2 * min((sums >= observed).mean(), (sums <= observed).mean()))
        assert table.p_sim[i] == pytest.approx(exact, abs=0.012)


@pytest.mark.parametrize("permutations", [99, 999])
def test_permutation_p_is_never_below_two_in_r_plus_one(permutations):
    x = np.arange(100.0)
    ring = csr_array(np.isin((x[:, None] - x) % 100, [1, 2, 3, 4, 96, 97, 98, 99]))
    p = getis_ord_gi_star(x, ring, permutations=permutations).p_sim
    assert p.min() == pytest.approx(2 / (permutations + 1))


def test_one_seed_gives_one_answer_and_r_and_seed_travel_with_it():
    x = np.random.default_rng(1).random(30)
    first, again = (getis_ord_gi_star(x, road(30), permutations=99, seed=7) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    other = getis_ord_gi_star(x, road(30), permutations=99, seed=8)
    assert not first.p_sim.equals(other.p_sim)
    assert first.attrs == {"method": "getis_ord_gi_star", "n": 30, "n_tests": 30, "permutations": 99, "seed": 7}


def test_q_is_over_the_tested_areas_and_on_the_permutation_p():
    x = np.random.default_rng(1).random(30)
    x[4] = np.nan
    table = getis_ord_gi_star(x, road(30), permutations=199)
    assert table.q_value.to_numpy() == pytest.approx(q_values(table.p_sim), nan_ok=True)
    assert table.q_analytic.to_numpy() == pytest.approx(q_values(table.p_value), nan_ok=True)
    assert table.p_value.to_numpy() == pytest.approx(2 * norm.sf(table.gi_star_z.abs()), nan_ok=True)
    assert table.q_value.count() == 29
    without = getis_ord_gi_star(x, road(30), permutations=0)
    assert without.p_sim.isna().all()
    assert without.q_value.to_numpy() == pytest.approx(table.q_analytic.to_numpy(), nan_ok=True)


COUNTS = arrays(float, 12, elements=st.integers(-50, 50), unique=True)


@given(COUNTS, st.integers(0, 2**32 - 1))
def test_equals_the_definition_on_random_graphs(x, seed):
    rng = np.random.default_rng(seed)
    w = (rng.random((12, 12)) < 0.3).astype(float)  # not symmetric: a neighbour need not return it
    np.fill_diagonal(w, 0)
    w[np.arange(12), (np.arange(12) + 1) % 12] = 1
    star, gi = getis_ord_gi_star(x, csr_array(w), permutations=0), getis_ord_gi(x, csr_array(w), permutations=0)
    for i in range(12):
        if star.status[i] == "ok":
            assert star.gi_star_z[i] == pytest.approx(by_hand(x, w + np.eye(12), i, True), abs=1e-9)
        if gi.status[i] == "ok":
            assert gi.gi_z[i] == pytest.approx(by_hand(x, w, i, False), abs=1e-9)


@given(COUNTS, st.permutations(range(12)), st.floats(1e-6, 1e6), st.floats(-1e3, 1e3))
def test_knows_neither_row_order_nor_unit_nor_offset(x, order, factor, offset):
    order = list(order)
    plain = getis_ord_gi_star(x, road(12), permutations=0)
    shuffled = getis_ord_gi_star(x[order] * factor + offset, road(12)[order][:, order], permutations=0)
    assert shuffled.gi_star_z.to_numpy() == pytest.approx(plain.gi_star_z[order].to_numpy(), abs=1e-6)
    mirrored = getis_ord_gi_star(-x, road(12), permutations=99)
    assert mirrored.gi_star_z.to_numpy() == pytest.approx(-plain.gi_star_z.to_numpy(), abs=1e-9)
    assert mirrored.p_sim.to_list() == getis_ord_gi_star(x, road(12), permutations=99).p_sim.to_list()


def test_a_series_keeps_its_index_and_the_graph_is_aligned_by_name():
    from libpysal.graph import Graph

    names = [f"Q{i:02}" for i in range(9)]
    line = Graph.from_arrays(names[:-1] + names[1:], names[1:] + names[:-1], [1] * 16)
    x = pd.Series([4, 7, 1, 0, 2, 9, 9, 3, 1], index=names)
    plain = getis_ord_gi_star(x.to_numpy(), road(9))
    mixed = [names[i] for i in (3, 0, 7, 1, 8, 5, 2, 6, 4)]
    turned = getis_ord_gi_star(x[mixed], line, permutations=0)
    assert turned.index.to_list() == mixed
    assert turned.gi_star_z[names].to_list() == pytest.approx(plain.gi_star_z.to_list())
    assert getis_ord_gi_star(x.to_numpy(), line).index.to_list() == names
    numbered = getis_ord_gi_star(x.reset_index(drop=True), line, permutations=0)  # numbers are no names
    assert numbered.gi_star_z.to_list() == pytest.approx(plain.gi_star_z.to_list())
    for other in (x.rename({"Q00": "Q99"}), x.rename({"Q00": "Q01"})):
        with pytest.raises(ValueError, match="different areas"):
            getis_ord_gi_star(other, line)


def test_an_isolate_of_a_graph_is_an_island():
    from libpysal.graph import Graph

    line = Graph.from_arrays([*range(8), *range(1, 9), 9], [*range(1, 9), *range(8), 9], [1] * 16 + [0])
    assert line.isolates.to_list() == [9]
    table = getis_ord_gi_star(np.arange(10) ** 2, line)
    assert table.status.to_list() == ["ok"] * 9 + ["island"]
    pd.testing.assert_frame_equal(table[:9], getis_ord_gi_star(np.arange(9) ** 2, road(9)), check_index_type=False)


def test_every_form_of_weights_and_values_gives_one_answer():
    from libpysal.weights import lat2W

    x = np.arange(9) ** 2 % 7
    grid = lat2W(3, 3)
    expected = getis_ord_gi_star(x, grid.sparse)
    stored = grid.sparse.toarray()
    with_self_and_zeros = coo_array(
        (np.r_[stored.ravel(), np.full(9, 5.0)], np.hstack([np.indices((9, 9)).reshape(2, -1), [range(9)] * 2]))
    )
    forms = [grid, csr_matrix(stored), coo_array(stored * 0.25), stored, stored.astype(bool), with_self_and_zeros]
    for weights in forms:
        pd.testing.assert_frame_equal(getis_ord_gi_star(x, weights), expected)
    for values in [list(x), tuple(x), pd.Series(x, dtype="Int64"), pd.Series(x, dtype=object), np.ma.masked_array(x)]:
        pd.testing.assert_frame_equal(getis_ord_gi_star(values, grid.sparse), expected)


def test_missing_values_and_islands_are_named_and_touch_nobody_else():
    x, w = np.array([5, 1, 0, 2, 9, 3, 8, 4, 6, 7.0]), road(10)
    alone = getis_ord_gi_star(x, w, permutations=199)
    wider = np.zeros((13, 13))
    wider[:10, :10] = w.toarray()
    wider[9, 10] = wider[10, 9] = 1  # a neighbour without a value, which is all that area 11 has
    wider[10, 11] = wider[11, 10] = 1
    table = getis_ord_gi_star([*x, None, 1e9, 100], csr_array(wider), permutations=199)
    assert table.status[10:].to_list() == ["missing", "island", "island"]
    assert table.drop(columns="status")[10:].isna().all(axis=None)
    pd.testing.assert_frame_equal(table[:10], alone)


def test_whoever_had_only_an_island_for_a_neighbour_is_one_too():
    one_way = np.zeros((12, 12))
    one_way[:9, :9] = road(9).toarray()
    one_way[9, 10] = one_way[10, 11] = 1  # 9 looks at 10 alone, 10 at 11 alone, and 11 has no value
    table = getis_ord_gi_star([*range(9), 5, 6, np.nan], csr_array(one_way))
    assert table.status[9:].to_list() == ["island", "island", "missing"]
    pd.testing.assert_frame_equal(table[:9], getis_ord_gi_star(np.arange(9), road(9)))


def test_what_cannot_be_told_apart_is_named():
    star = np.zeros((9, 9))
    star[0, 1:] = star[1:, 0] = 1
    centre = getis_ord_gi_star(np.arange(9), csr_array(star))
    assert centre.status.to_list() == ["not_identified"] + ["ok"] * 8
    assert np.isnan(centre.gi_star_z[0])
    full = getis_ord_gi(np.arange(9), csr_array(1 - np.eye(9)))
    assert set(full.status) == {"not_identified"}


@pytest.mark.parametrize("value", [0, 0.1, -3, 1e300])
def test_a_constant_is_missing_not_zero(value):
    table = getis_ord_gi_star(np.full(9, value), road(9))
    assert set(table.status) == {"constant"}
    assert table.drop(columns="status").isna().all(axis=None)


def test_gi_is_constant_only_for_the_one_that_differs():
    x = np.full(9, 0.1)
    x[3] = 5
    table = getis_ord_gi(x, road(9))
    assert table.status.to_list() == ["ok"] * 3 + ["constant"] + ["ok"] * 5
    assert table.gi_z[2] == pytest.approx(by_hand(x, road(9).toarray(), 2, False))


@pytest.mark.parametrize("outlier", [1e15, 1e200, -1e300])
def test_one_huge_outlier_does_not_swamp_the_others(outlier):
    x = np.array([5, 1, 0, 2, 9, 3, 8, 4, 6, outlier])
    table = getis_ord_gi(x, road(10))
    assert table.gi_z[9] == pytest.approx(by_hand(x, road(10).toarray(), 9, False), abs=1e-9)
    assert np.isfinite(getis_ord_gi_star(x, road(10)).gi_star_z).all()


def test_integers_near_the_overflow_are_summed_as_floats():
    x = np.array([5, 1, 0, 2, 9, 3, 8, 4], dtype=np.int64)
    large = x * (np.iinfo(np.int64).max // 9)
    assert getis_ord_gi_star(large, road(8)).gi_star_z.to_numpy() == pytest.approx(
        getis_ord_gi_star(x, road(8)).gi_star_z.to_numpy(), abs=1e-9
    )


@pytest.mark.parametrize("offset", [2**53, 2**62, -(2**62)])
def test_whole_numbers_too_large_for_a_float_keep_their_differences(offset):
    y = np.random.default_rng(0).integers(0, 9, 30)
    road = diags_array([np.ones(29), np.ones(29)], offsets=[-1, 1])
    for statistic in (getis_ord_gi_star, local_moran):
        assert_frame_equal(statistic(y + offset, road, permutations=9), statistic(y, road, permutations=9))
    assert moran(y + offset, road, permutations=9) == moran(y, road, permutations=9)


def test_nothing_one_area_and_all_missing():
    empty = getis_ord_gi_star([], csr_array((0, 0)))
    assert len(empty) == 0
    assert empty.columns.to_list() == ["gi_star_z", "p_value", "p_sim", "q_value", "q_analytic", "status"]
    assert getis_ord_gi_star([3], csr_array((1, 1))).status.to_list() == ["island"]
    assert getis_ord_gi([3, 4], road(2)).status.to_list() == ["constant"] * 2
    assert set(getis_ord_gi_star([np.nan] * 9, road(9)).status) == {"missing"}


@pytest.mark.parametrize(
    ("values", "weights", "error", "words"),
    [
        ([1, 2, 3], road(4), ValueError, "4 × 4"),
        ([1, 2, np.inf, 4], road(4), ValueError, "infinite"),
        (["a", "b", "c", "d"], road(4), ValueError, "number"),
        (np.eye(4), road(4), ValueError, "one dimension"),
        (pd.to_datetime(["2024-01-01"] * 4), road(4), ValueError, "numbers are needed"),
        ([1, 2, 3, 4], -road(4), ValueError, "not below 0"),
        ([1, 2, 3, 4], road(4) * np.nan, ValueError, "finite"),
        ([1, 2, 3, 4], {0: [1]}, TypeError, "SciPy sparse"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(values, weights, error, words):
    with pytest.raises(error, match=words):
        getis_ord_gi_star(values, weights)


@pytest.mark.parametrize("permutations", [-1, 9.5, None])
def test_the_number_of_permutations_is_whole(permutations):
    with pytest.raises(ValueError, match="permutations"):
        getis_ord_gi_star(np.arange(9), road(9), permutations=permutations)


def false_alarms(runs: int, permutations: int) -> int:
    """Pictures of 49 districts without any pattern that show at least one finding after BH at 5 %."""
    from libpysal.weights import lat2W

    grid, rng = lat2W(7, 7, rook=False).sparse, np.random.default_rng(20)
    tables = (getis_ord_gi_star(rng.poisson(6, 49), grid, permutations=permutations, seed=run) for run in range(runs))
    return sum(bool((table.q_value <= 0.05).any()) for table in tables)


def test_pictures_without_a_pattern_seldom_show_a_finding():
    assert false_alarms(60, 1_999) <= binom.ppf(0.999, 60, 0.05)


@pytest.mark.slow
def test_false_alarms_lie_in_their_binomial_band():
    assert false_alarms(1_000, 9_999) <= binom.ppf(0.999, 1_000, 0.05)


@pytest.mark.slow
def test_permutation_p_is_uniform_under_the_null():
    rng = np.random.default_rng(21)
    p = [getis_ord_gi_star(rng.poisson(8, 40), road(40), permutations=199, seed=s).p_sim[11] for s in range(2_000)]
    below = np.mean(np.array(p) <= 0.05)
    assert binom.ppf(0.0005, 2_000, 0.03) / 2_000 <= below <= binom.ppf(0.9995, 2_000, 0.05) / 2_000


def test_no_heavy_library_is_loaded():
    code = """
import sys, numpy as np
from scipy.sparse import diags_array
from geo.hotspots import getis_ord_gi_star, local_moran, moran
w = diags_array([np.ones(8), np.ones(8)], offsets=[-1, 1])
getis_ord_gi_star(np.arange(9), w), local_moran(np.arange(9), w), moran(np.arange(9), w)
heavy = {"esda", "libpysal", "statsmodels", "numba", "geopandas", "scipy.stats"} & set(sys.modules)
sys.exit(str(heavy) if heavy else 0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr

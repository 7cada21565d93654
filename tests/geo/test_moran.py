import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_array, diags_array
from scipy.stats import binom

from geo.hotspots import eb_standardised, local_moran, moran

VALUES = arrays(float, 11, elements=st.integers(-40, 40), unique=True)


def road(n: int) -> csr_array:
    if n < 2:
        return csr_array((n, n))
    return csr_array(diags_array([np.ones(n - 1), np.ones(n - 1)], offsets=[-1, 1], shape=(n, n)))


def example(table: str, column: str, neighbours: str):
    import libpysal

    data = libpysal.io.open(libpysal.examples.get_path(table)).by_col(column)
    return np.array(data), libpysal.io.open(libpysal.examples.get_path(neighbours)).read()


def random_weights(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    w = rng.random((11, 11)) * (rng.random((11, 11)) < 0.4)  # neither binary nor symmetric
    np.fill_diagonal(w, 0)
    w[np.arange(11), (np.arange(11) + 1) % 11] = 1
    return w


def test_published_global_i():
    sids = moran(*example("sids2.dbf", "SIDR74", "sids2.gal"))
    assert sids.i == pytest.approx(0.24772519320480, abs=1e-13)
    assert sids.expected_i == pytest.approx(-0.010101, abs=1e-6)
    assert sids.z_norm == pytest.approx(3.854781, abs=1e-6)
    assert sids.p_norm / 2 == pytest.approx(5.791654e-05, rel=1e-6)
    assert sids.z_rand == pytest.approx(3.942847, abs=1e-6)
    homicide = moran(*example("stl_hom.csv", "HR8893", "stl.gal"))
    assert homicide.i == pytest.approx(0.24365582621772, abs=1e-13)
    assert homicide.p_norm / 2 == pytest.approx(1.357393e-04, rel=1e-6)
    assert sids.p_value == sids.p_rand
    assert 0.0002 <= sids.p_sim < 0.005


@given(VALUES, st.integers(0, 2**31))
def test_equals_the_definition(x, seed):
    w = random_weights(seed)
    found = moran(x, csr_array(w), permutations=0)
    w = w / w.sum(axis=1, keepdims=True)
    z, n = x - x.mean(), 11
    i = sum(w[a, b] * z[a] * z[b] for a in range(n) for b in range(n)) / (z @ z)
    s1 = sum((w[a, b] + w[b, a]) ** 2 for a in range(n) for b in range(n)) / 2
    s2 = sum((w[a].sum() + w[:, a].sum()) ** 2 for a in range(n))
    b2 = n * (z**4).sum() / (z @ z) ** 2
    norm = (n**2 * s1 - n * s2 + 3 * n**2) / ((n**2 - 1) * n**2) - 0.01
    rand = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * n**2) - b2 * ((n**2 - n) * s1 - 2 * n * s2 + 6 * n**2)
    rand = rand / ((n - 1) * (n - 2) * (n - 3) * n**2) - 0.01
    assert found.i == pytest.approx(i, abs=1e-12)
    assert found.z_norm == pytest.approx((i + 0.1) / np.sqrt(norm), abs=1e-9)
    assert found.z_rand == pytest.approx((i + 0.1) / np.sqrt(rand), abs=1e-9)


@given(VALUES, st.integers(0, 2**31))
def test_local_values_have_the_global_one_as_their_mean(x, seed):
    w = csr_array(random_weights(seed))
    table = local_moran(x, w, permutations=0)
    assert table.local_i.mean() == pytest.approx(moran(x, w, permutations=0).i, abs=1e-12)


@given(VALUES, st.permutations(range(11)), st.floats(1e-6, 1e6), st.floats(-1e3, 1e3))
def test_knows_neither_row_order_nor_unit_nor_offset(x, order, factor, offset):
    order = list(order)
    moved, w = x[order] * factor + offset, road(11)[order][:, order]
    assert moran(moved, w, permutations=0).i == pytest.approx(moran(x, road(11), permutations=0).i, abs=1e-6)
    plain = local_moran(x, road(11), permutations=0)
    shuffled = local_moran(moved, w, permutations=0)
    assert shuffled.local_i.to_numpy() == pytest.approx(plain.local_i[order].to_numpy(), abs=1e-5)
    mirrored = local_moran(-x, road(11), permutations=99)
    assert mirrored.local_i.to_numpy() == pytest.approx(plain.local_i.to_numpy())
    assert mirrored.p_sim.to_list() == local_moran(x, road(11), permutations=99).p_sim.to_list()


@pytest.mark.filterwarnings("ignore")
def test_local_values_quadrants_and_p_against_esda():
    from esda import Moran_Local

    x, w = example("sids2.dbf", "SIDR74", "sids2.gal")
    oracle = Moran_Local(x, w, permutations=9_999, seed=1, n_jobs=1)
    ours = local_moran(x, w)
    assert ours.local_i.to_numpy() == pytest.approx(oracle.Is * 100 / 99, abs=1e-12)
    assert ours.p_sim.to_numpy() == pytest.approx(np.minimum(1, 2 * oracle.p_sim), abs=0.03)
    assert ours.quadrant.to_list() == [["_", "HH", "LH", "LL", "HL"][q] for q in oracle.q]


def test_a_zero_on_either_side_has_no_quadrant():
    table = local_moran([2, 5, -2, -5, 0, 0, 0, 0, 0, 0, 0], road(11), permutations=0)
    assert table.quadrant[[0, 3]].to_list() == ["HH", "LL"]  # of the others, the value or its neighbours' mean is 0
    assert table.quadrant.count() == 2


def test_an_area_at_the_mean_has_no_evidence_either_way():
    table = local_moran([0, 5, -4, 4, 3, 1, -1, 2, -2, -5, -3], road(11), permutations=99)
    assert table.local_i[0] == 0
    assert table.p_sim[0] == 1


def test_islands_and_missing_values_leave_n_and_are_named():
    x = np.array([5, 1, 0, 2, 9, 3, 8, 4, 6, 7.0])
    wider = np.zeros((13, 13))
    wider[:10, :10] = road(10).toarray()
    wider[9, 10] = wider[10, 9] = wider[10, 11] = wider[11, 10] = 1
    values = pd.Series([*x, np.nan, 1e9, 100], index=list("abcdefghijklm"))
    assert moran(values, csr_array(wider), permutations=99) == moran(x, road(10), permutations=99)
    table, alone = local_moran(values, csr_array(wider)), local_moran(x, road(10))
    assert table.status.to_list() == ["ok"] * 10 + ["missing", "island", "island"]
    assert table.index.equals(values.index)
    pd.testing.assert_frame_equal(table[:10].reset_index(drop=True), alone)
    assert table.drop(columns="status")[10:].isna().all(axis=None)


def test_few_areas_keep_the_bare_statistic_only():
    found, table = moran([1, 2, 4, 8, 9], road(5)), local_moran([1, 2, 4, 8, 9], road(5))
    assert found.status == "too_few"
    assert found.i == pytest.approx(table.local_i.mean())
    assert np.isnan([found.p_rand, found.p_norm, found.p_sim]).all()
    assert set(table.status) == {"too_few"}
    assert table[["quadrant", "p_sim", "q_value"]].isna().all(axis=None)
    assert np.isnan(moran([1, 2, 4], road(3)).z_rand)  # the variance needs four areas


@pytest.mark.parametrize(
    ("values", "status"),
    [([], "missing"), ([np.nan] * 3, "missing"), ([4], "island"), ([7] * 9, "constant"), ([0.1] * 9, "constant")],
)
def test_nothing_to_compare(values, status):
    found = moran(values, road(len(values)))
    assert found.status == status
    assert np.isnan([found.i, found.z_rand, found.p_rand, found.p_norm, found.p_sim]).all()
    table = local_moran(values, road(len(values)))
    assert set(table.status) <= {status}
    assert table.drop(columns="status").isna().all(axis=None)


def test_large_integers_and_one_huge_outlier():
    x = np.array([5, 1, 0, 2, 9, 3, 8, 4], dtype=np.int64)
    large = moran(x * (np.iinfo(np.int64).max // 9), road(8))
    assert large.i == pytest.approx(moran(x, road(8)).i, abs=1e-9)
    assert large.p_sim == moran(x, road(8)).p_sim
    assert np.isfinite(local_moran([*x, 1e300], road(9)).local_i).all()


def test_permutations_can_be_left_out():
    found, table = moran(np.arange(9), road(9), permutations=0), local_moran(np.arange(9), road(9), permutations=0)
    assert np.isnan(found.p_sim)
    assert found.p_rand < 0.01
    assert table.p_sim.isna().all()
    assert set(table.quadrant.dropna()) == {"HH", "LL"}


def test_standardised_rates_equal_esda():
    from esda.smoothing import assuncao_rate

    rng = np.random.default_rng(5)
    population = rng.integers(200, 9_000, 40)
    cases = rng.binomial(population, 0.02)
    assert eb_standardised(cases, population).to_numpy() == pytest.approx(assuncao_rate(cases, population), abs=1e-10)
    gaps = eb_standardised([*cases, 3, np.nan], [*population, 0, 50])
    assert gaps[:40].to_numpy() == pytest.approx(eb_standardised(cases, population).to_numpy())
    assert gaps[40:].isna().all()


def test_standardised_rates_without_variance_between_areas_use_chance_alone():
    assert eb_standardised([2, 2, 2], [10, 10, 10]).to_list() == [0, 0, 0]
    assert eb_standardised([1, 2], [10, 10]).to_list() == pytest.approx([-0.05 / 0.015**0.5, 0.05 / 0.015**0.5])
    assert eb_standardised([0, 0], [10, 10]).isna().all()
    assert eb_standardised([], []).empty
    with pytest.raises(ValueError, match="one of each"):
        eb_standardised([1, 2], [1])
    with pytest.raises(ValueError, match="below 0"):
        eb_standardised([-1, 2], [1, 4])


def test_small_p_is_as_rare_as_it_says():
    rng = np.random.default_rng(9)
    found = [moran(rng.normal(size=40), road(40), permutations=199, seed=run) for run in range(400)]
    for p in (np.array([m.p_rand for m in found]), np.array([m.p_sim for m in found])):
        assert binom.ppf(0.0005, 400, 0.05) <= (p <= 0.05).sum() <= binom.ppf(0.9995, 400, 0.05)

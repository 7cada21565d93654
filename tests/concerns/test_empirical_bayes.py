"""Marshall's estimators against the sids2 numbers, esda where it is right, and the identities they must keep."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy import sparse, stats

from concerns.rates import empirical_bayes, spatial_empirical_bayes

DISTRICTS = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 9_000)), min_size=2, max_size=12)


@pytest.fixture(scope="module")
def sids() -> pd.DataFrame:
    import libpysal

    table = libpysal.io.open(libpysal.examples.get_path("sids2.dbf"))
    columns = {name: table.by_col(name) for name in ("SID74", "BIR74")}
    return pd.DataFrame(columns, index=table.by_col("NAME"))


def weights_of(name: str):
    import libpysal

    w = libpysal.io.open(libpysal.examples.get_path(name)).read()
    w.id_order = list(w.id_order)  # esda wants the order to be set, as it stands
    return w


def test_the_sids_numbers(sids):  # Marshall 1991 on sids2 SID74 / BIR74
    table = empirical_bayes(sids.SID74, sids.BIR74)
    assert table.attrs["overall_rate"] == pytest.approx(0.00202144489, abs=1e-11)
    assert table.attrs["between_variance"] == pytest.approx(7.692930647e-07, rel=1e-9)
    named = table.rate[["Ashe", "Alleghany", "Surry", "Currituck", "Northampton"]]
    assert named.to_list() == pytest.approx([0.0016973, 0.0017054, 0.0017731, 0.0020129, 0.0035349], abs=1e-7)


def test_global_rates_equal_esda_where_districts_differ_beyond_chance(sids):
    from esda.smoothing import Empirical_Bayes

    expected = Empirical_Bayes(sids.SID74.to_numpy(), sids.BIR74.to_numpy()).r.ravel()
    assert empirical_bayes(sids.SID74, sids.BIR74).rate.to_numpy() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("form", ["w", "sparse", "graph"])
def test_spatial_rates_equal_esda(sids, form):
    from esda.smoothing import Spatial_Empirical_Bayes
    from libpysal.graph import Graph

    w = weights_of("sids2.gal")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = Spatial_Empirical_Bayes(sids.SID74.to_numpy(), sids.BIR74.to_numpy(), w).r.ravel()
    weights = {"w": w, "sparse": w.sparse, "graph": Graph.from_W(w)}[form]
    got = spatial_empirical_bayes(sids.SID74.to_numpy(), sids.BIR74.to_numpy(), weights)
    assert got.rate.to_numpy() == pytest.approx(expected, abs=1e-12)
    assert (got.status == "ok").all()


def test_a_graph_is_matched_by_label(sids):
    from libpysal.graph import Graph

    w = weights_of("sids2.gal")
    labelled = sids.set_axis(w.id_order)
    shuffled = labelled.sample(frac=1, random_state=3)
    straight = spatial_empirical_bayes(labelled.SID74, labelled.BIR74, Graph.from_W(w))
    other = spatial_empirical_bayes(shuffled.SID74, shuffled.BIR74, Graph.from_W(w))
    assert_frame_equal(other.loc[straight.index], straight, rtol=1e-12)
    with pytest.raises(ValueError, match="different districts"):
        spatial_empirical_bayes(sids.SID74, sids.BIR74, Graph.from_W(w))


def test_when_chance_explains_all_nothing_is_reversed():
    table = empirical_bayes([2, 1, 0, 1], [100] * 4)  # an unclipped variance would give 0, .01, .02, .01
    assert table.rate.to_list() == pytest.approx([0.01] * 4)
    assert (table.own_share == 0).all()
    assert table.attrs["between_variance"] == 0
    equal = empirical_bayes([10, 20, 30], [1000, 2000, 3000])
    assert equal.rate.to_list() == pytest.approx([0.01] * 3)


@settings(deadline=None)
@given(DISTRICTS)
def test_the_smoothed_rate_lies_between_its_own_and_the_common_rate(districts):
    x, p = map(np.array, zip(*districts, strict=True))
    table = empirical_bayes(x, p)
    low, high = np.minimum(x / p, x.sum() / p.sum()), np.maximum(x / p, x.sum() / p.sum())
    slack = 1e-12 * high
    assert ((low - slack <= table.rate) & (table.rate <= high + slack)).all()
    assert table.own_share.between(0, 1).all()


@settings(deadline=None)
@given(DISTRICTS, st.randoms(use_true_random=False))
def test_row_order_and_unit_change_nothing(districts, random):
    order = list(range(len(districts)))
    random.shuffle(order)
    x, p = (pd.Series(column, dtype=float) for column in zip(*districts, strict=True))
    one, other = empirical_bayes(x, p), empirical_bayes(x[order], p[order] * 10, per=10)
    assert_frame_equal(other.loc[one.index], one, rtol=1e-9, atol=1e-12)


@settings(deadline=None)
@given(DISTRICTS)
def test_when_all_are_neighbours_the_spatial_rate_is_the_global_one(districts):
    x, p = map(np.array, zip(*districts, strict=True))
    near = spatial_empirical_bayes(x, p, sparse.csr_array(1 - np.eye(len(x))))
    assert near.rate.to_numpy() == pytest.approx(empirical_bayes(x, p).rate.to_numpy(), rel=1e-9)


def test_the_limits_are_those_of_the_gamma_posterior(sids):
    table = empirical_bayes(sids.SID74, sids.BIR74)
    b, a = table.attrs["overall_rate"], table.attrs["between_variance"]
    posterior = stats.gamma(b**2 / a + sids.SID74, scale=1 / (b / a + sids.BIR74))
    assert table.rate.to_numpy() == pytest.approx(posterior.mean(), rel=1e-12)
    assert table.lower.to_numpy() == pytest.approx(posterior.ppf(0.025), rel=1e-9)
    assert table.upper.to_numpy() == pytest.approx(posterior.ppf(0.975), rel=1e-9)


def test_missing_islands_and_empty_districts_stay_out_of_the_sums():
    x, p = [4, 30, None, 7, 0], [100, 900, 50, 0, None]
    table = empirical_bayes(x, p)
    assert table.status.to_list() == ["ok", "ok", "missing", "missing", "missing"]
    assert table.loc[2:, ["crude_rate", "rate", "lower", "upper", "own_share"]].isna().all(axis=None)
    assert table.rate[:2].to_list() == empirical_bayes(x[:2], p[:2]).rate.to_list()
    chain = np.diag(np.ones(4), 1) + np.diag(np.ones(4), -1)
    chain[0, 1] = chain[1, 0] = 0  # the first is an island; the second has only neighbours without a number
    near = spatial_empirical_bayes(x, p, chain)
    assert near.status.to_list() == ["island", "island", "missing", "missing", "missing"]
    assert near.rate[:2].to_list() == pytest.approx(table.rate[:2].to_list())


def test_one_none_and_all_missing():
    one = empirical_bayes([3], [10]).iloc[0]
    assert (one.status, one.rate) == ("too_few", 0.3)
    assert np.isnan(one.upper)
    assert empirical_bayes([], []).empty
    assert empirical_bayes([None, None], [5, 5]).rate.isna().all()
    assert spatial_empirical_bayes([3], [10], np.zeros((1, 1))).status.to_list() == ["too_few"]
    nothing = empirical_bayes([0, 0], [10, 20])
    assert nothing.rate.to_list() == [0, 0]
    assert nothing.upper[0] == pytest.approx(3.688879 / 30, rel=1e-6)


def test_wrong_weights_are_refused():
    with pytest.raises(ValueError, match="another number"):
        spatial_empirical_bayes([1, 2], [3, 4], np.zeros((3, 3)))

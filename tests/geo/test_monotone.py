import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.monotone import mann_kendall_rows


def test_the_flow_of_the_nile():
    from statsmodels.datasets import nile

    z, p = mann_kendall_rows([nile.load_pandas().data["volume"]])
    assert z[0] == pytest.approx(-4.128066523, abs=1e-9)
    assert p[0] == pytest.approx(3.658263e-05, rel=1e-6)


@given(arrays(float, (3, 13), elements=st.one_of(st.integers(0, 5), st.just(np.nan))))
def test_equals_the_definition_with_ties_and_gaps(y):
    z, p = mann_kendall_rows(y)
    for row, found, p_found in zip(y, z, p, strict=True):
        kept = row[~np.isnan(row)]
        n = len(kept)
        if n < 2:
            assert np.isnan(found)
            assert np.isnan(p_found)
            continue
        s = sum(np.sign(kept[j] - kept[i]) for i in range(n) for j in range(i + 1, n))
        t = np.unique(kept, return_counts=True)[1]
        var = (n * (n - 1) * (2 * n + 5) - (t * (t - 1) * (2 * t + 5)).sum()) / 18
        assert found == pytest.approx((s - np.sign(s)) / np.sqrt(var) if s else 0, abs=1e-12)


def test_a_constant_series_has_no_trend():
    z, p = mann_kendall_rows(np.full((2, 12), 0.1))
    assert z.tolist() == [0, 0]
    assert p.tolist() == [1, 1]


def test_nothing_in_nothing_out():
    assert mann_kendall_rows(np.zeros((0, 5)))[0].shape == (0,)
    assert np.isnan(mann_kendall_rows(np.zeros((2, 0)))[1]).all()

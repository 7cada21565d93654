import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from concerns.multiple_tests import q_values

# Benjamini & Hochberg (1995), the fifteen p-values of their example
PUBLISHED = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
]  # fmt: skip
P_VALUES = arrays(float, st.integers(1, 60), elements=st.floats(0, 1))


def test_the_published_example_finds_four():
    assert (q_values(PUBLISHED) <= 0.05).sum() == 4
    assert (np.array(PUBLISHED) <= 0.05 / 15).sum() == 3  # what Bonferroni would have found


@pytest.mark.parametrize(("any_dependence", "method"), [(False, "fdr_bh"), (True, "fdr_by")])
def test_equals_statsmodels(any_dependence, method):
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(3).random(400) ** 3
    reject, q, *_ = multipletests(p, 0.05, method)
    ours = q_values(p, any_dependence=any_dependence)
    assert ours == pytest.approx(q, abs=1e-12)
    assert ((ours <= 0.05) == reject).all()


@given(P_VALUES)
def test_says_the_same_as_the_step_up_rule(p):
    ordered, m = np.sort(p), len(p)
    alpha = 0.05003  # no k·α/m is a round number, so equality by rounding cannot decide
    passed = np.flatnonzero(ordered <= np.arange(1, m + 1) * alpha / m)
    cut = ordered[passed[-1]] if len(passed) else -1.0
    assert ((q_values(p) <= alpha) == (p <= cut)).all()


@given(P_VALUES, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_q_is_never_below_p(p, shuffler):
    order = list(range(len(p)))
    shuffler.shuffle(order)
    assert q_values(p[order]) == pytest.approx(q_values(p)[order])
    assert (q_values(p) >= p * (1 - 1e-12)).all()


def test_missing_tests_leave_the_family():
    with_gap = q_values([[0.01, np.nan], [0.04, 0.03]])
    assert with_gap[[0, 1, 1], [0, 0, 1]] == pytest.approx(q_values([0.01, 0.04, 0.03]))
    assert np.isnan(with_gap[0, 1])


def test_nothing_tested_gives_nothing():
    assert q_values([]).shape == (0,)
    assert np.isnan(q_values([np.nan, np.nan])).all()


@pytest.mark.parametrize("p", [[-0.1], [1.1]])
def test_what_is_no_probability_is_refused(p):
    with pytest.raises(ValueError, match="between 0 and 1"):
        q_values(p)

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare, norm

from geo.permutation import check_number, distinct_draws, normal_p, two_sided_p


@settings(max_examples=20)
@given(st.integers(1, 12), st.integers(0, 2**31))
def test_a_draw_holds_no_number_twice_and_any_number_may_come_first(k, seed):
    table = distinct_draws(12, k, 400, np.random.default_rng(seed))
    assert table.shape == (k, 400)
    assert all(len(set(column)) == k for column in table.T)
    assert set(table[0]) == set(table[-1]) == set(range(12))


@pytest.mark.parametrize(("n", "k"), [(9, 3), (3, 3), (1, 1), (60, 60)])
def test_every_row_of_a_draw_is_even_by_either_way_of_drawing(n, k):
    table = distinct_draws(n, k, 6_000, np.random.default_rng(1))
    for row in {0, k - 1}:
        assert chisquare(np.bincount(table[row], minlength=n)).pvalue > 1e-4 or n == 1


def test_normal_p_equals_scipy_far_into_the_tails():
    z = np.array([0, 0.3, -1.96, 5, -12, 37, np.nan])
    assert normal_p(z) == pytest.approx(2 * norm.sf(np.abs(z)), rel=1e-12, nan_ok=True)
    assert normal_p([]).shape == (0,)


def test_two_sided_p_is_twice_the_smaller_tail_and_at_most_one():
    assert two_sided_p(np.array([0.0, 3, 99, 50]), np.array([99.0, 96, 0, 60]), 99).tolist() == [0.02, 0.08, 0.02, 1]


@pytest.mark.parametrize("number", [1.5, "3", None, 4])
def test_what_is_no_whole_number_of_at_least_five_is_refused(number):
    with pytest.raises(ValueError, match="rounds"):
        check_number(number, "rounds", 5)

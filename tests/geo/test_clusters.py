import numpy as np
import pytest
from scipy.stats import gumbel_r

from geo.clusters import gumbel_p, rank_p


def test_rank_p_counts_equal_ratios_up_to_rounding():
    by_chance = np.array([3.0, 5.0 - 1e-13, 5.0, 7.0])
    assert rank_p(np.array([5.0, 7.1, 0.0]), by_chance).tolist() == pytest.approx([4 / 5, 1 / 5, 1])
    assert np.isnan(rank_p(np.array([5.0]), np.zeros(0))).all()


def test_gumbel_p_goes_below_the_floor_of_the_rank():
    by_chance = gumbel_r.rvs(loc=6, scale=1.3, size=20_000, random_state=1)
    llr = np.array([6.0, 9.0, 14.0, 30.0])
    assert gumbel_p(llr, by_chance) == pytest.approx(gumbel_r.sf(llr, loc=6, scale=1.3), rel=0.25)
    assert gumbel_p(llr, by_chance)[3] < 1e-6


@pytest.mark.parametrize("by_chance", [[], [3.0], [3.0, 3.0]])
def test_a_distribution_that_cannot_be_fitted_has_no_p(by_chance):
    assert np.isnan(gumbel_p(np.array([5.0]), np.array(by_chance))).all()

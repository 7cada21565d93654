import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.likelihood import Bounds, log_likelihood_ratio


def test_the_published_ratios():
    assert log_likelihood_ratio([10, 2], 1, 1175) == pytest.approx([14.060437, 0.386720], abs=1e-6)


@given(st.integers(2, 500), st.floats(1e-6, 499.0), st.sampled_from(["high", "low", "both"]))
def test_equals_the_definition_on_the_side_asked_for(c, e, sides):
    n = 500
    by_hand = c * np.log(c / e) + ((n - c) * np.log((n - c) / (n - e)) if c < n else 0)
    asked = (sides != "low" and c > e * (1 + 1e-9)) or (sides != "high" and c < e * (1 - 1e-9))
    if abs(c / e - 1) > 1e-9:
        assert log_likelihood_ratio(c, e, n, sides) == pytest.approx(by_hand if asked else 0, abs=1e-9)


def test_nothing_observed_everything_observed_and_nothing_expected():
    assert log_likelihood_ratio(0, 30, 100, "low") == pytest.approx(100 * np.log(100 / 70))
    assert log_likelihood_ratio(100, 30, 100) == pytest.approx(100 * np.log(100 / 30))
    assert log_likelihood_ratio([0, 100, 1], [0, 100, 0.5], 100, "both").tolist()[:2] == [0, 0]
    assert log_likelihood_ratio(1, 0.5, 100) == 0  # a single case is no cluster


@pytest.mark.parametrize("total", [200, 40_000])
def test_bounds_let_every_count_through_that_reaches_the_level(total):
    rng = np.random.default_rng(0)
    expected = np.exp(rng.uniform(np.log(1e-3), np.log(total * 0.999), 4_000))
    cases = np.minimum(rng.poisson(expected * rng.choice([0.3, 0.9, 1, 1.2, 3], 4_000)), total)
    for level in (0.0, 0.5, 4.0, 30.0):
        bounds = Bounds(level, total, "both")
        for side, passes in (("high", cases >= bounds.at_least(expected)), ("low", cases <= bounds.at_most(expected))):
            ratios = log_likelihood_ratio(cases, expected, total, side)
            reached = (ratios >= level) & (ratios > 0)
            assert reached.any()
            assert passes[reached].all()
            if level and total < 4096:
                assert not passes[ratios < level * 0.999].any()  # and where counts are solved exactly, no others

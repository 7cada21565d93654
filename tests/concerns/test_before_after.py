"""Before and after: against the clustered Poisson model, and what must hold whatever the counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concerns.before_after import before_after

COUNTS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=10, max_size=25)


def test_error_and_interval_equal_the_clustered_poisson_model():  # statsmodels 0.15, G/(G−1) alone
    import statsmodels.api as sm

    rng = np.random.default_rng(2)
    level = rng.gamma(2, 5, 14)
    first, second = rng.poisson(level), rng.poisson(0.7 * level)
    rows = pd.DataFrame({"n": np.r_[first, second], "after": np.repeat([0, 1], 14), "place": np.tile(range(14), 2)})
    model = sm.GLM(rows["n"], sm.add_constant(rows["after"]), family=sm.families.Poisson())
    fit = model.fit(cov_type="cluster", cov_kwds={"groups": rows["place"].to_numpy(), "use_correction": False})
    ours = before_after(first, second)
    assert ours.estimate == pytest.approx(fit.params["after"], abs=1e-9)
    assert ours.se == pytest.approx(fit.bse["after"] * np.sqrt(14 / 13), rel=1e-7)
    assert (ours.upper - ours.lower) / 2 / ours.se == pytest.approx(2.160369, abs=1e-5)  # t, 13 degrees of freedom


@given(COUNTS, st.randoms())
def test_order_and_sides(pairs, random):
    first, second = np.array(pairs).T
    found, turned = before_after(first, second), before_after(second, first)
    if found.status == "not_identified":
        assert turned.status == "not_identified"
        return
    assert turned.estimate == pytest.approx(-found.estimate, abs=1e-12)
    random.shuffle(pairs)
    again = before_after(*np.array(pairs).T)
    assert again.se == pytest.approx(found.se, abs=1e-12)
    twice = before_after(2 * first, 2 * second)
    assert (twice.estimate, twice.se) == pytest.approx((found.estimate, found.se), abs=1e-12)


def test_no_change_is_covered_at_the_nominal_rate_however_places_differ():
    rng = np.random.default_rng(0)
    hits = 0
    for _ in range(600):
        level = rng.gamma(1.5, 8, 25)
        found = before_after(rng.poisson(level * rng.gamma(5, 0.2, 25)), rng.poisson(level * rng.gamma(5, 0.2, 25)))
        hits += found.lower <= 0 <= found.upper
    assert abs(hits / 600 - 0.95) <= 3.3 * np.sqrt(0.95 * 0.05 / 600) + 0.01  # + what 25 places cost


def test_too_few_none_and_all_alike():
    assert before_after([3] * 9, [2] * 9).status == "too_few"
    assert before_after([0] * 12, [2] * 12).status == "not_identified"
    assert before_after([4] * 12, [2] * 12).status == "constant"
    assert before_after([], []).status == "not_identified"


@pytest.mark.parametrize("counts", [([1, 2], [1]), ([1, np.nan], [1, 1]), ([-1, 1], [1, 1])])
def test_counts_that_are_none_are_refused(counts):
    with pytest.raises(ValueError):
        before_after(*counts)

"""The smallest effect that could have been seen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concerns.power import log_ratio_se, minimum_detectable_effect, power_of, survey_se


@given(
    se=st.floats(1e-3, 1e3),
    clusters=st.one_of(st.none(), st.integers(3, 500)),
    alpha=st.sampled_from([0.01, 0.05, 0.1]),
    power=st.sampled_from([0.7, 0.8, 0.9]),
)
def test_the_smallest_effect_is_found_with_the_stated_power(se, clusters, alpha, power):
    effect = minimum_detectable_effect(se, clusters, alpha=alpha, power=power)
    assert power_of(effect, se, clusters, alpha=alpha) == pytest.approx(power, abs=1e-9)


def test_many_clusters_give_the_normal_multiple():
    assert minimum_detectable_effect(1.0) == pytest.approx(2.8016, abs=5e-5)
    assert minimum_detectable_effect(1.0, 10**7) == pytest.approx(minimum_detectable_effect(1.0), abs=1e-6)


@given(st.integers(3, 60))
def test_fewer_clusters_see_less(clusters):
    assert minimum_detectable_effect(1.0, clusters) > minimum_detectable_effect(1.0, clusters + 1)


def test_two_clusters_see_nothing():
    assert np.isnan(minimum_detectable_effect(1.0, 2))


def test_people_drawn_at_random_agree_with_statsmodels():
    from statsmodels.stats.power import NormalIndPower

    # ρ = 0: one round of two arms has half the variance of the difference of two rounds
    se = survey_se(n_treated_clusters=10, n_control_clusters=10, n_per_cluster=20, icc=0, cluster_autocorrelation=0)
    theirs = NormalIndPower().solve_power(nobs1=200, alpha=0.05, power=0.8, ratio=1)
    assert minimum_detectable_effect(se) == pytest.approx(np.sqrt(2) * theirs, rel=1e-4)


def test_the_survey_error_equals_a_simulation():
    # k 6 and 9, m 40, ρ 0.05, π 0.7: published design, variance 0.0215
    rng = np.random.default_rng(0)
    m, icc, kept, n = 40, 0.05, 0.7, 20_000
    lasting = rng.normal(0, np.sqrt(icc * kept), (n, 15, 1))
    fleeting = rng.normal(0, np.sqrt(icc * (1 - kept)), (n, 15, 2))
    means = lasting + fleeting + rng.normal(0, np.sqrt((1 - icc) / m), (n, 15, 2))
    change = means[..., 1] - means[..., 0]
    delta = change[:, :6].mean(axis=1) - change[:, 6:].mean(axis=1)
    formula = survey_se(
        n_treated_clusters=6, n_control_clusters=9, n_per_cluster=m, icc=icc, cluster_autocorrelation=kept
    )
    assert formula**2 == pytest.approx(0.0215, abs=5e-5)
    assert delta.var() == pytest.approx(formula**2, rel=0.04)


def test_a_share_has_its_own_variance():
    design = {"n_treated_clusters": 5, "n_control_clusters": 5, "n_per_cluster": 10, "icc": 0.1}
    half = survey_se(**design, cluster_autocorrelation=0.5, share=0.5)
    assert half == pytest.approx(0.5 * survey_se(**design, cluster_autocorrelation=0.5))


def test_four_counts_and_their_dispersion():
    assert log_ratio_se([100, 100, 100, 100], dispersion=4) == pytest.approx(0.4)
    assert log_ratio_se([0, 5, 5, 5]) == np.inf


@pytest.mark.parametrize(
    "call",
    [
        lambda: minimum_detectable_effect(-1.0),
        lambda: minimum_detectable_effect(1.0, power=1.0),
        lambda: minimum_detectable_effect(1.0, alpha=0.0),
        lambda: power_of(1.0, 0.0),
        lambda: log_ratio_se([-1, 1, 1, 1]),
        lambda: log_ratio_se([1, 1, 1, 1], dispersion=0),
        lambda: survey_se(
            n_treated_clusters=0, n_control_clusters=5, n_per_cluster=5, icc=0.1, cluster_autocorrelation=0.5
        ),
        lambda: survey_se(
            n_treated_clusters=5, n_control_clusters=5, n_per_cluster=5, icc=1.1, cluster_autocorrelation=0.5
        ),
    ],
)
def test_settings_without_meaning_are_refused(call):
    with pytest.raises(ValueError):
        call()

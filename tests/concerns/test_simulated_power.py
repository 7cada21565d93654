"""Simulated power: against the formula where there is one, and never from the effect that was seen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from concerns.simulated_power import (
    detectable_att,
    detectable_level_change,
    draw_counts,
    poisson_coefficients,
    smallest_seen,
)


def panel(*, n: int = 60, effect: float = 0.0, seed: int = 0, start: float = 3.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = [
        (u, t, start if u < n // 2 else 0.0, rng.normal() + effect * (u < n // 2 and t >= start))
        for u in range(n)
        for t in (1, 2, 3)
    ]
    return pd.DataFrame(rows, columns=["u", "t", "g", "y"])


def test_coefficients_equal_statsmodels():
    from statsmodels.api import GLM, families

    rng = np.random.default_rng(1)
    terms = np.column_stack([np.ones(40), np.linspace(-1, 1, 40), np.arange(40) >= 20])
    offset = np.log(rng.uniform(1, 5, 40))
    counts = rng.poisson(np.exp(terms @ [2, 0.5, -0.4] + offset), (3, 40)).astype(float)
    ours = poisson_coefficients(counts, terms, offset)
    for row, y in zip(ours, counts, strict=True):
        theirs = GLM(y, terms, family=families.Poisson(), offset=offset).fit().params
        assert row == pytest.approx(theirs, abs=1e-7)


def test_counts_are_drawn_with_the_stated_mean_and_variance():
    rng = np.random.default_rng(2)
    expected = np.array([5.0, 50.0])
    drawn = draw_counts(expected, 3.0, 100_000, rng)
    assert drawn.mean(axis=0) == pytest.approx(expected, rel=0.02)
    assert drawn.var(axis=0) == pytest.approx(3 * expected, rel=0.04)
    assert draw_counts(expected, 0.7, 100_000, rng).var(axis=0) == pytest.approx(expected, rel=0.04)


def test_the_panel_agrees_with_the_formula_where_noise_is_independent():
    y = panel(seed=3).pivot(index="u", columns="t", values="y").loc[30:]
    se = np.sqrt((y[3] - y[2]).var() * 2 / 30)
    assert detectable_att(panel(seed=3), "y", "u", "t", "g") == pytest.approx(2.8016 * se, rel=0.1)


def test_the_effect_that_was_seen_plays_no_part():
    plain, moved = panel(seed=4), panel(seed=4, effect=50.0)
    assert detectable_att(moved, "y", "u", "t", "g") == pytest.approx(detectable_att(plain, "y", "u", "t", "g"))


def test_the_unit_scales_and_the_seed_repeats():
    data = panel(seed=5)
    once = detectable_att(data, "y", "u", "t", "g", seed=1)
    assert detectable_att(data.assign(y=4 * data["y"]), "y", "u", "t", "g", seed=1) == pytest.approx(4 * once)
    assert detectable_att(data, "y", "u", "t", "g", seed=1) == once
    assert detectable_att(data, "y", "u", "t", "g", seed=2) != once


def test_without_never_treated_units_the_months_before_serve():
    data = panel(seed=6)
    staggered = data.assign(g=np.where(data["u"] < 30, 2.0, 3.0))
    assert detectable_att(staggered, "y", "u", "t", "g", "notyettreated") > 0
    assert np.isnan(detectable_att(staggered, "y", "u", "t", "g"))


def test_a_longer_series_and_higher_counts_see_less_change():
    def flat(n: int, mean: int) -> pd.DataFrame:
        return pd.DataFrame({"month": range(n), "n": np.random.default_rng(0).poisson(mean, n)})

    def seen(n: int, mean: int) -> float:
        return detectable_level_change(flat(n, mean), "n", "month", n // 2, harmonics=0)

    assert seen(96, 40) < seen(48, 40) < seen(48, 5)


def test_a_plain_before_and_after_agrees_with_the_formula():
    counts = np.random.default_rng(3).poisson(50, 60)
    data = pd.DataFrame({"month": range(60), "n": counts})
    # level and trend estimated together: four times the variance of a mean difference
    dispersion = max(1.0, counts.var(ddof=2) / counts.mean())
    se = np.sqrt(4 * dispersion * 2 / (30 * counts.mean()))
    found = detectable_level_change(data, "n", "month", 30, harmonics=0, slope=False)
    assert found == pytest.approx(2.8016 * se, rel=0.12)


def test_a_series_that_cannot_be_fitted_has_no_smallest_effect():
    data = pd.DataFrame({"month": range(24), "n": 0})
    assert np.isnan(detectable_level_change(data, "n", "month", 12))
    assert np.isnan(detectable_level_change(data.iloc[:0], "n", "month", 12))


def test_nothing_estimated_is_nothing_seen():
    assert np.isnan(smallest_seen(np.full(5, np.nan), alpha=0.05, power=0.8))

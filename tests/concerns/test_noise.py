"""How far the noise may carry a figure, and what goes on the screen."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import dlaplace, norm

from concerns.noise import noise_margin, on_screen


@pytest.mark.parametrize("scale", [0.25, 1.0, 2.5, 5.0, 25.0])
@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
def test_margin_of_one_cell_is_that_of_the_discrete_laplace_distribution(scale, level):
    margin = noise_margin(scale, 1, level=level)  # P(|X| <= m) = 1 - 2 r^(m+1) / (1+r), r = exp(-1/scale)
    ratio = math.exp(-1 / scale)
    assert 1 - 2 * ratio ** (margin + 1) / (1 + ratio) >= level - 1e-12
    assert margin == 0 or 1 - 2 * ratio**margin / (1 + ratio) < level
    assert dlaplace.cdf(margin, 1 / scale) - dlaplace.cdf(-margin - 1, 1 / scale) >= level - 1e-12


def test_margin_of_two_cells_by_enumeration():
    one = {k: dlaplace.pmf(k, 0.4) for k in range(-80, 81)}
    two = {s: sum(one[k] * one.get(s - k, 0.0) for k in one) for s in range(-80, 81)}
    margin = noise_margin(2.5, 2)
    inside = [sum(two[s] for s in range(-m, m + 1)) for m in (margin - 1, margin)]
    assert inside[0] < 0.95 <= inside[1]


def test_margin_of_many_cells_is_the_normal_one():
    ratio = math.exp(-0.4)
    sd = math.sqrt(4000 * 2 * ratio) / (1 - ratio)
    assert noise_margin(2.5, 4000) == pytest.approx(norm.ppf(0.975) * sd, rel=5e-3)


def test_no_cell_has_no_noise():
    assert noise_margin(2.5, 0) == 0


@settings(max_examples=40, deadline=None)
@given(st.floats(0.2, 50), st.integers(1, 300))
def test_margin_grows_with_cells_and_level(scale, n_cells):
    assert noise_margin(scale, n_cells) <= noise_margin(scale, n_cells + 1)
    assert noise_margin(scale, n_cells, level=0.8) <= noise_margin(scale, n_cells, level=0.95)


@pytest.mark.parametrize("wrong", [{"scale": 0.0}, {"scale": math.inf}, {"n_cells": -1}, {"level": 1.0}])
def test_wrong_arguments_are_refused(wrong):
    arguments = {"scale": 2.5, "n_cells": 1, "level": 0.95} | wrong
    with pytest.raises(ValueError, match="must"):
        noise_margin(arguments["scale"], arguments["n_cells"], level=arguments["level"])


def test_a_drowned_figure_is_not_shown_and_a_shown_one_is_the_stored_one():
    totals = pd.DataFrame(
        {"n_reports": [-40, 0, 9, 10, 14, 15, 16, 20, 200], "margin": [7, 7, 7, 7, 15, 15, 15, 33, 33]}
    )
    shown = on_screen(totals)
    assert shown["n_shown"].astype("object").where(shown["n_shown"].notna(), None).to_list() == [
        None, None, None, 10, None, None, 16, None, 200,
    ]  # fmt: skip
    assert shown["below"].dropna().to_list() == [10, 10, 10, 20, 20, 40]
    assert (shown["low"] >= 0).all()
    assert shown["high"].to_list() == [0, 7, 16, 17, 29, 30, 31, 53, 233]
    assert shown["n_reports"].to_list() == totals["n_reports"].to_list()


def test_an_empty_table_stays_empty_with_its_columns():
    shown = on_screen(pd.DataFrame({"n_reports": pd.Series(dtype="int64"), "margin": pd.Series(dtype="int64")}))
    assert shown.empty
    assert shown.columns.to_list() == ["n_reports", "margin", "n_shown", "below", "low", "high"]

"""Weighted displacement difference."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concerns.displacement import area_counts, displacement

PAIR = st.tuples(st.integers(5, 500), st.integers(5, 500))


def test_the_definition_by_hand():
    result = displacement((50, 30), (60, 55), (20, 28), (25, 24))
    assert result.local.estimate == (30 - 50) - (55 - 60)
    assert result.displaced.estimate == (28 - 20) - (24 - 25)
    assert result.total.estimate == -15 + 9
    assert result.total.se == pytest.approx(np.sqrt(50 + 30 + 60 + 55 + 20 + 28 + 25 + 24))
    half = 1.959963984540054 * result.total.se
    assert [result.total.lower, result.total.upper] == pytest.approx([-6 - half, -6 + half])


@given(PAIR, PAIR, PAIR, PAIR)
def test_before_and_after_exchanged_turn_the_sign(t, c, d, e):
    forth = displacement(t, c, d, e)
    back = displacement(t[::-1], c[::-1], d[::-1], e[::-1])
    for one, other in [(forth.total, back.total), (forth.local, back.local), (forth.displaced, back.displaced)]:
        assert one.estimate == -other.estimate
        assert one.se == pytest.approx(other.se)
        assert one.p_value == pytest.approx(other.p_value)
        assert one.lower == pytest.approx(-other.upper)


@given(PAIR, PAIR, PAIR, PAIR)
def test_the_parts_sum_to_the_total(t, c, d, e):
    result = displacement(t, c, d, e)
    assert result.total.estimate == result.local.estimate + result.displaced.estimate
    assert result.total.se**2 == pytest.approx(result.local.se**2 + result.displaced.se**2)


def test_twice_the_weight_for_half_the_time_restores_the_scale():
    half = displacement((20, 10), (20, 20), weights=(2, 2))
    assert half.total.estimate == -20
    assert half.total.se == pytest.approx(2 * displacement((20, 10), (20, 20)).total.se)
    only_after = displacement((40, 10), (40, 20), weights=[(1, 2), (1, 2)])
    assert only_after.total.estimate == -20
    assert only_after.total.se == pytest.approx(np.sqrt(40 + 4 * 10 + 40 + 4 * 20))


def test_without_a_ring_there_is_no_displaced_part():
    result = displacement((20, 10), (20, 20))
    assert result.displaced is None
    assert result.total == result.local


def test_few_counts_have_no_interval_and_none_have_no_answer():
    few = displacement((20, 4), (20, 20)).total
    assert (few.estimate, few.status) == (-16, "too_few")
    assert np.isnan([few.lower, few.p_value]).all()
    nothing = displacement((0, 0), (0, 0)).total
    assert nothing.status == "missing"
    assert np.isnan(nothing.estimate)


@pytest.mark.parametrize(
    "call",
    [
        lambda: displacement((20, -1), (20, 20)),
        lambda: displacement((20, np.nan), (20, 20)),
        lambda: displacement((20, 1.5), (20, 20)),
        lambda: displacement((20,), (20,)),
        lambda: displacement((20, 10), (20, 20), (5, 5)),
        lambda: displacement((20, 10), (20, 20), weights=(1, 0)),
    ],
)
def test_counts_that_are_none_are_refused(call):
    with pytest.raises(ValueError):
        call()


def test_districts_are_summed_and_may_not_be_in_two_groups():
    table = pd.DataFrame({"adm2_pcode": [*"ABCD"], "before": [1, 2, 3, 4], "after": [5, 6, 7, np.nan]})
    assert area_counts(table, treated=["A", "B"], control=["C"])[:2] == [(3.0, 11.0), (3.0, 7.0)]
    with pytest.raises(ValueError, match="two of the groups"):
        area_counts(table, treated=["A"], control=["B"], ring=["A"])
    with pytest.raises(ValueError, match="no counts"):
        area_counts(table, treated=["A"], control=["Z"])
    unknown = area_counts(table, treated=["A"], control=["D"])[1]
    assert np.isnan(unknown[1])

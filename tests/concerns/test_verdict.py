"""The rule of the verdict, line by line."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concerns.estimate import Estimate, Status, wald_estimate
from concerns.verdict import Direction, Verdict, VerdictReason, judge

CLEAR = wald_estimate(2.0, 0.5)
UNCLEAR = wald_estimate(0.5, 0.5)
NONE = Estimate(2.0, 0.5, np.nan, np.nan, np.nan, Status.TOO_FEW)


def verdict(effect: Estimate = CLEAR, **kwargs):
    return judge(effect, expected=kwargs.pop("expected", Direction.INCREASE), **kwargs)


def test_a_clear_effect_has_the_direction_that_was_expected_or_the_other():
    assert verdict().verdict is Verdict.EXPECTED
    assert verdict(expected=Direction.DECREASE).verdict is Verdict.OTHER
    assert verdict(wald_estimate(-2.0, 0.5), expected=Direction.DECREASE).verdict is Verdict.EXPECTED
    assert verdict().reasons == (VerdictReason.HOLDS_THROUGHOUT,)


def test_an_interval_that_holds_zero_is_no_change_unless_it_reaches_what_would_matter():
    assert verdict(UNCLEAR).verdict is Verdict.NO_CHANGE
    assert verdict(UNCLEAR, relevant=2.0).verdict is Verdict.NO_CHANGE
    assert verdict(UNCLEAR, relevant=1.0).reasons == (VerdictReason.TOO_WIDE,)
    assert verdict(UNCLEAR, relevant=1.0).verdict is Verdict.CANNOT_TELL


def test_without_interval_nobody_can_tell():
    assert verdict(NONE).reasons == (VerdictReason.NO_INTERVAL,)
    assert verdict(NONE).verdict is Verdict.CANNOT_TELL


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        ({"pretrend_p": 0.01}, VerdictReason.PRE_TREND),
        ({"placebo_dates": [wald_estimate(1.0, 0.3)]}, VerdictReason.PLACEBO_DATE),
        ({"placebo_districts_p": 0.2}, VerdictReason.PLACEBO_DISTRICTS),
        ({"variants": [wald_estimate(-0.1, 0.5)]}, VerdictReason.SIGN_DEPENDS_ON_CHOICES),
        ({"leave_one_out": [wald_estimate(0.5, 0.5)]}, VerdictReason.RESTS_ON_ONE_DISTRICT),
    ],
)
def test_each_failed_check_takes_the_claim_away(check, reason):
    found = verdict(**check)
    assert found.verdict is Verdict.CANNOT_TELL
    assert found.reasons == (reason,)


def test_checks_that_pass_or_could_not_be_made_take_nothing_away():
    found = verdict(
        pretrend_p=0.5,
        placebo_dates=[wald_estimate(0.1, 0.3), NONE],
        placebo_districts_p=np.nan,
        variants=[wald_estimate(1.0, 0.7)],
        leave_one_out=[wald_estimate(1.8, 0.5), NONE],
    )
    assert found.verdict is Verdict.EXPECTED


def test_several_placebo_dates_share_the_error():
    p_03 = wald_estimate(2.17, 1.0)  # p = 0.030
    assert verdict(placebo_dates=[p_03]).verdict is Verdict.CANNOT_TELL
    assert verdict(placebo_dates=[p_03, wald_estimate(0.1, 1.0)]).verdict is Verdict.EXPECTED


@given(estimate=st.floats(-5, 5), se=st.floats(0.01, 5), relevant=st.floats(0.01, 10))
def test_turning_every_sign_turns_only_the_direction(estimate, se, relevant):
    up = judge(wald_estimate(estimate, se), expected=Direction.INCREASE, relevant=relevant)
    down = judge(wald_estimate(-estimate, se), expected=Direction.DECREASE, relevant=relevant)
    assert up == down

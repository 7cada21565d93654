"""What may be claimed, in one of four words, by a written rule and never by the sign alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from concerns.estimate import Estimate, Status


class Verdict(StrEnum):
    """The four things that can be said of an effect."""

    CANNOT_TELL = "cannot_tell"
    NO_CHANGE = "consistent_with_no_change"
    EXPECTED = "change_in_expected_direction"
    OTHER = "change_in_other_direction"


class VerdictReason(StrEnum):
    """Why a verdict is what it is: a closed list, in the order of the rule."""

    NO_INTERVAL = "no_interval"
    TOO_WIDE = "too_wide"
    INTERVAL_HOLDS_ZERO = "interval_holds_zero"
    PRE_TREND = "pre_trend"
    PLACEBO_DATE = "placebo_date"
    PLACEBO_DISTRICTS = "placebo_districts"
    SIGN_DEPENDS_ON_CHOICES = "sign_depends_on_choices"
    RESTS_ON_ONE_DISTRICT = "rests_on_one_district"
    HOLDS_THROUGHOUT = "holds_throughout"


class Direction(StrEnum):
    """The way the programme was expected to move the outcome, stated before looking."""

    INCREASE = "increase"
    DECREASE = "decrease"


@dataclass(frozen=True)
class Finding:
    """A verdict and every reason that applies, in the order of the rule."""

    verdict: Verdict
    reasons: tuple[VerdictReason, ...]


def judge(
    effect: Estimate,
    *,
    expected: Direction,
    relevant: float | None = None,
    pretrend_p: float = np.nan,
    placebo_dates: Sequence[Estimate] = (),
    placebo_districts_p: float = np.nan,
    variants: Sequence[Estimate] = (),
    leave_one_out: Sequence[Estimate] = (),
    alpha: float = 0.05,
) -> Finding:
    """Choose the verdict on one effect. Checks that could not be made are left out, and cannot fail.

    1. No interval → cannot tell. 2. The interval holds 0 → consistent with no change, but cannot tell if `relevant`
    (the smallest effect that would matter) is given and the interval reaches it. 3. The interval excludes 0 → cannot
    tell if places moved apart before (pretrend p < alpha), a made-up date shows an effect (p < alpha / number of
    dates), as much comes from districts drawn at random (p ≥ alpha), another window or comparison turns the sign, or
    one district left out brings back 0; else a change in the expected or the other direction.

    >>> judge(Estimate(2, 0.5, 1.02, 2.98, 0.0001, Status.OK), expected=Direction.INCREASE).verdict.value
    'change_in_expected_direction'
    >>> judge(Estimate(0.5, 1, -1.46, 2.46, 0.6, Status.OK), expected=Direction.INCREASE, relevant=1).verdict.value
    'cannot_tell'
    """
    if effect.status is not Status.OK or not np.isfinite([effect.lower, effect.upper]).all():
        return Finding(Verdict.CANNOT_TELL, (VerdictReason.NO_INTERVAL,))
    if effect.lower <= 0 <= effect.upper:
        if relevant is not None and max(-effect.lower, effect.upper) >= relevant:
            return Finding(Verdict.CANNOT_TELL, (VerdictReason.TOO_WIDE,))
        return Finding(Verdict.NO_CHANGE, (VerdictReason.INTERVAL_HOLDS_ZERO,))
    dated = [p for p in (check.p_value for check in placebo_dates) if np.isfinite(p)]
    failed = {
        VerdictReason.PRE_TREND: pretrend_p < alpha,
        VerdictReason.PLACEBO_DATE: any(p < alpha / len(dated) for p in dated),
        VerdictReason.PLACEBO_DISTRICTS: placebo_districts_p >= alpha,
        VerdictReason.SIGN_DEPENDS_ON_CHOICES: any(v.estimate * effect.estimate < 0 for v in variants),
        VerdictReason.RESTS_ON_ONE_DISTRICT: any(_reaches_zero(left, effect) for left in leave_one_out),
    }
    reasons = tuple(reason for reason, holds in failed.items() if holds)
    if reasons:
        return Finding(Verdict.CANNOT_TELL, reasons)
    is_expected = (effect.estimate > 0) == (expected is Direction.INCREASE)
    return Finding(Verdict.EXPECTED if is_expected else Verdict.OTHER, (VerdictReason.HOLDS_THROUGHOUT,))


def _reaches_zero(left: Estimate, effect: Estimate) -> bool:
    if not np.isfinite([left.lower, left.upper]).all():
        return left.estimate * effect.estimate < 0
    return left.lower <= 0 <= left.upper or left.estimate * effect.estimate < 0

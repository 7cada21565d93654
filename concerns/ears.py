"""Is this month out of line with the few before it? EARS C1, C2 and C3."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from concerns.alert_table import WhyNot, judged, series
from concerns.estimate import Floats, Status
from concerns.vectors import Values

EarsMethod = Literal["C1", "C2", "C3"]
BASELINE = 7
C3_LIMIT = 2.0
MIN_OBSERVED = 3


def ears(
    y: Values,
    *,
    method: EarsMethod = "C1",
    alpha: float = 0.001,
    min_sd: float = 0.5,
    offset: Values | None = None,
) -> pd.DataFrame:
    """EARS C1, C2, C3: is this step out of line with the few before it?

    y: one count a step, oldest first, missing as NA. C1 compares with the 7 steps before, C2 with 7 that end 3 steps
    before; threshold = mean + z(1−α)·sd (ddof 1, not below min_sd), alarm where y exceeds it. C3 adds up what C2's
    score exceeds 1 by, over three steps; its score is that sum, its threshold 2. A count below 3 is no alarm.
    offset: logarithms of effort (`log_meetings`); the counts before are then scaled to the effort now.
    Grain out: one row a step, on y's index; columns observed, expected (mean), threshold, score ((y − mean)/sd), alarm
    (NA unless status is ok), status (`too_few`: no 7 steps yet; `missing`: y or a step of the baseline), why_not.
    H0: none strict; one-sided. Raises ValueError for negative counts or settings that do not fit.
    Hutwagner et al. (2003) J. Urban Health 80:i89; Fricker et al. (2008) Stat. Med. 27:3407.

    >>> ears([2, 1, 3, 2, 2, 1, 3, 9], alpha=0.05)[["expected", "threshold", "score", "alarm"]].tail(1).round(3)
       expected  threshold  score  alarm
    7       2.0      3.343  8.573   True
    """
    from scipy.special import ndtri

    if method not in ("C1", "C2", "C3"):
        raise ValueError('method is "C1", "C2" or "C3"')
    if not 0 < alpha < 1 or min_sd < 0:
        raise ValueError("alpha lies between 0 and 1, and min_sd is not negative.")
    index, counts, shift = series(y, offset)
    lag = 0 if method == "C1" else 2
    expected, sd = _before(counts, shift, lag, min_sd)
    excess = np.where(np.isfinite(shift), counts, np.nan) - expected
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where(excess == 0, 0.0, excess / sd)
    threshold, needed = expected - ndtri(alpha) * sd, BASELINE + lag
    alarm = counts > threshold
    if method == "C3":
        beyond = np.maximum(score - 1, 0.0)
        score = beyond + _delayed(beyond, 1) + _delayed(beyond, 2)
        threshold, needed = np.where(np.isnan(score), np.nan, C3_LIMIT), needed + 2
        alarm = score > C3_LIMIT
    early = np.arange(len(counts)) < needed
    status = np.select([early, np.isnan(score)], [Status.TOO_FEW.value, Status.MISSING.value], Status.OK.value)
    why = {
        WhyNot.SHORT_HISTORY: early,
        WhyNot.NO_MEETING: ~np.isfinite(shift),
        WhyNot.NO_REPORT: np.isnan(counts),
        WhyNot.GAP_IN_BASELINE: np.isnan(score),
        WhyNot.FEW_CASES: counts < MIN_OBSERVED,
    }
    columns = {"observed": counts, "expected": expected, "threshold": threshold, "score": score}
    return judged(pd.DataFrame(columns, index=index), alarm & (counts >= MIN_OBSERVED), status, why)


def _before(counts: Floats, shift: Floats, lag: int, min_sd: float) -> tuple[Floats, Floats]:
    """Mean and sd of the 7 steps that end `lag` + 1 steps before each step, scaled to its effort; NaN with a gap."""
    mean, sd = np.full(len(counts), np.nan), np.full(len(counts), np.nan)
    if len(counts) <= BASELINE + lag:
        return mean, sd
    rate = np.where(np.isfinite(shift), counts, np.nan) / np.exp(np.where(np.isfinite(shift), shift, 0.0))
    windows = np.lib.stride_tricks.sliding_window_view(rate, BASELINE)[: len(counts) - BASELINE - lag]
    now = np.where(np.isfinite(shift), np.exp(shift), np.nan)[BASELINE + lag :]
    mean[BASELINE + lag :] = windows.mean(axis=1) * now
    sd[BASELINE + lag :] = np.maximum(windows.std(axis=1, ddof=1) * now, min_sd)
    return mean, sd


def _delayed(values: Floats, steps: int) -> Floats:
    """The value some steps earlier; NaN before the first."""
    return np.concatenate([np.full(steps, np.nan), values])[: len(values)]

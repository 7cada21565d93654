"""Is this month out of line? EARS looks at the months before it, Farrington at the same season of earlier years."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from concerns.alert_table import WhyNot, effort, judged, series
from concerns.ears import ears
from concerns.estimate import Floats, Status
from concerns.expectation import Expected, Method, expect, make_rule
from concerns.vectors import Values, as_floats

__all__ = ["WhyNot", "ears", "farrington", "farrington_many", "log_meetings", "more_meetings"]

At = int | Sequence[Any] | NDArray[Any] | pd.Index | None


def farrington(
    y: Values,
    *,
    period: int = 12,
    window: int = 1,
    years: int | None = None,
    alpha: float = 0.05,
    at: At = None,
    offset: Values | None = None,
    method: Method = "farrington",
    min_cases: int = 5,
) -> pd.DataFrame:
    """Farrington's rule (1996), or Noufaily's (2013): is this step out of line with the same season of earlier years?

    y: one count a step, oldest first, missing as NA; period: steps a year (52 with window 3, or 12 with window 1);
    years: reference years b (None: as many as there are, at most 5); at: positions, a mask, or labels of y's index
    (None: all steps); offset: logarithms of effort (`log_meetings`). A quasi-Poisson GLM of the reference steps,
    reweighted once against past outbreaks, gives `expected`; a trend is kept by the papers' rules. `threshold`:
    "farrington" by the 2/3 power, alpha two-sided; "noufaily" the negative binomial quantile, alpha one-sided, from all
    steps but the most recent half year, with a factor of season. score = (y − expected)/(threshold − expected); where
    the threshold is not above the expectation it is ∞ if y exceeds the threshold, else 0. alarm: score > 1 and at
    least `min_cases` in the last 4 weeks or 2 months. No report in the whole baseline: expected and threshold are 0.
    Grain out: one row a step; columns observed, expected, threshold, score, alarm (NA unless status is ok), dispersion,
    trend, status (`too_few`: fewer than 3 reference years; `missing`; `not_identified`; `ok`), why_not (a `WhyNot`).
    H0: the mean is that of the baseline. Raises ValueError for negative counts or settings that do not fit.
    Farrington et al. (1996) J. R. Stat. Soc. A 159:547; Noufaily et al. (2013) Stat. Med. 32:1206.

    >>> counts = [6, 7, 5, 6, 8, 7, 6, 5, 7, 6, 6, 7] * 4
    >>> farrington([*counts[:-1], 30], at=[20, 47])[["expected", "threshold", "alarm", "why_not"]].round(2)
        expected  threshold  alarm        why_not
    20      6.00      12.33   <NA>  short_history
    47      6.33      12.19   True
    """
    index, counts, shift = series(y, offset)
    rule = make_rule(method, period=period, window=window, years=years, alpha=alpha, min_cases=min_cases)
    steps = _positions(at, index)
    found = [expect(counts[None], shift[None], int(step), rule) for step in steps]
    recent = [counts[max(0, step - rule.recent + 1) : step + 1] for step in steps]
    return _decide(found, counts[steps], shift[steps], recent, min_cases, index[steps])


def farrington_many(
    y: Floats | pd.DataFrame,
    at: int,
    *,
    period: int = 12,
    window: int = 1,
    years: int | None = None,
    alpha: float = 0.05,
    offset: Floats | pd.DataFrame | None = None,
    method: Method = "farrington",
    min_cases: int = 5,
) -> pd.DataFrame:
    """Run `farrington` on many series at one step: the alerts of this month in all districts and categories.

    y: rows are series, columns steps; at: the position of the step; offset: of the same shape; the rest as there.
    Grain out: one row a series, on y's index, columns as in `farrington`. All series are fitted in one batch.

    >>> farrington_many(np.array([[5] * 47 + [6], [5] * 47 + [25]]), 47).alarm.to_list()
    [False, True]
    """
    counts = as_floats(y, name="y")
    shift = effort(offset, counts.shape)
    if counts.ndim != 2 or not 0 <= at < counts.shape[1]:
        raise ValueError("y is series × steps, and the step is one of them.")
    rule = make_rule(method, period=period, window=window, years=years, alpha=alpha, min_cases=min_cases)
    recent = list(counts[:, max(0, at - rule.recent + 1) : at + 1])
    index = y.index if isinstance(y, pd.DataFrame) else pd.RangeIndex(len(counts))
    return _decide([expect(counts, shift, at, rule)], counts[:, at], shift[:, at], recent, min_cases, index)


def log_meetings(meetings: Values) -> Floats:
    """Return meetings held as an offset: their logarithm, −∞ where none was held, NaN where that is not known.

    >>> log_meetings([1, 0, None])
    array([  0., -inf,  nan])
    """
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(as_floats(meetings, name="meetings")))


def more_meetings(by_count: pd.DataFrame, by_meeting: pd.DataFrame) -> pd.Series:
    """Say which alarms only the count raises, while the reports per meeting are in line: "more meetings?".

    by_count, by_meeting: what `ears` or `farrington` returns without and with the offset. NA where either cannot tell.

    >>> by_count, by_meeting = (pd.DataFrame({"alarm": pd.array(a, "boolean")}) for a in ([True, True], [False, True]))
    >>> more_meetings(by_count, by_meeting).to_list()
    [True, False]
    """
    return by_count["alarm"] & ~by_meeting["alarm"]


def _positions(at: At, index: pd.Index) -> NDArray[np.intp]:
    """Positions meant by `at`: all, whole numbers (negative: from the end), a mask, or labels."""
    if at is None:
        return np.arange(len(index))
    wanted = np.atleast_1d(np.asarray(at))
    if wanted.dtype == bool:
        if wanted.shape != (len(index),):
            raise ValueError("A mask has one value for each step.")
        return np.flatnonzero(wanted)
    if wanted.size and not np.issubdtype(wanted.dtype, np.integer):
        found = index.get_indexer(pd.Index(wanted))
        if (found < 0).any():
            raise ValueError("`at` names a step that y does not have.")
        return found
    if ((wanted < -len(index)) | (wanted >= len(index))).any():
        raise ValueError("`at` names a step that y does not have.")
    return wanted.astype(np.intp) % max(1, len(index))


def _decide(
    parts: Sequence[Expected],
    counts: Floats,
    shift: Floats,
    recent: Sequence[Floats],
    min_cases: int,
    index: pd.Index,
) -> pd.DataFrame:
    """Put the count now beside what was expected: score, alarm, and why there is none."""
    expected, threshold, dispersion = np.concatenate([np.empty((3, 0)), *(part.numbers for part in parts)], axis=1)
    status = np.concatenate([np.empty(0, dtype="<U1"), *(part.status for part in parts)])
    trend = np.concatenate([np.empty(0, dtype=bool), *(part.trend for part in parts)])
    counts_now = np.where(np.isfinite(shift), counts, np.nan)
    beyond = counts_now > threshold
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where(threshold > expected, (counts_now - expected) / (threshold - expected), 0.0)
    score = np.where(beyond & ~(threshold > expected), np.inf, score)
    score[np.isnan(counts_now + threshold)] = np.nan
    few = np.array([np.nansum(window) < min_cases for window in recent], dtype=bool)
    unsure = few & beyond & np.array([np.isnan(window).any() for window in recent], dtype=bool)
    ok = status == Status.OK.value
    why = {
        WhyNot.SHORT_HISTORY: status == Status.TOO_FEW.value,
        WhyNot.NO_MEETING: ~np.isfinite(shift),
        WhyNot.NO_REPORT: np.isnan(counts),
        WhyNot.NO_FIT: ~ok,
        WhyNot.RECENT_MISSING: unsure,
        WhyNot.FEW_CASES: few,
    }
    status = np.where(ok & (np.isnan(counts_now) | unsure), Status.MISSING.value, status)
    columns = {"observed": counts, "expected": expected, "threshold": threshold, "score": score}
    table = pd.DataFrame(columns, index=index).assign(dispersion=dispersion, trend=trend)
    return judged(table, beyond & ~few, status, why)

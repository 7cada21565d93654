"""How long something takes when part of it still goes on: survival curves, incidences and their comparison."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from concerns.estimate import Estimate, Floats, Status, normal_quantile

MIN_AT_RISK = 5  # below it a curve is cut: one case moves it by a fifth and more
HALF = 0.5 + 1e-12  # a survival of exactly one half, whatever the rounding


@dataclass(frozen=True)
class LogRank:
    """The log-rank test, H0: equal hazards in all groups, two-sided; NaN unless `status` is ok."""

    chi2: float
    df: int
    p_value: float
    status: Status


def survival_table(
    days: ArrayLike, is_event: ArrayLike, *, entry: ArrayLike | None = None, alpha: float = 0.05
) -> pd.DataFrame:
    """Kaplan-Meier: one row an event time, after a first row of S(0) = 1.

    days: ≥ 0, time under observation; is_event: whether it ended with the event (else censored; events come before
    censorings at equal times). entry: days at which a case became known (left truncation), below `days`. Columns: time,
    at_risk, events, survival, lower, upper (log-log interval of Greenwood's variance; NaN once survival is 0), status:
    too_few from the first time with fewer than 5 at risk, where the curve is cut.
    Raises ValueError: days are negative or missing, or lengths differ. Kaplan & Meier (1958), JASA 53:457-481.

    >>> survival_table([6, 6, 6, 6, 7, 9], [1, 1, 1, 0, 1, 0])[["time", "at_risk", "events", "survival"]]
       time  at_risk  events  survival
    0   0.0        6       0      1.00
    1   6.0        6       3      0.50
    2   7.0        2       1      0.25
    """
    time, event = _checked(days, is_event)
    known_from = None if entry is None else np.asarray(entry, dtype="float64")
    if known_from is not None and (known_from.shape != time.shape or not (known_from < time).all()):
        raise ValueError("entry must be given for every case and lie before the end of its days")
    at_start = len(time) if known_from is None else int((known_from < 0).sum())
    first = pd.DataFrame({"time": [0.0], "at_risk": [at_start], "events": [0], "survival": [1.0]})
    first = first.assign(lower=1.0, upper=1.0)
    if not event.any():
        return _cut(first)
    from statsmodels.duration.survfunc import SurvfuncRight

    curve = SurvfuncRight(time, event.astype("int64"), entry=known_from)
    lower, upper = _log_log(curve.surv_prob, curve.surv_prob_se, alpha)
    rest = pd.DataFrame(
        {
            "time": curve.surv_times.astype("float64"),
            "at_risk": curve.n_risk.astype("int64"),
            "events": curve.n_events.astype("int64"),
            "survival": curve.surv_prob,
            "lower": lower,
            "upper": upper,
        }
    )
    return _cut(pd.concat([first, rest], ignore_index=True))


def median_time(table: pd.DataFrame) -> tuple[float, float, float]:
    """Return the least time with S ≤ ½ and the interval where its band crosses ½; NaN = not reached.

    table: of `survival_table`. Brookmeyer & Crowley (1982), Biometrics 38:29-41.

    >>> median_time(survival_table([6, 6, 6, 6, 7, 9], [1, 1, 1, 0, 1, 0]))[0]
    6.0
    """
    time = table["time"]
    return (
        _first(time, table["survival"] <= HALF),
        _first(time, table["lower"] <= HALF),
        _first(time, table["upper"] <= HALF),
    )


def restricted_mean(days: ArrayLike, is_event: ArrayLike, *, horizon: float, alpha: float = 0.05) -> Estimate:
    """Return the mean days within `horizon`: the area under the survival curve, a fair mean though cases are open.

    Unit: days; the interval is normal, from Greenwood's variance; no test, so no p. `too_few` where fewer than 5 cases
    are followed up to the horizon while some still wait. Raises ValueError as `survival_table`.

    >>> restricted_mean([2] * 3 + [4] * 3 + [9] * 6, [1] * 6 + [0] * 6, horizon=6).estimate
    4.5
    """
    time, _ = _checked(days, is_event)
    table = survival_table(days, is_event, alpha=alpha)
    kept = table[table["time"] < horizon]
    survival = kept["survival"].to_numpy()
    areas = np.diff(np.append(kept["time"].to_numpy(), horizon)) * survival
    at_risk, events = kept["at_risk"].to_numpy(dtype="float64"), kept["events"].to_numpy(dtype="float64")
    beyond = areas[::-1].cumsum()[::-1]
    spare = np.where(at_risk > events, at_risk * (at_risk - events), np.inf)
    value, se = float(areas.sum()), float(np.sqrt((beyond**2 * events / spare).sum()))
    if survival[-1] > 0 and (time >= horizon).sum() < MIN_AT_RISK:
        return Estimate(value, se, np.nan, np.nan, np.nan, Status.TOO_FEW)
    half = normal_quantile(alpha) * se
    return Estimate(value, se, value - half, value + half, np.nan, Status.OK)


def incidence_table(days: ArrayLike, cause: ArrayLike, *, alpha: float = 0.05) -> pd.DataFrame:
    """Aalen-Johansen: the share that has ended in each way by each day, with ways competing.

    cause: 0 still open (censored), 1, 2, … the way of ending. One row a cause and time at which anything ended, after
    a row of 0 at day 0: cause, time, incidence, lower, upper (log-log interval; NaN where it has no variance).
    Raises ValueError as `survival_table`. Aalen & Johansen (1978), Scand. J. Statist. 5:141-150.

    >>> incidence_table([1, 2, 3, 4], [1, 2, 1, 0]).query("time == 3")[["cause", "incidence"]].to_numpy().tolist()
    [[1.0, 0.5], [2.0, 0.25]]
    """
    time, way = _checked(days, cause)
    frames = []
    if way.any():
        from statsmodels.duration.survfunc import CumIncidenceRight

        with np.errstate(divide="ignore", invalid="ignore"):  # the last case ends: no variance, so no interval
            curves = CumIncidenceRight(time, way)
        ended = np.isin(curves.times, time[way > 0])
        for k in range(int(way.max())):
            share, se = curves.cinc[k][ended], curves.cinc_se[k][ended]
            upper, lower = (1 - limit for limit in _log_log(1 - share, se, alpha))
            frame = pd.DataFrame({"cause": k + 1, "time": curves.times[ended].astype("float64"), "incidence": share})
            frames.append(frame.assign(lower=lower, upper=upper))
    starts = pd.DataFrame({"cause": range(1, int(way.max(initial=1)) + 1), "time": 0.0, "incidence": 0.0})
    starts = starts.assign(lower=0.0, upper=0.0)
    table = pd.concat([starts, *frames], ignore_index=True)
    return table.sort_values(["cause", "time"], kind="stable", ignore_index=True)


def log_rank(days: ArrayLike, is_event: ArrayLike, group: ArrayLike, *, entry: ArrayLike | None = None) -> LogRank:
    """Test whether groups differ in how fast the event comes; `not_identified` without events or a second group.

    >>> days, event = [1, 2, 3, 4, 5, 6, 7, 8], [1] * 8
    >>> round(log_rank(days, event, [*"AAAABBBB"]).chi2, 3)
    7.344
    """
    time, event = _checked(days, is_event)
    label = np.asarray(group, dtype="str")
    known_from = np.full(len(time), -1.0) if entry is None else np.asarray(entry, dtype="float64")
    first_event = time[event > 0].min(initial=np.inf)
    compared = np.isin(label, np.unique(label[time >= first_event]))  # a group gone by then says nothing
    df = max(len(np.unique(label[compared])) - 1, 0)
    unknown = LogRank(np.nan, df, np.nan, Status.NOT_IDENTIFIED)
    if df < 1:
        return unknown
    from scipy.special import chdtrc
    from statsmodels.duration.survfunc import survdiff

    try:
        chi2 = float(survdiff(time[compared], event[compared], label[compared], entry=known_from[compared])[0])
    except np.linalg.LinAlgError:  # all events at once: their variance is 0
        return unknown
    return LogRank(chi2, df, float(chdtrc(df, chi2)), Status.OK) if np.isfinite(chi2) else unknown


def _checked(days: ArrayLike, kind: ArrayLike) -> tuple[Floats, NDArray[np.int64]]:
    time, code = np.asarray(days, dtype="float64"), np.asarray(kind, dtype="int64")
    if time.shape != code.shape or time.ndim != 1:
        raise ValueError("days and what ended them must be two lists of one length")
    if not (np.isfinite(time).all() and (time >= 0).all() and (code >= 0).all()):
        raise ValueError("days must be 0 or more, none missing: a date before the start is a fault of the data")
    return time, code


def _log_log(survival: Floats, se: Floats, alpha: float) -> tuple[Floats, Floats]:
    """Return S^exp(±z·se/(S ln S)): 1 where nothing has happened, NaN where S is 0 or has no variance."""
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.exp(normal_quantile(alpha) * se / np.abs(survival * np.log(survival)))
        lower, upper = survival**spread, survival ** (1 / spread)
    certain = survival == 1
    unknown = (survival <= 0) | ~np.isfinite(se)
    lower, upper = (np.where(certain, 1.0, np.where(unknown, np.nan, limit)) for limit in (lower, upper))
    return lower, upper


def _cut(table: pd.DataFrame) -> pd.DataFrame:
    few = (table["at_risk"] < MIN_AT_RISK).cummax()
    return table.assign(status=np.where(few, str(Status.TOO_FEW), str(Status.OK)))


def _first(times: pd.Series, holds: pd.Series) -> float:
    return float(times[holds].iloc[0]) if holds.any() else np.nan

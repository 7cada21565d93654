"""Do concerns follow Ramadan, Muharram, Arbaeen, rather than the month of the year?"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from concerns.estimate import Floats, Status
from concerns.multiple_tests import q_values
from concerns.quasi_poisson import fit_quasi_poisson

# window → Hijri month, first day, last day (None: to the end of the month)
WINDOWS: dict[str, tuple[int, int, int | None]] = {
    "ramadan": (9, 1, None),
    "eid_al_fitr": (10, 1, 3),
    "eid_al_adha": (12, 10, 13),
    "ashura": (1, 1, 10),
    "arbaeen": (2, 10, 20),
}
MIN_MONTHS = 36
MIN_PASSAGES = 3  # the Hijri year is 10.9 days shorter: fewer cannot be told from the month of the year
MAX_VIF = 10.0


def window_days(first: date, last: date, window: str, *, shift_days: int = 0) -> list[tuple[date, date]]:
    """First and last day of a window in each Hijri year that touches a span of days (Umm al-Qura table).

    window: a key of WINDOWS; shift_days: 0 as tabulated, 1 a day later, as Iraq's sighting often has it.
    Raises ValueError outside 1343 to 1500 AH (August 1924 to November 2077), where there is no table.

    >>> window_days(date(2024, 1, 1), date(2024, 12, 31), "ramadan")
    [(datetime.date(2024, 3, 11), datetime.date(2024, 4, 9))]
    """
    from hijridate import Gregorian, Hijri

    month, day, until = WINDOWS[window]
    shift = timedelta(days=shift_days)
    try:
        years = range(Gregorian.fromdate(first).to_hijri().year - 1, Gregorian.fromdate(last).to_hijri().year + 2)
        spans = []
        for year in years:
            if not 1343 <= year <= 1500:
                continue
            length = Hijri(year, month, 1).month_length()
            start = Hijri(year, month, day).to_gregorian()
            days = (length if until is None else until) - day
            spans.append((date(*start.datetuple()) + shift, date(*start.datetuple()) + shift + timedelta(days=days)))
    except OverflowError:
        raise ValueError("The Hijri calendar is tabulated from August 1924 to November 2077.") from None
    return [span for span in spans if span[1] >= first and span[0] <= last]


def hijri_shares(months: pd.PeriodIndex, *, shift_days: int = 0) -> pd.DataFrame:
    """Share of each Gregorian month's days that lie in each window of the Hijri calendar.

    months: monthly periods. Grain out: one row a month; a column a window (Ramadan, Eid al-Fitr, Eid al-Adha, Ashura,
    Arbaeen), 0 to 1. Raises ValueError for months outside the table.

    >>> hijri_shares(pd.period_range("2024-03", "2024-04", freq="M"))[["ramadan", "eid_al_fitr"]].round(3)
             ramadan  eid_al_fitr
    2024-03    0.677          0.0
    2024-04    0.300          0.1
    """
    shares = pd.DataFrame(0.0, index=months, columns=list(WINDOWS))
    if not len(months):
        return shares
    first, last = months.min().start_time.date(), months.max().end_time.date()
    for window in WINDOWS:
        for start, end in window_days(first, last, window, shift_days=shift_days):
            touched, days = np.unique(_months_of_days(start, end), return_counts=True)
            for month, n_days in zip(touched, days, strict=True):
                shares.loc[months.asi8 == month, window] += n_days
    return shares.div(months.days_in_month.to_numpy(), axis=0)


def _months_of_days(start: date, end: date) -> NDArray[np.int64]:
    """The month of each day of a span, numbered as a monthly PeriodIndex numbers it."""
    days = np.arange(np.datetime64(start), np.datetime64(end) + np.timedelta64(1, "D"))
    return days.astype("datetime64[M]").astype(np.int64)


def hijri_effects(
    y: Floats, months: pd.PeriodIndex, *, offset: Floats | None = None, shift_days: int = 0, level: float = 0.95
) -> pd.DataFrame:
    """Ratio of reports in a month that lies wholly inside a window of the Hijri calendar to a month without.

    y: one count a month of `months`, NaN where missing; offset: logarithms of meetings held. Quasi-Poisson:
    log μ = α + βt + 2 Gregorian harmonics + Σ γ_k · share of the month in window k + offset; ratio = exp(γ_k).
    Grain out: one row a window; columns ratio, lower, upper, p_value (H0: γ_k = 0, two-sided, Student), q_value
    (Benjamini–Hochberg), vif, passages (times the whole window was observed), status: `too_few` (fewer than 36 months
    observed), `not_identified` (fewer than 3 passages, VIF above 10, no fit), `constant` (nothing reported), `ok`.
    attrs: f and p_value of all tested windows jointly, df, dispersion, shift_days, n_used, n_excluded.
    Fewer than three passages leave a window out of the model. Raises ValueError for months outside the table.

    >>> months = pd.period_range("2019-01", periods=72, freq="M")
    >>> y = np.random.default_rng(1).poisson(40 * np.exp(0.7 * hijri_shares(months)["ramadan"]))
    >>> hijri_effects(y.astype(float), months).loc[["ramadan"], ["ratio", "passages", "status"]].round(2)
             ratio  passages status
    ramadan   1.76         6     ok
    """
    used = ~np.isnan(y) & (np.ones(len(y), dtype=bool) if offset is None else np.isfinite(offset))
    shares = hijri_shares(months, shift_days=shift_days)
    passages = _passages(months[used], shift_days)
    table = pd.DataFrame(np.nan, index=list(WINDOWS), columns=["ratio", "lower", "upper", "p_value", "q_value", "vif"])
    table["passages"] = pd.Series(passages)
    table.attrs.update(f=np.nan, p_value=np.nan, df=np.nan, dispersion=np.nan, shift_days=shift_days)
    table.attrs.update(n_used=int(used.sum()), n_excluded=int((~used).sum()))
    if used.sum() < MIN_MONTHS:
        return table.assign(status=Status.TOO_FEW.value)
    if not np.nansum(y[used]):
        return table.assign(status=Status.CONSTANT.value)
    windows = [name for name in WINDOWS if passages[name] >= MIN_PASSAGES]
    design = np.column_stack([_calendar(months), shares[windows]])
    table.loc[windows, "vif"] = _vif(design[used])[-len(windows) :] if windows else []
    _fill(table, y, design, offset, windows, level)
    return table


def _passages(months: pd.PeriodIndex, shift_days: int) -> dict[str, int]:
    """How often each window lies wholly within the observed months."""
    if not len(months):
        return dict.fromkeys(WINDOWS, 0)
    first, last = months.min().start_time.date(), months.max().end_time.date()
    passages = {}
    for window in WINDOWS:
        spans = window_days(first, last, window, shift_days=shift_days)
        passages[window] = sum(bool(np.isin(_months_of_days(*span), months.asi8).all()) for span in spans)
    return passages


def _calendar(months: pd.PeriodIndex) -> Floats:
    """Constant, time in years, and two harmonics of the Gregorian year."""
    angle = 2 * np.pi * months.month.to_numpy() / 12
    waves = [np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)]
    time = (months.asi8 - months.asi8.mean()) / 12
    return np.column_stack([np.ones(len(months)), time, *waves])


def _vif(design: Floats) -> Floats:
    """How much each column but the first is a mixture of the others: diagonal of the inverse correlation matrix."""
    correlation = np.atleast_2d(np.corrcoef(design[:, 1:], rowvar=False))
    if np.linalg.eigvalsh(correlation)[0] < 1e-10:
        return np.full(len(correlation), np.inf)
    return np.asarray(np.diag(np.linalg.inv(correlation)))


def _fill(
    table: pd.DataFrame, y: Floats, design: Floats, offset: Floats | None, windows: list[str], level: float
) -> None:
    """Fit, and write the windows' ratios, tests and statuses into the table."""
    from scipy.special import fdtrc, stdtr, stdtrit

    fit = fit_quasi_poisson(y[None], design, offset=None if offset is None else offset[None])
    fitted = bool(fit.converged[0]) and fit.df[0] > 0
    ok = np.array([fitted and table.vif[name] <= MAX_VIF for name in windows], dtype=bool)
    named, columns = [name for name, good in zip(windows, ok, strict=True) if good], 6 + np.flatnonzero(ok)
    table["status"] = Status.NOT_IDENTIFIED.value
    if not named:
        return
    gamma, df = fit.coefficients[0, columns], fit.df[0]
    covariance: NDArray[np.float64] = fit.covariance[0][np.ix_(columns, columns)] * fit.dispersion[0]
    se = np.sqrt(np.diag(covariance))
    half = stdtrit(df, (1 + level) / 2) * se
    table.loc[named, "ratio"] = np.exp(gamma)
    table.loc[named, "lower"], table.loc[named, "upper"] = np.exp(gamma - half), np.exp(gamma + half)
    table.loc[named, "p_value"] = 2 * stdtr(df, -np.abs(gamma / se))
    table["q_value"] = q_values(table.p_value)
    table.loc[named, "status"] = Status.OK.value
    f = float(gamma @ np.linalg.solve(covariance, gamma)) / len(named)
    table.attrs.update(f=f, p_value=float(fdtrc(len(named), df, f)), df=float(df), dispersion=float(fit.dispersion[0]))

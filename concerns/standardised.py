"""Rates as if every district had the same mix of people (direct standardisation)."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from concerns.estimate import Floats, Status
from concerns.intervals import count_interval
from concerns.vectors import Values, as_floats

MIN_EVENTS = 10


def standardised_rate(
    count: Values | pd.DataFrame,
    exposure: Values | pd.DataFrame,
    standard: Values,
    *,
    level: float = 0.95,
    per: float = 10_000,
) -> pd.DataFrame:
    """Directly standardised rate with Dobson's limits: would districts differ if they had the same mix of people?

    count, exposure: reports and people by district (rows) and stratum (columns: sex and age, or resident, displaced,
    returnee), or one district as a vector; `standard`: people of each stratum in the standard population, in any unit.
    Labelled columns are matched with the labels of `standard`, labelled rows of `exposure` with those of `count`.
    Grain out: one row a district; columns rate, lower, upper (per `per` people), n_events, status. `missing`: a count
    or exposure that carries weight is absent, or a stratum with weight has nobody in it (it is never dropped): NA.
    `too_few`: fewer than 10 events: not to be shown. Without any event no limit exists. Raises ValueError if shapes
    do not fit or the standard has no weight. Dobson et al. (1991) Stat. Med. 10:457.

    >>> standardised_rate([[30, 10]], [[1_000, 1_000]], [1, 3]).round(1)
        rate  lower  upper  n_events status
    0  150.0  100.5  212.7      40.0     ok
    """
    index, x, n, w = _strata(count, exposure, standard)
    carries = w > 0
    gap = (np.isnan(x) | ~(n > 0)) & carries
    missing = gap.any(axis=1)
    x, n = np.where(carries & ~gap, x, 0.0), np.where(carries & ~gap, n, 1.0)
    share = w / w.sum()
    events = x.sum(axis=1)
    rate, variance = (share * x / n).sum(axis=1), (share**2 * x / n**2).sum(axis=1)
    lower, upper = count_interval(events, level=level, method="byar")
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.sqrt(variance / events)
    bounds = {"rate": rate, "lower": rate + step * (lower - events), "upper": rate + step * (upper - events)}
    table = pd.DataFrame(bounds, index=index).mul(per).assign(n_events=events)
    status = np.select([missing, events < MIN_EVENTS], [Status.MISSING.value, Status.TOO_FEW.value], Status.OK.value)
    table.loc[missing] = np.nan
    return table.assign(status=status)


def _strata(
    count: Values | pd.DataFrame, exposure: Values | pd.DataFrame, standard: Values
) -> tuple[pd.Index, Floats, Floats, Floats]:
    """District index, counts and exposures (districts × strata) and the weights, all in the order of `count`."""
    if isinstance(count, pd.DataFrame):
        if isinstance(exposure, pd.DataFrame):
            exposure = _same_labels(exposure, count.index, 0)
            exposure = _same_labels(exposure, count.columns, 1)
        if isinstance(standard, pd.Series):
            standard = _same_labels(standard.to_frame(), count.columns, 0).iloc[:, 0]
    x, n = np.atleast_2d(as_floats(count, name="count")), np.atleast_2d(as_floats(exposure, name="exposure"))
    w = as_floats(standard, name="standard")
    if x.shape != n.shape or w.shape != (x.shape[1],):
        raise ValueError("count, exposure and standard do not have the same strata.")
    if not w.sum() > 0:
        raise ValueError("The standard population is empty.")
    index = count.index if isinstance(count, pd.DataFrame) else pd.RangeIndex(len(x))
    return index, x, n, w


def _same_labels(table: pd.DataFrame, labels: pd.Index, axis: Literal[0, 1]) -> pd.DataFrame:
    """Put a labelled table into the order of `labels`."""
    if set(table.axes[axis]) != set(labels) or len(table.axes[axis]) != len(labels):
        raise ValueError("Two labelled tables name different districts or strata.")
    return table.reindex(labels, axis=axis)

"""Places followed over time, as arrays: who started when, and which of them have every period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from numbers import Number
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from concerns.estimate import Floats
from concerns.time_scale import on_one_scale


@dataclass(frozen=True)
class Balanced:
    """A balanced panel. outcome: units × periods; start: first treated period, ∞ = not within the data.

    cluster: a code a unit, 0…; periods: sorted; units: the labels. n_unbalanced: units left out for a gap. left_out:
    starts with no period before them, n_cohort_left_out the complete units that have such a start. Units stand in an
    order that their own numbers decide, so that no label and no row order can change a result.
    """

    outcome: Floats
    start: Floats
    cluster: NDArray[np.intp]
    periods: Floats
    units: list[Any]
    n_unbalanced: int
    left_out: list[float]
    n_cohort_left_out: int


def balanced_panel(
    panel: pd.DataFrame, outcome: str, unit: str, time: str, cohort: str, *, cluster: str | None = None
) -> Balanced:
    """Turn a long panel into arrays over the units that have a number in every period.

    panel: one row a unit and period; `cohort` NaN, 0 or ∞ = never treated, later than the last period = not treated
    within the data. A period in which no unit has a number is no period. Units treated from the first period on have
    no "before" and are left out. Raises ValueError, TypeError as `concerns.staggered.att_gt` says.

    >>> rows = pd.DataFrame({"u": ["a", "a", "b", "b", "c"], "t": [1, 2, 1, 2, 1], "g": [2, 2, 0, 0, 0], "y": range(5)})
    >>> data = balanced_panel(rows, "y", "u", "t", "g")
    >>> data.outcome.tolist(), data.start.tolist(), data.n_unbalanced
    ([[0.0, 1.0], [2.0, 3.0]], [2.0, inf], 1)
    """
    panel = on_one_scale(panel, time, cohort)
    check_panel(panel, outcome, unit, time, cohort, cluster)
    start = numbers(panel, cohort)
    start = np.where(np.isnan(start) | (start == 0), np.inf, start)
    values = panel.assign(_y=numbers(panel, outcome))
    values.loc[~np.isfinite(values["_y"]), "_y"] = np.nan
    wide = values.pivot(index=unit, columns=time, values="_y").sort_index(axis=1).dropna(axis=1, how="all")
    y, periods = wide.to_numpy(dtype="float64"), wide.columns.to_numpy(dtype="float64")
    starts = pd.Series(start, index=panel[unit]).groupby(level=0).first().reindex(wide.index).to_numpy(dtype="float64")
    full = ~np.isnan(y).any(axis=1) if len(periods) else np.zeros(len(y), dtype=bool)
    early = starts <= periods.min() if len(periods) else np.zeros(len(y), dtype=bool)
    keep = full & ~early
    y, kept = y[keep], starts[keep]
    kept = np.where(kept > periods.max(), np.inf, kept) if len(periods) else kept
    order = np.lexsort((*y.T[::-1], kept))
    codes = np.arange(len(kept))
    if cluster:
        labels = panel.groupby(unit)[cluster].first().reindex(wide.index[keep])
        codes = pd.factorize(labels.to_numpy()[order])[0]
    return Balanced(
        outcome=y[order],
        start=kept[order],
        cluster=np.asarray(codes, dtype=np.intp),
        periods=periods,
        units=list(wide.index[keep][order]),
        n_unbalanced=int((~full).sum()),
        left_out=sorted({float(value) for value in starts[early]}),
        n_cohort_left_out=int((early & full).sum()),
    )


def without_units(data: Balanced, drop: NDArray[np.bool_]) -> Balanced:
    """Return the panel without the marked units."""
    keep = ~drop
    kept = [unit for unit, stays in zip(data.units, keep, strict=True) if stays]
    return replace(data, outcome=data.outcome[keep], start=data.start[keep], cluster=data.cluster[keep], units=kept)


def without_periods(data: Balanced, drop: NDArray[np.bool_]) -> Balanced:
    """Return the panel without the marked periods; units that have no period left before their start go too."""
    periods = data.periods[~drop]
    start = np.where(data.start > periods.max(initial=-np.inf), np.inf, data.start)
    cut = replace(data, outcome=data.outcome[:, ~drop], start=start, periods=periods)
    return without_units(cut, start <= periods.min(initial=np.inf))


def numbers(table: pd.DataFrame, column: str) -> Floats:
    """Return a column as float64, missing as NaN.

    Raises TypeError: the column holds text or dates where a number is needed.
    """
    values = table[column]
    if values.dtype == "object":  # numbers beside None, or of the decimal kind
        values = values.infer_objects()
        if values.dropna().map(lambda value: isinstance(value, Number)).all():
            values = values.where(values.notna(), np.nan).astype("float64")
    if not pd.api.types.is_numeric_dtype(values) and not values.isna().all():
        raise TypeError(f"{column!r} must hold numbers (a year, a wave, a count of months), not text")
    return pd.to_numeric(values).to_numpy(dtype="float64", na_value=np.nan)


def require_columns(table: pd.DataFrame, columns: Sequence[str]) -> None:
    """Raise ValueError, naming what is absent, unless the table has all of `columns`."""
    absent = [name for name in columns if name not in table.columns]
    if absent:
        raise ValueError(f"the table has no column {absent}; it has {[str(name) for name in table.columns]}")


def check_panel(panel: pd.DataFrame, outcome: str, unit: str, time: str, cohort: str, cluster: str | None) -> None:
    """Raise ValueError or TypeError, as `concerns.staggered.att_gt` says, unless the panel can be used."""
    require_columns(panel, [outcome, unit, time, cohort, *([cluster] if cluster else [])])
    if panel[unit].isna().any() or np.isnan(numbers(panel, time)).any():
        raise ValueError(f"{unit!r} or {time!r} is missing in some rows")
    if panel.duplicated([unit, time]).any():
        raise ValueError(f"a {unit!r} has the same {time!r} more than once")
    if (panel.groupby(unit)[cohort].nunique(dropna=False) > 1).any():
        raise ValueError(f"{cohort!r} changes within a {unit!r}: each unit starts once or never")
    if cluster and (panel.groupby(unit)[cluster].nunique(dropna=False) > 1).any():
        raise ValueError(f"{cluster!r} changes within a {unit!r}")

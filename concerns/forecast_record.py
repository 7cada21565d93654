"""What was known when: reports by place and month as they stood at any past month's end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from concerns.estimate import Floats
from concerns.vectors import as_floats

COLUMNS = ["cell", "month", "submitted_at", "n_reports"]


@dataclass(frozen=True)
class Record:
    """Counts with the month in which each became known.

    cells: sorted labels; months: their labels in order; row, column, seen_in, count: one entry each a place, month of
    the event and month of submission (count NaN: not observed); n_undated: reports without a time of submission.
    """

    cells: pd.Index
    months: Sequence[Any]
    row: NDArray[np.intp]
    column: NDArray[np.intp]
    seen_in: NDArray[np.int64]
    count: Floats
    n_undated: int

    def known_at(self, origin: int) -> Floats:
        """Places × months up to the origin, as submitted by its end."""
        return self._table((self.seen_in <= origin) & (self.column <= origin), origin + 1)

    def final(self) -> Floats:
        """Places × months as known today, whenever submitted."""
        return self._table(np.ones(len(self.row), dtype=bool), len(self.months))

    def _table(self, entries: NDArray[np.bool_], n_months: int) -> Floats:
        table = np.zeros((len(self.cells), n_months))
        np.add.at(table, (self.row[entries], self.column[entries]), self.count[entries])
        return table


def read_record(cells: pd.DataFrame | Floats) -> Record:
    """Read the two forms that `concerns.forecast.backtest` takes. Raises ValueError for columns that are missing.

    >>> read_record(np.array([[1.0, 2.0]])).known_at(0)
    array([[1.]])
    """
    if isinstance(cells, pd.DataFrame) and "n_reports" in cells.columns:
        return _from_long(cells)
    counts = as_floats(cells, name="cells")
    if counts.ndim != 2:
        raise ValueError("cells is a table of places × months.")
    labels = cells.index if isinstance(cells, pd.DataFrame) else pd.RangeIndex(len(counts))
    months: Sequence[Any] = list(cells.columns) if isinstance(cells, pd.DataFrame) else range(counts.shape[1])
    order = np.argsort(labels.to_numpy(), kind="stable")
    row, column = (axis.ravel() for axis in np.indices(counts.shape))
    return Record(labels[order], months, row, column, column.astype(np.int64), counts[order].ravel(), 0)


def _from_long(cells: pd.DataFrame) -> Record:
    """One row a place, month and submission, summed to one a place, month and month of submission."""
    missing = [name for name in COLUMNS if name not in cells.columns]
    if missing:
        raise ValueError(f"cells has no column {', '.join(missing)}.")
    month = _months(cells["month"])
    counts = as_floats(cells["n_reports"], name="n_reports")
    submitted = _months(cells["submitted_at"])
    dated = np.asarray(submitted.notna())
    if month.isna().any() or cells["cell"].isna().any():
        raise ValueError("Each row of cells has a cell and a month.")
    if not len(cells):
        nothing = np.zeros(0, dtype=np.intp)
        return Record(pd.Index([]), [], nothing, nothing, nothing.astype(np.int64), counts, 0)
    first, last = int(month.asi8.min()), int(month.asi8.max())
    column = month.asi8 - first
    seen_in = np.where(dated, submitted.asi8 - first, np.iinfo(np.int64).max)
    labels, row = np.unique(cells["cell"].to_numpy(), return_inverse=True)
    entries = pd.DataFrame({"row": row, "column": column, "seen_in": seen_in, "count": counts})
    keys = ["row", "column", "seen_in"]
    entries = entries.groupby(keys, as_index=False).sum(skipna=False)
    months = list(pd.period_range(pd.Period(ordinal=first, freq="M"), pd.Period(ordinal=last, freq="M"), freq="M"))
    known = [entries[name].to_numpy() for name in [*keys, "count"]]
    return Record(pd.Index(labels), months, known[0], known[1], known[2], known[3], int(np.nansum(counts[~dated])))


def _months(values: pd.Series) -> pd.PeriodIndex:
    """Months of periods, dates or instants (in UTC); missing stays so."""
    if isinstance(values.dtype, pd.PeriodDtype):
        return pd.PeriodIndex(values).asfreq("M")
    instants = pd.DatetimeIndex(pd.to_datetime(values, utc=True, format="ISO8601"))
    return instants.tz_localize(None).to_period("M")

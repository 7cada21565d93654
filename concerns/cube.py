"""Counts by day × district × category × level as prefix sums: a click costs the same at any number of reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from concerns.schema import ADM1_LENGTH
from concerns.selection import SEVERITIES, Selection

REPORT_KEYS = ("occurred_on", "adm1_pcode", "adm2_pcode", "category")
LEVELS = {"severity": SEVERITIES, "geo_precision": tuple(range(6))}  # 0: the source gave none
PERIODS = ("day", "month", "quarter", "year")
_DIMENSIONS = ("adm2_pcode", "adm1_pcode", "category")
_EPOCH = np.datetime64("1970-01-01", "D")
_DENSE_LIMIT = 40_000_000  # cells of one batch that are counted by bincount; beyond that by sorting


@dataclass(frozen=True)
class DayCube:
    """Prefix sums over the days that hold reports, one column for each combination that occurs.

    `days`: ordinal days, ascending. `sums`: int32, (len(days) + 1) × combinations. `place`, `category`, `levels`: one
    entry a combination, positions in `places`, `categories` and `LEVELS[level]`. `places`: every district's p-code
    and, for reports known by governorate only, the governorate's. `level`: what is counted beside place and category,
    `severity` or `geo_precision`. Size grows with days × combinations, not with reports.
    """

    days: np.ndarray
    sums: np.ndarray
    place: np.ndarray
    category: np.ndarray
    levels: np.ndarray
    places: tuple[str, ...]
    categories: tuple[str, ...]
    level: str = "severity"

    @classmethod
    def from_reports(
        cls, reports: pd.DataFrame, districts: Sequence[str], *, categories: Sequence[str] = (), level: str = "severity"
    ) -> DayCube:
        """Count reports (columns `REPORT_KEYS`, `level`); `districts`: all p-codes, so that zeros are explicit.

        >>> one = pd.DataFrame({"occurred_on": ["2024-03-03"], "adm1_pcode": ["IQG01"], "adm2_pcode": ["IQG01Q01"],
        ...                     "category": ["C07"], "severity": [2]})
        >>> cube = DayCube.from_reports(one, ["IQG01Q01", "IQG01Q02"])
        >>> cube.totals(Selection())
          adm2_pcode  n_reports
        0   IQG01Q01          1
        1   IQG01Q02          0
        """
        return cls.from_batches([reports], districts, categories=categories, level=level)

    @classmethod
    def from_batches(
        cls,
        batches: Iterable[pd.DataFrame],
        districts: Sequence[str],
        *,
        categories: Sequence[str] = (),
        level: str = "severity",
    ) -> DayCube:
        """Count reports that arrive in parts; memory stays that of one part and the cube."""
        keys = _Keys(list(dict.fromkeys(districts)), list(dict.fromkeys(categories)), level)
        parts = [keys.count(batch) for batch in batches if len(batch)]
        days, combos, table = _laid_out(parts, (len(keys.places), len(keys.categories), len(LEVELS[level])))
        size = np.int32 if table.sum() < np.iinfo(np.int32).max else np.int64
        sums = np.zeros((len(days) + 1, len(combos)), dtype=size)
        np.cumsum(table, axis=0, out=sums[1:])
        place, category, levels = combos.T
        return cls(days, sums, place, category, levels, tuple(keys.places), tuple(keys.categories), level)

    @property
    def n_reports(self) -> int:
        """All reports in the cube."""
        return int(self.sums[-1].sum()) if len(self.days) else 0

    @property
    def first_day(self) -> dt.date | None:
        """The earliest day with a report, or None."""
        return dt.date(1970, 1, 1) + dt.timedelta(days=int(self.days[0])) if len(self.days) else None

    @property
    def last_day(self) -> dt.date | None:
        """The latest day with a report, or None."""
        return dt.date(1970, 1, 1) + dt.timedelta(days=int(self.days[-1])) if len(self.days) else None

    @property
    def districts(self) -> tuple[str, ...]:
        """The p-codes of districts, without the governorates."""
        return tuple(place for place in self.places if len(place) > ADM1_LENGTH)

    def totals(self, selection: Selection, *, by: Sequence[str] = ("adm2_pcode",)) -> pd.DataFrame:
        """Count the selected reports by `by`, zeros explicit.

        Grain: one row for each member of the product of `by` (of `adm2_pcode`, `adm1_pcode`, `category`, the `level`
        and at most one of `day`, `month`, `quarter`, `year`, given as the period's first day). Column `n_reports`.
        Reports known by governorate only are in every total but those by `adm2_pcode`.
        Raises ValueError: an unknown name in `by`, or two periods.
        """
        periods = [name for name in by if name in PERIODS]
        if len(periods) > 1 or not set(by) <= {*PERIODS, *_DIMENSIONS, self.level}:
            raise ValueError(f"cannot count by {tuple(by)}")
        keep = self._keep(selection, with_governorates="adm2_pcode" not in by)
        starts, edges = self._edges(selection, periods[0] if periods else None)
        counts = np.diff(self.sums[edges], axis=0)[:, keep]
        groups = [self._groups(name, selection, keep) for name in by if name not in PERIODS]
        shape = tuple(len(labels) for labels, _ in groups)
        flat = np.ravel_multi_index([index for _, index in groups], shape) if groups else np.zeros(keep.size, np.int64)
        width = int(np.prod(shape)) if shape else 1
        table = _sum_columns(counts, flat, width)
        return _frame(by, groups, starts, table)

    def _keep(self, selection: Selection, *, with_governorates: bool) -> np.ndarray:
        governorates = np.array([place[:ADM1_LENGTH] for place in self.places])
        is_district = np.array([len(place) > ADM1_LENGTH for place in self.places], dtype=bool)
        place_ok = is_district | with_governorates
        if selection.governorates:
            place_ok &= np.isin(governorates, selection.governorates)
        if selection.districts:
            place_ok &= np.isin(np.array(self.places), selection.districts)
        keep = place_ok[self.place] if len(self.place) else np.empty(0, bool)
        if selection.categories:
            keep = keep & np.isin(np.array(self.categories), selection.categories)[self.category]
        if selection.severities and self.level == "severity":
            keep = keep & np.isin(self.levels, selection.severities)
        return np.flatnonzero(keep)

    def _edges(self, selection: Selection, period: str | None) -> tuple[np.ndarray, np.ndarray]:
        """Give each period's first day and the rows of `sums` between which it lies."""
        start, end = selection.start or self.first_day, selection.end or self.last_day
        if start is None or end is None or start > end:
            return np.empty(0, "datetime64[D]"), np.zeros(1, np.int64)
        low, high = np.datetime64(start, "D"), np.datetime64(end, "D") + 1
        if period is None:
            starts = np.array([low])
            bounds = np.array([low, high])
        else:
            starts = _period_starts(low, high - 1, period)
            bounds = np.append(np.maximum(starts, low), high)
        return starts, np.searchsorted(self.days, (bounds - _EPOCH).astype(np.int64))

    def _groups(self, name: str, selection: Selection, keep: np.ndarray) -> tuple[list, np.ndarray]:
        """Give a dimension's labels inside the selection, and each kept combination's position among them."""
        if name == self.level:
            chosen_levels = selection.severities if name == "severity" else ()
            labels: list = [level for level in LEVELS[name] if not chosen_levels or level in chosen_levels]
            codes = np.array([labels.index(level) if level in labels else -1 for level in LEVELS[name]])
            return labels, codes[self.levels[keep]]
        if name == "category":
            labels = [code for code in self.categories if not selection.categories or code in selection.categories]
            codes = np.array([labels.index(code) if code in labels else -1 for code in self.categories], dtype=np.int64)
            return labels, codes[self.category[keep]]
        width = ADM1_LENGTH if name == "adm1_pcode" else None
        places = [place[:width] for place in self.places]
        chosen = [
            key
            for key, place in zip(places, self.places, strict=True)
            if (width or len(place) > ADM1_LENGTH)
            and (not selection.governorates or place[:ADM1_LENGTH] in selection.governorates)
            and (not selection.districts or place in selection.districts)
        ]
        labels = sorted(set(chosen))
        position = {label: index for index, label in enumerate(labels)}
        codes = np.array([position.get(key, -1) for key in places], dtype=np.int64)
        return labels, codes[self.place[keep]]


class _Keys:
    """The lists of places and categories, which grow with what the batches hold."""

    def __init__(self, places: list[str], categories: list[str], level: str) -> None:
        self.places, self.categories, self.level = places, categories, level

    def count(self, batch: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Give the cells (day, place, category, level) of a batch that hold reports, and how many each."""
        days = _ordinals(batch["occurred_on"])
        place = self._codes(batch["adm2_pcode"].fillna(batch["adm1_pcode"]), self.places)
        category = self._codes(batch["category"], self.categories)
        level = batch[self.level].fillna(0).to_numpy(np.int64)
        first = int(days.min())
        dims = (int(days.max()) - first + 1, len(self.places), len(self.categories), len(LEVELS[self.level]))
        flat = np.ravel_multi_index((days - first, place, category, level), dims)
        if np.prod(dims, dtype=np.int64) <= _DENSE_LIMIT:
            tally = np.bincount(flat)
            cells = np.flatnonzero(tally)
            counts = tally[cells]
        else:
            cells, counts = np.unique(flat, return_counts=True)
        columns = np.column_stack(np.unravel_index(cells, dims))
        columns[:, 0] += first
        return columns, counts.astype(np.int64)

    @staticmethod
    def _codes(values: pd.Series, known: list[str]) -> np.ndarray:
        codes, uniques = pd.factorize(values)
        position = {label: index for index, label in enumerate(known)}
        for label in uniques:
            if label not in position:
                position[label] = len(known)
                known.append(str(label))
        return np.array([position[label] for label in uniques], dtype=np.int64)[codes]


def _laid_out(
    parts: list[tuple[np.ndarray, np.ndarray]], dims: tuple[int, int, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the days and the combinations that hold reports, and the counts, days × combinations."""
    if not parts:
        return np.empty(0, np.int64), np.empty((0, 3), np.int64), np.empty((0, 0), np.int64)
    first = min(int(cells[:, 0].min()) for cells, _ in parts)
    n_days = max(int(cells[:, 0].max()) for cells, _ in parts) - first + 1
    width = int(np.prod(dims))
    if n_days * width <= _DENSE_LIMIT:
        flat = np.zeros(n_days * width, dtype=np.int64)
        for cells, counts in parts:
            at = np.ravel_multi_index(cells[:, 1:].T, dims) + (cells[:, 0] - first) * width
            flat[at] += counts
        table = flat.reshape(n_days, width)
        with_day, with_combo = (np.flatnonzero(table.any(axis=axis)) for axis in (1, 0))
        combos = np.column_stack(np.unravel_index(with_combo, dims))
        return with_day + first, combos, table[np.ix_(with_day, with_combo)]
    cells = np.concatenate([cells for cells, _ in parts])
    days, day_index = np.unique(cells[:, 0], return_inverse=True)
    found, combo_index = np.unique(np.ravel_multi_index(cells[:, 1:].T, dims), return_inverse=True)
    table = np.zeros((len(days), len(found)), dtype=np.int64)
    np.add.at(table, (day_index, combo_index), np.concatenate([counts for _, counts in parts]))
    return days, np.column_stack(np.unravel_index(found, dims)), table


def _ordinals(days: pd.Series) -> np.ndarray:
    if isinstance(days.dtype, np.dtype) and days.dtype.kind == "M":
        return days.to_numpy().astype("datetime64[D]").astype(np.int64)
    codes, uniques = pd.factorize(days)
    return pd.to_datetime(pd.Series(uniques)).to_numpy().astype("datetime64[D]").astype(np.int64)[codes]


def _period_starts(low: np.datetime64, last: np.datetime64, period: str) -> np.ndarray:
    if period == "day":
        return np.arange(low, last + 1)
    step = {"month": 1, "quarter": 3, "year": 12}[period]
    months = np.arange(
        low.astype("datetime64[M]").astype(int) // step * step, last.astype("datetime64[M]").astype(int) + 1, step
    )
    return months.astype("datetime64[M]").astype("datetime64[D]")


def _sum_columns(counts: np.ndarray, group: np.ndarray, width: int) -> np.ndarray:
    """Add the columns of one group together, period by period."""
    if not counts.size:
        return np.zeros((len(counts), width), dtype=np.int64)
    order = np.argsort(group, kind="stable")
    present, first = np.unique(group[order], return_index=True)
    table = np.zeros((len(counts), width), dtype=np.int64)
    table[:, present] = np.add.reduceat(counts[:, order], first, axis=1)
    return table


def _frame(
    by: Sequence[str], groups: list[tuple[list, np.ndarray]], starts: np.ndarray, table: np.ndarray
) -> pd.DataFrame:
    """Lay a periods × groups table out in rows, sorted by the columns of `by` in their order."""
    names = [name for name in by if name not in PERIODS]
    period = [name for name in by if name in PERIODS]
    axes = ({period[0]: starts} if period else {}) | {
        name: np.array(labels, dtype=np.int64 if name in LEVELS else np.str_)
        for name, (labels, _) in zip(names, groups, strict=True)
    }
    shape = tuple(len(axis) for axis in axes.values())
    values = table if period else table.sum(axis=0)
    values = values.reshape(shape).transpose([list(axes).index(name) for name in by])
    columns = {}
    for position, name in enumerate(by):
        inner, outer = int(np.prod(values.shape[position + 1 :])), int(np.prod(values.shape[:position]))
        axis = axes[name]
        codes = np.tile(np.repeat(np.arange(len(axis)), inner), outer)
        columns[name] = pd.array(axis, dtype="str").take(codes) if axis.dtype.kind == "U" else axis[codes]
    return pd.DataFrame({**columns, "n_reports": values.ravel()}, copy=False)

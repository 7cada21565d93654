"""Running sums of what reports lay onto the columns: a period is the difference of two, at any number of reports."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.sites import SitedReports

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

REPORTS_A_BLOCK = 20_000  # sums are kept no more often than this
_MARGINS: tuple[tuple[int, ...], ...] = (
    (0, 1),
    (0,),
    (1,),
    (),
)  # over what is summed: category and severity, category, severity, nothing


class Sums(NamedTuple):
    """What the first `edges[i]` reports lay onto the columns: `before[i]`, categories × severities × columns, float32;
    1 in place of a number that is summed over."""

    edges: NDArray[np.int64]
    before: NDArray[np.float32]


@dataclass(frozen=True)
class ColumnSums:
    """Sums over all categories and severities, by severity, by category, and by both, each with its own edges.

    A selection takes the first of them that can tell it; where it leaves out less than it takes, what it leaves out is
    taken off the whole. The fewer groups, the closer the edges, for the same memory.
    """

    reports: SitedReports
    by_margin: tuple[Sums, ...]

    @classmethod
    def of(cls, reports: SitedReports, *, n_categories: int, n_severities: int, budget_mb: float) -> ColumnSums:
        """Add the reports up, in their order. Sums take `budget_mb` at most, but two edges each are always kept."""
        shape = (n_categories, n_severities, max(len(reports.columns.cell), 1))
        running = np.zeros(shape)
        levels = []
        for margin in _MARGINS:
            kept = running.sum(axis=margin, keepdims=True).shape
            edges = _edges(reports.starts, budget_mb * 1e6 / len(_MARGINS) / (4 * np.prod(kept)))
            levels.append(Sums(edges, np.zeros((len(edges), *kept), dtype=np.float32)))
        done = 0
        for edge in np.unique(np.concatenate([level.edges for level in levels])):
            for group, column, weight in reports.lay(slice(done, edge)):
                np.add.at(running.reshape(-1), group.astype(np.int64) * shape[2] + column, weight)
            for margin, level in zip(_MARGINS, levels, strict=True):
                for position in np.flatnonzero(level.edges == edge):
                    level.before[position] = running.sum(axis=margin, keepdims=True)
            done = edge
        return cls(reports, tuple(levels))

    @property
    def shape(self) -> tuple[int, int, int]:
        """Categories, severities, columns."""
        _, n_categories, n_severities, n_columns = self.by_margin[-1].before.shape
        return n_categories, n_severities, n_columns

    def total(
        self, start_day: int | None, end_day: int | None,
        categories: Collection[int] | None, severities: Collection[int] | None,
    ) -> Floats:  # fmt: skip
        """Sum what the selected reports lay onto each column; both days included, None for all."""
        days, starts = self.reports.days, self.reports.starts
        first = 0 if start_day is None else int(starts[np.searchsorted(days, start_day)])
        last = int(starts[-1] if end_day is None else starts[np.searchsorted(days, end_day, "right")])
        masks = tuple(
            np.isin(np.arange(n), range(n) if codes is None else list(codes))
            for n, codes in zip(self.shape, (categories, severities), strict=False)
        )
        if first >= last or not (masks[0].any() and masks[1].any()):
            return np.zeros(self.shape[2])
        return self._between(first, last, masks)

    def _between(self, first: int, last: int, masks: tuple[Mask, ...]) -> Floats:
        is_all = [mask.all() for mask in masks]
        for axis in (0, 1):
            if is_all[1 - axis] and not is_all[axis] and masks[axis].mean() > 0.5:
                every = tuple(np.ones_like(mask) for mask in masks)
                rest = tuple(~mask if i == axis else mask for i, mask in enumerate(masks))
                return self._between(first, last, every) - self._between(first, last, rest)
        edges, before = self.by_margin[2 * (not is_all[0]) + (not is_all[1])]
        groups = np.ix_(*(np.flatnonzero(m) if n > 1 else [0] for m, n in zip(masks, before.shape[1:3], strict=True)))
        low, high = (int(np.abs(edges - at).argmin()) for at in (first, last))
        total = np.zeros(self.shape[2])
        beside = [(first, last)]
        if low < high:
            total += before[high][groups].sum(axis=(0, 1), dtype=float) - before[low][groups].sum(
                axis=(0, 1), dtype=float
            )
            beside = [(first, int(edges[low])), (int(edges[high]), last)]
        allowed = None if all(is_all) else np.logical_and.outer(*masks).ravel()
        for begin, end in beside:
            for _, column, weight in self.reports.lay(slice(min(begin, end), max(begin, end)), allowed):
                laid = np.bincount(column.ravel(), weight.ravel(), len(total))
                total += laid if begin < end else -laid
        return total


def _edges(starts: NDArray[np.integer], n_affordable: float) -> NDArray[np.int64]:
    """Choose starts of days that part the reports evenly, both ends included."""
    n_reports = int(starts[-1])
    n_edges = int(np.clip(n_affordable, 2, n_reports // REPORTS_A_BLOCK + 2))
    even = np.searchsorted(starts, np.linspace(0, n_reports, n_edges))
    return np.unique(starts[np.minimum(even, len(starts) - 1)]).astype(np.int64)

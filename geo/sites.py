"""Reports packed for binning: sorted by day, 10 bytes each, with what each lays onto the cells around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from concerns.schema import GeoPrecision
from geo.lattice import Lattice, spline_shares

Floats = NDArray[np.float64]
Integers = NDArray[np.integer]

GPS, PLACE, AREA = range(3)  # how a site is drawn: as it stands, blurred by the error of a place, over its district
SUB = 4096  # positions in a cell that are told apart along each axis
AT_ONCE = 16_384  # reports laid out together: what the processor's cache holds
# Column s: the shares of a point in the middle of position s; the last: of an area, which lies on one column alone.
_SHARES = np.column_stack([spline_shares((np.arange(SUB) + 0.5) / SUB)[1], [1.0, 0.0, 0.0, 0.0]])


class Located(NamedTuple):
    """Some reports, one entry each. x_m, y_m: metres, NaN where there is no point; category, severity: codes from 0;
    district: position among the districts, -1 unknown; geo_precision: 1 to 5."""

    day: ArrayLike
    x_m: ArrayLike
    y_m: ArrayLike
    category: ArrayLike
    severity: ArrayLike
    district: ArrayLike
    geo_precision: ArrayLike


class Columns(NamedTuple):
    """What reports are laid onto, one entry a column: its class of drawing, its district, its cell (0 for an area)."""

    kind: Integers
    district: Integers
    cell: Integers


@dataclass(frozen=True)
class SitedReports:
    """Reports in order of day. `days`: the days that hold reports; `starts`: where each begins, and the end.

    `site`, `group`, `sub_x`, `sub_y`: one entry a report. group: category × n_severities + severity. A site is a cell,
    district and class of drawing; `site_columns` (16 × sites): the columns onto which it is laid.
    """

    days: Integers
    starts: Integers
    site: Integers
    group: Integers
    sub_x: Integers
    sub_y: Integers
    site_columns: Integers
    columns: Columns

    @classmethod
    def from_reports(
        cls, parts: Iterable[Located], lattice: Lattice, *, n_districts: int, n_severities: int
    ) -> SitedReports:
        """Pack reports that arrive in parts.

        One without a point inside the lattice, or coarser than a place, is spread over its district; of precision 5,
        or without point and district, it is left out.
        """
        packed = [_pack(part, lattice, n_districts, n_severities) for part in parts]
        packed = packed or [_pack(Located(*([[]] * 7)), lattice, n_districts, n_severities)]
        keys = np.unique(np.concatenate([each.keys for each in packed]))
        site = np.concatenate([np.searchsorted(keys, each.keys)[each.site] for each in packed]).astype(np.int32)
        day, group, sub_x, sub_y = (np.concatenate(column) for column in list(zip(*packed, strict=True))[2:])
        first_day = int(day.min(initial=np.iinfo(np.int32).max))
        since = (day - first_day).astype(np.uint16 if day.max(initial=0) - first_day < 2**16 else np.int64)
        order = np.argsort(since, kind="stable")
        days, starts = np.unique(since[order], return_index=True)
        columns, site_columns = _columns(keys, lattice, n_districts)
        return cls(
            days.astype(np.int64) + first_day, np.append(starts, len(order)), site[order], group[order],
            sub_x[order], sub_y[order], site_columns, columns,
        )  # fmt: skip

    def lay(self, part: slice, allowed: NDArray[np.bool_] | None = None) -> Iterator[tuple[Integers, Integers, Floats]]:
        """Give, a few reports at a time, their groups, columns (16 × reports) and weights (16 × reports), for the
        reports of `part` and, where given, of the groups `allowed` alone."""
        for start in range(part.start, part.stop, AT_ONCE):
            few: slice | Integers = slice(start, min(start + AT_ONCE, part.stop))
            if allowed is not None:
                few = start + np.flatnonzero(allowed[self.group[few]])
            share_y, share_x = _SHARES.take(self.sub_y[few], axis=1), _SHARES.take(self.sub_x[few], axis=1)
            weights = (share_y[:, None] * share_x).reshape(16, -1)
            yield self.group[few], self.site_columns.take(self.site[few], axis=1), weights


class _Packed(NamedTuple):
    keys: Integers
    site: Integers
    day: Integers
    group: Integers
    sub_x: Integers
    sub_y: Integers


def _pack(part: Located, lattice: Lattice, n_districts: int, n_severities: int) -> _Packed:
    x, y = np.asarray(part.x_m, dtype=float), np.asarray(part.y_m, dtype=float)
    day, category, severity, district, precision = (
        np.asarray(each, dtype=np.int64)
        for each in (part.day, part.category, part.severity, part.district, part.geo_precision)
    )
    row, col = lattice.position(np.nan_to_num(x, nan=np.inf), np.nan_to_num(y, nan=np.inf))
    is_point = (row >= 1) & (row < lattice.n_rows - 2) & (col >= 1) & (col < lattice.n_cols - 2)
    is_point &= precision <= GeoPrecision.PLACE
    keep = np.flatnonzero((precision < GeoPrecision.GOVERNORATE) & (is_point | (district >= 0)))
    is_point = is_point[keep]
    row, col = (np.where(is_point, each[keep], 0.0) for each in (row, col))
    cell = row.astype(np.int64) * lattice.n_cols + col.astype(np.int64)
    kind = np.where(is_point, np.where(precision[keep] == GeoPrecision.GPS, GPS, PLACE), AREA)
    keys, site = np.unique(
        (kind * (n_districts + 1) + district[keep] + 1) * (lattice.n_rows * lattice.n_cols) + cell, return_inverse=True
    )
    sub_x, sub_y = (np.where(is_point, (each % 1) * SUB, SUB).astype(np.uint16) for each in (col, row))
    group = (category * n_severities + severity)[keep].astype(np.uint16)
    return _Packed(keys, site.astype(np.int32), day[keep].astype(np.int32), group, sub_x, sub_y)


def _columns(keys: Integers, lattice: Lattice, n_districts: int) -> tuple[Columns, Integers]:
    """Give the columns that the sites' 4 × 4 cells come to, and each site's."""
    n_cells = lattice.n_rows * lattice.n_cols
    is_area = keys // (n_cells * (n_districts + 1)) == AREA
    around = np.array([(i - 1) * lattice.n_cols + j - 1 for i in range(4) for j in range(4)])
    wanted = keys + np.where(is_area, 0, around[:, None])
    unique, site_columns = np.unique(wanted, return_inverse=True)
    owner, cell = np.divmod(unique, n_cells)
    kind, district = np.divmod(owner, n_districts + 1)
    return Columns(kind, district - 1, cell), site_columns.reshape(wanted.shape).astype(np.int32)

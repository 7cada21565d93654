"""A lattice of square-ish cells in metres, and how points and areas are laid onto it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Cells = NDArray[np.intp]
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Lattice:
    """n_rows × n_cols cells; row 0 lies in the south. `x_min_m`, `y_min_m`: the outer corner in the south-west."""

    x_min_m: float
    y_min_m: float
    step_x_m: float
    step_y_m: float
    n_rows: int
    n_cols: int

    @classmethod
    def over(cls, bounds_m: Bounds, shape: tuple[int, int]) -> Lattice:
        """Cut a rectangle (x_min, y_min, x_max, y_max) into shape = (n_rows, n_cols) cells."""
        x_min, y_min, x_max, y_max = map(float, bounds_m)
        n_rows, n_cols = shape
        if not (np.isfinite([x_min, y_min, x_max, y_max]).all() and x_min < x_max and y_min < y_max):
            raise ValueError(f"bounds_m must be finite x_min < x_max, y_min < y_max, not {tuple(bounds_m)}")
        if n_rows < 1 or n_cols < 1:
            raise ValueError(f"shape needs at least one row and one column, not {shape}")
        return cls(x_min, y_min, (x_max - x_min) / n_cols, (y_max - y_min) / n_rows, int(n_rows), int(n_cols))

    @classmethod
    def covering(cls, bounds_m: Bounds, *, cell_m: float, margin: int = 3) -> Lattice:
        """Lay square cells of `cell_m` over a rectangle, `margin` cells wider on each side."""
        x_min, y_min, x_max, y_max = bounds_m
        n_cols, n_rows = (int(np.ceil(side / cell_m)) + 2 * margin for side in (x_max - x_min, y_max - y_min))
        return cls(x_min - margin * cell_m, y_min - margin * cell_m, cell_m, cell_m, n_rows, n_cols)

    def finer(self, *, by_x: int, by_y: int, pad_x: int, pad_y: int) -> Lattice:
        """Cut each cell into by_x × by_y (odd, so that centres stay centres), then add rows and columns around."""
        step_x, step_y = self.step_x_m / by_x, self.step_y_m / by_y
        x_min, y_min = self.x_min_m - pad_x * step_x, self.y_min_m - pad_y * step_y
        return Lattice(x_min, y_min, step_x, step_y, self.n_rows * by_y + 2 * pad_y, self.n_cols * by_x + 2 * pad_x)

    @property
    def x_m(self) -> Floats:
        """The cells' centres, west to east."""
        return self.x_min_m + np.arange(0.5, self.n_cols) * self.step_x_m

    @property
    def y_m(self) -> Floats:
        """The cells' centres, south to north."""
        return self.y_min_m + np.arange(0.5, self.n_rows) * self.step_y_m

    def position(self, x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]:
        """Give points as row and column numbers with decimals; a cell's centre is whole."""
        return (y_m - self.y_min_m) / self.step_y_m - 0.5, (x_m - self.x_min_m) / self.step_x_m - 0.5

    def spread(self, x_m: Floats, y_m: Floats, weights: Floats) -> Floats:
        """Share each point's weight out over the 4 × 4 cells around it; what falls beyond the rim is lost.

        The shares are cubic B-splines. Unlike linear ones they have one variance, a third of a cell squared, wherever
        in its cell the point lies: a kernel narrowed by it is right for a stack of reports at one place, too.
        """
        wide = Lattice(0, 0, 1, 1, self.n_rows + 6, self.n_cols + 6)  # so that no share falls beside it
        row, col = self.position(x_m, y_m)
        inside = np.flatnonzero((row > -2) & (row < self.n_rows + 1) & (col > -2) & (col < self.n_cols + 1))
        total = np.zeros(wide.n_rows * wide.n_cols)
        for part in np.array_split(inside, len(inside) // 1_000_000 + 1):
            first_row, share_y = spline_shares(row[part] + 3)
            first_col, share_x = spline_shares(col[part] + 3)
            base, weighted = first_row * wide.n_cols + first_col, share_y * weights[part]
            for i in range(4):
                for j in range(4):
                    total += np.bincount(base + (i * wide.n_cols + j), weighted[i] * share_x[j], len(total))
        return total.reshape(wide.n_rows, wide.n_cols)[3:-3, 3:-3]

    def shares(self, area: shapely.Geometry) -> Floats:
        """Give the part of each cell that the area covers, 0 to 1; n_rows × n_cols."""
        covered = np.zeros((self.n_rows, self.n_cols))
        row, col, share, _ = self._covered(area)
        covered[row, col] = share
        return covered

    def spread_area(self, area: shapely.Geometry) -> Floats:
        """Share the area's square metres out over the cells, as `spread` does: each cell's part from its centroid.

        A full cell is as wide as a quarter of the splines' variance: only the other three are to be taken off a kernel.
        """
        _, _, share, (x_m, y_m) = self._covered(area)
        return self.spread(x_m, y_m, share * (self.step_x_m * self.step_y_m))

    def _covered(self, area: shapely.Geometry) -> tuple[Cells, Cells, Floats, Floats]:
        """Give the cells that the area covers in part or whole: row, column, part covered, its centroid (2 × cells)."""
        if shapely.is_empty(area):
            return np.zeros(0, dtype=int), np.zeros(0, dtype=int), np.zeros(0), np.zeros((2, 0))
        x_min, y_min, x_max, y_max = shapely.bounds(area)
        (low_row, high_row), (low_col, high_col) = (
            (max(int(np.floor(low + 0.5)), 0), max(min(int(np.ceil(high + 0.5)), n), 0))
            for (low, high), n in zip(np.transpose([self.position(x_min, y_min), self.position(x_max, y_max)]),
                                      (self.n_rows, self.n_cols), strict=True)
        )  # fmt: skip
        row, col = (
            each.ravel()
            for each in np.meshgrid(np.arange(low_row, high_row), np.arange(low_col, high_col), indexing="ij")
        )
        x, y = self.x_m[col], self.y_m[row]
        on_line = self._on_line(area)[row, col]
        shapely.prepare(area)
        share = np.zeros(len(row))
        share[~on_line] = shapely.contains_xy(area, x[~on_line], y[~on_line])
        west, south = x[on_line] - self.step_x_m / 2, y[on_line] - self.step_y_m / 2
        strips, strip = np.unique(south, return_inverse=True)  # cut by rows first: short pieces are cut quickly
        pieces = shapely.intersection(area, shapely.box(x_min, strips, x_max, strips + self.step_y_m))
        cut = shapely.intersection(pieces[strip], shapely.box(west, south, west + self.step_x_m, south + self.step_y_m))
        share[on_line] = shapely.area(cut) / (self.step_x_m * self.step_y_m)
        cut_cells, kept = np.flatnonzero(on_line)[share[on_line] > 0], share > 0
        x[cut_cells], y[cut_cells] = shapely.get_coordinates(shapely.centroid(cut[share[on_line] > 0])).T
        return row[kept], col[kept], share[kept], np.stack([x[kept], y[kept]])

    def _on_line(self, area: shapely.Geometry) -> NDArray[np.bool_]:
        """Tell the cells that the area's line may cross: all around points on it half a cell apart."""
        wide = np.zeros((self.n_rows + 2, self.n_cols + 2), dtype=bool)
        line = shapely.segmentize(shapely.boundary(area), min(self.step_x_m, self.step_y_m) / 2)
        rows, cols = (np.rint(each).astype(int) + 1 for each in self.position(*shapely.get_coordinates(line).T))
        for up in (-1, 0, 1):
            for right in (-1, 0, 1):
                row, col = rows + up, cols + right
                seen = (row >= 0) & (row < wide.shape[0]) & (col >= 0) & (col < wide.shape[1])
                wide[row[seen], col[seen]] = True
        return wide[1:-1, 1:-1]


def spline_shares(position: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Cubic B-spline shares of a point at `position` (in cells) for 4 neighbours: the first one's number; 4 × n shares.

    >>> first, shares = spline_shares(np.array([5.0, 5.5]))
    >>> first.tolist(), (shares * 48).round(6).T.tolist()
    ([4, 4], [[8.0, 32.0, 8.0, 0.0], [1.0, 23.0, 23.0, 1.0]])
    """
    whole = np.floor(position).astype(np.int64)
    t = position - whole
    rest = 1 - t
    shares = np.stack([rest**3, 4 - 6 * t**2 + 3 * t**3, 4 - 6 * rest**2 + 3 * rest**3, t**3]) / 6
    return whole - 1, shares

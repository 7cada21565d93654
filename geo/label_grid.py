"""A grid of labels over the districts: most points are settled by one look-up, only those near a line by geometry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

NONE, UNSETTLED = -1, -2  # in no district; near a line, so that only the polygons can tell


@dataclass(frozen=True)
class LabelGrid:
    """Cells in degrees, each wholly in one district (its position), wholly in none (NONE), or UNSETTLED.

    `labels`: int16, row 0 in the south; two cells wider on each side than the districts: the rim stands for all beyond.
    """

    labels: NDArray[np.int16]
    lon_min: float
    lat_min: float
    step_deg: float

    @classmethod
    def build(
        cls,
        shapes: NDArray[np.object_],
        settle: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.int16]],
        *,
        n_cells: int = 1024,
    ) -> LabelGrid:
        """Label the cells, `n_cells` along the longer side. shapes: polygons in degrees; settle(lon, lat): the exact
        answer, NONE outside.

        Cells of one row that follow each other with no line near lie in one district or in none: the exact answer for
        the first settles them all.
        """
        lon_min, lat_min, lon_max, lat_max = shapely.total_bounds(shapes)
        step = max(lon_max - lon_min, lat_max - lat_min) / n_cells
        lon_min, lat_min = lon_min - 2 * step, lat_min - 2 * step
        n_rows, n_cols = int((lat_max - lat_min) / step) + 4, int((lon_max - lon_min) / step) + 4
        lines = shapely.get_coordinates(shapely.segmentize(shapely.boundary(shapes), step / 2))
        cells = np.unique(_cells(lines[:, 0], lines[:, 1], lon_min, lat_min, step, (n_rows, n_cols)))
        near_line = np.zeros((n_rows, n_cols), dtype=bool)
        for up in (-1, 0, 1):  # a line passes within a quarter of a cell of its sampled points: 3 × 3 cells hold it
            for right in (-1, 0, 1):
                near_line.ravel()[cells + up * n_cols + right] = True
        begins = ~near_line
        begins[:, 1:] &= near_line[:, :-1]
        row, col = np.nonzero(begins)
        answers = settle(lon_min + (col + 0.5) * step, lat_min + (row + 0.5) * step)
        run = np.cumsum(begins.ravel()).reshape(begins.shape)  # the runs are numbered from 1
        labels = np.where(near_line, np.int16(UNSETTLED), np.append(np.int16(NONE), answers).astype(np.int16)[run])
        return cls(labels, float(lon_min), float(lat_min), float(step))

    @property
    def clear_m(self) -> float:
        """How far a point in a NONE cell is at least from every district: 3/4 of a cell where that is narrowest."""
        lat_max = max(abs(self.lat_min), abs(self.lat_min + self.step_deg * self.labels.shape[0]))
        return 0.75 * self.step_deg * 109_000 * max(np.cos(np.radians(lat_max)), 0.0)

    def look_up(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int16]:
        """Give the label of each point's cell. All numbers must be finite."""
        shape = (self.labels.shape[0], self.labels.shape[1])
        return self.labels.ravel()[_cells(lon, lat, self.lon_min, self.lat_min, self.step_deg, shape)]


def _cells(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    lon_min: float,
    lat_min: float,
    step: float,
    shape: tuple[int, int],
) -> NDArray[np.int32]:
    rows = ((lat - lat_min) / step).clip(0, shape[0] - 1).astype(np.int32)
    cols = ((lon - lon_min) / step).clip(0, shape[1] - 1).astype(np.int32)
    return rows * np.int32(shape[1]) + cols

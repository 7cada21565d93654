"""Reports binned once for the map: any selection becomes a density surface at a cost that does not follow their number.

Reports are laid onto columns (`geo.sites`): a cell of one district and class of precision. The sums that all reports
before some day lay onto the columns are kept for as many days as the memory budget allows (`geo.column_sums`), so a
period is the difference of two of them; what lies beside is added from the reports, of which 10 bytes each are kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.column_sums import ColumnSums
from geo.kernels import REACH, gaussian_between
from geo.lattice import Lattice, spline_shares
from geo.sites import AREA, GPS, PLACE, Located, SitedReports
from geo.surface import M2_PER_KM2, PLACE_ERROR_M

if TYPE_CHECKING:
    from scipy import sparse

Floats = NDArray[np.float64]

CELLS_PER_BANDWIDTH = 2.5  # at least: then a surface is within 1e-3 of its peak, wherever the reports lie


@dataclass(frozen=True)
class Surface:
    """A density, reports per km², as coefficients of cubic splines on a lattice."""

    lattice: Lattice
    coefficients: Floats

    def at(self, x_m: Floats, y_m: Floats) -> Floats:
        """Give the density at points (metres) that lie at least two cells inside the lattice."""
        (first_row, share_y), (first_col, share_x) = map(spline_shares, self.lattice.position(x_m, y_m))
        rows, cols = np.arange(4)[:, None, None] + first_row, np.arange(4)[:, None] + first_col
        return np.einsum("ijn,in,jn->n", self.coefficients[rows, cols], share_y, share_x)


@dataclass(frozen=True)
class BinnedCells:
    """Binned reports, only read once made. Memory: 10 bytes a report and about `budget_mb` of sums."""

    lattice: Lattice
    areas: Sequence[shapely.Geometry]
    sums: ColumnSums

    @classmethod
    def from_reports(
        cls,
        parts: Iterable[Located],
        lattice: Lattice,
        areas: Sequence[shapely.Geometry],
        *,
        n_categories: int,
        n_severities: int = 4,
        budget_mb: float = 256.0,
    ) -> BinnedCells:
        """Bin reports that arrive in parts. areas: the districts in metres; lattice: square cells, three beyond them.

        What becomes of each report is said at `SitedReports.from_reports`; precision 5 is left out, to be counted
        beside the map.
        """
        reports = SitedReports.from_reports(parts, lattice, n_districts=len(areas), n_severities=n_severities)
        sums = ColumnSums.of(reports, n_categories=n_categories, n_severities=n_severities, budget_mb=budget_mb)
        return cls(lattice, areas, sums)

    @property
    def bandwidth_min_m(self) -> float:
        """The least bandwidth that these cells can carry."""
        return CELLS_PER_BANDWIDTH * self.lattice.step_x_m

    def density(
        self,
        bandwidth_m: float,
        *,
        start_day: int | None = None,
        end_day: int | None = None,
        categories: Collection[int] | None = None,
        severities: Collection[int] | None = None,
        districts: Collection[int] | None = None,
    ) -> Surface:
        """Draw the selected reports with a Gaussian kernel (`geo.surface.precision_aware`), both days included.

        Codes as given to `from_reports`; None means all. Within 1e-3 of the peak of the exact sum.
        Raises ValueError: a bandwidth below `bandwidth_min_m`.
        """
        if not bandwidth_m >= self.bandwidth_min_m:
            raise ValueError(f"bandwidth_m must be at least {self.bandwidth_min_m:.0f}, not {bandwidth_m}")
        weight = self.sums.total(start_day, end_day, categories, severities)
        columns = self.sums.reports.columns
        if districts is not None:
            weight = weight * np.isin(columns.district, list(districts))
        sharp, at_places = (self._on_lattice(columns.kind == kind, weight) for kind in (GPS, PLACE))
        sharp += self._over_areas(weight)
        total = self._blur({bandwidth_m: sharp, float(np.hypot(bandwidth_m, PLACE_ERROR_M)): at_places})
        return Surface(self.lattice, total * M2_PER_KM2)

    def _on_lattice(self, chosen: NDArray[np.bool_], weight: Floats) -> Floats:
        shape = (self.lattice.n_rows, self.lattice.n_cols)
        cells = self.sums.reports.columns.cell[chosen]
        return np.bincount(cells, weight[chosen], shape[0] * shape[1]).reshape(shape).astype(float)

    def _over_areas(self, weight: Floats) -> Floats:
        is_area = self.sums.reports.columns.kind == AREA
        known = np.bincount(self.sums.reports.columns.district[is_area], weight[is_area], len(self.areas))
        return (self._area_shares @ known).reshape(self.lattice.n_rows, self.lattice.n_cols)

    @cached_property
    def _area_shares(self) -> sparse.csr_array:
        """What one report that lies anywhere in a district lays onto each cell: cells × districts.

        A district stands for itself as points, five to a cell's side or more, each weighing the ground around it.
        """
        from scipy import sparse

        laid = sparse.lil_array((len(self.areas), self.lattice.n_rows * self.lattice.n_cols))
        for district in np.unique(self.sums.reports.columns.district[self.sums.reports.columns.kind == AREA]):
            area = self.areas[district]
            x_min, y_min, x_max, y_max = shapely.bounds(area)
            cell_m = min(self.lattice.step_x_m / 5, max(x_max - x_min, y_max - y_min) / 10)
            fine = Lattice.covering((x_min, y_min, x_max, y_max), cell_m=cell_m, margin=0)
            share = fine.shares(area).ravel()
            x, y = (each.ravel() for each in np.meshgrid(fine.x_m, fine.y_m))
            laid[int(district)] = self.lattice.spread(x, y, share / share.sum()).ravel()
        return laid.T.tocsr()

    def _blur(self, masses: dict[float, Floats]) -> Floats:
        """Blur each mass by its bandwidth and add them: the coefficients whose splines are the kernel, laid as splines.

        By Fourier transform in single precision: exact to 1e-6 of the peak, one thread, a millisecond at any bandwidth.
        """
        from scipy import fft

        step, shape = self.lattice.step_x_m, (self.lattice.n_rows, self.lattice.n_cols)
        reach = int(np.ceil(REACH["gaussian"] * max(masses) / step))
        padded = [fft.next_fast_len(n + reach, real=True) for n in shape]
        total = np.zeros((padded[0], padded[1] // 2 + 1), dtype=np.complex64)
        for bandwidth_m, mass in masses.items():
            if mass.any():
                rings = [np.minimum(np.arange(n), n - np.arange(n)) * step for n in padded]
                lines = [gaussian_between(ring, bandwidth_m, step_m=step, n_splines=2) for ring in rings]
                along_y, along_x = fft.fft(lines[0]).real, fft.rfft(lines[1]).real
                total += fft.rfft2(mass.astype(np.float32), padded) * np.outer(along_y, along_x).astype(np.float32)
        return fft.irfft2(total, padded)[: shape[0], : shape[1]].astype(float)

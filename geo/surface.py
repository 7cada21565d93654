"""Density surfaces: where reports concentrate, whatever the borders, in reports per km²."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import shapely
from numpy.typing import ArrayLike

from concerns.schema import GeoPrecision
from geo.kernels import (
    REACH,
    SPLINE_VARIANCE,
    Floats,
    Kernel,
    gaussian_1d,
    gaussian_between,
    quartic_2d,
    quartic_between,
)
from geo.lattice import Bounds, Lattice

Edge = Literal["uniform", "jones"]
M2_PER_KM2 = 1e6
EXACT_POINTS = 5_000  # up to here every point is summed by itself
POINT_CELLS, AREA_CELLS = {"gaussian": 4, "quartic": 12}, 12  # in a bandwidth, at least, where they are binned
AREA_SPENT = 0.75  # of the splines that an area is laid with: a cell is as wide as the fourth part of one
MAX_FINE_CELLS = 40_000_000
PLACE_ERROR_M = 1_000.0  # how far a report lies from the point of its named place, one standard deviation per axis
AREA_PRECISIONS = (GeoPrecision.SUBDISTRICT.value, GeoPrecision.DISTRICT.value)
RADIUS_68 = 1.51  # an accuracy is the radius that holds 68 % of a two-dimensional Gaussian: 1.51 deviations


def density(
    x_m: ArrayLike,
    y_m: ArrayLike,
    weights: ArrayLike | None,
    bandwidth_m: float,
    bounds_m: Bounds,
    shape: tuple[int, int],
    *,
    kernel: Kernel = "gaussian",
    edge: Edge | None = None,
    window: shapely.Geometry | None = None,
) -> Floats:
    """Kernel density of points: Σ w_i · k(s − x_i) at the centre of each cell, in reports per km².

    x_m, y_m: finite metres in `geo.projection.METRIC_CRS` (any metric system), one length; points beyond the bounds
    count as far as their kernel reaches in. weights: one a point, None for 1 each. bounds_m: x_min, y_min, x_max,
    y_max; shape: (n_rows, n_cols). Returns float, n_rows × n_cols, row 0 in the south.
    bandwidth_m: the kernel's standard deviation σ per axis, the same for both kernels; the quartic's radius is √8·σ.

    edge: None leaves what falls over the window's edge outside; "uniform" divides by the part of the kernel inside the
    window (Diggle 1985); "jones" divides each point's weight by that part, which keeps the total (Jones 1993). window:
    Polygon in metres, the bounds by default; with an edge rule, points and cells outside it count nothing.

    Up to 5,000 points the sum is taken as it stands; more are binned (`Lattice.spread`), which is within 1e-4 of the
    peak (quartic 1e-3). A picture, no null hypothesis: a peak is never "significant". Silverman (1986), Wand (1994).
    Raises ValueError: lengths differ, a number is not finite, a bandwidth, bounds or shape without extent.

    >>> density([0.0], [0.0], None, 1_000, (-1_500, -1_500, 1_500, 1_500), (3, 3)).round(4).tolist()
    [[0.0585, 0.0965, 0.0585], [0.0965, 0.1592, 0.0965], [0.0585, 0.0965, 0.0585]]
    """
    x, y, w = _points(x_m, y_m, weights)
    lattice = _checked(bandwidth_m, bounds_m, shape)
    if kernel not in REACH:
        raise ValueError(f"kernel must be one of {tuple(REACH)}, not {kernel!r}")
    if edge is None:
        return _sum(x, y, w, bandwidth_m, lattice, kernel) * M2_PER_KM2
    area = shapely.box(*bounds_m) if window is None else window
    inside = shapely.intersects_xy(area, x, y)
    x, y, w = x[inside], y[inside], w[inside]
    if edge == "jones":
        w = w / _kernel_inside(area, bandwidth_m, lattice, kernel, at=(x, y))
        part_inside = np.ones((lattice.n_rows, lattice.n_cols))
    elif edge == "uniform":
        part_inside = _kernel_inside(area, bandwidth_m, lattice, kernel)
    else:
        raise ValueError(f"edge must be None, 'uniform' or 'jones', not {edge!r}")
    values = _sum(x, y, w, bandwidth_m, lattice, kernel) * M2_PER_KM2
    in_window = lattice.shares(area) > 0
    return np.divide(values, part_inside, out=np.zeros_like(values), where=in_window)


def precision_aware(
    x_m: ArrayLike,
    y_m: ArrayLike,
    weights: ArrayLike | None,
    geo_precision: ArrayLike,
    bandwidth_m: float,
    bounds_m: Bounds,
    shape: tuple[int, int],
    *,
    accuracy_m: ArrayLike | None = None,
    area_code: ArrayLike | None = None,
    areas: Mapping[str, shapely.Geometry] | None = None,
    kernel: Kernel = "gaussian",
    place_error_m: float = PLACE_ERROR_M,
) -> Floats:
    """The density that is expected when each report may lie anywhere its location precision allows.

    As `density`, and besides one a report: geo_precision 1 GPS: Gaussian error of accuracy_m / 1.51 (0 or missing:
    none); 2 named place: Gaussian error of `place_error_m`; 3 sub-district and 4 district: anywhere in
    areas[area_code], Polygon in metres, its x_m, y_m unused; 5 governorate: not drawn, to be counted beside the map. A
    Gaussian error widens the bandwidth to √(σ² + s²). It blurs and never sharpens.
    Raises ValueError as `density`; also for an unknown precision or an area that is not given.

    >>> at_a_place = precision_aware([0.0], [0.0], None, [2], 1_000, (-500, -500, 500, 500), (1, 1))
    >>> at_a_place.round(6).tolist()        # half the peak of a point known by GPS
    [[0.079577]]
    """
    precision = np.asarray(geo_precision)
    lattice = _checked(bandwidth_m, bounds_m, shape)
    if not np.isin(precision, [each.value for each in GeoPrecision]).all():
        raise ValueError("geo_precision must be 1 to 5")
    if precision.shape != np.shape(x_m):
        raise ValueError(f"one geo_precision a point is needed, not {precision.shape} for {np.shape(x_m)}")
    is_point, is_area = precision <= GeoPrecision.PLACE, np.isin(precision, AREA_PRECISIONS)
    x, y = (np.where(is_point, np.asarray(each, dtype=float), 0.0) for each in (x_m, y_m))
    x, y, w = _points(x, y, weights)
    accuracy = np.zeros(len(x)) if accuracy_m is None else np.nan_to_num(np.asarray(accuracy_m, dtype=float))
    error_m = np.where(precision == GeoPrecision.PLACE, place_error_m, accuracy / RADIUS_68)
    total = _sum_by_error(x[is_point], y[is_point], w[is_point], error_m[is_point], bandwidth_m, lattice, kernel)
    if is_area.any():
        codes = np.asarray(area_code, dtype=object)[is_area]
        total += _sum_areas(codes, w[is_area], areas or {}, bandwidth_m, lattice, kernel)
    return total * M2_PER_KM2


def suggested_bandwidth_m(x_m: ArrayLike, y_m: ArrayLike) -> float:
    """Scott's rule, n^(-1/6) · √((s_x² + s_y²)/2): a first offer that blurs clusters too much; NaN below 2 points."""
    x, y, _ = _points(x_m, y_m, None)
    if len(x) < 2:
        return float("nan")
    return float(len(x) ** (-1 / 6) * np.sqrt((x.var(ddof=1) + y.var(ddof=1)) / 2))


def _points(x_m: ArrayLike, y_m: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats, Floats]:
    x, y = np.asarray(x_m, dtype=float), np.asarray(y_m, dtype=float)
    w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=float)
    if not x.shape == y.shape == w.shape or x.ndim != 1:
        raise ValueError(f"x_m, y_m and weights must be of one length, not {x.shape}, {y.shape}, {w.shape}")
    if not (np.isfinite(x).all() and np.isfinite(y).all() and np.isfinite(w).all()):
        raise ValueError("coordinates and weights must be finite: leave reports without a point out")
    return x, y, w


def _checked(bandwidth_m: float, bounds_m: Bounds, shape: tuple[int, int]) -> Lattice:
    if not (np.isfinite(bandwidth_m) and bandwidth_m > 0):
        raise ValueError(f"bandwidth_m must be above 0, not {bandwidth_m}")
    return Lattice.over(bounds_m, shape)


def _fine(lattice: Lattice, *, step_m: float, reach_m: float) -> tuple[Lattice, slice, slice]:
    """Give a lattice with cells of at most `step_m`, padded by `reach_m`, and where the wanted centres stand in it."""
    by_x, by_y = (int(np.ceil(step / step_m)) // 2 * 2 + 1 for step in (lattice.step_x_m, lattice.step_y_m))
    pad_x, pad_y = (
        int(np.ceil(reach_m / step * by)) + 3 for step, by in ((lattice.step_x_m, by_x), (lattice.step_y_m, by_y))
    )
    fine = lattice.finer(by_x=by_x, by_y=by_y, pad_x=pad_x, pad_y=pad_y)
    rows = slice(pad_y + by_y // 2, pad_y + by_y * lattice.n_rows, by_y)
    cols = slice(pad_x + by_x // 2, pad_x + by_x * lattice.n_cols, by_x)
    return fine, rows, cols


def _fine_for_areas(lattice: Lattice, bandwidth_m: float, *, reach_m: float) -> tuple[Lattice, slice, slice]:
    fine, rows, cols = _fine(lattice, step_m=bandwidth_m / AREA_CELLS, reach_m=reach_m)
    if fine.n_rows * fine.n_cols > MAX_FINE_CELLS:
        raise ValueError(f"a bandwidth of {bandwidth_m:g} m is too small for areas on so wide a surface")
    return fine, rows, cols


def _sum(x: Floats, y: Floats, w: Floats, bandwidth_m: float | Floats, lattice: Lattice, kernel: Kernel) -> Floats:
    """Sum the kernels at the cells' centres, per m²: as it stands for few points, by binning for many."""
    if len(x) <= EXACT_POINTS or not isinstance(bandwidth_m, float | int):
        return _exact(x, y, w, np.broadcast_to(bandwidth_m, len(x)), lattice, kernel)
    reach_m = REACH[kernel] * bandwidth_m
    fine, rows, cols = _fine(lattice, step_m=bandwidth_m / POINT_CELLS[kernel], reach_m=reach_m)
    if fine.n_rows * fine.n_cols > MAX_FINE_CELLS:
        return _exact(x, y, w, np.broadcast_to(bandwidth_m, len(x)), lattice, kernel)
    return _blurred(fine.spread(x, y, w), fine, bandwidth_m, kernel)[rows, cols]


def _exact(x: Floats, y: Floats, w: Floats, bandwidth_m: Floats, lattice: Lattice, kernel: Kernel) -> Floats:
    total = np.zeros((lattice.n_rows, lattice.n_cols))
    if kernel == "gaussian":  # separable: one matrix product a batch of points
        for part in np.array_split(np.arange(len(x)), len(x) // EXACT_POINTS + 1):
            along_y = gaussian_1d(lattice.y_m[:, None] - y[part], bandwidth_m[part]) * w[part]
            total += along_y @ gaussian_1d(lattice.x_m[:, None] - x[part], bandwidth_m[part]).T
        return total
    reach = REACH[kernel] * bandwidth_m
    rows, cols = (np.searchsorted(axis, [at - reach, at + reach]) for axis, at in ((lattice.y_m, y), (lattice.x_m, x)))
    for i in np.flatnonzero((rows[0] < rows[1]) & (cols[0] < cols[1])):
        patch = slice(*rows[:, i]), slice(*cols[:, i])
        squared = np.square(lattice.y_m[patch[0]] - y[i])[:, None] + np.square(lattice.x_m[patch[1]] - x[i])
        total[patch] += w[i] * quartic_2d(squared, bandwidth_m[i])
    return total


def _blurred(mass: Floats, lattice: Lattice, bandwidth_m: float, kernel: str, *, spent: float = 1.0) -> Floats:
    """Convolve masses laid as splines with the kernel, less the part of the splines' blur that is `spent`; per m²."""
    from scipy.ndimage import correlate1d

    steps = (lattice.step_y_m, lattice.step_x_m)
    reaches = [int(np.ceil(REACH[kernel] * bandwidth_m / step)) for step in steps]
    distances = [np.arange(-n, n + 1.0) * step for n, step in zip(reaches, steps, strict=True)]
    if kernel == "quartic":
        from scipy.signal import fftconvolve

        spent_m2 = (spent * SPLINE_VARIANCE * lattice.step_x_m**2, spent * SPLINE_VARIANCE * lattice.step_y_m**2)
        taps = quartic_between(distances[1], distances[0], bandwidth_m, spent_m2=spent_m2)
        return np.clip(fftconvolve(mass, taps, mode="same"), 0, None)
    for axis, (step, distance) in enumerate(zip(steps, distances, strict=True)):
        taps = gaussian_between(distance, bandwidth_m, step_m=step, n_splines=spent)
        mass = correlate1d(mass, taps, axis=axis, mode="constant")
    return mass


def _kernel_inside(
    area: shapely.Geometry,
    bandwidth_m: float,
    lattice: Lattice,
    kernel: Kernel,
    at: tuple[Floats, Floats] | None = None,
) -> Floats:
    """Give the part of a kernel that lies inside the area, for one at each cell's centre or at the points `at`."""
    from scipy.ndimage import map_coordinates

    fine, rows, cols = _fine_for_areas(lattice, bandwidth_m, reach_m=2 * REACH[kernel] * bandwidth_m)
    inside = _blurred(fine.spread_area(area), fine, bandwidth_m, kernel, spent=AREA_SPENT)
    if at is None:
        return inside[rows, cols]
    return map_coordinates(inside, fine.position(*at), order=3, mode="nearest")


def _sum_by_error(
    x: Floats, y: Floats, w: Floats, error_m: Floats, bandwidth_m: float, lattice: Lattice, kernel: Kernel
) -> Floats:
    """Sum points of several location errors; for many points, errors that widen the kernel alike go together."""
    wide_m = np.hypot(bandwidth_m, error_m)
    if len(x) <= EXACT_POINTS:
        return _sum(x, y, w, wide_m, lattice, kernel)
    step = np.round(np.log(wide_m / bandwidth_m) / 2e-4)  # in steps of 0.02 %
    total = np.zeros((lattice.n_rows, lattice.n_cols))
    for each in np.unique(step):
        same = step == each
        total += _sum(x[same], y[same], w[same], float(np.median(wide_m[same])), lattice, kernel)
    return total


def _sum_areas(
    codes: np.ndarray,
    w: Floats,
    areas: Mapping[str, shapely.Geometry],
    bandwidth_m: float,
    lattice: Lattice,
    kernel: Kernel,
) -> Floats:
    """Sum reports that lie somewhere in an area: their weight is shared out evenly over it."""
    fine, rows, cols = _fine_for_areas(lattice, bandwidth_m, reach_m=REACH[kernel] * bandwidth_m)
    mass = np.zeros((fine.n_rows, fine.n_cols))
    for code in np.unique(codes.astype(str)):
        if code not in areas:
            raise ValueError(f"areas holds no polygon for {code}")
        share = fine.spread_area(areas[code]) / shapely.area(areas[code])
        mass += w[codes.astype(str) == code].sum() * share
    return _blurred(mass, fine, bandwidth_m, kernel, spent=AREA_SPENT)[rows, cols]

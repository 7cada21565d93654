"""Pixels and PNG: each pixel holds the density of its place, and the file says what was put in."""

from __future__ import annotations

import io

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from geo.binned import BinnedCells, Located
from geo.lattice import Lattice
from geo.projection import geometries_to_metric, to_metric
from geo.raster import Raster, class_colours, class_limits, mercator, ramp, to_png
from geo.surface import density

COUNTRY = shapely.Polygon([(43.0, 32.0), (46.0, 32.5), (45.0, 35.0)])
LATTICE = Lattice.covering(tuple(shapely.total_bounds(geometries_to_metric([COUNTRY]))), cell_m=4_000)


@pytest.fixture(scope="module")
def raster() -> Raster:
    return Raster.over(COUNTRY, LATTICE, n_pixels=128)


def test_the_image_is_as_high_as_the_map_draws_the_country(raster):
    assert max(raster.shape) == 128
    assert (raster.south_west, raster.north_east) == ((32.0, 43.0), (35.0, 46.0))
    height = np.diff(mercator([32.0, 35.0]))[0] / np.radians(3.0)
    assert raster.shape[0] / raster.shape[1] == pytest.approx(height, abs=0.02)


def test_each_pixel_holds_the_density_of_its_place(raster):
    lon, lat = np.array([44.1, 44.9, 45.2]), np.array([32.6, 33.4, 33.3])
    x, y = to_metric(lon, lat)
    reports = Located([1, 1, 1], x, y, [0, 0, 0], [0, 0, 0], [0, 0, 0], [1, 1, 1])
    cells = BinnedCells.from_reports([reports], LATTICE, list(geometries_to_metric([COUNTRY])), n_categories=1)
    values = raster.values(cells.density(11_000))
    n_rows, n_cols = raster.shape
    for row, col in ((60, 60), (100, 40), (30, 75)):
        bottom, top = mercator([32.0, 35.0])
        lat_here = np.degrees(np.arctan(np.sinh(top - (row + 0.5) * (top - bottom) / n_rows)))
        (x_here,), (y_here,) = to_metric([43.0 + (col + 0.5) * 3.0 / n_cols], [lat_here])
        around = (x_here - 1, y_here - 1, x_here + 1, y_here + 1)
        assert values[row, col] == pytest.approx(
            density(x, y, None, 11_000, around, (1, 1))[0, 0], abs=1e-3 * float(np.nanmax(values))
        )


def test_there_is_no_picture_outside_the_country(raster):
    surface = BinnedCells.from_reports([], LATTICE, [], n_categories=1).density(11_000)
    values = raster.values(surface)
    assert np.isnan(values[0, 0]) and np.isnan(values[-1, -1])
    share = np.isfinite(values).mean()
    assert share == pytest.approx(shapely.area(COUNTRY) / 9.0, abs=0.02)
    assert not np.nan_to_num(values).any()


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 99))
def test_a_png_gives_back_the_colours_it_was_given(n_rows, n_cols, seed):
    values = np.random.default_rng(seed).uniform(-0.5, 3, (n_rows, n_cols))
    values.ravel()[::7] = np.nan
    palette = ramp()
    image = np.asarray(Image.open(io.BytesIO(to_png(values, 2.0, palette))).convert("RGBA"))
    index = np.rint(np.clip(np.nan_to_num(values) * 127.5, 0, 255)).astype(int)
    assert (image[..., 3] == palette[index, 3]).all()
    assert (image[index > 0] == palette[index[index > 0]]).all()


def test_flat_classes_pack_smaller_and_keep_zero_clear():
    yy, xx = np.mgrid[0:256, 0:256]
    values = np.exp(-((xx - 128.0) ** 2 + (yy - 100.0) ** 2) / 2e3)
    smooth, flat = to_png(values, 1.0, ramp()), to_png(values, 1.0, ramp(n_classes=5))
    assert len(flat) < len(smooth) / 2
    image = np.asarray(Image.open(io.BytesIO(flat)).convert("RGBA"))
    assert image[255, 255, 3] == 0
    assert "#" + bytes(image[100, 128, :3]).hex() == class_colours(ramp(n_classes=5), 5)[-1]


def test_infinite_and_all_missing_values_are_drawn_without_fail():
    image = np.asarray(
        Image.open(io.BytesIO(to_png(np.array([[np.inf, np.nan, -np.inf]]), 1.0, ramp()))).convert("RGBA")
    )
    assert image[0, :, 3].tolist() == [225, 0, 0]


@pytest.mark.parametrize(("values", "vmax"), [(np.zeros(3), 1.0), (np.zeros((2, 2)), 0.0), (np.zeros((2, 2)), np.nan)])
def test_what_cannot_be_drawn_is_refused(values, vmax):
    with pytest.raises(ValueError, match="rows × columns"):
        to_png(values, vmax, ramp())


@given(st.floats(1e-9, 1e9), st.integers(2, 9))
def test_class_limits_are_even_round_and_enough(highest, n_classes):
    limits = class_limits(highest, n_classes=n_classes)
    assert len(limits) <= n_classes + 1
    assert limits[0] == 0
    assert limits[-1] >= highest * (1 - 1e-9)
    assert limits[-2] < highest * (1 + 1e-9)
    assert np.diff(limits) == pytest.approx(limits[1], rel=1e-6)
    digits = f"{limits[1]:.6e}".split("e")[0].rstrip("0")
    assert digits in {"1.", "2.", "2.5", "5."}


def test_lighter_is_less():
    luminance = ramp()[1:, :3] @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(luminance) < 1).all()
    assert luminance[0] - luminance[-1] > 150

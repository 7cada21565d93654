"""A density surface as a picture over the map: palette PNG whose rows are even steps in Web Mercator."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image

from geo.binned import Surface
from geo.projection import to_metric
from pages.figures import palettes
from pages.figures.maps import Density

WIDTH = 320
FAINT = 0.02  # of the peak: thinner is left transparent
OPACITY = [min(230, 70 + 2 * step) for step in range(255)]  # thin places let the map shine through


def picture(surface: Surface, districts: gpd.GeoDataFrame) -> tuple[Density, float]:
    """Draw a surface inside the districts' outline; gives the image and its peak in reports per km².

    districts: for display, EPSG:4326. A surface of zeros gives a transparent image and a peak of 0.
    """
    west, south, east, north = (float(edge) for edge in districts.total_bounds)
    lon, lat = _grid(west, south, east, north)
    inside = _inside(districts, lon, lat)
    values = np.zeros(inside.shape)
    x_m, y_m = to_metric(*(axis[inside] for axis in np.meshgrid(lon, lat)))
    values[inside] = surface.at(x_m, y_m)
    peak = float(values.max(initial=0.0))
    return Density(png(values, peak=peak), west, south, east, north), peak


def png(values: NDArray[np.float64], *, peak: float, colours: Sequence[str] = palettes.VIRIDIS) -> bytes:
    """A palette PNG of 0 to peak; below FAINT of the peak it is transparent. Row 0 of `values` is the top."""
    share = values / peak if peak > 0 else np.zeros_like(values)
    index = np.where(share < FAINT, 0, 1 + np.clip(share * 254, 0, 254)).astype(np.uint8)
    image = Image.fromarray(index, mode="P")
    image.putpalette([0, 0, 0, *_ramp(colours, 255)])
    out = io.BytesIO()
    image.save(out, format="PNG", optimize=False, compress_level=6, transparency=bytes([0, *OPACITY]))
    return out.getvalue()


def _grid(west: float, south: float, east: float, north: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centres of the pixels: longitudes west to east, latitudes north to south in even Mercator steps."""
    low, high = (math.log(math.tan(math.pi / 4 + math.radians(edge) / 2)) for edge in (south, north))
    height = round(WIDTH * (high - low) / math.radians(east - west))
    mercator = high - (np.arange(height) + 0.5) / height * (high - low)
    lat = np.degrees(2 * np.arctan(np.exp(mercator)) - math.pi / 2)
    return west + (np.arange(WIDTH) + 0.5) / WIDTH * (east - west), lat


def _inside(districts: gpd.GeoDataFrame, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
    union = shapely.union_all(districts.geometry.to_numpy())
    shapely.prepare(union)
    x, y = np.meshgrid(lon, lat)
    return shapely.contains_xy(union, x, y)


def _ramp(colours: Sequence[str], n: int) -> list[int]:
    """n colours between the given ones, as flat bytes."""
    stops = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in colours], dtype=float)
    at = np.linspace(0, len(stops) - 1, n)
    channels = [np.interp(at, np.arange(len(stops)), channel) for channel in stops.T]
    return [int(value) for value in np.column_stack(channels).round().ravel()]

"""From a surface to a picture: pixels as a web map lays them out, a palette PNG, and the classes of its legend."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.binned import Surface
from geo.lattice import Lattice, spline_shares
from geo.projection import to_metric

if TYPE_CHECKING:
    from scipy import sparse

Floats = NDArray[np.float64]
Palette = NDArray[np.uint8]

YLGNBU = ("#ffffcc", "#c7e9b4", "#7fcdbb", "#41b6c4", "#1d91c0", "#225ea8", "#0c2c84")  # ColorBrewer: dark is much
OPACITY_LOW, OPACITY_HIGH = 110, 225  # of 255: little lets the map show through


@dataclass(frozen=True)
class Raster:
    """Pixels of an image that a web map stretches between `south_west` and `north_east` (lat, lon in degrees).

    Rows run from north to south and are even in Web Mercator, so the image fits the map's own lines. Made once for a
    set of boundaries: `weights` (pixels inside × cells of the lattice) turns a surface into pixels.
    """

    south_west: tuple[float, float]
    north_east: tuple[float, float]
    shape: tuple[int, int]
    inside: NDArray[np.int64]
    weights: sparse.csr_array

    @classmethod
    def over(cls, outline: shapely.Geometry, lattice: Lattice, *, n_pixels: int = 512) -> Raster:
        """Lay pixels over a country, `n_pixels` along its longer side. outline: polygons in EPSG:4326, inside which
        there is a picture; lattice: as in the surfaces to be drawn, two cells wider than the outline."""
        from scipy import sparse

        west, south, east, north = (float(each) for each in shapely.bounds(outline))
        bottom, top = mercator([south, north])
        step = max(np.radians(east - west), top - bottom) / n_pixels
        n_rows, n_cols = round((top - bottom) / step), round(np.radians(east - west) / step)
        lat = np.degrees(np.arctan(np.sinh(top - (np.arange(n_rows) + 0.5) * (top - bottom) / n_rows)))
        lon = west + (np.arange(n_cols) + 0.5) * (east - west) / n_cols
        lons, lats = (each.ravel() for each in np.meshgrid(lon, lat))
        shapely.prepare(outline)
        inside = np.flatnonzero(shapely.contains_xy(outline, lons, lats))
        rows, cols = lattice.position(*to_metric(lons[inside], lats[inside]))
        (first_row, share_y), (first_col, share_x) = spline_shares(rows), spline_shares(cols)
        cells = [(first_row + i) * lattice.n_cols + first_col + j for i in range(4) for j in range(4)]
        shares = [share_y[i] * share_x[j] for i in range(4) for j in range(4)]
        starts = np.arange(0, 16 * len(inside) + 1, 16)
        laid = (
            np.stack(shares, axis=1).ravel().astype(np.float32),
            np.stack(cells, axis=1).ravel().astype(np.int32),
            starts,
        )
        weights = sparse.csr_array(laid, shape=(len(inside), lattice.n_rows * lattice.n_cols))
        return cls((south, west), (north, east), (n_rows, n_cols), inside, weights)

    def values(self, surface: Surface) -> NDArray[np.float32]:
        """Give the density at each pixel's centre, reports per km²; NaN outside the country."""
        values = np.full(self.shape[0] * self.shape[1], np.nan, dtype=np.float32)
        values[self.inside] = self.weights @ surface.coefficients.ravel().astype(np.float32)
        return values.reshape(self.shape)


def mercator(lat: Any) -> Floats:
    """Web Mercator's y of a latitude in degrees, in radians of longitude."""
    return np.arcsinh(np.tan(np.radians(lat)))


def class_limits(highest: float, *, n_classes: int = 5) -> list[float]:
    """Part 0 … highest into at most `n_classes` even classes with round limits; the last limit is not below highest.

    >>> class_limits(0.083), class_limits(7.0), class_limits(0.0)
    ([0.0, 0.02, 0.04, 0.06, 0.08, 0.1], [0.0, 2.0, 4.0, 6.0, 8.0], [0.0, 1.0])
    """
    if not highest > 0:
        return [0.0, 1.0]
    exponent = int(np.floor(np.log10(highest / n_classes)))
    step, digits = next(
        (factor * 10.0**exponent, 1 - exponent)
        for factor in (1, 2, 2.5, 5, 10)
        if np.ceil(highest / (factor * 10.0**exponent) - 1e-9) <= n_classes
    )
    n_steps = int(np.ceil(highest / step - 1e-9))
    return [round(float(i * step), max(digits, 0)) for i in range(n_steps + 1)]


def ramp(colours: Sequence[str] = YLGNBU, *, n_classes: int | None = None) -> Palette:
    """Make a palette of 256 colours, red green blue opacity: the first transparent, then from little to much.

    n_classes: as many flat steps, each in the colour of its middle and opaque, so that the legend shows what the map
    shows; None: smooth, and little lets the map show through. What has few colours packs smaller.

    >>> ramp(("#000000", "#ffffff"), n_classes=2)[[0, 1, 127, 128, 255]].tolist()
    [[0, 0, 0, 0], [64, 64, 64, 255], [64, 64, 64, 255], [191, 191, 191, 255], [191, 191, 191, 255]]
    """
    anchors = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in colours], dtype=float)
    least, most = (OPACITY_LOW, OPACITY_HIGH) if n_classes is None else (255, 255)
    opacity = np.linspace(least, most, len(anchors))
    at = np.arange(256) / 255
    if n_classes is not None:
        at = (np.minimum(np.ceil(at * n_classes), n_classes).clip(1) - 0.5) / n_classes
    channels = [np.interp(at, np.linspace(0, 1, len(anchors)), channel) for channel in (*anchors.T, opacity)]
    palette = np.rint(np.column_stack(channels)).astype(np.uint8)
    palette[0] = 0
    return palette


def class_colours(palette: Palette, n_classes: int) -> list[str]:
    """Give the colour in the middle of each class, for the legend.

    >>> class_colours(ramp(("#000000", "#ffffff"), n_classes=2), 2)
    ['#404040', '#bfbfbf']
    """
    middles = np.rint((np.arange(n_classes) + 0.5) / n_classes * 255).astype(int)
    return ["#" + bytes(palette[middle, :3]).hex() for middle in middles]


def to_png(values: NDArray[np.floating], vmax: float, palette: Palette) -> bytes:
    """Write values as a PNG of at most 256 colours: 0, negative and NaN transparent, `vmax` and above the last one.

    values: rows from north to south. One colour stands for vmax/255; what rounds to none of them stays transparent.
    Raises ValueError: values not in two dimensions, vmax not above 0, a palette of another size.
    """
    if values.ndim != 2 or not vmax > 0 or palette.shape != (256, 4):
        raise ValueError("to_png needs rows × columns, a vmax above 0 and a palette of 256 × 4")
    scaled = np.nan_to_num(values * (255 / vmax), nan=0.0, posinf=255.0)
    _, one_of, kin = np.unique(palette, axis=0, return_index=True, return_inverse=True)
    index = one_of.astype(np.uint8)[kin][np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)]
    lines = np.full((index.shape[0], index.shape[1] + 1), 2, dtype=np.uint8)  # filter 2: each line less the one above
    lines[0, 1:] = index[0]
    lines[1:, 1:] = index[1:] - index[:-1]
    head = struct.pack(">IIBBBBB", index.shape[1], index.shape[0], 8, 3, 0, 0, 0)
    chunks = [
        (b"IHDR", head),
        (b"PLTE", palette[:, :3].tobytes()),
        (b"tRNS", palette[:, 3].tobytes()),
        (b"IDAT", zlib.compress(lines.tobytes(), 3)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )

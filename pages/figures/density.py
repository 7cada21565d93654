"""A density surface as a picture over the map."""

from __future__ import annotations

import numpy as np

from geo.binned import Surface
from geo.raster import Raster, ramp, to_png
from pages.figures import palettes
from pages.figures.maps import Density


def picture(surface: Surface, raster: Raster) -> tuple[Density, float]:
    """Draw a surface: the image, and its peak in reports per km². Zeros give a transparent image and a peak of 0."""
    values = raster.values(surface)
    peak = float(np.nanmax(values, initial=0.0))
    (south, west), (north, east) = raster.south_west, raster.north_east
    return Density(to_png(values, peak or 1.0, ramp(palettes.VIRIDIS)), west, south, east, north), peak

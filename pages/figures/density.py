"""A density surface as a picture over the map."""

from __future__ import annotations

import numpy as np

from geo.binned import Surface
from geo.raster import YLGNBU, Raster, class_colours, class_limits, ramp, to_png
from pages.figures import palettes
from pages.figures.maps import Density

N_CLASSES = 5


def picture(surface: Surface, raster: Raster) -> tuple[Density, palettes.Classes]:
    """Draw a surface: the image, and its classes in reports per km². Zeros give a transparent image.

    Class limits grow with the square of their number, so that one city does not leave the rest of a country dark.
    """
    values = raster.values(surface)
    top = class_limits(float(np.nanmax(values, initial=0.0)))[-1]
    palette = ramp(YLGNBU, n_classes=N_CLASSES)
    png = to_png(np.sqrt(np.maximum(values, 0.0)), top**0.5, palette)
    limits = tuple(float(f"{top * (i / N_CLASSES) ** 2:.6g}") for i in range(N_CLASSES + 1))
    classes = palettes.Classes(limits, tuple(class_colours(palette, N_CLASSES)), "squares", False)
    (south, west), (north, east) = raster.south_west, raster.north_east
    return Density(png, west, south, east, north), classes

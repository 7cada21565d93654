"""Coordinate systems as files state them, and points turned into degrees."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from concerns.schema import FileReason
from loaders.sniff import refuse

_LONGEST_TEXT = 20_000
_NAME = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:)?(?P<authority>EPSG|OGC|CRS|ESRI):(?:[\d.]*:)?(?P<code>CRS84|\d{4,6})", re.I
)
_HINT = "Export it again in WGS84 (EPSG:4326)."


def named_crs(text: str, name: str) -> CRS:
    """The system that a short name means, as GeoJSON files write it: `EPSG:32638`, `urn:ogc:def:crs:OGC:1.3:CRS84`.

    Raises UnreadableFile: CRS_UNSUPPORTED.
    """
    found = _NAME.fullmatch(text.strip())
    if found is None:
        raise refuse(FileReason.CRS_UNSUPPORTED, name, "The name of the coordinate system is not known.", _HINT)
    if found["code"].upper() == "CRS84":
        return CRS.from_epsg(4326)
    authority = "ESRI" if found["authority"].upper() == "ESRI" else "EPSG"
    return _usable(f"{authority}:{found['code']}", name)


def described_crs(definition: str | dict[str, Any], name: str) -> CRS:
    """The system that a text (WKT) or a PROJJSON object describes.

    Raises UnreadableFile: CRS_MISSING, CRS_UNSUPPORTED.
    """
    if not definition or (isinstance(definition, str) and not definition.strip(" \t\r\n\x00")):
        raise refuse(FileReason.CRS_MISSING, name, "The file states no coordinate system.", _HINT)
    text = str(definition)
    if len(text) > _LONGEST_TEXT or re.search(r"grids|@|file|EXTENSION\s*\[\s*\"PROJ4", text, re.I):
        raise refuse(FileReason.CRS_UNSUPPORTED, name, "The coordinate system is described in an unusual way.", _HINT)
    return _usable(definition, name)


def _usable(definition: Any, name: str) -> CRS:
    try:
        crs = CRS.from_user_input(definition)
        if crs.is_bound and crs.source_crs is not None:
            crs = crs.source_crs
        if crs.is_compound or len(crs.axis_info) > 2:
            crs = crs.to_2d() if not crs.is_compound else crs.sub_crs_list[0]
        is_flat = crs.is_geographic or crs.is_projected
    except (CRSError, TypeError, ValueError) as error:
        what = "The coordinate system that the file states is not understood."
        raise refuse(FileReason.CRS_UNSUPPORTED, name, what, _HINT) from error
    if not is_flat or crs.geodetic_crs is None or not _is_on_earth(crs):
        raise refuse(FileReason.CRS_UNSUPPORTED, name, "The coordinate system has no place on the earth.", _HINT)
    return crs


def _is_on_earth(crs: CRS) -> bool:
    return crs.ellipsoid is None or 6_300_000 < crs.ellipsoid.semi_major_metre < 6_400_000


def is_degrees(crs: CRS) -> bool:
    """Whether coordinates can be taken as they are: WGS84 longitude and latitude."""
    return bool(crs.equals(CRS.from_epsg(4326), ignore_axis_order=True))


def to_degrees(x: NDArray[np.float64], y: NDArray[np.float64], crs: CRS) -> tuple[Any, Any]:
    """Turn coordinates into longitude and latitude, WGS84, to 1e-9 degrees; what has no place there is infinite."""
    lon, lat = Transformer.from_crs(crs, 4326, always_xy=True).transform(x, y)
    return np.round(lon, 9), np.round(lat, 9)

"""How much reports of several location precisions are worth together, beside reports whose point is exact."""

from __future__ import annotations

from collections.abc import Mapping

from concerns.schema import GeoPrecision
from geo.surface import PLACE_ERROR_M

SUBDISTRICTS_A_DISTRICT = 3  # 294 in 101 districts of Iraq


def location_error_m(precision: int, *, district_km2: float) -> float:
    """How far a report lies from where it is drawn, one standard deviation per axis in metres; ∞ for a governorate.

    GPS 0, named place as in `geo.surface`, a sub-district or district as a square of its area filled evenly: √(A/12).

    >>> round(location_error_m(4, district_km2=1_200))
    10000
    """
    areas_km2 = {GeoPrecision.SUBDISTRICT: district_km2 / SUBDISTRICTS_A_DISTRICT, GeoPrecision.DISTRICT: district_km2}
    if precision in areas_km2:
        return float((areas_km2[GeoPrecision(precision)] * 1e6 / 12) ** 0.5)
    return {GeoPrecision.GPS: 0.0, GeoPrecision.PLACE: PLACE_ERROR_M}.get(GeoPrecision(precision), float("inf"))


def effective_reports(n_reports: Mapping[int, int], *, bandwidth_m: float, district_km2: float) -> dict[int, float]:
    """Reports of each precision as a number of exact ones: n · σ²/(σ² + s²), s the location error, σ the bandwidth.

    n_reports: by `geo_precision` 1 to 5; district_km2: mean area of a district. The weight is the part of a surface's
    peak that an uncertain report keeps: one known by governorate only counts nothing. Raises ValueError for a bandwidth
    that is not above 0 and another precision.

    >>> effective_reports({1: 10, 2: 10, 5: 10}, bandwidth_m=1_000, district_km2=4_000)
    {1: 10.0, 2: 5.0, 5: 0.0}
    """
    if not bandwidth_m > 0:
        raise ValueError("bandwidth_m is above 0.")
    errors = {level: location_error_m(level, district_km2=district_km2) for level in n_reports}
    return {level: n / (1 + (errors[level] / bandwidth_m) ** 2) for level, n in n_reports.items()}

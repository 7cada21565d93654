"""Rules of place: which coordinates are refused, and how exact the good ones are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from concerns.schema import GeoPrecision, Reason
from loaders.cells import Mended, encode, fold
from loaders.coordinates import BLANKS, in_box, is_projected, names_other_axis, parse_numbers
from loaders.findings import Findings, Texts
from loaders.planning import Plan, is_exchanged, point_keys, points

NAME_COLUMNS = ("adm3_pcode", "adm2_pcode", "adm1_pcode", "district", "governorate", "place_name")
_HOME = frozenset({"", "iraq", "iq", "irq", "العراق", "عیراق"})
_NONE = pa.array(sorted(BLANKS), pa.large_string())
NO_PLACE = 6  # a source says that it knows the country at most
GPS_METRES, PLACE_METRES = 100.0, 5_000.0


@dataclass(frozen=True)
class Points:
    """Coordinates of a part: NaN where there are none. geo_precision: 0 where there is no point and none is stated."""

    lat: np.ndarray
    lon: np.ndarray
    accuracy_m: np.ndarray
    geo_precision: np.ndarray


def check_points(texts: Texts, findings: Findings, plan: Plan) -> Points:
    """Read the coordinates and hold reasons against the bad ones.

    A row without coordinates is only refused here when it states no place by name or code either.
    """
    column = "geopoint" if "geopoint" in texts and "lat" not in texts else "lat"
    written = {name: name if name in texts else column for name in ("lat", "lon")}
    points(texts)  # cuts a geopoint into lat, lon and accuracy_m
    read = {name: parse_numbers(texts.get(name), degrees=True) for name in ("lat", "lon")}
    for name, numbers in read.items():
        texts.mend(written[name], numbers.mended)
    lat, lon = read["lat"].value, read["lon"].value
    blank_lat, blank_lon = read["lat"].is_blank, read["lon"].is_blank
    bad = read["lat"].is_bad | read["lon"].is_bad
    findings.add((blank_lat & blank_lon) & ~_states_place(texts), Reason.COORD_MISSING, column)
    findings.add(blank_lat != blank_lon, Reason.COORD_MISSING, column)
    findings.add(bad, Reason.COORD_UNPARSEABLE, column)
    box = plan.settings.country_box
    exchanged = is_exchanged(lat, lon, box) & ~_is_abroad(texts)
    for name, numbers in read.items():
        if (numbers.mended & Mended.COORD_DMS).any():  # no other cell holds a letter that was read
            contradicts = names_other_axis(texts.get(name), name)
            findings.add(contradicts & ~exchanged, Reason.COORD_UNPARSEABLE, column)
    if plan.settings.swap_coordinates:
        lat, lon = np.where(exchanged, lon, lat), np.where(exchanged, lat, lon)
        exchanged = np.zeros(texts.n, bool)
    with np.errstate(invalid="ignore"):
        projected = is_projected(lat, lon)
        findings.add(((np.abs(lat) > 90) | (np.abs(lon) > 180)) & ~projected, Reason.COORD_RANGE, column)
        findings.add(projected, Reason.COORD_PROJECTED, column)
    zero = (lat == 0) & (lon == 0)
    findings.add(zero, Reason.COORD_ZERO, column)
    findings.add(exchanged, Reason.COORD_SWAPPED, column)
    accuracy_m = _accuracy(texts, findings, plan)
    whole = np.isfinite(lat) & np.isfinite(lon)
    findings.add(whole & ~in_box(lat, lon, box), Reason.OUTSIDE_COUNTRY, column)
    lat, lon = np.where(whole, lat, np.nan), np.where(whole, lon, np.nan)
    return Points(lat, lon, accuracy_m, _precision(texts, lat, lon, accuracy_m, plan))


def _states_place(texts: Texts) -> np.ndarray:
    stated = np.zeros(texts.n, bool)
    for column in NAME_COLUMNS:
        if column in texts:
            stated |= ~pc.is_in(pc.utf8_lower(texts.get(column)), _NONE).to_numpy(zero_copy_only=False)
    return stated


def _is_abroad(texts: Texts) -> np.ndarray:
    """Tell which rows a source of the whole world places in another country: there such numbers can be right."""
    codes, distinct = encode(texts.get("country"))
    return np.array([fold(text) not in _HOME for text in distinct], bool)[codes]


def _accuracy(texts: Texts, findings: Findings, plan: Plan) -> np.ndarray:
    """Metres, NaN where unknown: forms write 0 for unknown."""
    read = parse_numbers(texts.get("accuracy_m"))
    accuracy_m = np.where(read.value > 0, read.value, np.nan)
    if "accuracy_m" in texts:
        texts.mend("accuracy_m", read.mended)
    unread = int((read.is_bad | (read.value < 0)).sum())
    if unread:
        plan.tally["Accuracies that are no number of metres were left blank"] += unread
    if plan.settings.max_accuracy_m is not None:
        column = "geopoint" if "geopoint" in texts and "accuracy_m" not in plan.source.headers else "accuracy_m"
        findings.add(accuracy_m > plan.settings.max_accuracy_m, Reason.COORD_LOW_ACCURACY, column)
    return np.where(np.isfinite(accuracy_m), accuracy_m, np.nan)


def _precision(texts: Texts, lat: np.ndarray, lon: np.ndarray, accuracy_m: np.ndarray, plan: Plan) -> np.ndarray:
    """How exact each point is: what the source states, what its accuracy allows, and what the numbers give away."""
    stated = parse_numbers(texts.get("geo_precision")).value
    is_stated = np.isin(stated, np.arange(1, NO_PLACE + 1))
    unknown = ~is_stated & texts.is_filled("geo_precision")
    if unknown.any():
        plan.tally["Values of geo_precision that are not 1 to 5 were left out"] += int(unknown.sum())
    measured = np.select(
        [accuracy_m <= GPS_METRES, accuracy_m <= PLACE_METRES, accuracy_m > PLACE_METRES], [1, 2, 4], 0
    )
    known = np.maximum(np.where(is_stated, stated, 0), measured)
    precision = np.where(known > 0, known, int(GeoPrecision.PLACE))
    precision = np.maximum(precision, _roughness(lat, lon))
    crowded = np.isin(point_keys(lat, lon), plan.crowded)
    precision = np.where(crowded & (precision == GeoPrecision.GPS), int(GeoPrecision.PLACE), precision)
    lowered = int((precision > np.where(known > 0, known, int(GeoPrecision.PLACE))).sum())
    if lowered:
        plan.tally["Points with few decimals or shared by many records count as less exact"] += lowered
    is_point = np.isfinite(lat)
    return np.where(is_point, precision, np.where(is_stated, stated, 0)).astype(np.int8)


def _roughness(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """4 for whole degrees (some 50 km), 3 for one decimal (some 5 km), 0 otherwise."""
    with np.errstate(invalid="ignore"):
        whole = (lat == np.round(lat)) & (lon == np.round(lon))
        tenth = (np.abs(lat * 10 - np.round(lat * 10)) < 1e-7) & (np.abs(lon * 10 - np.round(lon * 10)) < 1e-7)
    return np.select([whole, tenth], [int(GeoPrecision.DISTRICT), int(GeoPrecision.SUBDISTRICT)], 0)

"""Text to degrees: decimal, decimal comma, degrees-minutes-seconds, any digits, and geopoints of one cell."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loaders.cells import Mended, encode, plain, plain_column, trim

BLANKS = frozenset({"", "n/a", "na"})  # how exports write "not answered"; no coordinate, date or number reads so

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_COMMA = re.compile(r"[+-]?\d+,\d+")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3}){2,}(?:\.\d+)?|[+-]?\d{1,3}(?:,\d{3})+\.\d+")
_PART = r"(\d+(?:[.,]\d+)?)"
_DMS = re.compile(
    rf"(?P<before>[NSEW])?\s*(?P<sign>[+-])?\s*{_PART}(?:\s*(?P<mark>[°º˚:])\s*|\s+|(?=[NSEW]|$))"
    rf"(?:{_PART}(?:\s*['’′´:]\s*|\s+|(?=[NSEW]|$)))?(?:{_PART}\s*(?:\"|”|″|''|’’|′′)?\s*)?(?P<after>[NSEW])?"
)
_HYPHENS = re.compile(r"(?<![\d-])(\d{1,3})-(\d{1,2})-(\d{1,2})(?![\d-])")
_UNITS = [
    (r"\s*DEG(?:REES?)?|(?<=\d)\s*D(?![A-Z])", "°"),
    (r"\s*MIN(?:UTES?)?|(?<=\d)\s*M(?![A-Z])", "'"),
    (r"\s*SEC(?:ONDS?)?|S(?=\s*[NSEW]$)", '"'),
]
_WORDS = {"شمالا": "N", "شمال": "N", "ش": "N", "جنوبا": "S", "جنوب": "S", "ج": "S"}
_WORDS |= {"شرقا": "E", "شرق": "E", "ق": "E", "غربا": "W", "غرب": "W", "غ": "W"}
_GEOPOINT = r"^(?P<lat>\S+)\s+(?P<lon>\S+)(?:\s+(?P<alt>\S+))?(?:\s+(?P<acc>\S+))?$"
_LONGEST = 60  # characters of a coordinate; longer ones are not looked into


@dataclass(frozen=True)
class Numbers:
    """One column of numbers: `value` (NaN where there is none), what was blank, what is no number, what was mended."""

    value: np.ndarray
    is_blank: np.ndarray
    is_bad: np.ndarray
    mended: np.ndarray


def parse_degrees(text: str) -> tuple[float, Mended] | None:
    """Read one coordinate in any of the forms that field staff write; None when it is none.

    The value may lie outside the range of degrees: whoever asks judges that.

    >>> parse_degrees("33,3152"), parse_degrees("33°18'54\\"N"), parse_degrees("thirty")
    ((33.3152, <Mended.DECIMAL_COMMA: 2>), (33.315, <Mended.COORD_DMS: 4>), None)
    """
    if len(text) > _LONGEST:
        return None
    bare, mended = plain(text.strip())
    bare = bare.replace("−", "-").replace("،", ",").strip()
    if _NUMBER.fullmatch(bare):
        return float(bare), mended
    if _COMMA.fullmatch(bare):
        return float(bare.replace(",", ".")), mended | Mended.DECIMAL_COMMA
    if _THOUSANDS.fullmatch(bare):
        return float(bare.replace(",", "")), mended
    degrees = _sexagesimal(bare)
    return None if degrees is None else (degrees, mended | Mended.COORD_DMS)


def parse_numbers(values: pa.Array, *, degrees: bool = False) -> Numbers:
    """Read a column of trimmed cells as numbers; `degrees` allows the forms of a coordinate.

    Cells that are plain numbers are cast at once; only the distinct others are looked at one by one.
    """
    n = len(values)
    is_blank = pc.is_in(pc.utf8_lower(values), pa.array(sorted(BLANKS), values.type)).to_numpy(zero_copy_only=False)
    if is_blank.any():
        values = pc.if_else(pa.array(is_blank), pa.scalar(None, values.type), values)
    values, mended = plain_column(values)
    value = _cast(values)
    odd = np.flatnonzero(~np.isfinite(value) & ~is_blank)
    is_bad = np.zeros(n, bool)
    if len(odd):
        codes, distinct = encode(values.take(pa.array(odd)))
        results = [parse_degrees(text) for text in distinct]
        allowed = ~Mended.COORD_DMS if not degrees else ~Mended.NONE
        known = [found if found is not None and found[1] & allowed == found[1] else None for found in results]
        value[odd] = np.array([math.nan if found is None else found[0] for found in known])[codes]
        mended[odd] |= np.array([0 if found is None else int(found[1]) for found in known], np.uint8)[codes]
        is_bad[odd] = np.array([found is None for found in known])[codes]
    return Numbers(value, is_blank, is_bad, mended)


def split_geopoint(values: pa.Array) -> dict[str, pa.Array]:
    """Cut a column of geopoints ("lat lon alt acc", two to four parts) into text columns lat, lon and accuracy_m.

    A trace or a shape (points between semicolons) becomes the point in its middle. What is no geopoint comes back
    whole as `lat` beside a `lon` that is no number, so that it is refused there and not lost.

    >>> {name: part.to_pylist() for name, part in split_geopoint(pa.array(["36.3 41.8 0 12", "x"])).items()}
    {'lat': ['36.3', 'x'], 'lon': ['41.8', '?'], 'accuracy_m': ['12', '']}
    """
    bare, _ = trim(values)
    is_blank = pc.is_in(pc.utf8_lower(bare), pa.array(sorted(BLANKS), bare.type))
    parts = pc.extract_regex(bare, _GEOPOINT)
    odd = np.flatnonzero(
        pc.and_(pc.invert(is_blank), pc.or_(pc.is_null(parts), pc.match_substring_regex(bare, r"[,|/]\s|;"))).to_numpy(
            zero_copy_only=False
        )
    )
    columns = {name: parts.field(name).fill_null("") for name in ("lat", "lon", "acc")}
    if len(odd):
        codes, distinct = encode(bare.take(pa.array(odd)))
        cut = [_odd_geopoint(text) for text in distinct]
        where = np.full(len(bare), len(cut))
        where[odd] = codes
        for position, name in enumerate(("lat", "lon", "acc")):
            texts = pa.array([found[position] for found in cut] + [""], columns[name].type)
            is_odd = pa.array(where < len(cut))
            columns[name] = pc.if_else(is_odd, texts.take(pa.array(where)), columns[name])
    return {"lat": columns["lat"], "lon": columns["lon"], "accuracy_m": columns["acc"]}


def names_other_axis(values: pa.Array, name: str) -> np.ndarray:
    """Tell the cells of `lat` or `lon` that bear a letter or word of the other one's directions.

    >>> names_other_axis(pa.array(["43.1 E", "36.3 N", "3.6e1"]), "lat").tolist()
    [True, False, False]
    """
    letters, words = ("EW", "شرق|غرب") if name == "lat" else ("NS", "شمال|جنوب")
    pattern = rf"(?i)^[{letters}][^a-z]*\d|\d[^a-z]*[{letters}]$|{words}"
    return np.asarray(pc.match_substring_regex(values, pattern).to_numpy(zero_copy_only=False), bool)


def is_projected(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Tell pairs of metres (UTM, Web Mercator) from pairs that are merely out of range."""
    low, high = np.fmin(np.abs(first), np.abs(second)), np.fmax(np.abs(first), np.abs(second))
    return (low >= 100_000) & (high >= 1_000_000) & (high <= 20_100_000)


def in_box(lat: np.ndarray, lon: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
    """Tell which points lie in a box of west, south, east, north; its edge belongs to it."""
    west, south, east, north = box
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _cast(values: pa.Array) -> np.ndarray:
    """Cast plain decimal numbers; NaN for everything else."""
    try:
        numbers = pc.cast(values, pa.float64())
    except pa.ArrowInvalid:
        is_plain = pc.match_substring_regex(values, r"^-?[0-9]+(\.[0-9]+)?$")
        numbers = pc.cast(pc.if_else(is_plain, values, pa.scalar(None, values.type)), pa.float64())
    return np.array(numbers.fill_null(math.nan).to_numpy(zero_copy_only=False))


def _sexagesimal(text: str) -> float | None:
    spelled = text
    for word, letter in _WORDS.items():
        spelled = re.sub(rf"(?<![؀-ۿ]){word}(?![؀-ۿ])", letter, spelled)
    spelled = _HYPHENS.sub(r"\1:\2:\3", spelled.upper())
    for unit, mark in _UNITS:
        spelled = re.sub(unit, mark, spelled)
    match = _DMS.fullmatch(spelled)
    if match is None:
        return None
    degrees, minutes, seconds = (float((match[group] or "0").replace(",", ".")) for group in (3, 5, 6))
    letter = match["before"] or match["after"]
    if (match["before"] and match["after"]) or (letter and match["sign"]):
        return None
    if not letter and not match["mark"] and match[6] is None:
        return None  # "33 18" may be a latitude and a longitude
    if minutes >= 60 or seconds >= 60 or (match[5] and degrees % 1):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    return round(-value if match["sign"] == "-" or letter in ("S", "W") else value, 9)


def _odd_geopoint(text: str) -> tuple[str, str, str]:
    if ";" in text:
        points = [parts for part in text.split(";") if len(parts := part.split()) in (2, 3, 4)]
        pairs = [(parse_degrees(parts[0]), parse_degrees(parts[1])) for parts in points]
        known = [(lat[0], lon[0]) for lat, lon in pairs if lat and lon]
        if len(known) >= 2 and len(known) == len([part for part in text.split(";") if part.strip()]):
            return (*_middle(known), "")
    parts = [part for part in re.split(r"\s*,\s+|\s*[;|/]\s*|,(?=[^,]*\.)", text) if part]
    if len(parts) == 2 and all(parse_degrees(part) for part in parts):
        return parts[0], parts[1], ""
    return text, "?", ""


def _middle(points: list[tuple[float, float]]) -> tuple[str, str]:
    from shapely import LineString, Polygon

    line = LineString([(lon, lat) for lat, lon in points])
    is_shape = points[0] == points[-1] and len(points) >= 4 and Polygon(line.coords).is_valid
    middle = Polygon(line.coords).representative_point() if is_shape else line.interpolate(0.5, normalized=True)
    return f"{middle.y:.6f}", f"{middle.x:.6f}"

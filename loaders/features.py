"""Features of an untrusted vector file on their way out of the process that parses it: texts and one geometry a row."""

from __future__ import annotations

import csv
import io
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from concerns.schema import FileReason, Reason
from loaders.confine import RefusedError

_POINT, _MULTIPOINT = 1, 4
_KNOWN = range(1, 18)
_CORNER_BYTES = 24  # with a height


@dataclass
class Features:
    """What a reader found. crs: `text` (WKT or PROJJSON), `name` (EPSG:…), or {} for WGS84; rows: texts and WKB.

    charset: how the bytes that stand for the texts (as Latin-1) are to be read; "utf-8" where they are texts already.
    """

    columns: list[str]
    rows: Iterator[tuple[list[str], bytes | None]]
    crs: dict[str, Any] = field(default_factory=dict)
    charset: str | None = "utf-8"


def point_of(wkb: bytes | None) -> tuple[str, str, str]:
    """Give flag, latitude and longitude of a point in WKB; a MultiPoint of one point is that point.

    >>> point_of(struct.pack("<BIdd", 1, 1, 44.5, 33.25)), point_of(None), point_of(b"")[0]
    (('', '33.25', '44.5'), ('', '', ''), 'GEOM_INVALID')
    """
    if wkb is None:
        return "", "", ""
    try:
        kind, order = _header(wkb, 0)
        start = 5
        if kind == _MULTIPOINT:
            (n_points,) = struct.unpack_from(f"{order}I", wkb, 5)
            if n_points == 0:
                return "", "", ""
            kind, order = _header(wkb, 9) if n_points == 1 else (kind, order)
            start = 14
        if kind != _POINT:
            return str(Reason.GEOM_TYPE if kind in _KNOWN else Reason.GEOM_INVALID), "", ""
        x, y = struct.unpack_from(f"{order}dd", wkb, start)
    except (struct.error, IndexError):
        return str(Reason.GEOM_INVALID), "", ""
    if x != x and y != y:  # an empty point
        return "", "", ""
    return "", text_of(y), text_of(x)


def _header(wkb: bytes, at: int) -> tuple[int, str]:
    """The type without its marks for height, measure and SRID, and the byte order; an SRID itself is not expected."""
    order = {0: ">", 1: "<"}[wkb[at]] if wkb[at] in (0, 1) else ""
    if not order:
        raise IndexError
    (kind,) = struct.unpack_from(f"{order}I", wkb, at + 1)
    return (kind & 0x0FFFFFFF) % 1000, order


def write(features: Features, target: Path, *, limits: dict[str, int], as_shapes: bool) -> dict[str, Any]:
    """Write a header and the rows: a flag, the texts, and latitude and longitude or the geometry as hexadecimal WKB.

    Raises RefusedError: TOO_MANY_COLUMNS, LIMIT.
    """
    if len(features.columns) > limits["columns"]:
        what = f"The table has {len(features.columns)} columns; at most {limits['columns']} are read."
        raise RefusedError(FileReason.TOO_MANY_COLUMNS, what, "Leave out the columns that are not needed.")
    most = limits["field_characters"] + 1
    encoding = "utf-8" if features.charset == "utf-8" else "latin-1"
    geometry = ["geometry:wkb"] if as_shapes else ["geometry:lat", "geometry:lon"]
    n_rows, n_bytes = 0, 0
    with target.open("wb") as file:
        text = io.TextIOWrapper(file, encoding, "surrogateescape", newline="")
        writer = csv.writer(text)
        writer.writerow(["", *features.columns, *geometry])
        for cells, wkb in features.rows:
            n_rows += 1
            if n_rows > limits["rows"]:
                what = f"The file has more than {limits['rows']} records."
                raise RefusedError(FileReason.LIMIT, what, "Split it and load the parts one by one.")
            n_bytes += len(wkb or b"") if as_shapes else 0
            if n_bytes > limits["corners"] * _CORNER_BYTES:
                what = f"The borders have more than {limits['corners']} corners."
                raise RefusedError(FileReason.LIMIT, what, "Simplify the borders.")
            cells = [cell[:most] for cell in cells]
            if as_shapes:
                writer.writerow(["", *cells, "" if wkb is None else wkb.hex()])
            else:
                flag, lat, lon = point_of(wkb)
                writer.writerow([flag, *cells, lat, lon])
        text.flush()
    return {"crs": features.crs, "charset": features.charset, "n_rows": n_rows}


def pick_layer(
    layers: Mapping[str, Sequence[str]], *, name: str | None, wanted: Sequence[str] = (), unwanted: Sequence[str] = ()
) -> str:
    """Choose a layer: by its name, as the only one, or as the only one with a wanted and no unwanted column.

    layers: name → its columns. wanted, unwanted: column names in lower case.
    Raises RefusedError: LAYER_AMBIGUOUS, EMPTY.
    """
    names = ", ".join(layer[:40] for layer in list(layers)[:10])
    if not layers:
        raise RefusedError(FileReason.EMPTY, "The file holds no layer with geometries.", "Export it again.")
    if name is not None:
        found = [layer for layer in layers if layer.casefold() == name.strip().casefold()]
    else:
        found = list(layers)
        if len(found) > 1 and wanted:
            lower = {layer: {column.lower() for column in columns} for layer, columns in layers.items()}
            found = [one for one in found if lower[one] & set(wanted) and not lower[one] & set(unwanted)]
    if len(found) != 1:
        what = f"The file holds several layers: {names}." if name is None else "There is no layer of that name."
        raise RefusedError(FileReason.LAYER_AMBIGUOUS, what, f"Choose one of: {names}.")
    return found[0]


def text_of(value: Any) -> str:
    """A database value as text: numbers in their shortest form, missing ones as blank."""
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, bytes):
        return ""
    return str(value)

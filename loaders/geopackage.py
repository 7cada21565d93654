"""A layer of a GeoPackage, read as the SQLite file that it is: no driver that could follow what the file says."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from concerns.schema import FileReason
from loaders.confine import RefusedError
from loaders.features import Features, pick_layer, text_of

_CONTENTS = ("gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys")
_ENVELOPES = (0, 32, 48, 48, 64)
_HINT = "Export it again as GeoPackage."
_DAMAGE = (sqlite3.Error, UnicodeDecodeError)  # a message of SQLite may quote bytes of the file that are no text
_LONGEST_VALUE = 64_000_000  # bytes of a text or a geometry
_BROKEN = b"\x00"  # no geometry at all: the row is refused, not the file


def read(path: Path, request: dict[str, Any]) -> Features:
    """Open one layer of features.

    Raises RefusedError: MAGIC_MISMATCH, CORRUPT, TYPE_NOT_ALLOWED, EMPTY, LAYER_AMBIGUOUS, CRS_MISSING, LIMIT.
    """
    try:
        return _read(_connect(path), request)
    except _DAMAGE as error:
        raise _corrupt() from error


def _corrupt() -> RefusedError:
    return RefusedError(FileReason.CORRUPT, "The file is damaged or was cut off.", "Copy or export it again.")


def _connect(path: Path) -> sqlite3.Connection:
    head = path.read_bytes()[:100]
    page = struct.unpack_from(">H", head, 16)[0] if len(head) == 100 else 0
    n_pages = struct.unpack_from(">I", head, 28)[0] if len(head) == 100 else 0
    if not page or n_pages * (65_536 if page == 1 else page) > path.stat().st_size:
        raise _corrupt()
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)  # also of what the file makes SQLite compute
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise _corrupt()
    return connection


def _read(connection: sqlite3.Connection, request: dict[str, Any]) -> Features:
    kinds = {
        name.lower(): (kind, sql or "")
        for kind, name, sql in connection.execute(
            "SELECT type, CAST(name AS TEXT), CAST(sql AS TEXT) FROM sqlite_master"
        )
    }
    if not set(_CONTENTS) <= set(kinds):
        what = "The file is a database, but no GeoPackage."
        raise RefusedError(FileReason.MAGIC_MISMATCH, what, _HINT)
    for name in _CONTENTS:
        _check_stored(*kinds[name])
    listed = connection.execute(
        "SELECT CAST(g.table_name AS TEXT), CAST(g.column_name AS TEXT), g.srs_id FROM gpkg_geometry_columns g "
        "JOIN gpkg_contents c ON lower(c.table_name) = lower(g.table_name) WHERE c.data_type = 'features'"
    ).fetchall()
    layers: dict[str, list[str]] = {}
    for table, _geometry, _srs in listed:
        _check_stored(*kinds.get(table.lower(), ("", "")))
        layers[table] = [row[1] for row in connection.execute(f"PRAGMA table_info({_quoted(table)})")]
    named = request["layer"]
    if named is None and len(layers) > 1:
        filled = {table: columns for table, columns in layers.items() if _has_rows(connection, table)}
        layers = filled or layers
    layer = pick_layer(layers, name=named, wanted=request["wanted"], unwanted=request["unwanted"])
    geometry, srs = next((geometry, srs) for table, geometry, srs in listed if table == layer)
    columns = connection.execute(f"PRAGMA table_info({_quoted(layer)})").fetchall()
    return Features(
        [name for _n, name, _kind, _null, _default, key in columns if name != geometry and not key],
        _rows(connection, layer, geometry, columns),
        _crs(connection, srs),
    )


def _check_stored(kind: str, sql: str) -> None:
    if kind != "table" or sql.lstrip().upper().startswith("CREATE VIRTUAL"):
        what = "A layer, or the list of layers, is computed by the file itself, not stored in it."
        raise RefusedError(FileReason.TYPE_NOT_ALLOWED, what, "Export the layer as a plain table.")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _has_rows(connection: sqlite3.Connection, table: str) -> bool:
    query = f"SELECT 1 FROM {_quoted(table)} LIMIT 1"  # noqa: S608 # nosec B608 - an identifier of the file, quoted
    return connection.execute(query).fetchone() is not None


def _crs(connection: sqlite3.Connection, srs: Any) -> dict[str, Any]:
    query = "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?"
    found = connection.execute(query, (srs,)).fetchone()
    if found is None or srs in (-1, 0):
        raise _crs_missing()
    organization, number, definition = found
    if "undefined" in str(definition)[:40].lower():  # how GDAL writes that nobody said which
        raise _crs_missing()
    if str(organization).upper() == "EPSG" and isinstance(number, int):
        return {"name": f"EPSG:{number}"}
    return {"text": str(definition)}


def _crs_missing() -> RefusedError:
    what = "The layer states no coordinate system."
    return RefusedError(FileReason.CRS_MISSING, what, "Export it again in WGS84 (EPSG:4326).")


def _rows(
    connection: sqlite3.Connection, layer: str, geometry: str, columns: list[tuple[Any, ...]]
) -> Iterator[tuple[list[str], bytes | None]]:
    names = [name for _n, name, *_rest in columns]
    keys = {name for _n, name, _kind, _null, _default, key in columns if key}
    flags = {name for _n, name, kind, *_rest in columns if str(kind).upper() == "BOOLEAN"}
    listed = ", ".join(map(_quoted, names))
    query = f"SELECT {listed} FROM {_quoted(layer)}"  # noqa: S608 # nosec B608 - identifiers of the file, quoted
    for row in _stored(connection, query):
        cells, wkb = [], None
        for name, value in zip(names, row, strict=True):
            if name == geometry:
                wkb = _wkb(value)
            elif name in flags and value in (0, 1):
                cells.append("True" if value else "False")
            elif name not in keys:
                cells.append(text_of(value))
        yield cells, wkb


def _stored(connection: sqlite3.Connection, query: str) -> Iterator[tuple[Any, ...]]:
    try:
        yield from connection.execute(query)
    except _DAMAGE as error:
        raise _corrupt() from error


def _wkb(blob: Any) -> bytes | None:
    """The geometry inside a GeoPackage blob; None for a missing or empty one.

    >>> _wkb(b"GP" + bytes([0, 1]) + bytes(4) + b"wkb"), _wkb(b"GP" + bytes([0, 17]) + bytes(4) + b"x")
    (b'wkb', None)
    """
    if blob is None:
        return None
    if not isinstance(blob, bytes) or len(blob) < 9 or blob[:2] != b"GP":
        return _BROKEN
    envelope = (blob[3] >> 1) & 7
    if envelope >= len(_ENVELOPES):
        return _BROKEN
    return None if blob[3] & 0x10 else blob[8 + _ENVELOPES[envelope] :]

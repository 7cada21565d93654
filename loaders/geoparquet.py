"""GeoParquet with WKB or plain points, row group by row group."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from concerns.schema import FileReason
from loaders.confine import RefusedError
from loaders.features import Features, text_of

ROWS_A_PART = 5_000
_HINT = "Export it again as GeoParquet or GeoPackage."
_MB = 1_000_000


def read(path: Path, request: dict[str, Any]) -> Features:
    """Open the table.

    Raises RefusedError: CORRUPT, ENCRYPTED_OR_LEGACY, TYPE_NOT_ALLOWED, DECOMPRESSION_LIMIT, LIMIT, CRS_MISSING,
    HEADER_DUPLICATE.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(
            path, memory_map=False, thrift_string_size_limit=20 * _MB, thrift_container_size_limit=1_000_000
        )
        schema, metadata = file.schema_arrow, file.metadata
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _unreadable(error) from error
    if len(set(schema.names)) != len(schema.names):
        what = "A column name stands in the table more than once."
        raise RefusedError(FileReason.HEADER_DUPLICATE, what, "Give every column its own name.")
    geo = _geo(schema.metadata)
    primary = str(geo.get("primary_column"))
    described = geo.get("columns", {}).get(primary) if isinstance(geo.get("columns"), dict) else None
    if not isinstance(described, dict) or primary not in schema.names:
        what = "The table has no geometry as GeoParquet describes it."
        raise RefusedError(FileReason.TYPE_NOT_ALLOWED, what, _HINT)
    encoding = described.get("encoding")
    if encoding not in ("WKB", "point"):
        what = "The geometries are stored in a form that is not read."
        raise RefusedError(FileReason.TYPE_NOT_ALLOWED, what, "Store them as WKB.")
    _check_size(metadata, path.stat().st_size, request["limits"])
    texts = [field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)]
    names = [name for name in schema.names if name != primary and name != _covering(described)]
    batches = _batches(path, texts, [*names, primary])
    return Features(names, _rows(batches, names, primary, str(encoding)), _crs(described))


def _unreadable(error: Exception) -> RefusedError:
    if isinstance(error, MemoryError):
        raise error
    if "crypt" in str(error).lower():  # "encrypted", "cannot decrypt"
        return RefusedError(FileReason.ENCRYPTED_OR_LEGACY, "The table is encrypted.", "Save it without encryption.")
    return RefusedError(FileReason.CORRUPT, "The file is damaged or was cut off.", "Copy or export it again.")


def _geo(metadata: dict[bytes, bytes] | None) -> dict[str, Any]:
    try:
        geo = json.loads((metadata or {}).get(b"geo", b"{}"))
    except (ValueError, RecursionError):
        return {}
    return geo if isinstance(geo, dict) else {}


def _covering(described: dict[str, Any]) -> str | None:
    """The helper column of bounding boxes, which is no data."""
    try:
        return str(described["covering"]["bbox"]["xmin"][0])
    except (KeyError, TypeError, IndexError):
        return None


def _check_size(metadata: Any, n_packed: int, limits: dict[str, int]) -> None:
    if metadata.num_rows > limits["rows"]:
        what = f"The file has more than {limits['rows']} records."
        raise RefusedError(FileReason.LIMIT, what, "Split it and load the parts one by one.")
    total = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    is_steep = total > limits["expanded_ratio_from_mb"] * _MB and total > limits["expanded_ratio"] * n_packed
    if is_steep or total > limits["expanded_mb"] * _MB:
        what = f"The file unpacks to more than {limits['expanded_mb']} MB or {limits['expanded_ratio']} times its size."
        raise RefusedError(FileReason.DECOMPRESSION_LIMIT, what, "Save it as CSV, or split it.")


def _crs(described: dict[str, Any]) -> dict[str, Any]:
    if "crs" not in described:
        return {}
    if described["crs"] is None:
        what = "The file says that its coordinate system is not known."
        raise RefusedError(FileReason.CRS_MISSING, what, "Export it again in WGS84 (EPSG:4326).")
    identity = described["crs"].get("id") if isinstance(described["crs"], dict) else None
    if isinstance(identity, dict) and str(identity.get("authority")).upper() in ("EPSG", "OGC"):
        return {"name": f"{identity['authority']}:{identity.get('code')}"}
    return {"text": described["crs"]}


def _batches(path: Path, texts: list[str], columns: list[str]) -> Iterator[Any]:
    """Parts of the table; texts stay as dictionaries, so that one long text in a million rows is there once."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path, read_dictionary=texts, memory_map=False)
        yield from file.iter_batches(batch_size=ROWS_A_PART, columns=columns, use_threads=False)
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _unreadable(error) from error


def _rows(
    batches: Iterator[Any], names: list[str], primary: str, encoding: str
) -> Iterator[tuple[list[str], bytes | None]]:
    import struct

    for batch in batches:
        texts = [[_text(value) for value in batch.column(name).to_pylist()] for name in names]
        for row, value in enumerate(batch.column(primary).to_pylist()):
            if encoding == "point" and value is not None:
                nan = float("nan")
                pair = [nan if value.get(axis) is None else float(value[axis]) for axis in ("x", "y")]
                value = struct.pack("<BIdd", 1, 1, *pair)
            yield [column[row] for column in texts], value


def _text(value: Any) -> str:
    if isinstance(value, (dt.datetime, dt.date)):
        text = value.isoformat()
        return text.removesuffix("T00:00:00")
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return text_of(value)

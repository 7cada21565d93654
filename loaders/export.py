"""Stored rows to a file: CSV, XLSX, GeoJSON, GeoPackage, GeoParquet, and CSV with HXL tags."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa

from concerns.schema import BadSetting, GeoPrecision
from loaders.sniff import shown_name
from loaders.tables import arrow_schema

FORMATS = ("csv", "hxl", "xlsx", "geojson", "gpkg", "parquet")
_OWN = frozenset({"id_hash", "near_hash", "content_hash"})  # ours for comparing, of no use to a reader
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
XLSX_ROWS = 1_048_575

HXL_TAGS = {
    "report_id": "#event+id",
    "category": "#event+type+code",
    "occurred_on": "#date+occurred",
    "reported_on": "#date+reported",
    "adm1_pcode": "#adm1+code",
    "adm2_pcode": "#adm2+code",
    "adm3_pcode": "#adm3+code",
    "place_name": "#loc+name",
    "lat": "#geo+lat",
    "lon": "#geo+lon",
    "geo_precision": "#geo+precision",
    "severity": "#severity",
    "n_affected": "#affected",
    "affected_women": "#affected+f",
    "forum_id": "#org+forum",
}


def columns_of(table: str) -> list[str]:
    """The columns of a table that an export holds."""
    return [name for name in arrow_schema(table).names if name not in _OWN]


def safe_cell(text: str) -> str:
    """Keep a spreadsheet from running a text as a formula.

    >>> safe_cell("=1+1"), safe_cell("plain")
    ("'=1+1", 'plain')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def safe_texts(frame: pd.DataFrame) -> pd.DataFrame:
    """Apply `safe_cell` to the text columns of a frame; numbers and days stay as they are."""
    safe = frame.copy()
    for name in safe.columns:
        if pd.api.types.is_string_dtype(safe[name].dtype) or safe[name].dtype == object:
            risky = safe[name].astype("str").str.startswith(_FORMULA).fillna(False)
            if risky.any():
                safe[name] = safe[name].where(~risky, "'" + safe[name].astype("str"))
    return safe


def write(parts: Iterable[pa.RecordBatch | pa.Table], path: Path, *, format: str, columns: list[str]) -> int:
    """Write rows to a file in one of FORMATS; the file appears whole or not at all. Returns the number of rows.

    Raises BadSetting: an unknown format, more rows than a sheet holds, or a place where no file can be written.
    """
    if format not in FORMATS:
        raise BadSetting(
            f"There is no export format {format[:20]!r}.", where="--format", hint=f"Use {', '.join(FORMATS)}."
        )
    frames = (_frame(part).reindex(columns=columns) for part in parts)
    scratch = path.with_name(f".export-{secrets.token_hex(6)}.{format}")
    try:
        scratch.touch()
        n_rows = _WRITERS[format](frames, scratch, columns)
        scratch.replace(path)
    except OSError as error:
        hint = "Name a file in a folder that is there, may be written to and has room."
        raise BadSetting("The file cannot be written.", where=shown_name(path.name), hint=hint) from error
    finally:
        scratch.unlink(missing_ok=True)
    return n_rows


def _frame(part: pa.RecordBatch | pa.Table) -> pd.DataFrame:
    return part.to_pandas(date_as_object=False, types_mapper=_WHOLE.get)


_WHOLE = {pa.int8(): pd.Int8Dtype(), pa.int32(): pd.Int32Dtype(), pa.string(): pd.StringDtype(na_value=float("nan"))}


def _csv(frames: Iterator[pd.DataFrame], path: Path, columns: list[str], *, tags: bool = False) -> int:
    n_rows = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        pd.DataFrame(columns=columns).to_csv(file, index=False)
        if tags:
            pd.DataFrame([[HXL_TAGS.get(name, "") for name in columns]]).to_csv(file, index=False, header=False)
        for frame in frames:
            safe_texts(frame).to_csv(file, index=False, header=False)
            n_rows += len(frame)
    return n_rows


def _hxl(frames: Iterator[pd.DataFrame], path: Path, columns: list[str]) -> int:
    return _csv(frames, path, columns, tags=True)


def _xlsx(frames: Iterator[pd.DataFrame], path: Path, columns: list[str]) -> int:
    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    n_rows = 0
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("data")
        sheet.write_row(0, 0, columns)
        for frame in frames:
            for row in _plain(safe_texts(frame)):
                n_rows += 1
                if n_rows > XLSX_ROWS:
                    raise BadSetting("A sheet cannot hold so many rows.", where="--format xlsx", hint="Export CSV.")
                sheet.write_row(n_rows, 0, row)
    return n_rows


def _plain(frame: pd.DataFrame) -> Iterator[list]:
    """Give rows of numbers and texts; days as ISO text, what is missing as an empty cell."""
    text = _days_as_text(frame)
    yield from text.astype(object).where(text.notna(), None).to_numpy().tolist()


def _days_as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Days and instants as ISO text, missing ones missing; a column without any stays one of texts."""
    written = frame.copy()
    for name in written.columns:
        if written[name].dtype.kind == "M":
            days = [
                None if pd.isna(at) else at.isoformat()[: 10 if at == at.normalize() else None] for at in written[name]
            ]
            written[name] = pd.Series(days, index=written.index, dtype="str")
    return written


def _geojson(frames: Iterator[pd.DataFrame], path: Path, columns: list[str]) -> int:
    n_rows = 0
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type": "FeatureCollection", "features": [')
        for frame in frames:
            points = _points(frame)
            for row, point in zip(_plain(frame), points, strict=True):
                geometry = {"type": "Point", "coordinates": point} if point else None
                feature = {"type": "Feature", "geometry": geometry, "properties": dict(zip(columns, row, strict=True))}
                file.write(("," if n_rows else "") + json.dumps(feature, ensure_ascii=False, default=str))
                n_rows += 1
        file.write("]}")
    return n_rows


def _points(frame: pd.DataFrame) -> list[list[float] | None]:
    """Give a position only where it is one: a GPS point or a named place; coarser rows have none."""
    if not {"lat", "lon", "geo_precision"} <= set(frame.columns):
        return [None] * len(frame)
    exact = frame["lat"].notna() & (frame["geo_precision"] <= GeoPrecision.PLACE)
    return [
        [lon, lat] if is_exact else None for lon, lat, is_exact in zip(frame["lon"], frame["lat"], exact, strict=True)
    ]


def _vector(frames: Iterator[pd.DataFrame], columns: list[str]) -> gpd.GeoDataFrame:
    from shapely.geometry import Point

    known = list(frames) or [pd.DataFrame(columns=columns)]
    whole = pd.concat(known, ignore_index=True)
    geometry = [Point(point) if point else None for point in _points(whole)]
    return gpd.GeoDataFrame(whole, geometry=geometry, crs="EPSG:4326")


def _gpkg(frames: Iterator[pd.DataFrame], path: Path, columns: list[str]) -> int:
    table = _vector((_days_as_text(frame) for frame in frames), columns)
    path.unlink()  # GDAL makes its file itself
    table.to_file(path, driver="GPKG", engine="pyogrio", layer="data")
    return len(table)


def _parquet(frames: Iterator[pd.DataFrame], path: Path, columns: list[str]) -> int:
    table = _vector(frames, columns)
    table.to_parquet(path)
    return len(table)


_WRITERS = {"csv": _csv, "hxl": _hxl, "xlsx": _xlsx, "geojson": _geojson, "gpkg": _gpkg, "parquet": _parquet}

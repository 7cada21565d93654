"""A shapefile, through GDAL, with every other driver switched off and from a copy under names of our own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from concerns.schema import FileReason
from loaders.confine import RefusedError
from loaders.features import Features, text_of

# Every other vector driver of GDAL: some of them open what a file's text names, on disk or on the network.
OTHER_DRIVERS = (
    "ADBC", "AIVector", "AVCBin", "AVCE00", "AmigoCloud", "CSV", "CSW", "Carto", "DGN", "DXF", "EDIGEO", "EEDA",
    "ESRIJSON", "Elasticsearch", "FlatGeobuf", "GDALG", "GML", "GPKG", "GPSBabel", "GPX", "GTFS", "GeoJSON",
    "GeoJSONSeq", "GeoRSS", "HTTP", "Idrisi", "JML", "JSONFG", "KML", "LIBKML", "LVBAG", "MBTiles", "MVT",
    "MapInfo File", "MapML", "MiraMonVector", "NGW", "OAPIF", "ODS", "OGCAPI", "OGR_GMT", "OGR_PDS", "OGR_VRT", "OSM",
    "OpenFileGDB", "PCIDSK", "PDF", "PDS4", "PGDUMP", "PLSCENES", "PMTiles", "S57", "SQLite", "SXF", "Selafin",
    "TopoJSON", "VDV", "VFK", "VICAR", "WAsP", "WFS", "XLSX", "VRT", "MEM",
)  # fmt: skip
ROWS_A_PART = 20_000


def read(path: Path, request: dict[str, Any]) -> Features:
    """Open the layer; its texts come as bytes in Latin-1, to be decoded by whoever knows how.

    Raises RefusedError: CORRUPT.
    """
    for name in ("geopandas", "pandas", "pyarrow", "shapely", "pyproj"):
        sys.modules[name] = None  # type: ignore[assignment]  # pyogrio takes them when they are there; 100 MB
    os.environ |= {"GDAL_SKIP": ",".join(OTHER_DRIVERS), "GDAL_DISABLE_READDIR_ON_OPEN": "YES"}
    import pyogrio.raw
    from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError

    broken = (DataSourceError, DataLayerError, FieldError, GeometryError, ValueError, RuntimeError)

    def part(skip: int, n_rows: int) -> Any:
        try:
            return pyogrio.raw.read(
                path, encoding="ISO-8859-1", datetime_as_string=True, skip_features=skip, max_features=n_rows
            )
        except broken as error:
            raise RefusedError(
                FileReason.CORRUPT, "The shapefile is damaged or was cut off.", "Zip it again."
            ) from error

    meta = part(0, 1)[0]
    return Features(list(meta["fields"]), _rows(part, request["n_records"]), request["crs"], charset=None)


def _rows(part: Any, n_records: int) -> Iterator[tuple[list[str], bytes | None]]:
    for start in range(0, n_records, ROWS_A_PART):
        _meta, _ids, geometry, fields = part(start, ROWS_A_PART)
        texts = [[text_of(value) for value in column.tolist()] for column in fields]
        for row, wkb in enumerate(geometry):
            yield [column[row] for column in texts], wkb

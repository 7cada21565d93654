"""GeoPackage, GeoParquet and zipped shapefiles: checked here, parsed in a process of its own from a private copy."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pyproj import CRS

from concerns.schema import FileReason
from loaders import child
from loaders.crs import described_crs, is_degrees, named_crs
from loaders.encodings import Decoding, as_utf8, detect
from loaders.geometry import settle_points
from loaders.header import Layout, clean
from loaders.limits import Limits
from loaders.raw import RawChunk
from loaders.shapefile_zip import unpack_shapefile
from loaders.sniff import refuse
from loaders.text_table import TextTable, open_table

_CHILD = "loaders.vector_child"
_ENDINGS = {"geopackage": "gpkg", "geoparquet": "parquet", "shapefile": "shp"}


@dataclass
class PointTable:
    """Features whose geometry is a point, as text cells. It is a `RawFile`."""

    table: TextTable
    crs: CRS | None
    kind: str
    is_1904: bool = False
    hxl: list[str] | None = None
    delimiter: str = ""
    warnings: list[str] = field(default_factory=list)

    @property
    def columns(self) -> list[str]:
        """Attributes, then latitude and longitude."""
        return self.table.columns

    @property
    def encoding(self) -> str:
        """How the attributes were encoded."""
        return self.table.encoding

    def chunks(self, *, n_rows: int = 100_000) -> Iterator[RawChunk]:
        """Yield the features in file order, at most `n_rows` a chunk."""
        return settle_points(self.table.chunks(n_rows=n_rows), self.columns, self.crs)


@dataclass
class Shapes:
    """Features with any geometry: attributes as text, geometry as WKB. `rows` can be gone through once."""

    columns: list[str]
    rows: Iterator[tuple[dict[str, str], bytes | None]]
    crs: CRS
    folder: tempfile.TemporaryDirectory[str]


def open_vector(path: Path, *, name: str, limits: Limits, kind: str, layer: str | None = None) -> PointTable:
    """Open a layer of points.

    kind: geopackage, geoparquet or shapefile (zipped).
    Raises UnreadableFile: CORRUPT, MAGIC_MISMATCH, TYPE_NOT_ALLOWED, ENCRYPTED_OR_LEGACY, SHAPEFILE_INCOMPLETE,
    ZIP_PATH, ZIP_NESTED, ZIP_TOO_MANY_FILES, DECOMPRESSION_LIMIT, CRS_MISSING, CRS_UNSUPPORTED, LAYER_AMBIGUOUS,
    EMPTY, HEADER_DUPLICATE, TOO_MANY_COLUMNS, LIMIT.
    """
    folder, crs, text, encoding = _extract(path, name, limits, kind, layer=layer, as_shapes=False)
    layout = Layout(_columns(text, name), None, 1, frozenset())
    table = open_table(text, name=name, limits=limits, layout=layout, flagged=True)
    table.folder, table.encoding = folder, encoding
    return PointTable(table, None if is_degrees(crs) else crs, kind)


def read_shapes(
    path: Path,
    *,
    name: str,
    limits: Limits,
    kind: str,
    layer: str | None = None,
    wanted: Sequence[str] = (),
    unwanted: Sequence[str] = (),
) -> Shapes:
    """Read a layer of any geometry; of several layers the only one with a wanted and no unwanted column is taken.

    Raises UnreadableFile as `open_vector`.
    """
    folder, crs, text, _encoding = _extract(
        path, name, limits, kind, layer=layer, as_shapes=True, wanted=wanted, unwanted=unwanted
    )
    columns = _columns(text, name)[:-1]

    def rows() -> Iterator[tuple[dict[str, str], bytes | None]]:
        with text.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
            reader = csv.reader(file)
            next(reader)
            for _flag, *cells, wkb in reader:
                yield dict(zip(columns, cells, strict=True)), bytes.fromhex(wkb) if wkb else None

    return Shapes(columns, rows(), crs, folder)


def _columns(text: Path, name: str) -> list[str]:
    with text.open(encoding="utf-8", errors="replace", newline="") as file:
        columns = [clean(column) or f"column {n + 1}" for n, column in enumerate(next(csv.reader(file))[1:])]
    if len({column.casefold() for column in columns}) != len(columns):
        what = "A column name stands in the table more than once."
        raise refuse(FileReason.HEADER_DUPLICATE, name, what, "Give every column its own name.")
    return columns


def _extract(
    path: Path,
    name: str,
    limits: Limits,
    kind: str,
    *,
    layer: str | None,
    as_shapes: bool,
    wanted: Sequence[str] = (),
    unwanted: Sequence[str] = (),
) -> tuple[tempfile.TemporaryDirectory[str], CRS, Path, str]:
    """Have the features written as text; give its folder, the coordinate system, the text and how it was encoded."""
    folder = tempfile.TemporaryDirectory(prefix="concern-atlas-")
    inside = Path(folder.name)
    copy = inside / f"features.{_ENDINGS[kind]}"
    order: dict[str, Any] = {"kind": kind, "path": str(copy), "layer": layer, "as_shapes": as_shapes}
    order |= {"wanted": list(wanted), "unwanted": list(unwanted), "limits": asdict(limits)}
    charset: str | None = None
    if kind == "shapefile":
        parts = unpack_shapefile(path, inside, name=name, limits=limits, layer=layer, wanted=wanted, unwanted=unwanted)
        described_crs(parts.projection, name)
        charset = parts.charset
        order |= {"n_records": parts.n_records, "crs": {"text": parts.projection}}
    else:
        shutil.copyfile(path, copy)
    found = child.run(_CHILD, order, folder=inside, name=name, limits=limits)
    text, encoding = inside / "rows.csv", "utf-8"
    if found["charset"] is None:
        decoding = detect(text, name, override=charset)
        text, encoding = _decoded(text, decoding), decoding.encoding
    stated = found["crs"]
    crs = CRS.from_epsg(4326)
    if "name" in stated:
        crs = named_crs(stated["name"], name)
    elif "text" in stated:
        crs = described_crs(stated["text"], name)
    if found["n_rows"] == 0:
        raise refuse(FileReason.EMPTY, name, "The layer holds no features.", "Export it again.")
    return folder, crs, text, encoding


def _decoded(text: Path, decoding: Decoding) -> Path:
    if decoding.encoding == "utf-8":
        return text
    target = text.with_name("decoded.csv")
    with target.open("wb") as file:
        file.writelines(as_utf8(text, decoding))
    return target

"""The layer of districts in a file: its rows in our columns, with what was refused, mended and remarked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS

from concerns.schema import BadBoundaries, FileReason, Reason, Repair
from loaders.boundary_columns import SECOND_LEVEL, THIRD_LEVEL, Family, recognise, rename
from loaders.district_survey import survey
from loaders.geometry import GeometryFaultError, polygon_shape
from loaders.header import Layout
from loaders.json_stream import JsonStream
from loaders.json_text import check_members, flatten, not_features
from loaders.limits import Limits
from loaders.raw import RefusedRow
from loaders.read import sniff_kind
from loaders.rows import RowCheck, spelled_out
from loaders.sniff import refuse, shown_name
from loaders.vector import read_shapes


@dataclass
class Layer:
    """The rows of a district file that can be districts, as `geo.districts.prepare` gives them (None without any); and
    what was refused, mended and remarked. findings: what is odd and kept, one sentence each.
    """

    prepared: gpd.GeoDataFrame | None
    family: Family
    refused: list[RefusedRow] = field(default_factory=list)
    repairs: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)


def read_layer(path: Path, *, name: str | None = None, limits: Limits | None = None) -> Layer:
    """Read the layer of districts of a GeoJSON, GeoPackage, GeoParquet or zipped shapefile.

    Raises UnreadableFile, MissingColumns, BadBoundaries.
    """
    name, limits = name or path.name, limits or Limits()
    kind = sniff_kind(path, name=name, limits=limits)
    if kind in ("csv", "xlsx"):
        what = "A table without shapes is no file of districts."
        raise refuse(FileReason.TYPE_NOT_ALLOWED, name, what, "Use GeoJSON, GeoPackage or a zipped shapefile.")
    reader = (
        _JsonFeatures(path, name, limits) if kind in ("geojson", "json") else _BinaryFeatures(path, name, limits, kind)
    )
    rows = list(_within(reader.rows(), name, limits))
    columns = list(dict.fromkeys(column for cells, *_rest in rows for column in cells))
    if not rows:
        raise refuse(FileReason.EMPTY, name, "The file holds no districts.", "Export it again.")
    family = recognise(columns, where=shown_name(name))
    texts = [{column: spelled_out(text) for column, text in row[0].items()} for row in rows]
    cells = pd.DataFrame(texts, columns=columns, dtype="str").fillna("")
    cells.index = pd.RangeIndex(1, len(rows) + 1, name="row")
    table, n_mended = rename(cells, family)
    geometry = gpd.GeoSeries([row[1] for row in rows], index=table.index, crs=reader.crs)
    districts = gpd.GeoDataFrame(table, geometry=geometry)
    broken = _broken_texts([row[0] for row in rows], list(family.headers.values()), limits)
    stated = pd.Series([row[2] for row in rows], index=table.index, dtype=object)
    faults = broken.fillna(stated)
    _refuse_duplicates(table, name)
    found = survey(districts[faults.isna()], name=shown_name(name), limits=limits)
    faults = faults.fillna(pd.Series(found.faults, dtype=object))  # in the order of the closed list
    is_sound = faults.isna()
    refused = [
        RefusedRow(row, Reason(str(fault)), None, {str(key): value for key, value in text.items() if value})
        for row, fault, text in zip(
            cells.index[~is_sound].tolist(), faults[~is_sound], cells[~is_sound].to_dict("records"), strict=True
        )
    ]
    layer = Layer(found.prepared, family, refused, findings=found.findings)
    layer.repairs.update(str(repair) for sound, row in zip(is_sound, rows, strict=True) if sound for repair in row[3])
    if n_mended:
        layer.warnings.append(f"{n_mended} names were mended: UTF-8 that had been read as Windows-1252.")
    if any("?" * 3 in text for text in table.to_numpy().ravel()):
        layer.warnings.append("Some names are question marks: their letters were lost before this file was made.")
    return layer


def _broken_texts(rows: list[dict[str, str]], columns: list[str], limits: Limits) -> pd.Series:
    """Why the code or a name of each row cannot be used as text; missing for none."""
    check = RowCheck(Layout(columns, None, 0, frozenset()), limits, is_exact=True)
    found = [check.fault([cells.get(column, "") for column in columns]) for cells in rows]
    index = pd.RangeIndex(1, len(rows) + 1, name="row")
    return pd.Series([fault[0] if fault else None for fault in found], index=index, dtype=object)


def _refuse_duplicates(table: pd.DataFrame, name: str) -> None:
    codes = table["adm2_pcode"].str.casefold()
    twice = table[codes.duplicated(keep=False) & (codes != "")]
    if len(twice):
        names = twice.get("adm2_name", twice.get("adm2_name_ar", codes))
        places = sorted({f"{place[:40]} ({code[:20]})" for place, code in zip(names, twice["adm2_pcode"], strict=True)})
        what = f"{codes[twice.index].nunique()} p-codes stand more than once: {', '.join(places[:10])}."
        hint = "Merge the parts of a district into one MultiPolygon, and use the layer of the second level."
        raise BadBoundaries(what, where=shown_name(name), hint=hint, code=FileReason.PCODE_DUPLICATE)


Row = tuple[dict[str, str], shapely.Geometry | None, Reason | None, list[Repair]]


def _within(rows: Iterator[Row], name: str, limits: Limits) -> Iterator[Row]:
    n_corners = 0
    for row in rows:
        n_corners += int(shapely.get_num_coordinates(row[1]))
        if n_corners > limits.corners:
            what = f"The borders have more than {limits.corners} corners."
            raise refuse(FileReason.LIMIT, name, what, "Simplify the borders.")
        yield row


class _JsonFeatures:
    """The features of a GeoJSON file."""

    def __init__(self, path: Path, name: str, limits: Limits) -> None:
        self.stream, self.name = JsonStream(path, name, limits), name
        self.crs: CRS | None = None

    def rows(self) -> Iterator[Row]:
        for feature in self.stream.records():
            if not isinstance(feature, dict) or feature.get("type") != "Feature" or self.stream.list_key != "features":
                raise not_features(self.name)
            properties = feature.get("properties")
            cells = flatten(properties) if isinstance(properties, dict) else {}
            yield cells, *_built(feature.get("geometry"))
        self.crs = check_members(self.stream, self.name, is_geojson=True) or CRS.from_epsg(4326)


def _built(geometry: Any) -> tuple[shapely.Geometry | None, Reason | None, list[Repair]]:
    try:
        shape, repairs = polygon_shape(geometry)
    except GeometryFaultError as error:
        return None, error.reason, []
    return shape, None, repairs


class _BinaryFeatures:
    """The features of a GeoPackage, GeoParquet or zipped shapefile."""

    def __init__(self, path: Path, name: str, limits: Limits, kind: str) -> None:
        self.shapes = read_shapes(path, name=name, limits=limits, kind=kind, wanted=SECOND_LEVEL, unwanted=THIRD_LEVEL)
        self.crs = self.shapes.crs

    def rows(self) -> Iterator[Row]:
        for cells, wkb in self.shapes.rows:
            yield cells, *_parsed(wkb)


def _parsed(wkb: bytes | None) -> tuple[shapely.Geometry | None, Reason | None, list[Repair]]:
    if wkb is None:
        return None, None, []
    try:
        return shapely.from_wkb(wkb), None, []
    except shapely.errors.GEOSException:
        closed = shapely.from_wkb(wkb, on_invalid="fix")
    if closed is None:
        return None, Reason.GEOM_INVALID, []
    return closed, None, [Repair.RING_CLOSED]

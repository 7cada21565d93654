"""GeoJSON, and the JSON of collection servers: records one by one, as text cells."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from pyproj import CRS

from concerns.schema import FileReason, Reason
from loaders.crs import is_degrees, named_crs
from loaders.geometry import GeometryFaultError, point_cells, settle_points
from loaders.header import Layout, clean
from loaders.json_stream import JsonStream
from loaders.limits import Limits
from loaders.raw import GEOMETRY_LAT, GEOMETRY_LON, RawChunk, RefusedRow
from loaders.rows import RowCheck
from loaders.sniff import refuse
from loaders.text_table import TEXT

_NEVER_READ = frozenset({"_attachments"})  # pictures and their addresses; DESIGN: never stored


@dataclass
class JsonTable:
    """Records of a JSON document that was read through once. It is a `RawFile`."""

    path: Path
    name: str
    check: RowCheck
    kind: str
    crs: CRS | None
    encoding: str = "utf-8"
    delimiter: str = ""
    is_1904: bool = False
    hxl: list[str] | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def columns(self) -> list[str]:
        """The names found in any record, in order of appearance; of GeoJSON the point too."""
        return self.check.layout.columns

    def chunks(self, *, n_rows: int = 100_000) -> Iterator[RawChunk]:
        """Yield the records in file order, at most `n_rows` a chunk."""
        found = self._plain_chunks(n_rows)
        return settle_points(found, self.columns, self.crs) if self.kind == "geojson" else found

    def _plain_chunks(self, n_rows: int) -> Iterator[RawChunk]:
        kept: list[list[str]] = []
        numbers: list[int] = []
        refused: list[RefusedRow] = []
        row = 0
        for row, record in enumerate(JsonStream(self.path, self.name, self.check.limits).records(), start=1):
            cells, reason = cells_of(record, self.kind)
            ordered = [cells.get(name, "") for name in self.columns]
            fault = (reason, None) if reason else self.check.fault(ordered)
            if fault is not None:
                refused.append(self.check.refusal(row, *fault, ordered))
            else:
                kept.append(ordered)
                numbers.append(row)
            if len(kept) + len(refused) == n_rows:
                yield self._chunk(kept, numbers, refused)
                kept, numbers, refused = [], [], []
        if kept or refused:
            yield self._chunk(kept, numbers, refused)

    def _chunk(self, kept: list[list[str]], numbers: list[int], refused: list[RefusedRow]) -> RawChunk:
        by_column = list(zip(*kept, strict=True)) if kept else [()] * len(self.columns)
        cells = {name: pd.array(list(values), dtype=TEXT) for name, values in zip(self.columns, by_column, strict=True)}
        return RawChunk(pd.DataFrame(cells, index=pd.Index(numbers, name="row", dtype="int64")), refused)


def open_json(path: Path, *, name: str, limits: Limits, is_geojson: bool | None = None) -> JsonTable:
    """Read a JSON document through and say what its columns are.

    is_geojson: True demands a FeatureCollection; None takes a list of submissions, `{count, next, results}`,
    `{isSuccess, result}` or `{status, data}` as well.
    Raises UnreadableFile: JSON_INVALID, JSON_DUPLICATE_KEY, NOT_A_FEATURECOLLECTION, EMPTY, TOO_MANY_COLUMNS,
    CRS_MISSING, CRS_UNSUPPORTED, LIMIT.
    """
    stream = JsonStream(path, name, limits)
    kind = ""
    names: dict[str, None] = {}
    n_records = 0
    for record in stream.records():
        n_records += 1
        kind = kind or ("geojson" if stream.list_key == "features" else "json")
        if kind == "json" and not isinstance(record, dict):
            raise not_features(name)
        names.update(dict.fromkeys(cells_of(record, kind)[0]))
        if len(names) > limits.columns:
            what = f"The records have more than {limits.columns} different names."
            raise refuse(FileReason.TOO_MANY_COLUMNS, name, what, "Leave out what is not needed.")
        if n_records > limits.rows:
            what = f"The file has more than {limits.rows} records."
            raise refuse(FileReason.LIMIT, name, what, "Split it and load the parts one by one.")
    kind = kind or ("geojson" if stream.list_key == "features" else "json")
    crs = check_members(stream, name, is_geojson=kind == "geojson" or bool(is_geojson))
    if n_records == 0:
        raise refuse(FileReason.EMPTY, name, "The file holds no records.", "Export it again.")
    check = RowCheck(Layout(list(names), None, 0, frozenset()), limits, is_exact=True)
    found = JsonTable(path, name, check, kind, crs)
    if stream.members.get("next") not in (None, ""):
        found.warnings.append("This is one page of several; load the others too, or pull them from the server.")
    return found


def check_members(stream: JsonStream, name: str, *, is_geojson: bool) -> CRS | None:
    """Hold the outer object against what it should be; give its coordinate system unless that is WGS84."""
    if stream.list_key is None:
        raise not_features(name)
    if not is_geojson:
        return None
    if stream.list_key != "features" or stream.members.get("type") != "FeatureCollection":
        raise not_features(name)
    if "crs" not in stream.members:
        return None
    stated = stream.members["crs"]
    if stated is None:
        what = "The file says that its coordinate system is not known."
        raise refuse(FileReason.CRS_MISSING, name, what, "Export it again in WGS84.")
    properties = stated.get("properties") if isinstance(stated, dict) else None
    text = properties.get("name") if isinstance(properties, dict) else None
    if isinstance(properties, dict) and stated.get("type") == "EPSG":  # the form of 2006
        text = f"EPSG:{properties.get('code')}"
    crs = named_crs(text if isinstance(text, str) else "", name)
    return None if is_degrees(crs) else crs


def not_features(name: str) -> Exception:
    """The refusal of JSON that is neither a FeatureCollection nor a list of submissions."""
    what = "This JSON is neither a FeatureCollection nor a list of submissions."
    return refuse(FileReason.NOT_A_FEATURECOLLECTION, name, what, "Export the points as GeoJSON FeatureCollection.")


def cells_of(record: Any, kind: str) -> tuple[dict[str, str], Reason | None]:
    """The text cells of a submission or a feature, and why the feature cannot be used."""
    if kind != "geojson":
        return flatten(record), None
    if not isinstance(record, dict) or record.get("type") != "Feature":
        return {GEOMETRY_LAT: "", GEOMETRY_LON: "", "feature": _text(record)[:200]}, Reason.GEOM_INVALID
    properties = record.get("properties")
    cells = flatten(properties) if isinstance(properties, dict) else {}
    try:
        lat, lon = point_cells(record.get("geometry"))
    except GeometryFaultError as error:
        return cells | {GEOMETRY_LAT: "", GEOMETRY_LON: ""}, error.reason
    return cells | {GEOMETRY_LAT: lat, GEOMETRY_LON: lon}, None


def flatten(record: dict[str, Any]) -> dict[str, str]:
    """One text cell a name: groups joined by `/`, lists of plain values by a space, repeats kept as JSON text.

    >>> flatten({"a": {"b": None, "c": True}, "_geolocation": [None, None], "status": {"uid": "v", "label": "V"}})
    {'a/b': '', 'a/c': 'True', '_geolocation': '', 'status': 'v'}
    """
    cells: dict[str, str] = {}
    inside = list(reversed(record.items()))
    while inside:
        key, value = inside.pop()
        if key in _NEVER_READ:
            continue
        if isinstance(value, dict) and value and not {"uid", "label"} >= set(value):
            inside += [(f"{key}/{name}", child) for name, child in reversed(value.items())]
        else:
            name = clean(key)
            cells[key if not name or name in cells else name] = _text(value)
    return cells


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return _text(value.get("uid")) if {"uid", "label"} >= set(value) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        if any(isinstance(child, (dict, list)) for child in value):
            return json.dumps(value, ensure_ascii=False)
        return " ".join(text for child in value if (text := _text(child)))
    return "" if value is None else str(value)

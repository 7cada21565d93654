"""Broken JSON and GeoJSON."""

from __future__ import annotations

import json

from concerns.schema import FileReason as F
from tests.corpus.case import Case, sound
from tests.corpus.containers import feature, features

DEEP = "[" * 100_000 + "]" * 100_000
JSON = (
    Case("empty.geojson", b"", F.EMPTY),
    Case("no_features.geojson", features(), F.EMPTY),
    Case("no_records.json", "[]", F.EMPTY),
    Case("no_results.json", '{"count": 0, "next": null, "results": []}', F.EMPTY),
    Case("cut.geojson", features(feature((44.1, 33.2)))[:-3], F.JSON_INVALID),
    Case("cut_text.geojson", features(feature((44.1, 33.2)))[:-40], F.JSON_INVALID),
    Case("comma.json", '[{"a": 1},]', F.JSON_INVALID),
    Case("more.json", '[{"a": 1}] [{"a": 2}]', F.JSON_INVALID),
    Case("lines.json", '{"type": "Feature"}\n{"type": "Feature"}\n', F.JSON_INVALID),
    Case("single_quotes.json", "[{'a': 1}]", F.JSON_INVALID),
    Case("nan.geojson", features(feature((44.1, 33.2))).replace("33.2", "NaN"), F.JSON_INVALID),
    Case("infinity.json", '[{"lat": -Infinity}]', F.JSON_INVALID),
    Case("raw_control.json", '[{"a": "x\x01"}]', F.JSON_INVALID),
    Case("bytes_between.json", b'[{"a": 1}, \xff {"a": 2}]', F.JSON_INVALID),
    Case("twice.json", '[{"lat": 33.2, "lat": 34.5}]', F.JSON_DUPLICATE_KEY),
    Case(
        "twice_outside.geojson",
        '{"type": "FeatureCollection", "type": "Feature", "features": []}',
        F.JSON_DUPLICATE_KEY,
    ),
    Case(
        "two_lists.geojson",
        '{"type": "FeatureCollection", "features": [], "features": [1]}',
        F.JSON_DUPLICATE_KEY,
    ),
    Case("geometry.geojson", '{"type": "Point", "coordinates": [44.1, 33.2]}', F.NOT_A_FEATURECOLLECTION),
    Case("one.geojson", json.dumps(feature((44.1, 33.2))), F.NOT_A_FEATURECOLLECTION),
    Case("list.geojson", json.dumps([feature((44.1, 33.2))]), F.NOT_A_FEATURECOLLECTION),
    Case("object.json", '{"a": 1}', F.NOT_A_FEATURECOLLECTION),
    Case("number.json", "42", F.NOT_A_FEATURECOLLECTION),
    Case("numbers.json", "[1, 2, 3]", F.NOT_A_FEATURECOLLECTION),
    Case("topology.json", '{"type": "Topology", "objects": {}, "arcs": []}', F.NOT_A_FEATURECOLLECTION),
    Case(
        "algorithm.json",
        '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read /etc/passwd"}',
        F.NOT_A_FEATURECOLLECTION,
    ),
    Case("other_type.geojson", '{"type": "Other", "features": [{"type": "Feature"}]}', F.NOT_A_FEATURECOLLECTION),
    Case("deep.json", DEEP, F.LIMIT),
    Case("deep_inside.json", f'[{{"a": {"[" * 40}1{"]" * 40}}}]', F.LIMIT),
    Case("deep_open.json", "[" * 3_000_000, F.LIMIT),
    Case("long_number.json", f'[{{"a": {"1" * 5000}}}]', F.LIMIT),
    Case("long_decimal.json", f'[{{"a": 0.{"1" * 5000}}}]', F.LIMIT),
    Case("large_record.json", lambda: json.dumps([{"a": "x" * 8_000_000}]).encode(), F.LIMIT),
    Case("members.json", lambda: json.dumps({f"k{n}": n for n in range(2000)}).encode(), F.LIMIT),
    Case("names.json", json.dumps([{f"k{n}": n for n in range(501)}]), F.TOO_MANY_COLUMNS),
    Case("crs_null.geojson", features(feature((44.1, 33.2)), crs=None), F.CRS_MISSING),
    Case(
        "crs_odd.geojson",
        features(feature((1, 2)), crs={"type": "name", "properties": {"name": "mars"}}),
        F.CRS_UNSUPPORTED,
    ),
    Case(
        "crs_none.geojson",
        features(feature((1, 2)), crs={"type": "name", "properties": {"name": "EPSG:999999"}}),
        F.CRS_UNSUPPORTED,
    ),
    Case(
        "crs_link.geojson",
        features(feature((1, 2)), crs={"type": "link", "properties": {"href": "http://x"}}),
        F.CRS_UNSUPPORTED,
    ),
    Case(
        "crs_utm.geojson",
        features(
            feature((436000, 3690000)), crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32638"}}
        ),
        sound(1),
    ),
    Case(
        "crs_2006.geojson",
        features(feature((44.1, 33.2)), crs={"type": "EPSG", "properties": {"code": 4326}}),
        sound(1),
    ),
    Case("null.geojson", features(feature((44.1, 33.2)), feature(None)), sound(2, GEOM_EMPTY=1)),
    Case("null_with_place.geojson", features(feature((44.1, 33.2)), feature(None, district="Al-Mosul")), sound(2)),
    Case("empty_point.geojson", features(feature({"type": "Point", "coordinates": []})), sound(1, GEOM_EMPTY=1)),
    Case(
        "line.geojson",
        features(feature({"type": "LineString", "coordinates": [[44, 33], [45, 34]]})),
        sound(1, GEOM_TYPE=1),
    ),
    Case(
        "collection.geojson",
        features(feature({"type": "GeometryCollection", "geometries": [1]})),
        sound(1, GEOM_TYPE=1),
    ),
    Case("circle.geojson", features(feature({"type": "Circle", "coordinates": [44, 33]})), sound(1, GEOM_INVALID=1)),
    Case("text_point.geojson", features(feature(("44.1", "33.2"))), sound(1, GEOM_INVALID=1)),
    Case("one_number.geojson", features(feature((44.1,))), sound(1, GEOM_INVALID=1)),
    Case("no_feature.geojson", features(feature((44.1, 33.2)), 7), sound(2, GEOM_INVALID=1)),
    Case("one_of_many.geojson", features(feature({"type": "MultiPoint", "coordinates": [[44.1, 33.2]]})), sound(1)),
    Case("height.geojson", features(feature((44.1, 33.2, 100.5))), sound(1)),
    Case("controls.json", json.dumps([{"a": "x\u0000"}, {"a": "y"}]), sound(2, CONTROL_CHARS=1)),
    Case("surrogate.json", '[{"a": "\\ud800"}, {"a": "y"}]', sound(2, ENCODING_ERROR=1)),
    Case("bad_bytes.json", b'[{"a": "x\xff"}, {"a": "y"}]', sound(2, ENCODING_ERROR=1)),
    Case("long_text.json", json.dumps([{"a": "x" * 10_001}, {"a": "y"}]), sound(2, FIELD_TOO_LONG=1)),
    Case("utf16.json", json.dumps([{"a": "س"}], ensure_ascii=False).encode("utf-16"), sound(1)),
    Case("marked.json", b"\xef\xbb\xbf" + b'[{"a": 1}]', sound(1)),
    Case("api.json", json.dumps({"count": 1, "next": None, "results": [{"_id": 1, "group/name": "x"}]}), sound(1)),
    Case("dtm.json", json.dumps({"isSuccess": True, "result": [{"admin2Name": "x"}]}), sound(1)),
)

"""GeoPackage, GeoParquet and shapefiles: the same two reports whatever the container, and no driver but the one."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from concerns.schema import FileReason, Reason, UnreadableFile
from loaders.limits import Limits
from loaders.raw import GEOMETRY_LAT, GEOMETRY_LON, RawFile
from loaders.shapefile import OTHER_DRIVERS
from loaders.vector import open_vector, read_shapes
from tests.corpus.containers import WGS84, dbase, geopackage, shapefile, shapes, zipped

ROOT = Path(__file__).resolve().parents[2]
ENDINGS = {"geopackage": "gpkg", "geoparquet": "parquet", "shapefile": "zip"}


def layer() -> gpd.GeoDataFrame:
    table = {
        "id": ["a", "ب"],
        "n": [1, 2],
        "x": [1.5, 33.299999999999997],
        "day": [dt.date(2024, 3, 1), dt.date(2024, 3, 2)],
    }
    return gpd.GeoDataFrame(table, geometry=[shapely.Point(44.1, 33.2), shapely.Point(44.2, 33.3)], crs=4326)


def saved(made: gpd.GeoDataFrame, kind: str, folder: Path) -> Path:
    path = folder / f"reports.{ENDINGS[kind]}"
    if kind == "geoparquet":
        made.to_parquet(path)
    elif kind == "geopackage":
        made.to_file(path, layer="reports")
    else:
        made.to_file(folder / "made.shp", encoding="utf-8")
        with zipfile.ZipFile(path, "w") as archive:
            for part in folder.glob("made.*"):
                archive.write(part, part.name)
    return path


def opened(path: Path, kind: str, **options: str) -> RawFile:
    return open_vector(path, name=path.name, limits=Limits(), kind=kind, **options)


def records(raw: RawFile) -> list[dict[str, str]]:
    return [cells for chunk in raw.chunks() for cells in chunk.table.to_dict("records")]


@pytest.mark.parametrize("kind", ENDINGS)
def test_every_container_gives_the_same_cells(kind: str, tmp_path: Path) -> None:
    raw = opened(saved(layer(), kind, tmp_path), kind)
    assert records(raw) == [
        {"id": "a", "n": "1", "x": "1.5", "day": "2024-03-01", GEOMETRY_LAT: "33.2", GEOMETRY_LON: "44.1"},
        {"id": "ب", "n": "2", "x": "33.3", "day": "2024-03-02", GEOMETRY_LAT: "33.3", GEOMETRY_LON: "44.2"},
    ]
    assert (raw.kind, raw.hxl, raw.is_1904) == (kind, None, False)


@pytest.mark.parametrize("kind", ENDINGS)
def test_projected_layer_is_turned_into_degrees(kind: str, tmp_path: Path) -> None:
    found = records(opened(saved(layer().to_crs(32638), kind, tmp_path), kind))
    assert [float(cells[GEOMETRY_LON]) for cells in found] == pytest.approx([44.1, 44.2], abs=1e-8)
    assert [float(cells[GEOMETRY_LAT]) for cells in found] == pytest.approx([33.2, 33.3], abs=1e-8)


@pytest.mark.parametrize("kind", ENDINGS)
def test_layer_of_polygons_is_no_layer_of_reports(kind: str, tmp_path: Path) -> None:
    made = layer().set_geometry(layer().buffer(0.1), crs=4326)
    raw = opened(saved(made, kind, tmp_path), kind)
    assert [row.reason for chunk in raw.chunks() for row in chunk.refused] == [Reason.GEOM_TYPE] * 2


def test_missing_values_and_geometries_are_blank(tmp_path: Path) -> None:
    made = gpd.GeoDataFrame(
        {"district": ["Al-Mosul", None], "n": pd.array([None, 3], dtype="Int64"), "ok": [True, False]},
        geometry=[None, shapely.Point(44.1, 33.2)],
        crs=4326,
    )
    for kind in ("geopackage", "geoparquet"):
        folder = tmp_path / kind
        folder.mkdir()
        assert records(opened(saved(made, kind, folder), kind)) == [
            {"district": "Al-Mosul", "n": "", "ok": "True", GEOMETRY_LAT: "", GEOMETRY_LON: ""},
            {"district": "", "n": "3", "ok": "False", GEOMETRY_LAT: "33.2", GEOMETRY_LON: "44.1"},
        ]


def test_layer_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    path.write_bytes(geopackage("UPDATE other SET category = 'C09'", layers=("reports", "other")))
    assert records(opened(path, "geopackage", layer="OTHER"))[0]["category"] == "C09"
    with pytest.raises(UnreadableFile, match="reports, other") as refused:
        opened(path, "geopackage", layer="third")
    assert refused.value.code == FileReason.LAYER_AMBIGUOUS


@pytest.mark.parametrize(("charset", "encoding"), [(None, "cp1256"), (b"1256", "cp1256"), (b"unheard-of", "utf-8")])
def test_letters_of_a_shapefile_are_decoded(charset: bytes | None, encoding: str, tmp_path: Path) -> None:
    words = ["سرقة", "نزاع"]
    table = dbase(["date", "category"], [[b"2024-03-01", word.encode(encoding)] for word in words])
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(shapefile(dbf=table, cpg=charset)))
    raw = opened(path, "shapefile")
    assert [cells["category"] for cells in records(raw)] == words
    assert raw.encoding == encoding


def test_null_shape_is_an_empty_geometry(tmp_path: Path) -> None:
    shp, shx = shapes([(44.1, 33.2), None])
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(shapefile(shp=shp, shx=shx)))
    refused = [(row.row, row.reason) for chunk in opened(path, "shapefile").chunks() for row in chunk.refused]
    assert refused == [(2, Reason.GEOM_EMPTY)]


def test_only_the_shapefile_driver_is_there_for_a_shapefile() -> None:
    script = (
        "import os, sys; sys.modules['geopandas'] = sys.modules['pandas'] = None\n"
        "import pyogrio; print(sorted(pyogrio.list_drivers()))"
    )
    env = os.environ | {"GDAL_SKIP": ",".join(OTHER_DRIVERS)}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, check=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "['ESRI Shapefile']"


@pytest.mark.parametrize(
    "text",
    [
        '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>',
        '{{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read {}"}}',
        "/vsicurl/{}",
    ],
)
@pytest.mark.parametrize("kind", ENDINGS)
def test_nothing_that_points_elsewhere_is_followed(kind: str, text: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\nkeep,out\n")
    path = tmp_path / f"a.{ENDINGS[kind]}"
    bait = text.format(secret).encode()
    path.write_bytes(zipped(shapefile(shp=bait, dbf=bait)) if kind == "shapefile" else bait)
    with pytest.raises(UnreadableFile) as refused:
        opened(path, kind)
    assert refused.value.code in (FileReason.CORRUPT, FileReason.MAGIC_MISMATCH)
    assert "keep" not in str(refused.value)


def test_shapes_are_given_as_they_are(tmp_path: Path) -> None:
    made = layer().set_geometry(layer().buffer(0.1), crs=4326)
    for kind in ENDINGS:
        folder = tmp_path / kind
        folder.mkdir()
        path = saved(made, kind, folder)
        found = read_shapes(path, name=path.name, limits=Limits(), kind=kind)
        rows = list(found.rows)
        assert [cells["id"] for cells, _wkb in rows] == ["a", "ب"]
        for (_cells, wkb), shape in zip(rows, made.geometry, strict=True):
            assert shapely.from_wkb(wkb).normalize().equals_exact(shape.normalize(), 1e-12)
        assert found.crs.to_epsg() == 4326


def test_projection_of_the_hand_made_shapefile_is_wgs84() -> None:
    from pyproj import CRS

    assert CRS.from_wkt(WGS84).is_geographic

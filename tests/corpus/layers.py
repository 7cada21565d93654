"""Broken shapefiles, GeoPackages and GeoParquet tables."""

from __future__ import annotations

import gzip
import random

from concerns.schema import FileReason as F
from tests.corpus.case import BASE, VRT, Case, sound
from tests.corpus.containers import geopackage, geoparquet, shapefile, zipped
from tests.corpus.damage import flipped, overlapping_bomb, symlink, with_flag

ZIP = (
    Case("plain.zip", zipped(shapefile()), sound(2)),
    Case("folder.zip", zipped({f"data/{k}": v for k, v in shapefile().items()}), sound(2)),
    Case("backslash.zip", zipped({f"data\\{k}": v for k, v in shapefile().items()}), sound(2)),
    Case("with_readme.zip", zipped(shapefile() | {"readme.txt": "x", "__MACOSX/._reports.shp": b"x"}), sound(2)),
    Case("no_dbf.zip", zipped(shapefile(dbf=None)), F.SHAPEFILE_INCOMPLETE),
    Case("no_shx.zip", zipped(shapefile(shx=None)), F.SHAPEFILE_INCOMPLETE),
    Case("no_shp.zip", zipped(shapefile(shp=None)), F.SHAPEFILE_INCOMPLETE),
    Case("no_prj.zip", zipped(shapefile(prj=None)), F.CRS_MISSING),
    Case("blank_prj.zip", zipped(shapefile(prj=b" ")), F.CRS_MISSING),
    Case("odd_prj.zip", zipped(shapefile(prj=b"nonsense")), F.CRS_UNSUPPORTED),
    Case(
        "local_prj.zip",
        zipped(shapefile(prj=b'LOCAL_CS["here",LOCAL_DATUM["x",0],UNIT["metre",1]]')),
        F.CRS_UNSUPPORTED,
    ),
    Case("null_shape.zip", zipped(shapefile()), sound(2)),
    Case("cut_shp.zip", zipped(shapefile(shp=bytes(shapefile()["reports.shp"])[:-10])), F.CORRUPT),
    Case("noise_shp.zip", zipped(shapefile(shp=bytes(range(256)))), F.CORRUPT),
    Case("cut_dbf.zip", zipped(shapefile(dbf=bytes(shapefile()["reports.dbf"])[:-40])), F.CORRUPT),
    Case("odd_shx.zip", zipped(shapefile(shx=bytes(shapefile()["reports.shx"])[:-8])), F.CORRUPT),
    Case("vrt_shp.zip", zipped(shapefile(shp=VRT.encode())), F.CORRUPT),
    Case(
        "two_layers.zip",
        zipped(shapefile() | {k.replace("reports", "other"): v for k, v in shapefile().items()}),
        F.LAYER_AMBIGUOUS,
    ),
    Case("table_inside.zip", zipped({"reports.csv": BASE}), F.TYPE_NOT_ALLOWED),
    Case("nothing_inside.zip", zipped({}), F.TYPE_NOT_ALLOWED),
    Case("nested.zip", zipped(shapefile() | {"inner.zip": zipped({"a": "b"})}), F.ZIP_NESTED),
    Case("nested_renamed.zip", zipped(shapefile() | {"inner.txt": zipped({"a": "b"})}), F.ZIP_NESTED),
    Case("with_document.zip", zipped(shapefile() | {"about.docx": zipped({"a": "b"})}), sound(2)),
    Case("nested_gzip.zip", zipped(shapefile() | {"inner.bin": gzip.compress(b"x")}), F.ZIP_NESTED),
    Case("climbs.zip", zipped(shapefile() | {"../../evil.shp": b"x"}), F.ZIP_PATH),
    Case("climbs_back.zip", zipped(shapefile() | {"..\\evil.shp": b"x"}), F.ZIP_PATH),
    Case("absolute.zip", zipped(shapefile() | {"/etc/evil.shp": b"x"}), F.ZIP_PATH),
    Case("drive.zip", zipped(shapefile() | {"C:/evil.shp": b"x"}), F.ZIP_PATH),
    Case("link.zip", symlink(), F.ZIP_PATH),
    Case("many.zip", lambda: zipped(shapefile() | {f"{n}.txt": b"" for n in range(5000)}), F.ZIP_TOO_MANY_FILES),
    Case("bomb.zip", lambda: zipped(shapefile() | {"big.txt": bytes(200_000_000)}), F.DECOMPRESSION_LIMIT),
    Case("overlap.zip", overlapping_bomb, F.DECOMPRESSION_LIMIT),
    Case(
        "wide_columns.zip",  # one part shrinks a hundredfold, the whole does not
        lambda: zipped(shapefile() | {"beside.bin": random.Random(1).randbytes(60_000), "wide.txt": bytes(3_000_000)}),
        sound(2),
    ),
    Case("encrypted.zip", with_flag(zipped(shapefile()), 1), F.ENCRYPTED_OR_LEGACY),
    Case("cut.zip", zipped(shapefile())[:-30], F.CORRUPT),
    Case("flipped.zip", flipped(zipped(shapefile(), stored=True), 0.1), F.CORRUPT),
)

VECTOR = (
    Case("plain.gpkg", geopackage(), sound(1)),
    Case("utm.gpkg", geopackage(srs=32638), sound(1)),
    Case("cut.gpkg", geopackage()[:8192], F.CORRUPT),
    Case("head.gpkg", geopackage()[:60], F.CORRUPT),
    Case("flipped.gpkg", flipped(geopackage(), 0.0005), F.MAGIC_MISMATCH),
    Case("noise.gpkg", geopackage()[:200] + bytes(range(256)) * 200, F.CORRUPT),
    Case("database.gpkg", geopackage("DROP TABLE gpkg_contents"), F.MAGIC_MISMATCH),
    Case("no_layer.gpkg", geopackage(layers=()), F.EMPTY),
    Case("no_row.gpkg", geopackage('DELETE FROM "reports"'), F.EMPTY),
    Case("two_layers.gpkg", geopackage(layers=("reports", "other")), F.LAYER_AMBIGUOUS),
    Case("one_filled.gpkg", geopackage('DELETE FROM "other"', layers=("reports", "other")), sound(1)),
    Case("no_crs.gpkg", geopackage(srs=0), F.CRS_MISSING),
    Case("undefined_crs.gpkg", geopackage(srs=-1), F.CRS_MISSING),
    Case("unknown_crs.gpkg", geopackage(srs=4711), F.CRS_MISSING),
    Case("odd_crs.gpkg", geopackage(srs=99), F.CRS_UNSUPPORTED),
    Case(
        "undefined_by_gdal.gpkg",
        geopackage(
            "UPDATE gpkg_spatial_ref_sys SET definition = 'LOCAL_CS[\"Undefined SRS\"]' WHERE srs_id = 99", srs=99
        ),
        F.CRS_MISSING,
    ),
    Case("wrong_crs.gpkg", geopackage(srs=98), F.CRS_UNSUPPORTED),
    Case(
        "view.gpkg",
        geopackage("ALTER TABLE reports RENAME TO stored; CREATE VIEW reports AS SELECT * FROM stored"),
        F.TYPE_NOT_ALLOWED,
    ),
    Case(
        "endless_contents.gpkg",
        geopackage(
            "DROP TABLE gpkg_contents; CREATE VIEW gpkg_contents AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n"
            " + 1 FROM r) SELECT 'reports' table_name, 'features' data_type, n identifier, 4326 srs_id FROM r"
        ),
        F.TYPE_NOT_ALLOWED,
    ),
    Case(
        "virtual.gpkg",
        geopackage("DROP TABLE reports; CREATE VIRTUAL TABLE reports USING fts5(geom, date)"),
        F.TYPE_NOT_ALLOWED,
    ),
    Case("null.gpkg", geopackage("UPDATE reports SET geom = NULL"), sound(1, GEOM_EMPTY=1)),
    Case("text_geometry.gpkg", geopackage("UPDATE reports SET geom = 'x'"), sound(1, GEOM_INVALID=1)),
    Case("cut_geometry.gpkg", geopackage("UPDATE reports SET geom = substr(geom, 1, 20)"), sound(1, GEOM_INVALID=1)),
    Case(
        "line.gpkg",
        geopackage("UPDATE reports SET geom = x'47500001E6100000010200000000000000'"),
        sound(1, GEOM_TYPE=1),
    ),
    Case(
        "bad_text.gpkg", geopackage("UPDATE reports SET category = CAST(x'43FF' AS TEXT)"), sound(1, ENCODING_ERROR=1)
    ),
    Case("control.gpkg", geopackage("UPDATE reports SET category = char(7)"), sound(1, CONTROL_CHARS=1)),
    Case("long_text.gpkg", geopackage("UPDATE reports SET category = hex(zeroblob(6000))"), sound(1, FIELD_TOO_LONG=1)),
    Case("plain.parquet", geoparquet(), sound(1)),
    Case("point.geoparquet", geoparquet(), sound(1)),
    Case("no_geometry.parquet", geoparquet(geo=None), F.TYPE_NOT_ALLOWED),
    Case("no_crs.parquet", geoparquet(crs=None), F.CRS_MISSING),
    Case("odd_crs.parquet", geoparquet(crs={"type": "nonsense"}), F.CRS_UNSUPPORTED),
    Case("arrow_lines.parquet", geoparquet(encoding="linestring"), F.TYPE_NOT_ALLOWED),
    Case("cut.parquet", geoparquet()[:-20], F.CORRUPT),
    Case("head.parquet", geoparquet()[:8], F.CORRUPT),
    Case("flipped.parquet", flipped(geoparquet(), 0.7), F.CORRUPT),
    Case("encrypted.parquet", b"PARE" + bytes(200) + b"PARE", F.ENCRYPTED_OR_LEGACY),
)

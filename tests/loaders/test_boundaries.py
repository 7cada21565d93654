"""District files: each vintage, each kind of damage, installed or fetched, and what is said about them."""

from __future__ import annotations

import hashlib
import json
import struct
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import box

from concerns.schema import BadBoundaries, BadSetting, DataError, FileOutcome, FileReason, MissingColumns
from loaders import boundaries, district_set, district_survey
from loaders.boundaries import check, download, install, load_districts
from loaders.boundaries import district_set as chosen_set
from loaders.limits import Limits
from tests.corpus.containers import features, geopackage

OLD = {"adm2_pcode": "ADM2_PCODE", "adm2_name": "ADM2_EN", "adm2_name_ar": "ADM2_AR", "adm1_pcode": "ADM1_PCODE",
       "adm1_name": "ADM1_EN", "adm1_name_ar": "ADM1_AR"}  # fmt: skip
CLOCKWISE = "clockwise"


def feature(shape: Any, **properties: Any) -> dict[str, Any]:
    geometry = shape if shape is None or isinstance(shape, dict) else shapely.geometry.mapping(shape)
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def district(shape: Any, code: str | None = "IQG01Q01", **more: Any) -> dict[str, Any]:
    return feature(shape, pcode=code, name_en=f"Place {code}", name_ar="مكان", **more)


def written(folder: Path, *rows: dict[str, Any], name: str = "districts.geojson", **members: Any) -> Path:
    path = folder / name
    path.write_text(features(*rows, **members), encoding="utf-8")
    return path


WEST, EAST = box(43.0, 33.0, 44.0, 34.0), box(44.0, 33.0, 45.0, 34.0)


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "parquet", "zip"])
def test_old_cod_ab_columns_in_every_container(ending: str, four_districts: gpd.GeoDataFrame, tmp_path: Path) -> None:
    made = four_districts.rename(columns=OLD)
    path = tmp_path / f"adm2.{ending}"
    if ending == "parquet":
        made.to_parquet(path)
    elif ending == "zip":
        made.to_file(tmp_path / "made.shp", encoding="utf-8")
        with zipfile.ZipFile(path, "w") as archive:
            for part in tmp_path.glob("made.*"):
                archive.write(part, f"shapes/{part.name}")
    else:
        made.to_file(path)
    found = load_districts(path)
    assert found.districts["adm2_pcode"].tolist() == sorted(four_districts["adm2_pcode"])
    assert found.districts.set_index("adm2_pcode").loc["IQG01Q02", "adm2_name_ar"] == "الشمال الشرقي"
    assert found.districts.set_index("adm2_pcode").loc["IQG01Q02", "adm1_name"] == "Upper"
    assert found.source.startswith("COD-AB")
    ledger = check(path)
    assert (ledger.file_outcome, ledger.format, ledger.rows_read) == (FileOutcome.ACCEPTED, "cod-ab", 5)
    assert ledger.boundary_version == found.version


def test_languages_of_the_newer_layout_are_told_by_their_columns(tmp_path: Path) -> None:
    row = {"adm2_pcode": "IQG01Q01", "adm1_pcode": "IQG01", "lang": "ar", "lang1": "en", "lang2": "ckb"}
    names = {"adm2_name": "الموصل", "adm2_name1": "Al-Mosul", "adm2_name2": "مووسڵ", "adm1_name": "نينوى"}
    other = {
        "adm2_pcode": "IQG01Q02",
        "adm1_pcode": "IQG01",
        "adm2_ref_name": "Sinjar",
        "lang": "ar",
        "adm2_name": None,
    }
    path = written(tmp_path, feature(WEST, **row, **names), feature(EAST, **other))
    found = load_districts(path).districts.set_index("adm2_pcode")
    assert found.loc["IQG01Q01", ["adm2_name", "adm2_name_ar", "adm2_name_ckb"]].tolist() == [
        "Al-Mosul",
        "الموصل",
        "مووسڵ",
    ]
    assert found.loc["IQG01Q01", "adm1_name_ar"] == "نينوى"
    assert found.loc["IQG01Q02", "adm2_name"] == "Sinjar"


def test_plain_columns_and_older_ocha_columns(tmp_path: Path) -> None:
    plain = load_districts(written(tmp_path, district(WEST, "A1"), district(EAST, "A2")))
    assert plain.districts["adm2_name"].tolist() == ["Place A1", "Place A2"]
    assert plain.source == "districts.geojson"
    path = written(tmp_path, feature(WEST, A2Code="IQ-D001", A2NameEn="Ana", A2NameAr="عنه", A1Code="IQ-G01"))
    assert check(path).format == "ocha-legacy"
    assert load_districts(path).districts.loc[0, ["adm2_pcode", "adm1_pcode"]].tolist() == ["IQ-D001", "IQ-G01"]


@pytest.mark.parametrize(
    "properties",
    [{"GID_2": "IRQ.1.1_1", "NAME_2": "x"}, {"shapeID": "1", "shapeName": "x"}, {"pcode": "x"}, {"name_en": "x"}],
)
def test_file_without_codes_or_names_is_told_what_it_lacks(properties: dict[str, str], tmp_path: Path) -> None:
    path = written(tmp_path, feature(WEST, **properties))
    with pytest.raises(MissingColumns, match=f"found: {next(iter(properties))}"):
        load_districts(path)
    assert check(path).file_reason == FileReason.HEADER_MISSING


def test_rows_that_cannot_be_districts_are_counted_and_left_out(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        district(WEST, "A1"),
        district(EAST, None),
        district(None, "A3"),
        district({"type": "Polygon", "coordinates": []}, "A4"),
        district(shapely.Point(44, 33), "A5"),
        district({"type": "Polygon", "coordinates": [[[44, 33], [45, 34], [44, 33]]]}, "A6"),
        district({"type": "Polygon", "coordinates": [["x"]]}, "A7"),
        district({"type": "Blob"}, "A8"),
    )
    ledger = check(path)
    assert ledger.file_outcome == FileOutcome.ACCEPTED_WITH_QUARANTINE
    assert ledger.reasons == {"PCODE_MISSING": 1, "GEOM_EMPTY": 2, "GEOM_TYPE": 1, "GEOM_INVALID": 3}
    assert (ledger.rows_read, ledger.accepted, ledger.quarantined) == (8, 1, 7)
    assert ledger.is_balanced
    assert load_districts(path).districts["adm2_pcode"].tolist() == ["A1"]


TRIANGLE = {"type": "Polygon", "coordinates": [[["44", "33"], ["45", "33"], ["45", "34"], ["44", "33"]]]}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (district(None, None), "GEOM_EMPTY"),  # both are true: the first of the closed list counts
        (district(shapely.Point(44, 33), " "), "GEOM_TYPE"),
        (district(TRIANGLE), "GEOM_INVALID"),  # numbers in quotes are no numbers
        (feature(EAST, pcode="A2", name_en="a\u0000b", name_ar="x"), "CONTROL_CHARS"),
        (feature(EAST, pcode="A2", name_en="a\ud800b", name_ar="x"), "ENCODING_ERROR"),
        (feature(EAST, pcode="A2", name_en="x" * 10_001, name_ar="x"), "FIELD_TOO_LONG"),
    ],
)  # fmt: skip
def test_first_reason_of_the_list_is_the_one_a_district_gets(row: dict, reason: str, tmp_path: Path) -> None:
    ledger = check(written(tmp_path, district(WEST, "A1"), row))
    assert (ledger.accepted, ledger.reasons) == (1, {reason: 1})


def test_bytes_that_are_no_utf8_refuse_their_district(tmp_path: Path) -> None:
    path = written(tmp_path, district(WEST, "A1"), feature(EAST, pcode="A2", name_en="Sulaym@n", name_ar="x"))
    path.write_bytes(path.read_bytes().replace(b"@", b"\xe2"))
    assert check(path).reasons == {"ENCODING_ERROR": 1}
    path = tmp_path / "a.gpkg"
    path.write_bytes(
        geopackage(
            "ALTER TABLE reports RENAME COLUMN date TO pcode; ALTER TABLE reports RENAME COLUMN category TO name_en;"
            "UPDATE reports SET name_en = CAST(x'43E2' AS TEXT)"
        )
    )
    assert check(path).reasons == {"ENCODING_ERROR": 1}


def test_ring_that_is_closed_in_vain_is_no_repair(tmp_path: Path) -> None:
    line = {"type": "Polygon", "coordinates": [[[43, 33], [44, 33]]]}
    ledger = check(written(tmp_path, district(line, "A1"), district(EAST, "A2")))
    assert (ledger.reasons, ledger.repairs) == ({"GEOM_INVALID": 1}, {})


def comb(n_teeth: int, *, is_upright: bool) -> shapely.Polygon:
    teeth = [(43 + (i + x) / n_teeth, y) for i in range(n_teeth) for x, y in ((0, 33), (0, 34), (0.4, 34), (0.4, 33))]
    corners = [*teeth, (44, 32.9), (43, 32.9)]
    return shapely.Polygon(corners if is_upright else [(10 + y, x - 10) for x, y in corners])


@pytest.mark.parametrize(
    "rows",
    [
        [district(comb(1_000, is_upright=True), "A1"), district(comb(1_000, is_upright=False), "A2")],
        [district(shapely.Polygon([*comb(800, is_upright=True).exterior.coords[:-1],
                                   *comb(800, is_upright=False).exterior.coords]), "A1")],
    ],
    ids=["two that cross", "one that crosses itself"],
)  # fmt: skip
def test_borders_that_cross_a_million_times_are_refused_and_take_nothing_with_them(rows: list, tmp_path: Path) -> None:
    path = written(tmp_path, *rows)
    assert path.stat().st_size < 300_000
    ledger = check(path)
    assert (ledger.file_outcome, ledger.file_reason) == (FileOutcome.REJECTED, FileReason.LIMIT)
    assert "Simplify" in ledger.sentence


def test_more_corners_than_the_limit_are_refused_before_anything_is_cut(tmp_path: Path) -> None:
    few = Limits(corners=20)
    round_one = shapely.Point(43.5, 33.5).buffer(0.4)
    path = written(tmp_path, district(round_one, "A1"))
    assert check(path, limits=few).file_reason == FileReason.LIMIT
    gpd.GeoDataFrame({"pcode": ["A1"], "name_en": ["x"]}, geometry=[round_one], crs=4326).to_file(tmp_path / "a.gpkg")
    assert check(tmp_path / "a.gpkg", limits=few).file_reason == FileReason.LIMIT
    assert check(tmp_path / "a.gpkg").file_reason is None


def test_hundreds_of_overlapping_districts_are_refused_soon(tmp_path: Path) -> None:
    rows = [district(box(43, 33, 44 + n / 1_000, 34), f"A{n}") for n in range(300)]
    ledger = check(written(tmp_path, *rows))
    assert ledger.file_reason == FileReason.COVERAGE_OVERLAP
    assert ledger.sentence.startswith("districts.geojson: 500 pairs of districts overlap: ")


def test_what_is_measured_elsewhere_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tie = {"type": "Polygon", "coordinates": [[[43, 33], [44, 34], [44, 33], [43, 34], [43, 33]]]}
    path = written(tmp_path, district(tie, "A1"), district(EAST, "A2"), district(None, "A3"), district(box(1, 1, 1, 1)))
    here, set_here = check(path), load_districts(path)
    monkeypatch.setattr(district_survey, "FEW_CORNERS", 0)
    assert check(path) == here
    assert load_districts(path).districts.equals(set_here.districts)
    overlapping = written(tmp_path, district(WEST, "A1"), district(WEST, "A2"), name="b.geojson")
    with pytest.raises(BadBoundaries, match=r"b\.geojson") as refused:
        load_districts(overlapping)
    assert refused.value.code == FileReason.COVERAGE_OVERLAP
    broken = written(tmp_path, district(None, "A1"), name="c.geojson")
    assert check(broken).file_outcome == FileOutcome.QUARANTINED_ALL


def test_file_of_broken_rows_alone_is_quarantined_and_never_installed(tmp_path: Path) -> None:
    path = written(tmp_path, district(None, "A1"))
    assert check(path).file_outcome == FileOutcome.QUARANTINED_ALL
    with pytest.raises(BadBoundaries):
        install(path, tmp_path / "store")
    assert not (tmp_path / "store").exists()


def test_open_ring_is_closed_and_counted(tmp_path: Path) -> None:
    ring = [[43, 33], [44, 33], [44, 34], [43, 34]]
    ledger = check(written(tmp_path, district({"type": "Polygon", "coordinates": [ring]}, "A1"), district(EAST, "A2")))
    assert ledger.repairs == {"RING_CLOSED": 1}
    assert ledger.file_outcome == FileOutcome.ACCEPTED


def test_open_ring_in_a_geopackage_is_closed_and_a_broken_shape_refused(tmp_path: Path) -> None:
    def blob(*ring: tuple[float, float], wkb: bytes = b"") -> str:
        body = struct.pack("<BIII", 1, 3, 1, len(ring)) + b"".join(struct.pack("<dd", *pair) for pair in ring)
        return (b"GP" + struct.pack("<BBi", 0, 1, 4326) + (wkb or body)).hex()

    square, broken = blob((43, 33), (44, 33), (44, 34), (43, 34)), blob(wkb=bytes([1, 99]))
    path = tmp_path / "a.gpkg"
    path.write_bytes(
        geopackage(
            "ALTER TABLE reports RENAME COLUMN date TO pcode; ALTER TABLE reports RENAME COLUMN category TO name_en;"
            "INSERT INTO reports VALUES (2, NULL, 'A2', 'x'), (3, NULL, 'A3', 'x')",
            f"UPDATE reports SET geom = x'{square}' WHERE fid = 1",  # noqa: S608 - our own bytes
            f"UPDATE reports SET geom = x'{broken}' WHERE fid = 2",  # noqa: S608 - our own bytes
        )
    )
    ledger = check(path)
    assert (ledger.accepted, ledger.repairs) == (1, {"RING_CLOSED": 1})
    assert ledger.reasons == {"GEOM_INVALID": 1, "GEOM_EMPTY": 1}


def test_bow_tie_is_mended_and_its_change_in_area_said(tmp_path: Path) -> None:
    tie = {"type": "Polygon", "coordinates": [[[43, 33], [44, 34], [44, 33], [43, 34], [43, 33]]]}
    ledger = check(written(tmp_path, district(tie, "A1")))
    assert ledger.file_outcome == FileOutcome.ACCEPTED
    assert any(line.startswith("repaired: Place A1 (A1)") and line.endswith("km2") for line in ledger.warnings)


def test_gap_hole_exclave_and_clockwise_ring_are_accepted_and_said(tmp_path: Path) -> None:
    holed = shapely.Polygon(box(43, 33, 44, 34).exterior, [box(43.4, 33.4, 43.6, 33.6).exterior])
    two = shapely.MultiPolygon([EAST, box(46, 33, 46.2, 33.2)])
    turned = {"type": "Polygon", "coordinates": [[[43, 35], [43, 36], [44, 36], [44, 35], [43, 35]]]}
    ledger = check(written(tmp_path, district(holed, "A1"), district(two, "A2"), district(turned, "A3")))
    assert ledger.file_outcome == FileOutcome.ACCEPTED
    said = "\n".join(ledger.warnings)
    assert "hole: Place A1" in said
    assert CLOCKWISE in said and "Place A3" in said
    assert ledger.accepted == 3


def test_overlap_and_twice_the_same_code_refuse_with_places(tmp_path: Path) -> None:
    path = written(tmp_path, district(WEST, "A1"), district(box(43.5, 33, 45, 34), "A2"))
    ledger = check(path)
    assert (ledger.file_outcome, ledger.file_reason) == (FileOutcome.REJECTED, FileReason.COVERAGE_OVERLAP)
    assert "A1" in ledger.sentence and "Place A2" in ledger.sentence
    path = written(tmp_path, district(WEST, "A1"), district(EAST, "a1\u200f"), name="districts.geojson")
    assert check(path).file_reason == FileReason.PCODE_DUPLICATE
    path = written(tmp_path, district(WEST, "A1"), district(EAST, "A1"))
    ledger = check(path)
    assert ledger.file_reason == FileReason.PCODE_DUPLICATE
    assert "Place A1 (A1)" in ledger.sentence
    with pytest.raises(BadBoundaries):
        load_districts(path)


def test_other_systems_are_reprojected_and_none_or_nonsense_refused(tmp_path: Path) -> None:
    def stated(name: str) -> dict[str, Any]:
        return {"type": "name", "properties": {"name": name}}

    metric = gpd.GeoSeries([WEST, EAST], crs=4326).segmentize(0.01).to_crs(32638)
    path = written(tmp_path, district(metric[0], "A1"), district(metric[1], "A2"), crs=stated("EPSG:32638"))
    found = load_districts(path).districts
    assert found.total_bounds == pytest.approx([43, 33, 45, 34], abs=1e-3)
    assert check(written(tmp_path, district(WEST), crs=None)).file_reason == FileReason.CRS_MISSING
    assert check(written(tmp_path, district(WEST), crs=stated("nonsense"))).file_reason == FileReason.CRS_UNSUPPORTED
    assert check(written(tmp_path, district(metric[0]))).file_reason == FileReason.CRS_UNSUPPORTED
    assert check(written(tmp_path, district(WEST), crs=stated("EPSG:32638"))).file_reason == FileReason.CRS_UNSUPPORTED


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("a.geojson", "", FileReason.EMPTY),
        ("a.geojson", '{"type": "FeatureCollection", "features": []}', FileReason.EMPTY),
        ("a.geojson", '{"type": "Polygon", "coordinates": []}', FileReason.NOT_A_FEATURECOLLECTION),
        ("a.geojson", '{"type": "FeatureCollection", "features": [1]}', FileReason.NOT_A_FEATURECOLLECTION),
        ("a.geojson", '[{"pcode": "x"}]', FileReason.NOT_A_FEATURECOLLECTION),
        ("a.geojson", '{"type": "FeatureCollection", "features": [', FileReason.JSON_INVALID),
        ("a.csv", "pcode,name_en\nA1,x\n", FileReason.TYPE_NOT_ALLOWED),
        ("a.vrt", "<OGRVRTDataSource/>", FileReason.TYPE_NOT_ALLOWED),
    ],
)  # fmt: skip
def test_files_that_hold_no_districts(name: str, text: str, code: FileReason, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)
    ledger = check(path)
    assert (ledger.file_outcome, ledger.file_reason) == (FileOutcome.REJECTED, code)
    assert ledger.sentence.startswith(name)


def test_missing_file_is_a_setting(tmp_path: Path) -> None:
    with pytest.raises(BadSetting):
        check(tmp_path / "absent.geojson")


def test_broken_arabic_names_are_mended_and_marks_dropped(tmp_path: Path) -> None:
    broken = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in "الموصل".encode())
    row = feature(WEST, pcode="A1", name_en="\u00a0Mosul\u200f ", name_ar=broken)
    path = written(tmp_path, row)
    assert load_districts(path).districts.loc[0, ["adm2_name", "adm2_name_ar"]].tolist() == ["Mosul", "الموصل"]
    assert any("1 names were mended" in line for line in check(path).warnings)


def test_installed_set_is_the_one_that_loads_use(tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert chosen_set(store).is_approximate
    first = install(written(tmp_path, district(WEST, "A1"), district(EAST, "A2")), store)
    assert chosen_set(store).version == first.version == district_set.installed_version(store)
    other = written(tmp_path, district(WEST, "B1"), name="other.geojson")
    assert chosen_set(store, file=other).districts["adm2_pcode"].tolist() == ["B1"]
    with pytest.raises(DataError):
        install(written(tmp_path, district(None, "A1"), name="bad.geojson"), store)
    assert chosen_set(store).version == first.version


class _Server(BaseHTTPRequestHandler):
    content = b""

    def do_GET(self) -> None:
        self.send_response(200 if self.path.endswith("districts.geojson") else 404)
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, str]]:
    _Server.content = written(tmp_path, district(WEST, "A1"), district(EAST, "A2")).read_bytes()
    running = HTTPServer(("127.0.0.1", 0), _Server)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}/x/districts.geojson", hashlib.sha256(_Server.content).hexdigest()
    running.shutdown()
    running.server_close()


def test_download_installs_the_very_file_and_nothing_else(server: tuple[str, str], tmp_path: Path) -> None:
    url, sha256 = server
    store = tmp_path / "store"
    with pytest.raises(BadBoundaries, match="checksum") as refused:
        download(url, sha256="0" * 64, folder=store)
    assert refused.value.code == FileReason.CORRUPT
    assert not store.exists()
    found = download(url, sha256=sha256.upper(), folder=store)
    assert chosen_set(store).version == found.version
    with pytest.raises(BadBoundaries) as refused:
        download(url, sha256=sha256, folder=tmp_path / "second", limits=Limits(upload_mb=0))
    assert refused.value.code == FileReason.LIMIT
    assert not (tmp_path / "second").exists()


def test_download_needs_address_checksum_and_answer(server: tuple[str, str], tmp_path: Path) -> None:
    url, sha256 = server
    for address, checksum in (
        ("file:///etc/passwd", sha256), ("", sha256), (url, ""), (url, "zz" * 32),
        (url.replace("districts", "none"), sha256), ("http://127.0.0.1:9/districts.geojson", sha256),
    ):  # fmt: skip
        with pytest.raises(BadSetting):
            download(address, sha256=checksum, folder=tmp_path / "store")
    assert not (tmp_path / "store").exists()


@pytest.mark.shared_data
def test_official_sets_are_read_whole(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "boundaries"
    ledger = check(folder / "irq_admbnda_adm2_cso_20190603.geojson")
    assert (ledger.file_outcome, ledger.accepted, ledger.reasons) == (FileOutcome.ACCEPTED, 101, {})
    mended = load_districts(folder / "adm2_mojibake_arabic.geojson").districts
    proper = load_districts(folder / "irq_admbnda_adm2_cso_20190603.geojson").districts
    assert mended["adm2_name_ar"].tolist() == proper["adm2_name_ar"].tolist()
    path = tmp_path / "all levels.zip"
    lone = gpd.read_file(folder / "irq_admbnda_adm0_cso_itos_20190603.geojson").drop(columns=["validTo"])
    lone.to_file(tmp_path / "adm0.shp")
    with zipfile.ZipFile(path, "w") as archive:
        for part in [*(folder / "shp").iterdir(), *tmp_path.glob("adm0.*")]:
            archive.write(part, part.name)
    assert len(load_districts(path).districts) == 101
    assert check(folder / "irq_admbnda_adm1_cso_20190603.geojson").file_reason == FileReason.HEADER_MISSING
    assert check(folder / "irq_admbnda_adm3_cso_20190603.geojson").file_reason == FileReason.PCODE_DUPLICATE


def test_ledger_of_a_check_is_json(tmp_path: Path) -> None:
    found = json.loads(json.dumps(boundaries.check(written(tmp_path, district(WEST, "A1"))).to_json()))
    assert {"file_outcome", "file_reason", "format", "rows_read", "accepted", "quarantined", "duplicates", "reasons",
            "repairs", "warnings", "batch_id"} <= set(found)  # fmt: skip

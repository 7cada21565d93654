"""JSON and GeoJSON: records in bounded memory, numbers as they are written, points in degrees."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concerns.schema import FileReason, Reason, UnreadableFile
from loaders import json_stream
from loaders.json_stream import JsonStream
from loaders.json_text import open_json
from loaders.limits import Limits
from loaders.raw import GEOMETRY_LAT, GEOMETRY_LON, RawFile
from tests.corpus.containers import feature, features


def opened(folder: Path, text: str, **options: Any) -> RawFile:
    path = folder / "reports.json"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    return open_json(path, name=path.name, limits=Limits(**options))


def records(raw: RawFile) -> list[dict[Any, Any]]:
    return [cells for chunk in raw.chunks(n_rows=2) for cells in chunk.table.to_dict("records")]


VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=4), inside, max_size=3),
    max_leaves=8,
)


def as_written(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: as_written(child) for key, child in value.items()}
    if isinstance(value, list):
        return [as_written(child) for child in value]
    return json.dumps(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


@settings(max_examples=200, deadline=None)
@given(found=st.lists(VALUE, max_size=6), indent=st.sampled_from([None, 1]), n_part=st.integers(1, 40), whole=VALUE)
def test_stream_gives_what_a_parser_of_the_whole_gives(
    found: list[Any], indent: int | None, n_part: int, whole: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("json") / "a.json"
    path.write_text(json.dumps({"before": whole, "results": found, "after": 1}, indent=indent))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "_PART", n_part)
        stream = JsonStream(path, "a.json", Limits())
        assert list(stream.records()) == as_written(found)
    assert stream.members == {"before": as_written(whole), "after": "1"}
    assert stream.list_key == "results"


@settings(max_examples=200, deadline=None)
@given(text=st.text(st.sampled_from('[]{}",:0123456789eE+-. truefalsn\\ux\n')), n_part=st.integers(1, 9))
def test_stream_accepts_what_a_parser_accepts(text: str, n_part: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("json") / "a.json"
    path.write_text(text)
    try:
        json.loads(text)
        is_json = True
    except ValueError:
        is_json = False
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "_PART", n_part)
        try:
            list(JsonStream(path, "a.json", Limits()).records())
            assert is_json
        except UnreadableFile as error:
            assert not is_json or error.code in (FileReason.JSON_DUPLICATE_KEY, FileReason.LIMIT)


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    raw = opened(tmp_path, features(feature((44.1, 33.2), n=1.50)).replace("44.1", "44.1000").replace("1.5}", "1.50}"))
    assert records(raw) == [
        {"date": "2024-03-01", "category": "C07", "n": "1.50", GEOMETRY_LAT: "33.2", GEOMETRY_LON: "44.1000"}
    ]


def test_kobo_records_become_flat_cells(tmp_path: Path) -> None:
    text = json.dumps(
        [
            {"group/question": "a b", "_geolocation": [33.2, 44.1], "_validation_status": {"uid": "ok", "label": "OK"}},
            {"_validation_status": {}, "kids": [{"kids/name": "x"}], "_attachments": [{"url": "secret"}], "n": None},
        ]
    )
    assert records(opened(tmp_path, text)) == [
        {"group/question": "a b", "_geolocation": "33.2 44.1", "_validation_status": "ok", "kids": "", "n": ""},
        {"group/question": "", "_geolocation": "", "_validation_status": "", "kids": '[{"kids/name": "x"}]', "n": ""},
    ]


def test_page_of_several_says_so(tmp_path: Path) -> None:
    raw = opened(tmp_path, json.dumps({"count": 3, "next": "https://example.org/?page=2", "results": [{"a": 1}]}))
    assert "one page" in raw.warnings[0]


def test_projected_points_are_turned_into_degrees(tmp_path: Path) -> None:
    # EPSG:32638, central meridian 45 E: 500000 m east is the meridian itself, 0 m north the equator
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32638"}}
    raw = opened(tmp_path, features(feature((500000, 0)), feature(None, district="x"), crs=crs))
    found = records(raw)
    assert float(found[0][GEOMETRY_LON]) == pytest.approx(45.0, abs=1e-8)
    assert float(found[0][GEOMETRY_LAT]) == pytest.approx(0.0, abs=1e-8)
    assert found[1][GEOMETRY_LON] == ""


def test_depth_of_a_record_is_counted_from_the_record(tmp_path: Path) -> None:
    def nested(depth: int) -> str:
        return f'[{{"a": {"[" * (depth - 1)}1{"]" * (depth - 1)}}}]'

    assert len(records(opened(tmp_path, nested(6), json_depth=6))) == 1
    with pytest.raises(UnreadableFile) as refused:
        opened(tmp_path, nested(7), json_depth=6)
    assert refused.value.code == FileReason.LIMIT


def test_number_of_records_is_limited(tmp_path: Path) -> None:
    assert len(records(opened(tmp_path, '[{"a":1},{"a":2}]', rows=2))) == 2
    with pytest.raises(UnreadableFile) as refused:
        opened(tmp_path, '[{"a":1},{"a":2},{"a":3}]', rows=2)
    assert refused.value.code == FileReason.LIMIT


def test_name_with_a_broken_letter_is_shown_mended(tmp_path: Path) -> None:
    raw = opened(tmp_path, '[{"a\\ud800": "x"}]')
    assert raw.columns == ["a\ufffd"]
    assert records(raw) == [{"a\ufffd": "x"}]


@pytest.mark.shared_data
def test_real_submissions_are_read_to_the_row(shared_data: Path) -> None:
    for name, n_records, kind in (
        ("koboapi_cpf_submissions.json", 40, "json"),
        ("koboexport_cpf.geojson", 35, "geojson"),
    ):
        raw = open_json(shared_data / "kobo" / name, name=name, limits=Limits())
        assert raw.kind == kind
        assert len(records(raw)) == n_records
    assert raw.columns[-3:-1] == [GEOMETRY_LAT, GEOMETRY_LON]


@pytest.mark.shared_data
def test_districts_are_no_reports(shared_data: Path) -> None:
    name = "irq_admbnda_adm1_cso_20190603.geojson"
    raw = open_json(shared_data / "boundaries" / name, name=name, limits=Limits())
    assert {row.reason for chunk in raw.chunks() for row in chunk.refused} == {Reason.GEOM_TYPE}

from __future__ import annotations

import pandas as pd
import pytest

from concerns.errors import BadSetting
from loaders.mapping import Mapping, load_mapping, parse_mapping, suggest
from loaders.sources import recognise
from loaders.sources.source import Declared
from tests.loaders.raw_table import RawTable

TABLE = RawTable({"Wann": ["2024-03-05"], "Breite": ["33.3"], "Länge": ["44.4"], "Art": ["SAF"], "Ort": ["Mosul"]})
YAML = """
columns:
  occurred_on: [When, Wann]
  lat: breite
  lon: [LÄNGE]
  category: ["A R T"]
values:
  category: {saf: C01}
severity_scale: [1, 5]
date_order: mdy
"""


def test_headers_are_found_without_case_spaces_and_unseen_marks():
    mapping = parse_mapping(YAML.replace("breite", "\u200fB reite"), where="m.yaml")
    source = recognise(TABLE, TABLE.table, mapping=mapping)
    assert (source.name, source.date_order, source.severity_scale) == ("mapped", "mdy", (1.0, 5.0))
    renamed = source.rename(TABLE.table)
    assert renamed[["occurred_on", "lat", "lon", "category"]].iloc[0].to_list() == ["2024-03-05", "33.3", "44.4", "C01"]


def test_scalars_are_taken_as_they_are_written():
    mapping = parse_mapping("values: {category: {no: C01, 1: C02, 2024-01-01: C03, ~: C04}}", where="m.yaml")
    assert mapping.values["category"] == {"no": "C01", "1": "C02", "2024-01-01": "C03", "~": "C04"}


def test_other_names_for_our_columns_are_understood():
    mapping = parse_mapping("columns: {date: a, Latitude: b, longitude: c, id: d, accuracy: e}", where="m.yaml")
    assert list(mapping.columns) == ["occurred_on", "lat", "lon", "report_id", "accuracy_m"]


@pytest.mark.parametrize("text", ["geopoint: GPS\ndistrict: [Kaza]", "columns: {geopoint: GPS, district: Kaza}"])
def test_geopoint_and_district_may_stand_beside_or_among_the_columns(text):
    mapping = parse_mapping(text, where="m.yaml")
    assert mapping.columns == {"geopoint": ("GPS",), "district": ("Kaza",)}


def test_a_mapped_geopoint_takes_the_place_of_latitude_and_longitude():
    table = RawTable(
        {"date": ["2024-03-05"], "lat": ["1"], "lon": ["2"], "category": ["C01"], "spot": ["33.3 44.4 0 5"]}
    )
    source = recognise(table, table.table, mapping=Mapping({"geopoint": ("spot",)}))
    assert "lat" not in source.headers
    assert source.header_of("geopoint") == "spot"


def test_a_mapped_district_is_binding_even_for_a_form():
    table = RawTable(
        {"_uuid": ["a"], "_submission_time": [""], "_id": ["1"], "g/incident_date": ["2024-03-05"],
        "g/concern_type": ["theft"]}
        | {"g/district": ["IQG15Q05"], "g/home": ["IQG15Q05"]}
    )  # fmt: skip
    assert recognise(table, table.table).declared is Declared.ANSWER
    mapped = recognise(table, table.table, mapping=Mapping({"district": ("g/home",)}))
    assert (mapped.name, mapped.declared, mapped.header_of("district")) == ("kobo", Declared.BINDING, "g/home")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("columns: {latt: a}", "line 1"),
        ("colums: {lat: a}", "line 1"),
        ("columns:\n  lat: a\n  lat: b", "line 3"),
        ("columns: [lat]", "line 1"),
        ("columns:\n  lat: {a: b}", "line 2"),
        ("values:\n  category: {SAF: C77}", "line 2"),
        ("values: {category: [SAF]}", "line 1"),
        ("severity_scale: [1]", "line 1"),
        ("severity_scale: [1, one]", "line 1"),
        ("severity_scale: [3, 3]", "line 1"),
        ("severity_scale: [1, .inf]", "line 1"),
        ("date_order: ymd", "line 1"),
        ("columns: &a {lat: x}\nvalues: *a", "line 2"),
        ("columns: {lat: [a", "line"),
        ("- lat", "line 1"),
        ("", "m.yaml"),
        ("!!python/object/apply:os.system ['true']", "line 1"),
    ],
)
def test_a_broken_mapping_is_refused_with_its_line(text, where):
    with pytest.raises(BadSetting, match=rf"m\.yaml.*{where}|{where}"):
        parse_mapping(text, where="m.yaml")


def test_deep_nesting_is_refused_and_not_followed():
    with pytest.raises(BadSetting):
        parse_mapping("[" * 5000, where="m.yaml")


def test_columns_about_people_cannot_be_mapped():
    table = RawTable(TABLE.cells | {"phonenumber": ["1"]})
    mapping = parse_mapping(YAML + "\n", where="m.yaml")
    named = Mapping(mapping.columns | {"report_id": ("phonenumber",)}, mapping.values)
    with pytest.raises(BadSetting, match="reach a person"):
        recognise(table, table.table, mapping=named)


def test_a_column_that_the_file_lacks_is_said_and_does_no_harm():
    mapping = parse_mapping(YAML, where="m.yaml")
    source = recognise(
        TABLE, TABLE.table, mapping=Mapping(mapping.columns | {"severity": ("Schwere",)}, mapping.values)
    )
    assert source.warnings == ("The mapping names no column of this file for severity.",)


def test_a_mapping_is_read_from_a_file_and_written_back(tmp_path):
    path = tmp_path / "m.yaml"
    path.write_text("\ufeff" + YAML, encoding="utf-8")
    mapping = load_mapping(path)
    path.write_text(mapping.to_yaml(), encoding="utf-8")
    assert load_mapping(path) == mapping
    with pytest.raises(BadSetting, match="absent"):
        load_mapping(tmp_path / "absent.yaml")
    path.write_bytes(b"columns: {lat: \xff}")
    with pytest.raises(BadSetting, match="UTF-8"):
        load_mapping(path)
    path.write_bytes(b"#" * 300_000)
    with pytest.raises(BadSetting, match="too large"):
        load_mapping(path)


def test_suggestions_go_by_words_then_likeness_then_cells():
    cells = {
        "Datum": ["2024-03-05", "2024-04-06"],
        "Latitud": ["33.3", "34.1"],
        "East": ["44.4", "43.9"],
        "Kind": ["C01", "Theft"],
        "Severity": ["1", "2"],
        "phone": ["1", "2"],
    }
    found = suggest(list(cells), pd.DataFrame(cells, dtype="str"))
    assert {ours: item.header for ours, item in found.items()} == {
        "severity": "Severity",
        "lat": "Latitud",
        "occurred_on": "Datum",
        "lon": "East",
        "category": "Kind",
    }
    assert found["severity"].confidence == 1.0
    assert 0.7 < found["lat"].confidence < 0.9
    assert found["occurred_on"].confidence == 0.5

from __future__ import annotations

import pandas as pd
import pytest

from concerns.errors import BadSetting, MissingColumns, UnknownFormat
from loaders.sources import MODULES, recognise
from loaders.sources.source import Source, folded, listed, translate
from tests.loaders.raw_table import RawTable

PLAIN = {"Date": ["2024-03-05"], "Latitude": ["33.3"], "Longitude": ["44.4"], "Type": ["C01"]}


def test_any_table_with_a_date_a_place_and_a_category_is_known():
    table = RawTable(PLAIN)
    source = recognise(table, table.table)
    assert source.name == "mapped"
    assert source.rename(table.table)["occurred_on"].to_dict() == {1: "2024-03-05"}
    assert not source.has_ids


def test_a_place_may_be_a_district_or_a_geopoint():
    for column, cell in (("District", "Mosul"), ("GPS", "33.3 44.4 0 5"), ("Location", "33.3 44.4")):
        table = RawTable({"Date": ["2024-03-05"], "Type": ["C01"], column: [cell]})
        assert recognise(table, table.table).name == "mapped"


def test_a_column_called_location_is_a_name_where_it_holds_names():
    table = RawTable(PLAIN | {"Location": ["Old town"]})
    headers = recognise(table, table.table).headers
    assert (headers["place_name"], headers["lat"]) == ("Location", "Latitude")
    assert "geopoint" not in headers


def test_what_is_missing_is_named_with_what_was_found():
    table = RawTable({"Date": ["x"], "Latitude": ["1"], "Longitude": ["2"]})
    with pytest.raises(MissingColumns, match="no category; found: Date, Latitude, Longitude") as caught:
        recognise(table, table.table)
    assert caught.value.code == "HEADER_MISSING"


def test_a_table_that_nothing_fits_is_an_unknown_format():
    table = RawTable({"a": ["1"], "b": ["2"]})
    with pytest.raises(UnknownFormat, match="these columns: a, b"):
        recognise(table, table.table)


def test_a_format_can_be_forced_and_a_wrong_name_lists_the_right_ones():
    table = RawTable(PLAIN | {"occurred_on": [""], "category": [""], "district": [""]})
    assert recognise(table, table.table).name == "template"
    assert recognise(table, table.table, force="mapped").name == "mapped"
    with pytest.raises(BadSetting, match="template, acled, ucdp"):
        recognise(table, table.table, force="excel")
    with pytest.raises(MissingColumns):
        recognise(RawTable({"Date": ["2024-03-05"]}), RawTable({"Date": ["2024-03-05"]}).table, force="template")


@pytest.mark.parametrize("name", ["acled", "ucdp", "police_uk", "ona", "odk", "kobo", "insecurity_insight"])
def test_a_format_that_is_forced_on_another_file_is_refused_by_its_missing_columns(name):
    table = RawTable({"occurred_on": ["2024-03-05"], "category": ["C07"], "lat": ["33.2"], "lon": ["43.7"]})
    with pytest.raises(MissingColumns):
        recognise(table, table.table, force=name)


def test_every_module_has_its_own_name():
    assert set(MODULES) == {
        "template", "kobo", "odk", "ona", "acled", "ucdp", "hapi", "hxl", "insecurity_insight", "police_uk", "dtm",
        "mapped",
    }  # fmt: skip
    assert all(name == module.NAME for name, module in MODULES.items())


def test_words_are_translated_by_their_folded_form_and_others_stay():
    texts = pd.Series(["SAF", "s a f", "", "IED"], index=[4, 5, 6, 7], dtype="str")
    assert translate(texts, folded({"Saf": "C01"})).to_dict() == {4: "C01", 5: "C01", 6: "", 7: "IED"}


def test_people_are_left_out_unless_a_column_of_ours_is_read_from_them():
    source = Source("x", {"place_name": "name"})
    assert source.person_columns(["name", "phone", "Date"]) == {"phone"}
    assert Source("x", {}).person_columns(["name", "phone", "Date"]) == {"name", "phone"}


def test_long_lists_of_columns_are_cut_in_messages():
    assert listed([f"c{n}" for n in range(30)]).endswith("c24 and 5 more")
    assert len(listed(["x" * 1000])) == 40

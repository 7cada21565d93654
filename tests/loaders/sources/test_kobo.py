from __future__ import annotations

import datetime as dt

import pytest

from loaders.sources import kobo, recognise
from loaders.sources.source import Declared
from tests.loaders.judged import judge, official
from tests.loaders.raw_table import RawTable

SYSTEM = {"_id": ["1"], "_uuid": ["u-1"], "_submission_time": ["2024-03-06T10:00:00"], "__version__": ["v1"]}
NAMES = {
    "start": ["2024-03-06T12:00:00.000+03:00"],
    "today": ["2024-03-06"],
    "meeting/incident_date": ["2024-03-05"],
    "meeting/concern_type": ["uxo"],
    "where/district": ["IQG01Q01"],
    "location": ["33.21235 43.71235 34 8.5"],
    "where/_location_latitude": ["33.21235"],
    "where/_location_longitude": ["43.71235"],
    "where/_location_altitude": ["34"],
    "where/_location_precision": ["8.5"],
    "people_affected": ["3"],
    "description": ["text"],
    "_submitted_by": ["somebody"],
    "_notes": ["internal"],
} | SYSTEM
ARABIC = {
    "اجتماع المنتدى/تاريخ الحادث": ["2024-03-05"],
    "اجتماع المنتدى/نوع القلق الأمني": ["مخلفات حربية"],
    "أين/القضاء": ["الشمال الغربي"],
    "الموقع": ["33.21235 43.71235 34 8.5"],
    "أين/_الموقع_longitude": ["43.71235"],  # an older builder writes longitude first
    "أين/_الموقع_latitude": ["33.21235"],
    "أين/_الموقع_precision": ["8.5"],
    "عدد المتأثرين": ["3"],
    "الوصف": ["text"],
    "_validation_status": ["Approved"],
} | SYSTEM
API = {
    "meeting/incident_date": ["2024-03-05"],
    "meeting/concern_type": ["uxo"],
    "where/district": ["IQG01Q01"],
    "where/location": ["33.21235 43.71235 34 8.5"],
    "_geolocation": ["33.2123512 43.7123498"],
    "_validation_status/uid": ["validation_status_approved"],
    "people_affected": ["3"],
    "description": ["text"],
} | SYSTEM


@pytest.mark.parametrize("cells", [NAMES, ARABIC, API])
def test_names_labels_and_api_give_the_same_row(four_districts, cells):
    judged = judge(RawTable(cells), four_districts)
    row = judged.rows.iloc[0]
    assert (row["source"], row["report_id"], row["category"], row["subcategory"]) == ("kobo", "u-1", "C01", "C01.2")
    assert (row["lat"], row["lon"], row["accuracy_m"], row["geo_precision"]) == (33.21235, 43.71235, 8.5, 1)
    assert (row["adm2_pcode"], row["adm2_stated"], row["n_affected"]) == ("IQG01Q01", "IQG01Q01", 3)
    assert row["description"] == "text"
    assert f"{row['occurred_on']:%Y-%m-%d} {row['submitted_at']:%H:%M %Z}" == "2024-03-05 10:00 UTC"


def test_the_parts_of_a_geopoint_are_found_by_name_and_win_over_its_text():
    source = recognise(RawTable(NAMES), RawTable(NAMES).table)
    assert source.headers["lat"] == "where/_location_latitude"
    assert "geopoint" not in source.headers
    assert recognise(RawTable(API), RawTable(API).table).headers["geopoint"] == "where/location"


def test_without_a_named_question_the_servers_own_point_serves(four_districts):
    cells = {name: column for name, column in API.items() if name != "where/location"}
    cells["_geolocation"] = ["[33.21235, 43.71235]"]
    assert judge(RawTable(cells), four_districts).rows["lat"].to_list() == [33.21235]
    cells["_geolocation"] = ["[null, null]"]
    assert judge(RawTable(cells), four_districts).rows["join_method"].to_list() == ["name"]


def test_no_column_of_kobos_own_answers_a_question():
    source = recognise(RawTable(NAMES), RawTable(NAMES).table)
    assert source.headers["description"] == "description"
    assert source.headers["occurred_on"] == "meeting/incident_date"
    assert "_submitted_by" in source.person_columns(list(NAMES))
    assert source.declared is Declared.ANSWER


@pytest.mark.parametrize(
    ("cell", "reason"),
    [("validation_status_not_approved", True), ("Not approved", True), ("validation_status_on_hold", False),
    ("", False), ("{}", False),
    ('{"uid": "validation_status_not_approved", "label": "Not approved"}', True), ("n/a", False)],
)  # fmt: skip
def test_only_what_was_not_approved_is_refused(four_districts, cell, reason):
    judged = judge(RawTable(NAMES | {"_validation_status": [cell]}), four_districts)
    assert judged.reasons == ({1: "VALIDATION_NOT_APPROVED"} if reason else {})


def test_a_category_asked_as_choices_is_read_from_its_columns(four_districts):
    cells = {name: column * 3 for name, column in NAMES.items() if name != "meeting/concern_type"}
    cells |= {"meeting/concern_type/theft": ["1", "0", "1"], "meeting/concern_type/uxo": ["0", "True", "1"]}
    judged = judge(RawTable(cells | {"_uuid": ["a", "b", "c"]}), four_districts)
    assert judged.rows["subcategory"].to_list() == ["C08.1", "C01.2"]
    assert judged.reasons == {3: "CATEGORY_UNKNOWN"}  # two at once are not one category


def test_two_points_are_told_apart_by_their_names(four_districts):
    extra = {"home/_home_latitude": ["1"], "home/_home_longitude": ["2"], "home/_home_precision": ["3"]}
    source = recognise(RawTable(extra | NAMES), RawTable(extra | NAMES).table)
    assert source.headers["lat"] == "where/_location_latitude"


def test_other_tables_with_an_id_are_not_kobos():
    assert kobo.recognise(["_uuid", "date"], None, RawTable({}).table) is None
    assert kobo.recognise(["uuid", "_id", "_submission_time"], None, RawTable({}).table) is None


@pytest.mark.shared_data
def test_the_sample_gives_the_same_forty_rows_in_every_language_and_shape(shared_data):
    from loaders.delimited import open_delimited
    from loaders.identity import identify
    from loaders.json_text import open_json
    from loaders.limits import Limits

    districts = official(shared_data)
    first = None
    for file in (
        "koboexport_cpf_xmlvalues.csv",
        "koboexport_cpf_en.csv",
        "koboexport_cpf_ar.csv",
        "koboapi_cpf_submissions.json",
    ):
        path = shared_data / "kobo" / file
        opened = (open_json if path.suffix == ".json" else open_delimited)(path, name=file, limits=Limits())
        part = next(opened.chunks())
        raw = RawTable({name: part.table[name].to_list() for name in opened.columns})
        judged = judge(raw, districts, today=dt.date(2026, 6, 1))
        assert judged.reasons == {}
        assert judged.rows["join_method"].value_counts().to_dict() == {"within": 35, "name": 5}
        conflicts = judged.rows.loc[judged.rows["location_conflict"], "adm2_pcode"].to_list()
        assert conflicts == ["IQG02Q01", "IQG15Q02", "IQG15Q09"]
        rows = identify(judged.rows.reset_index())
        first = rows if first is None else first
        assert rows[["id_hash", "content_hash"]].equals(first[["id_hash", "content_hash"]])

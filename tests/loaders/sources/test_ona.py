from __future__ import annotations

from loaders.sources import recognise
from tests.loaders.judged import judge
from tests.loaders.raw_table import RawTable

CELLS = {
    "g/incident_date": ["2024-03-05", "2024-03-05"],
    "g/concern_type": ["theft", "n/a"],
    "g/district": ["n/a", "North West"],
    "gps": ["33.21235 43.71235 0.0 20.0", "n/a"],
    "_gps_latitude": ["33.21235", "n/a"],
    "_gps_longitude": ["43.71235", "n/a"],
    "_gps_altitude": ["0.0", "n/a"],
    "_gps_precision": ["20.0", "n/a"],
    "children[1]/childs_name": ["Tom", "n/a"],
    "meta/instanceID": ["uuid:A-1", "uuid:A-2"],
    "_uuid": ["A-1", "A-2"],
    "_submission_time": ["2024-03-06T15:54:01+00:00", "2024-03-06T15:54:01+00:00"],
    "_version": ["1", "1"],
    "_duration": ["", ""],
}


def test_ona_is_told_from_kobo_and_na_is_no_answer(four_districts):
    judged = judge(RawTable(CELLS), four_districts)
    assert judged.rows["source"].to_list() == ["ona"]
    assert judged.rows["geo_precision"].to_list() == [1]
    assert judged.rows["adm2_stated"].isna().all()
    assert judged.reasons == {2: "CATEGORY_MISSING"}


def test_the_names_of_children_are_left_out():
    source = recognise(RawTable(CELLS), RawTable(CELLS).table)
    assert source.person_columns(list(CELLS)) == {"children[1]/childs_name"}

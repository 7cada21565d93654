from __future__ import annotations

import pytest

from loaders.sources import recognise
from tests.loaders.judged import judge
from tests.loaders.raw_table import RawTable

CELLS = {
    "SubmissionDate": ["2024-03-06T10:00:00.000Z"],
    "meeting-incident_date": ["2024-03-05"],
    "meeting-concern_type": ["theft"],
    "where-district": ["IQG01Q01"],
    "where-loc-Latitude": ["33.21235"],
    "where-loc-Longitude": ["43.71235"],
    "where-loc-Altitude": ["0"],
    "where-loc-Accuracy": ["4.2"],
    "meta-instanceID": ["uuid:aa-1"],
    "KEY": ["uuid:aa-1"],
    "SubmitterID": ["12"],
    "SubmitterName": ["somebody"],
    "AttachmentsPresent": ["0"],
    "ReviewState": [""],
    "DeviceID": ["x"],
    "FormVersion": ["1"],
}


def test_groups_stand_before_a_hyphen_and_points_in_columns_of_their_own(four_districts):
    row = judge(RawTable(CELLS), four_districts).rows.iloc[0]
    assert (row["source"], row["report_id"], row["subcategory"]) == ("odk", "uuid:aa-1", "C08.1")
    assert (row["lat"], row["accuracy_m"], row["geo_precision"], row["adm2_stated"]) == (33.21235, 4.2, 1, "IQG01Q01")


@pytest.mark.parametrize(
    ("state", "status"),
    [("approved", "approved"), ("hasIssues", "on_hold"), ("edited", "pending"), ("", None)],
)
def test_the_review_state_is_kept_in_our_words(four_districts, state, status):
    value = judge(RawTable(CELLS | {"ReviewState": [state]}), four_districts).rows["validation"].iloc[0]
    assert value == status if status else value != value


def test_rejected_submissions_are_refused(four_districts):
    judged = judge(RawTable(CELLS | {"ReviewState": ["rejected"]}), four_districts)
    assert (judged.reasons, judged.columns) == ({1: "VALIDATION_NOT_APPROVED"}, {1: "ReviewState"})


def test_people_and_devices_are_left_out():
    source = recognise(RawTable(CELLS), RawTable(CELLS).table)
    people = {"SubmitterID", "SubmitterName", "DeviceID", "AttachmentsPresent"}
    assert source.person_columns(list(CELLS)) == people

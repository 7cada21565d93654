from __future__ import annotations

import json

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from concerns.schema import Reason, Repair
from loaders.cells import Mended
from loaders.findings import REASONS, Findings, Texts

YES = np.array([True])


@given(st.lists(st.sampled_from(REASONS), min_size=1, max_size=8))
def test_a_row_keeps_the_reason_that_stands_first_in_the_list(reasons):
    found = Findings(1)
    for reason in reasons:
        found.add(YES, reason, f"column of {reason}")
    first = min(reasons, key=REASONS.index)
    assert found.reasons().to_list() == [first]
    assert found.headers(found.columns()).to_list() == [f"column of {first}"]


def test_the_list_goes_place_then_time_then_content_then_identity():
    order = ["COORD_MISSING", "COORD_ZERO", "OUTSIDE_COUNTRY", "NO_DISTRICT", "DISTRICT_MISMATCH", "DATE_MISSING"]
    order += [
        "DATE_AFTER_SUBMISSION",
        "CATEGORY_MISSING",
        "SEVERITY_INVALID",
        "VALIDATION_NOT_APPROVED",
        "UUID_CONFLICT",
    ]
    positions = [REASONS.index(Reason(name)) for name in order]
    assert positions == sorted(positions)


def test_rows_without_a_finding_are_clean():
    found = Findings(3)
    found.add(np.array([False, True, False]), Reason.NO_DISTRICT, "lat")
    assert found.is_clean.tolist() == [True, False, True]
    assert found.before(Reason.DATE_MISSING).tolist() == [False, True, False]
    assert found.before(Reason.NO_DISTRICT).tolist() == [False, False, False]
    assert found.reasons().isna().tolist() == [True, False, True]


def frame(**columns: list[str]) -> Texts:
    table = pd.DataFrame(columns, dtype="str")
    table.index = pd.RangeIndex(11, 11 + len(table))
    return Texts(table)


def test_cells_are_trimmed_and_stripped_marks_are_remembered_with_the_old_text():
    texts = frame(lat=["33.1", "\u200f33.2", " 33.3 "], lon=["44", "44", "٤٤"])
    assert texts.get("lat").to_pylist() == ["33.1", "33.2", "33.3"]
    texts.mend("lon", np.array([0, 0, int(Mended.DIGITS_NORMALISED)]))
    assert {repair: rows.tolist() for repair, rows in texts.repairs().items()} == {
        Repair.INVISIBLE_STRIPPED: [12],
        Repair.DIGITS_NORMALISED: [13],
    }
    notes = texts.originals()
    assert notes.isna().tolist() == [True, False, False]
    assert json.loads(notes[1]) == {"INVISIBLE_STRIPPED": {"lat": "\u200f33.2"}}
    assert json.loads(notes[2]) == {"DIGITS_NORMALISED": {"lon": "٤٤"}}


def test_an_absent_column_is_blank_throughout():
    texts = frame(lat=["1", "2"])
    assert texts.get("lon").to_pylist() == ["", ""]
    assert not texts.is_filled("lon").any()
    assert texts.series("lon").isna().all()
    assert "lon" not in texts


def test_no_rows_are_no_trouble():
    texts = frame(lat=[])
    assert texts.get("lat").to_pylist() == texts.get("lon").to_pylist() == []
    assert texts.repairs() == {}

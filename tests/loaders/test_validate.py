from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concerns.schema import REPORT_COLUMNS, Reason
from loaders.identity import identify, within_file
from loaders.tables import to_arrow
from tests.loaders.judged import CLEAN, judge, official, table
from tests.loaders.raw_table import RawTable

FAULTS = {
    "lat": ["", "x", "583", "0", "43.71", "36.9", "33,21235", "٣٣٫٢", "33°12'N"],
    "lon": ["", "x", "-181", "0", "33.2", "43.71235 E"],
    "occurred_on": [
        "",
        "soon",
        "31/02/2024",
        "1445-08-24",
        "2031-01-01",
        "1999-01-01",
        "45356",
        "5 آذار 2024",
        "2024-03",
    ],
    "category": ["", "C77", "Theft", "سرقة"],
    "severity": ["", "2", "9", "٣"],
    "district": ["", "North West", "South East", "Atlantis"],
    "report_id": ["", "a", "uuid:A", "b"],
    "validation": ["", "approved", "not_approved"],
    "n_affected": ["", "3", "-1", "many"],
}
OF_THE_LOAD = ("batch_id", "boundary_version", "near_duplicate", "is_context")  # what the load adds to a row
ROWS = st.lists(
    st.fixed_dictionaries({}, optional={name: st.sampled_from(cells) for name, cells in FAULTS.items()}), max_size=15
)


@settings(deadline=None, max_examples=25)
@given(ROWS)
def test_whatever_is_in_a_file_its_rows_add_up_and_the_good_ones_fit_the_store(four_districts, faults):
    raw = table(CLEAN, *faults)
    judged = judge(raw, four_districts)  # it asserts that accepted + refused = read
    rows = identify(judged.rows.reset_index()).assign(**dict.fromkeys(OF_THE_LOAD, False))
    stored = to_arrow(rows.astype({"batch_id": "str", "boundary_version": "str"}), "reports")
    assert [name for name in REPORT_COLUMNS if name not in rows] == []
    missing = {field.name for field in stored.schema if not field.nullable and stored[field.name].null_count}
    assert missing == set()
    verdict = within_file(rows["id_hash"].to_numpy(), rows["content_hash"].to_numpy())
    assert len(verdict) + len(judged.reasons) == len(raw.table)
    assert set(judged.reasons.values()) <= set(map(str, Reason))


@settings(deadline=None, max_examples=10)
@given(ROWS, st.integers(1, 4))
def test_the_parts_in_which_a_file_is_read_change_nothing(four_districts, faults, n_rows):
    whole = table(CLEAN, *faults)
    expected = judge(whole, four_districts)
    found: dict[int, str] = {}
    rows = []
    for start in range(0, len(whole.table), n_rows):
        part = RawTable({name: cells[start : start + n_rows] for name, cells in whole.cells.items()})
        judged = judge(part, four_districts)
        found |= {row + start: reason for row, reason in judged.reasons.items()}
        rows.append(judged.rows.set_axis(judged.rows.index + start))
    assert found == expected.reasons
    together = pd.concat(rows)
    for column in ("adm2_pcode", "join_method", "geo_precision", "category", "occurred_on", "severity"):
        assert together[column].fillna(0).to_list() == expected.rows[column].fillna(0).to_list()


def test_numbers_of_records_are_those_of_the_file(four_districts):
    raw = table({}, {"lat": "x"}, {})
    judged = judge(raw, four_districts)
    assert (judged.rows.index.to_list(), list(judged.reasons)) == ([1, 3], [2])


def test_a_clean_row_keeps_every_answer(four_districts):
    answers = {
        "report_id": "CPF-1", "forum_id": "F-1", "reported_on": "2024-03-06", "submitted_at": "2024-03-06T10:00:00Z",
        "place_name": "Old town", "severity": "2", "n_affected": "6", "affected_women": "2", "affected_children": "1",
        "reporter_group": "police", "reporter_sex": "male", "reporter_status": "host", "validation": "approved",
        "description": "=1+1; a “text”", "text_lang": "en", "subcategory": "C07.2",
    }  # fmt: skip
    row = judge(table(answers), four_districts).rows.iloc[0]
    for name in (
        "report_id",
        "forum_id",
        "place_name",
        "reporter_group",
        "reporter_sex",
        "description",
        "text_lang",
        "subcategory",
    ):
        assert row[name] == answers[name]
    assert row[["severity", "n_affected", "affected_women", "affected_children"]].to_list() == [2, 6, 2, 1]


def test_a_file_without_records_gives_an_empty_table_of_the_same_columns(four_districts):
    full = judge(table({}), four_districts).rows
    empty = judge(RawTable({name: [] for name in CLEAN}), four_districts).rows
    assert empty.empty
    assert list(empty.columns) == list(full.columns)


@pytest.mark.shared_data
def test_real_military_events_give_the_certain_ledger(shared_data):
    source = pd.read_csv(shared_data / "events/geocausal_iraq_sigact_2007-2008.csv", dtype=str, keep_default_na=False)
    raw = RawTable({str(name): source[name].to_list() for name in source})
    judged = judge(raw, official(shared_data), mapping="values: {category: {SAF: C01, IED: C01, other: C99}}")
    assert list(judged.reasons.values()) == ["NO_DISTRICT"] * 2
    rows = identify(judged.rows.reset_index())
    verdict = within_file(rows["id_hash"].to_numpy(), rows["content_hash"].to_numpy())
    assert np.bincount(verdict).tolist() == [66_476, 2_095]
    assert rows.loc[verdict == 0, "join_method"].value_counts().to_dict() == {"within": 66_470, "nearest": 6}

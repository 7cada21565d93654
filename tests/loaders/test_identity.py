from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.identity import content_hash, fold_id, identify, near_hash, within_file
from tests.loaders.judged import judge, table
from tests.loaders.raw_table import RawTable


def known(raw: RawTable, four_districts, **settings: object) -> pd.DataFrame:
    return identify(judge(raw, four_districts).rows.reset_index(), **settings)  # type: ignore[arg-type]


def verdicts(rows: pd.DataFrame) -> list[int]:
    return within_file(rows["id_hash"].to_numpy(), rows["content_hash"].to_numpy()).tolist()


def test_ids_differ_by_neither_case_nor_prefix(four_districts):
    ids = ["AB-1", "ab-1", "uuid:AB-1", " UUID:ab-1 ", "ab-2"]
    rows = known(table(*[{"report_id": text} for text in ids]), four_districts)
    assert verdicts(rows) == [0, 1, 1, 1, 0]
    assert fold_id(pd.Series([None, "x"], dtype="str")).to_pylist() == ["", "x"]


def test_one_id_with_two_contents_puts_all_its_rows_at_odds(four_districts):
    rows = known(
        table({"report_id": "a"}, {"report_id": "a"}, {"report_id": "a", "category": "C08"}, {"report_id": "b"}),
        four_districts,
    )
    assert verdicts(rows) == [2, 2, 2, 0]


def test_a_blank_id_is_nobodys_duplicate(four_districts):
    rows = known(table({"report_id": ""}, {"report_id": ""}, {"report_id": "a"}), four_districts)
    assert verdicts(rows) == [0, 0, 0]
    assert rows["report_id"].is_unique
    assert rows["content_hash"].nunique() == 1


def test_without_ids_equal_rows_are_one_unless_the_user_keeps_them(four_districts):
    raw = table({}, {}, {"category": "C08"})
    assert verdicts(known(raw, four_districts)) == [0, 1, 0]
    assert verdicts(known(raw, four_districts, keep_equal_rows=True)) == [0, 0, 0]


def test_words_that_a_mapping_unites_do_not_make_rows_equal(four_districts):
    raw = table({"category": "SAF"}, {"category": "IED"}, {"category": "SAF"})
    judged = judge(raw, four_districts, mapping="values: {category: {SAF: C01, IED: C01}}")
    assert verdicts(identify(judged.rows.reset_index())) == [0, 0, 1]


def test_the_same_answers_in_other_words_are_the_same_content(four_districts):
    raw = table(
        {"report_id": "a", "category": "C08.1", "lat": "33.21235", "occurred_on": "2024-03-05", "district": "IQG01Q01"},
        {
            "report_id": "a",
            "category": "Theft",
            "lat": "33,2123500",
            "occurred_on": "5 March 2024",
            "district": "North West",
        },
        {
            "report_id": "a",
            "category": "سرقة",
            "lat": "٣٣٫٢١٢٣٥",
            "occurred_on": "05/03/2024",
            "district": "الشمال الغربي",
        },
    )
    assert verdicts(known(raw, four_districts)) == [0, 1, 1]


def test_time_of_submission_and_precision_by_crowding_are_no_content(four_districts):
    raw = table(
        {"report_id": "a", "submitted_at": "2024-04-01T00:00:00"},
        {"report_id": "a", "submitted_at": "2024-04-02T00:00:00"},
    )
    assert verdicts(known(raw, four_districts)) == [0, 1]


@pytest.mark.parametrize(
    "change",
    [{"description": "other"}, {"severity": "2"}, {"n_affected": "0"}, {"validation": "approved"}, {"lat": "33.212351"}]
)  # fmt: skip
def test_any_other_answer_is_other_content(four_districts, change):
    assert verdicts(known(table({"report_id": "a"}, {"report_id": "a"} | change), four_districts)) == [2, 2]


def test_without_a_point_the_governorate_is_content(four_districts):
    nowhere = {"lat": "", "lon": ""}
    rows = known(table(nowhere | {"governorate": "Upper"}, nowhere | {"governorate": "Lower"}), four_districts)
    assert verdicts(rows) == [0, 0]


def test_content_does_not_depend_on_the_rows_beside_it(four_districts):
    alone = known(table({"report_id": "a"}), four_districts)
    beside = known(table({"report_id": "a"}, {"report_id": "b", "severity": "3", "description": "x"}), four_districts)
    assert alone["content_hash"][0] == beside["content_hash"][0]
    assert alone["id_hash"][0] == beside["id_hash"][0]


def test_near_duplicates_share_place_day_and_category(four_districts):
    raw = table(
        {"report_id": "a", "lat": "33.21232"},
        {"report_id": "b", "lat": "33.21231"},
        {"report_id": "c", "category": "C08"},
        {"report_id": "d", "occurred_on": "2024-03-06"},
    )
    hashes = known(raw, four_districts)["near_hash"]
    assert hashes[0] == hashes[1]
    assert hashes.nunique() == 3


def test_without_points_near_means_the_same_named_place():
    frame = pd.DataFrame({"lat": [np.nan] * 3, "lon": [np.nan] * 3, "adm1_pcode": "G", "adm2_pcode": ["D", "D", "E"]})
    frame = frame.assign(place_name="x", category="C07", occurred_on=pd.Timestamp("2024-03-05"))
    hashes = near_hash(frame)
    assert hashes[0] == hashes[1] != hashes[2]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=25))
def test_verdicts_follow_the_definition(pairs):
    ids, content = np.array([i for i, _ in pairs], np.int64), np.array([c for _, c in pairs], np.int64)
    expected = []
    for at, (one, _) in enumerate(pairs):
        contents = {c for i, c in pairs if i == one}
        expected.append(2 if len(contents) > 1 else int(one in ids[:at]))
    assert within_file(ids, content).tolist() == expected


@given(st.lists(st.text(max_size=10), min_size=1, max_size=20, unique=True))
def test_different_descriptions_hash_differently(texts):
    frame = pd.DataFrame({"description": pd.Series([t.strip() or "-" for t in texts], dtype="str")}).drop_duplicates()
    assert len(set(content_hash(frame).tolist())) == len(frame)

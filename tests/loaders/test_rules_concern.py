from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.findings import Findings, Texts
from loaders.rules_concern import check_severity
from tests.loaders.judged import judge, table


@pytest.mark.parametrize(
    ("cell", "category", "subcategory"),
    [
        ("C07", "C07", None), ("c07.2 ", "C07", "C07.2"), ("C٠٧", "C07", None), ("Theft", "C08", "C08.1"),
        ("دزی", "C08", "C08.1"), ("سرقة", "C08", "C08.1"), ("drugs AND alcohol", "C07", None), ("C99", "C99", None),
    ],
)  # fmt: skip
def test_codes_and_labels_become_categories(four_districts, cell, category, subcategory):
    row = judge(table({"category": cell}), four_districts).rows.iloc[0]
    assert row["category"] == category
    assert row["subcategory"] == subcategory if subcategory else pd.isna(row["subcategory"])


@pytest.mark.parametrize(
    ("cell", "reason"),
    [("", "CATEGORY_MISSING"), ("n/a", "CATEGORY_MISSING"), ("C77", "CATEGORY_UNKNOWN"),
    ("C07.9", "CATEGORY_UNKNOWN"),
    ("None", "CATEGORY_UNKNOWN"), ("NA", "CATEGORY_UNKNOWN"), ("C07 C08", "CATEGORY_UNKNOWN"),
    ("weather", "CATEGORY_UNKNOWN")],
)  # fmt: skip
def test_what_is_no_category_is_refused(four_districts, cell, reason):
    judged = judge(table({"category": cell}), four_districts)
    assert (judged.reasons, judged.columns) == ({1: reason}, {1: "category"})


def test_a_subcategory_belongs_to_its_category(four_districts):
    cells = [("C07", "C07.2"), ("C07", "C08.1"), ("C07.2", "C07.2"), ("C07.2", "C07.1"), ("C07", "C07"), ("C07", "")]
    judged = judge(table(*[{"category": c, "subcategory": s} for c, s in cells]), four_districts)
    assert judged.reasons == {2: "CATEGORY_UNKNOWN", 4: "CATEGORY_UNKNOWN", 5: "CATEGORY_UNKNOWN"}
    assert judged.columns[2] == "subcategory"
    assert judged.rows["subcategory"].fillna("").to_list() == ["C07.2", "C07.2", ""]


def test_sensitive_concerns_are_marked_at_both_levels_and_by_the_source(four_districts):
    cells = ["C05", "C06.1", "C02", "C02.3", "C07"]
    judged = judge(table(*[{"category": cell} for cell in cells], {"sensitive": "yes"}), four_districts)
    assert judged.rows["sensitive"].to_list() == [True, True, False, True, False, True]


@pytest.mark.parametrize(
    ("cell", "level"),
    [
        ("1", 1),
        ("3", 3),
        ("2.0", 2),
        ("٢", 2),
        ("low", 1),
        ("HIGH", 3),
        ("متوسط", 2),
        ("بەرز", 3),
        ("", None),
        ("n/a", None),
    ],
)
def test_severity_is_one_to_three_or_a_word_for_it(four_districts, cell, level):
    value = judge(table({"severity": cell}), four_districts).rows["severity"].iloc[0]
    assert pd.isna(value) if level is None else value == level


@pytest.mark.parametrize("cell", ["0", "4", "-1", "2.5", "very high", "1e9", "2°", "inf"])
def test_any_other_severity_is_refused(four_districts, cell):
    assert judge(table({"severity": cell}), four_districts).reasons == {1: "SEVERITY_INVALID"}


def test_a_longer_scale_is_cut_in_quarter_half_quarter(four_districts):
    raw = table(*[{"severity": cell} for cell in ("1", "2", "3", "4", "5", "6", "0", "high")])
    judged = judge(raw, four_districts, mapping="severity_scale: [1, 5]")
    assert judged.rows["severity"].to_list() == [1, 1, 2, 3, 3, 3]  # "high" is a word of ours on any scale
    assert judged.reasons == {6: "SEVERITY_INVALID", 7: "SEVERITY_INVALID"}


def test_a_value_of_a_mapping_is_ours_already_and_no_step_of_their_scale(four_districts):
    raw = table(*[{"severity": cell} for cell in ("severe", "minor", "3", "5")])
    mapping = "severity_scale: [1, 5]\nvalues: {severity: {severe: 3, minor: 1}}"
    assert judge(raw, four_districts, mapping=mapping).rows["severity"].to_list() == [3, 1, 2, 3]


@given(st.integers(-20, 20), st.integers(1, 50), st.integers(0, 100))
def test_a_scale_read_backwards_gives_the_levels_backwards(low, length, share):
    value = low + length * share / 100
    texts = Texts(pd.DataFrame({"severity": [repr(value)]}, dtype="str"))
    up = check_severity(texts, Findings(1), (float(low), float(low + length)))
    down = check_severity(texts, Findings(1), (float(low + length), float(low)))
    if (low, low + length) != (1, 3):
        assert up[0] + down[0] == 4


@pytest.mark.parametrize(
    ("cell", "status"),
    [("approved", "approved"), ("Approved", "approved"), ("pending", "pending"), ("on hold", "on_hold"),
    ("on_hold", "on_hold"), ("", None)],
)  # fmt: skip
def test_pending_and_held_rows_stay_with_their_status(four_districts, cell, status):
    value = judge(table({"validation": cell}), four_districts).rows["validation"].iloc[0]
    assert pd.isna(value) if status is None else value == status


@pytest.mark.parametrize("cell", ["not_approved", "Not approved", "not-approved", "rejected?", "approve"])
def test_what_is_not_approved_or_cannot_be_read_is_refused(four_districts, cell):
    assert judge(table({"validation": cell}), four_districts).reasons == {1: "VALIDATION_NOT_APPROVED"}


def test_counts_are_whole_and_not_negative_or_left_blank(four_districts):
    cells = ["0", "12", "1,305", "٧", "12.0", "", "n/a", "-1", "1.5", "many", "99999999999"]
    judged = judge(table(*[{"n_affected": cell} for cell in cells]), four_districts)
    counts = judged.rows["n_affected"]
    assert counts.iloc[:5].to_list() == [0, 12, 1305, 7, 12]
    assert counts.iloc[5:].isna().all()
    assert "Values of n_affected that are no count were left blank: 4." in judged.warnings
    assert judged.repairs == {"DIGITS_NORMALISED": [4]}


def test_answers_outside_their_list_become_its_word_for_that(four_districts):
    raw = table(
        {"reporter_sex": "Female", "reporter_group": "Women group"}, {"reporter_sex": "x", "text_lang": "fr"}, {}
    )
    judged = judge(raw, four_districts)
    assert judged.rows["reporter_sex"].fillna("").to_list() == ["female", "unknown", ""]
    assert judged.rows["reporter_group"].fillna("").to_list() == ["women_group", "", ""]
    assert judged.rows["text_lang"].fillna("").to_list() == ["", "other", ""]
    assert len(judged.warnings) == 2

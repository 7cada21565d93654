from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from tests.loaders.judged import TODAY, judge, table


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", "DATE_MISSING"),
        ("n/a", "DATE_MISSING"),
        ("soon", "DATE_UNPARSEABLE"),
        ("31/02/2024", "DATE_INVALID"),
        ("1445-08-24", "DATE_HIJRI"),
        ("2024-06-02", "DATE_FUTURE"),
        ("1999-12-31", "DATE_TOO_OLD"),
        ("2724-01-01", "DATE_FUTURE"),  # a Kurdish year
        ("0024-03-05", "DATE_TOO_OLD"),
    ],
)
def test_each_bad_day_has_its_reason(four_districts, cell, reason):
    judged = judge(table({"occurred_on": cell}), four_districts)
    assert (judged.reasons, judged.columns) == ({1: reason}, {1: "occurred_on"})


def test_the_bounds_themselves_are_good(four_districts):
    judged = judge(table({"occurred_on": "2024-06-01"}, {"occurred_on": "2000-01-01"}), four_districts)
    assert judged.rows["occurred_on"].to_list() == [pd.Timestamp("2024-06-01"), pd.Timestamp("2000-01-01")]


def test_today_and_the_oldest_day_are_settings(four_districts):
    raw = table({"occurred_on": "2024-03-05"}, {"occurred_on": "2024-03-01"}, {"occurred_on": "2024-03-06"})
    judged = judge(raw, four_districts, today=dt.date(2024, 3, 5), min_date=dt.date(2024, 3, 2))
    assert judged.reasons == {2: "DATE_TOO_OLD", 3: "DATE_FUTURE"}


def test_only_the_ambiguous_rows_of_a_torn_column_are_refused(four_districts):
    cells = ["25/03/2024", "03/25/2024", "04/05/2024", "05/05/2024", "2024-05-04"]
    judged = judge(table(*[{"occurred_on": cell} for cell in cells]), four_districts)
    assert judged.reasons == {3: "DATE_AMBIGUOUS"}


def test_serials_are_days_of_either_epoch_and_a_repair(four_districts):
    raw = table({"occurred_on": "45356"}, {})
    judged = judge(raw, four_districts)
    assert judged.rows.loc[1, "occurred_on"] == pd.Timestamp("2024-03-05")
    assert judged.repairs == {"DATE_EXCEL_SERIAL": [1]}
    raw.is_1904 = True
    raw.cells["occurred_on"][0] = "43894"
    assert judge(raw, four_districts).rows.loc[1, "occurred_on"] == pd.Timestamp("2024-03-05")


def test_months_and_years_are_kept_as_coarse_as_they_are(four_districts):
    raw = table(
        {"occurred_on": "2024-03"}, {"occurred_on": "2023"}, {}, {"date_precision": "2"}, {"date_precision": "9"}
    )
    judged = judge(raw, four_districts)
    assert judged.rows["date_precision"].to_list() == [3, 4, 1, 2, 1]


def test_a_day_after_its_submission_is_refused_by_the_clock_of_baghdad(four_districts):
    raw = table(
        {"occurred_on": "2024-03-06", "submitted_at": "2024-03-05T21:00:00"},  # already the 6th in Baghdad
        {"occurred_on": "2024-03-06", "submitted_at": "2024-03-05T20:59:59"},
        {"occurred_on": "2024-03-06", "submitted_at": "2024-03-06T00:30:00+03:00"},
        {"occurred_on": "2024-03-06", "submitted_at": "sometime"},
    )
    judged = judge(raw, four_districts)
    assert judged.reasons == {2: "DATE_AFTER_SUBMISSION"}
    assert judged.rows.loc[1, "submitted_at"] == pd.Timestamp("2024-03-05T21:00Z")
    assert "Times of submission that could not be read were left blank: 1." in judged.warnings


def test_the_day_of_reporting_is_a_day_and_not_before_the_event(four_districts):
    days = ["", "2024-03-05", "2024-03-04", "nonsense", "2024-06-02", "n/a"]
    judged = judge(table(*[{"reported_on": day} for day in days]), four_districts)
    assert judged.reasons == {3: "DATE_AFTER_SUBMISSION", 4: "DATE_UNPARSEABLE", 5: "DATE_FUTURE"}
    assert set(judged.columns.values()) == {"reported_on"}
    assert judged.rows["reported_on"].isna().to_list() == [True, False, True]


def test_today_of_the_tests_is_what_the_cases_assume():
    assert dt.date(2024, 6, 1) == TODAY

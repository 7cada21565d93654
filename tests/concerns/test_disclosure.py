"""What a release is made of: its cells, what counts in them, and how it is cut."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concerns.access import Codes
from concerns.disclosure import (
    CELL_KEYS,
    MAX_OF_A_CASE,
    SPLIT,
    Domain,
    Table,
    count_cells,
    due_periods,
    limit_cases,
    noise_scale,
    period_of,
    quarters_between,
)

CODES = Codes(
    known=frozenset({"C02", "C02.3", "C05", "C05.1", "C07"}),
    sensitive=frozenset({"C05", "C05.1", "C02.3"}),
)
DOMAIN = Domain(("IQG15Q03", "IQG15Q01", "IQG01Q01"), CODES)
OPEN_TABLES = (Table.DISTRICT_QUARTER, Table.GOVERNORATE_QUARTER, Table.NATIONAL_MONTH)


def report(**values: object) -> dict[str, object]:
    return {
        "report_id": "r", "occurred_on": "2024-02-03", "adm1_pcode": "IQG15", "adm2_pcode": "IQG15Q03",
        "geo_precision": 1, "category": "C07", "subcategory": None, "sensitive": False,
    } | values  # fmt: skip


def count(table: Table, *rows: dict[str, object], period: str = "2024Q1") -> dict[tuple, int]:
    """The cells that hold something."""
    counts = count_cells(pd.DataFrame(list(rows)), DOMAIN, table, period)
    return counts[counts > 0].to_dict()


def test_the_shares_of_the_tables_that_hold_one_report_make_one():
    assert sum(SPLIT[table] for table in OPEN_TABLES) == pytest.approx(1.0, abs=1e-15)
    assert [SPLIT[table] for table in OPEN_TABLES] == [0.4, 0.4, 0.2]
    assert SPLIT[Table.SENSITIVE_YEAR] <= 1.0


def test_each_table_has_its_full_domain():
    assert len(DOMAIN.cells(Table.DISTRICT_QUARTER, "2024Q1")) == 3
    assert len(DOMAIN.cells(Table.GOVERNORATE_QUARTER, "2024Q1")) == 2 * 2  # C02 and C07; C05 is sensitive
    assert len(DOMAIN.cells(Table.NATIONAL_MONTH, "2024Q1")) == 2 * 3
    assert len(DOMAIN.cells(Table.SENSITIVE_YEAR, "2024")) == 2 * 3
    for table in Table:
        assert (
            tuple(DOMAIN.cells(table, "2024" if table is Table.SENSITIVE_YEAR else "2024Q1").names) == CELL_KEYS[table]
        )


def test_zeros_are_counted_and_an_empty_store_is_all_zeros():
    counts = count_cells(pd.DataFrame([report()]), DOMAIN, Table.DISTRICT_QUARTER, "2024Q1")
    assert counts.to_dict() == {("IQG01Q01", "2024Q1"): 0, ("IQG15Q01", "2024Q1"): 0, ("IQG15Q03", "2024Q1"): 1}
    assert counts.dtype == "int64"
    nothing = pd.DataFrame([report()]).iloc[:0]
    for table in OPEN_TABLES:
        assert count_cells(nothing, DOMAIN, table, "2024Q1").sum() == 0


def test_an_open_report_is_in_one_cell_of_each_of_three_tables_and_not_in_the_fourth():
    assert count(Table.DISTRICT_QUARTER, report()) == {("IQG15Q03", "2024Q1"): 1}
    assert count(Table.GOVERNORATE_QUARTER, report()) == {("IQG15", "C07", "2024Q1"): 1}
    assert count(Table.NATIONAL_MONTH, report()) == {("C07", "2024-02"): 1}
    assert count(Table.SENSITIVE_YEAR, report(), period="2024") == {}


@pytest.mark.parametrize(
    "marks",
    [
        {"category": "C05"},
        {"category": "C02", "subcategory": "C02.3"},
        {"category": "C02", "sensitive": True},
        {"category": "C02", "subcategory": "C02.9"},
        {"category": "C07", "subcategory": "C05.1"},
    ],
)
def test_a_sensitive_report_is_in_the_yearly_governorate_table_alone(marks):
    for table in OPEN_TABLES:
        assert count(table, report(**marks)) == {}
    assert count(Table.SENSITIVE_YEAR, report(**marks), period="2024") == {("IQG15", marks["category"], "2024"): 1}


def test_what_lies_outside_the_domain_is_counted_nowhere():
    assert count(Table.GOVERNORATE_QUARTER, report(category="C98"), report(category=None)) == {}
    assert count(Table.SENSITIVE_YEAR, report(category="C98"), report(category=None), period="2024") == {}
    assert count(Table.DISTRICT_QUARTER, report(adm2_pcode="IQG99Q01"), report(adm2_pcode=None)) == {}
    assert count(Table.DISTRICT_QUARTER, report(occurred_on="2024-04-01"), report(occurred_on="2023-12-31")) == {}


def test_a_report_known_by_governorate_only_is_in_no_district():
    assert count(Table.DISTRICT_QUARTER, report(geo_precision=5), report(geo_precision=4)) == {
        ("IQG15Q03", "2024Q1"): 1
    }
    assert count(Table.GOVERNORATE_QUARTER, report(geo_precision=5)) == {("IQG15", "C07", "2024Q1"): 1}


rows_drawn = st.lists(
    st.builds(
        report,
        occurred_on=st.dates(pd.Timestamp("2024-01-01").date(), pd.Timestamp("2024-12-31").date()),
        adm2_pcode=st.sampled_from([*DOMAIN.districts, "IQG99Q01", None]),
        category=st.sampled_from(["C02", "C05", "C07", "C98", None]),
        subcategory=st.sampled_from(["C02.3", "C05.1", None]),
        geo_precision=st.integers(1, 5),
        sensitive=st.booleans(),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=20, deadline=None)
@given(rows_drawn)
def test_one_report_more_changes_the_tables_by_at_most_one_cell_each_and_never_all_four(rows):
    frame = pd.DataFrame(rows)
    spent = 0.0
    for table in Table:
        periods = ["2024"] if table is Table.SENSITIVE_YEAR else quarters_between("2024Q1", "2024Q4")
        with_it = pd.concat([count_cells(frame, DOMAIN, table, period) for period in periods])
        without = pd.concat([count_cells(frame.iloc[:-1], DOMAIN, table, period) for period in periods])
        change = (with_it - without).abs().sum()
        assert change in (0, 1)
        spent += change * SPLIT[table]
    assert spent <= 1.0


@settings(max_examples=20, deadline=None)
@given(rows_drawn, st.randoms())
def test_counts_know_no_row_order(rows, random):
    frame = pd.DataFrame(rows)
    shuffled = frame.iloc[random.sample(range(len(frame)), len(frame))]
    for table in OPEN_TABLES:
        pd.testing.assert_series_equal(
            count_cells(frame, DOMAIN, table, "2024Q2"), count_cells(shuffled, DOMAIN, table, "2024Q2")
        )


def cases(*ids: str | None) -> pd.DataFrame:
    days = pd.date_range("2024-01-01", periods=len(ids)).date
    return pd.DataFrame(
        {
            "report_key": [f"r{n}" for n in range(len(ids))],
            "case_key": pd.Series(ids, dtype="str"),
            "occurred_on": pd.Series(days, dtype="object"),
        }
    )


def test_a_case_counts_twice_at_most_the_earliest_first_in_any_row_order():
    frame = cases("H1", "H2", "H1", "H1", "H2")
    assert limit_cases(frame).to_list() == [True, True, True, False, True]
    assert limit_cases(frame.iloc[::-1]).to_list() == [True, False, True, True, True]


def test_reports_without_a_case_stand_alone():
    assert limit_cases(cases(None, None, None)).to_list() == [True, True, True]
    assert limit_cases(cases()).empty


def test_what_earlier_releases_counted_of_a_case_is_taken_off():
    frame = cases("H1", "H1", "H2", "H2", "H3")
    already = pd.Series({"H1": 2, "H2": 1})
    assert limit_cases(frame, already=already).to_list() == [False, False, True, False, True]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["H1", "H2", "H3", None]), max_size=15))
def test_no_case_counts_more_than_twice(ids):
    frame = cases(*ids)
    kept = frame[limit_cases(frame)]
    assert kept["case_key"].value_counts().le(MAX_OF_A_CASE).all()
    assert kept["case_key"].isna().sum() == sum(case is None for case in ids)


def test_scales_are_one_over_the_share_of_epsilon():
    assert [noise_scale(2.0, table) for table in OPEN_TABLES] == [1.25, 1.25, 2.5]


@pytest.mark.parametrize("epsilon", [0.0, -1.0, float("nan"), float("inf"), 10.1])
def test_a_budget_that_protects_nobody_is_refused(epsilon):
    with pytest.raises(ValueError, match="epsilon"):
        noise_scale(epsilon, Table.DISTRICT_QUARTER)


def test_periods():
    assert quarters_between("2024Q2", "2024Q1") == ()
    assert due_periods(Table.NATIONAL_MONTH, ["2023Q4", "2024Q1"]) == ("2023Q4", "2024Q1")
    assert due_periods(Table.SENSITIVE_YEAR, ["2024Q1"]) == ()
    days = pd.Series([pd.Timestamp("2024-12-31").date(), pd.NaT, pd.Timestamp("2024-01-01").date()], index=[7, 8, 9])
    assert period_of(days, Table.SENSITIVE_YEAR).to_dict()[7] == "2024"
    assert period_of(days, Table.DISTRICT_QUARTER).loc[[7, 9]].to_list() == ["2024Q4", "2024Q1"]

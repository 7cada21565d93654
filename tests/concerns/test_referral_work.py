"""Service levels, overdue referrals, work waiting, and the flow of concerns."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from concerns.referral_work import flow, overdue, waiting, within_service_level

AS_OF = "2024-03-31"


def referral(**values) -> dict:
    base = {"referral_id": "R", "priority": "urgent", "sent_on": "2024-03-01", "accepted_on": None, "closed_on": None}
    return base | {"status": "in_progress", "sector": "health", "receiving_body": "Clinic", "category": "C07"} | values


def table(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame([referral(**row) for row in rows])


def kinds(*rows: dict, as_of: str = AS_OF, **kwargs) -> list[int]:
    """Due, within, late, overdue, not due, undated."""
    return within_service_level(table(*rows), as_of, **kwargs).iloc[0, 1:7].to_list()


@pytest.mark.parametrize(("priority", "days"), [("emergency", 1), ("urgent", 3), ("normal", 14)])
def test_the_limit_is_24_hours_72_hours_or_two_weeks(priority, days):
    on_time = str((pd.Timestamp("2024-03-01") + pd.Timedelta(days=days)).date())
    late = str((pd.Timestamp("2024-03-01") + pd.Timedelta(days=days + 1)).date())
    assert kinds({"priority": priority, "accepted_on": on_time}) == [1, 1, 0, 0, 0, 0]
    assert kinds({"priority": priority, "accepted_on": late}) == [1, 0, 1, 0, 0, 0]
    assert kinds({"priority": priority}, as_of=on_time) == [0, 0, 0, 0, 1, 0]
    assert kinds({"priority": priority}, as_of=late) == [1, 0, 0, 1, 0, 0]


def test_a_rejection_is_an_answer_and_a_revocation_in_time_was_never_due():
    assert kinds({"status": "rejected", "closed_on": "2024-03-02"}) == [1, 1, 0, 0, 0, 0]
    assert kinds({"status": "revoked", "closed_on": "2024-03-02"}) == [0, 0, 0, 0, 1, 0]
    assert kinds({"status": "revoked", "closed_on": "2024-03-20"}) == [1, 0, 1, 0, 0, 0]


def test_an_answer_on_no_date_is_neither_in_time_nor_late():
    for status in ("accepted", "done", "rejected"):
        assert kinds({"status": status}) == [0, 0, 0, 0, 0, 1]
    assert kinds({"status": "accepted"}, event="closed") == [1, 0, 0, 1, 0, 0]


def test_an_answer_after_the_day_of_reckoning_is_not_known_yet():
    assert kinds({"accepted_on": "2024-03-03"}, as_of="2024-03-02") == [0, 0, 0, 0, 1, 0]


def test_faults_unknown_priorities_and_the_future_are_left_out():
    rows = [{"closed_on": "2024-02-01"}, {"priority": "soon"}, {"sent_on": "2024-04-01"}, {"sent_on": None}]
    assert within_service_level(table(*rows), AS_OF)["n_sent"].item() == 0


def test_overdue_open_cases_count_as_late_in_the_share_and_its_interval():
    rows = [{"accepted_on": "2024-03-02"}] * 6 + [{"accepted_on": "2024-03-20"}] * 2 + [{}] * 4
    row = within_service_level(table(*rows), AS_OF).iloc[0]
    assert row["share"] == 6 / 12
    assert [row["lower"], row["upper"]] == pytest.approx(proportion_confint(6, 12, method="wilson"))
    assert row["status"] == "ok"


def test_few_and_none_due():
    few = within_service_level(table(*[{}] * 4), AS_OF).iloc[0]
    assert (few["share"], few["status"]) == (0, "too_few")
    assert pd.isna(few["lower"])
    none = within_service_level(table({}), "2024-03-02").iloc[0]
    assert none["status"] == "missing"
    assert pd.isna(none["share"])
    assert within_service_level(table({}).iloc[:0], AS_OF)["n_sent"].item() == 0


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["emergency", "urgent", "normal"]),
            st.one_of(st.none(), st.integers(0, 40)),
            st.sampled_from(["in_progress", "accepted", "rejected", "done", "revoked"]),
            st.sampled_from(["health", "justice"]),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_every_referral_counts_once_and_groups_sum_to_the_whole(rows):
    def day(wait):
        return None if wait is None else str((pd.Timestamp("2024-03-01") + pd.Timedelta(days=wait)).date())

    data = table(*[{"priority": p, "closed_on": day(w), "status": s, "sector": x} for p, w, s, x in rows])
    whole = within_service_level(data, AS_OF).iloc[0]
    parts = within_service_level(data, AS_OF, by="sector")
    names = ["n_within", "n_late", "n_overdue", "n_not_due", "n_undated"]
    assert whole[names].sum() == whole["n_sent"] == len(data)
    assert parts[["n_sent", "n_due", *names]].sum().to_list() == whole[["n_sent", "n_due", *names]].to_list()
    assert len(overdue(data, AS_OF)) == whole["n_overdue"]


def test_the_most_overdue_come_first_and_ended_ones_are_not_listed():
    data = table(
        {"referral_id": "R1", "sent_on": "2024-03-20"},
        {"referral_id": "R2", "sent_on": "2024-01-01"},
        {"referral_id": "R3", "priority": "normal", "sent_on": "2024-03-20"},
        {"referral_id": "R4", "status": "done"},
        {"referral_id": "R0", "sent_on": "2024-01-01"},
    )
    late = overdue(data, AS_OF)
    assert late["referral_id"].to_list() == ["R0", "R2", "R1"]
    assert late.loc[1, ["days_open", "limit_days", "days_overdue"]].to_list() == [90, 3, 87]
    assert overdue(data.iloc[:0], AS_OF).empty


def test_work_waits_where_it_was_sent():
    data = table(
        {},
        {"accepted_on": "2024-03-02"},
        {"accepted_on": "2024-03-02", "closed_on": "2024-03-09", "status": "done"},
        {"receiving_body": "Court", "sent_on": "2024-03-30"},
        {"receiving_body": "School", "status": "done"},
    )
    found = waiting(data, AS_OF)
    assert found.to_numpy().tolist() == [["Clinic", 1, 1, 2, 1, 30], ["Court", 1, 0, 1, 0, 1]]
    assert waiting(data.iloc[:0], AS_OF).empty


def test_the_flow_keeps_every_referral_sent():
    data = table(
        {},
        {"accepted_on": "2024-03-02"},
        {"closed_on": "2024-03-09", "status": "done", "outcome": "resolved"},
        {"closed_on": "2024-03-09", "status": "done"},
        {"closed_on": "2024-03-09", "status": "rejected", "outcome": "unknown", "category": None},
        {"sent_on": "2024-05-01"},
    )
    found = flow(data, AS_OF)
    assert found["n_referrals"].sum() == 5
    assert dict(zip(found["outcome"], found["n_referrals"], strict=True)) == {
        "unanswered": 1, "in_work": 1, "resolved": 1, "unknown": 1, "rejected": 1,
    }  # fmt: skip
    assert found["category"].isna().sum() == 1


def test_an_answer_after_thirty_hours_is_not_within_twenty_four():
    rows = pd.DataFrame(
        {
            "priority": ["emergency"] * 4,
            "sent_on": pd.to_datetime(["2024-03-01 08:00"] * 4),
            "accepted_on": pd.to_datetime(["2024-03-02 08:00", "2024-03-02 14:00", "2024-03-01 09:00", None]),
        }
    )
    found = within_service_level(rows, "2024-03-04").iloc[0]
    assert found[["n_due", "n_within", "n_late", "n_overdue"]].to_list() == [4, 2, 1, 1]


def test_a_time_zone_is_set_aside_and_text_need_not_be_of_one_kind():
    rows = pd.DataFrame(
        {
            "priority": ["urgent", "urgent"],
            "sent_on": ["2024-03-01T08:00:00+03:00", "2024-03-01"],
            "accepted_on": [pd.Timestamp("2024-03-03", tz="Asia/Baghdad"), ""],
        }
    )
    found = within_service_level(rows, pd.Timestamp("2024-03-10", tz="UTC")).iloc[0]
    assert found[["n_within", "n_overdue"]].to_list() == [1, 1]

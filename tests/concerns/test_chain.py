"""The way of a concern from being raised to being resolved."""

from __future__ import annotations

import pandas as pd
import pytest

from concerns.chain import chain

AS_OF = "2024-06-30"
REPORTS = pd.DataFrame({"report_id": [*"abcde"], "forum_id": ["F", "F", "F", None, None]})


def referrals(*rows: tuple) -> pd.DataFrame:
    columns = ["report_id", "sent_on", "accepted_on", "closed_on", "status", "outcome"]
    return pd.DataFrame(rows, columns=columns)


def counts(*rows: tuple, reports: pd.DataFrame = REPORTS) -> dict[str, int]:
    table = chain(reports, referrals(*rows), AS_OF)
    return dict(zip(table["stage"], table["n_reports"], strict=True))


def test_each_stage_counts_reports():
    found = counts(
        ("a", "2024-03-01", "2024-03-02", "2024-04-01", "done", "resolved"),
        ("b", "2024-03-01", None, None, "in_progress", None),
        ("d", "2024-03-01", None, "2024-03-05", "rejected", None),
    )
    assert found == {"raised": 5, "discussed": 3, "referred": 3, "answered": 2, "resolved": 1, "not_referred": 1}


def test_two_referrals_of_a_report_count_once():
    row = ("a", "2024-03-01", "2024-03-02", "2024-04-01", "done", "resolved")
    assert counts(row, row) == counts(row)


def test_what_comes_after_the_day_is_not_known_and_other_reports_do_not_count():
    assert counts(("a", "2024-07-01", None, None, "in_progress", None))["referred"] == 0
    later = counts(("a", "2024-03-01", None, "2024-07-01", "done", "resolved"))
    assert (later["referred"], later["answered"], later["resolved"]) == (1, 0, 0)
    assert counts(("z", "2024-03-01", None, None, "in_progress", None))["referred"] == 0


def test_shares_are_of_those_raised():
    table = chain(REPORTS, referrals(), AS_OF).set_index("stage")
    assert table.loc[["raised", "discussed"], "share"].to_list() == [1.0, 0.6]
    empty = chain(REPORTS.iloc[:0], referrals(), AS_OF)
    assert empty["n_reports"].eq(0).all()
    assert empty["share"].isna().all()


def test_absent_columns_are_refused():
    with pytest.raises(ValueError, match="forum_id"):
        chain(REPORTS[["report_id"]], referrals(), AS_OF)

"""A forum's months, milestones, attendance and its line in the register."""

from __future__ import annotations

import pandas as pd
import pytest

from concerns.forums import attendance, milestones, register, timeline

FORUM = {"forum_id": "F", "adm2_pcode": "A", "opened_on": "2023-01-10", "mentoring_start": "2023-02-01"}
AS_OF = "2024-06-30"


def meetings(*rows: tuple, forum: str = "F") -> pd.DataFrame:
    columns = ["planned_on", "held_on", "n_concerns", "att_total", "att_women"]
    return pd.DataFrame([(forum, *row) for row in rows], columns=["forum_id", *columns])


def none(*columns: str) -> pd.DataFrame:
    return pd.DataFrame(columns=["forum_id", "kind", "started_on", *columns])


def visits(*days: str) -> pd.DataFrame:
    return pd.DataFrame({"forum_id": "F", "kind": "mentoring_visit", "started_on": list(days)})


def test_the_timeline_has_25_months_from_the_start_of_mentoring():
    months = timeline(FORUM, meetings(), none(), AS_OF)
    assert months["month"].to_list() == list(range(25))
    assert months["starts_on"].iloc[[0, 24]].to_list() == [pd.Timestamp("2023-02-01"), pd.Timestamp("2025-02-01")]
    assert months["milestones"].iloc[24] == "handover_due"
    assert months["is_future"].sum() == 8


def test_zero_missed_unknown_and_no_record_are_four_things():
    met = meetings(
        ("2023-02-10", "2023-02-10", 0, 20, 5),
        ("2023-03-10", None, None, None, None),
        ("2023-04-10", "2023-04-12", None, 20, 5),
        ("2023-06-10", "2023-06-10", 3, 20, 5),
        ("2023-06-24", "2023-06-24", 4, 20, 5),
        ("2024-08-01", None, None, None, None),
    )
    months = timeline(FORUM, met, none(), AS_OF).set_index("month")
    assert months.loc[0, ["n_planned", "n_held", "n_missed", "n_concerns"]].to_list() == [1, 1, 0, 0]
    assert months.loc[1, ["n_planned", "n_held", "n_missed"]].to_list() == [1, 0, 1]
    assert months.loc[[1, 2, 3], "n_concerns"].isna().all()
    assert pd.isna(months.loc[3, "n_planned"])
    assert months.loc[4, ["n_held", "n_concerns"]].to_list() == [2, 7]
    assert months.loc[18:, ["n_planned", "n_visits"]].isna().all().all()


def test_visits_and_milestones_stand_in_their_month():
    forum = FORUM | {"ssp_adopted_on": "2023-05-15", "mentoring_end": "2024-05-01"}
    months = timeline(forum, meetings(), visits("2023-02-02", "2023-02-20", "2023-05-01"), AS_OF).set_index("month")
    assert months.loc[[0, 1, 3], "n_visits"].to_list() == [2, 0, 1]
    assert months.loc[3, "milestones"] == "ssp_adopted"
    assert months.loc[15, "milestones"] == "mentoring_end"
    assert months.loc[0, "milestones"] == "mentoring_start"


def test_other_forums_do_not_count_and_opening_serves_without_mentoring():
    months = timeline(FORUM, meetings(("2023-02-10", "2023-02-10", 5, 9, 1), forum="G"), none(), AS_OF)
    assert months["n_held"].isna().all()
    opened = timeline(FORUM | {"mentoring_start": None}, meetings(), none(), AS_OF)
    assert opened["starts_on"].iloc[0] == pd.Timestamp("2023-01-10")
    with pytest.raises(ValueError, match="opening"):
        timeline({"forum_id": "F"}, meetings(), none(), AS_OF)


def test_a_hand_over_is_late_once_24_months_have_passed():
    def is_late(as_of: str, **dates: str) -> bool:
        return milestones(FORUM | dates, as_of).set_index("milestone").loc["handover", "is_late"].item()

    assert not is_late("2025-02-01")
    assert is_late("2025-02-02")
    assert not is_late("2026-01-01", handover_on="2025-01-31")
    assert is_late("2026-01-01", handover_on="2025-03-01")


def test_attendance_leaves_out_what_nobody_counted():
    met = meetings(
        ("2024-03-01", "2024-03-01", 1, 20, 8),
        ("2024-04-01", "2024-04-01", 1, 30, None),
        ("2024-05-01", None, None, None, None),
        ("2023-05-01", "2023-05-01", 1, 10, 10),
    )
    table = attendance(met, since="2024-01-01", until="2024-06-30").set_index("group")
    assert table.loc["women", ["n_held", "n_known", "n_present", "share"]].to_list() == [2, 1, 8, 0.4]
    assert pd.isna(table.loc["youth", "share"])
    assert attendance(met.iloc[:0], since="2024-01-01", until="2024-06-30").empty


def test_the_register_tells_what_each_forum_did():
    forums = pd.DataFrame(
        [
            FORUM,
            FORUM | {"forum_id": "G", "mentoring_start": None, "closed_on": "2024-01-01"},
            FORUM | {"forum_id": "H", "mentoring_start": "2022-01-01", "mentoring_end": "2024-01-01"},
            FORUM | {"forum_id": "I", "opened_on": "2025-01-01", "mentoring_start": None},
        ]
    )
    met = meetings(
        ("2024-03-01", "2024-03-02", 2, 9, 1),
        ("2024-05-01", None, None, None, None),
        ("2023-05-01", "2023-05-01", 9, 9, 1),
    )
    sent = pd.DataFrame(
        {
            "referral_id": ["a", "b", "c"], "forum_id": "F", "priority": "urgent", "sent_on": "2024-03-01",
            "accepted_on": [None, "2024-03-02", None], "closed_on": [None, None, "2024-03-09"],
            "status": ["in_progress", "accepted", "done"],
        }
    )  # fmt: skip
    table = register(forums, met, sent, AS_OF).set_index("forum_id")
    assert table["state"].to_list() == ["mentored", "closed", "on_its_own", "planned"]
    line = table.loc["F"]
    assert line[["n_planned", "n_held", "n_concerns", "n_referrals_open", "n_referrals_overdue"]].to_list() == [
        2,
        1,
        2,
        2,
        1,
    ]
    assert line["last_held_on"] == pd.Timestamp("2024-03-02")
    assert table["months_mentored"].to_list() == [16, pd.NA, 24, pd.NA]
    assert table.loc[["G", "H"], ["n_planned", "n_referrals_open"]].isna().all().all()
    assert table["is_handover_late"].to_list() == [False, False, True, False]


def test_an_empty_register_keeps_its_columns():
    forums = pd.DataFrame(columns=["forum_id", "adm2_pcode", "opened_on"])
    sent = pd.DataFrame(columns=["forum_id", "priority", "sent_on", "accepted_on"])
    table = register(forums, meetings(), sent, AS_OF)
    assert table.empty
    assert list(table.columns)[-1] == "n_referrals_overdue"

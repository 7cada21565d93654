"""The programme's tables as each role may see them: own districts, and no way around what is sensitive."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from concerns.access import Codes, Role, Viewer
from concerns.programme_access import permitted_programme

TODAY = dt.date(2024, 5, 1)
CODES = Codes(known=frozenset({"C02", "C02.1", "C05", "C07"}), sensitive=frozenset({"C05"}))
OWN, NEAR, FAR = "IQG15Q03", "IQG15Q04", "IQG01Q01"
ADMIN = Viewer("a", Role.ADMIN, clearances=frozenset({"C02", "C05", "C07"}))
PLANNER = Viewer("p", Role.PLANNER)
LEAD = Viewer("l", Role.FORUM_LEAD, frozenset({OWN}))


def seen(table: str, frame: pd.DataFrame, viewer: Viewer, **known: object) -> pd.DataFrame:
    return permitted_programme(table, frame, viewer, CODES, today=TODAY, **known)


def referral(**values: object) -> dict[str, object]:
    row: dict[str, object] = {"referral_id": "CANARY", "report_id": "r1", "forum_id": "CANARY", "adm2_pcode": OWN,
                              "category": "C07", "receiving_body": "CANARY", "priority": "normal",
                              "sent_on": dt.date(2024, 3, 3), "batch_id": "b", "row": 1}  # fmt: skip
    return row | values


def referrals(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(referral()))


@pytest.mark.parametrize("role", [Role.DONOR, Role.PUBLIC, None, "king"])
@pytest.mark.parametrize("table", ["forums", "meetings", "referrals", "activities", "surveys", "population"])
def test_who_may_not_count_reports_sees_no_row(table, role):
    viewer = Viewer("x", role, frozenset({OWN}), frozenset({"C05"}))
    frame = referrals(referral()).assign(n_concerns=3)
    assert seen(table, frame, viewer).empty
    assert list(seen(table, frame, viewer).columns) == list(frame.columns)


def test_a_lead_sees_forums_activities_and_surveys_of_the_own_districts():
    frame = pd.DataFrame({"forum_id": ["a", "b", "c"], "adm2_pcode": [OWN, NEAR, None]})
    assert seen("forums", frame, LEAD)["forum_id"].to_list() == ["a"]
    assert seen("activities", frame, LEAD)["forum_id"].to_list() == ["a"]
    assert seen("surveys", frame, LEAD)["forum_id"].to_list() == ["a", "c"]  # the last one is for a wider area
    assert len(seen("forums", frame, PLANNER)) == 3


def test_population_is_nobodys_secret():
    frame = pd.DataFrame({"adm_pcode": [OWN, FAR], "total": [1, 2]})
    assert len(seen("population", frame, LEAD)) == 2


def test_meetings_are_those_of_own_forums_and_their_totals_are_for_the_cleared():
    frame = pd.DataFrame({"forum_id": ["a", "b"], "n_concerns": pd.array([3, 4], dtype="int32"), "att_total": [9, 8]})
    assert seen("meetings", frame, LEAD, forums=["a"])["forum_id"].to_list() == ["a"]
    assert seen("meetings", frame, LEAD, forums=["a"])["n_concerns"].isna().all()
    assert seen("meetings", frame, PLANNER)["n_concerns"].isna().all()
    assert seen("meetings", frame, PLANNER)["att_total"].to_list() == [9, 8]
    assert seen("meetings", frame, ADMIN)["n_concerns"].to_list() == [3, 4]


def test_a_sensitive_referral_has_no_place_no_ids_and_no_body_for_the_uncleared():
    frame = referrals(referral(category="C05"))
    row = seen("referrals", frame, PLANNER, open_reports=["r1"]).iloc[0]
    assert row["priority"] == "normal"
    assert not any("CANARY" in str(value) or OWN in str(value) for value in row)
    assert seen("referrals", frame, ADMIN).iloc[0]["receiving_body"] == "CANARY"


@pytest.mark.parametrize("category", [None, "C77", "c05"])
def test_an_undecidable_category_counts_as_sensitive(category):
    frame = referrals(referral(category=category))
    assert seen("referrals", frame, PLANNER, open_reports=["r1"])["adm2_pcode"].isna().all()


def test_a_referral_is_no_better_known_than_its_report():
    frame = referrals(referral(report_id="hidden"), referral(report_id="seen"), referral(report_id=None))
    shown = seen("referrals", frame, PLANNER, open_reports=["seen"])
    assert shown["adm2_pcode"].notna().to_list() == [True, True, False]
    assert set(shown["report_id"].dropna()) == {"seen"}


def test_a_leads_sensitive_referrals_come_from_the_whole_governorate():
    inside, near, far = (referral(category="C05", adm2_pcode=code) for code in (OWN, NEAR, FAR))
    first = seen("referrals", referrals(inside, far), LEAD, open_reports=[])
    second = seen("referrals", referrals(near, far), LEAD, open_reports=[])
    pd.testing.assert_frame_equal(first, second)
    assert len(first) == 1
    assert seen("referrals", referrals(referral(adm2_pcode=NEAR)), LEAD, open_reports=["r1"]).empty


def test_the_order_of_hidden_referrals_tells_nothing():
    rows = [referral(category="C05", sent_on=dt.date(2024, 3, day)) for day in (9, 3, 6)]
    frame = referrals(rows[0], referral(), rows[1], rows[2])
    shown = seen("referrals", frame, PLANNER, open_reports=["r1"])
    assert shown["adm2_pcode"].notna().to_list() == [True, False, False, False]
    assert [day.day for day in shown["sent_on"][1:]] == [3, 6, 9]

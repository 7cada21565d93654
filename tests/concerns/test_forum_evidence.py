"""Evidence for the scorecard, read off the tables."""

from __future__ import annotations

import pandas as pd
import pytest

from concerns.forum_evidence import forum_evidence
from concerns.scorecard import scorecard
from loaders.criteria import load_criteria

FORUM = {"forum_id": "F", "opened_on": "2022-01-10", "mentoring_start": "2022-02-01", "mentoring_end": None}
AS_OF = "2024-06-30"


def months(n: int) -> list[str]:
    return [str((pd.Timestamp("2024-06-15") - pd.DateOffset(months=k)).date()) for k in range(n)]


def meetings(n: int = 12, **columns) -> pd.DataFrame:
    counts = {"att_total": 20, "att_women": 8, "att_youth": 5, "att_police": 2, "n_concerns": 1}
    return pd.DataFrame({"forum_id": "F", "planned_on": months(n), "held_on": months(n)} | counts | columns)


def referrals(n: int = 12, **columns) -> pd.DataFrame:
    sent = pd.to_datetime(months(n))
    base = {"forum_id": "F", "priority": "urgent", "sent_on": sent, "acknowledged_on": sent + pd.Timedelta(days=1)}
    return pd.DataFrame(base | {"closed_on": sent + pd.Timedelta(days=10), "status": "done"} | columns)


def activities(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(
        [("F", *row) for row in rows], columns=["forum_id", "kind", "started_on", "functional", "checked_on"]
    )


def read(forum=FORUM, met=None, sent=None, done=None, **kwargs) -> pd.DataFrame:
    tables = [meetings() if met is None else met, referrals() if sent is None else sent]
    found = forum_evidence(forum, *tables, activities() if done is None else done, AS_OF, quarters=1, **kwargs)
    return found.set_index("criterion")


def test_every_criterion_of_the_file_can_be_read_off_the_tables():
    forum = FORUM | {"mentoring_end": "2024-01-01", "self_funded_share": 0.4, "ssp_adopted_on": "2024-01-05"}
    found = read(forum, done=activities(("equipment", "2023-01-01", "yes", "2024-05-01")))
    keys = {criterion.key for criterion in load_criteria().criteria}
    assert set(found.index) == keys
    assert found["is_applicable"].all()
    assert found["value"].to_dict() == pytest.approx(
        dict.fromkeys(keys, 1.0) | {"self_funded": 0.4, "women_attend": 0.4, "youth_attend": 0.25}
    )


def test_missed_meetings_and_police_who_stay_away():
    met = meetings(6, held_on=[None, *months(6)[1:]], att_police=[None, 1, 0, 0, None, 2])
    found = read(met=met)["value"]
    assert found["meetings_held"] == pytest.approx(5 / 6)
    assert found["police_attend"] == pytest.approx(2 / 4)


def test_what_nobody_wrote_down_has_no_row():
    met = meetings(6, att_women=None, att_police=None)
    found = read(met=met)
    assert not {"women_attend", "police_attend", "self_funded", "safety_plan"} & set(found.index)
    assert read(met=meetings(0)).index.intersection(["meetings_held", "led_alone"]).empty


def test_without_referrals_or_equipment_these_do_not_apply():
    found = read(sent=referrals(0))
    assert not found.loc[["referrals_acknowledged", "referrals_closed", "equipment_working"], "is_applicable"].any()


def test_open_and_rejected_referrals_lower_the_share_closed_in_90_days():
    closed = pd.to_datetime(months(12)) + pd.Timedelta(days=10)
    half = referrals(closed_on=[day if k % 2 else None for k, day in enumerate(closed)])
    share = read(sent=half)["value"]["referrals_closed"]
    assert 0.4 < share < 0.6
    turned = referrals(status=["rejected" if k % 2 else "done" for k in range(12)])
    assert read(sent=turned)["value"]["referrals_closed"] == pytest.approx(0.5, abs=0.1)


def test_a_meeting_with_a_mentor_is_not_led_alone():
    done = activities(*[("mentoring_visit", day, None, None) for day in months(3)])
    assert read(done=done)["value"]["led_alone"] == pytest.approx(0.5)
    ended = read(FORUM | {"mentoring_end": "2024-01-01"}, done=done)["value"]
    assert ended["led_alone"] == 1


def test_equipment_counts_by_its_last_check():
    done = activities(
        ("equipment", "2023-01-01", "yes", "2024-05-01"),
        ("infrastructure", "2023-01-01", "no", "2024-05-01"),
        ("equipment", "2023-01-01", "unknown", None),
        ("training", "2023-01-01", "no", None),
    )
    assert read(done=done)["value"]["equipment_working"] == pytest.approx(0.5)


def test_a_sound_forum_is_ready_two_quarters_running():
    forum = FORUM | {"mentoring_end": "2023-12-01", "self_funded_share": 1.0, "ssp_adopted_on": "2024-01-05"}
    found = forum_evidence(forum, meetings(14), referrals(24), activities(), AS_OF)
    card = scorecard("F", found, load_criteria(), AS_OF)
    assert card.floor == pytest.approx(1.0)
    assert card.verdict == "ready"


def test_a_new_forum_without_any_record_cannot_be_told():
    found = forum_evidence(FORUM, meetings(0), referrals(0), activities(), AS_OF)
    assert scorecard("F", found, load_criteria(), AS_OF).verdict == "cannot_tell"

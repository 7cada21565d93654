"""What the tables say about each criterion of the scorecard, quarter by quarter, for one forum."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from concerns.programme_dates import day_in, days_of
from concerns.programme_schema import ActivityKind, Functional
from concerns.referral_work import within_service_level
from concerns.referrals import time_to

MONTHS, REFERRAL_MONTHS, CLOSING_DAYS = 6, 12, 90
Finding = tuple[str, float, bool, str]  # criterion, value, whether it applies, where it was read


def forum_evidence(
    forum: Mapping[str, Any] | pd.Series,
    meetings: pd.DataFrame,
    referrals: pd.DataFrame,
    activities: pd.DataFrame,
    as_of: dt.date | pd.Timestamp | str,
    *,
    quarters: int = 2,
) -> pd.DataFrame:
    """Read the evidence for `concerns.scorecard.scorecard` off the programme's tables, now and a quarter ago.

    forum: one row of the forums table; the other tables hold rows of any forums. One row a finding: forum_id,
    criterion, value, observed_on, source (table), is_applicable. Meetings and attendance: last 6 months; referrals
    acknowledged in time: sent in the last 6 months; done within 90 days: Aalen-Johansen over those sent in the last
    12; a forum without referrals or equipment is not judged by them. What the tables do not tell has no row.

    >>> met = pd.DataFrame({"forum_id": "F", "planned_on": ["2024-05-01", "2024-06-01"],
    ...                     "held_on": ["2024-05-01", None], "att_total": [20, None], "att_women": [6, None]})
    >>> sent = pd.DataFrame(columns=["forum_id", "priority", "sent_on", "acknowledged_on", "closed_on", "status"])
    >>> done = pd.DataFrame(columns=["forum_id", "kind", "started_on", "functional", "checked_on"])
    >>> found = forum_evidence({"forum_id": "F", "opened_on": "2024-01-01"}, met, sent, done, "2024-06-30", quarters=1)
    >>> found[found.is_applicable][["criterion", "value"]].to_numpy().tolist()
    [['meetings_held', 0.5], ['women_attend', 0.3]]
    """
    mine = [table[table["forum_id"] == forum["forum_id"]] for table in (meetings, referrals, activities)]
    rows = []
    for quarter in range(quarters):
        day = pd.Timestamp(as_of) - pd.DateOffset(months=3 * quarter)
        found = [*_of_meetings(mine[0], day), *_of_referrals(mine[1], day), *_of_support(forum, mine[0], mine[2], day)]
        rows += [(forum["forum_id"], name, value, day, source, applies) for name, value, applies, source in found]
        share = forum.get("self_funded_share")  # undated in the register: taken to hold in each quarter
        if pd.notna(share):
            rows.append((forum["forum_id"], "self_funded", float(share), day, "forums", True))
    plan = day_in(forum, "ssp_adopted_on")
    if pd.notna(plan) and plan <= pd.Timestamp(as_of):
        rows.append((forum["forum_id"], "safety_plan", 1.0, plan, "forums", True))
    columns = ["forum_id", "criterion", "value", "observed_on", "source", "is_applicable"]
    return pd.DataFrame(rows, columns=columns).astype({"is_applicable": "bool", "value": "float64"})


def _of_meetings(meetings: pd.DataFrame, day: pd.Timestamp) -> list[Finding]:
    held_on = days_of(meetings, "held_on").where(lambda when: when <= day)
    planned = days_of(meetings, "planned_on").fillna(held_on)
    inside = (planned > day - pd.DateOffset(months=MONTHS)) & (planned <= day)
    if not inside.any():
        return []
    held = meetings[inside & held_on.notna()]
    found: list[Finding] = [("meetings_held", len(held) / int(inside.sum()), True, "meetings")]
    police = _numbers(held, "att_police").dropna()
    if len(police):
        found.append(("police_attend", float((police > 0).mean()), True, "meetings"))
    for name in ("women", "youth"):
        count, total = _numbers(held, f"att_{name}"), _numbers(held, "att_total")
        known = count.notna() & (total > 0)
        if known.any():
            found.append((f"{name}_attend", float(count[known].sum() / total[known].sum()), True, "meetings"))
    return found


def _of_referrals(referrals: pd.DataFrame, day: pd.Timestamp) -> list[Finding]:
    sent = days_of(referrals, "sent_on")
    recent = referrals[(sent > day - pd.DateOffset(months=MONTHS)) & (sent <= day)]
    year = referrals[(sent > day - pd.DateOffset(months=REFERRAL_MONTHS)) & (sent <= day)]
    found: list[Finding] = []
    due = within_service_level(recent, day, event="acknowledged").iloc[0]
    is_due = bool(due["n_due"] > 0)
    found.append(("referrals_acknowledged", float(due["share"]) if is_due else np.nan, is_due, "referrals"))
    result = time_to("closed", year, day)
    ends = result.incidence[(result.incidence["cause"] == "event") & (result.incidence["time"] <= CLOSING_DAYS)]
    long_enough = bool((sent[year.index] <= day - pd.Timedelta(days=CLOSING_DAYS)).any())
    share = float(ends["incidence"].iloc[-1]) if long_enough else np.nan
    found.append(("referrals_closed", share, long_enough, "referrals"))
    return found


def _of_support(
    forum: Mapping[str, Any] | pd.Series, meetings: pd.DataFrame, activities: pd.DataFrame, day: pd.Timestamp
) -> list[Finding]:
    found: list[Finding] = []
    start, end = day_in(forum, "mentoring_start"), day_in(forum, "mentoring_end")
    held = days_of(meetings, "held_on")
    held = held[(held > day - pd.DateOffset(months=MONTHS)) & (held <= day)]
    visits = activities[activities["kind"] == str(ActivityKind.MENTORING_VISIT)]
    if end <= day:
        found.append(("led_alone", 1.0, True, "forums"))
    elif start <= day and len(held):
        alone = ~held.isin(set(days_of(visits, "started_on")))
        found.append(("led_alone", float(alone.mean()), True, "activities"))
    kinds = [str(ActivityKind.EQUIPMENT), str(ActivityKind.INFRASTRUCTURE)]
    given = activities[activities["kind"].isin(kinds) & (days_of(activities, "started_on") <= day)]
    if given.empty:
        return [*found, ("equipment_working", np.nan, False, "activities")]
    checked = given[given["functional"].isin([str(Functional.YES), str(Functional.NO)])]
    checked = checked[~(days_of(checked, "checked_on") > day)]
    if len(checked):
        works = float((checked["functional"] == str(Functional.YES)).mean())
        found.append(("equipment_working", works, True, "activities"))
    return found


def _numbers(table: pd.DataFrame, column: str) -> pd.Series:
    if column not in table:
        return pd.Series(np.nan, index=table.index)
    return pd.to_numeric(table[column]).astype("float64")

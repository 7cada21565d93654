"""Forums: what they did month by month, who came, how they stand, and whether one could stand alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from concerns.forum_evidence import forum_evidence
from concerns.panel import require_columns
from concerns.programme_dates import day_in, days_of
from concerns.programme_schema import SELF_SUSTAINING_MONTHS, ActivityKind
from concerns.referral_work import overdue, waiting
from concerns.scorecard import Criteria, Criterion, ForumLabel, ForumVerdict, Scorecard, scorecard

__all__ = [
    "Criteria",
    "Criterion",
    "ForumLabel",
    "ForumVerdict",
    "Scorecard",
    "attendance",
    "forum_evidence",
    "milestones",
    "register",
    "scorecard",
    "timeline",
]

GROUPS = ("women", "youth", "police", "idp", "returnee")
DATES = ("opened_on", "mentoring_start", "ssp_adopted_on", "mentoring_end", "handover_on", "closed_on")


def timeline(
    forum: Mapping[str, Any] | pd.Series,
    meetings: pd.DataFrame,
    activities: pd.DataFrame,
    as_of: dt.date | pd.Timestamp | str,
    *,
    months: int = SELF_SUSTAINING_MONTHS,
) -> pd.DataFrame:
    """Lay out a forum's months from the start of its mentoring (of the forum where there is none) to hand-over.

    forum: one row of the forums table. One row a month 0 … `months`: month, starts_on, is_future, n_planned, n_held,
    n_missed, n_concerns, n_visits (mentoring), milestones (those of the month, joined by ";", "handover_due" in the
    last one). A month without any meeting record is NA, not 0; concerns are NA where no meeting was held. Months after
    `as_of` are NA throughout. Raises ValueError: the forum has no day of opening, or a column is absent.

    >>> forum = {"forum_id": "F", "opened_on": "2024-01-10", "mentoring_start": "2024-02-01"}
    >>> met = pd.DataFrame({"forum_id": ["F", "F"], "planned_on": ["2024-02-05", "2024-03-05"],
    ...                     "held_on": ["2024-02-06", None], "n_concerns": [0, None]})
    >>> none = pd.DataFrame(columns=["forum_id", "kind", "started_on"])
    >>> months = timeline(forum, met, none, "2024-04-30")
    >>> months[["month", "n_planned", "n_held", "n_missed", "n_concerns"]].head(3)
       month  n_planned  n_held  n_missed  n_concerns
    0      0          1       1         0           0
    1      1          1       0         1        <NA>
    2      2       <NA>    <NA>      <NA>        <NA>
    """
    require_columns(meetings, ["forum_id", "planned_on", "held_on", "n_concerns"])
    require_columns(activities, ["forum_id", "kind", "started_on"])
    start = _first_day(forum)
    now = pd.Timestamp(as_of)
    edges = [start + pd.DateOffset(months=k) for k in range(months + 2)]
    met = meetings[meetings["forum_id"] == forum["forum_id"]]
    held_on = days_of(met, "held_on").where(lambda day: day <= now)
    position = _month_of(held_on.fillna(days_of(met, "planned_on")), edges)
    is_held, concerns = held_on.notna(), pd.to_numeric(met["n_concerns"]).astype("Float64")
    visits = activities[(activities["forum_id"] == forum["forum_id"])]
    visits = visits[visits["kind"] == str(ActivityKind.MENTORING_VISIT)]
    visit_month = _month_of(days_of(visits, "started_on"), edges)
    marks = _month_of(pd.Series({name: day_in(forum, name) for name in DATES}, dtype="datetime64[s]"), edges)
    rows = []
    for month in range(months + 1):
        here = position == month
        is_future = bool(edges[month] > now)
        told = bool(here.any()) and not is_future
        known = concerns[here & is_held]
        row: dict[str, Any] = {"month": month, "starts_on": edges[month], "is_future": is_future}
        row["n_planned"] = int(here.sum()) if told else pd.NA
        row["n_held"] = int((here & is_held).sum()) if told else pd.NA
        row["n_missed"] = int((here & ~is_held).sum()) if told else pd.NA
        row["n_concerns"] = int(known.sum()) if told and len(known) and known.notna().all() else pd.NA
        row["n_visits"] = pd.NA if is_future else int((visit_month == month).sum())
        found = [name.removesuffix("_on") for name in marks.index[(marks == month).to_numpy()]]
        row["milestones"] = ";".join(found + (["handover_due"] if month == months else []))
        rows.append(row)
    counts = ["n_planned", "n_held", "n_missed", "n_concerns", "n_visits"]
    return pd.DataFrame(rows).astype(dict.fromkeys(counts, "Int64"))


def milestones(
    forum: Mapping[str, Any] | pd.Series, as_of: dt.date | pd.Timestamp | str, *, months: int = SELF_SUSTAINING_MONTHS
) -> pd.DataFrame:
    """List a forum's milestones: milestone, on (missing = not yet or not recorded), due_on, is_late.

    Only the hand-over has a due day: `months` after the start of mentoring. Raises ValueError as `timeline`.

    >>> milestones({"opened_on": "2022-01-01"}, "2024-03-01").query("milestone == 'handover'").is_late.to_list()
    [True]
    """
    due = _first_day(forum) + pd.DateOffset(months=months)
    now = pd.Timestamp(as_of)
    rows = []
    for name in DATES:
        day = day_in(forum, name)
        due_on = due if name == "handover_on" else pd.NaT
        is_late = name == "handover_on" and (day > due if pd.notna(day) else now > due)
        rows.append({"milestone": name.removesuffix("_on"), "on": day, "due_on": due_on, "is_late": bool(is_late)})
    return pd.DataFrame(rows)


def attendance(
    meetings: pd.DataFrame,
    *,
    since: dt.date | pd.Timestamp | str,
    until: dt.date | pd.Timestamp | str,
) -> pd.DataFrame:
    """Sum who came to the meetings held from `since` to `until`, both included: one row a forum and group.

    Columns: forum_id, group (women, youth, police, idp, returnee), n_held, n_known (meetings where both the group and
    the total were counted), n_present (of those), share (of all present; NaN where none is known). Groups overlap.
    Raises ValueError: a column is absent.

    >>> met = pd.DataFrame({"forum_id": "F", "held_on": ["2024-03-01", "2024-03-09"], "att_total": [20, 10],
    ...                     "att_women": [8, None]})
    >>> attendance(met, since="2024-01-01", until="2024-06-30").head(1).to_numpy().tolist()
    [['F', 'women', 2, 1, 8, 0.4]]
    """
    require_columns(meetings, ["forum_id", "held_on", "att_total"])
    held = meetings[days_of(meetings, "held_on").between(pd.Timestamp(since), pd.Timestamp(until))]
    rows = []
    for forum_id, met in held.groupby("forum_id", sort=True):
        total = pd.to_numeric(met["att_total"]).astype("Float64")
        for group in GROUPS:
            count = pd.to_numeric(met.get(f"att_{group}", pd.Series(pd.NA, index=met.index))).astype("Float64")
            known = (count.notna() & total.notna()).to_numpy()
            present, all_present = int(count[known].sum()), int(total[known].sum())
            share = present / all_present if all_present else np.nan
            rows.append((forum_id, group, len(met), int(known.sum()), present, share))
    return pd.DataFrame(rows, columns=["forum_id", "group", "n_held", "n_known", "n_present", "share"])


def register(
    forums: pd.DataFrame,
    meetings: pd.DataFrame,
    referrals: pd.DataFrame,
    as_of: dt.date | pd.Timestamp | str,
    *,
    months: int = 6,
) -> pd.DataFrame:
    """List the forums with what they did in the last `months`: one row a forum, in the order of `forums`.

    Columns: forum_id, adm2_pcode, opened_on, state (planned, mentored, on_its_own, closed), months_mentored,
    is_handover_late, n_planned, n_held, n_concerns (of the meetings held; NA where one was not counted), last_held_on,
    n_referrals_open, n_referrals_overdue. Counts are NA where there is no record at all.
    Raises ValueError: a column is absent.

    >>> forums = pd.DataFrame({"forum_id": ["F"], "adm2_pcode": ["A"], "opened_on": ["2024-01-10"]})
    >>> met = pd.DataFrame({"forum_id": ["F"], "planned_on": ["2024-03-05"], "held_on": [None], "n_concerns": [None]})
    >>> sent = pd.DataFrame(columns=["forum_id", "priority", "sent_on", "accepted_on", "closed_on"])
    >>> register(forums, met, sent, "2024-04-30")[["state", "n_planned", "n_held"]].to_numpy().tolist()
    [['mentored', 1, 0]]
    """
    now = pd.Timestamp(as_of)
    recent = _recent(meetings, now, months)
    open_work = waiting(referrals, now, by="forum_id").set_index("forum_id")["n_open"]
    late = overdue(referrals, now).get("forum_id", pd.Series(dtype="str")).value_counts()
    sent_any = set(referrals["forum_id"].dropna())
    rows = []
    for _, forum in forums.iterrows():
        forum_id = forum["forum_id"]
        met = recent[recent["forum_id"] == forum_id]
        held, known = met[met["is_held"]], forum_id in sent_any
        concerns = pd.to_numeric(held["n_concerns"]).astype("Float64")
        ages = _months_mentored(forum, now)
        rows.append(
            {"forum_id": forum_id, "adm2_pcode": forum["adm2_pcode"], "opened_on": day_in(forum, "opened_on")}
            | {"state": _state(forum, now), "months_mentored": ages}
            | {"is_handover_late": bool(milestones(forum, now)["is_late"].any())}
            | {"n_planned": len(met) if len(met) else pd.NA, "n_held": len(held) if len(met) else pd.NA}
            | {"n_concerns": int(concerns.sum()) if len(held) and concerns.notna().all() else pd.NA}
            | {"last_held_on": _last_held(meetings, forum_id, now)}
            | {"n_referrals_open": int(open_work.get(forum_id, 0)) if known else pd.NA}
            | {"n_referrals_overdue": int(late.get(forum_id, 0)) if known else pd.NA}
        )
    counts = ["months_mentored", "n_planned", "n_held", "n_concerns", "n_referrals_open", "n_referrals_overdue"]
    columns = ["forum_id", "adm2_pcode", "opened_on", "state", "months_mentored", "is_handover_late", "n_planned"]
    columns += ["n_held", "n_concerns", "last_held_on", "n_referrals_open", "n_referrals_overdue"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(counts, "Int64"))


def _recent(meetings: pd.DataFrame, now: pd.Timestamp, months: int) -> pd.DataFrame:
    """Return the meetings of the last months, a meeting standing on its planned day, with whether it was held."""
    held_on = days_of(meetings, "held_on").where(lambda day: day <= now)
    day = days_of(meetings, "planned_on").fillna(held_on)
    inside = (day > now - pd.DateOffset(months=months)) & (day <= now)
    return meetings[inside].assign(is_held=held_on[inside].notna())


def _first_day(forum: Mapping[str, Any] | pd.Series) -> pd.Timestamp:
    start = day_in(forum, "mentoring_start")
    start = start if pd.notna(start) else day_in(forum, "opened_on")
    if pd.isna(start):
        raise ValueError("the forum has no day of opening")
    return start


def _month_of(days: pd.Series, edges: list[pd.Timestamp]) -> pd.Series:
    """Return the position of each day among months that start at `edges`; -1 before them, too large after."""
    position = np.searchsorted(np.array(edges, dtype="datetime64[s]"), days.to_numpy("datetime64[s]"), side="right") - 1
    return pd.Series(np.where(days.isna(), -1, position), index=days.index)


def _months_mentored(forum: Mapping[str, Any] | pd.Series, now: pd.Timestamp) -> Any:
    start, end = day_in(forum, "mentoring_start"), day_in(forum, "mentoring_end")
    if pd.isna(start) or start > now:
        return pd.NA
    last = min(end, now) if pd.notna(end) else now
    return (last.year - start.year) * 12 + last.month - start.month - (last.day < start.day)


def _state(forum: Mapping[str, Any] | pd.Series, now: pd.Timestamp) -> str:
    if day_in(forum, "closed_on") <= now:
        return "closed"
    if day_in(forum, "opened_on") > now:
        return "planned"
    is_alone = any(day_in(forum, name) <= now for name in ("mentoring_end", "handover_on"))
    return "on_its_own" if is_alone else "mentored"


def _last_held(meetings: pd.DataFrame, forum_id: str, now: pd.Timestamp) -> pd.Timestamp:
    held = days_of(meetings[meetings["forum_id"] == forum_id], "held_on")
    return held[held <= now].max()

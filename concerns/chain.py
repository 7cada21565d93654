"""The way of a concern: raised, brought to a forum, referred, resolved; and where that way cannot be followed."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from concerns.panel import require_columns
from concerns.programme_dates import days_of
from concerns.programme_schema import Outcome
from concerns.referral_work import state_of

STAGES = ("raised", "discussed", "referred", "answered", "resolved")


def chain(reports: pd.DataFrame, referrals: pd.DataFrame, as_of: dt.date | pd.Timestamp | str) -> pd.DataFrame:
    """Count the reports that reached each stage: one row a stage: stage, n_reports, share (of those raised).

    raised: every report given; discussed: with a forum; referred: discussed or not, with a referral sent by `as_of`;
    answered: a referral of it was accepted or ended; resolved: one was closed as resolved. A further row "not_referred"
    counts discussed reports without a referral: settled on the spot or left, which the tables do not tell apart. A
    report counts once whatever the number of its referrals. share is NaN where nothing was raised.
    Raises ValueError: a column is absent.

    >>> reports = pd.DataFrame({"report_id": ["a", "b", "c"], "forum_id": ["F", "F", None]})
    >>> sent = pd.DataFrame({"report_id": ["a"], "sent_on": "2024-03-01", "accepted_on": "2024-03-02",
    ...                      "closed_on": "2024-03-09", "status": "done", "outcome": "resolved"})
    >>> chain(reports, sent, "2024-06-30")[["stage", "n_reports"]].to_numpy().tolist()
    [['raised', 3], ['discussed', 2], ['referred', 1], ['answered', 1], ['resolved', 1], ['not_referred', 1]]
    """
    require_columns(reports, ["report_id", "forum_id"])
    require_columns(referrals, ["report_id", "sent_on"])
    now = pd.Timestamp(as_of)
    sent = referrals[days_of(referrals, "sent_on") <= now]
    state = state_of(sent, now)
    accepted = days_of(sent, "accepted_on") <= now
    discussed = reports["forum_id"].notna()
    referred = reports["report_id"].isin(sent["report_id"])
    is_answered = accepted | ~state.isin(["unanswered"])
    counts = [
        len(reports),
        int(discussed.sum()),
        int(referred.sum()),
        int(reports["report_id"].isin(sent.loc[is_answered, "report_id"]).sum()),
        int(reports["report_id"].isin(sent.loc[state == str(Outcome.RESOLVED), "report_id"]).sum()),
        int((discussed & ~referred).sum()),
    ]
    table = pd.DataFrame({"stage": [*STAGES, "not_referred"], "n_reports": counts})
    return table.assign(share=table["n_reports"] / (len(reports) or float("nan")))

"""Referrals as work: answered in time or not, overdue, waiting with whom, and where each kind of concern goes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from concerns.durations import MIN_AT_RISK
from concerns.estimate import Status, normal_quantile
from concerns.panel import require_columns
from concerns.programme_dates import Event, check_event, day_as_of, days_of, status_of
from concerns.programme_schema import ENDED, SERVICE_LEVEL_DAYS, ReferralStatus

DAY_S = 86_400
LISTED = ["referral_id", "forum_id", "adm2_pcode", "category", "sector", "receiving_body", "priority", "sent_on"]


def within_service_level(
    referrals: pd.DataFrame,
    as_of: dt.date | pd.Timestamp | str,
    *,
    by: str | Sequence[str] | None = None,
    event: Event = "accepted",
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Return the share answered in time: emergency within 24 hours (1 day), urgent 72 hours (3), normal 14 days.

    A referral counts once it is answered or its time is up; open past its time is late, open within it is not due yet.
    Answered = the event's date, or the day it was rejected or done without one. Revoked within its time: never due.
    One row a group (one in all without `by`): its columns, n_sent, n_due, n_within, n_late (answered late),
    n_overdue (still open), n_not_due, n_undated (ended, on no date: neither in time nor late), share = n_within/n_due,
    lower, upper (Wilson; NaN below 5 due), status. Rows with a fault in their dates, an unknown priority, or sent
    after `as_of` are left out.
    Raises ValueError: another event, or a column is absent.

    >>> rows = pd.DataFrame({"priority": ["urgent"] * 4, "sent_on": ["2024-03-01"] * 3 + ["2024-03-09"],
    ...                      "accepted_on": ["2024-03-04", "2024-03-05", None, None]})
    >>> within_service_level(rows, "2024-03-10").iloc[0, :6].to_list()  # sent, due, within, late, overdue, not due
    [4, 3, 1, 1, 1, 1]
    """
    columns = [by] if isinstance(by, str) else list(by or [])
    require_columns(referrals, columns)
    referrals = referrals.reset_index(drop=True)
    cases = _cases(referrals, day_as_of(as_of), event)
    cases = cases.assign(**{name: referrals.loc[cases.index, name] for name in columns})
    kinds = ["n_within", "n_late", "n_overdue", "n_not_due", "n_undated"]
    marks = pd.DataFrame({kind: (cases["kind"] == kind).astype("int64") for kind in kinds}, index=cases.index)
    marks.insert(0, "n_sent", 1)
    if columns:
        keys = [cases[name] for name in columns]
        table = marks.groupby(keys, dropna=False, sort=True).sum().reset_index()
    else:
        table = marks.sum().to_frame().T
    n_due = table["n_within"] + table["n_late"] + table["n_overdue"]
    table.insert(len(columns) + 1, "n_due", n_due)
    share = table["n_within"] / n_due.where(n_due > 0)
    lower, upper = _wilson(share.to_numpy(dtype="float64"), n_due.to_numpy(dtype="float64"), alpha)
    few = (n_due < MIN_AT_RISK).to_numpy()
    status = np.where(n_due == 0, str(Status.MISSING), np.where(few, str(Status.TOO_FEW), str(Status.OK)))
    return table.assign(
        share=share, lower=np.where(few, np.nan, lower), upper=np.where(few, np.nan, upper), status=status
    )


def overdue(referrals: pd.DataFrame, as_of: dt.date | pd.Timestamp | str, *, event: Event = "accepted") -> pd.DataFrame:
    """Return the referrals that are open past their time, the longest overdue first.

    Columns: those of LISTED that `referrals` has, days_open, limit_days, days_overdue. Referrals that ended on no
    date are not listed. Raises ValueError: another event, or a column is absent.

    >>> rows = pd.DataFrame({"referral_id": ["R1", "R2"], "priority": ["urgent", "normal"], "accepted_on": None,
    ...                      "sent_on": "2024-03-01"})
    >>> overdue(rows, "2024-03-10")[["referral_id", "days_overdue"]].to_numpy().tolist()
    [['R1', 6]]
    """
    referrals = referrals.reset_index(drop=True)
    cases = _cases(referrals, day_as_of(as_of), event)
    late = cases[cases["kind"] == "n_overdue"]
    table = referrals.loc[late.index, [name for name in LISTED if name in referrals]]
    table = table.assign(
        days_open=late["days"].astype("int64"),
        limit_days=late["limit"].astype("int64"),
        days_overdue=(late["days"] - late["limit"]).astype("int64"),
    )
    order = ["days_overdue"] + (["referral_id"] if "referral_id" in table else [])
    return table.sort_values(order, ascending=[False, True][: len(order)], kind="stable", ignore_index=True)


def waiting(
    referrals: pd.DataFrame, as_of: dt.date | pd.Timestamp | str, *, by: str | Sequence[str] = "receiving_body"
) -> pd.DataFrame:
    """Return the work that waits at each receiving body (or sector, district …), the most first.

    One row a group: its columns, n_unanswered (sent, not accepted), n_in_work (accepted, not closed), n_open (both),
    n_overdue (unanswered past its time), oldest_days. Groups without open work are left out.
    Raises ValueError: a column is absent.

    >>> rows = pd.DataFrame({"receiving_body": ["A", "A", "B"], "priority": "urgent", "closed_on": None,
    ...                      "sent_on": "2024-03-01", "accepted_on": [None, "2024-03-02", None]})
    >>> waiting(rows, "2024-03-10").to_numpy().tolist()
    [['A', 1, 1, 2, 1, 9], ['B', 1, 0, 1, 1, 9]]
    """
    columns = [by] if isinstance(by, str) else list(by)
    require_columns(referrals, columns)
    at = day_as_of(as_of)
    referrals = referrals.reset_index(drop=True)
    cases = _cases(referrals, at, "accepted")
    state = state_of(referrals.loc[cases.index], at)
    still = state.isin(["unanswered", "in_work"])
    table = referrals.loc[cases.index[still], columns].assign(
        n_unanswered=(state == "unanswered").astype("int64"),
        n_in_work=(state == "in_work").astype("int64"),
        n_open=1,
        n_overdue=(cases["kind"] == "n_overdue").astype("int64"),
        oldest_days=cases["age"].astype("int64"),
    )
    sums = dict.fromkeys(["n_unanswered", "n_in_work", "n_open", "n_overdue"], "sum") | {"oldest_days": "max"}
    counted = table.groupby(columns, dropna=False, sort=True).agg(sums).reset_index()
    return counted.sort_values("n_open", ascending=False, kind="stable", ignore_index=True)


def flow(referrals: pd.DataFrame, as_of: dt.date | pd.Timestamp | str) -> pd.DataFrame:
    """Count the ways from concern category to receiving sector to outcome: category, sector, outcome, n_referrals.

    Outcome is `unanswered` or `in_work` while open on `as_of`, `rejected` or `revoked`, else what was reported
    (`unknown` where nothing was). A missing category stays missing. Sorted by the three columns.
    Raises ValueError: a column is absent.

    >>> rows = pd.DataFrame({"category": ["C07", "C07"], "sector": "health", "sent_on": "2024-03-01",
    ...                      "closed_on": ["2024-03-09", None], "outcome": ["resolved", None], "status": ["done", ""]})
    >>> flow(rows, "2024-03-10").to_numpy().tolist()
    [['C07', 'health', 'resolved', 1], ['C07', 'health', 'unanswered', 1]]
    """
    require_columns(referrals, ["category", "sector", "sent_on"])
    at = day_as_of(as_of)
    sent = referrals[days_of(referrals, "sent_on") <= at]
    table = sent[["category", "sector"]].assign(outcome=state_of(sent, at))
    counts = table.groupby(["category", "sector", "outcome"], dropna=False, sort=True).size()
    return counts.rename("n_referrals").reset_index()


def state_of(referrals: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """Return where each referral stands: unanswered, in_work, rejected, revoked, or its outcome."""
    status = status_of(referrals)
    closed, accepted = days_of(referrals, "closed_on"), days_of(referrals, "accepted_on")
    undated = status.isin([str(word) for word in ENDED]) & closed.isna()
    is_over = (closed <= as_of) | undated
    outcome = referrals["outcome"] if "outcome" in referrals else pd.Series(None, index=referrals.index)
    told = outcome.astype("object").where(outcome.notna() & (outcome != ""), "unknown")
    turned = status.isin([str(ReferralStatus.REJECTED), str(ReferralStatus.REVOKED)])
    in_work = (accepted <= as_of) | (accepted.isna() & (status == ReferralStatus.ACCEPTED))
    open_state = pd.Series("unanswered", index=referrals.index, dtype="object").where(~in_work, "in_work")
    return open_state.where(~is_over, told.where(~turned, status)).astype("str")


def _cases(referrals: pd.DataFrame, as_of: pd.Timestamp, event: Event) -> pd.DataFrame:
    """Return one row a usable referral: days to its answer or until now, age, limit, and the kind it counts as."""
    check_event(event)
    require_columns(referrals, ["sent_on", "priority", f"{event}_on"])
    sent, reached = days_of(referrals, "sent_on"), days_of(referrals, f"{event}_on")
    closed, status = days_of(referrals, "closed_on"), status_of(referrals)
    limits = {str(word): float(days) for word, days in SERVICE_LEVEL_DAYS.items()}
    limit = referrals["priority"].map(limits).astype("float64")
    usable = limit.notna() & (sent <= as_of) & ~(reached < sent) & ~(closed < sent)
    answered = reached.fillna(closed).where(lambda day: day <= as_of)
    age = (as_of - sent).dt.total_seconds() / DAY_S
    days = ((answered - sent).dt.total_seconds() / DAY_S).fillna(age)
    is_answered, in_time = answered.notna(), days <= limit
    silent = reached.isna() & closed.isna()
    says_so = status.isin([str(word) for word in ENDED])
    if event != "closed":
        says_so |= status == ReferralStatus.ACCEPTED
    revoked = is_answered & reached.isna() & (status == ReferralStatus.REVOKED)
    kind = pd.Series("n_overdue", index=referrals.index, dtype="object")
    kind[in_time] = "n_not_due"
    kind[is_answered & in_time & ~revoked] = "n_within"
    kind[is_answered & ~in_time] = "n_late"
    kind[silent & says_so] = "n_undated"
    return pd.DataFrame({"days": days, "age": age, "limit": limit, "kind": kind})[usable]


def _wilson(share: np.ndarray, n: np.ndarray, alpha: float) -> tuple[np.ndarray, np.ndarray]:
    z = normal_quantile(alpha)
    n = np.where(n > 0, n, np.nan)
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return middle - half, middle + half

"""Referrals: how long people wait for an answer and an end, counting those who still wait."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from concerns.durations import LogRank, incidence_table, log_rank, median_time, survival_table
from concerns.estimate import Status
from concerns.panel import require_columns
from concerns.programme_dates import Event, check_event, day_as_of, days_of, status_of
from concerns.programme_schema import ENDED, ReferralStatus
from concerns.referral_work import flow, overdue, waiting, within_service_level

__all__ = ["LogRank", "TimeTo", "flow", "overdue", "time_to", "waiting", "within_service_level"]

OPEN, EVENT, REJECTED, REVOKED = 0, 1, 2, 3
CAUSES = {EVENT: "event", REJECTED: "rejected", REVOKED: "revoked"}


@dataclass(frozen=True)
class TimeTo:
    """Waiting times to one event, as known on one day.

    table: Kaplan-Meier, one row a group and event time after a first row S(0) = 1: the group's columns, time (days),
    at_risk, events, survival (share still waiting), lower, upper, status (too_few from 5 at risk down: cut it there).
    median: one row a group: its columns, n, n_events, median, lower, upper (days; NaN = not reached), status, last_day
    (longest wait seen: curves are drawn up to it). incidence: Aalen-Johansen, one row a group, cause (event, rejected,
    revoked) and time: share that has ended so, lower, upper. log_rank: None without two groups.
    n_faults: rows with a negative or missing date; n_not_sent: sent after `as_of`; n_known_late: over before they were
    entered; n_undated: ended, says the status, but on no date, and so kept as open. Faults and not sent are left out.
    """

    event: Event
    table: pd.DataFrame
    median: pd.DataFrame
    incidence: pd.DataFrame
    log_rank: LogRank | None
    n_used: int
    n_faults: int
    n_not_sent: int
    n_known_late: int
    n_undated: int


def time_to(
    event: Event,
    referrals: pd.DataFrame,
    as_of: dt.date | pd.Timestamp | str,
    by: str | Sequence[str] | None = None,
    *,
    entry: str | None = None,
    alpha: float = 0.05,
) -> TimeTo:
    """Estimate the days from `sent_on` to acknowledgement, acceptance or closing; open on `as_of` is censored there.

    referrals: one row a referral: sent_on, the event's own date (`acknowledged_on`, `accepted_on`, `closed_on`), and
    where there are such, status and closed_on. Later dates than `as_of` are not known yet. Closing is any end, also a
    rejection or a revocation: `table` is the share still open, and `incidence` tells the three ends apart as competing
    risks. Until acceptance, an end without it leaves the risk set of `table` and competes in `incidence`.
    by: columns whose values are compared; log-rank H0: equal hazards, two-sided. entry: a date column from which a
    referral was known (left truncation). The mean of closed cases is never taken: it makes slow systems look fast.

    Raises ValueError: another event, or a column is absent. Kaplan & Meier (1958), JASA 53:457-481.

    >>> rows = pd.DataFrame({"sent_on": ["2024-03-01"] * 6, "status": ["done"] * 3 + ["in_progress"] * 3,
    ...                      "closed_on": ["2024-03-03", "2024-03-05", "2024-03-07", None, None, None]})
    >>> result = time_to("closed", rows, "2024-03-31")
    >>> result.table[["time", "at_risk", "events", "survival"]].round(3).to_numpy().tolist()
    [[0.0, 6.0, 0.0, 1.0], [2.0, 6.0, 1.0, 0.833], [4.0, 5.0, 1.0, 0.667], [6.0, 4.0, 1.0, 0.5]]
    >>> result.median["median"].to_list()
    [6.0]
    """
    columns = [by] if isinstance(by, str) else list(by or [])
    spells, counts = _spells(event, referrals.reset_index(drop=True), day_as_of(as_of), columns, entry)
    groups = list(spells.groupby(columns, dropna=False, sort=True)) if columns and len(spells) else [((), spells)]
    tables, medians, incidences = [], [], []
    for key, group in groups:
        label = dict.fromkeys(columns) | dict(zip(columns, key if isinstance(key, tuple) else (key,), strict=False))
        is_event = (group["cause"] == EVENT) if event != "closed" else (group["cause"] != OPEN)
        known_from = group["entry"].to_numpy() if entry else None
        table = survival_table(group["days"], is_event, entry=known_from, alpha=alpha)
        tables.append(_labelled(table, label))
        medians.append(label | _median(table, group["days"], int(is_event.sum())))
        shares = incidence_table(group["days"], group["cause"], alpha=alpha)
        shares["cause"] = shares["cause"].map(CAUSES)
        incidences.append(_labelled(shares, label))
    return TimeTo(
        event=event,
        table=pd.concat(tables, ignore_index=True),
        median=pd.DataFrame(medians),
        incidence=pd.concat(incidences, ignore_index=True),
        log_rank=_log_rank(event, spells, columns, with_entry=entry is not None) if columns else None,
        **counts,
    )


def _spells(
    event: Event, referrals: pd.DataFrame, as_of: pd.Timestamp, by: list[str], entry: str | None
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return days, cause and entry, one row a referral that can be used, and how many could not."""
    check_event(event)
    require_columns(referrals, ["sent_on", f"{event}_on", *by, *([entry] if entry else [])])
    sent, reached = days_of(referrals, "sent_on"), days_of(referrals, f"{event}_on")
    closed = days_of(referrals, "closed_on")
    status = status_of(referrals)
    fault = sent.isna() | (reached < sent) | (closed < sent)
    not_sent = ~fault & (sent > as_of)
    is_reached, is_closed = reached <= as_of, closed <= as_of
    end = reached.where(is_reached, closed.where(is_closed, as_of))
    way = status.map({str(ReferralStatus.REJECTED): REJECTED, str(ReferralStatus.REVOKED): REVOKED})
    is_other_end = way.notna() & (is_closed if event == "closed" else is_closed & ~is_reached)
    cause = np.where(is_other_end, way.fillna(OPEN), is_reached).astype("int64")
    known_from = (days_of(referrals, entry) - sent).dt.days.fillna(0) if entry else pd.Series(0, index=referrals.index)
    frame = referrals[by].assign(
        days=(end - sent).dt.total_seconds() / 86_400, cause=cause, entry=known_from.where(known_from > 0, -1.0)
    )
    known_late = ~fault & ~not_sent & (frame["entry"] >= frame["days"])
    ended = status.isin([str(word) for word in ENDED])
    undated = ended & closed.isna() & ~is_reached & ~fault & ~not_sent
    used = ~fault & ~not_sent & ~known_late
    counts = {"n_used": used, "n_faults": fault, "n_not_sent": not_sent, "n_known_late": known_late}
    counts["n_undated"] = undated
    return frame[used], {name: int(mask.sum()) for name, mask in counts.items()}


def _labelled(table: pd.DataFrame, label: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame({name: [value] * len(table) for name, value in label.items()} | dict(table.items()))


def _median(table: pd.DataFrame, days: pd.Series, n_events: int) -> dict[str, object]:
    median, lower, upper = median_time(table)
    row = table[table["time"] == median] if np.isfinite(median) else table.tail(1)
    status = str(row["status"].iloc[0]) if len(days) else str(Status.MISSING)
    last_day = float(days.max()) if len(days) else np.nan
    return {"n": len(days), "n_events": n_events, "median": median, "lower": lower, "upper": upper} | {
        "status": status,
        "last_day": last_day,
    }


def _log_rank(event: Event, spells: pd.DataFrame, columns: list[str], *, with_entry: bool) -> LogRank:
    is_event = (spells["cause"] == EVENT) if event != "closed" else (spells["cause"] != OPEN)
    label = spells.groupby(columns, dropna=False).ngroup() if len(spells) else pd.Series(dtype="int64")
    known_from = spells["entry"].to_numpy() if with_entry else None
    return log_rank(spells["days"], is_event, label, entry=known_from)

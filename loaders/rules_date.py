"""Rules of time: which days are refused, and how exact the good ones are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from concerns.schema import Reason
from loaders.coordinates import parse_numbers
from loaders.dates import NO_DAY, baghdad_days, parse_dates, parse_instants
from loaders.findings import Findings, Texts
from loaders.planning import Plan

_EPOCH = np.datetime64("1970-01-01", "D")


@dataclass(frozen=True)
class Times:
    """Days of a part as datetime64, NaT where there is none; the instant of submission in UTC."""

    occurred_on: pd.Series
    reported_on: pd.Series
    submitted_at: pd.Series
    date_precision: np.ndarray


def check_times(texts: Texts, findings: Findings, plan: Plan) -> Times:
    """Read the days and hold reasons against the bad ones; a day of the form against the day of its submission."""
    is_needed = not (plan.source.is_aggregate and "occurred_on" not in texts)
    occurred, precision = _days("occurred_on", texts, findings, plan, is_needed=is_needed)
    reported, _ = _days("reported_on", texts, findings, plan, is_needed=False)
    submitted = parse_instants(texts.get("submitted_at"))
    unread = int((submitted.isna().to_numpy() & texts.is_filled("submitted_at")).sum())
    if unread:
        plan.tally["Times of submission that could not be read were left blank"] += unread
    submitted_on = baghdad_days(submitted)
    late = (submitted_on != NO_DAY) & (occurred > submitted_on) & (occurred != NO_DAY)
    findings.add(late, Reason.DATE_AFTER_SUBMISSION, "occurred_on")
    early = (reported != NO_DAY) & (occurred > reported) & (occurred != NO_DAY)
    findings.add(early, Reason.DATE_AFTER_SUBMISSION, "reported_on")
    stated = parse_numbers(texts.get("date_precision")).value
    precision = np.maximum(precision, np.where(np.isin(stated, (1, 2, 3, 4)), stated, 1)).astype(np.int8)
    return Times(_series(occurred), _series(reported), submitted, precision)


def _days(
    column: str, texts: Texts, findings: Findings, plan: Plan, *, is_needed: bool
) -> tuple[np.ndarray, np.ndarray]:
    if column not in texts and not is_needed:
        return np.full(texts.n, NO_DAY, np.int32), np.ones(texts.n, np.int8)
    order, is_forced = plan.order_of(column)
    read = parse_dates(texts.get(column), order=order, is_forced=is_forced, is_1904=plan.is_1904)
    texts.mend(column, read.mended)
    if is_needed:
        findings.add(read.is_blank, Reason.DATE_MISSING, column)
    findings.add_ranks(read.reason, column)
    today = (np.datetime64(plan.settings.today, "D") - _EPOCH).astype(np.int64)
    oldest = (np.datetime64(plan.settings.min_date, "D") - _EPOCH).astype(np.int64)
    is_day = read.day != NO_DAY
    findings.add(is_day & (read.day > today), Reason.DATE_FUTURE, column)
    findings.add(is_day & (read.day < oldest), Reason.DATE_TOO_OLD, column)
    return read.day, read.precision


def _series(days: np.ndarray) -> pd.Series:
    stamps = _EPOCH + days.astype("timedelta64[D]")
    return pd.Series(np.where(days == NO_DAY, np.datetime64("NaT"), stamps).astype("datetime64[s]"))

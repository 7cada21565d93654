"""Referrals in words and tables of the reader: how long people wait, who has the work, what is past its time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from concerns.referrals import TimeTo
from loaders.programme_lists import load_lists
from pages.figures import texts
from pages.figures.forum_texts import count, day
from pages.figures.sentences import interval
from pages.figures.texts import _, format_number, format_percent

EVENTS: dict[str, Callable[[], str]] = {
    "accepted": lambda: _("accepted"),
    "closed": lambda: _("closed"),
}
STATES: dict[str, Callable[[], str]] = {
    "unanswered": lambda: _("No answer yet"),
    "in_work": lambda: _("In work"),
}
BLANK = "–"


def word(column: str, code: object) -> str:
    """The label of a code of a closed list; a dash where it is missing."""
    if pd.isna(code):  # type: ignore[call-overload]
        return BLANK
    labels = load_lists().labels[column].get(str(code))
    return labels[texts.language()] if labels else str(code)


def outcome(code: str) -> str:
    """The word for where a referral stands or what it led to."""
    if code in STATES:
        return STATES[code]()
    return word("status" if code in ("rejected", "revoked") else "outcome", code)


def answer(waiting: pd.DataFrame, accepted: TimeTo, level: pd.DataFrame) -> str:
    """Say what is open, how long half of the referrals wait to be accepted, and how many were answered in time."""
    row, time = level.iloc[0], accepted.median.iloc[0]
    first = _("{n} referrals are open, {late} of them unanswered past their time.").format(
        n=count(waiting["n_open"].sum()), late=count(waiting["n_overdue"].sum())
    )
    if pd.isna(time["median"]):
        second = _("Of those sent in the period fewer than half were accepted so far.")
    else:
        second = _("Of those sent in the period half are accepted within {n} days (95 % interval {limits}).").format(
            n=format_number(time["median"]), limits=_limits(time)
        )
    third = _("{share} of those due were answered in time.").format(share=format_percent(row["share"]))
    return f"{first} {second} {third}" if row["n_due"] else f"{first} {second}"


def _limits(row: pd.Series) -> str:
    """The interval of a median; an end that is not reached is said so."""
    if pd.isna(row["lower"]) and pd.isna(row["upper"]):
        return BLANK
    if pd.isna(row["upper"]):
        return _("from {n}, no upper end yet").format(n=format_number(row["lower"]))
    return interval(row["lower"], row["upper"], decimals=0)


def median_table(result: TimeTo, label: str, names: list[str]) -> pd.DataFrame:
    """Median waiting times with their intervals. names: of the groups, in the order of `result.median`."""
    table = result.median
    return pd.DataFrame(
        {
            label: names,
            _("Referrals"): table["n"],
            _("Of these done"): table["n_events"],
            _("Median, days"): [format_number(one) if pd.notna(one) else _("not reached") for one in table["median"]],
            _("95 % interval"): [_limits(row) for _number, row in table.iterrows()],
        }
    )


def log_rank(result: TimeTo) -> str:
    """What the test says of the difference between groups; the rule is p ≤ 0.05."""
    test = result.log_rank
    if test is None or str(test.status) != "ok":
        return _("The groups cannot be compared: there is only one, or nothing has ended yet.")
    p = _("p < 0.001") if test.p_value < 0.001 else _("p = {p}").format(p=format_number(test.p_value, decimals=3))
    if test.p_value <= 0.05:
        return _("The groups differ in how long they wait (log-rank test, {p}).").format(p=p)
    return _("No difference in waiting could be seen between the groups (log-rank test, {p}).").format(p=p)


def waiting_table(table: pd.DataFrame) -> pd.DataFrame:
    """The work that waits at each receiving body."""
    return pd.DataFrame(
        {
            _("Receiving body"): table["receiving_body"].fillna(BLANK),
            _("Sector"): [word("sector", one) for one in table["sector"]],
            _("Not answered"): table["n_unanswered"],
            _("In work"): table["n_in_work"],
            _("Open"): table["n_open"],
            _("Past its time"): table["n_overdue"],
            _("Oldest, days"): table["oldest_days"],
        }
    )


def level_table(table: pd.DataFrame) -> pd.DataFrame:
    """Answered in time by priority; open past its time counts as late."""
    return pd.DataFrame(
        {
            _("Priority"): [word("priority", one) for one in table["priority"]],
            _("Due"): table["n_due"],
            _("In time"): table["n_within"],
            _("Late"): table["n_late"],
            _("Still open, past its time"): table["n_overdue"],
            _("Not due yet"): table["n_not_due"],
            _("Share in time"): [format_percent(one) for one in table["share"]],
            _("95 % interval"): [
                interval(100 * low, 100 * high, decimals=0) if pd.notna(low) else _("too few")
                for low, high in zip(table["lower"], table["upper"], strict=True)
            ],
        }
    )


def overdue_table(table: pd.DataFrame, categories: Mapping[str, str], districts: Mapping[str, str]) -> pd.DataFrame:
    """The referrals that wait longest past their time."""
    return pd.DataFrame(
        {
            _("Referral"): table["referral_id"].fillna(BLANK),
            _("District"): [districts.get(one, BLANK) for one in table["adm2_pcode"]],
            _("Category"): [categories.get(one, BLANK) for one in table["category"]],
            _("Receiving body"): table["receiving_body"].fillna(BLANK),
            _("Priority"): [word("priority", one) for one in table["priority"]],
            _("Sent on"): [day(one) for one in table["sent_on"]],
            _("Days past its time"): table["days_overdue"],
        }
    )


def how_waiting() -> str:
    """How waiting times are made, in two sentences."""
    return _(
        "Referrals that are still open count up to the last day of the selection and are not left out (Kaplan–Meier); "
        "the mean of closed ones would make slow bodies look fast. A curve ends where fewer than 5 still wait."
    )

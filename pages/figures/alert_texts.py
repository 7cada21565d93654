"""Alerts and silences of a month in words and tables of the reader, each by a written rule."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from pages.figures.texts import _, format_number, format_short_month, markdown_safe, ngettext
from pages.figures.trend_texts import not_by_district

WHY_NOT: dict[str, Callable[[], str]] = {
    "short_history": lambda: _("too little history"),
    "no_meeting": lambda: _("no meeting held"),
    "no_report": lambda: _("no report came (this is not zero)"),
    "gap_in_baseline": lambda: _("a gap in the months before"),
    "no_fit": lambda: _("no fit"),
    "recent_missing": lambda: _("a recent month is missing"),
    "few_cases": lambda: _("too few reports for an alert"),
}
SILENCES: dict[str, Callable[[], str]] = {
    "zero": lambda: _("met, and nothing was raised (zero)"),
    "not_held": lambda: _("planned, but not held (no report)"),
    "no_record": lambda: _("no meeting on record (no report)"),
}


def alert_finding(table: pd.DataFrame, names: Mapping[str, str]) -> str:
    """How many categories stand above a threshold, and which. table: from `loaders.series.alerts`."""
    above = table[table["alarm"].fillna(False).astype(bool)]
    codes = list(dict.fromkeys(map(str, above["category"])))
    if not codes:
        return _("No category is above a threshold.")
    text = ngettext(
        "{n} category is above a threshold: {names}.", "{n} categories are above a threshold: {names}.", len(codes)
    )
    return text.format(
        n=format_number(len(codes)), names=_(", ").join(markdown_safe(names.get(code, code)) for code in codes)
    )


def how_alerts(hidden: Sequence[str], names: Mapping[str, str]) -> str:
    """How alerts are to be read, and which categories have none."""
    text = _("An alert is a reason to look, not a finding. No report is not the same as a meeting without concerns.")
    return f"{text} {not_by_district(hidden, names)}" if hidden else text


def silence(table: pd.DataFrame) -> str:
    """Zero and no report apart, in one sentence. table: from `loaders.series.silence`."""
    counted = table["kind"].value_counts()
    return _(
        "Silence in that month: {zero} forums met and raised nothing (zero); of {not_held} the meeting was not held "
        "and of {no_record} none is on record (no report, which is not zero)."
    ).format(**{kind: format_number(int(counted.get(kind, 0))) for kind in SILENCES})


def silence_table(table: pd.DataFrame, districts: pd.Series) -> pd.DataFrame:
    """One line a forum that raised nothing. districts: names by adm2_pcode."""
    return pd.DataFrame(
        {
            _("Forum"): table["forum_id"],
            _("District"): table["adm2_pcode"].map(districts),
            _("Month"): [format_short_month(month.start_time.date()) for month in table["month"]],
            _("Planned"): table["n_planned"],
            _("Held"): table["n_held"],
            _("What is known"): [SILENCES[kind]() for kind in table["kind"]],
        }
    )


def alert_table(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Alerts of the latest month. table: from `loaders.series.alerts`."""
    rows = table.to_dict("records")
    return pd.DataFrame(
        {
            _("Category"): [names.get(str(row["category"]), str(row["category"])) for row in rows],
            _("Rule"): [row["rule"] for row in rows],
            _("Month"): [format_short_month(row["month"].start_time.date()) for row in rows],
            _("Observed"): [format_number(row["observed"]) for row in rows],
            _("Expected"): [format_number(row["expected"], decimals=1) for row in rows],
            _("Threshold"): [format_number(row["threshold"], decimals=1) for row in rows],
            _("Alert"): [_verdict(row) for row in rows],
        }
    )


def _verdict(row: Mapping[Hashable, Any]) -> str:
    if row["alarm"] is pd.NA or row["alarm"] is None:
        return _("cannot tell: {why}").format(why=WHY_NOT.get(str(row["why_not"]), lambda: "")())
    if not row["alarm"]:
        return _("in line with the past")
    if row["more_meetings"] is True:
        return _("above the threshold; more meetings?")
    return _("above the threshold: worth a look")


NOTE_STATUS: dict[str, Callable[[], str]] = {
    "seen": lambda: _("seen"),
    "verified": lambda: _("verified"),
    "dismissed": lambda: _("dismissed"),
}


def alert_keys(table: pd.DataFrame, names: Mapping[str, str]) -> dict[str, str]:
    """Key of each alert of the table and its name for a choice; those above the threshold first."""
    rows = sorted(table.to_dict("records"), key=lambda row: row["alarm"] is pd.NA or not row["alarm"])
    return {
        f"{row['month']}|{row['rule']}|{row['category']}": f"{names.get(str(row['category']), '')} · {row['rule']}"
        for row in rows
    }


def note_table(notes: Mapping[str, Mapping[str, str]], keys: Mapping[str, str]) -> pd.DataFrame:
    """The notes on the alerts shown. notes: from `loaders.shelf`."""
    kept = {key: notes[key] for key in keys if key in notes}
    return pd.DataFrame(
        {
            _("Alert"): [keys[key] for key in kept],
            _("Status"): [NOTE_STATUS[note["status"]]() for note in kept.values()],
            _("Note"): [note["note"] for note in kept.values()],
            _("By"): [note["who"] for note in kept.values()],
            _("On"): [note["on"] for note in kept.values()],
        }
    )

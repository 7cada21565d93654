"""Trends, seasons, change points and alerts in words and tables of the reader, each by a written rule."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import pandas as pd
from babel import dates

from pages.figures import texts
from pages.figures.sentences import interval
from pages.figures.texts import _, format_number, format_short_month

STATUS: dict[str, Callable[[], str]] = {
    "ok": lambda: "",
    "too_few": lambda: _("too few months"),
    "missing": lambda: _("missing"),
    "constant": lambda: _("never changes"),
    "not_identified": lambda: _("cannot be told apart"),
}
WHY_NOT: dict[str, Callable[[], str]] = {
    "short_history": lambda: _("too little history"),
    "no_meeting": lambda: _("no meeting held"),
    "no_report": lambda: _("no report came (this is not zero)"),
    "gap_in_baseline": lambda: _("a gap in the months before"),
    "no_fit": lambda: _("no fit"),
    "recent_missing": lambda: _("a recent month is missing"),
    "few_cases": lambda: _("too few reports for an alert"),
}
HIJRI: dict[str, Callable[[], str]] = {
    "ramadan": lambda: _("Ramadan"),
    "eid_al_fitr": lambda: _("Eid al-Fitr"),
    "eid_al_adha": lambda: _("Eid al-Adha"),
    "ashura": lambda: _("Ashura (1–10 Muharram)"),
    "arbaeen": lambda: _("Arbaeen walk (10–20 Safar)"),
}


def trend(row: Mapping[Hashable, Any], *, per_meeting: bool, alpha: float = 0.05) -> str:
    """One trend in words. Rule: rising or falling where p ≤ 0.05, else not distinguishable from no change."""
    if row["status"] in ("too_few", "missing"):
        return _("too few months to tell")
    decimals = 3 if per_meeting else 1
    slope = format_number(abs(float(row["sen_slope"])), decimals=decimals)
    limits = interval(float(row["sen_lower"]), float(row["sen_upper"]), decimals=decimals)
    if not float(row["p_value"]) <= alpha:
        return _("not distinguishable from no change (95 % interval of the slope {limits})").format(limits=limits)
    if float(row["sen_slope"]) > 0:
        return _("rising by {slope} a month, 95 % interval {limits}").format(slope=slope, limits=limits)
    return _("falling by {slope} a month, 95 % interval {limits}").format(slope=slope, limits=limits)


def trend_table(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """One line a category. table: from `loaders.series.trends`."""
    per_meeting = bool(table.attrs.get("per_meeting"))
    rows = table.to_dict("records")
    return pd.DataFrame(
        {
            _("Category"): [names.get(str(code), str(code)) for code in table.index],
            _("Trend"): [trend(row, per_meeting=per_meeting) for row in rows],
            "p": [format_number(row["p_value"], decimals=3) for row in rows],
            "τ": [format_number(row["tau_b"], decimals=2) for row in rows],
            _("Months"): [format_number(row["n"]) for row in rows],
        }
    )


def month_table(table: pd.DataFrame) -> pd.DataFrame:
    """Months of the year with their ratio. table: month effects, index 1 … 12 or 0 … 11 in calendar order."""
    locale = texts.LOCALES[texts.language()]
    words = dates.get_month_names("wide", locale=locale)
    return pd.DataFrame({_("Month"): [words[number] for number in range(1, 13)]} | _ratios(table))


def hijri_table(table: pd.DataFrame) -> pd.DataFrame:
    """Windows of the Hijri calendar with their ratio, and why there is none."""
    shown = {_("Window"): [HIJRI[str(name)]() for name in table.index]} | _ratios(table)
    shown[_("Times covered")] = [format_number(n) for n in table["passages"]]
    return pd.DataFrame(shown)


def _ratios(table: pd.DataFrame) -> dict[str, list[str]]:
    limits = zip(table["lower"], table["upper"], strict=True)
    return {
        _("Ratio to the usual month"): [format_number(value, decimals=2) for value in table["ratio"]],
        _("95 % interval"): [interval(low, high) for low, high in limits],
        _("Why not"): [STATUS.get(str(word), lambda: "")() for word in table["status"]],
    }


def segments(table: pd.DataFrame) -> str:
    """Where the level changed, in words. table: from `loaders.series.segments`."""
    if table.attrs.get("status") != "ok":
        return _("At least 24 months are needed to look for changes of level.")
    if len(table) < 2:
        return _("No change of level was found.")
    changes = [
        _("{month}: {ratio} times the level before").format(
            month=format_short_month(pd.Period(row["first"], "M").start_time.date()),
            ratio=format_number(row["ratio"], decimals=2),
        )
        for row in table.iloc[1:].to_dict("records")
    ]
    return _("The level changed in {changes}.").format(changes=_(", ").join(changes))


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

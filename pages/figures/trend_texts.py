"""Trends, seasons and change points in words and tables of the reader, each by a written rule."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import pandas as pd
from babel import dates

from pages.figures import texts
from pages.figures.sentences import interval
from pages.figures.texts import _, format_number, format_short_month, isolated

STATUS: dict[str, Callable[[], str]] = {
    "ok": lambda: "",
    "too_few": lambda: _("too few months"),
    "missing": lambda: _("missing"),
    "constant": lambda: _("never changes"),
    "not_identified": lambda: _("cannot be told apart"),
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
    if not float(row["p_value"]) <= alpha or not row["sen_slope"]:
        return _("not distinguishable from no change")
    slope = format_number(abs(float(row["sen_slope"])), decimals=3 if per_meeting else 1)
    if float(row["sen_slope"]) > 0:
        return _("rising by {slope} a month").format(slope=slope)
    return _("falling by {slope} a month").format(slope=slope)


def trend_table(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """One line a category. table: from `loaders.series.trends`."""
    per_meeting = bool(table.attrs.get("per_meeting"))
    rows = table.to_dict("records")
    return pd.DataFrame(
        {
            _("Category"): [names.get(str(code), str(code)) for code in table.index],
            _("Trend"): [trend(row, per_meeting=per_meeting) for row in rows],
            _("Slope a month, 95 % interval"): [
                interval(float(row["sen_lower"]), float(row["sen_upper"]), decimals=3 if per_meeting else 1)
                for row in rows
            ],
            "p": [small_p(row["p_value"]) for row in rows],
            "τ": [format_number(row["tau_b"], decimals=2) for row in rows],
            _("Months"): [format_number(row["n"]) for row in rows],
        }
    )


def small_p(p_value: float) -> str:
    """A p-value with three decimals; one that would be shown as 0 as less than 0.001."""
    if p_value < 0.001:
        return isolated(f"< {format_number(0.001, decimals=3)}")
    return format_number(p_value, decimals=3)


def trend_finding(table: pd.DataFrame, names: Mapping[str, str], *, alpha: float = 0.05) -> str:
    """Which categories rise and which fall, each tested alone. table: from `loaders.series.trends`."""
    seen = table[table["p_value"] <= alpha]
    rising, falling = (list(map(str, seen.index[sign * seen["sen_slope"] > 0])) for sign in (1, -1))
    if not rising and not falling:
        return _("No category rises or falls by more than chance would explain.")
    parts = [_("Rising: {names}.").format(names=_named(rising, names))] if rising else []
    parts += [_("Falling: {names}.").format(names=_named(falling, names))] if falling else []
    return " ".join(parts)


def how_trend(table: pd.DataFrame, names: Mapping[str, str]) -> str:
    """How the trends are made, over whom, and whom they leave out. table: from `loaders.series.trends`."""
    unit = _("reports per meeting held") if table.attrs["per_meeting"] else _("counts of reports")
    parts = [_("Mann–Kendall test and Sen's slope on whole months of {unit}.").format(unit=unit)]
    if table.attrs["n_left_out"]:
        text = _(
            "Only the {n} districts that took part from the first months to the last are counted; {left} that joined "
            "later or left bring other concerns, and would look like a change."
        )
        parts.append(
            text.format(n=format_number(table.attrs["n_stayed"]), left=format_number(table.attrs["n_left_out"]))
        )
    if table.attrs["everywhere"]:
        text = _(
            "{names}: kept by governorate for you, so counted in all districts, those that joined too: their trend may "
            "come from the newcomers."
        )
        parts.append(text.format(names=_named(table.attrs["everywhere"], names)))
    if table.attrs["hidden"]:
        parts.append(not_by_district(table.attrs["hidden"], names))
    return " ".join(parts)


def not_by_district(codes: Sequence[str], names: Mapping[str, str]) -> str:
    """Say which categories are missing because they are kept by governorate."""
    text = _("{names}: kept by governorate for you, so in no district; this is not zero.")
    return text.format(names=_named(codes, names))


def _named(codes: Sequence[str], names: Mapping[str, str]) -> str:
    return _(", ").join(names.get(code, code) for code in codes)


def how_season() -> str:
    """How the usual year is made."""
    return _(
        "Ratios at equal trend and equal numbers of meetings, in the districts that took part throughout; 36 months "
        "are needed. A window of the Hijri calendar is tested beside the Gregorian year, corrected for five windows."
    )


def how_levels(found: pd.DataFrame) -> str:
    """How changes of level are found. found: from `loaders.series.segments`."""
    return _(
        "The months are cut where it explains most, at equal meetings and season, in the districts that took part "
        "throughout. Neighbouring months differ {times} times as much as chance, and a cut has to earn as much more."
    ).format(times=format_number(found.attrs["dispersion"], decimals=1))


def month_names() -> list[str]:
    """January to December in the reader's language."""
    words = dates.get_month_names("wide", locale=texts.LOCALES[texts.language()])
    return [words[number] for number in range(1, 13)]


def hijri_names(table: pd.DataFrame) -> list[str]:
    """The windows of the Hijri calendar in the reader's language."""
    return [HIJRI[str(name)]() for name in table.index]


def season_rows(table: pd.DataFrame, labels: Sequence[str]) -> pd.DataFrame:
    """Ratios as a chart of intervals wants them: label, ratio, ratio_lower, ratio_upper."""
    limits = {"ratio_lower": table["lower"], "ratio_upper": table["upper"]}
    return table[["ratio"]].assign(label=list(labels), **limits)


def level_table(months: pd.DataFrame) -> pd.DataFrame:
    """The months behind the changes of level. months: from `loaders.series.segments`."""
    return pd.DataFrame(
        {
            _("Month"): [format_short_month(day.date()) for day in months["month"]],
            _("Reports"): months["n_reports"].astype("Int64"),
            _("At equal meetings and season"): months["level"].round(2),
            _("Level"): months["fitted"].round(2),
        }
    )


def month_table(table: pd.DataFrame) -> pd.DataFrame:
    """Months of the year with their ratio. table: month effects, index 1 … 12 or 0 … 11 in calendar order."""
    return pd.DataFrame({_("Month"): month_names()} | _ratios(table))


def hijri_table(table: pd.DataFrame) -> pd.DataFrame:
    """Windows of the Hijri calendar with their ratio, and why there is none."""
    shown = {_("Window"): hijri_names(table)} | _ratios(table)
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

"""The sentences that answer before any click, each by a written rule; never by the sign of a change alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from pages.figures.texts import (
    MISSING,
    _,
    format_month,
    format_number,
    format_percent,
    isolated,
    markdown_safe,
    ngettext,
)

KEY_NUMBERS: dict[str, Callable[[], str]] = {
    "reports": lambda: _("Reports"),
    "districts": lambda: _("Districts that reported"),
    "meetings_held": lambda: _("Meetings held"),
    "per_meeting": lambda: _("Reports per meeting"),
}
DENOMINATORS: dict[str, Callable[[], str]] = {
    "reports": lambda: _("All reports of the selection. More reports can mean more trust or more meetings."),
    "districts": lambda: _("Districts with at least one report in the period."),
    "meetings_held": lambda: _("Forum meetings with a date on which they were held."),
    "per_meeting": lambda: _("Reports divided by the meetings held in the same period and districts."),
}
DIRECTIONS: dict[str, Callable[[], str]] = {
    "up": lambda: _("more than before"),
    "down": lambda: _("fewer than before"),
    "unseen": lambda: _("no difference could be seen"),
    "too_few": lambda: _("too few to compare"),
}


def overview(by_district: pd.DataFrame, by_category: pd.DataFrame, names: Mapping[str, str]) -> str:
    """Say in how many districts reports rose or fell beyond chance, and where effort alone may explain it.

    Rule: rose or fell where q ≤ 0.05 over all districts. "Meetings changed as much" where the same district's reports
    per meeting show no difference. The category named is the one with the largest ratio that was seen to rise.
    """
    up, down = (by_district[by_district["direction"] == way] for way in ("up", "down"))
    if up.empty and down.empty:
        first = _("In no district do reports differ from the period before by more than chance would explain.")
    else:
        first = _("Reports rose in {up} and fell in {down} of {n} districts.").format(
            up=format_number(len(up)), down=format_number(len(down)), n=format_number(len(by_district))
        )
        explained = int((up["direction_per_meeting"] == "unseen").sum())
        if explained:
            first += " " + ngettext(
                "In {n} of those where they rose, meetings rose as much.",
                "In {n} of those where they rose, meetings rose as much.",
                explained,
            ).format(n=format_number(explained))
    rising = by_category[by_category["direction"] == "up"].sort_values("ratio", ascending=False)
    if rising.empty:
        return first
    code = str(rising.index[0])
    second = _("The clearest rise is in {category}: {change}.").format(
        category=markdown_safe(names.get(code, code)),
        change=format_percent(rising["ratio"].iloc[0] - 1, signed=True),
    )
    return f"{first} {second}"


def interval(low: float, high: float, *, decimals: int = 2) -> str:
    """An interval, left to right in every language; a dash where neither end is known."""
    if pd.isna(low) and pd.isna(high):
        return MISSING
    return isolated(f"{format_number(low, decimals=decimals)} – {format_number(high, decimals=decimals)}")


def change_table(table: pd.DataFrame, label: str) -> pd.DataFrame:
    """The table under a figure of changes, in words and numbers of the reader. table: label and `changes` columns."""
    return pd.DataFrame(
        {
            label: table["label"],
            _("This period"): table["n_now"],
            _("Period before"): table["n_before"],
            _("Ratio"): [format_number(value, decimals=2) for value in table["ratio"]],
            _("95 % interval"): [interval(low, high) for low, high in zip(table["lower"], table["upper"], strict=True)],
            _("Reports"): [DIRECTIONS[way]() for way in table["direction"]],
            _("Reports per meeting"): [DIRECTIONS[way]() for way in table["direction_per_meeting"]],
        }
    )


def how_changes() -> str:
    """How the comparison of two periods is made, in two sentences."""
    return _(
        "The number of reports is compared with the equally long period before; the interval is exact for two Poisson "
        "counts, and a difference is only named where it holds after correction for many comparisons (5 % false "
        "discoveries). A rise of reports can come from more meetings, more trust or more events."
    )


def year_over_year(table: pd.DataFrame, names: Mapping[str, str]) -> str:
    """Say which categories differ from the same months a year before. Rule: q ≤ 0.05 over the categories."""
    seen = table.assign(size=np.abs(np.log(table["ratio"]))).sort_values("size", ascending=False)
    rising, falling = (
        [markdown_safe(names.get(str(code), str(code))) for code in seen.index[seen["direction"] == way]]
        for way in ("up", "down")
    )
    if not rising and not falling:
        return _("No category differs from the same months a year before by more than chance would explain.")
    parts = [_("More than a year before: {names}.").format(names=_list(rising))] if rising else []
    parts += [_("Fewer than a year before: {names}.").format(names=_list(falling))] if falling else []
    return " ".join(parts)


def _list(items: list[str], *, most: int = 3) -> str:
    """The first few of a list, and how many more there are."""
    shown = _(", ").join(items[:most])
    more = len(items) - most
    return shown if more <= 0 else _("{names} and {n} more").format(names=shown, n=format_number(more))


def month_table(table: pd.DataFrame) -> pd.DataFrame:
    """Months down, categories across. table: month, category, label, n_reports."""
    wide = table.pivot(index="month", columns="label", values="n_reports")
    months = [format_month(day.date()) for day in pd.to_datetime(wide.index)]
    shown = pd.DataFrame({_("Month"): months})
    for label in wide.columns:
        shown[label] = wide[label].to_numpy()
    return shown.assign(**{_("Total"): wide.sum(axis=1).to_numpy()})


def meeting_table(table: pd.DataFrame) -> pd.DataFrame:
    """Meetings by month. table: month, n_planned, n_held."""
    months = [format_month(day.date()) for day in pd.to_datetime(table["month"])]
    return pd.DataFrame({_("Month"): months, _("Planned"): table["n_planned"], _("Held"): table["n_held"]})


NO_RATE: dict[str, Callable[[], str]] = {
    "per_meeting": lambda: _("No meetings are loaded for these districts, so there is no rate per meeting."),
    "rate_per_10k": lambda: _("No population is loaded for these districts, so there is no rate per 10,000 people."),
}


def districts(table: pd.DataFrame) -> str:
    """Say how far the chosen districts' rates per meeting lie apart. Rule: apart only where two intervals do not meet.

    table: label, n_reports, per_meeting and its limits.
    """
    known = table.dropna(subset=["per_meeting"])
    if len(known) < 2:
        return _("{n} reports in {districts} districts; too few with meetings to compare them.").format(
            n=format_number(int(table["n_reports"].sum())), districts=format_number(len(table))
        )
    low, high = (known.iloc[int(at)] for at in (known["per_meeting"].argmin(), known["per_meeting"].argmax()))
    if high["per_meeting_lower"] <= low["per_meeting_upper"]:
        return _("Per meeting held, these districts cannot be told apart: all intervals meet.")
    return _("Per meeting held, {most} raises {high} concerns and {least} {low}; their intervals do not meet.").format(
        most=markdown_safe(str(high["label"])),
        high=format_number(high["per_meeting"], decimals=1),
        least=markdown_safe(str(low["label"])),
        low=format_number(low["per_meeting"], decimals=1),
    )


def district_table(table: pd.DataFrame) -> pd.DataFrame:
    """Counts and rates of districts with their limits, for the screen and for files; sortable, not ranked."""
    shown = {
        _("District"): table["label"],
        _("Reports"): table["n_reports"],
        _("Meetings held"): table["n_meetings"],
        _("Per meeting"): table["per_meeting"].round(2),
        _("Per meeting, 95 % interval"): _intervals(table, "per_meeting"),
        _("Population"): table["population"],
        _("Per 10,000 and year"): table["rate_per_10k"].round(2),
        _("Per 10,000, 95 % interval"): _intervals(table, "rate_per_10k"),
    }
    return pd.DataFrame(shown)


def _intervals(table: pd.DataFrame, name: str) -> list[str]:
    return [interval(low, high) for low, high in zip(table[f"{name}_lower"], table[f"{name}_upper"], strict=True)]


def how_rates(people: pd.DataFrame) -> str:
    """How rates are made, and whose population they rest on."""
    text = _(
        "A rate is the count divided by the meetings held, or by people and years; its interval says how far chance "
        "alone could move it (exact below 10 reports, Byar from 10)."
    )
    sources = sorted({f"{source} {year}" for source, year in zip(people["source"], people["year"], strict=True)})
    if not sources:
        return text
    return text + " " + _("Population: {sources}.").format(sources=markdown_safe(", ".join(sources)))


RATES: dict[str, Callable[[], str]] = {
    "per_meeting": lambda: _("Reports per meeting held"),
    "rate_per_10k": lambda: _("Reports per 10,000 people and year"),
}
PRECISIONS: dict[int, Callable[[], str]] = {
    0: lambda: _("not stated"),
    1: lambda: _("GPS"),
    2: lambda: _("named place"),
    3: lambda: _("sub-district"),
    4: lambda: _("district"),
    5: lambda: _("governorate"),
}


def precision(n_reports: pd.Series) -> str:
    """How exact the locations are, as shares. n_reports: by geo_precision."""
    total = int(n_reports.sum())
    if total == 0:
        return _("No located report in this selection.")
    parts = [
        f"{PRECISIONS[int(level)]()} {format_percent(n / total)}"
        for level, n in n_reports.items()
        if n and level in PRECISIONS
    ]
    return _("How exact the locations are: {parts}.").format(parts=_(", ").join(parts))


def under_map(source: str, n_reports: pd.Series) -> str:
    """What stands under every map: whose boundaries, that they imply nothing, and how coarse the locations are."""
    boundaries = _("Boundaries: {source}. Boundaries do not imply a position.").format(
        source=markdown_safe(source.rstrip("."))
    )
    return f"{precision(n_reports)} {boundaries}"


def top_concerns(table: pd.DataFrame, names: Mapping[str, str]) -> str:
    """The largest categories with their counts, as a list. table: category, n_reports."""
    if table.empty:
        return _("No report in this period.")
    lines = [
        f"- {markdown_safe(names.get(str(code), str(code)))}: {format_number(int(n))}"
        for code, n in zip(table["category"], table["n_reports"], strict=True)
    ]
    return "\n".join(lines)


def layer_table(table: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """The numbers behind a map layer, with names and words. table: index adm2_pcode."""
    words = {
        "n_reports": _("Reports"),
        "per_meeting": _("Per meeting"),
        "rate_per_10k": _("Per 10,000 and year"),
        "rate": _("Smoothed rate"),
        "crude_rate": _("Own rate"),
        "own_share": _("Own share"),
        "gi_star_z": "z (Gi*)",
        "local_i": "I",
        "p_value": "p",
        "p_sim": _("p (permutations)"),
        "q_value": _("p, corrected"),
        "quadrant": _("Quadrant"),
        "class": _("Class"),
        "class_key": _("Class name"),
        "n_hot": _("Hot months"),
        "n_cold": _("Cold months"),
        "n_observed": _("Months observed"),
        "trend": _("Trend"),
        "status": _("Status"),
        "cluster": _("Cluster"),
        "start": _("From"),
        "end": _("To"),
        "observed": _("Observed"),
        "expected": _("Expected"),
        "relative_risk": _("Times the rate elsewhere"),
        "p_gumbel": _("p (Gumbel)"),
    }
    shown = {_("District"): names.reindex(table.index).to_numpy(), _("Code"): table.index.to_numpy()}
    for name in table.columns:
        for ending, word in (("_lower", _("lower limit")), ("_upper", _("upper limit"))):
            if name.endswith(ending):
                base = words.get(name.removesuffix(ending))
                shown[word if base is None else f"{base}, {word}"] = table[name].round(2).to_numpy()
        if name in words:
            is_number = pd.api.types.is_float_dtype(table[name].dtype)
            shown[words[name]] = table[name].round(4).to_numpy() if is_number else table[name].to_numpy()
    return pd.DataFrame(shown)


def how_map(*, has_classes: bool) -> str:
    """How the map is made. has_classes: whether its colours are classes of a number."""
    text = _(
        "Each report counts once, in the district where its point lies or that its source names; coarse locations are "
        "never drawn as points."
    )
    if not has_classes:
        return text
    return text + " " + _("The classes hold about as many districts each, with round limits.")

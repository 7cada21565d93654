"""How far a map can be trusted, in words: what it rests on, and what it would have told of the next month."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from concerns.forecast import Backtest
from pages.figures.sentences import PRECISIONS
from pages.figures.texts import _, format_number, format_percent


def rests_on(n_reports: pd.Series) -> str:
    """What the map rests on. n_reports: by geo_precision."""
    total = int(n_reports.sum())
    exact, place = (int(n_reports.get(level, 0)) for level in (1, 2))
    if total == 0:
        return _("No located report in this selection.")
    return _(
        "{gps} of {total} reports have a GPS point and {place} the point of a whole place; the others are known by "
        "area only. {share} of the map rests on points that stand for a place."
    ).format(
        gps=format_number(exact),
        total=format_number(total),
        place=format_number(place),
        share=format_percent(place / total),
    )


def effective(n_reports: pd.Series, worth: Mapping[int, float], *, bandwidth_km: float) -> str:
    """How many exact reports the located ones are worth. worth: from `geo.effective`, by geo_precision."""
    return _(
        "For a surface of {km} km, {n} located reports are worth as much as {worth} with an exact point: the coarser a "
        "location, the less it says where."
    ).format(
        km=format_number(bandwidth_km),
        n=format_number(int(sum(n_reports.get(level, 0) for level in worth))),
        worth=format_number(round(sum(worth.values()))),
    )


def precision_table(n_reports: pd.Series, worth: Mapping[int, float]) -> pd.DataFrame:
    """Reports by location precision and what they are worth. n_reports: by geo_precision."""
    levels = [level for level in PRECISIONS if n_reports.get(level, 0)]
    return pd.DataFrame(
        {
            _("Location"): [PRECISIONS[level]() for level in levels],
            _("Reports"): [int(n_reports[level]) for level in levels],
            _("Share"): [format_percent(n_reports[level] / n_reports.sum()) for level in levels],
            _("Worth in exact points"): [round(worth.get(level, 0.0)) for level in levels],
        }
    )


def backtest_table(found: Backtest) -> pd.DataFrame:
    """The last twelve months by method: hit rate, PAI, and PEI by both oracles."""
    from concerns.forecast import summarise

    recent = found.steps[found.steps["target"] > found.steps["target"].max() - 12]
    table = summarise(recent).xs(1, level="horizon")
    return pd.DataFrame(
        {
            _("Map"): [FORECASTS[str(name)]() for name in table.index],
            _("Share held"): [format_percent(rate) for rate in table["hit_rate"]],
            "PAI": table["pai"].round(2).to_numpy(),
            _("PEI, same area"): table["pei_same_area"].round(2).to_numpy(),
            _("PEI, best area"): table["pei_best_area"].round(2).to_numpy(),
        }
    )


FORECASTS: dict[str, Callable[[], str]] = {
    "smoothed_season": lambda: _("smoothed level × season"),
    "last_month": lambda: _("last month"),
    "same_month_last_year": lambda: _("same month of last year"),
    "mean_of_12": lambda: _("mean of the last 12 months"),
    "long_run_mean": lambda: _("mean of all months"),
}


def backtest(found: Backtest) -> str:
    """How much of the next month's reports a map would have held. Rule: better only where the gain's interval is "
    "above 0."""
    if found.status != "ok" or (1, "last_month") not in found.summary.index:
        return _(
            "At least 36 whole months are needed to test the map against what followed; nothing is claimed before."
        )
    recent = found.steps[found.steps["target"] > found.steps["target"].max() - 12]
    hits = recent.groupby("method")[["n_hits", "n_total"]].sum()
    share = hits["n_hits"] / hits["n_total"]
    naive = ("last_month", "same_month_last_year", "mean_of_12", "long_run_mean")
    model = next(name for name in share.index if name not in naive)
    text = _(
        "In the last 12 months this map's top 10 % of area held {model} of the next month's reports; last month's map "
        "would have held {last}, the mean of the last 12 months {mean}."
    ).format(
        model=format_percent(share[model]),
        last=format_percent(share["last_month"]),
        mean=format_percent(share["mean_of_12"]),
    )
    text += " " + _("The map tested here is a forecast from the reports known at each month's end, with its season.")
    gain = found.gain[found.gain["measure"] == "hit_rate"] if "measure" in found.gain else found.gain
    better = bool((gain["verdict"] == "better").any()) if "verdict" in gain else False
    verdict = (
        _("The forecast is better than the best naive guess.")
        if better
        else _("The forecast is no better than the best naive guess.")
    )
    return f"{text} {verdict}"

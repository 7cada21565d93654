"""Map layers that a test stands behind: hot and cold spots, alike and unlike neighbours, emerging classes, clusters."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from geo.emerging import EmergingClass, EmergingHotSpots
from pages.figures import legends, palettes
from pages.figures.layers import Layer
from pages.figures.legends import Entry
from pages.figures.palettes import NO_DATA, UNTESTABLE
from pages.figures.texts import _, format_number, format_short_month

HOT, FAINT_HOT, PLAIN, FAINT_COLD, COLD = "#b35806", "#fdb863", "#f7f7f7", "#b2abd2", "#542788"
SPOT_COLOURS = (HOT, FAINT_HOT, PLAIN, FAINT_COLD, COLD)
QUADRANTS = {"HH": "#b35806", "LL": "#542788", "HL": "#fdb863", "LH": "#b2abd2"}
CLUSTER_COLOURS = (*palettes.OKABE_ITO[:6], PLAIN)


def spots(table: pd.DataFrame, *, alpha: float = 0.05) -> Layer:
    """Gi*: hot and cold districts after correction, and those that only stand without it. table: from Gi*."""
    tested = table["status"] == "ok"
    corrected, single = table["q_value"] <= alpha, table["p_sim"] <= alpha
    is_hot = table["gi_star_z"] > 0
    codes = pd.Series(3, index=table.index, dtype="int8")
    codes[single & is_hot], codes[single & ~is_hot] = 2, 4
    codes[corrected & is_hot], codes[corrected & ~is_hot] = 1, 5
    codes = codes.where(tested, _untested(table["status"]))
    labels = [_("Hot, after correction"), _("Hot only without correction"), _("Not distinguishable from chance"),
              _("Cold only without correction"), _("Cold, after correction")]  # fmt: skip
    title = _("Hot and cold spots (Gi*)")
    note = _(
        "{all} districts stand out one by one, {kept} after correction for {n} tests (5 % false discoveries)."
    ).format(
        all=format_number(int((tested & single).sum())),
        kept=format_number(int((tested & corrected).sum())),
        n=format_number(int(tested.sum())),
    )
    hot, cold = (int((codes == code).sum()) for code in (1, 5))
    finding = _("{hot} districts are hot and {cold} are cold beyond what chance explains.").format(
        hot=format_number(hot), cold=format_number(cold)
    )
    legend = legends.legend(_entries(SPOT_COLOURS, labels), title=title, note=note)
    columns = ["gi_star_z", "p_value", "p_sim", "q_value", "status"]
    return Layer(title, codes, SPOT_COLOURS, legend, table[columns], finding, "gi_star_z")


def quadrants(table: pd.DataFrame, *, alpha: float = 0.05) -> Layer:
    """Local Moran: districts like their neighbours and unlike them. table: from `geo.hotspots.local_moran`."""
    names = {
        "HH": _("High among high"),
        "LL": _("Low among low"),
        "HL": _("High among low"),
        "LH": _("Low among high"),
    }
    order = list(QUADRANTS)
    seen = (table["status"] == "ok") & (table["q_value"] <= alpha) & table["quadrant"].notna()
    codes = table["quadrant"].map({name: position for position, name in enumerate(order, start=1)})
    codes = codes.where(seen, 5).astype("int8").where(table["status"] == "ok", _untested(table["status"]))
    colours = (*QUADRANTS.values(), PLAIN)
    title = _("Alike and unlike neighbours (local Moran)")
    labels = [*(names[name] for name in order), _("Not distinguishable from chance")]
    finding = _("{n} districts are more like or unlike their neighbours than chance explains.").format(
        n=format_number(int(seen.sum()))
    )
    legend = legends.legend(_entries(colours, labels), title=title, note=_("Coloured after correction (5 %)."))
    columns = ["local_i", "quadrant", "p_sim", "q_value", "status"]
    return Layer(title, codes, colours, legend, table[columns], finding, "local_i")


EMERGING: Mapping[str, Callable[[], str]] = {
    "new_hot": lambda: _("New hot spot"),
    "consecutive_hot": lambda: _("Consecutive hot spot"),
    "intensifying_hot": lambda: _("Intensifying hot spot"),
    "persistent_hot": lambda: _("Persistent hot spot"),
    "diminishing_hot": lambda: _("Diminishing hot spot"),
    "sporadic_hot": lambda: _("Sporadic hot spot"),
    "oscillating_hot": lambda: _("Oscillating hot spot"),
    "historical_hot": lambda: _("Historical hot spot"),
    "new_cold": lambda: _("New cold spot"),
    "consecutive_cold": lambda: _("Consecutive cold spot"),
    "intensifying_cold": lambda: _("Intensifying cold spot"),
    "persistent_cold": lambda: _("Persistent cold spot"),
    "diminishing_cold": lambda: _("Diminishing cold spot"),
    "sporadic_cold": lambda: _("Sporadic cold spot"),
    "oscillating_cold": lambda: _("Oscillating cold spot"),
    "historical_cold": lambda: _("Historical cold spot"),
    "no_pattern": lambda: _("No pattern"),
}
# Hot classes from dark brown to sand, cold ones from dark violet to lilac; the words beside them tell them apart.
_HOT_RAMP = ("#7f3b08", "#8f4a10", "#b35806", "#cc6f14", "#e08214", "#f0a04b", "#fdb863", "#fee0b6")
_COLD_RAMP = ("#2d004b", "#3f1a63", "#542788", "#6a4d9c", "#8073ac", "#998ec3", "#b2abd2", "#d8daeb")
EMERGING_COLOURS = (*_HOT_RAMP, *_COLD_RAMP, PLAIN)


def emerging(table: pd.DataFrame) -> Layer:
    """The seventeen classes, those that occur in the legend. table: from `geo.emerging.emerging_hot_spots`."""
    ok = table["status"] == "ok"
    codes = table["class"].astype("Float64").fillna(0).astype("int8").where(ok, _untested(table["status"]))
    present = [each for each in EmergingClass if (codes == each).any()]
    entries = [Entry(EMERGING_COLOURS[each - 1], EMERGING[each.key]()) for each in present]
    entries += legends.state_entries([UNTESTABLE] if (~ok).any() else [])
    title = _("Emerging hot spots, month by month")
    pattern = int((ok & (codes != EmergingClass.NO_PATTERN)).sum())
    finding = _("{n} of {total} districts show a pattern over time.").format(
        n=format_number(pattern), total=format_number(len(table))
    )
    legend = legends.legend(
        entries, title=title, note=_("Counts of each month are tested; corrected over all months and districts.")
    )
    columns = ["class", "class_key", "n_hot", "n_cold", "n_observed", "trend", "status"]
    return Layer(title, codes, EMERGING_COLOURS, legend, table[columns], finding, "n_hot")


def strip_rows(found: EmergingHotSpots, adm2_pcode: str) -> pd.DataFrame:
    """The months of one district: month, kind (hot, cold, neither, untested), state (its word), sign (+, −, none)."""
    words = {"hot": _("hot"), "cold": _("cold"), "neither": _("neither"), "untested": _("cannot be tested")}
    z, hot, cold = (bins.loc[adm2_pcode] for bins in (found.z, found.hot, found.cold))
    kind = np.select([hot, cold, z.isna()], ["hot", "cold", "untested"], "neither")
    rows = pd.DataFrame({"month": pd.DatetimeIndex(z.index), "kind": kind, "z": z.to_numpy()})
    return rows.assign(state=rows["kind"].map(words), sign=rows["kind"].map({"hot": "+", "cold": "−"}).fillna(""))


def strip_table(rows: pd.DataFrame) -> pd.DataFrame:
    """The strip as a table. rows: from `strip_rows`."""
    months = [format_short_month(day.date()) for day in rows["month"]]
    return pd.DataFrame({_("Month"): months, _("State"): rows["state"], "z (Gi*)": rows["z"].round(2)})


def category_finding(table: pd.DataFrame, *, alpha: float = 0.05) -> str:
    """In how many categories any district is hot or cold. table: from `loaders.analysis.by_category`."""
    seen = table[table["q_value"] <= alpha]
    return _(
        "Category by category, {n} pairs of district and category are hot or cold after correction for all {tests} "
        "tests, in {categories} categories."
    ).format(
        n=format_number(len(seen)),
        tests=format_number(table.attrs["n_tests"]),
        categories=format_number(seen.index.get_level_values("column").nunique()),
    )


def category_table(
    table: pd.DataFrame, districts: pd.Series, categories: Mapping[str, str], *, alpha: float = 0.05
) -> pd.DataFrame:
    """The pairs that stand out, most unusual first. districts, categories: names by code."""
    seen = table[table["q_value"] <= alpha].sort_values("q_value", kind="stable")
    codes, kinds = (seen.index.get_level_values(level) for level in ("area", "column"))
    return pd.DataFrame(
        {
            _("District"): districts.reindex(codes).to_numpy(),
            _("Category"): [categories.get(str(code), str(code)) for code in kinds],
            _("State"): [_("hot") if z > 0 else _("cold") for z in seen["gi_star_z"]],
            "z (Gi*)": seen["gi_star_z"].round(2).to_numpy(),
            _("p, corrected"): seen["q_value"].round(4).to_numpy(),
        }
    )


def clusters(found: pd.DataFrame, index: pd.Index, status: str, *, alpha: float = 0.05) -> Layer:
    """The clusters of a space-time scan that chance does not explain. found: from `geo.scan`; index: all districts."""
    kept = found[found["p_value"] <= alpha].head(6)
    codes = pd.Series(len(CLUSTER_COLOURS), index=index, dtype="int8")
    entries = []
    for number, row in enumerate(kept.to_dict("records"), start=1):
        codes[list(row["members"])] = number
        label = _("Cluster {number}: {start} – {end}, {observed} reports, {expected} expected, p = {p}").format(
            number=format_number(number),
            start=format_short_month(pd.Timestamp(row["start"]).date()),
            end=format_short_month(pd.Timestamp(row["end"]).date()),
            observed=format_number(int(row["observed"])),
            expected=format_number(row["expected"], decimals=1),
            p=format_number(row["p_value"], decimals=3),
        )
        entries.append(Entry(CLUSTER_COLOURS[number - 1], label))
    title = _("Clusters in space and time (permutation scan)")
    if status != "ok":
        finding = _("Too few reports for a scan.")
    elif kept.empty:
        finding = _("No cluster is larger than chance explains, allowing for having looked everywhere.")
    else:
        finding = _("{n} clusters are larger than chance explains, allowing for having looked everywhere.").format(
            n=format_number(len(kept))
        )
    note = _("It also fires where one forum starts to report more: look at its meetings.")
    member = codes.where(codes < len(CLUSTER_COLOURS))
    table = pd.DataFrame({"cluster": member.astype("Int8")}, index=index)
    figures = ["start", "end", "observed", "expected", "relative_risk", "p_value", "p_gumbel"]
    of_cluster = kept[figures].set_axis(range(1, len(kept) + 1))
    for month in ("start", "end"):
        of_cluster[month] = [format_short_month(pd.Timestamp(day).date()) for day in of_cluster[month]]
    for name in figures:
        table[name] = table["cluster"].map(of_cluster[name])
    return Layer(title, codes, CLUSTER_COLOURS, legends.legend(entries, title=title, note=note), table, finding, None)


def _untested(status: pd.Series) -> pd.Series:
    return status.map(lambda word: NO_DATA if word == "missing" else UNTESTABLE).astype("int8")


def _entries(colours: tuple[str, ...], labels: list[str]) -> list[Entry]:
    lines = [Entry(colour, label) for colour, label in zip(colours, labels, strict=True)]
    return [*lines, *legends.state_entries([NO_DATA, UNTESTABLE])]

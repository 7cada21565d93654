"""Districts beside others, in words and tables of the reader: funnel, smoothed rates, peers, mix."""

from __future__ import annotations

import pandas as pd

from pages.figures.sentences import interval
from pages.figures.texts import _, format_number, format_percent


def how_funnel(table: pd.DataFrame) -> str:
    """How the funnel is made, and what its limits allow for. table: from `loaders.analysis.funnel`, with `outside`."""
    exposure = _("meetings held") if table.attrs.get("exposure") == "meetings" else _("population")
    text = _(
        "Size is measured in {exposure}. Within the dotted lines 99.8 % of districts of that size lie by chance, "
        "within the dashed ones 95 %; {n} of {total} lie outside the dotted ones. Outside means different, not worse."
    ).format(
        exposure=exposure,
        n=format_number(int(table["outside"].sum())),
        total=format_number(int(table["ratio"].notna().sum())),
    )
    if table.attrs.get("limits") == "multiplicative":
        text += " " + _("Districts differ by more than chance, so the limits are widened (φ = {phi}).").format(
            phi=format_number(table.attrs["phi"], decimals=1)
        )
    return text


def funnel_table(table: pd.DataFrame) -> pd.DataFrame:
    """The numbers of the funnel. table: from `loaders.analysis.funnel`, with label and outside."""
    return pd.DataFrame(
        {
            _("District"): table["label"],
            _("Reports"): table["observed"],
            _("Expected"): table["expected"].round(1),
            _("Ratio"): table["ratio"].round(2),
            _("99.8 % limits"): [
                interval(low, high) for low, high in zip(table["lower_99.8"], table["upper_99.8"], strict=True)
            ],
            _("Outside"): table["outside"],
        }
    )


def mix_table(table: pd.DataFrame) -> pd.DataFrame:
    """Categories of districts beside their governorate. table: district, label, n_reports, index."""
    return pd.DataFrame(
        {
            _("District"): table["district"],
            _("Category"): table["label"],
            _("Reports"): table["n_reports"],
            _("Share beside the governorate"): table["index"].round(2),
        }
    )


def smoothed_table(table: pd.DataFrame) -> pd.DataFrame:
    """Smoothed rates with their limits, beside the districts' own. table: from `loaders.analysis.smoothed`, with
    label."""
    limits = [interval(low, high) for low, high in zip(table["lower"], table["upper"], strict=True)]
    return pd.DataFrame(
        {
            _("District"): table["label"],
            _("Own rate"): table["crude_rate"].round(2),
            _("Smoothed rate"): table["rate"].round(2),
            _("95 % interval"): limits,
            _("Own share"): [format_percent(share) for share in table["own_share"]],
        }
    )


def how_smoothed(table: pd.DataFrame) -> str:
    """How smoothed rates are made, in two sentences."""
    exposure = _("meetings held") if table.attrs.get("measure") == "per_meeting" else _("population")
    return _(
        "The rate of a district with few {exposure} is moved towards the average of all ({overall}); the own share "
        "says how much of it is the district's own. The interval takes average and spread as known."
    ).format(exposure=exposure, overall=format_number(table.attrs["overall_rate"], decimals=2))


def mix_finding(table: pd.DataFrame) -> str:
    """Which categories stand out most against the governorate. table: district, label, index."""
    known = table.dropna(subset=["index"])
    if known.empty:
        return _("No category has five reports here.")
    top = known.sort_values("index", ascending=False, kind="stable").iloc[0]
    return _("Most above its governorate: {label} in {district}, {times} times the governorate's share.").format(
        label=top["label"], district=top["district"], times=format_number(top["index"], decimals=1)
    )


def peers_reason(table: pd.DataFrame, name: str) -> str:
    """By what the peers were chosen. table: from `loaders.analysis.peers`; name: of the one district."""
    size = format_number(table.attrs["size"])
    if table.attrs["name"] != "population":
        text = _("Chosen by meetings held ({name}: {size}), for no population is loaded.")
        return text.format(name=name, size=size)
    sources = ", ".join(table.attrs["sources"])
    if not table.attrs["by_share"]:
        text = _(
            "Chosen by population alone ({name}: {size}; {sources}): the share of displaced people is not known for it."
        )
        return text.format(name=name, size=size, sources=sources)
    return _(
        "Chosen by population and share of displaced people ({name}: {size}, {share}; {sources}): both differences are "
        "measured against how districts differ, and the nearest six are shown."
    ).format(name=name, size=size, share=format_percent(table.attrs["share"]), sources=sources)


def peer_table(table: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """The peers with the reason for each, their reports and rates with intervals. table: from `analysis.peers`."""
    words = {"population": _("Population"), "n_meetings": _("Meetings held")}
    shown = {
        _("District"): names.reindex(table.index),
        words[table.attrs["name"]]: table["size"].round().astype("Int64"),
        _("Size beside it"): [format_percent(ratio) for ratio in table["size_ratio"]],
    }
    if table.attrs["by_share"]:
        shown[_("Displaced")] = [format_percent(share) for share in table["displaced_share"]]
    shown[_("Reports")] = table["n_reports"]
    for name, word, limits in (
        ("per_meeting", _("Per meeting"), _("Per meeting, 95 % interval")),
        ("rate_per_10k", _("Per 10,000 and year"), _("Per 10,000, 95 % interval")),
    ):
        if table[name].notna().any():
            ends = zip(table[f"{name}_lower"], table[f"{name}_upper"], strict=True)
            shown |= {word: table[name].round(2), limits: [interval(low, high) for low, high in ends]}
    return pd.DataFrame(shown)


def share_table(table: pd.DataFrame) -> pd.DataFrame:
    """Shares of categories. table: district, label, n_reports, share."""
    return pd.DataFrame(
        {
            _("District"): table["district"],
            _("Category"): table["label"],
            _("Reports"): table["n_reports"],
            _("Share of the district's reports"): [format_percent(share) for share in table["share"]],
        }
    )

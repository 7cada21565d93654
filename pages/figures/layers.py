"""What the district map can show: each layer gives every district a colour or a state, a legend and a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from pages.figures import legends, palettes
from pages.figures.palettes import NO_DATA, ZERO
from pages.figures.texts import _, format_number, ngettext


@dataclass(frozen=True)
class Layer:
    """One picture of the districts.

    title: what is shown, with its unit. codes: index adm2_pcode, 1..k or a state of `palettes`. colours: k of them.
    legend: our own, drawn beside the map. table: index adm2_pcode, the numbers behind the colours. finding: the
    picture's text alternative, one sentence. value: the column of the table that a chart of the districts shows.
    """

    title: str
    codes: pd.Series
    colours: Sequence[str]
    legend: Markup
    table: pd.DataFrame
    finding: str
    value: str | None = "n_reports"


def counts(n_reports: pd.Series) -> Layer:
    """Reports of each district. n_reports: index adm2_pcode, zeros explicit."""
    classes = palettes.classes(n_reports, whole=True)
    title = _("Reports in the period")
    note = _("A count of reports is not a level of crime.")
    legend = legends.class_legend(classes, title=title, states=(ZERO,), note=note)
    finding = concentration(n_reports)
    return Layer(title, classes.codes(n_reports), classes.colours, legend, n_reports.to_frame("n_reports"), finding)


def concentration(n_reports: pd.Series) -> str:
    """Say how many districts hold half of the reports, and how many have none.

    Rule: the fewest districts, taken from the largest count down, that together hold half or more.
    """
    ordered = n_reports.sort_values(ascending=False).cumsum()
    half = int((ordered < n_reports.sum() / 2).sum()) + 1
    zero = int((n_reports == 0).sum())
    first = ngettext(
        "Half of the reports come from {n} of {total} districts.",
        "Half of the reports come from {n} of {total} districts.",
        half,
    ).format(n=format_number(half), total=format_number(len(n_reports)))
    if not zero:
        return first + " " + _("Every district has reports.")
    rest = ngettext("{n} district has no report.", "{n} districts have no report.", zero)
    return first + " " + rest.format(n=format_number(zero))


def forums(n_forums: pd.Series) -> Layer:
    """Forums open in each district. n_forums: index adm2_pcode, zeros explicit."""
    colours = palettes.YLGNBU[1::2] + palettes.YLGNBU[-1:]
    title = _("Forums in the district")
    words = [_("None"), format_number(1), format_number(2), _("3 or more")]
    entries = [legends.Entry(fill, word) for fill, word in zip((palettes.ZERO_COLOUR, *colours), words, strict=True)]
    finding = _("{n} of {total} districts have a forum.").format(
        n=format_number(int((n_forums > 0).sum())), total=format_number(len(n_forums))
    )
    codes = n_forums.clip(upper=len(colours)).astype("int8")
    return Layer(
        title, codes, colours, legends.legend(entries, title=title), n_forums.to_frame("n_forums"), finding, None
    )


def rates(table: pd.DataFrame, *, name: str, title: str, note: str) -> Layer:
    """A rate of each district. table: from `concerns.comparison.side_by_side`; name: per_meeting or rate_per_10k."""
    classes = palettes.classes(table[name])
    legend = legends.class_legend(classes, title=title, states=(ZERO, NO_DATA), note=note)
    columns = ["n_reports", name, f"{name}_lower", f"{name}_upper"]
    known = table[name].dropna()
    finding = _("{title}: known for {n} districts, from {low} to {high}.").format(
        title=title,
        n=format_number(len(known)),
        low=format_number(known.min() if len(known) else None, decimals=1),
        high=format_number(known.max() if len(known) else None, decimals=1),
    )
    return Layer(title, classes.codes(table[name]), classes.colours, legend, table[columns], finding, name)


def density(n_reports: pd.Series, by_precision: pd.Series, *, classes: palettes.Classes, bandwidth_km: float) -> Layer:
    """The districts under a density surface: outlines only, and the surface's legend.

    n_reports: index adm2_pcode. by_precision: reports by geo_precision. classes: of the surface, reports
    per km².
    """
    title = _("Reports per km² in the period")
    note = _(
        "Bell-shaped kernel, standard deviation {km} km; coarse locations are spread wider. A picture, not a test."
    )
    note = note.format(km=format_number(bandwidth_km))
    legend = legends.class_legend(classes, title=title, states=(), note=note)
    drawn = int(by_precision.loc[by_precision.index.isin([1, 2, 3, 4])].sum())
    finding = _("{n} of {total} reports are drawn; those known by governorate only are left out.").format(
        n=format_number(drawn), total=format_number(int(by_precision.sum()))
    )
    blank = pd.Series(ZERO, index=n_reports.index, dtype="int8")
    return Layer(title, blank, (), legend, n_reports.to_frame("n_reports"), finding)


def smoothed(table: pd.DataFrame) -> Layer:
    """Smoothed rates. table: from `concerns.rates.empirical_bayes`, index adm2_pcode."""
    rate = table["rate"]
    classes = palettes.classes(rate)
    if table.attrs.get("measure") == "per_meeting":
        title = _("Smoothed reports per meeting held (empirical Bayes)")
    else:
        title = _("Smoothed reports per 10,000 people and year (empirical Bayes)")
    note = _("A district with few meetings or people is moved towards the average of all.")
    legend = legends.class_legend(classes, title=title, states=(ZERO, NO_DATA), note=note)
    known = rate.dropna()
    finding = _("{title}: known for {n} districts, from {low} to {high}.").format(
        title=title,
        n=format_number(len(known)),
        low=format_number(known.min() if len(known) else None, decimals=1),
        high=format_number(known.max() if len(known) else None, decimals=1),
    )
    return Layer(title, classes.codes(rate), classes.colours, legend, table, finding, "rate")


def by_governorate(layer: Layer, districts: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """What a chart of a layer needs: adm2_pcode, governorate, value, and its interval where the layer has one.

    districts: adm2_pcode, adm1_pcode. names: of the governorates, index adm1_pcode. Raises ValueError: the layer has
    no value that a chart could show.
    """
    if layer.value is None:
        raise ValueError("this layer has no value to chart")
    ends = {f"{layer.value}_{end}": end for end in ("lower", "upper")}
    wanted = [name for name in (layer.value, *ends) if name in layer.table.columns]
    table = layer.table[wanted].rename(columns={layer.value: "value"} | ends).astype(float)
    governorate = districts.set_index("adm2_pcode")["adm1_pcode"].map(names)
    return table.assign(governorate=governorate).rename_axis("adm2_pcode").reset_index()

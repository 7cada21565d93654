"""Charts in Altair, in the reader's language and digits; time runs from left to right in every language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from pages.figures import palettes, texts
from pages.figures.texts import _, format_number, format_short_month

HEIGHT = 260
PANEL_HEIGHT = 90
GREY = "#6b6b6b"


def category_colours(codes: Iterable[str]) -> alt.Scale:
    """Okabe–Ito for the first eight categories, grey for the others; the same code, the same colour on every page."""
    ordered = sorted(codes)
    colours = [*palettes.OKABE_ITO, *([palettes.OTHER_COLOUR] * len(ordered))]
    return alt.Scale(domain=ordered, range=colours[: len(ordered)])


def _number(name: str) -> str:
    return f"{name}_text"


def with_texts(
    table: pd.DataFrame, *, months: Sequence[str] = (), numbers: Sequence[str] = (), decimals: int = 1
) -> pd.DataFrame:
    """Add a text column for each month and number, in the reader's digits: charts show these, never raw values."""
    shown = table.copy()
    shown.attrs = {}  # notes of a statistic, such as a NaN, are nothing the browser could read
    for name in months:
        shown[f"{name}_text"] = [format_short_month(day.date()) for day in pd.to_datetime(table[name])]
    for name in numbers:
        places = 0 if pd.api.types.is_integer_dtype(table[name].dtype) else decimals
        shown[_number(name)] = [format_number(value, decimals=places) for value in table[name]]
    return shown


def month_axis(table: pd.DataFrame, month: str, *, about: int = 8) -> alt.Axis:
    """About so many labels, written by us: Vega's own month names know no Arabic and no Kurdish."""
    days = sorted(pd.to_datetime(table[month]).unique())
    step = max(1, len(days) // about)
    shown = days[::step]
    labels = " : ".join(
        f"timeFormat(datum.value, '%Y-%m') === '{day:%Y-%m}' ? '{format_short_month(day.date())}'" for day in shown
    )
    return alt.Axis(
        title=None,
        values=[alt.DateTime(year=day.year, month=day.month, date=1) for day in shown],
        labelExpr=f"{labels} : ''" if labels else "''",
        grid=False,
        labelOverlap=True,
    )


def count_axis(title: str) -> alt.Axis:
    """Whole numbers in the reader's digits."""
    return alt.Axis(title=title, labelExpr=in_digits("datum.label"), tickMinStep=1)


def monthly(table: pd.DataFrame, *, value: str, title: str, colour: str = palettes.OKABE_ITO[0]) -> alt.Chart:
    """One series by month as bars from zero. table: month (first day), `value`."""
    shown = with_texts(table, months=["month"], numbers=[value])
    return (
        alt.Chart(shown, height=HEIGHT)
        .mark_bar(color=colour)
        .encode(
            x=alt.X("yearmonth(month):T", axis=month_axis(shown, "month")),
            y=alt.Y(f"{value}:Q", axis=count_axis(title), scale=alt.Scale(zero=True)),
            tooltip=[alt.Tooltip("month_text:N", title=_("Month")), alt.Tooltip(f"{_number(value)}:N", title=title)],
        )
    )


def ratios(table: pd.DataFrame, *, label: str, title: str) -> alt.LayerChart:
    """Ratios with their intervals on a log axis around 1 (no change). table: label, ratio, lower, upper, direction."""
    shown = with_texts(table, numbers=["ratio", "lower", "upper"])
    order = alt.EncodingSortField("ratio", order="descending")
    base = alt.Chart(shown, height=alt.Step(22)).encode(
        y=alt.Y(f"{label}:N", sort=order, title=None, axis=alt.Axis(labelLimit=260)),
        tooltip=[
            alt.Tooltip(f"{label}:N", title=" "),
            alt.Tooltip("ratio_text:N", title=_("Ratio")),
            alt.Tooltip("lower_text:N", title=_("Lower limit")),
            alt.Tooltip("upper_text:N", title=_("Upper limit")),
        ],
    )
    scale = alt.Scale(type="log", domain=_around_one(table), nice=False, clamp=True)
    seen = alt.condition(
        "datum.direction === 'up' || datum.direction === 'down'", alt.value(palettes.OKABE_ITO[0]), alt.value(GREY)
    )
    rule = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("lower:Q", scale=scale, title=title, axis=alt.Axis(title=title, **_ratio_ticks())),
        x2="upper:Q",
        color=seen,
    )
    point = base.mark_point(filled=True, size=70).encode(x=alt.X("ratio:Q", scale=scale), color=seen)
    one = alt.Chart(pd.DataFrame({"one": [1.0]})).mark_rule(strokeDash=[4, 4], color=GREY).encode(x="one:Q")
    return one + rule + point


def _around_one(table: pd.DataFrame) -> list[float]:
    """The same distance up and down from 1, at least to a half and the double; tenfold at most."""
    ends = np.abs(np.log(table[["lower", "upper"]].to_numpy(float)))
    widest = float(np.exp(np.max(ends[np.isfinite(ends)], initial=np.log(2.0)) * 1.05))
    return [1 / min(widest, 10.0), min(widest, 10.0)]


def _ratio_ticks() -> dict[str, Any]:
    return {"values": [0.1, 0.2, 0.5, 0.7, 1, 1.5, 2, 5, 10], "labelExpr": in_digits("format(datum.value, '~g')")}


def brushed_months(table: pd.DataFrame, *, value: str, title: str) -> alt.Chart:
    """All months as bars over which a period can be drawn; the brush is called `period`. table: month, `value`."""
    brush = alt.selection_interval(name="period", encodings=["x"])
    bars = monthly(table, value=value, title=title).properties(height=140)
    return bars.encode(opacity=alt.condition(brush, alt.value(1.0), alt.value(0.35))).add_params(brush)


def small_multiples(table: pd.DataFrame, *, title: str) -> alt.FacetChart:
    """One panel a category, all on one axis so that they compare. table: month, category, label, n_reports."""
    shown = with_texts(table, months=["month"], numbers=["n_reports"])
    area = (
        alt.Chart(shown, height=PANEL_HEIGHT, width=210)
        .mark_area(line=True, opacity=0.5)
        .encode(
            x=alt.X("yearmonth(month):T", axis=month_axis(shown, "month", about=3)),
            y=alt.Y("n_reports:Q", axis=count_axis(title), scale=alt.Scale(zero=True)),
            color=alt.Color("category:N", scale=category_colours(shown["category"].unique()), legend=None),
            tooltip=[
                alt.Tooltip("label:N", title=" "),
                alt.Tooltip("month_text:N", title=_("Month")),
                alt.Tooltip("n_reports_text:N", title=title),
            ],
        )
    )
    header = alt.Header(title=None, labelLimit=220, labelAnchor="start")
    return area.facet(alt.Facet("label:N", header=header), columns=3)


def stacked(table: pd.DataFrame, *, title: str, is_share: bool = False) -> alt.Chart:
    """All categories on top of each other, as counts or as shares of the month. table: as `small_multiples`."""
    shown = with_texts(table, months=["month"], numbers=["n_reports"])
    codes = shown["category"].unique()
    axis = alt.Axis(title=title, labelExpr=percent_labels()) if is_share else count_axis(title)
    labels = shown.drop_duplicates("category").sort_values("category")["label"].tolist()
    scale = category_colours(codes)
    return (
        alt.Chart(shown, height=HEIGHT + 60)
        .mark_bar()
        .encode(
            x=alt.X("yearmonth(month):T", axis=month_axis(shown, "month")),
            y=alt.Y("n_reports:Q", stack="normalize" if is_share else "zero", axis=axis),
            color=alt.Color(
                "label:N",
                sort=labels,
                scale=alt.Scale(domain=labels, range=list(scale.range)),
                legend=_wrapped_legend(),
            ),
            order=alt.Order("category:N"),
            tooltip=[
                alt.Tooltip("label:N", title=" "),
                alt.Tooltip("month_text:N", title=_("Month")),
                alt.Tooltip("n_reports_text:N", title=_("Reports")),
            ],
        )
    )


def _wrapped_legend() -> alt.Legend:
    """Below the chart, in as many columns as its width has room for."""
    columns = alt.ExprRef("max(1, floor(width / 250))")
    return alt.Legend(title=None, orient="bottom", columns=columns, labelLimit=220)


def percent_labels() -> str:
    """Vega text for shares of 0 to 1 in the reader's digits."""
    return in_digits("format(datum.value, '.0%')")


def in_digits(text: str) -> str:
    """A Vega text expression whose digits become the reader's."""
    if texts.reader().digits != "arab":
        return text
    for western, eastern in zip("0123456789%", "٠١٢٣٤٥٦٧٨٩٪", strict=True):
        text = f"replace({text}, /{western}/g, '{eastern}')"
    return text


def intervals(
    table: pd.DataFrame, *, label: str, value: str, title: str, in_order: bool = False, decimals: int = 1
) -> alt.LayerChart:
    """A value with its interval for each unit. table: label, value, value_lower, value_upper.

    in_order: in the order of the rows, else of the names.
    """
    names = [value, f"{value}_lower", f"{value}_upper"]
    shown = with_texts(table[[label, *names]].dropna(), numbers=names, decimals=decimals)
    words = (title, _("Lower limit"), _("Upper limit"))
    base = alt.Chart(shown, height=alt.Step(24)).encode(
        y=alt.Y(
            f"{label}:N",
            title=None,
            axis=alt.Axis(labelLimit=260),
            sort=shown[label].tolist() if in_order else "ascending",
        ),
        tooltip=[
            alt.Tooltip(f"{label}:N", title=" "),
            *(alt.Tooltip(f"{_number(name)}:N", title=word) for name, word in zip(names, words, strict=True)),
        ],
    )
    scale = alt.Scale(zero=True)
    rule = base.mark_rule(strokeWidth=2, color=GREY).encode(
        x=alt.X(f"{names[1]}:Q", scale=scale, axis=count_axis(title)), x2=f"{names[2]}:Q"
    )
    point = base.mark_point(filled=True, size=70, color=palettes.OKABE_ITO[0]).encode(
        x=alt.X(f"{value}:Q", scale=scale)
    )
    return rule + point


def mix(table: pd.DataFrame, *, title: str) -> alt.Chart:
    """Shares of categories, one bar a district. table: district, category, label, n_reports, share."""
    shown = with_texts(table, numbers=["n_reports"])
    labels = shown.drop_duplicates("category").sort_values("category")["label"].tolist()
    colours = list(category_colours(shown["category"].unique()).range)
    return (
        alt.Chart(shown, height=alt.Step(26))
        .mark_bar()
        .encode(
            y=alt.Y("district:N", title=None, axis=alt.Axis(labelLimit=260)),
            x=alt.X(
                "share:Q",
                stack="zero",
                axis=alt.Axis(title=title, labelExpr=percent_labels()),
                scale=alt.Scale(domain=[0, 1], nice=False),
            ),
            color=alt.Color(
                "label:N",
                sort=labels,
                scale=alt.Scale(domain=labels, range=colours),
                legend=_wrapped_legend(),
            ),
            order=alt.Order("category:N"),
            tooltip=[
                alt.Tooltip("district:N", title=" "),
                alt.Tooltip("label:N", title=" "),
                alt.Tooltip("n_reports_text:N", title=_("Reports")),
            ],
        )
    )


def funnel(table: pd.DataFrame, *, title: str) -> alt.LayerChart | alt.FacetChart:
    """Districts against their size, with the limits of chance. table: label, expected, ratio, lower_95 … upper_99.8."""
    shown = with_texts(table.dropna(subset=["ratio"]).sort_values("expected"), numbers=["ratio", "expected"])
    shown = shown.rename(columns={name: name.replace(".", "_") for name in shown.columns})
    x = alt.X("expected:Q", axis=count_axis(_("Reports expected for its size")))
    lines = [
        alt.Chart(shown)
        .mark_line(strokeDash=dash, color=GREY, strokeWidth=1)
        .encode(x=x, y=alt.Y(f"{name}:Q", axis=count_axis(title)))
        for name, dash in (("lower_95", [4, 3]), ("upper_95", [4, 3]), ("lower_99_8", [1]), ("upper_99_8", [1]))
    ]
    points = (
        alt.Chart(shown, height=HEIGHT + 60)
        .mark_point(filled=True, size=55)
        .encode(
            x=x,
            y="ratio:Q",
            color=alt.condition("datum.outside", alt.value(palettes.OKABE_ITO[1]), alt.value(palettes.OKABE_ITO[0])),
            shape=alt.condition("datum.outside", alt.value("diamond"), alt.value("circle")),
            tooltip=[alt.Tooltip("label:N", title=" "), alt.Tooltip("ratio_text:N", title=title)],
        )
    )
    names = (
        alt.Chart(shown[shown["outside"]])
        .mark_text(align="left", dx=7, fontSize=11)
        .encode(x=x, y="ratio:Q", text="label:N")
    )
    return alt.layer(*lines, points, names)

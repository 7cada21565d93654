"""Every district as a dot in the row of its governorate: how far apart they lie, without a ranking."""

from __future__ import annotations

import altair as alt
import pandas as pd

from pages.figures import palettes
from pages.figures.charts import GREY, count_axis, with_texts
from pages.figures.texts import _, format_number

PICKED = "picked"  # the chart's selection: the p-code of the dot that was clicked


def chart(table: pd.DataFrame, *, chosen: str | None, title: str) -> alt.LayerChart:
    """Draw the dots; the chosen district is larger and carries its name. A click picks one, see `picked`.

    table: adm2_pcode, label, governorate, value; lower and upper where the value has an interval. title: with the unit.
    """
    has_interval = {"lower", "upper"} <= set(table.columns)
    shown = with_texts(table.dropna(subset=["value"]), numbers=["value"])
    shown["is_chosen"] = shown["adm2_pcode"] == chosen
    words = [
        alt.Tooltip("label:N", title=_("District")),
        alt.Tooltip("value_text:N", title=title),
        *([alt.Tooltip("interval:N", title=_("95 % interval"))] if has_interval else []),
    ]
    if has_interval:
        shown["interval"] = [
            f"{format_number(low, decimals=1)} – {format_number(high, decimals=1)}"
            for low, high in zip(shown["lower"], shown["upper"], strict=True)
        ]
    y = alt.Y("governorate:N", title=None, axis=alt.Axis(labelLimit=140, grid=True, tickSize=0))
    base = alt.Chart(shown, height=alt.Step(24)).encode(y=y)
    dots = (
        base.mark_point(filled=True, opacity=0.85)
        .encode(
            x=alt.X("value:Q", axis=count_axis(title), scale=alt.Scale(zero=True)),
            size=alt.condition("datum.is_chosen", alt.value(190), alt.value(55)),
            color=alt.condition("datum.is_chosen", alt.value(palettes.OKABE_ITO[5]), alt.value(palettes.OKABE_ITO[0])),
            shape=alt.condition("datum.is_chosen", alt.value("diamond"), alt.value("circle")),
            tooltip=words,
        )
        .add_params(alt.selection_point(name=PICKED, fields=["adm2_pcode"]))
    )
    name = (
        base.transform_filter("datum.is_chosen")
        .mark_text(align="left", dx=11, fontSize=12, fontWeight="bold")
        .encode(x="value:Q", text="label:N")
    )
    if not has_interval:
        return dots + name
    rules = base.mark_rule(color=GREY, opacity=0.35).encode(x=alt.X("lower:Q", axis=count_axis(title)), x2="upper:Q")
    return rules + dots + name


def picked(event: object) -> str | None:
    """The p-code that a click picked, as the browser returned it; None when nothing is picked.

    >>> picked({"selection": {"picked": [{"adm2_pcode": "IQG01Q01"}]}}), picked({"selection": {"picked": []}})
    ('IQG01Q01', None)
    """
    selection = event.get("selection") if isinstance(event, dict) else None
    points = selection.get(PICKED) if isinstance(selection, dict) else None
    first = points[0] if isinstance(points, list) and points else None
    code = first.get("adm2_pcode") if isinstance(first, dict) else None
    return code if isinstance(code, str) else None

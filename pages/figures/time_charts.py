"""Charts of what tests say of months: levels between changes, and the strip of hot and cold months."""

from __future__ import annotations

import altair as alt
import pandas as pd

from pages.figures import palettes
from pages.figures.charts import GREY, HEIGHT, count_axis, month_axis, with_texts
from pages.figures.tested_layers import COLD, HOT, PLAIN
from pages.figures.texts import _

STRIP_HEIGHT = 110  # with its legend
NOT_TESTED = "#c9c9c9"


def levels(table: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """Months as points and the level of each segment as steps. table: month, level, fitted."""
    shown = with_texts(table, months=["month"], numbers=["level", "fitted"])
    base = alt.Chart(shown, height=HEIGHT).encode(
        x=alt.X("yearmonth(month):T", axis=month_axis(shown, "month")),
        tooltip=[
            alt.Tooltip("month_text:N", title=_("Month")),
            alt.Tooltip("level_text:N", title=title),
            alt.Tooltip("fitted_text:N", title=_("Level")),
        ],
    )
    points = base.mark_point(filled=True, size=40, color=GREY).encode(
        y=alt.Y("level:Q", axis=count_axis(title), scale=alt.Scale(zero=True))
    )
    steps = base.mark_line(interpolate="step", strokeWidth=2.5, color=palettes.OKABE_ITO[0]).encode(y="fitted:Q")
    return points + steps


def strip(table: pd.DataFrame) -> alt.LayerChart:
    """A cell a month: hot, cold, neither or not tested, told by colour and by sign. table: month, state, sign."""
    shown = with_texts(table, months=["month"])
    names = list(dict.fromkeys(shown["state"]))
    colours = {"hot": HOT, "cold": COLD, "neither": PLAIN, "untested": NOT_TESTED}
    fills = [colours[str(shown.loc[shown["state"] == name, "kind"].iloc[0])] for name in names]
    base = alt.Chart(shown, height=STRIP_HEIGHT).encode(
        x=alt.X("yearmonth(month):O", axis=alt.Axis(title=None, labels=False, ticks=False)),
        tooltip=[alt.Tooltip("month_text:N", title=_("Month")), alt.Tooltip("state:N", title=" ")],
    )
    cells = base.mark_rect(stroke=GREY, strokeWidth=0.4).encode(
        color=alt.Color(
            "state:N",
            scale=alt.Scale(domain=names, range=fills),
            legend=alt.Legend(title=None, orient="bottom", labelLimit=200, columns=2),
        )
    )
    signs = base.mark_text(fontSize=9, fontWeight="bold").encode(
        text="sign:N", color=alt.condition("datum.kind === 'neither'", alt.value("black"), alt.value("white"))
    )
    return cells + signs

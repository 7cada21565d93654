"""Charts of the programme: a forum's months, waiting curves, flows, and effects over time."""

from __future__ import annotations

import altair as alt
import pandas as pd

from pages.figures import palettes
from pages.figures.charts import GREY, HEIGHT, count_axis, in_digits, month_axis, percent_labels, with_texts
from pages.figures.texts import _

HELD, MISSED = palettes.OKABE_ITO[0], palettes.OKABE_ITO[1]


def forum_months(table: pd.DataFrame, marks: pd.DataFrame, *, title: str) -> alt.LayerChart | alt.FacetChart:
    """Meetings held and missed, month by month, with the milestones as marks above.

    table: month (first day), kind (label), n. marks: month, label. Missed meetings are lighter and stand on top.
    """
    shown = with_texts(table, months=["month"], numbers=["n"])
    kinds = list(dict.fromkeys(table["kind"]))
    x = alt.X("yearmonth(month):T", axis=month_axis(shown, "month"))
    top = max(float(table.groupby("month")["n"].sum().max()), 1.0) if len(table) else 1.0
    bars = (
        alt.Chart(shown, height=HEIGHT - 60)
        .mark_bar()
        .encode(
            x=x,
            y=alt.Y("n:Q", axis=count_axis(title), scale=alt.Scale(zero=True, domainMax=2 * top)),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=kinds, range=[HELD, MISSED]),
                legend=alt.Legend(title=None, orient="bottom"),
            ),
            tooltip=[
                alt.Tooltip("month_text:N", title=_("Month")),
                alt.Tooltip("kind:N", title=" "),
                alt.Tooltip("n_text:N", title=title),
            ],
        )
    )
    rule = alt.Chart(marks).mark_rule(strokeDash=[3, 3], color=GREY).encode(x=x)
    days = pd.to_datetime(pd.concat([table["month"], marks["month"]]))
    is_late = (pd.to_datetime(marks["month"]) > days.min() + (days.max() - days.min()) / 2).to_list()
    words = [
        alt.Chart(marks.iloc[[k]])
        .mark_text(align="right" if is_late[k] else "left", dx=-4 if is_late[k] else 4, fontSize=12)
        .encode(x=x, y=alt.value(8 + 15 * k), text="label:N")
        for k in range(len(marks))
    ]
    return alt.layer(bars, rule, *words)


def criteria_bars(table: pd.DataFrame, *, title: str) -> alt.Chart:
    """What each criterion earned, what is lost and what is not known. table: label, part, points, order."""
    shown = with_texts(table, numbers=["points"])
    parts = list(dict.fromkeys(table["part"]))
    return (
        alt.Chart(shown, height=alt.Step(22))
        .mark_bar(stroke=GREY, strokeWidth=0.5)
        .encode(
            y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=280)),
            x=alt.X("points:Q", axis=count_axis(title)),
            order=alt.Order("order:Q"),
            color=alt.Color(
                "part:N",
                scale=alt.Scale(domain=parts, range=[HELD, palettes.NO_DATA_COLOUR, "#ffffff"]),
                legend=alt.Legend(title=None, orient="bottom"),
            ),
            tooltip=["label:N", "part:N", alt.Tooltip("points_text:N", title=title)],
        )
    )


def waiting_curves(table: pd.DataFrame, *, title: str, days: str) -> alt.LayerChart:
    """Kaplan–Meier curves with their intervals as bands. table: label, time (days), survival, lower, upper."""
    shown = with_texts(table, numbers=["time"])
    scale = alt.Scale(domain=list(dict.fromkeys(table["label"])), range=list(palettes.OKABE_ITO))
    colour = alt.Color("label:N", scale=scale, legend=alt.Legend(title=None, orient="bottom", labelLimit=260))
    share = alt.Axis(title=title, labelExpr=percent_labels())
    x = alt.X("time:Q", axis=count_axis(days))
    base = alt.Chart(shown, height=HEIGHT + 40)
    band = base.mark_area(opacity=0.18, interpolate="step-after").encode(
        x=x, y=alt.Y("lower:Q", axis=share, scale=alt.Scale(domain=[0, 1])), y2="upper:Q", color=colour
    )
    dash = alt.StrokeDash("label:N", scale=alt.Scale(domain=scale.domain), legend=None)
    line = base.mark_line(interpolate="step-after").encode(
        x=x, y="survival:Q", color=colour, strokeDash=dash,
        tooltip=[alt.Tooltip("label:N", title=" "), alt.Tooltip("time_text:N", title=days)],
    )  # fmt: skip
    return band + line


def event_study(table: pd.DataFrame, *, title: str, since: str) -> alt.LayerChart:
    """Effects by time since the start: points, intervals, the simultaneous band, a line at zero and at the start.

    table: event_time, att, lower, upper, band_lower, band_upper, phase (label). Rows without an interval are points.
    """
    shown = with_texts(table, numbers=["att", "lower", "upper"])
    colour = alt.Color(
        "phase:N",
        scale=alt.Scale(domain=list(dict.fromkeys(table["phase"])), range=[GREY, HELD]),
        legend=alt.Legend(title=None, orient="bottom"),
    )
    base = alt.Chart(shown, height=HEIGHT + 40).encode(
        x=alt.X("event_time:Q", axis=count_axis(since)),
        tooltip=[
            alt.Tooltip("event_time:Q", title=since),
            alt.Tooltip("att_text:N", title=title),
            alt.Tooltip("lower_text:N", title=_("Lower limit")),
            alt.Tooltip("upper_text:N", title=_("Upper limit")),
        ],
    )
    band = base.mark_area(opacity=0.15, color=GREY).encode(y="band_lower:Q", y2="band_upper:Q")
    rule = base.mark_rule(strokeWidth=2).encode(y="lower:Q", y2="upper:Q", color=colour)
    axis = alt.Axis(title=title, labelExpr=in_digits("datum.label"))
    point = base.mark_point(filled=True, size=60).encode(y=alt.Y("att:Q", axis=axis), color=colour)
    zero = alt.Chart(pd.DataFrame({"at": [0.0]})).mark_rule(color=GREY).encode(y="at:Q")
    start = alt.Chart(pd.DataFrame({"at": [-0.5]})).mark_rule(color=GREY, strokeDash=[4, 4]).encode(x="at:Q")
    return band + zero + start + rule + point


def effects_by(table: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """Effects of groups or quarters: points, intervals, the simultaneous band, a line at zero.

    table: label (in its order), att, lower, upper, band_lower, band_upper.
    """
    shown = with_texts(table, numbers=["att", "lower", "upper"])
    base = alt.Chart(shown, height=HEIGHT).encode(
        x=alt.X("label:N", sort=list(table["label"]), title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True)),
        tooltip=[
            alt.Tooltip("label:N", title=" "),
            alt.Tooltip("att_text:N", title=title),
            alt.Tooltip("lower_text:N", title=_("Lower limit")),
            alt.Tooltip("upper_text:N", title=_("Upper limit")),
        ],
    )
    band = base.mark_rule(strokeWidth=9, opacity=0.18, color=GREY).encode(y="band_lower:Q", y2="band_upper:Q")
    rule = base.mark_rule(strokeWidth=2, color=HELD).encode(y="lower:Q", y2="upper:Q")
    axis = alt.Axis(title=title, labelExpr=in_digits("datum.label"))
    point = base.mark_point(filled=True, size=60, color=HELD).encode(y=alt.Y("att:Q", axis=axis))
    zero = alt.Chart(pd.DataFrame({"at": [0.0]})).mark_rule(color=GREY).encode(y="at:Q")
    return band + zero + rule + point


def interrupted(path: pd.DataFrame, *, title: str, since: str, labels: tuple[str, str, str]) -> alt.LayerChart:
    """A series, what the model expects and what it expects without the programme, with its interval.

    path: time, observed, expected, counterfactual, lower, upper. labels: of the three, in this order.
    """
    x = alt.X("time:Q", axis=count_axis(since))
    names = dict(zip(("observed", "expected", "counterfactual"), labels, strict=True))
    lines = path.rename(columns=names).melt(["time"], list(labels), "line", "n").dropna()
    drawn = alt.Chart(with_texts(lines, numbers=["n"]), height=HEIGHT).encode(
        x=x,
        y=alt.Y("n:Q", axis=count_axis(title), scale=alt.Scale(zero=True)),
        color=alt.Color(
            "line:N",
            scale=alt.Scale(domain=list(labels), range=[GREY, HELD, MISSED]),
            legend=alt.Legend(title=None, orient="bottom", labelLimit=260),
        ),
        tooltip=[alt.Tooltip("line:N", title=" "), alt.Tooltip("n_text:N", title=title)],
    )
    after = path.dropna(subset=["lower"])
    band = alt.Chart(after).mark_area(opacity=0.18, color=MISSED).encode(x=x, y="lower:Q", y2="upper:Q")
    dots = drawn.transform_filter(alt.FieldOneOfPredicate("line", [labels[0]])).mark_point(filled=True, size=30)
    curves = drawn.transform_filter(alt.FieldOneOfPredicate("line", list(labels[1:]))).mark_line()
    start = alt.Chart(pd.DataFrame({"at": [-0.5]})).mark_rule(color=GREY, strokeDash=[4, 4]).encode(x="at:Q")
    return band + start + curves + dots

"""Published noisy counts as words, tables, charts and map layers: never a figure without its noise interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from markupsafe import Markup

from concerns.disclosure import best_guess
from loaders.release_view import Answer
from pages.figures import charts, legends, palettes
from pages.figures.layers import Layer
from pages.figures.palettes import SUPPRESSED
from pages.figures.sentences import interval
from pages.figures.texts import (
    _,
    format_number,
    format_percent,
    format_quarter,
    format_short_month,
    format_year,
    marked,
)

GREY = "#6b6b6b"
GUARANTEE = (
    marked("Take any one report away and each possible release is at most e^ε times as likely, or e^ε times less."),
    marked(
        "Somebody who knows every other report and all that was ever published here can therefore be right about "
        "whether that report exists in at most e^ε/(1+e^ε) of cases: 73 % at ε = 1, where tossing a coin gives 50 %."
    ),
    marked(
        "Of a case or household that the source names, two reports are counted at most, ever; all its reports together "
        "are protected by 2ε."
    ),
    marked("A quarter is drawn once. Asking again, combining filters or waiting for the next release adds nothing."),
)
NOT_COVERED = (
    marked("Several reports of one person that the source does not tie to a case: what they cost adds up."),
    marked("Exact figures, maps or stories that planners publish elsewhere."),
    marked("Conclusions about a district or a group that would be the same without any single report."),
    marked(
        "Changes: a report is counted once, as it stood then; one that is changed or withdrawn later is not corrected."
    ),
    marked(
        "Reports that arrive more than four quarters late, and those without a known district or category: in no "
        "figure."
    ),
)


def count(n_shown: Any, below: Any) -> str:
    """One count as it may be read: the figure, or that it is fewer than the noise can tell."""
    if pd.isna(n_shown):
        return _("fewer than {n}").format(n=format_number(int(below)))
    return format_number(int(n_shown))


def total(one: pd.DataFrame) -> str:
    """The sum of everything asked for. one: one row, from `concerns.noise.on_screen`."""
    return count(one["n_shown"].iloc[0], one["below"].iloc[0])


def between(one: pd.DataFrame) -> str:
    """The noise interval of that sum."""
    return interval(one["low"].iloc[0], one["high"].iloc[0], decimals=0)


def late(one: pd.DataFrame) -> str:
    """What later releases stated for reports that came after their quarter was published."""
    text = _("Stated later for these quarters, and not in the figures above: {n} reports (noise interval {between}).")
    return text.format(n=total(one), between=between(one))


def headline(answer: Answer) -> str:
    """The answer: how many reports, with the noise, and how many districts or lines stand above it."""
    if "adm2_pcode" in answer.lines:
        text = _("{period}: {n} reports (between {low} and {high}); {seen} of {all} districts stand above the noise.")
    else:
        text = _("{period}: {n} reports (between {low} and {high}); {seen} of {all} lines stand above the noise.")
    return text.format(
        period=span(answer.periods["period"].to_list()),
        n=total(answer.total),
        low=format_number(int(answer.total["low"].iloc[0])),
        high=format_number(int(answer.total["high"].iloc[0])),
        seen=format_number(int(answer.lines["n_shown"].notna().sum())),
        all=format_number(len(answer.lines)),
    )


def table(members: pd.DataFrame, names: Mapping[str, pd.Series]) -> pd.DataFrame:
    """The figures in words, one line a member. names: heading → what stands there; exact columns may be among them."""
    columns = {heading: column.to_numpy() for heading, column in names.items()}
    columns[_("Reports")] = np.array(
        [count(n, below) for n, below in zip(members["n_shown"], members["below"], strict=True)], dtype=object
    )
    columns[_("Noise interval (95 %)")] = np.array(
        [interval(low, high, decimals=0) for low, high in zip(members["low"], members["high"], strict=True)],
        dtype=object,
    )
    return pd.DataFrame(columns)


def layer(members: pd.DataFrame, *, title: str) -> Layer:
    """A map of noisy counts. members: index adm2_pcode, from `on_screen`; those that the noise drowns are hatched."""
    shown = members["n_shown"].astype("Float64").astype("float64")
    classes = palettes.classes(shown.dropna(), whole=True)
    entries = []
    if shown.notna().any():
        labels = legends.class_labels(classes)
        entries = [legends.Entry(colour, label) for colour, label in zip(classes.colours, labels, strict=True)]
    drowned = members["below"].dropna()
    if len(drowned):
        few = _("fewer than {n}").format(n=format_number(int(drowned.max())))
        entries.insert(0, legends.Entry(legends.HATCH, few))
    note = _("A count of reports is not a level of crime. Every count carries noise; see the table for its interval.")
    legend: Markup = legends.legend(entries, title=title, note=note)
    units = members.drop_duplicates("adm1_pcode") if "adm1_pcode" in members else members
    finding = _("{title}: {n} of {total} places stand above the noise.").format(
        title=title, n=format_number(int(units["n_shown"].notna().sum())), total=format_number(len(units))
    )
    codes = classes.codes(shown).where(shown.notna(), SUPPRESSED).astype("int8")
    return Layer(title, codes, classes.colours, legend, members, finding, None)


def by_period(periods: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """Counts by quarter, month or year with their noise intervals. periods: `period` as text, from `on_screen`."""
    return _with_noise(periods, [period_label(period) for period in periods["period"]], title=title, is_upright=True)


def by_category(categories: pd.DataFrame, names: Mapping[str, str], *, title: str) -> alt.LayerChart:
    """Counts of categories with their noise intervals, the largest first. categories: `category`, from `on_screen`."""
    labels = [names.get(code, code) for code in categories["category"]]
    return _with_noise(categories, labels, title=title, is_upright=False)


def span(periods: Sequence[str]) -> str:
    """From the first period to the last."""
    first, last = period_label(periods[0]), period_label(periods[-1])
    return first if first == last else f"{first} – {last}"


def period_label(period: str) -> str:
    """A quarter ("2024Q1"), month ("2024-01") or year ("2024") for people."""
    if "Q" in period:
        return format_quarter(period)
    return format_short_month(date.fromisoformat(f"{period}-01")) if "-" in period else format_year(int(period))


def _with_noise(shown: pd.DataFrame, labels: Sequence[str], *, title: str, is_upright: bool) -> alt.LayerChart:
    data = pd.DataFrame(
        {
            "member": list(labels),
            "order": range(len(labels))
            if is_upright
            else shown["n_reports"].rank(ascending=False, method="first").to_list(),
            "n": shown["n_shown"].astype("Float64").astype("float64").to_numpy(),
            "low": shown["low"].to_numpy(),
            "high": shown["high"].to_numpy(),
            "words": [count(n, below) for n, below in zip(shown["n_shown"], shown["below"], strict=True)],
            "noise": [interval(low, high, decimals=0) for low, high in zip(shown["low"], shown["high"], strict=True)],
        }
    )
    axis, scale = charts.count_axis(title), alt.Scale(zero=True)
    sort = alt.EncodingSortField("order", order="ascending")
    name = (alt.X if is_upright else alt.Y)(
        "member:N", sort=sort, axis=alt.Axis(title=None, labelLimit=260, labelAngle=0, labelOverlap=True)
    )
    tooltip = [
        alt.Tooltip("member:N", title=" "),
        alt.Tooltip("words:N", title=title),
        alt.Tooltip("noise:N", title=_("Noise interval (95 %)")),
    ]
    size = {"height": charts.HEIGHT} if is_upright else {"height": alt.Step(22)}
    base = alt.Chart(data, **size).encode(name, tooltip=tooltip)
    rule, point = base.mark_rule(strokeWidth=2, color=GREY), base.mark_point(filled=True, size=60)
    if is_upright:
        ends = rule.encode(y=alt.Y("low:Q", scale=scale, axis=axis), y2="high:Q")
        dots = point.encode(y=alt.Y("n:Q", scale=scale))
    else:
        ends = rule.encode(x=alt.X("low:Q", scale=scale, axis=axis), x2="high:Q")
        dots = point.encode(x=alt.X("n:Q", scale=scale))
    return ends + dots


def guarantee(epsilon: float) -> tuple[str, ...]:
    """What the release's noise promises, in plain words; the last line is about this release's own ε."""
    here = _("In this release ε is {epsilon}: whoever guesses about one report is right in at most {share} of cases.")
    own = here.format(epsilon=format_number(epsilon, decimals=2), share=format_percent(best_guess(epsilon)))
    return (*(_(line) for line in GUARANTEE), own)


def not_covered() -> tuple[str, ...]:
    """What the promise does not cover."""
    return tuple(_(line) for line in NOT_COVERED)

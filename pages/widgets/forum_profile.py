"""One forum: its 24 months, who came, what is open, what it received, and whether it could stand alone."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from concerns import forums
from concerns.scorecard import Scorecard
from concerns.selection import Selection
from loaders import programme_figures
from loaders.criteria import load_criteria
from loaders.programme_lists import load_lists
from loaders.view import View
from pages.figures import findings, forum_texts, programme_charts, texts
from pages.figures.texts import _, format_number, markdown_safe
from pages.widgets import downloads, page_frame, tables, way

KEY = "forum"


def choice(register: pd.DataFrame, names: dict[str, str]) -> str | None:
    """Let the reader choose a forum; `?forum=` chooses it too, without a choice the first one is shown."""
    options = sorted(register["forum_id"], key=lambda one: names[one])
    if st.session_state.get(KEY) not in options:
        asked = st.query_params.get(KEY)
        st.session_state[KEY] = asked if asked in options else options[0]
    chosen: str | None = st.selectbox(_("Forum"), options, format_func=names.__getitem__, key=KEY)
    if chosen:
        st.query_params[KEY] = chosen
    return chosen


def show(view: View, selection: Selection, forum_id: str, row: pd.Series, names: dict[str, str]) -> None:
    """Draw the profile. row: of the register."""
    st.subheader(markdown_safe(names[forum_id]))
    numbers = {
        _("Months of mentoring"): forum_texts.count(row["months_mentored"]),
        _("Meetings held, 6 months"): forum_texts.count(row["n_held"]),
        _("Concerns raised, 6 months"): forum_texts.count(row["n_concerns"]),
        _("Open referrals"): forum_texts.count(row["n_referrals_open"]),
        _("Of these past their time"): forum_texts.count(row["n_referrals_overdue"]),
    }
    columns = [*st.columns(3), *st.columns(3)]  # two rows, so that labels have room in each language
    for column, (label, value) in zip(columns, numbers.items(), strict=False):
        column.metric(label, value, border=True)
    forum = programme_figures.one_forum(view, forum_id)
    months, came, raised, received = st.tabs(
        [_("24 months"), _("Who came"), _("What became of its concerns"), _("Support received")]
    )
    with months:
        _months(view, selection, forum)
    with came:
        _attendance(view, selection, forum_id)
    with raised:
        _concerns(view, selection, forum_id)
    with received:
        _support(view, selection, forum_id)
    _scorecard(view, selection, forum_id)


def _months(view: View, selection: Selection, forum: pd.Series) -> None:
    as_of = selection.bounds[1]
    table = forums.timeline(forum, view.meetings, view.activities, as_of)
    kinds = {"n_held": _("held"), "n_missed": _("not held")}
    long = table.assign(month=table["starts_on"]).melt(["month"], list(kinds), "kind", "n").dropna()
    marks = table.loc[table["milestones"] != "", ["starts_on", "milestones"]].rename(columns={"starts_on": "month"})
    marks["label"] = [
        ", ".join(forum_texts.MILESTONES[one]() for one in joined.split(";")) for joined in marks["milestones"]
    ]
    long["kind"], long["n"] = long["kind"].map(kinds), long["n"].astype("int64")
    chart = programme_charts.forum_months(long, marks[["month", "label"]], title=_("Meetings"))
    st.altair_chart(chart, width="stretch", theme=None, alt=findings.held(table))
    st.caption(_("A month without any record of a meeting is left blank: it is not known to be zero."))
    shown = forum_texts.milestone_table(forums.milestones(forum, as_of))
    tables.show(shown)
    about = page_frame.about(view, selection, title=_("Months of one forum"))
    downloads.show(long, name="forum-months", about=about, chart=chart)


def _attendance(view: View, selection: Selection, forum_id: str) -> None:
    mine = view.meetings[view.meetings["forum_id"] == forum_id]
    table = forums.attendance(mine, since=selection.bounds[0], until=selection.bounds[1])
    if table.empty:
        st.info(_("No meeting was held in this period."))
        return
    tables.show(forum_texts.attendance_table(table))
    st.caption(_("Groups overlap. Only meetings at which the group was counted enter its share."))


def _concerns(view: View, selection: Selection, forum_id: str) -> None:
    table = programme_figures.chain_of_forum(view, forum_id, selection).set_index("stage")
    if not table["n_reports"]["raised"]:
        st.info(_("No report of the period came through this forum."))
        return
    tables.show(way.stages(table))
    st.caption(
        _("Settled on the spot or left: what was discussed and not referred. The tables do not tell these apart.")
    )


def _support(view: View, selection: Selection, forum_id: str) -> None:
    mine = view.activities[view.activities["forum_id"] == forum_id]
    mine = mine[pd.to_datetime(mine["started_on"]) <= pd.Timestamp(selection.bounds[1])]
    if mine.empty:
        st.info(_("No support is recorded for this forum."))
        return
    words = load_lists().labels
    who = texts.language()
    table = mine.groupby("kind").agg(n=("activity_id", "size"), last=("started_on", "max")).reset_index()
    tables.show(
        pd.DataFrame(
            {
                _("Kind of support"): [words["kind"][one][who] for one in table["kind"]],
                _("Times"): [format_number(int(one)) for one in table["n"]],
                _("Last on"): [forum_texts.day(one) for one in table["last"]],
            }
        )
    )


def _scorecard(view: View, selection: Selection, forum_id: str) -> None:
    st.subheader(_("Could this forum stand alone?"))
    card, names = (
        _card(view, view.version, view.scope, forum_id, selection),
        forum_texts.criterion_names(load_criteria()),
    )
    st.markdown(f"**{forum_texts.verdict(card)}**")
    parts = {"points": _("proved"), "lost": _("not reached"), "cost_of_missing": _("not known")}
    table = card.table[card.table["weight"] > 0]
    table = table.assign(lost=table["weight"] - table["points"] - table["cost_of_missing"])
    long = table.melt(["criterion"], list(parts), "part", "points_of")
    long = long.assign(
        label=long["criterion"].map(names), order=long["part"].map({name: k for k, name in enumerate(parts)}),
        part=long["part"].map(parts), points=(100 * long["points_of"]).round(1),
    )  # fmt: skip
    chart = programme_charts.criteria_bars(long[["label", "part", "points", "order"]], title=_("Points of 100"))
    st.altair_chart(chart, width="stretch", theme=None, alt=forum_texts.verdict(card))
    st.markdown(forum_texts.what_would_change(card, names))
    shown = forum_texts.card_table(card, names)
    with st.expander(_("Evidence of each criterion")):
        tables.show(shown)
    about = page_frame.about(view, selection, title=_("Scorecard of one forum"))
    downloads.show(shown, name="forum-scorecard", about=about, chart=chart)
    st.caption(forum_texts.how_scored())


@st.cache_resource(max_entries=128, show_spinner=False)
def _card(_view: View, version: str, scope: str, forum_id: str, selection: Selection) -> Scorecard:
    return programme_figures.card(_view, forum_id, selection)

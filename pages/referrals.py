"""Referrals: what is open, for how long, with whom, and what became of the rest?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from concerns.referrals import flow, overdue, waiting, within_service_level
from concerns.selection import Selection
from loaders import programme_figures
from loaders.view import View
from pages.figures import findings, referral_texts, sankey
from pages.figures.texts import _
from pages.widgets import downloads, filter_bar, page_frame, tables
from pages.widgets import waiting as waiting_times

N_LISTED = 25


def render() -> None:
    """Draw the page."""
    page_frame.page(_("What was referred, and what still waits?"), _draw)


def _draw(view: View) -> None:
    selection = page_frame.selected(view)
    if selection is None:
        return
    known, as_of = programme_figures.referrals(view, selection), selection.bounds[1]
    sent = programme_figures.referrals(view, selection, is_sent_within=True)
    if sent.empty:
        st.info(_("No referral was sent here in this period. Load the table of referrals on the page “Data”."))
        return
    open_work = waiting(known, as_of, by=["receiving_body", "sector"])
    level = within_service_level(sent, as_of)
    accepted = waiting_times.result(view, selection, "accepted", None)
    st.subheader(referral_texts.answer(open_work, accepted, level))
    _flow(view, selection, sent)
    _waiting(view, selection, open_work)
    waiting_times.show(view, selection)
    _level(view, selection, sent)
    _overdue(view, selection, known)


def _flow(view: View, selection: Selection, sent: pd.DataFrame) -> None:
    st.subheader(_("From concern to receiving sector to outcome"))
    table = flow(sent, selection.bounds[1])
    names = filter_bar.category_names(view)
    table = table.assign(
        category=[names.get(one, referral_texts.BLANK) for one in table["category"]],
        sector=[referral_texts.word("sector", one) for one in table["sector"]],
        outcome=[referral_texts.outcome(one) for one in table["outcome"]],
        n=table["n_referrals"],
    )
    title = _("Referrals")
    chart = sankey.flow(table, steps=("category", "sector", "outcome"), title=title)
    drawn, rows = st.tabs([_("Chart"), _("Table")])
    drawn.altair_chart(chart, width="stretch", theme=None, alt=findings.flow(table))
    labels = {"category": _("Category"), "sector": _("Sector"), "outcome": _("Outcome"), "n": title}
    shown = table[list(labels)].rename(columns=labels)
    with rows:
        tables.show(shown)
    about = page_frame.about(view, selection, title=_("From concern to receiving sector to outcome"))
    downloads.show(shown, name="referrals-flow", about=about, chart=chart)


def _waiting(view: View, selection: Selection, table: pd.DataFrame) -> None:
    st.subheader(_("Work that waits at each receiving body"))
    shown = referral_texts.waiting_table(table)
    tables.show(shown)
    about = page_frame.about(view, selection, title=_("Work that waits at each receiving body"))
    downloads.show(shown, name="referrals-waiting-work", about=about)


def _level(view: View, selection: Selection, sent: pd.DataFrame) -> None:
    st.subheader(_("Answered in time: 24 hours, 72 hours or 14 days by priority"))
    shown = referral_texts.level_table(within_service_level(sent, selection.bounds[1], by="priority"))
    tables.show(shown)
    about = page_frame.about(view, selection, title=_("Answered in time"))
    downloads.show(shown, name="referrals-in-time", about=about)


def _overdue(view: View, selection: Selection, known: pd.DataFrame) -> None:
    st.subheader(_("Longest past their time"))
    districts = {str(code): str(name) for code, name in filter_bar.district_names(view).items()}
    late = overdue(known, selection.bounds[1]).head(N_LISTED)
    shown = referral_texts.overdue_table(late, filter_bar.category_names(view), districts)
    tables.show(shown)
    about = page_frame.about(view, selection, title=_("Longest past their time"))
    downloads.show(shown, name="referrals-overdue", about=about)

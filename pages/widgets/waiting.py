"""How long referrals wait to be accepted and closed, open ones counted, and whether groups differ."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from concerns.referrals import TimeTo, time_to
from concerns.selection import Selection
from loaders import programme_figures
from loaders.view import View
from pages.figures import findings, programme_charts, referral_texts
from pages.figures.texts import _
from pages.widgets import downloads, filter_bar, page_frame, tables

N_CURVES = 6


def result(view: View, selection: Selection, event: str, by: str | None) -> TimeTo:
    """Waiting times of the referrals sent in the period; kept by view and selection."""
    return _time_to(view, view.version, view.scope, selection, event, by)


@page_frame.fragment
def show(view: View, selection: Selection) -> None:
    """Draw the curves with their medians; what is compared can be chosen."""
    st.subheader(_("How long do referrals wait?"))
    compared = {
        "priority": _("Priority"),
        "sector": _("Sector"),
        "adm2_pcode": _("District"),
        "": _("All together"),
    }
    left, right = st.columns(2)
    event = left.segmented_control(
        _("Time until it is"), list(referral_texts.EVENTS), default="accepted", required=True, key="waiting-event",
        format_func=lambda one: referral_texts.EVENTS[one](),
    )  # fmt: skip
    by = right.segmented_control(
        _("Compared by"), list(compared), format_func=compared.__getitem__, default="priority", required=True,
        key="waiting-by",
    )  # fmt: skip
    found = result(view, selection, event or "accepted", by or None)
    column = by or "all"
    label = _labels(view, by)
    curves = found.table[found.table["status"] == "ok"]
    curves = curves.assign(label=[label(one) for one in curves[by]] if by else _("All together"))
    largest = found.median.nlargest(N_CURVES, "n")
    kept = curves if not by else curves[curves[by].isin(largest[by])]
    title = _("Share still waiting")
    names = [label(one) for one in found.median[by]] if by else [_("All together")]
    chart = None
    if kept.empty:
        st.info(_("Too few referrals for a curve."))
    else:
        chart = programme_charts.waiting_curves(kept, title=title, days=_("Days since it was sent"))
        st.altair_chart(chart, width="stretch", theme=None, alt=findings.waits(found.median, names))
    shown = referral_texts.median_table(found, compared[by or ""], names)
    tables.show(shown)
    if by:
        st.markdown(referral_texts.log_rank(found))
    if by and len(found.median) > N_CURVES:
        st.caption(_("The curves are those of the largest groups; the table has all."))
    about = page_frame.about(view, selection, title=title)
    downloads.show(shown, name=f"referrals-waiting-{column}", about=about, chart=chart)
    st.caption(referral_texts.how_waiting())


def _labels(view: View, by: str | None) -> Callable[[object], str]:
    names = filter_bar.district_names(view)
    if by == "adm2_pcode":
        return lambda code: str(names.get(str(code), referral_texts.BLANK))
    return lambda code: referral_texts.word(by or "sector", code)


@st.cache_resource(max_entries=64, show_spinner=False)
def _time_to(_view: View, version: str, scope: str, selection: Selection, event: str, by: str | None) -> TimeTo:
    sent: pd.DataFrame = programme_figures.referrals(_view, selection, is_sent_within=True)
    return time_to("closed" if event == "closed" else "accepted", sent, selection.bounds[1], by=by)

"""Methods: what each figure means, how it is computed, and when not to trust it."""

from __future__ import annotations

import streamlit as st

from loaders.release_view import ReleaseView
from loaders.view import View
from pages.figures.method_texts import METHODS
from pages.figures.texts import _
from pages.widgets import page_frame


def render() -> None:
    """Draw the page."""
    page_frame.any_page(_("What do the figures mean?"), _draw)


def _draw(view: View | ReleaseView) -> None:
    st.write(
        _(
            "A count of reports is not a level of crime: it grows with trust, with meetings and with forums. Every "
            "figure here comes from the functions named below; their definitions stand in the code and are shown as "
            "they are."
        )
    )
    for method in METHODS:
        st.header(_(method.title), anchor=method.key)
        st.write(_(method.plain))
        st.caption(_("When not to trust it: {caution}").format(caution=_(method.caution)))
        if method.formula:
            st.latex(method.formula)
        with st.expander(_("Definition, defaults and source (in English)")):
            st.code(method.definition(), language=None, wrap_lines=True)
    st.header(_("Sources and licences"), anchor="sources")
    st.write(_("Boundaries: {source}").format(source=view.district_set.source))
    st.write(_("Place names and points: Open Admin Data, CC BY 4.0. Country outline: Natural Earth, public domain."))

"""Reports for somebody outside: by district and month, or with points that were moved; made on a click."""

from __future__ import annotations

from functools import partial

import streamlit as st

from concerns.masking import MAX_M, MIN_M
from concerns.schema import BadSetting
from concerns.selection import Selection
from loaders.desk import Desk
from loaders.share import masking_key
from loaders.view import View
from pages.figures import files
from pages.figures.texts import _, format_number, markdown_safe
from pages.widgets import downloads, filter_bar, page_frame


def show(desk: Desk, view: View) -> None:
    """The choice between district and moved points, and the button."""
    with st.expander(_("Share outside the programme")):
        st.write(
            _(
                "One line a report with its month, district, category and severity; no point, person, id or text. "
                "Sensitive reports carry their year and governorate alone. The filters of the other pages hold here."
            )
        )
        is_masked = st.toggle(_("Add points moved inside their district"), key="share-points")
        if is_masked:
            st.caption(moved())
            try:
                masking_key()
            except BadSetting as error:
                st.error(markdown_safe(str(error)))
                return
        asked = st.session_state.get(filter_bar.CHOSEN, Selection())
        st.download_button(
            _("Download {format}").format(format="CSV"),
            data=downloads.in_language(partial(_made, desk, view, asked, is_masked)),
            file_name="concern-atlas_shared.csv", mime="text/csv", key="share", on_click="ignore",
        )  # fmt: skip


def moved() -> str:
    """How far points were moved, for people."""
    text = _(
        "Every point was moved by {low} to {high} m inside its district, all points of a 250 m cell together and each "
        "time the same way. Where a district has too little room no point is given."
    )
    return text.format(low=format_number(int(MIN_M)), high=format_number(int(MAX_M)))


def _made(desk: Desk, view: View, asked: Selection, is_masked: bool) -> bytes:
    about = page_frame.about(view, asked, title=_("Reports by district and month"))
    note = "; ".join(part for part in (about.note, moved() if is_masked else "") if part)
    return files.to_csv(
        desk.shared(asked, is_masked=is_masked),
        files.About(about.title, about.filters, about.data_until, about.source, note=note),
    )

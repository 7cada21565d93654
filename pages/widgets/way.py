"""The way of the concerns of a selection: raised, discussed at a forum, settled or referred, resolved."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from concerns.selection import Selection
from loaders import programme_figures
from loaders.view import View
from pages.figures.texts import _, format_number, format_percent
from pages.widgets import downloads, page_frame

STAGES = {
    "raised": lambda: _("Raised"),
    "discussed": lambda: _("Brought to a forum"),
    "not_referred": lambda: _("Settled there or left"),
    "referred": lambda: _("Referred"),
    "answered": lambda: _("Answered by the receiving body"),
    "resolved": lambda: _("Resolved, as the body says"),
}


def show(view: View, selection: Selection) -> None:
    """Draw the stages with counts and shares; nothing where no forum is known."""
    if view.forums.empty:
        return
    st.subheader(_("What became of the concerns raised?"))
    table = _chain(view, view.version, view.scope, selection).set_index("stage")
    counts = {stage: int(table["n_reports"][stage]) for stage in STAGES}
    shares = {stage: format_percent(float(table["share"][stage]), decimals=1) for stage in STAGES}
    columns = [column for _row in range(2) for column in st.columns(3)]
    for column, (stage, title) in zip(columns, STAGES.items(), strict=True):
        column.metric(title(), format_number(counts[stage]), border=True)
        column.caption(_("{share} of those raised").format(share=shares[stage]))
    shown = stages(table)
    about = page_frame.about(view, selection, title=_("What became of the concerns raised?"))
    downloads.show(shown, name="way-of-concerns", about=about)
    st.caption(
        _(
            "Reports that can be placed in a district. What was discussed and not referred was settled on the spot or "
            "left: the tables do not tell these apart. Recent concerns have had less time."
        )
    )


def stages(table: pd.DataFrame) -> pd.DataFrame:
    """The stages in words. table: of `concerns.chain.chain`, index stage."""
    return pd.DataFrame(
        {
            _("Stage"): [title() for title in STAGES.values()],
            _("Reports"): [int(table["n_reports"][stage]) for stage in STAGES],
            _("Share of those raised"): [format_percent(float(table["share"][stage]), decimals=1) for stage in STAGES],
        }
    )


@st.cache_data(max_entries=32, show_spinner=False)
def _chain(_view: View, version: str, scope: str, selection: Selection) -> pd.DataFrame:
    return programme_figures.chain_of(_view, selection)

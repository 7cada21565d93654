"""Data: did my file land, and what happened to each row?"""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from loaders.desk import Desk
from loaders.view import View
from pages.figures import ledgers
from pages.figures.texts import _
from pages.widgets import page_frame, programme_upload, sharing, sign_in, tables, upload


def render() -> None:
    """Draw the page."""
    page_frame.page(_("Did my file land, and what happened to each row?"), _draw)


def _draw(view: View) -> None:
    desk = sign_in.current_desk(view)
    st.subheader(_("Load a file"))
    upload.show(desk, view)
    programme_upload.show(desk)
    _batches(desk)
    sharing.show(desk, view)


def _batches(desk: Desk) -> None:
    st.subheader(_("What was loaded"))
    if "landed" in st.session_state:
        st.success(st.session_state.pop("landed"))
    history = desk.history()
    if history.empty:
        st.info(_("Nothing was loaded yet."))
        return
    tables.show(ledgers.history(history))
    in_force = history[history["is_in_force"]]
    names = ledgers.batch_names(in_force)
    batch: str | None = st.selectbox(_("Batch"), in_force["batch_id"], format_func=lambda one: names[one], key="batch")
    if batch is not None:
        chosen = in_force.set_index("batch_id")
        _one_batch(desk, batch, str(chosen["table"][batch]), chosen["accepted"][batch])


def _one_batch(desk: Desk, batch: str, own: str, n_accepted: Any) -> None:
    """Downloads of one batch, and taking it back."""
    left, middle, right = st.columns(3)
    for column, table, label in ((left, own, _("Accepted rows")), (middle, "quarantine", _("Quarantined rows"))):
        column.download_button(
            label,
            data=partial(desk.rows_as_csv, table, batch),
            file_name=f"{table}_{batch}.csv",
            mime="text/csv",
            key=f"rows-{table}",
            on_click="ignore",
        )
    with right.popover(_("Undo this batch")):
        st.write(ledgers.undoing(n_accepted))
        if st.button(_("Undo"), key="undo", type="primary"):
            desk.undo(batch)
            st.rerun()

"""Data: did my file land, and what happened to each row?"""

from __future__ import annotations

from functools import partial

import streamlit as st

from loaders.desk import Desk
from loaders.ingest import Outcome
from loaders.view import View
from pages.figures import ledgers
from pages.figures.texts import _, format_number, markdown_safe
from pages.widgets import page_frame, sign_in


def render() -> None:
    """Draw the page."""
    page_frame.page(_("Did my file land, and what happened to each row?"), _draw)


def _draw(view: View) -> None:
    desk = sign_in.current_desk(view)
    _upload(desk)
    _batches(desk)


def _upload(desk: Desk) -> None:
    st.subheader(_("Load a file"))
    st.write(
        _("CSV, XLSX, GeoJSON, GeoPackage, GeoParquet or a zipped shapefile; nothing is stored before you confirm.")
    )
    file = st.file_uploader(_("File of reports"), key="upload")
    if file is None:
        st.session_state.pop("preview", None)
        return
    content = file.getvalue()
    swap = st.session_state.get("swap_coordinates", False)
    with st.spinner(_("Checking every row …")):
        outcome = desk.load(content, file.name, dry_run=True, swap_coordinates=swap)
    _show(file.name, outcome)
    if outcome.ledger.accepted and st.button(_("Load these rows"), type="primary", key="confirm"):
        with st.spinner(_("Loading …")):
            done = desk.load(content, file.name, dry_run=False, swap_coordinates=swap)
        st.session_state["landed"] = ledgers.sentence(done.ledger)
        st.rerun()


def _show(name: str, outcome: Outcome) -> None:
    """The ledger of a file, and rows that would go to quarantine with their reasons."""
    st.write(f"{_('File')}: {markdown_safe(name)}")
    st.write(ledgers.sentence(outcome.ledger))
    if outcome.ledger.sentence:
        st.error(markdown_safe(outcome.ledger.sentence))
        return
    numbers = {
        _("Read"): outcome.ledger.rows_read,
        _("Accepted"): outcome.ledger.accepted,
        _("Duplicates"): outcome.ledger.duplicates,
        _("Quarantined"): outcome.ledger.quarantined,
    }
    for column, (label, value) in zip(st.columns(4), numbers.items(), strict=True):
        column.metric(label, format_number(value), border=True)
    if "COORD_SWAPPED" in outcome.ledger.reasons:
        st.toggle(_("Latitude and longitude are swapped in the whole file: swap them back"), key="swap_coordinates")
    if outcome.samples:
        st.subheader(_("Quarantined rows: the first of each reason"))
        st.dataframe(ledgers.samples(outcome.samples), hide_index=True)
    for warning in outcome.ledger.warnings:
        st.info(markdown_safe(warning))


def _batches(desk: Desk) -> None:
    st.subheader(_("What was loaded"))
    if "landed" in st.session_state:
        st.success(st.session_state.pop("landed"))
    history = desk.history()
    if history.empty:
        st.info(_("Nothing was loaded yet."))
        return
    st.dataframe(ledgers.history(history), hide_index=True)
    in_force = history[history["is_in_force"]]
    names = ledgers.batch_names(in_force)
    batch: str | None = st.selectbox(_("Batch"), in_force["batch_id"], format_func=lambda one: names[one], key="batch")
    if batch is not None:
        _one_batch(desk, batch, int(in_force.set_index("batch_id")["accepted"][batch]))


def _one_batch(desk: Desk, batch: str, n_accepted: int) -> None:
    """Downloads of one batch, and taking it back."""
    left, middle, right = st.columns(3)
    for column, table, label in ((left, "reports", _("Accepted rows")), (middle, "quarantine", _("Quarantined rows"))):
        column.download_button(
            label,
            data=partial(desk.rows_as_csv, table, batch),
            file_name=f"{table}_{batch}.csv",
            mime="text/csv",
            key=f"rows-{table}",
            on_click="ignore",
        )
    with right.popover(_("Undo this batch")):
        text = _("{n} accepted rows are taken out; what they had replaced comes back. The history keeps both.")
        st.write(text.format(
            n=format_number(n_accepted)
        ))  # fmt: skip
        if st.button(_("Undo"), key="undo", type="primary"):
            desk.undo(batch)
            st.rerun()

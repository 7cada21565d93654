"""An uploaded file on its way: looked over first, mapped where its columns are strange, then confirmed."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from concerns.schema import DataError, FileOutcome, FileReason
from loaders.desk import Desk
from loaders.first_look import FirstLook
from loaders.headings import TEXT_COLUMNS
from loaders.ingest import Outcome
from loaders.mapping import Mapping
from pages.figures import ledgers
from pages.figures.texts import _, format_number, markdown_safe
from pages.widgets import tables

OFFERED = ("occurred_on", "category", "lat", "lon", "geopoint", "district", "governorate", "place_name", "severity",
           "report_id", "subcategory", "accuracy_m", "description")  # fmt: skip


def show(desk: Desk) -> None:
    """Draw the uploader and everything up to the confirmation."""
    st.write(
        _("CSV, XLSX, GeoJSON, GeoPackage, GeoParquet or a zipped shapefile; nothing is stored before you confirm.")
    )
    file = st.file_uploader(_("File of reports"), key="upload")
    if file is None:
        return
    content, mapping = file.getvalue(), st.session_state.get("mapping")
    swap = bool(st.session_state.get("swap_coordinates"))
    with st.spinner(_("Checking every row …")):
        outcome = desk.load(content, file.name, dry_run=True, mapping=mapping, swap_coordinates=swap)
    st.write(_("File: {name}").format(name=markdown_safe(file.name)))
    st.write(ledgers.sentence(outcome.ledger))
    if outcome.ledger.file_outcome == FileOutcome.REJECTED:
        st.error(markdown_safe(outcome.ledger.sentence))
        if outcome.ledger.file_reason == FileReason.HEADER_MISSING:
            _mapping_form(desk, content, file.name)
        return
    _numbers(outcome)
    _names(desk, outcome)
    if outcome.ledger.accepted and st.button(_("Load these rows"), type="primary", key="confirm"):
        with st.spinner(_("Loading …")):
            done = desk.load(content, file.name, dry_run=False, mapping=mapping, swap_coordinates=swap)
        st.session_state["landed"] = ledgers.sentence(done.ledger)
        st.session_state.pop("mapping", None)
        st.rerun()


def _numbers(outcome: Outcome) -> None:
    """The ledger of a file, and rows that would go to quarantine with their reasons."""
    ledger = outcome.ledger
    numbers = {
        _("Read"): ledger.rows_read,
        _("Accepted"): ledger.accepted,
        _("Duplicates"): ledger.duplicates,
        _("Quarantined"): ledger.quarantined,
    }
    for column, (label, value) in zip(st.columns(4), numbers.items(), strict=True):
        column.metric(label, format_number(value), border=True)
    if "COORD_SWAPPED" in ledger.reasons or st.session_state.get("swap_coordinates"):
        st.toggle(_("Latitude and longitude are swapped in the whole file: swap them back"), key="swap_coordinates")
    if outcome.samples:
        st.subheader(_("Quarantined rows: the first of each reason"))
        tables.show(ledgers.samples(outcome.samples))
    for warning in ledger.warnings:
        st.info(markdown_safe(warning))


def _mapping_form(desk: Desk, content: bytes, name: str) -> None:
    """Let the reader say which column holds what; saved mappings that fit are offered first."""
    st.subheader(_("Which column holds what?"))
    look = desk.first_look(content, name)
    st.dataframe(look.sample.head(5), hide_index=True)
    saved = desk.shelf.fitting(look.columns)
    chosen = st.selectbox(_("Saved mapping"), list(saved), index=None, key="saved-mapping", placeholder=_("None"))
    with st.form("mapping-form"):
        picked = {
            ours: st.selectbox(
                ours,
                look.columns,
                index=_position(look.columns, saved[chosen].columns.get(ours, ()) if chosen else (), look, ours),
                placeholder=_("not in the file"),
            )
            for ours in OFFERED
            if ours in (*TEXT_COLUMNS, "geopoint", "district")
        }
        title = st.text_input(_("Save this mapping as"), value=chosen or "", max_chars=80)
        if st.form_submit_button(_("Use this mapping"), type="primary"):
            values = saved[chosen].values if chosen else {}
            mapping = Mapping({ours: (header,) for ours, header in picked.items() if header}, values)
            if title:
                desk.shelf.save_mapping(title, mapping)
            st.session_state["mapping"] = mapping
            st.rerun()


def _position(columns: list[str], named: tuple[str, ...], look: FirstLook, ours: str) -> int | None:
    """Where the header stands that a saved mapping names, or else the suggested one."""
    suggested = look.suggested.get(ours)
    wanted = named[0] if named else suggested.header if suggested else None
    return columns.index(wanted) if wanted in columns else None


def _names(desk: Desk, outcome: Outcome) -> None:
    """Place names that are not certain, each with its candidates; a correction is remembered for the next load."""
    frames = [frame for frame in outcome.names if len(frame)]
    if not frames:
        return
    names = pd.concat(frames, ignore_index=True)
    st.subheader(_("Place names that are not certain"))
    tables.show(ledgers.place_names(names))
    options = ledgers.corrections(names)
    with st.form("alias-form"):
        stated = st.selectbox(_("Name as stated"), list(options), index=None)
        district = st.selectbox(
            _("It means"), sorted({code for codes in options.values() for code in codes}), index=None
        )
        if st.form_submit_button(_("Remember this spelling")) and stated and district:
            try:
                desk.shelf.remember_alias(stated, district)
                st.rerun()
            except DataError as error:
                st.error(markdown_safe(str(error)))

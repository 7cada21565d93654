"""An uploaded file on its way: looked over first, mapped where its columns are strange, then confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from concerns.schema import DataError, FileOutcome, FileReason
from loaders.desk import Desk
from loaders.first_look import FirstLook
from loaders.ingest import Outcome
from loaders.mapping import Mapping
from loaders.view import View
from pages.figures import ledgers, loading_texts
from pages.figures.texts import _, format_number, markdown_safe
from pages.widgets import filter_bar, mapping_form, tables


@dataclass
class Chosen:
    """What the reader chose for one uploaded file, and what came of the last look at it."""

    file_id: str
    mapping: Mapping | None = None
    looked_with: str = ""
    head: FirstLook | None = None
    outcome: Outcome | None = None

    def options(self) -> dict[str, Any]:
        """The choices as `Desk.load` takes them."""
        toggles = ("swap_coordinates", "keep_equal_rows")
        return {name: bool(st.session_state.get(f"{name}-{self.file_id}")) for name in toggles} | {
            "mapping": self.mapping
        }


def show(desk: Desk, view: View) -> None:
    """Draw the uploader and everything up to the confirmation."""
    st.write(
        _("CSV, XLSX, GeoJSON, GeoPackage, GeoParquet or a zipped shapefile; nothing is stored before you confirm.")
    )
    file = st.file_uploader(_("File of reports"), key="upload")
    if file is None:
        return
    chosen: Chosen | None = st.session_state.get("upload-chosen")
    if chosen is None or chosen.file_id != file.file_id:
        chosen = st.session_state["upload-chosen"] = Chosen(file.file_id)
    content = file.getvalue()
    outcome = _look(desk, chosen, content, file.name)
    st.write(_("File: {name}").format(name=markdown_safe(file.name)))
    st.write(ledgers.sentence(outcome.ledger))
    if outcome.ledger.file_outcome == FileOutcome.REJECTED:
        st.error(markdown_safe(loading_texts.refusal(outcome.ledger)))
        if outcome.ledger.file_reason != FileReason.HEADER_MISSING:
            return
    elif outcome.ledger.file_outcome != FileOutcome.ALREADY_INGESTED:
        _numbers(outcome, chosen)
        _names(desk, view, outcome)
        _use(chosen, mapping_form.words(desk, outcome.words, view.taxonomy, mapping=chosen.mapping))
    is_strange = outcome.ledger.file_outcome == FileOutcome.REJECTED
    chosen.head = chosen.head or desk.first_look(content, file.name)
    with st.expander(_("Which column holds what?"), expanded=is_strange):
        _use(chosen, mapping_form.columns(desk, chosen.head, mapping=chosen.mapping))
    if outcome.ledger.accepted and st.button(_("Load these rows"), type="primary", key="confirm"):
        with st.spinner(_("Loading …")):
            done = desk.load(content, file.name, dry_run=False, **chosen.options())
        st.session_state["landed"] = ledgers.sentence(done.ledger)
        st.rerun()


def _look(desk: Desk, chosen: Chosen, content: bytes, name: str) -> Outcome:
    """What would become of the file; looked at again when a choice, or what the store knows, has changed."""
    looked_with = f"{chosen.options()} {desk.state()}"
    if chosen.outcome is None or chosen.looked_with != looked_with:
        with st.spinner(_("Checking every row …")):
            chosen.outcome = desk.load(content, name, dry_run=True, **chosen.options())
        chosen.looked_with = looked_with
    return chosen.outcome


def _use(chosen: Chosen, mapping: Mapping | None) -> None:
    """Look at the file again with a mapping that the reader settled on just now."""
    if mapping is not None:
        chosen.mapping = mapping
        st.rerun()


def _numbers(outcome: Outcome, chosen: Chosen) -> None:
    """The ledger of a file, choices for the whole file, and rows that would go to quarantine with their reasons."""
    ledger = outcome.ledger
    numbers = {
        _("Read"): ledger.rows_read,
        _("Accepted"): ledger.accepted,
        _("Duplicates"): ledger.duplicates,
        _("Quarantined"): ledger.quarantined,
    }
    for column, (label, value) in zip(st.columns(4), numbers.items(), strict=True):
        column.metric(label, format_number(value), border=True)
    if outcome.is_swapped:
        label = _("Latitude and longitude are swapped in the whole file: swap them back")
        st.toggle(label, key=f"swap_coordinates-{chosen.file_id}")
    options = chosen.options()
    if not outcome.has_ids and (ledger.duplicates or options["keep_equal_rows"]):
        label = _("Equal rows are concerns of their own, since the file has no ids: keep them all")
        st.toggle(label, key=f"keep_equal_rows-{chosen.file_id}")
    if outcome.samples:
        st.subheader(_("Quarantined rows: the first of each reason"))
        tables.show(ledgers.samples(outcome.samples))
    for warning in ledger.warnings:
        st.info(markdown_safe(loading_texts.remark(warning)))


def _names(desk: Desk, view: View, outcome: Outcome) -> None:
    """Place names that are not certain, each with its candidates; a correction is remembered for the next load."""
    frames = [frame for frame in outcome.names if len(frame)]
    if not frames:
        return
    names = ledgers.whole_file_names(pd.concat(frames, ignore_index=True))
    st.subheader(_("Place names that are not certain"))
    tables.show(ledgers.place_names(names))
    candidates = ledgers.corrections(names)
    stated = st.selectbox(
        _("Name as stated"), list(candidates), index=None, key="alias-name", placeholder=_("Choose one")
    )
    if stated is None:
        return
    districts = filter_bar.district_names(view)
    likely = [code for code in dict.fromkeys(candidates[stated]) if code in districts.index]
    district = st.selectbox(
        _("It means"),
        [*likely, *(code for code in districts.index if code not in likely)],
        index=None,
        format_func=lambda code: f"{districts[code]} ({code})",
        placeholder=_("Choose one"),
        key=f"alias-{stated}",
    )
    if st.button(_("Remember this spelling"), disabled=district is None) and district:
        try:
            desk.shelf.remember_alias(stated, district)
            st.rerun()
        except DataError as error:
            st.error(markdown_safe(str(error)))

"""The programme's tables: templates to fill in, and a filled one on its way: looked over first, then confirmed."""

from __future__ import annotations

from functools import partial

import streamlit as st

from concerns.programme_schema import PROGRAMME_TABLES
from concerns.schema import FileOutcome
from loaders.desk import Desk
from loaders.templates import template, template_csv
from pages.figures import ledgers, loading_texts, texts
from pages.figures.texts import _, format_number, markdown_safe

TITLES = {
    "forums": lambda: _("Forums"),
    "meetings": lambda: _("Meetings"),
    "referrals": lambda: _("Referrals"),
    "activities": lambda: _("Activities"),
    "surveys": lambda: _("Surveys"),
    "population": lambda: _("Population"),
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show(desk: Desk) -> None:
    """Draw the templates and the uploader of the programme's tables."""
    st.subheader(_("Forums, meetings, referrals, support and surveys"))
    st.write(
        _(
            "Fill in a template and load it here. Load forums first: the other tables name them. No names of people. "
            "Transitions exported from Primero load as referrals; notes and people are left out."
        )
    )
    with st.container(horizontal=True, gap="small"):
        for table in PROGRAMME_TABLES:
            st.download_button(
                _("Template: {table}").format(table=TITLES[table]()) + " (XLSX)",
                data=partial(template, table, language=texts.language()),
                file_name=f"concern-atlas_template_{table}.xlsx",
                mime=XLSX,
                key=f"template-{table}",
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
            )
    with st.container(horizontal=True, gap="small"):
        for table in PROGRAMME_TABLES:
            st.download_button(
                f"{TITLES[table]()} (CSV)",
                data=template_csv(table),
                file_name=f"concern-atlas_template_{table}.csv",
                mime="text/csv",
                key=f"template-csv-{table}",
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
            )
    file = st.file_uploader(_("File of one of these tables"), key="programme-upload", type=["csv", "xlsx"])
    if file is None:
        return
    content = file.getvalue()
    with st.spinner(_("Checking every row …")):
        ledger = desk.load_programme(content, file.name, dry_run=True)
    if ledger.file_outcome == FileOutcome.REJECTED:
        st.error(markdown_safe(loading_texts.refusal(ledger)))
        return
    st.write(f"{markdown_safe(file.name)}: {TITLES[ledger.format]() if ledger.format in TITLES else ''}")
    st.write(ledgers.sentence(ledger))
    numbers = {
        _("Read"): ledger.rows_read,
        _("Accepted"): ledger.accepted,
        _("Duplicates"): ledger.duplicates,
        _("Quarantined"): ledger.quarantined,
    }
    for column, (label, value) in zip(st.columns(4), numbers.items(), strict=True):
        column.metric(label, format_number(value), border=True)
    if ledger.accepted and st.button(_("Load these rows"), type="primary", key="programme-confirm"):
        with st.spinner(_("Loading …")):
            st.session_state["landed"] = ledgers.sentence(desk.load_programme(content, file.name, dry_run=False))
        st.rerun()

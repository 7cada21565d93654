"""The form in which an admin enters people, changes what they may see, and takes it away."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from concerns.access import Role
from loaders.categories import load_taxonomy
from loaders.office import Office
from loaders.roles import RoleEntry
from pages.figures import texts
from pages.figures.offices import ROLES
from pages.figures.texts import _, in_language, markdown_safe

DONE = "role_changed"


def show(office: Office, roles: pd.DataFrame) -> None:
    """Draw both forms; each deed is in the audit trail before it holds."""
    if DONE in st.session_state:
        st.success(markdown_safe(st.session_state.pop(DONE)))
    _enter(office)
    if len(roles):
        _revoke(office, roles)


def _enter(office: Office) -> None:
    taxonomy, names = load_taxonomy(), district_names(office)
    with st.form("role"):
        st.subheader(_("Enter somebody, or change what they see"))
        who = st.text_input(_("E-mail address, or the subject that the identity provider gives"), key="role_who")
        role = st.selectbox(_("Role"), list(Role), format_func=lambda one: ROLES[one](), key="role_role")
        districts = st.multiselect(
            _("Districts (a forum lead sees these and no other)"), names.index, format_func=names.__getitem__,
            key="role_districts", placeholder=_("None"),
        )  # fmt: skip
        cleared = st.multiselect(
            _("Sensitive concerns that the person may see by place"), list(taxonomy.categories), key="role_cleared",
            placeholder=_("None"),
            format_func=lambda code: f"{code} {taxonomy.label(code, texts.language())}",
        )  # fmt: skip
        until = st.date_input(_("Last day (leave empty for no end)"), value=None, key="role_until", format="YYYY-MM-DD")
        if st.form_submit_button(_("Save"), type="primary") and role is not None:
            office.set_role(RoleEntry(who.strip(), role, frozenset(districts), frozenset(cleared), until))
            st.session_state[DONE] = _("{person} is entered; it works at their next click.").format(person=who.strip())
            st.rerun()


def _revoke(office: Office, roles: pd.DataFrame) -> None:
    with st.form("revoke"):
        st.subheader(_("Take a role away"))
        who = st.selectbox(_("Person"), roles["who"], format_func=markdown_safe, key="revoke_who", index=None)
        if st.form_submit_button(_("Take it away")) and who is not None:
            office.revoke(who)
            st.session_state[DONE] = _("{person} sees nothing from the next click on.").format(person=who)
            st.rerun()


def district_names(office: Office) -> pd.Series:
    """Names in the reader's language with their codes, index adm2_pcode."""
    districts = office.districts.set_index("adm2_pcode")
    names = districts[in_language("adm2_name", districts.columns)].astype("str")
    return (names + " (" + names.index.astype("str") + ")").sort_values()

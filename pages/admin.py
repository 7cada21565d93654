"""Administration: who may see what, who did what, and what is published."""

from __future__ import annotations

import streamlit as st

from loaders.office import Office
from pages.figures import offices
from pages.figures.texts import _
from pages.widgets import page_frame, publish_form, role_form, tables


def render() -> None:
    """Draw the page."""
    page_frame.office_page(_("Who may see what, and who did what?"), _draw)


def _draw(office: Office) -> None:
    people, trail, publishing = st.tabs([_("People"), _("Audit trail"), _("Publishing")])
    with people:
        _people(office)
    with trail:
        _trail(office)
    with publishing:
        publish_form.show(office)


def _people(office: Office) -> None:
    roles = office.roles()
    if roles.empty:
        st.info(_("Nobody has a role yet. The first one entered must be an admin."))
    else:
        tables.show(offices.role_table(roles))
    role_form.show(office, roles)


def _trail(office: Office) -> None:
    state = office.trail_state()
    if state.is_whole:
        st.success(_("The trail is whole: each line fits the one before."))
    else:
        st.error(_("The trail is broken at line {n}. Compare it with a backup.").format(n=state.broken_at))
    st.caption(_("Note its head at a place of your own, and compare: whoever can write the file can write all of it."))
    st.code(f"{state.n_entries} {state.head}", language=None)
    tables.show(offices.trail_table(office.trail()))

"""Who is here, in the sidebar; and the page of those who may see nothing: how to come in, or why not."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from concerns import access
from concerns.access import Right, Viewer
from concerns.schema import AccessDenied, DataError
from pages.figures.offices import ROLES
from pages.figures.texts import _, markdown_safe
from pages.widgets import mode, sign_in
from pages.widgets.mode import Mode

WATCH_S = 60  # how often a screen that nobody touches asks whether its session is over
REASONS: dict[str, Callable[[], str]] = {
    "SIGN_IN": lambda: _("Sign in to see what is open to you."),
    "CLAIMS": lambda: _("The identity provider does not say who you are. Please tell an admin."),
    "SIGNED_OUT": lambda: _("You are signed out."),
    "TOO_LONG": lambda: _("Your session ended after 8 hours. Sign in again."),
    "IDLE": lambda: _("Your session ended after 30 minutes without a click. Sign in again."),
    "ELSEWHERE": lambda: _("This dashboard serves the machine it runs on alone; others need an identity provider."),
}


def show() -> frozenset[Right]:
    """Draw who is here, and give what they may do. Where that is nothing, draw `door` and no page."""
    try:
        viewer = sign_in.current_viewer()
    except DataError:
        return frozenset()
    with st.sidebar:
        _who(viewer)
    return access.rights(viewer, today=sign_in.today())


def _who(viewer: Viewer) -> None:
    """What this person is to the programme, and the way out."""
    chosen = mode.current()
    if chosen is Mode.LOCAL:
        text = _("Local mode: this machine alone. Whoever uses it is planner and admin and sees everything.")
        st.caption(text)
    elif chosen is Mode.PUBLIC:
        st.caption(_("Published figures only."))
    else:
        role = ROLES[viewer.role]() if viewer.role else _("no role")
        st.caption(_("Signed in as {name}, {role}").format(name=markdown_safe(_name(viewer)), role=role))
        if st.button(_("Sign out"), key="sign_out", width="stretch"):
            sign_in.sign_out()
        _watch()


@st.fragment(run_every=WATCH_S)
def _watch() -> None:
    """Take a screen that was left open away when its session is over."""
    if not sign_in.is_alive():
        st.rerun()


def door() -> None:
    """The page of those who may see nothing."""
    st.title(_("Concern Atlas"))
    try:
        viewer = sign_in.current_viewer()
    except AccessDenied as error:
        st.write(REASONS.get(error.code, REASONS["SIGN_IN"])())
        if error.code != "ELSEWHERE" and st.button(_("Sign in"), type="primary", key="sign_in"):
            st.login()
    except DataError as error:
        st.error(markdown_safe(str(error)))
    else:
        text = _("You are signed in as {name}, but no role is open to you today. Ask an admin for one.")
        st.write(text.format(name=markdown_safe(_name(viewer))))


def _name(viewer: Viewer) -> str:
    """As an admin knows the person; who is in no table, as the identity provider does."""
    if viewer.subject:
        return viewer.subject
    told = sign_in.signed_in()
    return told.email or told.subject

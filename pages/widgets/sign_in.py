"""Who looks, and what they may see: the only place where a page gets a view, a desk or an office.

Roles are looked up on every run, so that a change works at the next click. What is kept between runs is kept by scope
and version, never by person.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import streamlit as st

from concerns import access
from concerns.access import Right, Role, Viewer
from concerns.schema import AccessDenied
from loaders.audit import Event
from loaders.categories import load_taxonomy
from loaders.desk import Desk
from loaders.folders import Folders, release_folder
from loaders.office import Office
from loaders.release import read_manifest
from loaders.release_view import ReleaseView, open_release_view
from loaders.sessions import Sessions, SignIn
from loaders.store import Store, store_address
from loaders.view import View, open_view, view_version
from pages.widgets import mode
from pages.widgets.mode import Mode

LOCAL = "local"
_OPENED = "opened_scopes"
_SESSIONS = Sessions()  # no cache of Streamlit's, which a browser may clear


def today() -> dt.date:
    """The day in Iraq."""
    return dt.datetime.now(ZoneInfo("Asia/Baghdad")).date()


def now() -> dt.datetime:
    """This instant, UTC."""
    return dt.datetime.now(dt.UTC)


def current_viewer() -> Viewer:
    """The person of this session; looked up anew in every run.

    Raises AccessDenied: nobody is signed in, the session ended (code SIGN_IN, CLAIMS, SIGNED_OUT, TOO_LONG, IDLE), or
    local mode is asked from another machine (ELSEWHERE). Raises StoreError: the table of roles is damaged.
    """
    return asking()()


def asking() -> Callable[[], Viewer]:
    """A way to ask who this person is that still works when no page runs, as when a download is made on a click.

    Raises AccessDenied as `current_viewer`, here or when it is asked.
    """
    chosen = mode.current()
    if chosen is Mode.PUBLIC:
        return lambda: Viewer(Mode.PUBLIC, Role.PUBLIC)
    if chosen is Mode.LOCAL:
        if not mode.came_from_here(st.context.headers, st.context.ip_address):
            hint = "Configure an identity provider to serve others."
            raise AccessDenied("Local mode serves this machine alone.", where="sign-in", hint=hint, code="ELSEWHERE")
        return lambda: Viewer(LOCAL, Role.ADMIN, clearances=frozenset(load_taxonomy().categories))
    sign_in, folders = signed_in(), Folders.of(current_store())

    def ask() -> Viewer:
        _SESSIONS.click(sign_in, now=now())
        return folders.role_table.find(email=sign_in.email, subject=sign_in.subject)

    return ask


def signed_in() -> SignIn:
    """What the identity provider said of this session. Raises AccessDenied: nobody is signed in."""
    return SignIn.of(st.user.to_dict())


def is_alive() -> bool:
    """Whether this session's sign-in would be answered now; asking is no click."""
    return mode.current() is not Mode.PROVIDER or _SESSIONS.is_alive(signed_in(), now=now())


def sign_out() -> None:
    """End this person's sign-ins here, and ask the provider to end its own."""
    _SESSIONS.end(signed_in(), now=now())
    st.logout()


def may(right: Right) -> bool:
    """Whether this person holds a right now; nobody holds none. Raises StoreError: the table of roles is damaged."""
    try:
        return right in access.rights(current_viewer(), today=today())
    except AccessDenied:
        return False


def current_view() -> View:
    """What this person may see of the store as it is now.

    Raises StoreError: the store cannot be read. Raises AccessDenied: nothing of it is open to the viewer.
    """
    store, viewer, day = current_store(), current_viewer(), today()
    access.require(viewer, Right.COUNTS, today=day)
    scope = access.scope(viewer, today=day)
    view = _view(store.url, view_version(store), scope, day, store, _unnamed(viewer))
    _note_opened(viewer, scope, view.version)
    return view


def current_release() -> ReleaseView:
    """What this person may see of the published release.

    Raises StoreError: nothing is published, or the folder is damaged. Raises AccessDenied: not even that is open.
    """
    viewer, day = current_viewer(), today()
    access.require(viewer, Right.RELEASE, today=day)
    folder = release_folder() if mode.current() is Mode.PUBLIC else Folders.of(current_store()).release
    scope = access.scope(viewer, today=day)
    view = _release(str(folder), read_manifest(folder)[1], scope, day, _unnamed(viewer))
    if mode.current() is not Mode.PUBLIC:  # there is no store beside a public release, and nobody to name
        _note_opened(viewer, scope, view.version)
    return view


def current_desk(view: View) -> Desk:
    """The loading desk of this person. Raises AccessDenied without the right to load."""
    store = current_store()
    return Desk(store, view, ask=asking(), trail=Folders.of(store).trail, now=now())


def current_office() -> Office:
    """The office of this person. Raises AccessDenied without the right to administer."""
    return Office(current_store(), ask=asking(), today=today(), now=now())


def exported(make: Callable[[], bytes], *, what: str, format: str, n_rows: int) -> Callable[[], bytes]:
    """The same file, for who may have it at the moment of the click and still sees the same; the audit trail notes it.

    Its maker raises AccessDenied otherwise.
    """
    ask, day = asking(), today()
    scope = access.scope(ask(), today=day)
    trail = None if mode.current() is Mode.PUBLIC else Folders.of(current_store()).trail

    def made() -> bytes:
        viewer = ask()
        access.require(viewer, Right.EXPORT_TABLES, today=today())
        if access.scope(viewer, today=today()) != scope:
            hint = "Open the page again."
            raise AccessDenied("What you may see was changed.", where="access", hint=hint, code="SCOPE")
        if trail is not None:
            trail.append(
                Event.EXPORTED, who=viewer.subject, at=now(), what=what, format=format, n_rows=n_rows, scope=scope
            )
        return make()

    return made


def current_store() -> Store:
    """The store that CONCERN_ATLAS_STORE names, else data/store."""
    return Store(store_address(os.environ.get("CONCERN_ATLAS_STORE")))


def _unnamed(viewer: Viewer) -> Viewer:
    """The viewer as everybody of this scope is: a view is shared between them."""
    return replace(viewer, subject="", until=None)


def _note_opened(viewer: Viewer, scope: str, version: str) -> None:
    """Write into the audit trail who opened what, once a session and scope."""
    opened: set[str] = st.session_state.setdefault(_OPENED, set())
    if scope not in opened:
        Folders.of(current_store()).trail.append(
            Event.OPENED, who=viewer.subject, at=now(), scope=scope, data_version=version
        )
        opened.add(scope)


@st.cache_resource(max_entries=32, show_spinner=False)
def _view(url: str, version: str, scope: str, day: dt.date, _store: Store, _viewer: Viewer) -> View:
    return open_view(_store, _viewer, today=day)


@st.cache_resource(max_entries=32, show_spinner=False)
def _release(folder: str, version: str, scope: str, day: dt.date, _viewer: Viewer) -> ReleaseView:
    return open_release_view(Path(folder), _viewer, today=day)

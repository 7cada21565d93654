"""Who looks, and what they may see. Without a sign-in service: one local planner, on this machine alone."""

from __future__ import annotations

import datetime as dt
import os
from zoneinfo import ZoneInfo

import streamlit as st

from concerns import access
from concerns.access import Role, Viewer
from loaders.categories import load_taxonomy
from loaders.desk import Desk
from loaders.store import Store, store_address
from loaders.view import View, open_view, view_version


def today() -> dt.date:
    """The day in Iraq."""
    return dt.datetime.now(ZoneInfo("Asia/Baghdad")).date()


def current_viewer() -> Viewer:
    """The person of this session; looked up anew in every run."""
    return Viewer("local", Role.PLANNER, clearances=load_taxonomy().sensitive)


def current_view() -> View:
    """What this person may see of the store as it is now.

    Raises StoreError: the store cannot be read. Raises AccessDenied: nothing of it is open to the viewer.
    """
    store, viewer, day = current_store(), current_viewer(), today()
    return _view(store.url, view_version(store), access.scope(viewer, today=day), store, viewer, day)


def current_store() -> Store:
    """The store that CONCERN_ATLAS_STORE names, else data/store."""
    return _store(store_address(os.environ.get("CONCERN_ATLAS_STORE")))


@st.cache_resource(max_entries=4, show_spinner=False)
def _store(address: str) -> Store:
    return Store(address)


@st.cache_resource(max_entries=8, show_spinner=False)
def _view(url: str, version: str, scope: str, _store: Store, _viewer: Viewer, _today: dt.date) -> View:
    return open_view(_store, _viewer, today=_today)


def current_desk(view: View) -> Desk:
    """The loading desk of this person. Raises AccessDenied without the right to load."""
    return Desk(current_store(), view, now=dt.datetime.now(dt.UTC))

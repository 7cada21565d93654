"""The dashboard, `streamlit run dashboard.py`: on the server's start the application, in a visitor's run the page."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from pages import PAGES, PageEntry
from pages.figures.texts import _
from pages.widgets import entrance, language, media_guard, mode, rtl, server

ICON = Path(__file__).parent / "static" / "icon.png"


def opened(entry: PageEntry) -> Callable[[], None]:
    """The page's render(), imported when somebody opens it."""

    def render() -> None:
        importlib.import_module(f"pages.{entry.module}").render()

    render.__name__ = entry.module
    return render


def main() -> None:
    """One visitor's run."""
    language.show()
    st.set_page_config(page_title=_("Concern Atlas"), page_icon=str(ICON), layout="wide")
    rtl.show()
    rights = entrance.show()
    shown = [page for page in PAGES if page.right in rights]
    menu = [st.Page(opened(page), title=_(page.title), icon=page.icon, url_path=page.url_path) for page in shown[1:]]
    first = opened(shown[0]) if shown else entrance.door
    title, icon = (_(shown[0].title), shown[0].icon) if shown else (_("Sign in"), None)
    start = st.Page(first, title=title, icon=icon, url_path="start", default=True)
    # the first page is also found under its own address, and whoever is not signed in finds the door under every one
    also = [
        st.Page(first, title=title, icon=icon, url_path=page.url_path, visibility="hidden")
        for page in (shown[:1] or PAGES)
    ]
    st.navigation([start, *menu, *also]).run()


if __name__ == "__main__":
    main()
else:
    # Without this line Streamlit serves every file of pages/ by itself until some visitor has called st.navigation.
    PagesManager.uses_pages_directory = False
    media_guard.install()
    mode.start_or_leave()
    app = st.App(Path(__file__), routes=server.ROUTES, middleware=server.MIDDLEWARE, secrets=mode.secrets_of() or None)

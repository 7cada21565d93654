"""The dashboard with pages of a test's own: the real server, settings, widgets and files around them."""

from __future__ import annotations

import shutil
from pathlib import Path

from pages import PAGES
from tests.e2e.conftest import ROOT

LINKED = ("concerns", "geo", "loaders", "static", "locale", "data")


def build(folder: Path, pages: dict[str, str]) -> Path:
    """Lay out the dashboard in `folder`, with these sources as pages; the other pages only say their name."""
    app = folder / "app"
    app.mkdir(parents=True)
    for name in LINKED:
        (app / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / ".streamlit", app / ".streamlit")
    shutil.copytree(ROOT / "pages", app / "pages", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "dashboard.py", app)
    for name in (*(page.module for page in PAGES), *pages):
        plain = f"import streamlit as st\n\n\ndef render():\n    st.title({name!r})\n"
        (app / "pages" / f"{name}.py").write_text(pages.get(name, plain), encoding="utf-8")
    return app

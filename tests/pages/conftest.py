"""Small real stores in the states that every page must survive, and a way to open one page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from loaders.store import open_store
from tests.loaders.rows import load_batch

SCRIPT = "from pages.widgets import language\nlanguage.show()\nfrom pages import {module}\n{module}.render()"


@pytest.fixture(scope="session")
def single_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One report, no forum, no meeting."""
    folder = tmp_path_factory.mktemp("pages") / "single"
    load_batch(open_store(folder), "only", 1)
    return folder


@pytest.fixture
def empty_store(tmp_path: Path) -> Path:
    """Nothing was ever loaded."""
    return tmp_path / "empty"


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Open one page on a store, in a language, with address parameters; it must raise nothing."""

    def opened(module: str, store: Path, *, lang: str = "en", **query: str) -> AppTest:
        monkeypatch.setenv("CONCERN_ATLAS_STORE", str(store))
        page = AppTest.from_string(SCRIPT.format(module=module), default_timeout=60)
        page.session_state["lang"] = lang
        for key, value in query.items():
            page.query_params[key] = value
        page.run()
        assert not page.exception, [one.message for one in page.exception]
        assert not [one.value for one in page.error], [one.value for one in page.error]
        return page

    return opened

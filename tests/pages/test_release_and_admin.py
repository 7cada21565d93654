"""The two pages that read no report: one says how to make a release, the other opens for the owner of the machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import SCRIPT


def opened(module: str, store: Path, monkeypatch: pytest.MonkeyPatch, lang: str) -> AppTest:
    monkeypatch.setenv("CONCERN_ATLAS_STORE", str(store))
    page = AppTest.from_string(SCRIPT.format(module=module), default_timeout=60)
    page.session_state["lang"] = lang
    page.run()
    assert not page.exception
    return page


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_without_a_release_the_page_says_how_to_publish(empty_store, monkeypatch, lang):
    monkeypatch.setenv("CONCERN_ATLAS_RELEASE", str(empty_store / "none"))
    page = opened("release", empty_store, monkeypatch, lang)
    assert len(page.title) == 1
    assert any("loaders publish" in str(one.value) for one in page.error)


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_administration_opens_for_the_owner_of_the_machine(demo_store, monkeypatch, lang):
    page = opened("admin", demo_store, monkeypatch, lang)
    assert len(page.title) == 1
    assert not page.error

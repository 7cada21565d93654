"""Every page in its four states, in English and in Arabic: it says what to do, and it draws what it has."""

from __future__ import annotations

import pytest

from pages import PAGES

OF_THEIR_OWN = ("release", "admin")  # read no report; see test_release_and_admin.py
MODULES = [entry.module for entry in PAGES if entry.module not in OF_THEIR_OWN]
WITH_FILTERS = [module for module in MODULES if module not in ("data", "methods")]


def texts(page) -> str:
    kinds = ("title", "header", "subheader", "markdown", "caption", "info", "warning")
    return "\n".join(str(one.value) for kind in kinds for one in getattr(page, kind))


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize("module", MODULES)
def test_the_demo_is_drawn_and_called_synthetic(open_page, demo_store, module, lang):
    page = open_page(module, demo_store, lang=lang)
    assert len(page.title) == 1
    assert ("SYNTHETIC" if lang == "en" else "مصطنعة") in texts(page)
    assert ("APPROXIMATE" if lang == "en" else "تقريبية") in texts(page)


@pytest.mark.parametrize("module", WITH_FILTERS)
def test_an_empty_store_invites_to_load(open_page, empty_store, module):
    page = open_page(module, empty_store)
    assert any("Load a file" in one.value for one in page.info)
    assert any("loaders demo" in one.value for one in page.code)


@pytest.mark.parametrize("module", MODULES)
def test_one_report_is_enough_to_draw_every_page(open_page, single_store, module):
    page = open_page(module, single_store)
    assert len(page.title) == 1
    assert "SYNTHETIC" not in texts(page)


@pytest.mark.parametrize("module", WITH_FILTERS)
def test_filters_that_match_nothing_say_so(open_page, demo_store, module):
    page = open_page(module, demo_store, **{"from": "1999-01-01", "to": "1999-12-31"})
    assert any("No report matches" in one.value for one in page.info)


@pytest.mark.parametrize("module", WITH_FILTERS)
def test_a_link_that_cannot_be_read_is_said_and_the_page_still_opens(open_page, demo_store, module):
    page = open_page(module, demo_store, category="<script>")
    assert any("link" in one.value for one in page.warning)
    assert len(page.title) == 1


def test_the_link_restricts_every_figure(open_page, demo_store):
    all_categories = open_page("overview", demo_store).metric[0].value
    drugs = open_page("overview", demo_store, category="C07").metric[0].value
    assert int(drugs.replace(",", "")) < int(all_categories.replace(",", ""))


def test_districts_that_restrict_a_page_are_said_on_it(open_page, demo_store):
    codes = "IQG04Q03,IQG15Q01,IQG15Q02,IQG15Q03,IQG15Q04"
    chips = open_page("trends", demo_store, adm2=codes).markdown[0].value
    assert "Hamdaniya" in chips
    assert "1 more district" in chips

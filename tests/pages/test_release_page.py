"""What a donor's page shows, its map, its charts and its files are sums of the published files and nothing else."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from concerns.noise import noise_margin
from loaders.folders import Folders
from tests import canaries, offered_files
from tests.pages.conftest import SCRIPT

FILES = {
    "districts": ("district_quarter", ["adm2_pcode"], "quarter", 2.5),
    "governorates": ("governorate_category_quarter", ["adm1_pcode", "category"], "quarter", 2.5),
    "country": ("category_month", ["category"], "month", 5.0),
    "sensitive": ("governorate_sensitive_year", ["adm1_pcode", "category"], "year", 2.5),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return Folders.of(canaries.build(tmp_path_factory.mktemp("release_page"))).release


@pytest.fixture
def files(monkeypatch) -> list:
    """The files that the page offers."""
    return offered_files.catch(monkeypatch)


def opened(folder: Path, monkeypatch: pytest.MonkeyPatch, *, lang: str = "en", **query: str) -> AppTest:
    monkeypatch.setenv("CONCERN_ATLAS_MODE", "public")
    monkeypatch.setenv("CONCERN_ATLAS_RELEASE", str(folder))
    page = AppTest.from_string(SCRIPT.format(module="release"), default_timeout=60)
    page.session_state["lang"] = lang
    for key, value in query.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    assert not page.error
    return page


def published(folder: Path, table: str) -> pd.DataFrame:
    """The lines that the page should show, added up from the files by themselves."""
    stem, keys, _period, scale = FILES[table]
    rows = pd.read_parquet(folder / f"{stem}-2026Q2.parquet")
    lines = rows.groupby(keys).agg(n=("n_reports", "sum"), cells=("n_reports", "size")).reset_index()
    lines["margin"] = [noise_margin(scale, int(cells)) for cells in lines["cells"]]
    return lines


def words(n: int, margin: int) -> str:
    """The figure, unless the noise drowns it: the draw decides which."""
    return f"fewer than {max(10, -(-margin // 10) * 10)}" if n <= margin or n < 10 else f"{n:,}"


@pytest.mark.parametrize("table", list(FILES))
def test_every_line_of_the_file_is_a_sum_of_published_cells(folder, monkeypatch, files, table):
    opened(folder, monkeypatch, table=table, first="2025Q3", last="2026Q2")
    csv = dict(files)[f"concern-atlas_release-{table}.csv"]().decode("utf-8-sig")
    shown = pd.read_csv(io.StringIO(csv), comment="#", dtype=str).dropna(subset=["Reports"])
    lines = published(folder, table)
    assert len(shown) == len(lines)
    assert shown["Reports"].to_list() == [words(n, m) for n, m in zip(lines["n"], lines["margin"], strict=True)]
    intervals = [f"{max(0, n - m):,} – {max(0, n + m):,}" for n, m in zip(lines["n"], lines["margin"], strict=True)]
    assert [re.sub("[\u2066\u2069]", "", text) for text in shown["Noise interval (95 %)"]] == intervals


def test_the_headline_is_the_sum_of_the_published_cells(folder, monkeypatch):
    page = opened(folder, monkeypatch, first="2025Q3", last="2026Q2")
    lines = published(folder, "districts")
    n, margin = lines["n"].sum(), noise_margin(2.5, int(lines["cells"].sum()))
    assert page.metric[0].value == words(n, margin)
    assert f"{words(n, margin)} reports" in page.subheader[0].value
    assert f"{max(0, n - margin):,} and {n + margin:,}" in page.subheader[0].value
    assert page.metric[1].value == "75"  # meetings held, exact


def test_the_promise_stands_under_the_figures_in_both_directions(folder, monkeypatch):
    english = opened(folder, monkeypatch)
    assert any("e^ε" in one.value for one in english.markdown)
    arabic = opened(folder, monkeypatch, lang="ar")
    assert arabic.title[0].value != english.title[0].value


def test_a_link_that_cannot_be_read_is_said_and_the_page_opens(folder, monkeypatch):
    page = opened(folder, monkeypatch, table="reports", adm1="<script>")
    assert any("link" in one.value for one in page.warning)
    assert page.metric


def test_a_choice_without_published_cells_says_so(folder, monkeypatch):
    page = opened(folder, monkeypatch, table="sensitive", first="2026Q1", last="2026Q2")
    assert any("Nothing is published" in one.value for one in page.info)


def test_the_release_alone_is_enough(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("CONCERN_ATLAS_STORE", str(tmp_path / "none" / "store"))
    opened(folder, monkeypatch)
    assert not (tmp_path / "none").exists()
    assert json.loads((folder / "manifest.json").read_bytes())["format"] == 1

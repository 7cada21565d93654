"""Hostile text in every place of our widgets, in a real browser: no script, no template, no foreign request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from PIL import Image

from tests.e2e import trial_app
from tests.e2e.conftest import Server, Visit, serving
from tests.e2e.hostile import PAYLOADS as EVERY

PAYLOADS = [text for text in EVERY if "\n" not in text and len(text) < 200]  # shown whole in one line

PAGE = f"""
import datetime as dt
import geopandas as gpd
import pandas as pd
import streamlit as st
from shapely.geometry import box

from pages.figures import files, legends, maps, palettes
from pages.figures.texts import markdown_safe
from pages.widgets import downloads, map_view, markup

PAYLOADS = {PAYLOADS!r}


def render():
    n = len(PAYLOADS)
    shapes = gpd.GeoDataFrame(
        {{"adm2_pcode": PAYLOADS, "adm2_name": PAYLOADS, "adm2_name_ar": PAYLOADS, "adm1_pcode": PAYLOADS,
          "adm1_name": PAYLOADS, "adm1_name_ar": PAYLOADS}},
        geometry=[box(43 + i % 4, 31 + i // 4, 44 + i % 4, 32 + i // 4) for i in range(n)], crs=4326)
    codes = pd.Series(range(n), index=PAYLOADS) % 4
    base = map_view.base(shapes, version="hostile")
    map_view.show(base, maps.paint(base, codes, palettes.YLGNBU), key="map", selects="district", height=500)
    markup.show(legends.legend([legends.Entry("#fff", text) for text in PAYLOADS], title=PAYLOADS[1], note=PAYLOADS[2]))
    for text in PAYLOADS:
        st.text(text)
        st.metric(markdown_safe(text), 1)
        st.info(markdown_safe(text))
    st.selectbox("District", PAYLOADS, format_func=markdown_safe, key="district")
    st.dataframe(pd.DataFrame({{"name": PAYLOADS}}))
    about = files.About(PAYLOADS[0], PAYLOADS[1], dt.date(2024, 1, 1), PAYLOADS[2], note=PAYLOADS[-1])
    downloads.show(pd.DataFrame({{"name": PAYLOADS}}), name="hostile", about=about)
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    folder = tmp_path_factory.mktemp("hostile")
    app = trial_app.build(folder, {"hotspots": PAGE})
    with serving(folder / "store", folder / "server", app=app) as running:
        yield running, app


def drawn(visit: Visit, server: Server, query: str = "") -> None:
    visit.open(f"{server.url}/hotspots{query}")
    visit.page.frame_locator("iframe").locator("path.leaflet-interactive").first.wait_for(timeout=60_000)
    visit.settle()


def test_nothing_runs_and_nothing_leaves(hostile: tuple[Server, Path], visit: Visit):
    server, app = hostile
    drawn(visit, server)
    page, frame = visit.page, visit.page.frame_locator("iframe")
    box = page.locator("iframe").bounding_box()
    for x, y in ((0.3, 0.4), (0.5, 0.5), (0.7, 0.6)):
        page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        visit.settle()
    for _ in range(4):
        frame.locator(".leaflet-control-zoom-in").click()
        page.wait_for_timeout(300)
    assert page.evaluate("window.hit") is None
    assert page.frames[1].evaluate("window.hit") is None
    assert visit.foreign(server) == []
    assert not list(app.rglob("owned"))
    assert not (Path.cwd() / "owned").exists()


def test_the_text_shows_literally(hostile: tuple[Server, Path], visit: Visit):
    server, _app = hostile
    drawn(visit, server)
    page = visit.page
    names = page.frame_locator("iframe").locator(".atlas-name.adm1").all_text_contents()
    assert sorted(names) == sorted(PAYLOADS)
    legend = page.locator(".atlas-legend").inner_text()
    assert all(text in legend for text in PAYLOADS)
    labels = page.get_by_test_id("stMetricLabel").all_inner_texts()
    assert [label.strip() for label in labels] == PAYLOADS
    assert page.get_by_test_id("stAlert").all_inner_texts() == PAYLOADS
    assert page.locator("img[src*=beacon]").count() == 0


def test_the_map_still_draws(hostile: tuple[Server, Path], visit: Visit):
    server, _app = hostile
    drawn(visit, server)
    visit.page.locator("iframe").scroll_into_view_if_needed()
    path = visit.picture("hostile-map")
    colours = {colour for _n, colour in Image.open(path).convert("RGB").getcolors(1 << 24)}
    assert visit.page.frame_locator("iframe").locator("path.leaflet-interactive").count() == len(PAYLOADS)
    assert len(colours) > 50


HOSTILE_VALUES = ["<script>top.hit=1</script>", "{{ 7*7 }}", "../../etc/passwd", "ar\u0000", "%00"]


@pytest.mark.parametrize(("key", "value"), [*[("lang", value) for value in HOSTILE_VALUES], ("digits", "{{ 7*7 }}")])
def test_a_hostile_address_is_only_an_unknown_value(hostile: tuple[Server, Path], visit: Visit, key: str, value: str):
    server, _app = hostile
    drawn(visit, server, f"?{key}={quote(value)}")
    assert visit.page.evaluate("window.hit") is None
    assert visit.page.evaluate("document.documentElement.lang") == "en"
    assert visit.foreign(server) == []

"""The map and the three languages in a real browser, on a page that has nothing else on it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from PIL import Image

from pages.figures import palettes
from tests.e2e import trial_app
from tests.e2e.conftest import Server, Visit, serving

PAGE = """
import geopandas as gpd
import pandas as pd
import streamlit as st
from shapely.geometry import box

from pages.figures import legends, maps, palettes, texts
from pages.figures.texts import _, format_date, format_number
from pages.widgets import map_view, markup

# One pixel, pure red, as PNG.
RED_DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de000"
    "0000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082")
CODES = {"A": 1, "B": 5, "C": palettes.ZERO, "D": palettes.NO_DATA, "E": palettes.SUPPRESSED, "F": palettes.UNTESTABLE}


@st.cache_resource
def squares():
    shapes = [box(43 + i % 3, 31 + i // 3, 44 + i % 3, 32 + i // 3) for i in range(6)]
    return gpd.GeoDataFrame(
        {"adm2_pcode": list(CODES), "adm2_name": list(CODES), "adm2_name_ar": list("ابجدهو"),
         "adm1_pcode": ["G1"] * 3 + ["G2"] * 3, "adm1_name": ["South"] * 3 + ["North"] * 3,
         "adm1_name_ar": ["جنوب"] * 3 + ["شمال"] * 3}, geometry=shapes, crs=4326)


def render():
    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    st.title(_("Hot spots"))
    swapped = st.toggle("swap")
    chosen = st.selectbox(_("District"), list(CODES), index=None, key="district", bind="query-params")
    codes = pd.Series(CODES) if not swapped else pd.Series(CODES).replace({1: 5, 5: 1})
    base = map_view.base(squares(), version="1")
    density = maps.Density(RED_DOT, 43, 31, 46, 33) if st.checkbox("density") else None
    layer = maps.paint(base, codes, palettes.YLGNBU, selected=chosen, density=density)
    map_view.show(base, layer, key="map", selects="district", height=400)
    classes = palettes.Classes((1, 2, 5, 10, 20, 50), palettes.YLGNBU, "quantiles", True)
    markup.show(legends.class_legend(classes, title=_("Reports")))
    st.metric(_("Reports"), format_number(1234), "-3%")
    st.text(f"runs {st.session_state['runs']}; chosen {chosen}")
"""
FRAME_SHAPES = "path.leaflet-interactive"


def running(folder: Path, base_path: str) -> AbstractContextManager[Server]:
    options = {"server.baseUrlPath": base_path} if base_path else {}
    app = trial_app.build(folder, {"hotspots": PAGE})
    return serving(folder / "store", folder / "server", app=app, options=options)


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("mapped"), "") as server:
        yield server


@pytest.fixture(scope="module")
def under_a_path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("under"), "atlas/one") as server:
        yield server


def drawn(visit: Visit, server: Server, query: str = "") -> None:
    visit.open(f"{server.url}/hotspots{query}")
    visit.page.frame_locator("iframe").locator(FRAME_SHAPES).first.wait_for(timeout=60_000)
    visit.page.wait_for_timeout(500)


def runs(visit: Visit) -> int:
    """How often the page's script has run."""
    text = visit.page.get_by_text("runs ", exact=False).last.inner_text()
    return int(text.split()[1].rstrip(";"))


def map_picture(visit: Visit) -> Image.Image:
    return Image.open(io.BytesIO(visit.page.locator("iframe").screenshot())).convert("RGB")


def has_colour(picture: Image.Image, colour: str, tolerance: int = 24) -> bool:
    """Is a fair part of the picture of this colour? Districts are drawn with a little transparency."""
    wanted = tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))
    near = [
        n for n, c in picture.getcolors(1 << 24) if all(abs(a - b) <= tolerance for a, b in zip(c, wanted, strict=True))
    ]
    return sum(near) > 500


def click_square(visit: Visit, x: float, y: float) -> None:
    """Click inside the map, at this share of its width and height."""
    visit.page.locator("iframe").scroll_into_view_if_needed()
    box = visit.page.locator("iframe").bounding_box()
    visit.page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)


def test_the_map_shows_classes_and_all_four_states(mapped: Server, visit: Visit):
    drawn(visit, mapped)
    picture = map_picture(visit)
    for colour in (palettes.YLGNBU[0], palettes.YLGNBU[4], palettes.ZERO_COLOUR, palettes.NO_DATA_COLOUR):
        assert has_colour(picture, colour), colour
    fills = (
        visit.page.frame_locator("iframe")
        .locator(FRAME_SHAPES)
        .evaluate_all("all => all.map(p => p.getAttribute('fill'))")
    )
    assert {"url(#atlas-hatch)", "url(#atlas-dash)"} <= set(fills)
    assert visit.foreign(mapped) == []
    assert visit.refused == []


def test_a_density_image_shows_under_the_outlines(mapped: Server, visit: Visit):
    drawn(visit, mapped)
    visit.page.get_by_text("density").click()
    visit.settle()
    visit.page.wait_for_timeout(1000)
    assert has_colour(map_picture(visit), "#ff3333", tolerance=60)
    visit.page.get_by_text("density").click()
    visit.settle()
    visit.page.wait_for_timeout(1000)
    assert not has_colour(map_picture(visit), "#ff3333", tolerance=60)


def test_a_filter_repaints_the_map_without_reloading_it(mapped: Server, visit: Visit):
    drawn(visit, mapped)
    visit.page.frames[1].evaluate("window.same = true")
    visit.page.frame_locator("iframe").locator(".leaflet-control-zoom-in").click()
    visit.page.wait_for_timeout(800)
    zoom = visit.page.frames[1].evaluate("window.map.getZoom()")
    visit.page.get_by_text("swap").click()
    visit.settle()
    visit.page.wait_for_timeout(500)
    assert visit.page.frames[1].evaluate("window.same") is True
    assert visit.page.frames[1].evaluate("window.map.getZoom()") == zoom


def test_pan_and_zoom_cause_no_rerun(mapped: Server, visit: Visit):
    drawn(visit, mapped)
    before = runs(visit)
    frame = visit.page.frame_locator("iframe")
    frame.locator(".leaflet-control-zoom-in").click()
    visit.page.wait_for_timeout(800)
    visit.page.frames[1].evaluate("window.map.panBy([60, 40])")
    visit.page.wait_for_timeout(1200)
    assert runs(visit) == before


def test_a_click_chooses_the_district_in_box_address_and_map(mapped: Server, visit: Visit):
    drawn(visit, mapped)
    visit.socket_bytes.clear()
    click_square(visit, 0.5, 0.75)
    visit.page.get_by_text("chosen B").wait_for()
    visit.page.wait_for_function("() => location.search.includes('district=B')")
    assert visit.page.frames[1].evaluate("window.map") is not None
    assert sum(visit.socket_bytes) < 100_000
    outlines = (
        visit.page.frame_locator("iframe")
        .locator(FRAME_SHAPES)
        .evaluate_all("all => all.map(p => p.getAttribute('stroke-width'))")
    )
    assert outlines.count("3") == 1


def test_a_click_on_a_map_that_is_half_in_view_does_not_scroll_the_page(mapped: Server, new_visit):
    visit = new_visit(height=520)
    drawn(visit, mapped)
    main = visit.page.get_by_test_id("stMain")
    box = visit.page.locator("iframe").bounding_box()
    assert box["y"] < 480 < box["y"] + box["height"]
    before = main.evaluate("node => node.scrollTop")
    visit.page.mouse.click(box["x"] + box["width"] / 2, 500)
    visit.page.wait_for_function("() => location.search.includes('district=')", timeout=10_000)
    assert main.evaluate("node => node.scrollTop") == before


def test_a_copied_link_brings_the_choice_and_the_language(mapped: Server, visit: Visit):
    drawn(visit, mapped, "?lang=ar&district=E")
    assert visit.page.get_by_text("chosen E").count() == 1
    assert visit.page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["ar", "rtl"]
    assert "lang=ar" in visit.page.url


def test_arabic_is_mirrored_and_speaks_arabic(mapped: Server, visit: Visit):
    drawn(visit, mapped, "?lang=ar")
    page = visit.page
    visit.picture("map-arabic")
    sidebar, main = page.get_by_test_id("stSidebar").bounding_box(), page.get_by_test_id("stMain").bounding_box()
    assert sidebar["x"] > main["x"] + main["width"] / 2
    title = page.locator("h1").first
    assert title.evaluate("node => getComputedStyle(node).textAlign") in ("start", "right")
    assert title.inner_text() == "البؤر الساخنة"
    assert set(page.frame_locator("iframe").locator(".atlas-name.adm1").all_text_contents()) == {"جنوب", "شمال"}
    assert page.get_by_test_id("stMetricValue").inner_text() == "١٬٢٣٤"
    assert "Noto Sans Arabic" in title.evaluate("node => getComputedStyle(node).fontFamily")
    assert page.evaluate("document.fonts.check('16px \"Noto Sans Arabic\"', 'ب')")


def test_the_switch_changes_the_language_and_stays_from_page_to_page(mapped: Server, visit: Visit):
    drawn(visit, mapped)
    page = visit.page
    page.get_by_test_id("stSidebar").get_by_test_id("stSelectbox").first.click()
    page.get_by_role("option", name="کوردی").click()
    page.wait_for_function("() => document.documentElement.lang === 'ckb'")
    assert "lang=ckb" in page.url
    page.get_by_test_id("stSidebarNavLink").nth(2).click()
    page.wait_for_function("() => location.pathname.endsWith('/trends')")
    visit.settle()
    page.wait_for_function("() => location.search.includes('lang=ckb')")
    assert page.evaluate("document.documentElement.dir") == "rtl"


def test_two_visitors_read_two_languages_at_once(mapped: Server, new_visit):
    english, arabic = new_visit(), new_visit()
    drawn(english, mapped)
    drawn(arabic, mapped, "?lang=ar")
    english.page.get_by_text("swap").click()
    english.settle()
    assert english.page.locator("h1").first.inner_text() == "Hot spots"
    assert arabic.page.locator("h1").first.inner_text() == "البؤر الساخنة"


def test_under_a_base_path_map_fonts_and_direction_work_too(under_a_path: Server, visit: Visit):
    drawn(visit, under_a_path, "?lang=ar")
    assert has_colour(map_picture(visit), palettes.YLGNBU[4])
    click_square(visit, 0.5, 0.75)
    visit.page.get_by_text("chosen B").wait_for()
    assert visit.page.evaluate("document.documentElement.dir") == "rtl"
    assert visit.page.evaluate("document.fonts.check('16px \"Noto Sans Arabic\"', 'ب')")
    assert visit.foreign(under_a_path) == []
    assert visit.refused == []


@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_shows_the_whole_width(mapped: Server, new_visit, dark: bool):
    visit = new_visit(width=360, height=740, dark=dark)
    drawn(visit, mapped)
    visit.picture(f"map-phone-{'dark' if dark else 'light'}")
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 361
    assert visit.page.locator("iframe").bounding_box()["width"] <= 360

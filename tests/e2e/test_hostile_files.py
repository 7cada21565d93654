"""Hostile text in every field of a store, its districts and its memory: every page of the dashboard, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pandas as pd
import pytest

from loaders import boundaries, district_set
from loaders.mapping import Mapping
from loaders.shelf import Shelf
from loaders.store import Store
from pages import PAGES
from tests import canaries
from tests.e2e.conftest import Server, Visit, serving
from tests.e2e.hostile import PAYLOADS, payload

PERIOD = "from=2025-07-01&to=2026-06-30"
LAYERS = ("count", "per_meeting", "smoothed", "density", "gi_star", "lisa", "emerging", "clusters")


def hostile(frame: pd.DataFrame, kept: set[str]) -> pd.DataFrame:
    """The same rows with a payload in every text, but for the columns that others are joined by."""
    texts = [name for name in frame.columns if frame[name].map(type).eq(str).any() and name not in kept]
    number = count()
    return frame.assign(**{name: [payload(next(number)) for _ in range(len(frame))] for name in texts})


def hostile_districts(folder: Path) -> Path:
    shapes = district_set.approximate().districts.copy()
    names = [name for name in shapes.columns if name.endswith(("_name", "_name_ar", "_name_ckb"))]
    for step, name in enumerate(names):
        shapes[name] = [payload(number + step) for number in range(len(shapes))]
    path = folder / "districts.geojson"
    path.write_text(shapes.to_json(), encoding="utf-8")
    return path


def build(folder: Path) -> Store:
    store = Store(str(folder / "store"))
    forums = pd.DataFrame([canaries.forum(code) for code in (canaries.OWN, canaries.OTHER, canaries.FAR)])
    keys = {"forum_id", "adm1_pcode", "adm2_pcode", "category", "subcategory", "batch_id"}
    name = f"{PAYLOADS[3]} {PAYLOADS[0]}.csv"
    canaries.fill(store, "reports", hostile(canaries.every_report(), keys | {"report_id"}), file_name=name)
    canaries.fill(store, "forums", hostile(forums, keys), file_name=name)
    canaries.fill(store, "meetings", hostile(canaries.meetings(forums), keys | {"meeting_id"}), file_name=name)
    referrals = [canaries.referral(code, False) for code in (canaries.OWN, canaries.OTHER, canaries.FAR)]
    kept = keys | {"referral_id", "report_id", "status", "priority"}
    canaries.fill(store, "referrals", hostile(pd.DataFrame(referrals), kept), file_name=name)
    boundaries.install(hostile_districts(folder), store.folder)
    shelf = Shelf(store.folder)
    for number, text in enumerate(PAYLOADS[:12]):
        shelf.save_mapping(text[:60], Mapping(columns={"description": (text,)}))
        shelf.note_alert(f"IQG15Q01|{number}", status="verified", note=text[:200], who=text[:60], on="2026-06-30")
    return store


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("hostile-files")
    store = build(folder)
    with serving(Path(store.url), folder / "server") as running:
        yield running


def harmless(visit: Visit, server: Server, where: str) -> None:
    page = visit.page
    assert page.evaluate("window.hit") is None, where
    assert [one for frame in page.frames if (one := frame.evaluate("window.hit")) is not None] == [], where
    assert visit.foreign(server) == [], where
    assert "Something went wrong" not in page.get_by_test_id("stApp").inner_text(), where
    assert not (Path.cwd() / "owned").exists(), where


@pytest.mark.parametrize("module", [page.module for page in PAGES])
def test_no_page_takes_orders_from_the_data(attacked: Server, visit: Visit, module: str):
    entry = next(page for page in PAGES if page.module == module)
    visit.open(f"{attacked.url}/{entry.url_path}?{PERIOD}")
    harmless(visit, attacked, module)
    if module == "hotspots":
        drawn = visit.page.frame_locator("iframe").first.locator("path.leaflet-interactive").first
        drawn.wait_for(timeout=60_000)
        names = visit.page.frame_locator("iframe").first.locator(".atlas-name").all_text_contents()
        assert len(set(names) & {text.strip() for text in PAYLOADS}) >= 5  # as they were written
    tabs = visit.page.get_by_role("tab")
    for number in range(tabs.count()):
        tabs.nth(number).click()
        visit.settle()
    harmless(visit, attacked, f"{module}, tabs")
    if module == "data":
        shown = "[...document.querySelectorAll('[data-testid=stSelectbox] *')].map(one => one.value || one.innerText)"
        assert any("{{ 7*7 }}" in str(text) for text in visit.page.evaluate(shown))  # the file's name


@pytest.mark.slow
@pytest.mark.parametrize("layer", LAYERS)
def test_no_layer_takes_orders_from_the_data(attacked: Server, visit: Visit, layer: str):
    visit.open(f"{attacked.url}/hotspots?{PERIOD}&layer={layer}&lang=ar")
    visit.page.frame_locator("iframe").first.locator("path.leaflet-interactive").first.wait_for(timeout=60_000)
    visit.page.frame_locator("iframe").first.locator("body").hover()
    harmless(visit, attacked, layer)

"""Selections on the cube and whole pages, at one and ten million reports: a click must not grow with them."""

from __future__ import annotations

import datetime as dt
import os
import time
from statistics import median
from typing import Any

from streamlit.testing.v1 import AppTest

from concerns.access import Role, Viewer
from concerns.selection import Selection
from loaders.categories import load_taxonomy
from loaders.store import Store
from loaders.view import open_view
from tests.benchmarks.big_store import shared_store

SIZES = (1_000_000, 10_000_000)
BAR_TOTALS_MS, BAR_GROWTH, BAR_RERUN_MS = 2.0, 1.5, 300.0
PAGES = ("overview", "trends", "districts", "hotspots")
SCRIPT = "from pages.widgets import language\nlanguage.show()\nfrom pages import {page}\n{page}.render()"


def run() -> list[dict[str, Any]]:
    """Measure both sizes; rows for the table."""
    stores = {size: shared_store(size) for size in SIZES}
    totals = {size: _totals_ms(store) for size, store in stores.items()}
    reruns = {size: _rerun_ms(store) for size, store in stores.items()}
    small, large = SIZES
    growth = totals[large] / totals[small]
    rows = [
        _row("selection → totals by district, category × month and in all, from the cube, CPU", totals[large], "ms",
             f"≤ {BAR_TOTALS_MS:g} ms at 10M", totals[large] <= BAR_TOTALS_MS),
        _row("the same, 10M over 1M", growth, "ratio", f"≤ {BAR_GROWTH:g}", growth <= BAR_GROWTH),
    ]  # fmt: skip
    for page in PAGES:
        ours, before = reruns[large][page], reruns[small][page]
        met = ours <= BAR_RERUN_MS
        rows.append(_row(f"rerun of {page} after a filter change, 10M", ours, "ms", f"≤ {BAR_RERUN_MS:g} ms", met))
        rows.append(
            _row(f"rerun of {page}, 10M over 1M", ours / before, "ratio", "not growing (≤ 1.5)", ours <= 1.5 * before)
        )
    return rows


def _row(what: str, ours: float, unit: str, bar: str, met: bool) -> dict[str, Any]:
    return {"what": what, "ours": ours, "peer": None, "unit": unit, "bar": bar, "met": met}


def _totals_ms(store: Store) -> float:
    viewer = Viewer("bench", Role.PLANNER, clearances=load_taxonomy().sensitive)
    cube = open_view(store, viewer, today=dt.date(2026, 1, 1)).cube
    chosen = Selection(dt.date(2024, 1, 5), dt.date(2025, 3, 7), ("C01", "C02", "C03"))
    times = []
    for _ in range(200):
        start = time.process_time()
        for by in (("adm2_pcode",), ("category", "month"), ()):
            cube.totals(chosen, by=by)
        times.append(time.process_time() - start)
    return median(times) * 1e3


def _rerun_ms(store: Store) -> dict[str, float]:
    os.environ["CONCERN_ATLAS_STORE"] = store.url
    found = {}
    for page in PAGES:
        app = AppTest.from_string(SCRIPT.format(page=page), default_timeout=600).run()
        if app.exception:
            raise RuntimeError(f"{page} failed: {app.exception[0].message}")
        times = []
        for category in ("C01", "C02", "C03", "C04", "C05"):
            app.multiselect(key="filter_category").set_value([category])
            start = time.perf_counter()
            app.run()
            times.append(time.perf_counter() - start)
        found[page] = median(times) * 1e3
    return found

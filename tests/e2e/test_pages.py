"""Every page with the demo, in a real browser and three languages: drawn, quiet, accessible, and asking nobody else."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from concerns.access import GRANTS, Role
from pages import PAGES
from pages.figures import texts
from tests.e2e.conftest import Server, Visit

# In local mode, whoever uses the machine is planner and admin.
OPEN = [page for page in PAGES if page.right in GRANTS[Role.PLANNER] | GRANTS[Role.ADMIN]]
ADDRESSES = ["" if page is PAGES[0] else page.url_path for page in OPEN]
SYNTHETIC = "SYNTHETIC data: this is made up for demonstration. No figure here says anything about a real place."
SAID_TO_BE_SYNTHETIC = (SYNTHETIC, f"{SYNTHETIC} Take it out with {{command}}.")
SHOWS_NO_REPORTS = ("release", "admin")  # nothing of the demo is published, and roles are no figures
ALL_IN_TWO_LANGUAGES = [(address, code) for address in ADDRESSES for code in ("en", "ar")]
# Rules about what Streamlit and Vega themselves draw, out of our reach: landmarks, and the inner marks of a chart,
# which Vega gives a role and no name (the chart as a whole has one).
NOT_OURS = {"region", "landmark-one-main", "page-has-heading-one", "scrollable-region-focusable", "svg-img-alt"}


def opened(visit: Visit, server: Server, address: str, code: str) -> str:
    """Open a page in a language and wait for its last part; give its text."""
    visit.open(f"{server.url}/{address}?lang={code}")
    visit.page.locator("h1").first.wait_for(timeout=60_000)
    visit.settle()
    return visit.page.get_by_test_id("stApp").inner_text()


@pytest.mark.parametrize(("address", "code"), [*ALL_IN_TWO_LANGUAGES, ("", "ckb"), ("hotspots", "ckb")])
def test_a_page_is_drawn_and_asks_nobody_else(server: Server, visit: Visit, address: str, code: str):
    text = opened(visit, server, address, code)
    with texts.reading(code):
        broken = texts._("Something went wrong here. Please tell the maintainers this number: {number}").split("{")[0]
        assert visit.menu() == [texts._(page.title) for page in OPEN]
        if address not in SHOWS_NO_REPORTS:
            assert any(texts._(said).split(":")[0] in text for said in SAID_TO_BE_SYNTHETIC)
    assert broken not in text
    assert visit.page.get_by_test_id("stException").count() == 0
    assert visit.page.evaluate("document.documentElement.lang") == code
    assert visit.foreign(server) == []
    assert visit.refused == []
    visit.picture(f"page-{code}-{address or PAGES[0].url_path}")


@pytest.mark.parametrize(
    ("address", "code"), [*[(address, "en") for address in ADDRESSES], ("", "ar"), ("hotspots", "ar")]
)
def test_axe_finds_nothing_serious(server: Server, visit: Visit, address: str, code: str):
    opened(visit, server, address, code)
    found = Axe().run(visit.page).response["violations"]
    serious = [
        (rule["id"], node["html"][:160])
        for rule in found
        if rule["impact"] in ("serious", "critical") and rule["id"] not in NOT_OURS
        for node in rule["nodes"]
    ]
    assert serious == []


def test_the_first_page_is_found_under_its_own_address(server: Server, visit: Visit):
    visit.open(f"{server.url}/{PAGES[0].url_path}")
    visit.page.get_by_test_id("stMetricValue").first.wait_for(timeout=60_000)
    assert visit.page.get_by_text("Page not found").count() == 0


def test_pages_and_clicks_are_light(server: Server, visit: Visit):
    """Beyond Streamlit's own files a page takes less than 300 kB, and a changed filter less than 100 kB."""
    network = visit.page.context.new_cdp_session(visit.page)
    network.send("Network.enable")
    address_of: dict[str, str] = {}
    taken: dict[str, int] = {}
    network.on("Network.requestWillBeSent", lambda sent: address_of.update({sent["requestId"]: sent["request"]["url"]}))
    network.on("Network.loadingFinished", lambda end: taken.update({end["requestId"]: end["encodedDataLength"]}))
    for address in ("hotspots", "", "trends", "districts"):
        visit.socket_bytes.clear()
        opened(visit, server, address, "en")
        visit.page.wait_for_timeout(1_000)
        ours = sum(
            size for number, size in taken.items()
            if any(part in address_of.get(number, "") for part in ("/app/static/", "/component/"))
        )  # fmt: skip
        assert 50_000 < ours + sum(visit.socket_bytes) < 300_000, address
        visit.socket_bytes.clear()
        visit.page.get_by_role("combobox", name="Categories").click()
        visit.page.get_by_role("option").nth(6).click()
        visit.settle()
        visit.page.wait_for_timeout(500)
        assert 2_000 < sum(visit.socket_bytes) < 100_000, address


def test_a_phone_needs_no_scrolling_to_the_side(server: Server, new_visit):
    visit = new_visit(width=360, height=740)
    for address in ADDRESSES:
        opened(visit, server, address, "en")
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 361, address
        assert visit.page.get_by_test_id("stMain").evaluate("main => main.scrollWidth") <= 361, address
        visit.picture(f"phone-{address or PAGES[0].url_path}")

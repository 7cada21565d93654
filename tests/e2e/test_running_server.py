"""The settings, headers and doors of the server as it runs, asked over the wire."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from concerns.access import GRANTS, Role
from pages import PAGES
from tests.e2e import trial_app
from tests.e2e.conftest import ROOT, Server, Visit, serving

OFFERS = """
import pandas as pd
import streamlit as st

from pages.figures import files
from pages.widgets import downloads


def render():
    st.title("offers")
    table = pd.DataFrame({"secret": ["canary"]})
    downloads.show(table, name="t", about=files.About("a", "b", None, "c"))
    st.download_button("plain", b"canary", "plain.txt")
    st.file_uploader("a file")
    if st.button("break"):
        raise RuntimeError("canary")
"""


@pytest.fixture(scope="module")
def offering(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("offering")
    with serving(folder / "store", folder / "server", app=trial_app.build(folder, {"hotspots": OFFERS})) as running:
        yield running


def asked(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an answer."""
    try:
        with urlopen(Request(url, headers=headers), timeout=20) as answer:
            return answer.status, dict(answer.headers.items()), answer.read()
    except HTTPError as refused:
        return refused.code, dict(refused.headers.items()), refused.read()


def test_every_kind_of_answer_has_the_headers(offering: Server):
    for path in ("/", "/hotspots", "/app/static/map.js", "/_stcore/health", "/healthz", "/media/x", "/component/x/y"):
        _status, headers, _body = asked(offering.url + path)
        lower = {name.lower(): value for name, value in headers.items()}
        assert lower["x-content-type-options"] == "nosniff", path
        assert lower["referrer-policy"] == "no-referrer", path
        assert "connect-src 'self'" in lower["content-security-policy"], path
        assert "frame-ancestors 'self'" in lower["content-security-policy"], path


def test_counters_and_agents_find_no_door(offering: Server):
    for path in (
        "/_stcore/metrics",
        "/_stcore/agent/openapi.json",
        "/_stcore/agent/mcp",
        "/_stcore/script-health-check",
    ):
        status, _headers, body = asked(offering.url + path)
        assert status == 404, path
        assert b"cache" not in body


def test_health_is_open(offering: Server):
    assert asked(offering.url + "/healthz")[::2] == (200, b"ok")


def test_only_this_machine_is_listened_to(offering: Server):
    port = int(offering.url.rsplit(":", 1)[1])
    own = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    for address in own:
        if not address.startswith("127."):
            with pytest.raises(OSError), socket.create_connection((address, port), timeout=2):
                pass
    with socket.create_connection(("127.0.0.1", port), timeout=5) as reached:
        assert reached.getpeername()[1] == port


def handshake(server: Server, **headers: str) -> str:
    """The first line of the answer to a web socket's request."""
    host, port = server.url.removeprefix("http://").split(":")
    lines = {"Host": f"{host}:{port}", "Upgrade": "websocket", "Connection": "Upgrade",
             "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"} | headers  # fmt: skip
    request = "GET /_stcore/stream HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items()) + "\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        wire.sendall(request.encode())
        return wire.recv(200).decode().split("\r\n")[0]


def test_the_web_socket_is_for_this_page_only(offering: Server):
    assert "101" in handshake(offering, Origin=offering.url)
    assert "403" in handshake(offering, Origin="http://evil.invalid")
    assert "403" in handshake(offering, Host="evil.invalid")


def test_messages_are_packed_on_their_way(offering: Server):
    host, port = offering.url.removeprefix("http://").split(":")
    request = (
        f"GET /_stcore/stream HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: {offering.url}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        wire.sendall(request.encode())
        answer = wire.recv(2_000).decode().lower()
    assert "sec-websocket-extensions: permessage-deflate" in answer


def test_the_browser_is_told_to_send_no_statistics(offering: Server):
    source = (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert "gatherUsageStats = false" in source
    _status, _headers, body = asked(offering.url + "/_stcore/host-config")
    assert json.loads(body)["enableCustomParentMessages"] is False


def test_an_upload_needs_the_pages_token(offering: Server):
    try:
        with urlopen(Request(f"{offering.url}/_stcore/upload_file/a/b", data=b"x", method="PUT"), timeout=20) as answer:
            status = answer.status
    except HTTPError as refused:
        status = refused.code
    assert status == 403


def test_other_pages_may_not_read_answers(offering: Server):
    for path in ("/_stcore/health", "/_stcore/host-config", "/healthz"):
        _status, headers, _body = asked(offering.url + path, Origin="http://evil.invalid")
        assert "access-control-allow-origin" not in {name.lower() for name in headers}, path


def test_the_upload_limit_is_50_megabytes(offering: Server, visit: Visit):
    visit.open(f"{offering.url}/hotspots")
    assert "50MB" in visit.page.get_by_test_id("stFileUploader").inner_text()


def click_download(visit: Visit, label: str) -> tuple[str, str]:
    """Click a download button; the address and the text that arrived."""
    with visit.page.expect_download(timeout=60_000) as waiting:
        visit.page.get_by_role("button", name=label).click()
    return waiting.value.url, Path(waiting.value.path()).read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("label", ["Download CSV", "plain"])
def test_a_download_is_for_the_browser_it_was_made_for(offering: Server, new_visit, label: str):
    mine, other = new_visit(), new_visit()
    for visit in (mine, other):
        visit.open(f"{offering.url}/hotspots")
    url, text = click_download(mine, label)
    assert "canary" in text
    assert mine.page.request.get(url).status == 200
    if label != "plain":  # the same bytes were offered to both
        assert other.page.request.get(url).status == 404
    assert asked(url)[0] == 404
    mine.page.close()
    mine.page.context.close()
    assert asked(url, Cookie="atlas_visit=forged")[0] == 404


def test_a_defect_shows_no_detail(offering: Server, visit: Visit):
    visit.open(f"{offering.url}/hotspots")
    visit.page.get_by_role("button", name="break").click()
    visit.page.get_by_test_id("stException").wait_for()
    text = visit.page.get_by_test_id("stApp").inner_text()
    assert "canary" not in text
    assert "Traceback" not in text
    assert "RuntimeError" not in text


OPEN_HERE = GRANTS[Role.PLANNER] | GRANTS[Role.ADMIN]  # local mode
NAKED = "import streamlit as st\n\nst.write('NAKED SCRIPT')\n\n\ndef render():\n    st.title('inside')\n"
MODULES = [page.module for page in PAGES if page.right in OPEN_HERE]


def open_first(folder: Path, visit: Visit, pages: dict[str, str], address: str) -> str:
    """The text of this address, opened first on a fresh server; the dashboard's menu must be around it."""
    with serving(folder / "store", folder / "server", app=trial_app.build(folder, pages)) as fresh:
        visit.open(f"{fresh.url}/{address}")
        assert visit.menu() == [page.title for page in PAGES if page.right in OPEN_HERE]
        return visit.page.get_by_test_id("stApp").inner_text()


@pytest.mark.parametrize("module", MODULES)
def test_no_page_is_served_past_the_dashboard(module: str, visit: Visit, tmp_path: Path):
    assert "inside" in open_first(tmp_path, visit, {module: NAKED}, "" if module == PAGES[0].module else module)


@pytest.mark.parametrize("address", ["_hidden", "hidden", "admin"])
def test_a_file_beside_the_pages_has_no_address(address: str, visit: Visit, tmp_path: Path):
    text = open_first(tmp_path, visit, {"_hidden": NAKED, "3_admin": NAKED}, address)
    assert "NAKED SCRIPT" not in text
    assert "inside" not in text

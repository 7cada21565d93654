"""A fresh server with a store of its own, and a real browser that may talk to nobody else."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "build" / "screenshots"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
START_S, PATIENCE_MS = 90, 60_000


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests run on one worker, so that two cores are not shared by several browsers."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.xdist_group("e2e"))


@dataclass
class Server:
    """A running dashboard. url has no slash at its end; log is what it wrote so far."""

    url: str
    store: Path
    log_path: Path

    @property
    def log(self) -> str:
        return self.log_path.read_text(encoding="utf-8", errors="replace")


def free_port() -> int:
    """A loopback port that nobody holds at this moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except (URLError, ConnectionError, TimeoutError):
        return False


@contextmanager
def serving(store: Path, folder: Path, *, options: dict[str, str] | None = None, app: Path = ROOT) -> Iterator[Server]:
    """Start `streamlit run dashboard.py` of `app` on a free loopback port with this store, and stop it afterwards.

    folder: for the log and a home without settings. options: Streamlit settings, such as {"server.baseUrlPath": "a"}.
    """
    folder.mkdir(parents=True, exist_ok=True)
    base = (options or {}).get("server.baseUrlPath", "")
    port, log_path = free_port(), folder / "server.log"
    url = f"http://127.0.0.1:{port}" + (f"/{base}" if base else "")
    command = [sys.executable, "-m", "streamlit", "run", "dashboard.py", "--server.port", str(port)]
    command += [part for key, value in (options or {}).items() for part in (f"--{key}", value)]
    environment = os.environ | {"CONCERN_ATLAS_STORE": str(store), "HOME": str(folder), "TZ": "Asia/Baghdad"}
    with log_path.open("w") as log:
        process = subprocess.Popen(
            command, cwd=app, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            until = time.monotonic() + START_S
            while not _answers(f"{url}/_stcore/health"):
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"the server did not start:\n{log_path.read_text()}")
                time.sleep(0.1)
            yield Server(url, store, log_path)
            if process.poll() is not None:
                raise RuntimeError(f"the server ended by itself ({process.returncode}):\n{log_path.read_text()}")
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="session")
def server(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the demo, shared by the tests that only look."""
    with serving(demo_store, tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[Server]:
    """A fresh server with an empty store."""
    with serving(tmp_path / "store", tmp_path / "server") as running:
        yield running


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The machine's Chromium; `make test` installs it where there is none."""
    path = next((found for name in CHROMIUM_NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail("no Chromium on this machine: `make chromium` installs it")
    started = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
    yield started
    started.close()


@dataclass
class Visit:
    """A browser tab and what it asked of whom. hosts: every host:port that got a request or a web socket."""

    page: Page
    hosts: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # addresses that our server answered with 400 or above
    socket_bytes: list[int] = field(default_factory=list)  # of each message, packed as the server packs it

    def foreign(self, server: Server) -> list[str]:
        """Hosts other than the server itself."""
        return [host for host in self.hosts if host != urlsplit(server.url).netloc]

    def open(self, address: str) -> None:
        """Open an address and wait until Streamlit has drawn the page and is still."""
        self.page.goto(address)
        self.settle()

    def settle(self) -> None:
        """Wait until no script runs: the app says so itself."""
        app = self.page.get_by_test_id("stApp")
        app.wait_for(timeout=PATIENCE_MS)
        self.page.wait_for_function(
            "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
            " && !document.querySelector('[data-testid=stSkeleton]')",
            timeout=PATIENCE_MS,
        )

    def menu(self) -> list[str]:
        """The titles in the sidebar."""
        self.page.get_by_test_id("stSidebarNavLink").first.wait_for(timeout=PATIENCE_MS)
        links = self.page.get_by_test_id("stSidebarNavLink").all_inner_texts()
        return [text.strip().split("\n")[-1] for text in links]  # an icon is a word in its own font before the title

    def picture(self, name: str) -> Path:
        """Take a screenshot of the whole page into build/screenshots/ and say where it lies."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}.png"
        self.page.screenshot(path=path, full_page=True)
        return path


def _packed(frame: bytes | str) -> int:
    return len(zlib.compress(frame if isinstance(frame, bytes) else frame.encode()))


def _watched(page: Page) -> Visit:
    visit = Visit(page)

    def noted(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob", "about"):
            visit.hosts.append(parts.netloc)

    page.on("request", lambda request: noted(request.url))
    page.on("response", lambda answer: visit.refused.append(answer.url) if answer.status >= 400 else None)

    def socket_opened(opened: object) -> None:
        noted(opened.url)  # type: ignore[attr-defined]
        opened.on("framereceived", lambda frame: visit.socket_bytes.append(_packed(frame)))  # type: ignore[attr-defined]

    page.on("websocket", socket_opened)
    return visit


@pytest.fixture
def new_visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Open tabs that share nothing: `new_visit(width=360, dark=True)`."""
    contexts: list[BrowserContext] = []

    def opened(*, width: int = 1280, height: int = 900, dark: bool = False) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", accept_downloads=True
        )
        contexts.append(context)
        return _watched(context.new_page())

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def visit(new_visit: Callable[..., Visit]) -> Visit:
    """One tab on a desktop screen."""
    return new_visit()

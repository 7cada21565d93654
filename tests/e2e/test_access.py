"""Signing in with a provider, in a real browser: who sees what, how it ends, and what is served without it."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import WebSocket, expect

from concerns.access import Role
from loaders.folders import Folders
from loaders.roles import RoleEntry
from loaders.store import Store
from pages import PAGES
from tests import canaries
from tests.e2e.conftest import ROOT, Server, Visit, free_port, serving

ADDRESSES = ["", *sorted(path.stem for path in (ROOT / "pages").glob("*.py") if path.stem != "__init__")]
SECRETS = """
[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "for-tests-alone-0123456789abcdef"
client_id = "atlas"
client_secret = "for-tests-alone"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""
WHOLE = SECRETS.format(provider="https://login.example.org")


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """An identity provider that knows everybody; e-mail addresses are verified unless a name says otherwise."""
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    known = [*(entry.who for entry in canaries.PEOPLE.values()), "stranger@example.org", "revoked@example.org"]
    users = [User(sub=f"subject-of-{who}", claims={"email": who, "email_verified": True}) for who in known]
    users.append(User(sub="impostor", claims={"email": "admin@example.org", "email_verified": False}))
    with run_server_in_thread(user_claims=users) as running:
        yield f"http://localhost:{running.server_port}"


@contextmanager
def serving_with(provider: str, store: Store, folder: Path) -> Iterator[Server]:
    """The dashboard with this provider configured in a secrets file."""
    secrets = folder / ".streamlit" / "secrets.toml"
    secrets.parent.mkdir(parents=True)
    secrets.write_text(SECRETS.format(provider=provider), encoding="utf-8")
    with serving(Path(store.url), folder) as running:
        yield running


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = canaries.build(tmp_path_factory.mktemp("access"))
    revoked = RoleEntry("revoked@example.org", Role.PLANNER)
    Folders.of(store).role_table.set(revoked, by=canaries.ADMIN, at=canaries.NOON)
    return store


@pytest.fixture(scope="module")
def guarded(provider: str, store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving_with(provider, store, tmp_path_factory.mktemp("guarded")) as running:
        yield running


def sign_in(visit: Visit, server: Server, who: str) -> None:
    """Come in by the provider's form, as the person of this subject."""
    visit.open(server.url)
    visit.page.get_by_role("button", name="Sign in").click()
    visit.page.get_by_role("button", name=who, exact=True).click()
    visit.page.wait_for_url(f"{server.url}/**")
    visit.settle()


def as_role(visit: Visit, server: Server, role: str) -> None:
    sign_in(visit, server, f"subject-of-{canaries.PEOPLE[role].who}")


def menu(visit: Visit) -> list[str]:
    return [text.split("\n")[-1] for text in visit.page.get_by_test_id("stSidebarNavLink").all_inner_texts()]


def text(visit: Visit) -> str:
    return visit.page.get_by_test_id("stApp").inner_text()


def test_without_sign_in_every_address_gives_the_door_and_nothing_else(guarded: Server, visit: Visit):
    for address in ADDRESSES:
        visit.open(f"{guarded.url}/{address}?category=C07&adm2={canaries.OWN}")
        expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
        assert menu(visit) in ([], ["Sign in"]), address
        assert "CANARY" not in visit.page.content(), address
        assert "report" not in text(visit).casefold(), address


def titles(*rights: str) -> list[str]:
    return [page.title for page in PAGES if page.right.name in rights]


def test_each_role_finds_its_own_pages(guarded: Server, new_visit: Callable[..., Visit]):
    shown = {
        "planner": titles("COUNTS", "LOAD", "RELEASE"),
        "lead": titles("COUNTS", "RELEASE"),
        "donor": titles("RELEASE"),
        "admin": [page.title for page in PAGES],
    }
    for role, pages in shown.items():
        visit = new_visit()
        as_role(visit, guarded, role)
        assert menu(visit) == pages, role
        assert f"{role.replace('lead', 'forum lead')}" in visit.page.get_by_test_id("stSidebar").inner_text()


def test_a_donor_who_types_an_address_gets_the_release_instead(guarded: Server, visit: Visit):
    as_role(visit, guarded, "donor")
    for address in ("overview", "hotspots", "data", "admin"):
        visit.open(f"{guarded.url}/{address}")
        assert "without giving anybody away" in text(visit)
        assert "CANARY" not in visit.page.content()


def test_a_lead_sees_the_own_district_and_no_other(guarded: Server, visit: Visit):
    as_role(visit, guarded, "lead")
    visit.open(f"{guarded.url}/districts?from=2025-07-01&to=2026-06-30&adm2={canaries.OTHER}")
    assert "Traceback" not in text(visit)
    visit.open(f"{guarded.url}/?from=2025-07-01&to=2026-06-30")
    first = visit.page.get_by_test_id("stMetricValue").first.inner_text()
    assert first == str(canaries.N_ORDINARY + 2 * canaries.N_SENSITIVE)  # sensitive ones of the whole governorate


def test_who_has_no_role_or_an_unverified_address_sees_nothing(guarded: Server, new_visit: Callable[..., Visit]):
    for subject in ("subject-of-stranger@example.org", "impostor"):
        visit = new_visit()
        sign_in(visit, guarded, subject)
        assert "no role is open to you" in text(visit)
        assert menu(visit) in ([], ["Sign in"])


def test_revoking_works_at_the_next_click_in_a_page_and_in_a_part_of_it(
    guarded: Server, store: Store, new_visit: Callable[..., Visit]
):
    roles = Folders.of(store).role_table
    visit, exporting = new_visit(), new_visit()
    for one in (visit, exporting):
        sign_in(one, guarded, "subject-of-revoked@example.org")
    visit.open(f"{guarded.url}/hotspots?from=2025-07-01&to=2026-06-30")
    exporting.open(f"{guarded.url}/?from=2025-07-01&to=2026-06-30")
    roles.revoke("revoked@example.org", by=canaries.ADMIN, at=dt.datetime.now(dt.UTC))
    visit.page.get_by_text("Per meeting", exact=True).click()  # redraws the map's part alone
    expect(visit.page.get_by_text("no role is open to you")).to_be_visible(timeout=60_000)
    exporting.page.get_by_role("button", name="Download CSV").first.click()
    expect(exporting.page.get_by_text("Failed to generate")).to_be_visible(timeout=60_000)


def test_signing_out_ends_every_tab_and_a_copied_cookie(guarded: Server, new_visit: Callable[..., Visit]):
    first = new_visit()
    as_role(first, guarded, "planner")
    cookies = first.page.context.cookies()
    other_tab = Visit(first.page.context.new_page())
    other_tab.open(guarded.url)
    assert "Overview" in menu(other_tab)
    first.page.get_by_role("button", name="Sign out").click()
    first.page.get_by_role("button", name="End session").click()  # the provider asks, too
    first.page.wait_for_url(f"{guarded.url}/**")
    first.settle()
    assert "Overview" not in menu(first)
    other_tab.page.get_by_text("Trends", exact=True).first.click()
    expect(other_tab.page.get_by_text("You are signed out.")).to_be_visible(timeout=60_000)
    thief = new_visit()
    thief.page.context.add_cookies(cookies)
    thief.open(guarded.url)
    assert "Overview" not in menu(thief)


def received(visit: Visit) -> list[bytes]:
    """A list that grows by every message that this tab's web sockets bring."""
    found: list[bytes] = []

    def opened(socket: WebSocket) -> None:
        socket.on("framereceived", lambda data: found.append(data if isinstance(data, bytes) else data.encode()))

    visit.page.on("websocket", opened)
    return found


def walked(visit: Visit, server: Server, role: str, addresses: list[str], folder: Path) -> list[str]:
    """What reached the browser, its console, the server's log or its files and must not."""
    messages, said = received(visit), []
    visit.page.on("console", lambda line: said.append(line.text))
    as_role(visit, server, role)
    for address in addresses:
        visit.open(f"{server.url}/{address}?from=2025-07-01&to=2026-06-30&adm2={canaries.OTHER}&category=C05,C07")
        visit.page.keyboard.press("Escape")  # the note that a role has no page of this address
        for tab in visit.page.get_by_role("tab").all():
            tab.click()
        visit.settle()
    assert sum(map(len, messages)) > 10_000
    everything = {"web socket": b"".join(messages), "console": "\n".join(said).encode(), "log": server.log.encode()}
    everything |= {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return [
        f"{place}: {word!r}" for place, data in everything.items() for word in canaries.forbidden(role) if word in data
    ]


@pytest.mark.parametrize(("role", "addresses"), [("lead", ["hotspots", "forums"]), ("donor", ["release"])])
def test_nothing_forbidden_goes_over_the_wire(guarded: Server, visit: Visit, role: str, addresses: list[str]):
    assert walked(visit, guarded, role, addresses, guarded.log_path.parent) == []


@pytest.mark.slow
@pytest.mark.parametrize("role", ["planner", "lead", "donor", "admin"])
def test_nothing_forbidden_goes_over_the_wire_of_any_page(guarded: Server, visit: Visit, role: str):
    assert walked(visit, guarded, role, ADDRESSES, guarded.log_path.parent) == []


def test_a_forged_cookie_is_nobody(guarded: Server, visit: Visit):
    visit.page.context.add_cookies([{"name": "_streamlit_user", "value": "forged", "url": guarded.url}])
    visit.open(guarded.url)
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()


def test_an_admin_enters_somebody_who_then_comes_in(guarded: Server, new_visit: Callable[..., Visit]):
    admin, stranger = new_visit(), new_visit()
    as_role(admin, guarded, "admin")
    admin.open(f"{guarded.url}/admin")
    admin.page.get_by_label("E-mail address, or the subject").fill("stranger@example.org")
    admin.page.get_by_role("button", name="Save").click()
    expect(admin.page.get_by_text("is entered")).to_be_visible(timeout=60_000)
    sign_in(stranger, guarded, "subject-of-stranger@example.org")
    assert "Overview" in menu(stranger)


def test_the_trail_says_who_opened_what_and_is_whole(guarded: Server, store: Store, visit: Visit):
    as_role(visit, guarded, "planner")
    trail = Folders.of(store).trail
    deeds = trail.read()
    assert "planner@example.org" in set(deeds.loc[deeds["event"] == "opened", "who"])
    assert trail.verify().is_whole
    assert "CANARY" not in (trail.folder / "trail.jsonl").read_text()


def started(folder: Path, *options: str, secrets: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Start the dashboard with settings that it must refuse; it ends by itself."""
    (folder / ".streamlit").mkdir(parents=True)
    if secrets:
        (folder / ".streamlit" / "secrets.toml").write_text(secrets, encoding="utf-8")
    command = [sys.executable, "-m", "streamlit", "run", "dashboard.py", "--server.port", str(free_port()), *options]
    known = {"HOME": str(folder), "CONCERN_ATLAS_STORE": str(folder / "store")} | environment
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | known, capture_output=True, text=True, timeout=90, check=False
    )


@pytest.mark.parametrize(
    ("options", "secrets", "environment", "told"),
    [
        (("--server.address", "0.0.0.0"), "", {}, "serves this machine alone"),
        (("--server.address", "::"), "", {}, "serves this machine alone"),
        ((), "[auth]\nclient_id = 'a'\n", {}, "The identity provider lacks"),
        ((), "[auth\n", {}, "The secrets cannot be read"),
        (
            (),
            SECRETS.format(provider="https://p").replace("for-tests-alone-0123456789abcdef", "short"),
            {},
            "too short",
        ),
        ((), SECRETS.format(provider="https://p").replace("127.0.0.1:{port}", "atlas.example.org"), {}, "needs TLS"),
        ((), "", {"CONCERN_ATLAS_MODE": "everybody"}, "no such mode"),
    ],
    ids=["all-addresses", "all-v6", "half-a-provider", "broken-secrets", "short-secret", "no-tls", "unknown-mode"],
)
def test_a_setting_that_would_let_people_in_by_mistake_ends_the_start(tmp_path, options, secrets, environment, told):
    ended = started(tmp_path, *options, secrets=secrets, **environment)
    assert ended.returncode == 2
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def test_local_mode_says_so(server: Server, visit: Visit):
    visit.open(server.url)
    assert "Local mode: this machine alone" in visit.page.get_by_test_id("stSidebar").inner_text()


def test_the_public_mode_needs_the_release_alone(store: Store, visit: Visit, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("CONCERN_ATLAS_MODE", "public")
    monkeypatch.setenv("CONCERN_ATLAS_RELEASE", str(Folders.of(store).release))
    nowhere = tmp_path / "nowhere" / "store"
    with serving(nowhere, tmp_path / "server", options={"server.address": "0.0.0.0"}) as running:
        visit.open(running.url)
        assert menu(visit) == titles("RELEASE")
        assert "without giving anybody away" in text(visit)
        assert "CANARY" not in visit.page.content()
    assert not nowhere.parent.exists()

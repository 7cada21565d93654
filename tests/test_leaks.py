"""Every page as each role over a store full of canaries: none that the role may not see leaves the server.

What is searched is all that goes to the browser (each message, with its tables, charts, maps and tooltips), every file
that a page offers, the address, and the log. The pages run in one process, one role after the other and back, so that a
value kept for one would be found with the next.
"""

from __future__ import annotations

import io
import logging
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest, element_tree

from concerns.access import Role, Viewer
from concerns.schema import AccessDenied
from concerns.selection import Selection
from loaders.folders import Folders
from loaders.release_view import ReleaseView
from loaders.store import Store
from loaders.view import View, open_view
from pages import PAGES
from pages.widgets import mode, sign_in
from tests import canaries, offered_files

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = "from pages.widgets import language\nlanguage.show()\nfrom pages import {module}\n{module}.render()"
PERIOD = {"from": "2025-07-01", "to": "2026-06-30"}
ASKED = [  # what somebody may write into the address to get more
    PERIOD,
    PERIOD | {"adm2": f"{canaries.OTHER},{canaries.FAR}", "adm1": "IQG01,IQG15", "district": canaries.OTHER},
    PERIOD | {"category": "C05", "severity": "2", "layer": "density", "table": "sensitive", "forum": "CANARY"},
]
ROLES = ("admin", "lead", "donor", "planner", "public")
MODULES = [page.module for page in PAGES]


class Payloads:
    """What one run sent: messages, files, address; files are made as a click would make them."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.offers: list[tuple[str, Callable[[], bytes]]] = []

    def everything(self) -> Iterator[tuple[str, bytes]]:
        yield from (("message", data) for data in self.sent)
        for name, make in self.offers:
            if name.endswith(".png"):
                continue  # drawn from the same description as the SVG beside it, whose letters can be read
            try:
                data = make()
            except AccessDenied:
                continue
            yield "file", data
            if data[:2] == b"PK":
                with zipfile.ZipFile(io.BytesIO(data)) as book:
                    yield from ((name, book.read(name)) for name in book.namelist())


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return canaries.build(tmp_path_factory.mktemp("leaks"))


@pytest.fixture
def payloads(monkeypatch: pytest.MonkeyPatch) -> Payloads:
    """Catch messages before AppTest reads them, and files when they are offered."""
    caught = Payloads()
    caught.offers = offered_files.catch(monkeypatch)
    parse = element_tree.parse_tree_from_messages

    def parsed(messages, *arguments, **named):
        caught.sent += [message.SerializeToString() for message in messages]
        return parse(messages, *arguments, **named)

    for module in ("streamlit.testing.v1.local_script_runner", "streamlit.testing.v1.element_tree"):
        monkeypatch.setattr(f"{module}.parse_tree_from_messages", parsed, raising=False)
    return caught


@pytest.fixture
def opened(store: Store, payloads: Payloads, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Run one page as somebody of a role, signed in at a provider just now."""
    monkeypatch.setenv("CONCERN_ATLAS_STORE", store.url)

    def run(module: str, role: str, query: dict[str, str]) -> AppTest:
        page = AppTest.from_string(SCRIPT.format(module=module), default_timeout=120)
        if role == "public":
            monkeypatch.setenv("CONCERN_ATLAS_MODE", "public")
            monkeypatch.setenv("CONCERN_ATLAS_RELEASE", str(Folders.of(store).release))
        else:
            monkeypatch.delenv("CONCERN_ATLAS_MODE", raising=False)
            for name in mode.FROM_ENVIRONMENT.values():
                monkeypatch.setenv(name, "https://login.example.org/of/a/provider")
            page.user = {"is_logged_in": True, "sub": role, "iat": int(time.time()), "email_verified": True,
                         "email": canaries.PEOPLE[role].who}  # fmt: skip
        for key, value in query.items():
            page.query_params[key] = value
        page.run()
        payloads.sent.append(str(page.query_params).encode())
        return page

    return run


def leaked(role: str, payloads: Payloads) -> list[str]:
    """What the role received and may not see."""
    words = canaries.forbidden(role)
    return [f"{kind}: {word!r}" for kind, data in payloads.everything() for word in words if word in data]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("module", MODULES)
def test_no_page_gives_a_role_what_it_may_not_see(module, role, opened, payloads, caplog):
    with caplog.at_level(logging.DEBUG):
        for query in ASKED:
            page = opened(module, role, query)
            assert not page.exception
            assert not any("number" in one.value for one in page.error), [one.value for one in page.error]
    payloads.sent.append(caplog.text.encode())
    assert leaked(role, payloads) == []


LAYERS = ("count", "per_meeting", "smoothed", "density", "gi_star", "lisa", "emerging", "clusters")


def layered(module: str, layer: str) -> str:
    return f"import streamlit as st\nst.session_state.setdefault('layer', {layer!r})\n" + SCRIPT.format(module=module)


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES[:2] + ROLES[3:4])
@pytest.mark.parametrize("layer", LAYERS)
def test_no_layer_of_the_map_gives_a_role_what_it_may_not_see(layer, role, opened, payloads, monkeypatch):
    monkeypatch.setattr("tests.test_leaks.SCRIPT", layered("hotspots", layer))
    for query in ({"lang": "en"}, {"lang": "ar"}, {"lang": "ckb", "adm2": canaries.OTHER}):
        page = opened("hotspots", role, PERIOD | query)
        assert not page.exception
        assert page.session_state["layer"] == layer
    assert leaked(role, payloads) == []


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("module", MODULES)
def test_no_language_and_no_odd_address_gives_more(module, role, opened, payloads):
    for query in (
        {"lang": "ar"}, {"lang": "ckb"}, {"adm2": canaries.OTHER, "category": "C05,C06"}, {"from": "0001-01-01"},
        {"role": "admin", "scope": "admin||", "viewer": "admin@example.org", "version": "0", "as_of": "1"},
        {"table": "sensitive", "first": "2025Q3", "last": "2026Q2", "adm1": "IQG15", "category": "C05"},
    ):  # fmt: skip
        assert not opened(module, role, PERIOD | query).exception
    assert leaked(role, payloads) == []


def of_the_batch_of_reports(page: AppTest) -> None:
    page.selectbox(key="batch").select("reports").run()
    assert not page.exception


@pytest.mark.parametrize("role", ["planner", "admin"])
def test_the_search_finds_what_a_role_may_see(role, opened, payloads):
    of_the_batch_of_reports(opened("data", role, PERIOD))
    received = b"".join(data for _, data in payloads.everything())
    assert b"CANARY-description-" + canaries.FAR.encode() + b"-plain" in received
    assert (b"CANARY-description-" + canaries.FAR.encode() + b"-hush" in received) == (role == "admin")
    assert (b"CANARY-quarantine" in received) == (role == "admin")
    assert leaked(role, payloads) == []


def test_the_search_finds_the_forum_of_a_lead(opened, payloads):
    opened("forums", "lead", PERIOD)
    assert any(b"CANARY-forum-" + canaries.OWN.encode() in data for _, data in payloads.everything())


def test_roles_that_follow_each_other_in_one_process_share_no_value(opened, payloads):
    for role in ("admin", "donor", "admin", "lead", "admin", "planner", "public"):
        payloads.sent.clear()
        payloads.offers.clear()
        opened("release" if role in ("donor", "public") else "overview", role, PERIOD)
        assert leaked(role, payloads) == [], role


def counts(view: View) -> dict[str, int]:
    asked = Selection()
    return view.cube.totals(asked).set_index("adm2_pcode")["n_reports"].to_dict()


def test_a_view_counts_what_its_role_may_see(store):
    day = canaries.NOON.date()
    admin = open_view(store, Viewer("a", Role.ADMIN, clearances=frozenset({"C05"})), today=day)
    planner = open_view(store, Viewer("a", Role.PLANNER), today=day)
    lead = open_view(store, Viewer("a", Role.FORUM_LEAD, frozenset({canaries.OWN})), today=day)
    assert counts(admin)[canaries.OTHER] == canaries.N_ORDINARY + canaries.N_SENSITIVE
    assert counts(planner)[canaries.OTHER] == canaries.N_ORDINARY
    assert counts(lead) == {canaries.OWN: canaries.N_ORDINARY}
    assert set(lead.meetings["forum_id"]) == {f"CANARY-forum-{canaries.OWN}"}
    assert lead.meetings["n_concerns"].isna().all()
    assert admin.meetings["n_concerns"].isna().all()  # cleared for C05 alone


def reachable(start: object) -> Iterator[object]:
    """Every object of ours that can be reached from this one by attributes and containers."""
    seen: set[int] = set()
    queue = [start]
    while queue:
        one = queue.pop()
        if id(one) in seen or isinstance(one, str | bytes | int | float | type):
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, dict):
            queue += one.values()
        elif isinstance(one, list | tuple | set | frozenset):
            queue += one
        elif type(one).__module__.startswith(("loaders", "concerns", "geo", "pages")):
            queue += vars(one).values() if hasattr(one, "__dict__") else []


def test_from_a_view_of_the_release_no_way_leads_to_the_store(store, monkeypatch):
    monkeypatch.setenv("CONCERN_ATLAS_MODE", "public")
    monkeypatch.setenv("CONCERN_ATLAS_RELEASE", str(Folders.of(store).release))
    view = sign_in.current_release()
    found = list(reachable(view))
    assert isinstance(view, ReleaseView)
    assert len(found) > 10
    assert not any(isinstance(one, Store | View | Path) for one in found)
    assert store.url.encode() not in repr([vars(one) for one in found if hasattr(one, "__dict__")]).encode()


def test_every_page_of_the_folder_is_walked():
    files = {path.stem for path in (ROOT / "pages").glob("*.py")}
    assert files - {"__init__"} == set(MODULES)

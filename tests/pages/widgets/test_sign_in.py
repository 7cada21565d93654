"""Who looks is asked on every run: by provider, as local admin, as the public; and what they opened is written down."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from concerns.access import Role
from loaders.folders import Folders
from loaders.roles import RoleEntry
from loaders.store import Store
from pages.widgets import mode
from tests import canaries

NOW = dt.datetime.now(dt.UTC)


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Store:
    return canaries.build(tmp_path_factory.mktemp("sign_in"))


@pytest.fixture
def store(shared: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("CONCERN_ATLAS_STORE", shared.url)
    return shared


@pytest.fixture
def came(store: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Open the dashboard's frame with these claims."""
    for name in mode.FROM_ENVIRONMENT.values():
        monkeypatch.setenv(name, "https://login.example.org/of/a/provider")

    def opened(**claims: Any) -> AppTest:
        app = AppTest.from_function(_frame, default_timeout=60)
        plain = {"is_logged_in": True, "sub": "s", "iat": int(time.time()), "email_verified": True}
        app.user = plain | claims
        app.run()
        assert not app.exception
        return app

    return opened


def _frame() -> None:
    import streamlit as st

    from pages.widgets import entrance

    rights = entrance.show()
    st.text(",".join(sorted(right.name for right in rights)))
    if not rights:
        entrance.door()


def rights(app: AppTest) -> set[str]:
    return set(app.text[0].value.split(",")) - {""}


def said(app: AppTest) -> str:
    return " ".join(one.value for one in [*app.markdown, *app.sidebar.caption])


def test_local_mode_is_one_admin_cleared_for_all(store, monkeypatch):
    for name in mode.FROM_ENVIRONMENT.values():
        monkeypatch.delenv(name, raising=False)
    app = AppTest.from_function(_frame, default_timeout=60).run()
    assert {"ROWS", "TEXT", "LOAD", "PUBLISH", "ADMINISTER"} <= rights(app)
    assert "planner and admin" in app.sidebar.caption[0].value
    assert not app.sidebar.button


def test_the_public_mode_has_the_release_alone(store, monkeypatch):
    monkeypatch.setenv(mode.MODE, "public")
    app = AppTest.from_function(_frame, default_timeout=60).run()
    assert rights(app) == {"RELEASE", "EXPORT_TABLES"}


@pytest.mark.parametrize("role", list(canaries.PEOPLE))
def test_a_role_is_found_by_verified_address_or_by_subject(came, role):
    who = canaries.PEOPLE[role].who
    expected = rights(came(email=who.upper()))
    assert expected
    assert rights(came(sub=who)) == expected
    assert rights(came(email=who, email_verified=False)) == set()
    assert rights(came(email=f"{who} ")) == set()


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        ({"is_logged_in": False}, "Sign in to see"),
        ({"iat": None}, "does not say who you are"),
        ({"iat": int(time.time()) - 9 * 3600}, "after 8 hours"),
        ({"iat": int(time.time()) - 45 * 60}, "after 30 minutes"),
    ],
)
def test_the_door_says_why_and_offers_to_sign_in(came, claims, sentence):
    app = came(email="planner@example.org", **claims)
    assert rights(app) == set()
    assert sentence in said(app)
    assert [button.label for button in app.button] == ["Sign in"]


def test_who_has_no_role_is_told_so(came):
    app = came(email="stranger<script>@example.org")
    assert rights(app) == set()
    assert "no role is open to you" in said(app)
    assert "<script>" not in said(app)


def test_a_change_of_role_works_at_the_next_run(came, store):
    table = Folders.of(store).role_table
    table.set(RoleEntry("x@example.org", Role.PLANNER), by=canaries.ADMIN, at=NOW)
    app = came(email="x@example.org")
    assert "LOAD" in rights(app)
    table.set(RoleEntry("x@example.org", Role.DONOR), by=canaries.ADMIN, at=NOW)
    assert rights(app.run()) == {"RELEASE", "EXPORT_TABLES"}
    table.set(RoleEntry("x@example.org", Role.DONOR, until=dt.date(2020, 1, 1)), by=canaries.ADMIN, at=NOW)
    assert rights(app.run()) == set()
    table.revoke("x@example.org", by=canaries.ADMIN, at=NOW)
    assert rights(app.run()) == set()


def test_a_damaged_table_of_roles_lets_nobody_in(came, store):
    path = Folders.of(store).roles / "roles.json"
    whole = path.read_bytes()
    try:
        path.write_bytes(whole.replace(b"planner", b"plannes"))
        app = came(email="planner@example.org")
        assert rights(app) == set()
        assert "damaged or changed by hand" in app.error[0].value.replace("\\", "")
    finally:
        path.write_bytes(whole)


def _opens_twice() -> None:
    from pages.widgets import sign_in

    sign_in.current_view()
    sign_in.current_view()


def test_what_is_opened_is_written_once_a_session_and_scope(store, monkeypatch):
    trail = Folders.of(store).trail
    before = trail.verify().n_entries
    for name in mode.FROM_ENVIRONMENT.values():
        monkeypatch.setenv(name, "https://login.example.org/of/a/provider")
    for _ in range(2):
        app = AppTest.from_function(_opens_twice, default_timeout=60)
        app.user = {"is_logged_in": True, "sub": "lead@example.org", "iat": int(time.time())}
        app.run().run()
        assert not app.exception
    deeds = trail.read().iloc[before:]
    assert deeds["who"].to_list() == ["lead@example.org"] * 2
    assert json.loads(deeds["details"].iloc[0])["scope"] == f"forum_lead|{canaries.OWN}|"


def test_a_view_is_shared_by_scope_and_names_nobody(store, monkeypatch):
    monkeypatch.setattr(mode, "_started", [mode.Mode.LOCAL])

    def opened() -> None:
        import streamlit as st

        from pages.widgets import sign_in

        st.text(f"{id(sign_in.current_view())} {sign_in.current_view().viewer.subject!r}")

    first, second = (AppTest.from_function(opened, default_timeout=60).run() for _ in range(2))
    assert first.text[0].value == second.text[0].value
    assert first.text[0].value.endswith("''")

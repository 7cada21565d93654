"""One row, one role; everything else is nobody."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

import pandas as pd
import pytest

from concerns.access import Right, Role, Viewer, rights
from concerns.schema import AccessDenied, BadSetting, StoreError
from loaders.audit import AuditTrail
from loaders.roles import COLUMNS, NOBODY, RoleEntry, RoleTable

AT = dt.datetime(2024, 5, 1, 9, 0, tzinfo=dt.UTC)
TODAY = AT.date()
SHELL = Viewer("local", Role.ADMIN)


@pytest.fixture
def roles(tmp_path) -> RoleTable:
    """An admin, a planner and a lead."""
    roles = RoleTable(tmp_path / "roles", AuditTrail(tmp_path / "audit"))
    roles.set(RoleEntry("boss@example.org", Role.ADMIN), by=SHELL, at=AT)
    roles.set(RoleEntry("Planner@example.org", Role.PLANNER, clearances=frozenset({"C05"})), by=SHELL, at=AT)
    lead = RoleEntry("oidc|77", Role.FORUM_LEAD, frozenset({"IQG15Q03", "IQG15Q04"}), until=dt.date(2024, 6, 30))
    roles.set(lead, by=SHELL, at=AT)
    return roles


def put(roles: RoleTable, *rows: dict[str, object]) -> None:
    """Write rows past all checks, as an older version or a careless hand might have."""
    blank = dict.fromkeys(COLUMNS, "")
    data = json.dumps([blank | row for row in rows]).encode()
    (roles.folder / "roles.json").write_bytes(hashlib.sha256(data).hexdigest().encode() + b"\n" + data)


def test_a_person_is_found_by_verified_address_or_by_subject(roles):
    planner = roles.find(email="planner@EXAMPLE.org")
    assert planner == Viewer("Planner@example.org", Role.PLANNER, clearances=frozenset({"C05"}))
    lead = roles.find(email="someone@example.org", subject="oidc|77")
    assert lead == Viewer("oidc|77", Role.FORUM_LEAD, frozenset({"IQG15Q03", "IQG15Q04"}), until=dt.date(2024, 6, 30))


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"email": ""},
        {"email": None, "subject": None},
        {"email": "stranger@example.org"},
        {"subject": "OIDC|77"},
        {"email": "planner@example.org "},
        {"email": "planner@example.org", "subject": "oidc|77"},  # two rows: which one is not for us to say
    ],
)
def test_everybody_else_is_nobody(roles, claims):
    assert roles.find(**claims) == NOBODY
    assert rights(roles.find(**claims), today=TODAY) == frozenset()


def test_before_anybody_is_entered_everybody_is_nobody(tmp_path):
    roles = RoleTable(tmp_path / "roles", AuditTrail(tmp_path / "audit"))
    assert roles.find(email="boss@example.org") == NOBODY
    assert list(roles.read().columns) == list(COLUMNS)


@pytest.mark.parametrize(
    "row",
    [
        {"role": "superuser"},
        {"role": ""},
        {"role": "Planner"},
        {"role": "planner", "until": "soon"},
        {"role": "planner", "until": "2024-13-01"},
    ],
)
def test_a_row_that_cannot_be_read_gives_nothing(roles, row):
    put(roles, {"who": "a@example.org"} | row)
    assert roles.find(email="a@example.org") == NOBODY


def test_two_rows_for_one_person_give_nothing(roles):
    put(roles, {"who": "a@example.org", "role": "planner"}, {"who": "A@example.org", "role": "donor"})
    assert roles.find(email="a@example.org") == NOBODY


def test_a_change_and_a_revocation_work_at_the_next_look(roles):
    roles.set(RoleEntry("planner@example.org", Role.DONOR), by=SHELL, at=AT)
    assert roles.find(email="planner@example.org").role is Role.DONOR
    assert len(roles.read()) == 3
    roles.revoke("PLANNER@example.org", by=SHELL, at=AT)
    assert roles.find(email="planner@example.org") == NOBODY
    with pytest.raises(BadSetting, match="Nobody of this name"):
        roles.revoke("planner@example.org", by=SHELL, at=AT)


def test_the_last_day_is_decided_at_each_question(roles):
    lead = roles.find(subject="oidc|77")
    assert Right.ROWS in rights(lead, today=dt.date(2024, 6, 30))
    assert rights(lead, today=dt.date(2024, 7, 1)) == frozenset()


@pytest.mark.parametrize("role", [Role.PLANNER, Role.FORUM_LEAD, Role.DONOR, Role.PUBLIC, None])
def test_only_an_admin_changes_roles(roles, role):
    before = roles.read()
    with pytest.raises(AccessDenied, match="edit roles"):
        roles.set(RoleEntry("me@example.org", Role.ADMIN), by=Viewer("me", role), at=AT)
    with pytest.raises(AccessDenied, match="edit roles"):
        roles.revoke("boss@example.org", by=Viewer("me", role), at=AT)
    pd.testing.assert_frame_equal(roles.read(), before)


def test_an_admin_whose_time_is_over_changes_nothing(roles):
    late = Viewer("boss@example.org", Role.ADMIN, until=TODAY - dt.timedelta(days=1))
    with pytest.raises(AccessDenied, match="ended"):
        roles.set(RoleEntry("me@example.org", Role.ADMIN), by=late, at=AT)


def test_the_last_admin_stays(roles):
    for deed in (
        lambda: roles.revoke("boss@example.org", by=SHELL, at=AT),
        lambda: roles.set(RoleEntry("boss@example.org", Role.PLANNER), by=SHELL, at=AT),
        lambda: roles.set(RoleEntry("boss@example.org", Role.ADMIN, until=dt.date(2024, 4, 30)), by=SHELL, at=AT),
    ):
        with pytest.raises(BadSetting, match="Nobody could administer"):
            deed()
    assert roles.find(email="boss@example.org").role is Role.ADMIN
    assert roles.trail.verify().n_entries == 3


def test_the_first_one_entered_must_be_an_admin(tmp_path):
    roles = RoleTable(tmp_path / "roles", AuditTrail(tmp_path / "audit"))
    with pytest.raises(BadSetting, match="Nobody could administer"):
        roles.set(RoleEntry("a@example.org", Role.PLANNER), by=SHELL, at=AT)


@pytest.mark.parametrize(
    "entry",
    [
        RoleEntry("", Role.DONOR),
        RoleEntry("a b", Role.DONOR),
        RoleEntry("a\n", Role.DONOR),
        RoleEntry("a@example.org", "donor"),  # type: ignore[arg-type]
        RoleEntry("a@example.org", Role.PLANNER, frozenset({"IQG15Q03,IQG15Q04"})),
        RoleEntry("a@example.org", Role.PLANNER, clearances=frozenset({""})),
        RoleEntry("a@example.org", Role.FORUM_LEAD),
    ],
)
def test_an_entry_in_the_wrong_form_is_refused(roles, entry):
    with pytest.raises(BadSetting, match=r"cannot be read|without a district"):
        roles.set(entry, by=SHELL, at=AT)
    assert len(roles.read()) == 3


def test_every_change_is_in_the_trail_before_it_holds(roles, monkeypatch):
    deeds = roles.trail.read()
    assert deeds["who"].unique().tolist() == ["local"]
    assert '"role": "forum_lead"' in deeds["details"].iloc[2]
    monkeypatch.setattr(
        roles.trail, "append", lambda *_, **__: (_ for _ in ()).throw(StoreError("x", where="", hint=""))
    )
    with pytest.raises(StoreError):
        roles.set(RoleEntry("new@example.org", Role.DONOR), by=SHELL, at=AT)
    assert roles.find(email="new@example.org") == NOBODY


def test_a_damaged_table_opens_no_door(roles):
    path = roles.folder / "roles.json"
    data = path.read_bytes()
    for place in range(len(data)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(StoreError, match="damaged or changed by hand"):
            roles.find(email="planner@example.org")
    for shorter in (b"", data[:40], data[:-1]):
        path.write_bytes(shorter)
        with pytest.raises(StoreError, match="damaged or changed by hand"):
            roles.find(email="planner@example.org")


def test_roles_and_trail_have_folders_of_their_own(tmp_path):
    with pytest.raises(ValueError, match="folders of their own"):
        RoleTable(tmp_path, AuditTrail(tmp_path))

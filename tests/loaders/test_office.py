"""The office: every deed asks again who does it, and commands do the same as the page."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from concerns.access import Role, Viewer
from concerns.schema import AccessDenied, BadSetting
from loaders.__main__ import app
from loaders.folders import Folders
from loaders.office import Office
from loaders.roles import RoleEntry
from loaders.store import Store, open_store
from tests.loaders.rows import load_batch

AT = dt.datetime(2024, 8, 1, 12, tzinfo=dt.UTC)
ADMIN = RoleEntry("owner@example.org", Role.ADMIN)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = open_store(tmp_path / "store")
    load_batch(store, "a", 20)
    return store


class Person:
    """Somebody whose role may change between two deeds."""

    def __init__(self, role: Role | None) -> None:
        self.role = role

    def __call__(self) -> Viewer:
        return Viewer("owner@example.org", self.role)


def office(store: Store, person: Person) -> Office:
    return Office(store, ask=person, today=AT.date(), now=AT)


@pytest.mark.parametrize("role", [Role.PLANNER, Role.FORUM_LEAD, Role.DONOR, Role.PUBLIC, None])
def test_nobody_else_has_an_office(store, role):
    with pytest.raises(AccessDenied, match="edit roles"):
        office(store, Person(role))


def test_each_deed_asks_again(store):
    person = Person(Role.ADMIN)
    here = office(store, person)
    here.set_role(ADMIN)
    person.role = Role.PLANNER
    for deed in (
        here.roles, here.trail, here.trail_state, here.manifest, here.closed_quarters, lambda: here.set_role(ADMIN),
        lambda: here.revoke("owner@example.org"), lambda: here.publish("2024Q1", epsilon=1.0, since="2024Q1"),
    ):  # fmt: skip
        with pytest.raises(AccessDenied):
            deed()
    assert not Folders.of(store).release.exists()


def test_roles_trail_and_release_in_one_place(store):
    here = office(store, Person(Role.ADMIN))
    assert here.manifest() is None
    assert here.closed_quarters()[-1] == "2024Q2"
    here.set_role(ADMIN)
    here.set_role(RoleEntry("lead@example.org", Role.FORUM_LEAD, frozenset({"IQG01Q01"})))
    here.revoke("lead@example.org")
    here.publish("2024Q1", epsilon=0.5, since="2024Q1")
    assert here.roles()["who"].to_list() == ["owner@example.org"]
    assert here.trail()["event"].to_list() == ["published", "changed_role", "changed_role", "changed_role"]
    assert here.trail_state().is_whole
    assert here.manifest()["epsilon"] == 0.5
    assert here.closed_quarters() == ("2024Q2",)
    assert {"adm2_pcode", "adm2_name"} <= set(here.districts)
    with pytest.raises(BadSetting, match="Nobody could administer"):
        here.revoke("owner@example.org")


def run(store: Store, *words: str, told: str | None = None) -> tuple[int, str, str]:
    """Exit, standard output and standard error of a command."""
    done = CliRunner().invoke(app, [*words, "--store", store.url], input=told)
    return done.exit_code, done.stdout, done.stderr


def test_the_first_role_is_an_admins_and_commands_say_what_they_did(store):
    assert run(store, "roles", "list")[1] == "Nobody has a role yet.\n"
    exit_code, _, told = run(store, "roles", "set", "p@example.org", "--role", "planner")
    assert (exit_code, "Make somebody else an admin first" in told) == (2, True)
    assert run(store, "roles", "set", "o@example.org", "--role", "admin") == (0, "o@example.org: admin\n", "")
    assert run(store, "roles", "set", "l@example.org", "--role", "forum_lead", "--districts", "IQG01Q01, IQG01Q02",
               "--cleared-for", "C05", "--until", "2030-01-31")[0] == 0  # fmt: skip
    listed = json.loads(run(store, "roles", "list", "--json")[1])
    assert [row["who"] for row in listed] == ["l@example.org", "o@example.org"]
    assert (listed[0]["districts"], listed[0]["clearances"], listed[0]["until"]) == (
        "IQG01Q01,IQG01Q02", "C05", "2030-01-31",
    )  # fmt: skip
    assert run(store, "roles", "revoke", "l@example.org")[0] == 0
    assert run(store, "roles", "revoke", "l@example.org")[0] == 2


@pytest.mark.parametrize(
    "words",
    [("o@example.org", "--role", "king"), ("o o", "--role", "admin"), ("o@x", "--role", "forum_lead"),
     ("o@x", "--role", "admin", "--until", "soon"), ("o@x", "--role", "admin", "--districts", "<b>")],
)  # fmt: skip
def test_an_entry_that_cannot_be_read_is_refused_in_one_line(store, words):
    exit_code, said, told = run(store, "roles", "set", *words)
    assert (exit_code, said, told.count("\n")) == (2, "", 1)


def test_publishing_asks_for_the_owners_choice_once(store):
    exit_code, said, asked = run(store, "publish", "--until", "2024Q1", told="0.5\n2024Q1\n")
    assert exit_code == 0
    assert "published: 2024Q1 to 2024Q1" in said
    assert "ε a quarter" in asked
    manifest = json.loads((Folders.of(store).release / "manifest.json").read_bytes())
    assert (manifest["epsilon"], manifest["since"]) == (0.5, "2024Q1")
    exit_code, said, asked = run(store, "publish", "--until", "2024Q2", "--json")
    assert (exit_code, asked) == (0, "")
    assert json.loads(said)["corrected"] == ["2024Q1"]
    exit_code, said, told = run(store, "publish", "--until", "2024Q2")
    assert (exit_code, said, "published already" in told) == (2, "", True)


def test_where_nobody_answers_the_first_publication_is_refused(store):
    exit_code, _, told = run(store, "publish", "--until", "2024Q1")
    assert exit_code == 2
    assert "--epsilon 1 --since 2022Q1" in told
    assert not Folders.of(store).release.exists()


def test_commands_leave_their_deeds_in_the_trail(store, tmp_path):
    run(store, "export", "-o", str(tmp_path / "out.csv"))
    run(store, "undo", "a")
    deeds = Folders.of(store).trail.read()
    assert deeds["event"].to_list() == ["exported", "undid"]
    assert json.loads(deeds["details"][0])["n_rows"] == 20
    assert json.loads(deeds["details"][1]) == {"batch_id": "a"}


def test_with_a_broken_trail_no_command_loads_or_undoes(store):
    run(store, "roles", "set", "o@example.org", "--role", "admin")
    path = Folders.of(store).audit / "trail.jsonl"
    path.write_bytes(path.read_bytes().replace(b"admin", b"donor"))
    exit_code, _, told = run(store, "undo", "a")
    assert (exit_code, "audit trail is broken" in told) == (2, True)
    assert store.version() == 0
    exit_code, said, _ = run(store, "doctor", "--dry-run")
    assert (exit_code, "BROKEN_TRAIL" in said) == (1, True)


def test_the_doctor_prints_the_head_to_note(store):
    run(store, "roles", "set", "o@example.org", "--role", "admin")
    state = Folders.of(store).trail.verify()
    assert f"audit trail: 1 lines, head {state.head}" in run(store, "doctor")[1]

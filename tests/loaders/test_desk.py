"""The loading desk asks at each deed who does it, gives no row past the view, and leaves each deed in the trail."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from concerns.access import Role, Viewer
from concerns.schema import AccessDenied
from loaders.desk import Desk
from loaders.folders import Folders
from loaders.store import Store
from loaders.view import open_view
from tests import canaries

CSV = b"report_id,occurred_on,category,district,governorate\nd1,2026-06-01,C07,Al-Hamdaniya,Ninewa\n"


@pytest.fixture
def store(tmp_path) -> Store:
    return canaries.build(tmp_path, publish=False)


class Person:
    """Somebody whose role may change between two deeds."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer

    def __call__(self) -> Viewer:
        return self.viewer


def desk(store: Store, person: Person) -> Desk:
    view = open_view(store, replace(person.viewer, subject=""), today=canaries.NOON.date())
    return Desk(store, view, ask=person, trail=Folders.of(store).trail, now=canaries.NOON)


def deeds(store: Store) -> list[tuple[str, str, dict]]:
    trail = Folders.of(store).trail.read().iloc[len(canaries.PEOPLE) :]
    return [(row.who, row.event, json.loads(row.details)) for row in trail.itertuples()]


@pytest.mark.parametrize("role", [Role.FORUM_LEAD])
def test_a_lead_has_no_desk(store, role):
    with pytest.raises(AccessDenied):
        desk(store, Person(Viewer("x", role, frozenset({canaries.OWN}))))


def test_what_is_done_is_done_by_the_person_and_not_by_the_shared_view(store):
    here = desk(store, Person(Viewer("p@example.org", Role.PLANNER)))
    here.load(CSV, "new.csv", dry_run=True)
    assert deeds(store) == []
    batch = here.load(CSV, "new.csv", dry_run=False).ledger.batch_id
    here.rows_as_csv("reports", batch)
    here.undo(batch)
    assert [(who, event, details["batch_id"] if "batch_id" in details else details["what"])
            for who, event, details in deeds(store)] == [
        ("p@example.org", "loaded", batch), ("p@example.org", "exported", f"reports_{batch}"),
        ("p@example.org", "undid", batch),
    ]  # fmt: skip
    assert set(here.history()["who"][:2]) == {"p@example.org"}


@pytest.mark.parametrize(
    "now", [Viewer("p", None), Viewer("p", Role.DONOR), Viewer("p", Role.PLANNER, clearances=frozenset({"C05"})),
            Viewer("p", Role.PLANNER, frozenset({canaries.OWN}))],
    ids=["revoked", "donor", "cleared", "cut"],
)  # fmt: skip
def test_whose_sight_changed_must_open_the_page_again(store, now):
    person = Person(Viewer("p", Role.PLANNER))
    here = desk(store, person)
    person.viewer = now
    version = store.version()
    for deed in (
        lambda: here.load(CSV, "new.csv", dry_run=False), lambda: here.load(CSV, "new.csv", dry_run=True),
        lambda: here.undo("reports"), lambda: here.rows_as_csv("reports", "reports"), lambda: here.shelf,
        lambda: here.first_look(CSV, "new.csv"),
    ):  # fmt: skip
        with pytest.raises(AccessDenied):
            deed()
    assert store.version() == version
    assert deeds(store) == []


def test_rows_of_a_batch_are_those_of_the_view(store):
    plain = desk(store, Person(Viewer("p", Role.PLANNER))).rows_as_csv("reports", "reports").decode("utf-8-sig")
    lines = plain.splitlines()
    assert "row" not in lines[0].split(",")
    assert len(lines) == 1 + 3 * canaries.N_ORDINARY
    assert "hush" not in plain
    loader = desk(store, Person(Viewer("local", Role.PLANNER))).rows_as_csv("reports", "reports").decode("utf-8-sig")
    is_coarse = [canaries.SENSITIVE in line for line in loader.splitlines()[1:]]
    assert sum(is_coarse) == 3 * canaries.N_SENSITIVE
    assert is_coarse == sorted(is_coarse)  # all after the others
    assert "hush" not in loader
    cleared = Viewer("c", Role.PLANNER, clearances=canaries.PEOPLE["admin"].clearances)
    assert desk(store, Person(cleared)).rows_as_csv("reports", "reports").count(b"hush") > 0


def test_what_others_loaded_tells_nobody_where_a_sensitive_report_came_from(store):
    """A file of one district places its rows, by its name, by its rows, by its count less the rows that are seen."""
    planner = Viewer("p", Role.PLANNER)
    here = desk(store, Person(planner))
    history = here.history().set_index("batch_id")
    counts = ["rows_read", "accepted", "duplicates", "quarantined", "file_name"]
    assert history.loc["reports", counts].isna().all()
    assert history.loc["forums", counts].notna().all()
    assert b"C05" not in here.rows_as_csv("reports", "reports")
    with pytest.raises(AccessDenied, match="not cleared"):
        here.undo("reports")
    mine = here.load(CSV, "mine.csv", dry_run=False).ledger.batch_id
    assert here.history().set_index("batch_id").loc[mine, counts].notna().all()
    here.undo(mine)
    for viewer in (Viewer("a", Role.ADMIN), Viewer("c", Role.PLANNER, clearances=canaries.PEOPLE["admin"].clearances)):
        shown = desk(store, Person(viewer)).history()["accepted"]
        assert shown.notna().all() == bool(viewer.clearances)


def test_quarantined_rows_are_for_who_loaded_them_or_is_cleared_for_all(store):
    loader, other = Viewer("local", Role.PLANNER), Viewer("other", Role.PLANNER)
    cleared = Viewer("c", Role.PLANNER, clearances=canaries.PEOPLE["admin"].clearances)
    for viewer in (loader, cleared):
        assert b"CANARY-quarantine" in desk(store, Person(viewer)).rows_as_csv("quarantine", "reports")
    with pytest.raises(AccessDenied, match="not cleared"):
        desk(store, Person(other)).rows_as_csv("quarantine", "reports")


def test_a_planner_of_single_districts_still_loads_for_the_whole_country(store):
    here = desk(store, Person(Viewer("p", Role.PLANNER, frozenset({canaries.FAR}))))
    ledger = here.load(CSV, "new.csv", dry_run=True).ledger
    assert ledger.accepted == 1

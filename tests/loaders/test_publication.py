"""From a store to its release: only reports of forums count, the trail knows, and what is no person's is exact."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest

from concerns.access import Role, Viewer
from concerns.disclosure import Table
from concerns.schema import AccessDenied, BadSetting, StoreError
from concerns.selection import Selection
from loaders import district_set
from loaders import publish as drawing
from loaders.folders import Folders, release_folder
from loaders.ingest import Request, ingest
from loaders.publication import closed_quarters, publish_store
from loaders.release import open_release
from loaders.roles import RoleEntry
from loaders.settings import Settings
from loaders.store import BatchEvent, Store, open_store
from loaders.tables import to_arrow
from loaders.view import open_view
from tests.loaders.rows import NOON, load_batch

AT = dt.datetime(2024, 8, 1, 12, tzinfo=dt.UTC)
ADMIN = Viewer("owner", Role.ADMIN)
FIRST = {"epsilon": 1.0, "since": "2024Q1"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = open_store(tmp_path / "store")
    load_batch(store, "real", 30)
    return store


@pytest.fixture
def without_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "draw", lambda counts, *, epsilon, table: list(counts))


def publish(store: Store, until: str = "2024Q1", **given: object) -> dict:
    return publish_store(store, until=until, **({"by": ADMIN, "at": AT} | FIRST | given))


def add(store: Store, table: str, rows: list[dict[str, object]]) -> None:
    with store.writing():
        frame = pd.DataFrame(rows).assign(batch_id=table, row=range(1, len(rows) + 1))
        version = store.version()
        store.append(table, [to_arrow(frame, table)])
        ledger = {"rows_read": len(rows), "accepted": len(rows)}
        store.commit(BatchEvent(table, "ingest", table, "t", ledger, NOON), expected_version=version)


def told(store: Store, table: Table, **where: str) -> int:
    release = open_release(Folders.of(store).release)
    return int(release.totals(table, where={key: [value] for key, value in where.items()})["n_reports"].iloc[0])


def test_reports_of_forums_count_and_events_of_others_do_not(store, without_noise):
    load_batch(store, "acled", 7, source="acled", report_id=[f"a{n}" for n in range(7)], is_context=True)
    publish(store)
    assert told(store, Table.DISTRICT_QUARTER, adm2_pcode="IQG01Q01") == 30
    assert told(store, Table.NATIONAL_MONTH, category="C07", month="2024-03") == 30


def test_what_was_undone_is_not_counted(store, without_noise):
    load_batch(store, "wrong", 5, report_id=[f"w{n}" for n in range(5)])
    store.undo("wrong", who="t", at=NOON)
    publish(store)
    assert told(store, Table.DISTRICT_QUARTER) == 30


def test_the_release_and_its_ledger_lie_apart_and_the_trail_knows(store):
    publish(store)
    folders = Folders.of(store)
    assert folders.release.parent == folders.ledger.parent.parent
    assert folders.ledger.is_relative_to(store.url)
    assert not folders.release.is_relative_to(store.url)
    deed = folders.trail.read().iloc[-1]
    assert (deed["who"], deed["event"]) == ("owner", "published")
    assert json.loads(deed["details"]) == {"data_version": 0, "epsilon": 1.0, "release": "2024Q1"}


@pytest.mark.parametrize("role", [Role.PLANNER, Role.FORUM_LEAD, Role.DONOR, Role.PUBLIC, None])
def test_nobody_but_an_admin_publishes(store, role):
    with pytest.raises(AccessDenied):
        publish(store, by=Viewer("x", role))
    assert not Folders.of(store).release.exists()


def test_a_second_try_and_a_wrong_quarter_are_refused_and_leave_no_trace(store):
    publish(store)
    before = Folders.of(store).trail.verify().n_entries
    for until in ("2024Q1", "2024Q9", "2024Q3", ""):
        with pytest.raises(BadSetting):
            publish(store, until)
    assert Folders.of(store).trail.verify().n_entries == before


def test_a_store_without_reports_is_not_published(tmp_path):
    empty = open_store(tmp_path / "store")
    with pytest.raises(BadSetting, match="holds no reports"):
        publish(empty)
    add(empty, "forums", [{"forum_id": "f", "adm2_pcode": "IQG01Q01", "opened_on": dt.date(2023, 1, 1)}])
    with pytest.raises(BadSetting, match="holds no reports"):
        publish(empty)


def test_made_up_and_real_figures_never_stand_in_one_release(store, monkeypatch):
    publish(store)
    snapshot = store.snapshot()
    made_up = snapshot.batches.assign(synthetic=True)
    both = pd.concat([snapshot.batches, made_up], ignore_index=True)
    for batches, told_why in ((both, "beside real ones"), (made_up, "of the other kind")):
        other = type(snapshot)(snapshot.version, batches, snapshot.versions)
        monkeypatch.setattr(store, "snapshot", lambda version=None, other=other: other)
        with pytest.raises(BadSetting, match=told_why):
            publish(store, "2024Q2")


def test_with_a_broken_trail_nothing_is_drawn(store):
    folders = Folders.of(store)
    folders.role_table.set(RoleEntry("owner", Role.ADMIN), by=ADMIN, at=AT)
    path = folders.audit / "trail.jsonl"
    path.write_bytes(path.read_bytes().replace(b"owner", b"other"))
    with pytest.raises(StoreError, match="nothing is published"):
        publish(store)
    assert not folders.release.exists()


def test_forums_meetings_and_people_are_exact_and_no_report_is_among_them(store):
    add(store, "forums", [
        {"forum_id": "f1", "adm2_pcode": "IQG01Q01", "opened_on": dt.date(2023, 1, 1)},
        {"forum_id": "f2", "adm2_pcode": "IQG01Q01", "opened_on": dt.date(2024, 5, 1), "closed_on": None},
        {"forum_id": "f3", "adm2_pcode": "IQG02Q01", "opened_on": dt.date(2023, 1, 1),
         "closed_on": dt.date(2024, 2, 1)},
    ])  # fmt: skip
    add(store, "meetings", [
        {"meeting_id": "m1", "forum_id": "f1", "planned_on": dt.date(2024, 1, 5), "held_on": dt.date(2024, 1, 6),
         "n_concerns": 7919},
        {"meeting_id": "m2", "forum_id": "f1", "planned_on": dt.date(2024, 3, 31), "held_on": None},
        {"meeting_id": "m3", "forum_id": "f2", "planned_on": None, "held_on": dt.date(2024, 6, 30)},
    ])  # fmt: skip
    publish(store, "2024Q2")
    exact = open_release(Folders.of(store).release).exact
    rows = exact["programme"].set_index(["adm2_pcode", "quarter"])
    assert rows.loc[("IQG01Q01", "2024Q1")].to_dict() == {"n_planned": 2, "n_held": 1, "n_forums": 1}
    assert rows.loc[("IQG01Q01", "2024Q2")].to_dict() == {"n_planned": 1, "n_held": 1, "n_forums": 2}
    assert rows.loc[("IQG02Q01", "2024Q1")].to_dict() == {"n_planned": 0, "n_held": 0, "n_forums": 0}
    assert len(rows) == 101 * 2
    assert set(exact) == {"districts", "programme"}
    assert "n_concerns" not in str([list(frame.columns) for frame in exact.values()])


def test_a_later_release_shows_the_programme_of_all_its_quarters(store):
    publish(store)
    publish(store, "2024Q2", epsilon=None, since=None)
    release = open_release(Folders.of(store).release)
    assert set(release.exact["programme"]["quarter"]) == {"2024Q1", "2024Q2"}
    assert release.quarters == ("2024Q1", "2024Q2")


def test_an_exact_table_that_was_changed_is_refused(store):
    publish(store)
    path = next(Folders.of(store).release.glob("programme-*.parquet"))
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(StoreError, match="not the published one"):
        open_release(Folders.of(store).release)


def test_a_manifest_cannot_name_a_file_elsewhere(store):
    publish(store)
    path = Folders.of(store).release / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["releases"][-1]["exact"] = {"../store/roles/roles.json": {"sha256": "0"}}
    path.write_text(json.dumps(manifest))
    with pytest.raises(StoreError, match="none of a release"):
        open_release(path.parent)


def test_quarters_that_are_over_are_offered_after_those_published():
    today = dt.date(2024, 8, 1)
    assert closed_quarters(None, today=today, n=3) == ("2023Q4", "2024Q1", "2024Q2")
    done = {"releases": [{"quarters": ["2023Q4", "2024Q1"]}]}
    assert closed_quarters(done, today=today) == ("2024Q2",)
    assert closed_quarters(done, today=dt.date(2024, 6, 30)) == ()


def test_two_stores_in_one_folder_do_not_share_a_release():
    assert release_folder({}, home=Path("/srv/store")) == Path("/srv/release")
    assert release_folder({}, home=Path("/srv/second")) == Path("/srv/second-release")
    assert release_folder({"CONCERN_ATLAS_RELEASE": "/srv/www"}, home=Path("/srv/store")) == Path("/srv/www")


def test_a_case_that_the_file_names_is_stored_seen_by_nobody_and_counted_twice_at_most(tmp_path, without_noise):
    store = open_store(tmp_path / "cases" / "store")
    lines = [f"r{n},{case},2024-02-0{n + 1},C07,33.3,44.4" for n, case in enumerate(["H-1"] * 4 + ["", "n/a", "H-2"])]
    path = tmp_path / "cases.csv"
    path.write_text("report_id,case_id,occurred_on,category,lat,lon\n" + "\n".join(lines), encoding="utf-8")
    request = Request(AT, Settings(today=AT.date()))
    assert ingest(path, store, district_set.approximate(), request).ledger.accepted == 7
    stored = store.read("reports", ["case_id"]).to_pandas()["case_id"]
    assert sorted(stored.dropna()) == ["H-1"] * 4 + ["H-2"]
    assert "case_id" not in open_view(store, ADMIN, today=AT.date()).rows(Selection()).columns
    publish(store)
    assert told(store, Table.DISTRICT_QUARTER) == 2 + 2 + 1

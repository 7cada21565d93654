"""Whatever a kill, a cut file or a full disk leaves behind, the store opens and each batch is whole or gone."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from concerns.access import Role, Viewer
from concerns.schema import StoreError
from loaders.doctor import examine
from loaders.folders import Folders
from loaders.publication import publish_store
from loaders.roles import RoleEntry
from loaders.store import Store, open_store
from loaders.tables import to_arrow
from tests.loaders.rows import NOON, load_batch, report_rows


@pytest.fixture
def store(tmp_path) -> Store:
    store = open_store(tmp_path / "s")
    load_batch(store, "a", 5)
    load_batch(store, "b", 3)
    return store


def kinds(store: Store, *, repair: bool = True) -> list[str]:
    return [finding.kind for finding in examine(store, now=NOON + dt.timedelta(hours=1), repair=repair)]


def in_force(store: Store) -> dict[str, int]:
    return store.read("reports").to_pandas().groupby("batch_id").size().to_dict()


def data_file(store: Store, batch_id: str) -> Path:
    return next((Path(store.url) / "reports" / f"batch_id={batch_id}").glob("*.parquet"))


def test_a_sound_store_has_no_findings_and_a_missing_one_neither(store, tmp_path):
    assert kinds(store) == []
    assert examine(open_store(tmp_path / "none"), now=NOON) == []


def test_rows_of_a_killed_load_are_swept(store):
    store.append("reports", [to_arrow(report_rows("half", 9), "reports")])
    (Path(store.url) / ".scratch" / "left").mkdir(parents=True)
    assert kinds(store, repair=False) == ["HALF_LOAD", "LEFTOVER"]
    assert kinds(store) == ["HALF_LOAD", "LEFTOVER"]
    assert kinds(store) == []
    assert store.stored_batch_ids("reports") == {"a", "b"}


@pytest.mark.parametrize("damage", ["cut", "flipped", "gone"])
def test_a_damaged_file_takes_its_batch_out_and_no_other(store, damage):
    path = data_file(store, "a")
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        middle = len(content) // 2
        path.write_bytes(
            content[:middle] + (b"" if damage == "cut" else bytes([content[middle] ^ 1]) + content[middle + 1 :])
        )
    assert kinds(store, repair=False) == ["DAMAGED_BATCH"]
    assert kinds(store) == ["DAMAGED_BATCH"]
    assert in_force(store) == {"b": 3}
    load_batch(store, "a2", 5)
    assert in_force(store) == {"a2": 5, "b": 3}
    assert kinds(store) == []


def test_reading_a_cut_file_names_the_doctor(store):
    path = data_file(store, "a")
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(StoreError, match="doctor"):
        store.read("reports")


def test_the_log_of_batches_is_written_again_from_the_commit_notes(store):
    store.undo("a", who="test", at=NOON)
    before = store.history()
    for path in (Path(store.url) / "batches").glob("*.parquet"):
        path.write_bytes(b"")
    assert "LOST_EVENTS" in kinds(store)
    assert in_force(store) == {"b": 3}
    after = store.history()
    shown = ["seq", "batch_id", "action", "accepted", "is_in_force"]
    assert after[shown].equals(before[shown])


@pytest.mark.parametrize("table", ["batches", "reports"])
def test_a_commit_that_was_cut_short_is_put_aside(store, table):
    last = sorted((Path(store.url) / table / "_delta_log").glob("*.json"))[-1]
    last.write_text(last.read_text(encoding="utf-8")[:25], encoding="utf-8")
    found = kinds(store)
    assert found[0] == "BROKEN_LOG"
    assert in_force(store) == {"a": 5}
    load_batch(store, "c", 2)
    assert in_force(store) == {"a": 5, "c": 2}


def test_a_remote_store_is_refused_by_name():
    with pytest.raises(StoreError, match="on disk"):
        examine(Store("s3://bucket/store"), now=NOON)


def beside(store: Store) -> Folders:
    """A trail, a role and a release of the store."""
    folders = Folders.of(store)
    admin = Viewer("o", Role.ADMIN)
    folders.role_table.set(RoleEntry("o", Role.ADMIN), by=admin, at=NOON)
    publish_store(store, until="2024Q1", by=admin, at=NOON, epsilon=1.0, since="2024Q1")
    return folders


def test_a_whole_trail_roles_and_release_are_no_finding(store):
    beside(store)
    assert kinds(store) == []


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        (lambda f: (f.audit / "trail.jsonl").write_text("{}\n"), "BROKEN_TRAIL"),
        (lambda f: (f.audit / "trail.jsonl").unlink(), "BROKEN_TRAIL"),
        (lambda f: (f.roles / "roles.json").write_text("0\n[]"), "DAMAGED_ROLES"),
        (lambda f: next(f.release.glob("district_quarter-*")).write_bytes(b"x"), "RELEASE"),
        (lambda f: shutil.rmtree(f.release), "RELEASE"),
        (lambda f: shutil.rmtree(f.ledger), "RELEASE"),
        (lambda f: (f.release / "manifest.json").write_text("{"), "RELEASE"),
    ],
)
def test_what_is_broken_beside_the_tables_is_said_and_never_mended(store, broken, kind):
    broken(beside(store))
    found = examine(store, now=NOON)
    assert [(one.kind, one.is_repaired) for one in found] == [(kind, False)]
    assert [one.kind for one in examine(store, now=NOON)] == [kind]


def rewritten(folders: Folders, change: Callable[[list[bytes]], list[bytes]], *, with_head: bool) -> None:
    """Change the lines of the trail; a careful forger notes the new end as well."""
    trail = folders.audit / "trail.jsonl"
    lines = change(trail.read_bytes().splitlines(keepends=True))
    trail.write_bytes(b"".join(lines))
    if with_head:
        head = hashlib.sha256(lines[-1]).hexdigest() if lines else "0" * 64
        noted = {"n": len(lines), "head": head, "size": sum(map(len, lines))}
        (folders.audit / "head.json").write_text(json.dumps(noted))


@pytest.mark.parametrize("with_head", [False, True])
@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[:-1],
        lambda lines: lines[1:],
        lambda lines: lines[:1] + lines[2:],
        lambda lines: lines[::-1],
        lambda lines: [],
        lambda lines: [lines[0].replace(b'"o"', b'"p"'), *lines[1:]],
        lambda lines: [*lines, lines[-1]],
    ],
    ids=["end-cut", "start-cut", "middle-cut", "reordered", "emptied", "edited", "repeated"],
)
def test_a_trail_that_was_changed_is_said_to_be(store, change, with_head):
    """What was loaded needs no trail of its own; what was published and who got a role must be told by it."""
    folders = beside(store)
    folders.role_table.set(RoleEntry("p", Role.PLANNER), by=Viewer("o", Role.ADMIN), at=NOON)
    rewritten(folders, change, with_head=with_head)
    assert set(kinds(store)) == {"BROKEN_TRAIL"}


def test_a_trail_that_was_deleted_with_its_head_is_missed(store):
    folders = beside(store)
    shutil.rmtree(folders.audit)
    assert set(kinds(store)) == {"BROKEN_TRAIL"}

"""Look a store over and mend what can be mended: half-written loads, cut files, a broken log."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError

from concerns.schema import StoreError
from loaders.audit import Event
from loaders.folders import Folders
from loaders.release import MANIFEST, open_release
from loaders.release_ledger import ReleaseLedger
from loaders.store import Store, sha256_of
from loaders.tables import LOG_TABLES, TABLES, arrow_schema, to_arrow


@dataclass(frozen=True)
class Finding:
    """One thing that was not as it should be, in words without anything from a report."""

    kind: str  # BROKEN_LOG, LOST_EVENTS, DAMAGED_BATCH, HALF_LOAD, LEFTOVER; BROKEN_TRAIL, DAMAGED_ROLES, RELEASE
    what: str
    is_repaired: bool


def examine(store: Store, *, now: dt.datetime, repair: bool = True) -> list[Finding]:
    """Check a store on disk, each table, each data file and each ledger; repair unless told not to.

    A damaged batch cannot be restored from itself: it is undone, so that the same file can be loaded again. Audit
    trail, roles and release are looked at and never mended: only a backup can tell what stood there.
    Raises StoreError: the store is remote, or cannot be written.
    """
    if store.folder is None:
        raise StoreError(
            "Only a store on disk can be examined.", where=store.url, hint="Use the provider's own checks."
        )
    if not store.folder.exists():
        return []
    with store.writing():
        findings = [*_logs(store, repair), *_events(store, repair)]
        findings += [*_batches(store, now, repair), *_orphans(store, repair), *_leftovers(store.folder, repair)]
    return [*findings, *_custody(Folders.of(store))]


def _custody(folders: Folders) -> Iterator[Finding]:
    """What stands beside the tables."""
    state = folders.trail.verify()
    if not state.is_whole:
        yield Finding("BROKEN_TRAIL", f"audit trail, line {state.broken_at}: {state.problem}", False)
    deeds = folders.trail.read() if state.is_whole else None
    try:
        people = folders.role_table.read()["who"]
    except StoreError as error:
        yield Finding("DAMAGED_ROLES", str(error), False)
    else:
        yield from _untold(deeds, Event.CHANGED_ROLE, "subject", people, "roles that were given")
    counted = ReleaseLedger(folders.ledger)
    yield from _untold(deeds, Event.PUBLISHED, "release", counted.published, "releases that went out")
    try:
        published = [entry["release"] for entry in open_release(folders.release).manifest["releases"]]
    except StoreError as error:
        if counted.published or error.code != "MANIFEST" or (folders.release / MANIFEST).exists():
            yield Finding("RELEASE", str(error), False)
    else:
        if not all(counted.has(name) for name in published) or not set(counted.published) <= set(published):
            yield Finding("RELEASE", "the release and the ledger of what it counted do not belong together", False)


def _untold(
    deeds: pd.DataFrame | None, event: Event, detail: str, known: Iterable[str], what: str
) -> Iterator[Finding]:
    """What the trail must tell because it was done: it does not where its end was cut off and its head written anew."""
    if deeds is not None:
        told = {json.loads(text).get(detail) for text in deeds.loc[deeds["event"] == event, "details"]}
        if n := len(set(known) - told):
            yield Finding("BROKEN_TRAIL", f"audit trail: it does not tell of {n} {what}", False)


def _logs(store: Store, repair: bool) -> Iterator[Finding]:
    """A last commit that was cut short never counted: it is put aside."""
    for table in ("batches", *TABLES):
        folder = _folder(store) / table / "_delta_log"
        commits = sorted(folder.glob("*.json")) if folder.is_dir() else []
        while commits and not _is_whole(commits[-1]):
            last = commits.pop()
            if repair:
                last.rename(last.with_suffix(".broken"))
            yield Finding("BROKEN_LOG", f"{table}: commit {last.stem} was cut short and is put aside", repair)


def _is_whole(commit: Path) -> bool:
    try:
        lines = commit.read_text(encoding="utf-8").splitlines()
        return bool(lines) and all(isinstance(json.loads(line), dict) for line in lines)
    except ValueError:
        return False


def _events(store: Store, repair: bool) -> Iterator[Finding]:
    """The log of batches: where its files are unreadable it is written again from Delta's commit notes."""
    try:
        store.history()
        return
    except (StoreError, OSError, DeltaError, ValueError):
        notes = _notes(_folder(store) / "batches")
    if repair:
        frame = pd.DataFrame(notes, columns=arrow_schema("batches").names)
        frame["at"] = pd.to_datetime(frame["at"], utc=True)
        write_deltalake(f"{store.url}/batches", to_arrow(frame, "batches"), mode="overwrite")
    yield Finding("LOST_EVENTS", f"the log of batches was unreadable; {len(notes)} events were restored", repair)


def _notes(table: Path) -> list[dict]:
    actions = (
        json.loads(line)
        for commit in sorted((table / "_delta_log").glob("*.json"))
        for line in commit.read_text(encoding="utf-8").splitlines()
    )
    return [json.loads(info["event"]) for action in actions if "event" in (info := action.get("commitInfo", {}))]


def _batches(store: Store, now: dt.datetime, repair: bool) -> Iterator[Finding]:
    """Every file of a batch in force is as it was written, and its rows are as many as its ledger says."""
    for batch in store.snapshot().batches.itertuples():
        files = json.loads(str(batch.files))
        bad = [name for name, checksum in files.items() if not _matches(_folder(store) / name, checksum)]
        if not bad and _n_rows(store, str(batch.batch_id)) == batch.accepted:
            continue
        if repair:
            _undo_damaged(store, str(batch.batch_id), now)
        name = "reports" if not bad else Path(bad[0]).parts[0]
        what = f"batch {batch.batch_id}: its rows in {name} are damaged; it is undone, load its file again"
        yield Finding("DAMAGED_BATCH", what, repair)


def _matches(path: Path, checksum: str) -> bool:
    return path.is_file() and sha256_of(path) == checksum


def _n_rows(store: Store, batch_id: str) -> int:
    """Rows of a batch in its own tables, replaced ones included, as Delta's log counts them."""
    batch = [("batch_id", "=", batch_id)]
    total = 0
    for table in TABLES:
        if table in LOG_TABLES or not (_folder(store) / table / "_delta_log").is_dir():
            continue
        delta = DeltaTable(f"{store.url}/{table}")
        if delta.file_uris(file_pruning_predicate=batch):
            total += delta.to_pyarrow_dataset(file_pruning_predicate=batch).count_rows()
    return total


def _undo_damaged(store: Store, batch_id: str, now: dt.datetime) -> None:
    snapshot = store.snapshot()
    store.commit_undo(batch_id, snapshot, who="doctor", at=now)
    store.remove_rows(batch_id)


def _orphans(store: Store, repair: bool) -> Iterator[Finding]:
    """Rows of a batch that no event names: a load that was killed before its end, or an undo that was."""
    in_force = set(store.snapshot().batches["batch_id"])
    for table in TABLES:
        for batch_id in sorted(store.stored_batch_ids(table) - in_force):
            if repair:
                store.remove_rows(batch_id)
            yield Finding("HALF_LOAD", f"{table}: rows of batch {batch_id} belong to no finished load", repair)


def _leftovers(folder: Path, repair: bool) -> Iterator[Finding]:
    scratch = folder / ".scratch"
    for left in sorted(scratch.iterdir()) if scratch.is_dir() else []:
        if repair:
            shutil.rmtree(left)
        yield Finding("LEFTOVER", "scratch files of a load that was stopped", repair)


def _folder(store: Store) -> Path:
    if store.folder is None:
        raise StoreError(
            "Only a store on disk can be examined.", where=store.url, hint="Use the provider's own checks."
        )
    return store.folder

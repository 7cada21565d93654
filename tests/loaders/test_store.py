"""A batch is there wholly or not at all; undo and old versions give exactly what was."""

from __future__ import annotations

import multiprocessing

import pandas as pd
import pytest
from deltalake import DeltaTable, write_deltalake

from concerns.schema import StoreError
from loaders.store import Store, open_store
from loaders.tables import arrow_schema, to_arrow
from tests.loaders.rows import NOON, load_batch, report_rows


@pytest.fixture(params=["folder", "file address"])
def store(request, tmp_path) -> Store:
    """The same contract holds for every kind of address."""
    return open_store(tmp_path / "s" if request.param == "folder" else f"file://{tmp_path}/s")


def table(store: Store, version: int | None = None) -> pd.DataFrame:
    frame = store.read("reports", version=version).to_pandas()
    return frame.sort_values(["batch_id", "row"], ignore_index=True)


def test_an_empty_store_reads_as_empty_tables_of_the_right_columns(store):
    assert store.version() == -1
    assert store.snapshot().batches.empty
    for name in ("reports", "quarantine", "superseded"):
        assert store.read(name).schema == arrow_schema(name)
        assert store.read(name).num_rows == 0


def test_a_batch_reads_back_as_it_was_written(store):
    load_batch(store, "a", 5)
    expected = to_arrow(report_rows("a", 5), "reports").to_pandas()
    pd.testing.assert_frame_equal(table(store), expected)
    assert store.read("reports", ["row", "lat"]).column_names == ["row", "lat"]


def test_rows_without_an_event_are_unseen(store):
    load_batch(store, "a", 2)
    store.append("reports", [to_arrow(report_rows("half", 3), "reports")])
    assert table(store)["batch_id"].unique().tolist() == ["a"]
    load_batch(store, "b", 1)
    assert table(store)["batch_id"].unique().tolist() == ["a", "b"]


def test_a_failing_part_commits_nothing(store):
    load_batch(store, "a", 1)

    def parts():
        yield to_arrow(report_rows("b", 3), "reports")
        raise OSError("disk full")

    with pytest.raises(StoreError):
        store.append("reports", parts())
    assert store.stored_batch_ids("reports") == {"a"}


def test_undo_restores_the_exact_state_before(store):
    load_batch(store, "a", 4)
    before = table(store)
    load_batch(store, "b", 2, replaces=[("a", 1), ("a", 3)], category="C01")
    assert table(store)["category"].tolist() == ["C07", "C07", "C01", "C01"]
    assert table(store)["row"].tolist() == [2, 4, 1, 2]
    store.undo("b", who="test", at=NOON)
    pd.testing.assert_frame_equal(table(store), before)
    with pytest.raises(StoreError, match="no such batch"):
        store.undo("b", who="test", at=NOON)


def test_every_version_can_be_read_again(store):
    states = []
    load_batch(store, "a", 2)
    states.append(table(store))
    load_batch(store, "b", 3, replaces=[("a", 2)])
    states.append(table(store))
    store.undo("a", who="test", at=NOON)
    states.append(table(store))
    for version, state in enumerate(states):
        pd.testing.assert_frame_equal(table(store, version), state)
    assert [len(state) for state in states] == [2, 4, 3]


def test_history_keeps_loads_and_undos_in_order(store):
    load_batch(store, "a", 1)
    load_batch(store, "b", 1)
    store.undo("a", who="test", at=NOON)
    history = store.history()
    assert history["seq"].tolist() == [0, 1, 2]
    assert history["action"].tolist() == ["ingest", "ingest", "undo"]
    assert history["is_in_force"].tolist() == [False, True, False]


def test_a_commit_on_an_old_version_is_refused(store):
    from loaders.store import BatchEvent

    load_batch(store, "a", 1)
    event = BatchEvent("b", "ingest", "reports", "test", {}, NOON)
    with pytest.raises(StoreError, match="same time"):
        store.commit(event, expected_version=-1)
    assert store.history()["batch_id"].tolist() == ["a"]


def test_a_file_is_no_store(tmp_path):
    path = tmp_path / "file"
    path.write_text("x")
    with pytest.raises(StoreError):
        open_store(path)


def test_a_folder_without_write_permission_is_refused_by_name(tmp_path):
    blocked = tmp_path / "f"
    blocked.write_text("a file where the store's folder should be")
    store = Store(str(blocked / "s"))
    with pytest.raises(StoreError, match="cannot be written"), store.writing():
        pass


def _load_many(folder: str, name: str, n_batches: int) -> None:
    store = open_store(folder)
    for number in range(n_batches):
        load_batch(store, f"{name}{number}", 7)


def test_eight_writers_at_once_lose_nothing_and_readers_see_whole_batches(tmp_path):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_load_many, args=(str(tmp_path / "s"), f"w{n}-", 3)) for n in range(8)]
    for writer in writers:
        writer.start()
    store = open_store(tmp_path / "s")
    while any(writer.is_alive() for writer in writers):
        sizes = table(store).groupby("batch_id").size()
        assert (sizes == 7).all()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert table(store).groupby("batch_id").size().tolist() == [7] * 24
    assert store.history()["seq"].tolist() == list(range(24))


def test_a_table_of_an_earlier_version_gets_the_columns_that_came_since(tmp_path):
    store = open_store(tmp_path / "store")
    load_batch(store, "old", 2)
    table = DeltaTable(str(tmp_path / "store" / "reports"))
    older = table.to_pyarrow_table().drop_columns(["case_id"])
    write_deltalake(str(tmp_path / "store" / "reports"), older, mode="overwrite", schema_mode="overwrite")
    assert "case_id" not in DeltaTable(str(tmp_path / "store" / "reports")).schema().to_arrow().names
    load_batch(store, "new", 1, report_id=["n1"], case_id=["H-1"])
    assert store.read("reports", ["case_id"]).to_pandas()["case_id"].dropna().to_list() == ["H-1"]
    assert store.read("reports", ["report_id"]).num_rows == 3

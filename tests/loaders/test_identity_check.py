"""Duplicates, conflicts and replacements, in a file and against the store."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.identity_check import ACCEPTED, CONFLICT, DUPLICATE, settle


def rows(*pairs: tuple[int, int], batch_id: str | None = None, submitted: object = None) -> pd.DataFrame:
    """Rows of (id, content), each at a place of its own."""
    ids, contents = zip(*pairs, strict=True) if pairs else ((), ())
    frame = pd.DataFrame({"id_hash": ids, "content_hash": contents}).astype("int64")
    frame["row"] = range(1, len(pairs) + 1)
    frame["near_hash"] = [1000 + number for number in frame["id_hash"]]
    frame["submitted_at"] = pd.to_datetime(pd.Series([submitted] * len(pairs), dtype="object"), utc=True)
    return frame if batch_id is None else frame.assign(batch_id=batch_id)


NOTHING = rows(batch_id="")


def test_the_same_again_is_a_duplicate_and_the_first_stays():
    assert settle(rows((1, 5), (2, 6), (1, 5)), NOTHING).verdict.tolist() == [ACCEPTED, ACCEPTED, DUPLICATE]


def test_one_id_with_two_contents_is_a_conflict_of_all_its_rows():
    verdicts = settle(rows((1, 5), (2, 6), (1, 7), (1, 5)), NOTHING)
    assert verdicts.verdict.tolist() == [CONFLICT, ACCEPTED, CONFLICT, CONFLICT]


def test_what_the_store_holds_is_a_duplicate_and_newer_content_replaces():
    verdicts = settle(rows((1, 5), (2, 9), (3, 1)), rows((1, 5), (2, 6), batch_id="old"))
    assert verdicts.verdict.tolist() == [DUPLICATE, ACCEPTED, ACCEPTED]
    assert verdicts.replaces.to_dict("records") == [{"old_batch_id": "old", "old_row": 2}]


@pytest.mark.parametrize(
    ("submitted", "verdict", "n_stale"),
    [("2024-01-01", DUPLICATE, 1), ("2024-03-01", ACCEPTED, 0), (None, ACCEPTED, 0)],
)
def test_an_older_submission_does_not_replace_a_newer_one(submitted, verdict, n_stale):
    stored = rows((1, 5), batch_id="old", submitted="2024-02-01")
    verdicts = settle(rows((1, 6), submitted=submitted), stored)
    assert verdicts.verdict.tolist() == [verdict]
    assert verdicts.n_stale == n_stale
    assert len(verdicts.replaces) == int(verdict == ACCEPTED)


def test_another_id_at_the_same_place_day_and_category_is_flagged_and_kept():
    file = rows((1, 5), (2, 6), (3, 7)).assign(near_hash=[8, 8, 9])
    verdicts = settle(file, rows((4, 1), batch_id="old").assign(near_hash=[9]))
    assert verdicts.is_near.tolist() == [True, True, True]
    assert verdicts.verdict.tolist() == [ACCEPTED] * 3
    same_report = rows((3, 5), batch_id="old").assign(near_hash=[9])
    assert settle(file.iloc[2:].reset_index(drop=True), same_report).is_near.tolist() == [False]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), max_size=30))
def test_every_row_has_one_verdict_and_loading_twice_adds_nothing(pairs):
    file = rows(*pairs)
    first = settle(file, NOTHING)
    assert len(first.verdict) == len(pairs)
    kept = file[first.verdict == ACCEPTED]
    assert not kept["id_hash"].duplicated().any()
    again = settle(file, kept.assign(batch_id="a"))
    assert not (again.verdict == ACCEPTED).any()
    conflicting = {key for key, _ in pairs if len({content for other, content in pairs if other == key}) > 1}
    assert set(file.loc[first.verdict == CONFLICT, "id_hash"]) == conflicting

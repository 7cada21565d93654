"""Which of a file's rows are new, the same again, newer, or at odds: settled on hashes, for the file and the store."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

IDENTITY = ("row", "id_hash", "content_hash", "near_hash", "submitted_at")
ACCEPTED, DUPLICATE, CONFLICT = 0, 1, 2


@dataclass(frozen=True)
class Verdicts:
    """One verdict a row, in the file's order; `replaces`: stored rows (batch_id, row) that a new row takes out."""

    verdict: np.ndarray
    is_near: np.ndarray
    replaces: pd.DataFrame
    n_stale: int


def settle(rows: pd.DataFrame, stored: pd.DataFrame) -> Verdicts:
    """Judge the rows of one file against each other and against what the store holds.

    `rows`: columns `IDENTITY`, in file order. `stored`: the same with `batch_id`. The same id with the same content is
    a duplicate, in the file or in the store; one id with different contents in one file is a conflict of all its rows,
    since nothing says which is right; other content than the stored one replaces it, unless its submission is older.
    A near-duplicate shares place, day and category with a row of another id; it is flagged and stays.

    >>> file = pd.DataFrame({"row": [1, 2, 3, 4], "id_hash": [7, 7, 8, 8], "content_hash": [1, 1, 2, 3],
    ...                      "near_hash": [5, 5, 6, 6], "submitted_at": pd.NaT})
    >>> settle(file, file[:0].assign(batch_id="")).verdict.tolist()
    [0, 1, 2, 2]
    """
    verdict = np.full(len(rows), ACCEPTED, dtype=np.int8)
    later, repeated = _repeats(rows["id_hash"].to_numpy(np.int64))
    if repeated.any():
        verdict[later] = DUPLICATE
        again = rows.loc[repeated].groupby("id_hash", sort=False)["content_hash"].transform("nunique")
        verdict[np.flatnonzero(repeated)[(again > 1).to_numpy()]] = CONFLICT
    older, replaces, n_stale = _against_store(rows, stored, verdict)
    verdict[older] = DUPLICATE
    is_near = _near(rows, stored, verdict)
    return Verdicts(verdict, is_near, replaces, n_stale)


def _against_store(
    rows: pd.DataFrame, stored: pd.DataFrame, verdict: np.ndarray
) -> tuple[np.ndarray, pd.DataFrame, int]:
    """Find rows that the store has already (or has newer), and the stored rows that new content replaces."""
    is_known = rows["id_hash"].isin(stored["id_hash"]).to_numpy() if len(stored) else np.zeros(len(rows), bool)
    candidates = np.flatnonzero(is_known & (verdict == ACCEPTED))
    left = rows.iloc[candidates].assign(position=candidates)
    pairs = left.merge(stored, on="id_hash", suffixes=("", "_stored"))
    same = pairs["content_hash"] == pairs["content_hash_stored"]
    stale = ~same & (pairs["submitted_at"] < pairs["submitted_at_stored"])
    newer = pairs[~same & ~stale]
    replaces = newer[["batch_id", "row_stored"]].set_axis(["old_batch_id", "old_row"], axis=1)
    return pairs.loc[same | stale, "position"].to_numpy(np.int64), replaces, int(stale.sum())


def _near(rows: pd.DataFrame, stored: pd.DataFrame, verdict: np.ndarray) -> np.ndarray:
    is_new = verdict == ACCEPTED
    near = rows.loc[is_new, "near_hash"].to_numpy(np.int64)
    is_near = np.zeros(len(rows), bool)
    is_near[is_new] = _repeats(near)[1]
    if len(stored):
        other = stored.loc[~stored["id_hash"].isin(rows["id_hash"]), "near_hash"]
        is_near[is_new] |= pd.Series(near).isin(other).to_numpy()
    return is_near


def _repeats(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where a value stands again, and where one stands that occurs more than once; by sorting, which takes half of the
    memory of a table of five million hashes.
    """
    order = np.argsort(values, kind="stable")
    same = values[order[1:]] == values[order[:-1]]
    later, any_of_them = np.zeros((2, len(values)), bool)
    later[order[1:][same]] = any_of_them[order[1:][same]] = any_of_them[order[:-1][same]] = True
    return later, any_of_them

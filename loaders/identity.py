"""Who a row is: hashes of its id, its content and its place and day, a column at a time.

A hash is 64 bits, kept as a signed integer. Rows of a file without an id column are known by what they say: equal rows
are one. Where the layout has ids, a row with a blank one is nobody's duplicate inside its file: it is known by its
content and its number there, so that the same file exported again does not double it.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from loaders.cells import encode, to_text

# What the source said, in typed form: equal for the same answers in any export and language. What depends on our
# boundaries, on other rows or on the time of the export is no part of it.
CONTENT = (
    "occurred_on", "reported_on", "date_precision", "lat", "lon", "accuracy_m", "category", "subcategory", "severity",
    "n_affected", "affected_women", "affected_children", "adm2_stated", "place_name", "case_id", "forum_id",
    "reporter_group", "reporter_sex", "reporter_status", "validation", "description", "text_lang", "indicator",
    "n_events", "n_fatalities", "n_families", "n_persons",
)  # fmt: skip
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def identify(rows: pd.DataFrame, *, keep_equal_rows: bool = False) -> pd.DataFrame:
    """Add id_hash, content_hash and near_hash, and a report_id where there was none.

    rows: as `loaders.place.locate` gives them; its helpers `has_ids` and `category_text` are taken out here.
    keep_equal_rows: the user says that equal rows of a file without ids are events of their own.
    """
    content = content_hash(rows)
    blank = rows["report_id"].isna().to_numpy()
    source = _text_hash(rows["source"])
    id_hash = source if blank.all() else _combine([source, _hash(fold_id(rows["report_id"]))])
    if blank.any():
        by_row = _combine([source, content, _text_hash(rows["category_text"])])
        numbered = _combine([by_row, _number_hash(rows["row"].to_numpy(np.float64))])
        is_lone = rows["has_ids"].to_numpy(bool) | keep_equal_rows
        id_hash = np.where(blank, np.where(is_lone, numbered, by_row), id_hash)
    names = pd.Series([f"{value:016x}" for value in id_hash[blank].tolist()], index=rows.index[blank], dtype="str")
    return rows.drop(columns=["has_ids", "category_text"]).assign(
        report_id=rows["report_id"].fillna(names),
        id_hash=id_hash.view(np.int64),
        content_hash=content.view(np.int64),
        near_hash=near_hash(rows).view(np.int64),
    )


def fold_id(ids: pd.Series) -> pa.Array:
    """Fold ids so that neither case nor a `uuid:` in front makes a difference; missing ones are "".

    >>> fold_id(pd.Series(["uuid:AB-1", " ab-1"])).to_pylist()
    ['ab-1', 'ab-1']
    """
    lower = pc.utf8_lower(pc.utf8_trim_whitespace(to_text(ids)))
    if not pc.any(pc.starts_with(lower, "uuid:")).as_py():
        return lower
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(lower, pattern=r"^uuid:", replacement=""))


def content_hash(rows: pd.DataFrame) -> np.ndarray:
    """Hash what each row says (the columns CONTENT as far as they are there); coordinates to six decimals.

    >>> one = pd.DataFrame({"lat": [33.0000001, 33.0], "category": ["C01", "C01"]})
    >>> bool(content_hash(one)[0] == content_hash(one)[1])
    True
    """
    total = np.zeros(len(rows), np.uint64)
    for position, name in enumerate(CONTENT):
        if name in rows and rows[name].notna().any():
            salt = _number_hash(np.array([float(position)]))
            total += np.where(rows[name].isna(), np.uint64(0), _combine([salt, _column_hash(rows[name])]))
    if {"lat", "adm1_pcode"} <= set(rows):  # without a point the stated governorate is part of what the row says
        total += np.where(rows["lat"].notna(), np.uint64(0), _text_hash(rows["adm1_pcode"]))
    return total


def near_hash(rows: pd.DataFrame) -> np.ndarray:
    """Hash place, day and category; the place is the point to four decimals (10 m), else the district and the name."""
    point = rows[["lat", "lon"]].to_numpy(np.float64).round(4)
    place = _combine([_number_hash(point[:, 0]), _number_hash(point[:, 1])])
    no_point = np.isnan(point[:, 0])
    if no_point.any():
        named = rows.loc[no_point, ["adm1_pcode", "adm2_pcode", "place_name"]]
        place[no_point] = _combine([_text_hash(named[name]) for name in named])
    day = _column_hash(rows["occurred_on"])
    kind = _text_hash(rows["category"] if "category" in rows else rows["indicator"])
    return _combine([place, day, kind])


def within_file(id_hash: np.ndarray, content: np.ndarray) -> np.ndarray:
    """Judge the rows of one file against each other: 0 first of its id, 1 the same again, 2 at odds with its like.

    Rows that share an id and not their content are all at odds: nothing says which of them is right.

    >>> within_file(np.array([7, 7, 8, 8, 9]), np.array([1, 1, 2, 3, 1])).tolist()
    [0, 1, 2, 2, 0]
    """
    pair = pd.DataFrame({"id": id_hash, "content": content})
    verdict = pair["id"].duplicated().to_numpy().astype(np.int8)
    distinct = pair.drop_duplicates()
    torn = distinct.loc[distinct["id"].duplicated(keep=False), "id"]
    verdict[pair["id"].isin(torn).to_numpy()] = 2
    return verdict


def _column_hash(column: pd.Series) -> np.ndarray:
    if pd.api.types.is_datetime64_any_dtype(column):
        days = column.to_numpy("datetime64[D]").astype(np.int64)
        return _number_hash(np.where(column.isna(), np.nan, days.astype(np.float64)))
    if pd.api.types.is_numeric_dtype(column):
        values = column.to_numpy(np.float64, na_value=np.nan)
        return _number_hash(values.round(6))
    return _text_hash(column)


def _number_hash(values: np.ndarray) -> np.ndarray:
    whole = np.where(np.isnan(values), -1e300, values + 0.0).astype(np.float64)  # one zero, one missing
    return _mixed(whole.view(np.uint64))


def _text_hash(column: pd.Series) -> np.ndarray:
    return _hash(pc.utf8_trim_whitespace(to_text(column)))


def _hash(texts: pa.Array) -> np.ndarray:
    """Hash texts; each distinct one once, unless nearly all are."""
    if pc.count_distinct(texts[:1000]).as_py() > 900:
        return np.asarray(pd.util.hash_array(texts.to_numpy(zero_copy_only=False), categorize=False), np.uint64)
    codes, distinct = encode(texts)
    hashed = np.asarray(pd.util.hash_array(np.array(distinct, dtype=object), categorize=False), np.uint64)
    return hashed[codes] if len(distinct) else np.zeros(len(texts), np.uint64)


def _combine(parts: Iterable[np.ndarray]) -> np.ndarray:
    """Combine hashes in order."""
    total: np.ndarray | None = None
    for part in parts:
        total = part if total is None else _mixed(total * _STEP + part)
    if total is None:
        raise ValueError("nothing to combine")
    return total


def _mixed(values: np.ndarray) -> np.ndarray:
    """Spread bits (the finaliser of splitmix64; Steele, Lea & Flood 2014)."""
    mixed = (values ^ (values >> np.uint64(30))) * _MIX[0]
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX[1]
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))

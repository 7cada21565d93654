"""Rules of content: category, severity, approval at the source, and the counts and answers beside them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from concerns.schema import Reason
from concerns.taxonomy import Taxonomy
from loaders.cells import Mended, encode, fold, plain, take_text
from loaders.coordinates import parse_degrees, parse_numbers
from loaders.findings import REASONS, Findings, Texts
from loaders.planning import Plan

SEVERITY_WORDS = {
    fold(word): level
    for level, words in enumerate(
        (("low", "منخفض", "منخفضة", "نزم", "کەم"), ("medium", "moderate", "متوسط", "متوسطة", "مامناوەند"),
         ("high", "عالي", "عالية", "مرتفع", "مرتفعة", "بەرز")),
        start=1,
    )
    for word in words
}  # fmt: skip
VALIDATION = {"approved": "approved", "pending": "pending", "onhold": "on_hold", "notapproved": "not_approved"}
COUNTS = ("n_affected", "affected_women", "affected_children")
MEASURES = ("n_events", "n_fatalities", "n_families", "n_persons")  # of aggregates
ANSWERS: dict[str, tuple[frozenset[str], str]] = {
    "reporter_group": (
        frozenset(
            {"community", "women_group", "youth_group", "police", "civil_society", "mukhtar", "unknown", "other"}
        ),
        "other",
    ),
    "reporter_sex": (frozenset({"female", "male", "group", "unknown"}), "unknown"),
    "reporter_status": (frozenset({"host", "idp", "returnee", "refugee", "unknown"}), "unknown"),
    "text_lang": (frozenset({"en", "ar", "ckb", "kmr", "other"}), "other"),
}  # fmt: skip
_BLANK = frozenset({"", "n/a"})
_MISSING, _UNKNOWN = REASONS.index(Reason.CATEGORY_MISSING), REASONS.index(Reason.CATEGORY_UNKNOWN)
_LARGEST = 2**31 - 1


def check_category(texts: Texts, findings: Findings, taxonomy: Taxonomy) -> pd.DataFrame:
    """Resolve category and sub-category; columns category, subcategory, sensitive."""
    codes, distinct = encode(texts.get("category"))
    found = [taxonomy.resolve(plain(text)[0]) for text in distinct]
    texts.mend("category", np.array([_digits_mended(text) for text in distinct], np.uint8)[codes])
    ranks = [
        _MISSING if text.casefold() in _BLANK else _UNKNOWN if pair is None else -1
        for text, pair in zip(distinct, found, strict=True)
    ]
    findings.add_ranks(np.array(ranks, np.int8)[codes] if ranks else np.empty(0, np.int8), "category")
    category = take_text(codes, [pair[0] if pair else None for pair in found])
    subcategory = take_text(codes, [pair[1] if pair else None for pair in found])
    if "subcategory" in texts:
        subcategory = _finer(texts, findings, taxonomy, category, subcategory)
    return pd.DataFrame(
        {
            "category": category,
            "subcategory": subcategory,
            "sensitive": _sensitive(texts, taxonomy, category, subcategory),
        }
    )


def check_severity(texts: Texts, findings: Findings, scale: tuple[float, float]) -> pd.Series:
    """Read severity 1 to 3, or rescale a longer scale: its lower quarter is 1, its upper quarter 3, the rest 2."""
    if "severity" not in texts:
        return pd.Series(pd.array(np.zeros(texts.n, np.int8), dtype="Int8")).mask(np.ones(texts.n, bool))
    codes, distinct = encode(texts.get("severity"))
    levels = [_level(text, scale) for text in distinct]
    texts.mend("severity", np.array([_digits_mended(text) for text in distinct], np.uint8)[codes])
    bad = np.array([level is None for level in levels], bool)[codes]
    findings.add(bad, Reason.SEVERITY_INVALID, "severity")
    read = np.array([level or 0 for level in levels], np.int8)[codes]
    return pd.Series(pd.array(read, dtype="Int8")).mask(read == 0)


def check_validation(texts: Texts, findings: Findings) -> pd.Series:
    """Refuse what the source did not approve, and a status that nobody can read; pending and on hold stay.

    Kobo's own words for them (`validation_status_approved`) are read in any table.
    """
    if "validation" not in texts:
        return texts.series("validation")
    codes, distinct = encode(texts.get("validation"))
    folded = [fold(text) for text in distinct]
    status = [VALIDATION.get(text.replace("-", "").removeprefix("validationstatus")) for text in folded]
    refused = [
        text not in _BLANK and found in (None, "not_approved") for text, found in zip(folded, status, strict=True)
    ]
    findings.add(np.array(refused, bool)[codes], Reason.VALIDATION_NOT_APPROVED, "validation")
    return take_text(codes, status)


def read_count(texts: Texts, column: str, plan: Plan) -> pd.Series:
    """Read whole numbers from 0 on; what is none becomes missing and is counted for the ledger."""
    if column not in texts:
        return pd.Series(pd.array(np.zeros(texts.n, np.int32), dtype="Int32")).mask(np.ones(texts.n, bool))
    cells = pc.replace_substring_regex(texts.get(column), pattern=r"(\d)[,٬](\d{3})\b", replacement=r"\1\2")
    read = parse_numbers(cells)
    texts.mend(column, read.mended)
    is_count = (read.value >= 0) & (read.value <= _LARGEST) & (read.value == np.round(read.value))
    unread = int((~is_count & ~read.is_blank).sum())
    if unread:
        plan.tally[f"Values of {column} that are no count were left blank"] += unread
    return pd.Series(pd.array(np.where(is_count, read.value, 0), dtype="Int32")).mask(~is_count)


def read_answer(texts: Texts, column: str, plan: Plan) -> pd.Series:
    """Read an answer of a closed list; an unknown one becomes the list's word for that and is counted."""
    if column not in texts:
        return texts.series(column)
    allowed, other = ANSWERS[column]
    codes, distinct = encode(texts.get(column))
    folded = [text.strip().casefold().replace(" ", "_").replace("-", "_") for text in distinct]
    n_unknown = int(np.array([text not in allowed | _BLANK for text in folded], bool)[codes].sum())
    if n_unknown:
        plan.tally[f"Values of {column} outside its list became “{other}”"] += n_unknown
    return take_text(codes, [None if text in _BLANK else text if text in allowed else other for text in folded])


def _level(text: str, scale: tuple[float, float]) -> int | None:
    """1 to 3; 0 for blank, None for what is outside the scale."""
    if text.casefold() in _BLANK:
        return 0
    low, high = scale
    if fold(text) in SEVERITY_WORDS:
        return SEVERITY_WORDS[fold(text)]
    read = parse_degrees(text)
    if read is None or read[1] & Mended.COORD_DMS or not min(low, high) <= read[0] <= max(low, high):
        return None
    if (low, high) == (1.0, 3.0):
        return int(read[0]) if read[0] == int(read[0]) else None
    share = (read[0] - low) / (high - low)
    return 1 if share <= 0.25 else 3 if share >= 0.75 else 2


def _digits_mended(text: str) -> int:
    return int(plain(text)[1] & Mended.DIGITS_NORMALISED)


def _finer(
    texts: Texts, findings: Findings, taxonomy: Taxonomy, category: pd.Series, subcategory: pd.Series
) -> pd.Series:
    """A stated sub-category must belong to the category of its row."""
    codes, distinct = encode(texts.get("subcategory"))
    found = [taxonomy.resolve(plain(text)[0]) for text in distinct]
    parent = take_text(codes, [pair[0] if pair else None for pair in found])
    stated = take_text(codes, [pair[1] if pair else None for pair in found])
    blank = np.array([text.casefold() in _BLANK for text in distinct], bool)[codes]
    fits = (parent == category).to_numpy(bool) & stated.notna().to_numpy() if len(parent) else blank
    at_odds = (subcategory.notna() & (stated != subcategory)).to_numpy(bool)
    findings.add(~blank & (~fits | at_odds), Reason.CATEGORY_UNKNOWN, "subcategory")
    return subcategory.where(blank | ~fits, stated)


def _sensitive(texts: Texts, taxonomy: Taxonomy, category: pd.Series, subcategory: pd.Series) -> np.ndarray:
    names = sorted(taxonomy.sensitive)
    flagged = (category.isin(names) | subcategory.isin(names)).to_numpy(bool)
    if "sensitive" in texts:
        codes, distinct = encode(texts.get("sensitive"))
        flagged = flagged | np.array([text.casefold() in ("yes", "true", "1") for text in distinct], bool)[codes]
    return flagged

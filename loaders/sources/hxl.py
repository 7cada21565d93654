"""HXL-tagged tables: the tags say what the columns are, whatever the headers call them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from loaders.headings import find_headers
from loaders.sources.source import Source

NAME = "hxl"

# Tag and attributes that a column must have → our column; the fullest match wins.
_TAGS: tuple[tuple[str, str], ...] = (
    ("#event+id", "report_id"), ("#event+code", "category"), ("#event+type+code", "category"),
    ("#event+type", "category"), ("#event+category", "category"), ("#event", "category"), ("#crisis+type", "category"),
    ("#cause+type", "category"), ("#date+occurred", "occurred_on"), ("#date+reported", "reported_on"),
    ("#date+event", "occurred_on"), ("#date", "occurred_on"), ("#adm1+code", "adm1_pcode"),
    ("#adm2+code", "adm2_pcode"), ("#adm3+code", "adm3_pcode"),
    ("#adm1", "governorate"), ("#adm1+name", "governorate"), ("#adm2", "district"),
    ("#adm2+name", "district"), ("#loc", "place_name"), ("#loc+name", "place_name"), ("#geo+lat", "lat"),
    ("#geo+lon", "lon"), ("#geo+precision", "geo_precision"), ("#geo+coord", "geopoint"), ("#severity", "severity"),
    ("#affected+f", "affected_women"), ("#affected+children", "affected_children"), ("#affected", "n_affected"),
    ("#org+forum", "forum_id"), ("#description", "description"), ("#status+validation", "validation"),
)  # fmt: skip


def recognise(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> float | None:
    """Recognise a tag row; the layouts that have names of their own come before it."""
    return 0.6 if hxl else None


def open_source(columns: Sequence[str], hxl: Sequence[str] | None, sample: pd.DataFrame) -> Source:
    """Take the tagged columns by their tags, the untagged ones by their words."""
    tags = list(hxl or [""] * len(columns))
    headers: dict[str, str] = {}
    for ours in dict.fromkeys(column for _, column in _TAGS):
        scored = [(_match(tag, ours), -position) for position, tag in enumerate(tags)]
        score, position = max(scored, default=(0, 0))
        if score:
            headers[ours] = columns[-position]
    untagged = [column for column, tag in zip(columns, tags, strict=False) if not tag]
    words = {ours: header for ours, header in find_headers(untagged).items() if ours not in headers}
    return Source(NAME, headers | words)


def _match(tag: str, ours: str) -> int:
    """Return how much of a pattern for our column a tag fulfils: the number of its parts, 0 for no match.

    Attributes come in any order, and a column may have more of them than asked for. A date is of what it says: a bare
    `#date` pattern does not take `#date+reported`.
    """
    name, *attributes = tag.split("+")
    best = 0
    for pattern, column in _TAGS:
        wanted, *needed = pattern.split("+")
        if column != ours or wanted != name or not set(needed) <= set(attributes):
            continue
        rivals = {
            p for p, c in _TAGS if c != ours and p.split("+")[0] == name and set(p.split("+")[1:]) <= set(attributes)
        }
        if all(len(p.split("+")) <= len(needed) + 1 for p in rivals):
            best = max(best, 10 * (len(needed) + 1) - len(attributes))
    return best

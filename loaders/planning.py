"""The first look at a whole file: what no single row can tell, settled before any row is judged."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loaders.coordinates import in_box, parse_numbers, split_geopoint
from loaders.dates import OrderProof
from loaders.findings import Texts
from loaders.raw import RawFile
from loaders.settings import Settings
from loaders.sources.source import Source

DATE_COLUMNS = ("occurred_on", "reported_on")
CROWD = 5  # so many records on one point are a place's point, not GPS readings
_LOOKS_ORDERED = r"^\s*[\d٠-٩۰-۹]{1,2}\s*[-/.]"


@dataclass
class Plan:
    """What was settled for one file.

    orders: date column → (order of day and month, or None where the column contradicts itself; whether it is forced).
    is_swapped: nearly every point has latitude and longitude exchanged. crowded: keys of points that at least CROWD
    records share, ascending. tally: what the checks count for the ledger's warnings.
    """

    source: Source
    settings: Settings
    is_1904: bool = False
    orders: dict[str, tuple[str | None, bool]] = field(default_factory=dict)
    is_swapped: bool = False
    crowded: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    notes: list[str] = field(default_factory=list)
    tally: Counter[str] = field(default_factory=Counter)

    @property
    def warnings(self) -> list[str]:
        """What the ledger should say; complete once every row was checked."""
        return [
            *self.source.warnings,
            *self.notes,
            *(f"{sentence}: {n}." for sentence, n in sorted(self.tally.items())),
        ]

    def order_of(self, column: str) -> tuple[str | None, bool]:
        """Return the order of day and month in a date column, and whether it is forced."""
        return self.orders.get(column, ("dmy", False))


def plan(raw: RawFile, source: Source, *, settings: Settings) -> Plan:
    """Read the file once and settle the order of dates, exchanged coordinates and crowded points."""
    proofs = {column: OrderProof() for column in DATE_COLUMNS}
    keys: list[np.ndarray] = []
    n_swapped = n_points = 0
    wants_crowds = bool({"accuracy_m", "geo_precision", "geopoint"} & {*source.headers, *source.constants})
    for chunk in raw.chunks():
        texts = Texts(source.rename(chunk.table))
        for column, proof in proofs.items():
            if column in texts:
                proof.look(_ordered_cells(texts.get(column)))
        lat, lon = points(texts)
        swapped = is_exchanged(lat, lon, settings.country_box)
        n_swapped += int(swapped.sum())
        n_points += int((np.isfinite(lat) & np.isfinite(lon)).sum())
        if wants_crowds:
            keys.append(point_keys(lat, lon))
    found = Plan(source, settings, raw.is_1904)
    for column, proof in proofs.items():
        _settle_order(found, column, proof)
    found.is_swapped = n_points > 0 and n_swapped >= 0.9 * n_points
    if found.is_swapped:
        count = f"{n_swapped} of {n_points} points."
        if settings.swap_coordinates:
            found.notes.append(f"Latitude and longitude were exchanged back as asked: {count}")
        else:
            found.notes.append(f"Latitude and longitude look exchanged in the whole file: {count}")
    if keys:
        distinct, counts = np.unique(np.concatenate(keys), return_counts=True)
        found.crowded = distinct[(counts >= CROWD) & (distinct >= 0)]
    return found


def points(texts: Texts) -> tuple[np.ndarray, np.ndarray]:
    """Return latitude and longitude as they stand, NaN where there is none; a geopoint is cut into its parts."""
    if "geopoint" in texts:
        for column, cells in split_geopoint(texts.get("geopoint")).items():
            is_whole = column in texts and bool(texts.is_filled(column).any())
            texts.put(column, _either(texts.get(column), cells) if is_whole else cells)
    return tuple(parse_numbers(texts.get(column), degrees=True).value for column in ("lat", "lon"))  # type: ignore[return-value]


def is_exchanged(lat: np.ndarray, lon: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
    """Tell which points lie outside the country as they stand and inside it with their numbers exchanged."""
    return ~in_box(lat, lon, box) & in_box(lon, lat, box)


def point_keys(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Return one integer a point, equal for equal points to six decimals; -1 where there is no point."""
    is_point = (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
    north = np.round((np.where(is_point, lat, 0.0) + 90) * 1e6).astype(np.int64)
    east = np.round((np.where(is_point, lon, 0.0) + 180) * 1e6).astype(np.int64)
    return np.where(is_point, north * 400_000_000 + east, -1)


def _either(first: pa.Array, second: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(first, ""), second, first)


def _ordered_cells(cells: pa.Array) -> list[str]:
    distinct = pc.unique(cells)
    return distinct.filter(pc.match_substring_regex(distinct, _LOOKS_ORDERED)).to_pylist()


def _settle_order(found: Plan, column: str, proof: OrderProof) -> None:
    forced = found.settings.date_order or found.source.date_order
    if forced:
        found.orders[column] = (forced, True)
        return
    found.orders[column] = (proof.order, False)
    header = found.source.header_of(column)
    if proof.order is None and proof.n_ambiguous:
        found.notes.append(f"Dates in “{header[:60]}” prove both orders of day and month; ambiguous ones are refused.")
    elif proof.n_ambiguous and not proof.is_proved:
        found.notes.append(f"Nothing in “{header[:60]}” proves the order of day and month; read as day first.")
    elif proof.is_proved and proof.order == "mdy":
        found.notes.append(f"Dates in “{header[:60]}” have the month first, as the column itself proves.")

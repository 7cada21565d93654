"""Each row to its district: by its point, or by the place that it states; never by a guess.

A point decides. What the row states beside it is held against the point, by what the statement is worth (`Declared`):

- BINDING (template, mapping): another district than the point's refuses the row (DISTRICT_MISMATCH), a name that
  nobody knows too (DISTRICT_UNKNOWN). A point on the line of the stated district, or outside all districts and within
  the tolerance of it, does not contradict it; nor does a name that is no district of its own in the boundaries.
- ANSWER (a question of a form): up to ANSWER_METRES from the stated district the row keeps the point's district and
  is marked `location_conflict`; farther away it is refused.
- CONTEXT (events of others): only marked. Their coarse points (`geo_precision` 4, 5) stand for an area: such a row
  takes the district that it names, or only its governorate, and never the district in which the point happens to lie.

A governorate that is stated alone is only ever marked: several districts are claimed by two. A row without a point
takes the district or governorate that it states (`join_method` name).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from concerns.schema import GeoPrecision, JoinMethod, Reason
from geo.join import METHODS, DistrictIndex
from geo.places import FUZZY_SCORE, Places
from loaders.cells import take_text
from loaders.raw import RefusedRow
from loaders.rules_place import NAME_COLUMNS, NO_PLACE
from loaders.settings import Settings
from loaders.sources.source import Declared, Source
from loaders.stated_places import Stated, stated_places

ANSWER_METRES = 10_000.0  # people near a line name the district they feel they are in; 3 of 35 real answers do so
_NAME = len(METHODS)  # position of `name` among the ways of joining


@dataclass(frozen=True)
class Located:
    """One part, placed.

    rows: adm1_pcode, adm2_pcode (missing: known by governorate only), adm3_pcode, adm2_stated, join_method, distance_m,
    geo_precision and location_conflict beside the other columns. refused: with the first reason of each.
    names: the stated places that were not known for certain, as `Stated.uncertain` lists them.
    """

    rows: pd.DataFrame
    refused: list[RefusedRow]
    names: pd.DataFrame


class _Placing:
    """Arrays of one part while its rows find their districts; districts are positions in `index.codes`, -1 none."""

    def __init__(self, rows: pd.DataFrame, source: Source, index: DistrictIndex, places: Places, tolerance_m: float):
        self.source, self.index, self.places, self.tolerance_m = source, index, places, tolerance_m
        self.lon, self.lat = rows["lon"].to_numpy(float), rows["lat"].to_numpy(float)
        self.is_point = np.isfinite(self.lat)
        self.stated_precision = rows["geo_precision"].to_numpy(np.int8)
        self.stated = stated_places(rows, places, is_point=self.is_point)
        found = index.assign(self.lon, self.lat, tolerance_m=tolerance_m)
        self.governorates = sorted({places.governorate_of(code) for code in index.codes})
        parent = np.array([self.governorates.index(places.governorate_of(code)) for code in index.codes] + [-1])
        self.district, self.method = found.district.astype(np.int64), found.method.astype(np.int64)
        self.governorate = parent[self.district]
        self.distance_m = np.nan_to_num(found.distance_m)
        self.precision = self.stated_precision.copy()
        self.is_conflict = np.zeros(len(rows), bool)
        self.reason = np.full(len(rows), "", dtype=object)
        self.column = np.full(len(rows), "", dtype=object)
        position = {code: at for at, code in enumerate(index.codes)}
        self.stated_district = np.array([position.get(code, -1) for code in self.stated.adm2()], np.int64)[
            self.stated.code
        ]
        places_of = {code: at for at, code in enumerate(self.governorates)}
        self.stated_governorate = np.array([places_of.get(c, -1) for c in self.stated.adm1()], np.int64)[
            self.stated.code
        ]

    def refuse(self, where: np.ndarray, reason: Reason, column: str) -> None:
        """Refuse rows that stand yet."""
        fresh = where & (self.reason == "")
        self.reason[fresh], self.column[fresh] = str(reason), column

    def is_area(self) -> np.ndarray:
        """Tell which points stand for a governorate, or (events of others) for a district."""
        least = GeoPrecision.DISTRICT if self.source.declared is Declared.CONTEXT else GeoPrecision.GOVERNORATE
        return self.is_point & (self.stated_precision >= least)

    def by_name(self, where: np.ndarray, *, to_district: np.ndarray) -> None:
        """Give rows the district that they state, or only its governorate."""
        district = np.where(to_district, self.stated_district, -1)
        self.district = np.where(where, district, self.district)
        self.governorate = np.where(where, self.stated_governorate, self.governorate)
        self.method = np.where(where, _NAME, self.method)
        self.distance_m = np.where(where, 0.0, self.distance_m)


def locate(rows: pd.DataFrame, *, source: Source, index: DistrictIndex, places: Places, settings: Settings) -> Located:
    """Place the rows of one part; the rules stand above.

    rows: as `loaders.validate.check` gives them. index and places: of the same districts.
    """
    placing = _Placing(rows, source, index, places, settings.tolerance_m)
    placing.refuse(placing.is_point & (placing.district < 0), Reason.NO_DISTRICT, "lat")
    placing.refuse(placing.stated_precision >= NO_PLACE, Reason.NO_DISTRICT, "geo_precision")
    _points_with_statement(placing)
    _points_of_areas(placing)
    _without_point(placing)
    return _located(rows, placing)


def _points_with_statement(placing: _Placing) -> None:
    """Hold the stated district against the point's."""
    stated, declared = placing.stated, placing.source.declared
    here = placing.is_point & ~placing.is_area() & (placing.district >= 0)
    elsewhere = (placing.stated_governorate >= 0) & (placing.stated_governorate != placing.governorate)
    placing.is_conflict = here & ~stated.has_district & elsewhere
    here &= stated.has_district
    if not here.any():
        return
    unknown = here & (placing.stated_district < 0)
    if declared is Declared.BINDING:
        unsupported = unknown & ~_is_alike(placing, unknown)
        placing.refuse(unsupported, Reason.DISTRICT_UNKNOWN, "district")
    apart = np.flatnonzero(here & (placing.stated_district >= 0) & (placing.stated_district != placing.district))
    if not len(apart):
        return
    metres = placing.index.distance_m(
        placing.lon[apart], placing.lat[apart], placing.stated_district[apart].astype(np.int16)
    )
    is_outside = placing.method[apart] == METHODS.index(JoinMethod.NEAREST)
    at_odds = np.where(is_outside, metres > placing.tolerance_m, metres > 0)
    placing.is_conflict[apart] = at_odds
    if declared is Declared.CONTEXT:
        return
    is_own = ~stated.is_substitute[apart]
    refused = at_odds & is_own if declared is Declared.BINDING else at_odds & is_own & (metres > ANSWER_METRES)
    where = np.zeros(len(placing.is_point), bool)
    where[apart[refused]] = True
    placing.refuse(where, Reason.DISTRICT_MISMATCH, "district")


def _is_alike(placing: _Placing, unknown: np.ndarray) -> np.ndarray:
    """Tell which unknown names are spelled much like the district in which the point lies: the point supports them."""
    alike = np.zeros(len(unknown), bool)
    rows = np.flatnonzero(unknown)
    pairs, which = np.unique(np.stack([placing.stated.code[rows], placing.district[rows]]), axis=1, return_inverse=True)
    scores = [
        placing.places.likeness(placing.stated.district_text(int(code)), placing.index.codes[district])
        for code, district in pairs.T
    ]
    alike[rows] = np.array(scores)[which.ravel()] >= FUZZY_SCORE if scores else False
    placing.stated_district[alike] = placing.district[alike]
    return alike


def _points_of_areas(placing: _Placing) -> None:
    """A point that stands for an area: the stated district, else the stated governorate, else the point's."""
    area = placing.is_area() & (placing.reason == "")
    to_district = (placing.stated_precision < GeoPrecision.GOVERNORATE) & (placing.stated_district >= 0)
    named = area & (placing.stated_governorate >= 0)
    placing.by_name(named, to_district=to_district)
    placing.district = np.where(area & ~named, -1, placing.district)
    only_governorate = area & (placing.district < 0)
    placing.precision = np.where(only_governorate, np.int8(GeoPrecision.GOVERNORATE), placing.precision)


def _without_point(placing: _Placing) -> None:
    """Rows without a point: the place that they state."""
    here = ~placing.is_point
    placing.refuse(here & (placing.stated_governorate < 0), Reason.DISTRICT_UNKNOWN, "district")
    placing.by_name(here, to_district=here)
    precision = np.maximum(
        placing.stated.precision, np.where(placing.stated_precision <= 5, placing.stated_precision, 0)
    )
    placing.precision = np.where(here, precision, placing.precision)


def _located(rows: pd.DataFrame, placing: _Placing) -> Located:
    later = rows["reason"].notna().to_numpy() & (placing.reason == "")
    placing.reason[later] = rows.loc[later, "reason"].to_numpy(object)
    header = np.array([placing.source.header_of(name) if name else None for name in placing.column], dtype=object)
    header[later] = rows.loc[later, "reason_column"].to_numpy(object)
    bad = placing.reason != ""
    refused = [
        RefusedRow(int(row), Reason(reason), column if isinstance(column, str) else None, {})
        for row, reason, column in zip(rows["row"].to_numpy()[bad], placing.reason[bad], header[bad], strict=True)
    ]
    codes = placing.index.codes
    fine = placing.stated.adm3_inside(codes)
    placed = rows.drop(columns=["reason", "reason_column", "governorate", "district", *_CODES]).assign(
        adm1_pcode=take_text(_at(placing.governorate, placing.governorates), [*placing.governorates, None]),
        adm2_pcode=take_text(_at(placing.district, codes), [*codes, None]),
        adm3_pcode=take_text(np.where(fine[1] == placing.district, placing.stated.code, len(fine[0]) - 1), fine[0]),
        adm2_stated=take_text(_at(placing.stated_district, codes), [*codes, None]),
        join_method=take_text(_at(placing.method, (*METHODS, "")), [*map(str, METHODS), str(JoinMethod.NAME), None]),
        distance_m=placing.distance_m,
        geo_precision=placing.precision.astype(np.int8),
        location_conflict=placing.is_conflict,
    )
    kept = placed[~bad].reset_index(drop=True) if bad.any() else placed
    return Located(kept, refused, placing.stated.uncertain())


_CODES = [name for name in NAME_COLUMNS if name.endswith("pcode")]


def _at(positions: np.ndarray, items: object) -> np.ndarray:
    """Turn -1 into the position after the last item, where None stands."""
    return np.where(positions < 0, len(items), positions)  # type: ignore[arg-type]


__all__ = ["ANSWER_METRES", "Located", "Stated", "locate"]

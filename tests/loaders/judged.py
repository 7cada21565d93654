"""The way of a table from text to placed rows, without reader and store."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.districts import prepare
from geo.join import DistrictIndex
from geo.places import Places
from loaders import validate
from loaders.mapping import parse_mapping
from loaders.place import locate
from loaders.place_names import load_places
from loaders.settings import Settings
from loaders.sources import recognise
from tests.loaders.raw_table import RawTable

TODAY = dt.date(2024, 6, 1)
CLEAN = {"occurred_on": "2024-03-05", "lat": "33.21235", "lon": "43.71235", "category": "C07"}  # in IQG01Q01


@dataclass
class Judged:
    """rows: accepted ones, by number; reasons and columns: of the refused ones; repairs: code → numbers of rows."""

    rows: pd.DataFrame
    reasons: dict[int, str]
    columns: dict[int, str | None]
    repairs: dict[str, list[int]]
    warnings: list[str]
    names: pd.DataFrame


def table(*rows: dict[str, str], **everywhere: str) -> RawTable:
    """A template table: each row is CLEAN but for what it names."""
    filled = [CLEAN | everywhere | row for row in rows]
    names = dict.fromkeys(name for row in filled for name in row)
    return RawTable({name: [row.get(name, "") for row in filled] for name in names})


def official(shared_data: Path) -> gpd.GeoDataFrame:
    """The 101 real districts."""
    shapes = gpd.read_file(shared_data / "boundaries/irq_admbnda_adm2_cso_20190603.geojson")
    names = {"ADM2_PCODE": "adm2_pcode", "ADM2_EN": "adm2_name", "ADM2_AR": "adm2_name_ar", "ADM1_PCODE": "adm1_pcode"}
    return prepare(shapes.rename(columns=names | {"ADM1_EN": "adm1_name", "ADM1_AR": "adm1_name_ar"}))


def judge(
    raw: RawTable, districts: gpd.GeoDataFrame, *, mapping: str | None = None, force: str | None = None, **settings: Any
) -> Judged:
    """Recognise, check and place every record of a table."""
    chosen = Settings(**({"today": TODAY} | settings))
    named = parse_mapping(mapping, where="test.yaml") if mapping else None
    source = recognise(raw, raw.table, force=force, mapping=named)
    plan = validate.plan(raw, source, settings=chosen)
    checked = validate.check(source.rename(raw.table), plan=plan)
    index, places = _ready(tuple(districts["adm2_pcode"]), districts)
    placed = locate(checked.rows, source=source, index=index, places=places, settings=chosen)
    refused = [*checked.refused, *placed.refused]
    assert len(refused) + len(placed.rows) == len(raw.table)
    return Judged(
        placed.rows.set_index("row"),
        {row.row: str(row.reason) for row in refused},
        {row.row: row.column for row in refused},
        {str(repair): rows.tolist() for repair, rows in checked.repairs.items()},
        plan.warnings,
        placed.names,
    )


_READY: dict[tuple[str, ...], tuple[DistrictIndex, Places]] = {}


def _ready(codes: tuple[str, ...], districts: gpd.GeoDataFrame) -> tuple[DistrictIndex, Places]:
    """Index a set of districts once for all tests that use it."""
    if codes not in _READY:
        _READY[codes] = (DistrictIndex(districts), load_places(districts))
    return _READY[codes]

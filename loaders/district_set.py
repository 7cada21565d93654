"""The districts in use: the installed official ones, a file named for one load, or the approximate default."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from concerns.schema import AccessDenied, BadBoundaries
from geo import districts as shapes
from geo.join import DistrictIndex
from geo.places import Places
from loaders.approximate_set import DISTRICTS_FILE, SOURCE
from loaders.place_names import load_places

if TYPE_CHECKING:  # libpysal takes seconds to import; maps and joins do without it
    from libpysal.graph import Graph

DISPLAY_TOLERANCE_DEG = 0.005  # coverage-simplified, about 500 m: light for the browser, never used for a join
_CURRENT = "current.json"
OFFICIAL_SOURCE = "COD-AB (OCHA, Central Statistical Organization), CC BY 3.0 IGO"


@dataclass(frozen=True)
class DistrictSet:
    """Districts as `geo.districts.prepare` gives them, and where they come from.

    version: a name and the first digits of a checksum of codes and shapes; equal shapes, equal version. source: whose
    they are and under which licence, for captions and files.
    """

    districts: gpd.GeoDataFrame
    version: str
    is_approximate: bool
    source: str

    @cached_property
    def index(self) -> DistrictIndex:
        """The full borders, ready for joins."""
        return DistrictIndex(self.districts)

    @cached_property
    def places(self) -> Places:
        """The names by which these districts are known, in three languages."""
        return load_places(self.districts)

    @cached_property
    def display(self) -> gpd.GeoDataFrame:
        """The same districts with fewer corners, for maps alone."""
        return shapes.simplify(self.districts, DISPLAY_TOLERANCE_DEG)

    @cached_property
    def neighbours(self) -> Graph:
        """Which districts touch (queen), on the full borders."""
        return shapes.adjacency(self.districts)

    def only(self, codes: Collection[str]) -> DistrictSet:
        """The same set without all other districts; its version says so. Raises AccessDenied: it has none of them."""
        some = self.districts[self.districts["adm2_pcode"].isin(list(codes))].reset_index(drop=True)
        if some.empty:
            hint = "An admin can change them under Roles."
            raise AccessDenied("The boundaries in use know none of your districts.", where="access", hint=hint)
        digest = hashlib.sha256(",".join(some["adm2_pcode"]).encode()).hexdigest()[:8]
        return replace(self, districts=some, version=f"{self.version}-{digest}")


def version_of(districts: gpd.GeoDataFrame, *, name: str) -> str:
    """Name a set by what it holds.

    >>> square = gpd.GeoDataFrame({"adm2_pcode": ["A"]}, geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:4326")
    >>> version_of(square, name="cod-ab") == version_of(square.copy(), name="cod-ab")
    True
    """
    digest = hashlib.sha256()
    for code, shape in zip(districts["adm2_pcode"], districts.geometry, strict=True):
        digest.update(f"{code}\0".encode() + shapely.to_wkb(shapely.normalize(shape), byte_order=1))
    return f"{name}-{digest.hexdigest()[:10]}"


def of(prepared: gpd.GeoDataFrame, *, source: str = OFFICIAL_SOURCE) -> DistrictSet:
    """The official set of districts as `geo.districts.prepare` gives them."""
    return DistrictSet(prepared, version_of(prepared, name="official"), False, source)


def install(folder: Path, chosen: DistrictSet) -> None:
    """Make a set the one that a store on disk uses; written beside and moved: readers see the old or the new."""
    place = folder / "boundaries"
    place.mkdir(parents=True, exist_ok=True)
    _write(place / f"{chosen.version}.parquet", chosen.districts.to_parquet)
    note = {"version": chosen.version, "source": chosen.source}
    _write(place / _CURRENT, lambda path: path.write_text(json.dumps(note, ensure_ascii=False), encoding="utf-8"))


def installed_version(folder: Path | None) -> str:
    """Version of the set that a store uses."""
    note = _note(folder)
    return note["version"] if note else approximate().version


def installed(folder: Path | None) -> DistrictSet:
    """The set that a store uses: the installed one, else the approximate default.

    Raises BadBoundaries: the installed file is damaged or gone.
    """
    note = _note(folder)
    if not note or folder is None:
        return approximate()
    return _read(str(folder / "boundaries" / f"{note['version']}.parquet"), note["version"], note["source"])


@lru_cache(maxsize=1)
def approximate() -> DistrictSet:
    """The embedded default, drawn around places; good for a demonstration and for governorate totals."""
    features = json.loads(DISTRICTS_FILE.read_text(encoding="utf-8"))["features"]
    prepared = shapes.prepare(gpd.GeoDataFrame.from_features(features, crs="EPSG:4326"))
    return DistrictSet(prepared, version_of(prepared, name="approximate"), True, SOURCE)


@lru_cache(maxsize=4)
def _read(path: str, version: str, source: str) -> DistrictSet:
    try:
        return DistrictSet(gpd.read_parquet(path), version, False, source)
    except (OSError, ValueError) as error:
        hint = "Install them again: python -m loaders boundaries install FILE."
        raise BadBoundaries("The installed districts cannot be read.", where=Path(path).name, hint=hint) from error


def _note(folder: Path | None) -> dict[str, str] | None:
    path = None if folder is None else folder / "boundaries" / _CURRENT
    return json.loads(path.read_text(encoding="utf-8")) if path is not None and path.is_file() else None


def _write(path: Path, write: Callable[[Path], object]) -> None:
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    write(scratch)
    scratch.replace(path)

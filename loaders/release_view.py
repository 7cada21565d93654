"""What a viewer of the published release may see: its noisy cells and the programme's exact outputs, no report."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import pandas as pd

from concerns import access
from concerns.access import Right, Viewer
from concerns.taxonomy import Taxonomy
from loaders import district_set
from loaders.categories import load_taxonomy
from loaders.district_set import DistrictSet
from loaders.release import Release, open_release


class ReleaseView:
    """One state of the release for one kind of viewer. Made from the release folder alone: no store is near it."""

    def __init__(self, release: Release, viewer: Viewer, today: dt.date) -> None:
        self.release, self.viewer, self.today = release, viewer, today
        self.version = release.version
        self.scope = access.scope(viewer, today=today)

    def may(self, right: Right) -> bool:
        """Whether the viewer holds a right today."""
        return right in access.rights(self.viewer, today=self.today)

    @property
    def is_synthetic(self) -> bool:
        """Whether made-up reports were counted in any part of the release."""
        return any(entry.get("is_synthetic", False) for entry in self.release.manifest["releases"])

    @property
    def published_on(self) -> dt.date:
        """Day of the latest part."""
        return dt.date.fromisoformat(self.release.manifest["releases"][-1]["published_on"])

    @cached_property
    def taxonomy(self) -> Taxonomy:
        """The concern categories."""
        return load_taxonomy()

    @cached_property
    def district_set(self) -> DistrictSet:
        """The districts that the release was drawn for, light ones for maps; else the approximate default."""
        entry = self.release.manifest["releases"][-1]
        if "districts" not in self.release.exact:
            return district_set.approximate()
        table = self.release.exact["districts"]
        shapes = gpd.GeoSeries.from_wkb(table["geometry"], crs="EPSG:4326")
        districts = gpd.GeoDataFrame(table.drop(columns="geometry"), geometry=shapes)
        return DistrictSet(districts, entry["boundary_version"], entry["is_approximate"], entry["boundary_source"])

    @cached_property
    def programme(self) -> pd.DataFrame:
        """Exact outputs, one row a district and quarter: n_forums open at its end, n_planned, n_held meetings."""
        return self.release.exact.get("programme", pd.DataFrame())


def open_release_view(folder: Path, viewer: Viewer, *, today: dt.date) -> ReleaseView:
    """Open the release as this viewer may see it.

    Raises AccessDenied: the viewer may not read the release. Raises StoreError as `loaders.release.open_release`.
    """
    access.require(viewer, Right.RELEASE, today=today)
    return ReleaseView(open_release(folder), viewer, today)

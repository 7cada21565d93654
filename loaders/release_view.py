"""What a viewer of the published release may see: its noisy cells and the programme's exact outputs, no report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import pandas as pd

from concerns import access
from concerns.access import Right, Viewer
from concerns.disclosure import CELL_KEYS, Table
from concerns.noise import on_screen
from concerns.release_question import TABLES, ReleaseQuestion
from concerns.schema import ADM1_LENGTH
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

    def answer(self, question: ReleaseQuestion) -> Answer:
        """Add up the published cells that a question asks for."""
        table, quarters = TABLES[question.table], question.within(self.release.quarters)
        where = question.where(quarters)
        keys, period = CELL_KEYS[table][:-1], CELL_KEYS[table][-1]
        place = keys[0] if table is not Table.NATIONAL_MONTH else None

        if table is Table.SENSITIVE_YEAR:  # counted for whole years alone
            years = set(self.release.tables[table]["year"]) & {quarter[:4] for quarter in quarters}
            quarters = tuple(quarter for quarter in self.release.quarters if quarter[:4] in years)

        def summed(*by: str) -> pd.DataFrame:
            return on_screen(self.release.totals(table, by=by, where=where))

        return Answer(
            quarters=quarters,
            total=summed(),
            lines=self._with_programme(summed(*keys), quarters) if table is Table.DISTRICT_QUARTER else summed(*keys),
            periods=summed(period).rename(columns={period: "period"}),
            categories=summed("category") if "category" in keys else None,
            places=self._by_district(summed(place), place) if place else None,
            late=on_screen(self.release.corrections(table, where=where)),
            n_held=self._n_held(quarters, where.get("adm1_pcode", ())),
        )

    def _n_held(self, quarters: Collection[str], governorates: Collection[str]) -> int | None:
        """Meetings held, exactly; None where the release does not know them."""
        rows = self.programme
        if rows.empty:
            return None
        here = rows["adm2_pcode"].str[:ADM1_LENGTH].isin(list(governorates)) if governorates else True
        return int(rows.loc[rows["quarter"].isin(list(quarters)) & here, "n_held"].sum())

    def _by_district(self, totals: pd.DataFrame, place: str) -> pd.DataFrame:
        """The figures of each district or of its governorate, index adm2_pcode, for a map."""
        districts = self.district_set.districts[["adm2_pcode", "adm1_pcode"]].drop_duplicates("adm2_pcode")
        return districts[[*{"adm2_pcode", place}]].merge(totals, on=place).set_index("adm2_pcode")

    def _with_programme(self, lines: pd.DataFrame, quarters: Collection[str]) -> pd.DataFrame:
        """Add n_held, the meetings held in these quarters, and n_forums, those open at the end of the last; exact."""
        programme = self.programme
        if programme.empty:
            return lines
        held = programme[programme["quarter"].isin(list(quarters))].groupby("adm2_pcode")["n_held"].sum()
        last = programme[programme["quarter"] == max(quarters)].set_index("adm2_pcode")["n_forums"]
        return lines.assign(n_held=lines["adm2_pcode"].map(held), n_forums=lines["adm2_pcode"].map(last))


@dataclass(frozen=True)
class Answer:
    """Published cells added up, each frame with n_reports, n_cells, margin and what `concerns.noise.on_screen` adds.

    quarters: those that are in the figures. total, late (what later releases stated for reports that came too late):
    one row. lines: one row a place and category. periods: one row a quarter, month or year, in `period`. categories:
    one row a category, where the table has them. places: index adm2_pcode, where it has places; the governorate's
    figures where it knows no district.
    n_held: meetings held in the same quarters and governorates, exact.
    """

    quarters: tuple[str, ...]
    total: pd.DataFrame
    lines: pd.DataFrame
    periods: pd.DataFrame
    categories: pd.DataFrame | None
    places: pd.DataFrame | None
    late: pd.DataFrame
    n_held: int | None


def open_release_view(folder: Path, viewer: Viewer, *, today: dt.date) -> ReleaseView:
    """Open the release as this viewer may see it.

    Raises AccessDenied: the viewer may not read the release. Raises StoreError as `loaders.release.open_release`.
    """
    access.require(viewer, Right.RELEASE, today=today)
    return ReleaseView(open_release(folder), viewer, today)

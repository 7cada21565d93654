"""What one viewer may see of the store: the only door through which pages read.

Rows are cut to the viewer before anything is computed from them, so that a mistake in a page cannot show more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
import pyarrow as pa

from concerns import access, comparison
from concerns.access import Codes, Right, Viewer
from concerns.cube import REPORT_KEYS, DayCube
from concerns.programme_access import permitted_programme
from concerns.schema import REPORT_COLUMNS
from concerns.selection import Selection
from concerns.taxonomy import Taxonomy
from loaders import district_set, located
from loaders.categories import load_taxonomy
from loaders.district_set import DistrictSet
from loaders.located import DensityCells
from loaders.selected import selected_rows
from loaders.store import Snapshot, Store

_DECIDING = ("adm1_pcode", "adm2_pcode", "category", "subcategory", "sensitive")  # what `permitted_rows` looks at


@dataclass(frozen=True)
class Coverage:
    """How complete the reporting is in a period: districts and forums that reported, meetings held of planned."""

    n_districts: int
    n_districts_reported: int
    n_forums: int
    n_forums_reported: int
    n_meetings_planned: int
    n_meetings_held: int


class View:
    """One version of one store as one viewer may see it. Frozen: a new load gives a new view, `version` tells."""

    def __init__(
        self, store: Store, viewer: Viewer, snapshot: Snapshot, districts: DistrictSet, today: dt.date
    ) -> None:
        self._store, self._snapshot, self.viewer, self.today = store, snapshot, viewer, today
        self.district_set = districts.only(viewer.districts) if viewer.districts else districts
        self.version = f"{snapshot.version}-{districts.version}"
        self.scope = access.scope(viewer, today=today)

    # -- what may be done ------------------------------------------------------------------------------------------

    def may(self, right: Right) -> bool:
        """Whether the viewer holds a right today."""
        return right in access.rights(self.viewer, today=self.today)

    # -- what is loaded --------------------------------------------------------------------------------------------

    @property
    def batches(self) -> pd.DataFrame:
        """The batches in force, oldest first; columns `loaders.tables.BATCH_COLUMNS`.

        Raises AccessDenied without the right to load: what came in all tells of other districts.
        """
        access.require(self.viewer, Right.LOAD, today=self.today)
        return self._snapshot.batches

    @property
    def is_empty(self) -> bool:
        """Whether the viewer sees no report at all."""
        return self.cube.n_reports == 0

    @property
    def is_synthetic(self) -> bool:
        """Whether any batch in force is made up."""
        return bool(self._snapshot.batches["synthetic"].any())

    @property
    def last_load(self) -> dt.datetime | None:
        """When the newest batch in force was loaded, UTC."""
        batches = self._snapshot.batches
        return None if batches.empty else pd.Timestamp(batches["at"].max()).to_pydatetime()

    @cached_property
    def taxonomy(self) -> Taxonomy:
        """The concern categories."""
        return load_taxonomy()

    # -- counts and places -----------------------------------------------------------------------------------------

    @cached_property
    def cube(self) -> DayCube:
        """Counts by day, district, category and severity, of what the viewer may see."""
        return self._cube("severity")

    @cached_property
    def precision_cube(self) -> DayCube:
        """Counts by day, district, category and `geo_precision`."""
        return self._cube("geo_precision")

    @cached_property
    def cells(self) -> DensityCells:
        """Located reports in fine cells, for density surfaces."""
        parts = self._permitted(located.COLUMNS)
        return DensityCells(parts, self.district_set.districts, self.taxonomy.categories)

    def precision(self, selection: Selection) -> pd.Series:
        """Count the selected reports by `geo_precision` (index 0 … 5; severities are not told apart here)."""
        totals = self.precision_cube.totals(selection, by=("geo_precision",))
        return totals.set_index("geo_precision")["n_reports"]

    def rows(
        self, selection: Selection, *, columns: Sequence[str] | None = None, batch_id: str | None = None
    ) -> pd.DataFrame:
        """Give the selected reports row by row, for a download; with `batch_id` those of one batch.

        Reports that the viewer may not place stand last, sorted by what they show, and line numbers are left out where
        there may be such: their place among the others would tell with which of them they came.
        Raises AccessDenied without the right to download rows.
        """
        access.require(self.viewer, Right.EXPORT_ROWS, today=self.today)
        wanted = [name for name in columns or REPORT_COLUMNS if name != "row" or self._is_cleared_for_all]
        parts = [selected_rows(part, selection) for part in self._permitted(wanted, batch_id=batch_id)]
        if not parts:
            return pd.DataFrame(columns=wanted)
        whole = pd.concat(parts, ignore_index=True)
        has_place = whole["adm2_pcode"].notna()
        coarse = whole[~has_place].sort_values(list(whole.columns))
        ordered = pd.concat([whole[has_place], coarse], ignore_index=True) if len(coarse) else whole
        return ordered[[name for name in wanted if name in ordered]]

    # -- programme -------------------------------------------------------------------------------------------------

    @cached_property
    def forums(self) -> pd.DataFrame:
        """The register of forums, one row each."""
        return self._programme("forums")

    @cached_property
    def meetings(self) -> pd.DataFrame:
        """Meetings planned and held, one row each, with their forum's `adm2_pcode`."""
        places = self.forums.set_index("forum_id")["adm2_pcode"]
        meetings = self._programme("meetings", forums=places.index)
        return meetings.assign(adm2_pcode=meetings["forum_id"].map(places))

    @cached_property
    def referrals(self) -> pd.DataFrame:
        """What was referred to whom, one row each; without place and ids where the report is too sensitive."""
        return self._programme("referrals", open_reports=self._open_reports())

    @cached_property
    def activities(self) -> pd.DataFrame:
        """Trainings, deliveries, works and mentoring visits, one row each."""
        return self._programme("activities")

    @cached_property
    def surveys(self) -> pd.DataFrame:
        """Perception rounds: one row a round, place, arm, indicator and group."""
        return self._programme("surveys")

    @cached_property
    def population(self) -> pd.DataFrame:
        """People by p-code and year, with source."""
        return self._programme("population")

    def people(self, year: int) -> pd.DataFrame:
        """The latest population up to a year, one row a p-code: adm_pcode, year, source, total."""
        return comparison.latest_population(self.population, year=year)

    def ways(self, selection: Selection) -> pd.DataFrame:
        """Which way the selected reports came that the viewer may place: forum_id missing = not through a forum."""
        columns = ["report_id", "forum_id", "adm2_pcode", "occurred_on"]
        parts = [selected_rows(part, selection) for part in self._permitted([*columns, "severity"])]
        whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
        return whole.loc[whole["adm2_pcode"].notna(), columns]

    def meetings_by(self, selection: Selection, *, period: str = "month") -> pd.DataFrame:
        """Count meetings: one row a district and period; columns adm2_pcode, `period`, n_planned, n_held."""
        frame = self.meetings
        day = pd.to_datetime(frame["held_on"].fillna(frame["planned_on"]))
        keep = pd.Series(True, index=frame.index)
        if selection.start:
            keep &= day >= pd.Timestamp(selection.start)
        if selection.end:
            keep &= day <= pd.Timestamp(selection.end)
        if selection.governorates:
            keep &= frame["adm2_pcode"].str[:5].isin(selection.governorates)
        if selection.districts:
            keep &= frame["adm2_pcode"].isin(selection.districts)
        start = day[keep].dt.to_period(period[0].upper()).dt.start_time
        held = frame.loc[keep, "held_on"].notna()
        counted = pd.DataFrame(
            {"adm2_pcode": frame.loc[keep, "adm2_pcode"], period: start, "n_planned": 1, "n_held": held}
        )
        return counted.groupby(["adm2_pcode", period], as_index=False)[["n_planned", "n_held"]].sum()

    def coverage(self, selection: Selection) -> Coverage:
        """Tell how complete the reporting of a period is."""
        totals = self.cube.totals(selection)
        meetings = self.meetings_by(selection)
        forums = self._open_forums(selection)
        held = self.meetings.loc[self.meetings["held_on"].notna()]
        day = pd.to_datetime(held["held_on"])
        start, end = selection.start or dt.date.min, selection.end or dt.date.max
        reported = held.loc[(day.dt.date >= start) & (day.dt.date <= end), "forum_id"]
        return Coverage(
            len(totals),
            int((totals["n_reports"] > 0).sum()),
            len(forums),
            int(forums["forum_id"].isin(reported).sum()),
            int(meetings["n_planned"].sum()),
            int(meetings["n_held"].sum()),
        )

    @cached_property
    def coarse_categories(self) -> frozenset[str]:
        """Categories that the viewer sees by governorate only: in no district, which is not the same as zero there."""
        return frozenset(self.taxonomy.sensitive.intersection(self.taxonomy.categories) - self.viewer.clearances)

    # -- below -----------------------------------------------------------------------------------------------------

    def _open_forums(self, selection: Selection) -> pd.DataFrame:
        forums = self.forums
        keep = pd.Series(True, index=forums.index)
        if selection.end:
            keep &= pd.to_datetime(forums["opened_on"]).dt.date <= selection.end
        if selection.governorates:
            keep &= forums["adm2_pcode"].str[:5].isin(selection.governorates)
        if selection.districts:
            keep &= forums["adm2_pcode"].isin(selection.districts)
        return forums[keep]

    def _cube(self, level: str) -> DayCube:
        districts = self.district_set.districts["adm2_pcode"].tolist()
        batches = self._permitted([*REPORT_KEYS, level])
        return DayCube.from_batches(batches, districts, categories=self.taxonomy.categories, level=level)

    def _permitted(self, columns: Sequence[str], *, batch_id: str | None = None) -> Iterator[pd.DataFrame]:
        """Give the stored reports part by part, cut to the viewer."""
        if not self.may(Right.ROWS):
            return
        wanted = list(dict.fromkeys([*columns, *_DECIDING, "is_context", *(["batch_id"] if batch_id else [])]))
        for part in self._store.scan("reports", wanted, version=_version(self._snapshot)):
            frame = part.to_pandas(date_as_object=False, types_mapper=_TYPES.get)
            of_forums = ~frame["is_context"]  # events of others are never added to reports of forums
            frame = frame[frame["batch_id"] == batch_id if batch_id else of_forums]
            yield access.permitted_rows(frame, self.viewer, self._codes, today=self.today)

    @cached_property
    def _codes(self) -> Codes:
        return Codes.of(self.taxonomy)

    @property
    def _is_cleared_for_all(self) -> bool:
        return access.is_cleared_for_all(self.viewer, self._codes)

    def _open_reports(self) -> frozenset[str]:
        """Ids of the reports that the viewer sees with their place; not read where that makes no difference."""
        if self._is_cleared_for_all:
            return frozenset()
        parts = self._permitted(["report_id"])
        return frozenset().union(*(part.loc[part["adm2_pcode"].notna(), "report_id"].dropna() for part in parts))

    def _programme(self, table: str, **seen: Collection[str]) -> pd.DataFrame:
        frame = self._store.read(table, version=_version(self._snapshot)).to_pandas(date_as_object=False)
        return permitted_programme(table, frame, self.viewer, self._codes, today=self.today, **seen)


_TYPES = {pa.int8(): pd.Int8Dtype(), pa.int32(): pd.Int32Dtype()}


def view_version(store: Store) -> str:
    """The text that changes with every load, undo and boundary set; it belongs in every cache key."""
    return f"{store.version()}-{district_set.installed_version(store.folder)}"


def open_view(store: Store, viewer: Viewer, *, today: dt.date) -> View:
    """Open the store as this viewer may see it today.

    Raises AccessDenied: the viewer may not count reports of the store, or has districts that the boundaries in use do
    not know. A donor and the public have `loaders.release_view.open_release_view`, which knows no store.
    """
    access.require(viewer, Right.COUNTS, today=today)
    return View(store, viewer, store.snapshot(), district_set.installed(store.folder), today)


def _version(snapshot: Snapshot) -> int | None:
    return snapshot.version if snapshot.version >= 0 else None

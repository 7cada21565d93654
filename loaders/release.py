"""The published release: a folder of small Parquet files and a manifest, which needs nothing else to be served.

The manifest says which budget was spent and how, and holds the checksum of every file. All that can be asked of a
release is a sum of its published cells, with the interval of their noise; there is no way from here to a report.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from concerns.disclosure import CELL_KEYS, Table, months_of, noise_scale
from concerns.noise import noise_margin
from concerns.schema import ADM1_LENGTH, StoreError
from loaders.whole_file import read_parquet

FORMAT = 1
MANIFEST = "manifest.json"
_FILE = re.compile(r"([a-z_]+)-(\d{4}Q[1-4])\.parquet")
_HINT = "Copy the release folder again from where it was published; never mend it by hand."


@dataclass(frozen=True)
class Release:
    """Everything published so far. `tables`: one row a cell and drawing, with `n_reports` as stored, never clipped.

    Columns of a table: those of `CELL_KEYS`, what follows from them (adm1_pcode, quarter, year), `release` (the quarter
    whose release drew the row), `is_correction` (drawn for reports that came after their period was published).
    """

    manifest: Mapping[str, Any]
    tables: Mapping[Table, pd.DataFrame]
    version: str  # sha256 of the manifest: names this state of the release in caches and under figures
    exact: Mapping[str, pd.DataFrame] = field(default_factory=dict)  # what is no person's: shown without noise

    @property
    def epsilon(self) -> float:
        """The budget of one report in the whole release."""
        return float(self.manifest["epsilon"])

    @property
    def quarters(self) -> tuple[str, ...]:
        """The published quarters, ascending."""
        return tuple(quarter for entry in self.manifest["releases"] for quarter in entry["quarters"])

    @property
    def districts(self) -> tuple[str, ...]:
        """The districts of the latest release."""
        return tuple(self.manifest["releases"][-1]["districts"])

    def totals(
        self,
        table: Table,
        *,
        by: Sequence[str] = (),
        where: Mapping[str, Collection[str]] | None = None,
        corrected: bool = False,
    ) -> pd.DataFrame:
        """Add up published cells.

        Grain: one row for each combination of `by` that is published; without `by` one row. Columns: `by`, n_reports
        (may be negative), n_cells added, margin (95 % of the noise lies within ± margin).
        where: column → wanted members. corrected: also add what later releases stated for late reports, with its noise.
        Raises ValueError: a column that the table does not have.
        """
        rows = self.tables[table]
        return self._sum(table, rows if corrected else rows[~rows["is_correction"]], by, where or {})

    def corrections(
        self, table: Table, *, by: Sequence[str] = (), where: Mapping[str, Collection[str]] | None = None
    ) -> pd.DataFrame:
        """Add up what later releases stated for reports that came too late for their own; columns as `totals`."""
        rows = self.tables[table]
        return self._sum(table, rows[rows["is_correction"]], by, where or {})

    def _sum(
        self, table: Table, rows: pd.DataFrame, by: Sequence[str], where: Mapping[str, Collection[str]]
    ) -> pd.DataFrame:
        unknown = ({*by} | {*where}) - set(_members(rows))
        if unknown:
            raise ValueError(f"{table} has no column {', '.join(sorted(unknown))}")
        for name, members in where.items():
            rows = rows[rows[name].isin(list(members))]
        if by:
            groups = rows.groupby(list(by), sort=True)["n_reports"]
            summed = groups.agg(n_reports="sum", n_cells="size").reset_index()
        else:
            summed = pd.DataFrame({"n_reports": [rows["n_reports"].sum()], "n_cells": [len(rows)]})
        scale = noise_scale(self.epsilon, table)
        margins = {n: noise_margin(scale, int(n)) for n in summed["n_cells"].unique()}
        return summed.assign(margin=summed["n_cells"].map(margins).astype("int64"))


def _members(rows: pd.DataFrame) -> list[str]:
    return [name for name in rows.columns if name not in ("n_reports", "is_correction")]


def open_release(folder: Path) -> Release:
    """Read a release and check every file against the manifest.

    Raises StoreError: no manifest or one of another form (code MANIFEST); a file that is absent or changed (CHECKSUM);
    cells that are not the whole published domain, once each, in whole numbers (CELLS).
    """
    manifest, version = read_manifest(folder)
    parts: dict[Table, list[pd.DataFrame]] = {table: [] for table in Table}
    for entry in manifest["releases"]:
        for name, stated in entry["files"].items():
            table = _table_of(name, entry["release"])
            frame = _read_file(folder / name, stated["sha256"])
            _check_cells(frame, table, entry, name)
            first = set(entry["years" if table is Table.SENSITIVE_YEAR else "quarters"])
            period = _with_period(frame, table)
            parts[table].append(
                period.assign(release=entry["release"], is_correction=~_period(period, table).isin(first))
            )
    exact = manifest["releases"][-1].get("exact", {}) if manifest["releases"] else {}
    shown = {_stem(name): _read_file(folder / name, stated["sha256"]) for name, stated in exact.items()}
    return Release(manifest, {table: _stacked(table, frames) for table, frames in parts.items()}, version, shown)


def read_manifest(folder: Path) -> tuple[dict[str, Any], str]:
    """Give the manifest and its sha256. Raises StoreError: there is none, or it is not of this form."""
    try:
        data = (folder / MANIFEST).read_bytes()
        manifest = json.loads(data)
    except FileNotFoundError as error:
        hint = "Publish one with: python -m loaders publish --until QUARTER."
        raise StoreError("No release here.", where=folder.name, hint=hint, code="MANIFEST") from error
    except (OSError, ValueError) as error:
        raise StoreError("The manifest cannot be read.", where=MANIFEST, hint=_HINT, code="MANIFEST") from error
    wanted = {"format", "epsilon", "split", "scales", "since", "releases", "guarantee", "not_covered"}
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT or not wanted <= manifest.keys():
        raise StoreError("The manifest has another form.", where=MANIFEST, hint=_HINT, code="MANIFEST")
    return manifest, hashlib.sha256(data).hexdigest()


def _stem(name: str) -> str:
    """The manifest may come from elsewhere: a name that is none of ours never becomes a path."""
    match = _FILE.fullmatch(name)
    if match is None:
        raise StoreError(
            "The manifest names a file that is none of a release.", where=MANIFEST, hint=_HINT, code="MANIFEST"
        )
    return match[1]


def _table_of(name: str, release: str) -> Table:
    if _stem(name) not in set(Table) or not name.endswith(f"-{release}.parquet"):
        raise StoreError(
            "The manifest names a file that is none of a release.", where=MANIFEST, hint=_HINT, code="MANIFEST"
        )
    return Table(_stem(name))


def _read_file(path: Path, sha256: str) -> pd.DataFrame:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise StoreError("The file is absent.", where=path.name, hint=_HINT, code="CHECKSUM") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise StoreError("The file is not the published one.", where=path.name, hint=_HINT, code="CHECKSUM")
    return read_parquet(data)


def _check_cells(frame: pd.DataFrame, table: Table, entry: Mapping[str, Any], name: str) -> None:
    is_yearly = table is Table.SENSITIVE_YEAR
    periods = [*entry["years"], *entry["corrected_years"]] if is_yearly else [*entry["quarters"], *entry["corrected"]]
    members = {
        "adm2_pcode": entry["districts"],
        "adm1_pcode": entry["governorates"],
        "category": entry["sensitive_categories"] if is_yearly else entry["categories"],
        "month": [month for period in periods for month in months_of(period)] if not is_yearly else [],
        "quarter": periods,
        "year": periods,
    }
    keys = CELL_KEYS[table]
    fits = [*keys, "n_reports"] == list(frame.columns) and frame["n_reports"].dtype == "int64"
    fits = fits and all(frame[key].isin(members[key]).all() for key in keys) and not frame.duplicated([*keys]).any()
    if not fits or len(frame) != math.prod(len(members[key]) for key in keys):
        raise StoreError("The cells are not the published ones.", where=name, hint=_HINT, code="CELLS")


def _with_period(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Add the columns that follow from a cell's own keys."""
    if table is Table.DISTRICT_QUARTER:
        frame = frame.assign(adm1_pcode=frame["adm2_pcode"].str[:ADM1_LENGTH])
    if table is Table.NATIONAL_MONTH:
        quarters = {month: f"{month[:4]}Q{(int(month[5:]) + 2) // 3}" for month in frame["month"].unique()}
        frame = frame.assign(quarter=frame["month"].map(quarters))
    return frame if table is Table.SENSITIVE_YEAR else frame.assign(year=frame["quarter"].str[:4])


def _period(frame: pd.DataFrame, table: Table) -> pd.Series:
    return frame["year" if table is Table.SENSITIVE_YEAR else "quarter"]


def _stacked(table: Table, frames: list[pd.DataFrame]) -> pd.DataFrame:
    if frames:
        return pd.concat(frames, ignore_index=True)
    empty = pd.DataFrame({name: pd.Series(dtype="str") for name in CELL_KEYS[table]})
    return _with_period(empty.assign(n_reports=pd.Series(dtype="int64")), table).assign(
        release=pd.Series(dtype="str"), is_correction=pd.Series(dtype="bool")
    )

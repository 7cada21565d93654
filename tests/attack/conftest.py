"""The attacked country, counted exactly and as released."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from concerns.disclosure import CELL_KEYS, Table, count_cells
from loaders.publish import publish
from loaders.release import Release, open_release
from tests.attack.synthetic import DISTRICTS, DOMAIN, QUARTERS, SINCE, UNTIL, synthetic_reports

OPEN_TABLES = (Table.DISTRICT_QUARTER, Table.GOVERNORATE_QUARTER, Table.NATIONAL_MONTH)


@dataclass(frozen=True)
class Country:
    """The truth and the release of it at ε = 1: exact and published cells of each open table, in one order."""

    reports: pd.DataFrame
    release: Release
    folder: Path
    true: dict[Table, pd.Series]
    told: dict[Table, pd.Series]

    @property
    def exact(self) -> np.ndarray:
        """Reports by quarter × district."""
        return self.true[Table.DISTRICT_QUARTER].to_numpy().reshape(len(QUARTERS), len(DISTRICTS))

    @property
    def published(self) -> np.ndarray:
        """The same as released."""
        return self.told[Table.DISTRICT_QUARTER].to_numpy().reshape(len(QUARTERS), len(DISTRICTS))


def published(folder: Path, *, n_reports: int, seed: int) -> Country:
    """Publish a made-up country and count it exactly beside."""
    reports = synthetic_reports(n_reports, seed=seed)
    publish(
        reports, until=UNTIL, domain=DOMAIN, out_dir=folder / "release", ledger_dir=folder / "ledger",
        today=dt.date(2024, 1, 1), data_version=1, boundary_version="made-up", epsilon=1.0, since=SINCE,
    )  # fmt: skip
    release = open_release(folder / "release")
    true, told = {}, {}
    for table in OPEN_TABLES:
        keys = list(CELL_KEYS[table])
        true[table] = pd.concat([count_cells(reports, DOMAIN, table, quarter) for quarter in QUARTERS])
        told[table] = release.totals(table, by=keys).set_index(keys)["n_reports"].reindex(true[table].index)
    return Country(reports, release, folder, true, told)


@pytest.fixture(scope="session")
def country(tmp_path_factory) -> Country:
    """20,000 reports: some 160 district and 830 governorate cells hold 1 to 4."""
    return published(tmp_path_factory.mktemp("country"), n_reports=20_000, seed=1)


@pytest.fixture(scope="session")
def busy_country(tmp_path_factory) -> Country:
    """60,000 reports: what the demonstration needs for the promised accuracy."""
    return published(tmp_path_factory.mktemp("busy"), n_reports=60_000, seed=1)

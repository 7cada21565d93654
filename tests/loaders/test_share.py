"""What leaves the house: districts and months, or points that cannot be brought back."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from concerns.access import Role, Viewer
from concerns.masking import MAX_M, MIN_M
from concerns.schema import AccessDenied, BadSetting
from concerns.selection import Selection
from geo.projection import to_metric
from loaders.__main__ import app
from loaders.folders import Folders
from loaders.share import MASKING_KEY, masking_key, shared_reports
from loaders.store import Store
from loaders.view import View, open_view
from tests import canaries

KEY = bytes(range(32))
DAY = canaries.NOON.date()
WITHOUT_POINTS = ["month", "adm1_pcode", "adm2_pcode", "category", "severity"]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return canaries.build(tmp_path_factory.mktemp("share"), publish=False)


def view(store: Store, viewer: Viewer) -> View:
    return open_view(store, viewer, today=DAY)


ADMIN = Viewer("a", Role.ADMIN, clearances=frozenset({"C05"}))


def test_by_default_nothing_finer_than_district_and_month_leaves(store):
    rows = shared_reports(view(store, ADMIN), Selection())
    assert list(rows.columns) == WITHOUT_POINTS
    assert len(rows) == 3 * (canaries.N_ORDINARY + canaries.N_SENSITIVE)
    assert (rows["month"].dt.day == 1).all()
    assert "CANARY" not in rows.to_csv()
    assert rows.loc[rows["category"] == "C05", "adm2_pcode"].isna().all()


def test_masked_points_are_moved_the_same_way_each_time_and_sensitive_ones_have_none(store):
    here = view(store, ADMIN)
    rows = shared_reports(here, Selection(), key=KEY)
    again = shared_reports(here, Selection(start=dt.date(2025, 10, 1)), key=KEY)
    assert rows.loc[rows["category"] == "C05", ["lon", "lat"]].isna().all().all()
    for district in (canaries.OWN, canaries.OTHER, canaries.FAR):
        lat, lon = canaries.point(district, is_sensitive=False)
        given = rows.loc[rows["adm2_pcode"] == district, ["lon", "lat"]].drop_duplicates()
        assert len(given) == 1  # averaging over many reports of one place tells no more than one of them
        pd.testing.assert_frame_equal(
            again.loc[again["adm2_pcode"] == district, ["lon", "lat"]].drop_duplicates().reset_index(drop=True),
            given.reset_index(drop=True),
        )
        if given["lon"].notna().all():
            x, y = to_metric([lon, given["lon"].iloc[0]], [lat, given["lat"].iloc[0]])
            assert MIN_M - 2 <= np.hypot(x[1] - x[0], y[1] - y[0]) <= MAX_M + 2
    assert rows["lon"].notna().any()


@pytest.mark.parametrize("role", [Role.FORUM_LEAD, Role.DONOR, Role.PUBLIC])
def test_who_may_not_have_rows_shares_none(store, role):
    viewer = Viewer("x", role, frozenset({canaries.OWN}))
    with pytest.raises(AccessDenied):
        shared_reports(view(store, viewer), Selection())


@pytest.mark.parametrize("key", ["", "secret", "a" * 64, "0123" * 8, "g" * 32, "0123456789abcdef" * 2 + "1"])
def test_a_key_that_could_be_guessed_moves_nothing(key):
    with pytest.raises(BadSetting):
        masking_key({MASKING_KEY: key})


def test_a_random_key_is_taken():
    assert masking_key({MASKING_KEY: KEY.hex()}) == KEY


def test_the_command_writes_the_file_states_the_distances_and_is_in_the_trail(store, tmp_path: Path, monkeypatch):
    out = tmp_path / "shared.csv"
    refused = CliRunner().invoke(
        app, ["share", "-o", str(out), "--store", store.url, "--points"], env={MASKING_KEY: ""}
    )
    assert refused.exit_code == 2
    assert not out.exists()
    done = CliRunner().invoke(
        app, ["share", "-o", str(out), "--store", store.url, "--points"], env={MASKING_KEY: KEY.hex()}
    )
    assert done.exit_code == 0, done.output
    assert "moved by 1000 to 5000 m" in done.output
    with out.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert list(rows[0]) == [*WITHOUT_POINTS, "lon", "lat"]
    last = Folders.of(store).trail.read().iloc[-1]
    assert last["event"] == "exported"
    assert json.loads(last["details"])["is_masked"] is True

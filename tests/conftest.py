"""The one small world that the tests share, and where the real files are when a machine has them."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from functools import cache
from pathlib import Path

import geopandas as gpd
import pytest
from hypothesis import settings
from shapely.geometry import box
from streamlit.components.v2 import manifest_scanner

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"

settings.register_profile("project", deadline=None)  # a busy machine is no failed property
settings.load_profile("project")

# Every AppTest run reads the metadata of all installed packages anew, most of a second; a server does it once.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real boundaries and exports, which never is part of the project."""
    if not SHARED.is_dir():
        pytest.skip("the folder of real files (../shared/data) is not on this machine")
    return SHARED


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The synthetic demo, by the command that `make run` uses, once for all workers. Not to be changed by a test."""
    base = tmp_path_factory.getbasetemp()
    base = base if worker_id == "master" else base.parent
    store = base / "demo" / "store"
    command = [sys.executable, "-m", "loaders", "demo", "--store", str(store), "--today", "2026-07-15"]
    with (base / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not store.exists():
            loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            if loaded.returncode != 0:
                raise RuntimeError(f"the demo was not loaded:\n{loaded.stderr}")
    return store


@pytest.fixture(scope="session")
def four_districts() -> gpd.GeoDataFrame:
    """Four square districts of 0.5 degrees in two rows around (44, 33), in two governorates, and an island (Q05)."""
    squares = {
        "IQG01Q01": box(43.5, 33.0, 44.0, 33.5),
        "IQG01Q02": box(44.0, 33.0, 44.5, 33.5),
        "IQG02Q01": box(43.5, 32.5, 44.0, 33.0),
        "IQG02Q02": box(44.0, 32.5, 44.5, 33.0),
        "IQG02Q03": box(45.5, 31.0, 46.0, 31.5),
    }
    return gpd.GeoDataFrame(
        {
            "adm2_pcode": list(squares),
            "adm2_name": ["North West", "North East", "South West", "South East", "Island"],
            "adm2_name_ar": ["الشمال الغربي", "الشمال الشرقي", "الجنوب الغربي", "الجنوب الشرقي", "الجزيرة"],
            "adm1_pcode": [code[:5] for code in squares],
            "adm1_name": ["Upper", "Upper", "Lower", "Lower", "Lower"],
            "adm1_name_ar": ["العليا", "العليا", "السفلى", "السفلى", "السفلى"],
        },
        geometry=list(squares.values()),
        crs="EPSG:4326",
    )

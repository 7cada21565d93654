"""The one small world that the tests share, and where the real files are when a machine has them."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from hypothesis import settings
from shapely.geometry import box

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"

settings.register_profile("project", deadline=None)  # a busy machine is no failed property
settings.load_profile("project")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real boundaries and exports, which never is part of the project."""
    if not SHARED.is_dir():
        pytest.skip("the folder of real files (../shared/data) is not on this machine")
    return SHARED


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

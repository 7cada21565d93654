"""A made-up country for the attackers: 18 governorates, 101 districts, 13 categories, twelve quarters, uneven."""

from __future__ import annotations

import numpy as np
import pandas as pd

from concerns.access import Codes
from concerns.disclosure import Domain

GOVERNORATES = tuple(f"IQG{number:02d}" for number in range(1, 19))
CATEGORIES = (*(f"C{number:02d}" for number in range(1, 13)), "C99")
CODES = Codes(known=frozenset(CATEGORIES), sensitive=frozenset({"C05", "C06"}))
QUARTERS = tuple(f"{year}Q{quarter}" for year in (2021, 2022, 2023) for quarter in (1, 2, 3, 4))
SINCE, UNTIL = QUARTERS[0], QUARTERS[-1]


def _districts() -> tuple[str, ...]:
    sizes = [6] * 11 + [5] * 7  # 101 districts
    return tuple(f"{adm1}Q{n:02d}" for adm1, size in zip(GOVERNORATES, sizes, strict=True) for n in range(1, size + 1))


DISTRICTS = _districts()
DOMAIN = Domain(DISTRICTS, CODES)


def synthetic_reports(n_reports: int, *, seed: int) -> pd.DataFrame:
    """Reports whose districts and categories differ in size as real ones do; columns as `publish` takes them."""
    rng = np.random.default_rng(seed)
    size = rng.lognormal(0, 0.9, len(DISTRICTS))
    mix = rng.dirichlet(1.2 * np.array([8, 7, 6, 5, 3, 1.5, 6, 9, 3, 4, 4, 12, 2]), len(GOVERNORATES))
    district = rng.choice(len(DISTRICTS), n_reports, p=size / size.sum())
    adm1 = np.array([GOVERNORATES.index(code[:5]) for code in DISTRICTS])[district]
    category = (rng.random(n_reports)[:, None] > np.cumsum(mix, axis=1)[adm1]).sum(axis=1).clip(0, len(CATEGORIES) - 1)
    season = 1 + 0.35 * np.sin(np.arange(1095) / 365 * 2 * np.pi) + np.arange(1095) / 2000
    day = rng.choice(1095, n_reports, p=season / season.sum())
    codes = np.array(CATEGORIES)[category]
    return pd.DataFrame(
        {
            "source": "synthetic",
            "report_id": [f"S{number}" for number in range(n_reports)],
            "occurred_on": pd.Timestamp("2021-01-01") + pd.to_timedelta(day, unit="D"),
            "adm1_pcode": np.array(GOVERNORATES)[adm1],
            "adm2_pcode": np.array(DISTRICTS)[district],
            "geo_precision": 2,
            "category": codes,
            "subcategory": None,
            "sensitive": np.isin(codes, ["C05", "C06"]),
        }
    )

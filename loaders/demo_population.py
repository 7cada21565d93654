"""How many people live in the districts of the synthetic country: made up like all of it, so that it has rates."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from loaders.demo import places

SOURCE = "SYNTHETIC"
PEOPLE_A_PLACE = 90_000  # of a sub-district, about


def population(*, end: dt.date, boundary_version: str, seed: int = 2022) -> pd.DataFrame:
    """Give the template table `population`: one row a district, for the year before the demo's last month.

    The more sub-districts, the more people; displaced and returned people are unevenly spread.
    """
    rng = np.random.default_rng(seed)
    n_places = places().groupby("adm2_pcode").size()
    n = len(n_places)
    total = np.round(n_places.to_numpy() * PEOPLE_A_PLACE * rng.lognormal(0, 0.45, n), -2).astype(int)
    female = rng.binomial(total, 0.495)
    return pd.DataFrame(
        {
            "adm_pcode": n_places.index,
            "year": str(end.year - 1),
            "source": SOURCE,
            "boundary_version": boundary_version,
            "total": total.astype(str),
            "female": female.astype(str),
            "male": (total - female).astype(str),
            "youth": rng.binomial(total, 0.28).astype(str),
            "idp": np.round(total * rng.beta(1, 18, n)).astype(int).astype(str),
            "returnee": np.round(total * rng.beta(1, 9, n)).astype(int).astype(str),
        }
    )

"""How many of the next reports did the places hold that a forecast named? Hit rate, PAI, PEI."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from concerns.estimate import Floats
from concerns.vectors import Values, as_floats

SLACK = 1e-9  # of the area: sums of areas are not exact


def chosen_cells(predicted: Values, area_km2: Values, *, area_share: float) -> NDArray[np.bool_]:
    """Which places a forecast names: the highest first, as long as their area is at most `area_share` of the whole.

    predicted: one number a place, in the order of their p-codes, which decides ties; missing comes last.

    >>> chosen_cells([3, 9, 9, 1], [1, 1, 1, 1], area_share=0.25)
    array([False,  True, False, False])
    """
    if not 0 < area_share <= 1:
        raise ValueError("area_share lies above 0 and at most at 1.")
    value, area = as_floats(predicted, name="predicted", signed=True), as_floats(area_km2, name="area_km2")
    if area.shape != value.shape or not (area > 0).all():
        raise ValueError("Each place has an area above 0.")
    order = np.argsort(-value, kind="stable")
    budget = area_share * area.sum() * (1 + SLACK)
    chosen = np.zeros(len(value), dtype=bool)
    chosen[order[np.cumsum(area[order]) <= budget]] = True
    return chosen


def hit_rates(predicted: Values, observed: Values, area_km2: Values, *, area_share: float = 0.1) -> pd.Series:
    """Hit rate, PAI and PEI of one forecast: did the places it named hold more than their share?

    predicted, observed, area_km2: one number a place (whole reports observed, square kilometres), in the order of their
    p-codes. Places are chosen as in `chosen_cells`; a place whose observation is missing is left out of everything.
    Returns n_hits, n_total, area_share (that of the chosen places), hit_rate = n/N, pai = (n/N)/(a/A) with a the chosen
    area, pei_same_area = n/n*, n* the most that any choice of places within the allowed area could hold, pei_best_area
    = pai/the highest pai of any choice within it, calibration = Σpredicted/Σobserved in the chosen places. NA where
    nothing was observed, or no place fits into the area. Raises ValueError for areas that are not positive, or counts
    that are not whole. Chainey et al. (2008) Secur. J. 21:4; Hunt (2016); White, Hunt & Green (2023) Secur. J.

    >>> hit_rates([9, 5, 1, 1], [2, 6, 1, 1], [1, 1, 1, 1], area_share=0.5).round(2).to_list()
    [8.0, 10.0, 0.5, 0.8, 1.6, 1.0, 0.67, 1.75]
    """
    seen = ~np.isnan(as_floats(observed, name="observed"))
    value, count, area = (
        as_floats(vector, name=name, signed=name == "predicted")[seen]
        for vector, name in ((predicted, "predicted"), (observed, "observed"), (area_km2, "area_km2"))
    )
    if (count % 1).any():
        raise ValueError("Observed reports are whole.")
    chosen = chosen_cells(value, area, area_share=area_share)
    hits, total = count[chosen].sum(), count.sum()
    share = area[chosen].sum() / area.sum() if len(area) else np.nan
    budget = area_share * area.sum() * (1 + SLACK)
    result = {"n_hits": hits, "n_total": total, "area_share": share}
    ratios = dict.fromkeys(["hit_rate", "pai", "pei_same_area", "pei_best_area", "calibration"], np.nan)
    if total > 0 and chosen.any():
        density = (count / area)[area <= budget].max()
        ratios["hit_rate"] = hits / total
        ratios["pai"] = hits / total / share
        ratios["pei_same_area"] = hits / most if (most := most_hits(count, area, budget)) else np.nan
        ratios["pei_best_area"] = ratios["pai"] / (density * area.sum() / total) if density else np.nan
        ratios["calibration"] = value[chosen].sum() / hits if hits else np.nan
    return pd.Series({**result, **ratios})


def most_hits(count: Floats, area: Floats, budget: float) -> float:
    """The most reports that places with at most this area together could hold (a knapsack, exactly).

    Places of one size: the fullest that fit. Else time grows as places with a report × reports.

    >>> most_hits(np.array([6.0, 5, 5]), np.array([3.0, 2, 2]), 4)
    10.0
    """
    if np.ptp(area) <= SLACK * area.max():
        return float(np.sort(count)[::-1][: int(budget / area.mean() * (1 + SLACK))].sum())
    useful = (count > 0) & (area <= budget)
    least = np.full(int(count[useful].sum()) + 1, np.inf)  # least area that holds exactly so many
    least[0] = 0.0
    for n, size in zip(count[useful].astype(int), area[useful], strict=True):
        least[n:] = np.minimum(least[n:], least[:-n] + size)
    return float(np.flatnonzero(least <= budget).max())

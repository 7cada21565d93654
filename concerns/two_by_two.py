"""Two-by-two difference in differences: did programme places change more than comparison places?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any, Literal

import numpy as np
import pandas as pd

from concerns.estimate import Estimate, Floats, Status
from concerns.panel import numbers, require_columns
from concerns.two_way import MIN_CLUSTERS, coefficient

Family = Literal["gaussian", "poisson"]
N_CELLS = 4
MAX_ASSIGNMENTS = 50_000
YES_NO = {"no": 0.0, "yes": 1.0, "false": 0.0, "true": 1.0, "0": 0.0, "1": 1.0}


@dataclass(frozen=True)
class Randomisation:
    """What chance alone would give: p over all assignments, how many there are, and the least p they allow (1/n)."""

    p_value: float
    n_assignments: int
    smallest_p: float


@dataclass(frozen=True)
class DifferenceInDifferences:
    """A two-by-two result.

    effect: δ in the outcome's unit, or log of the ratio of ratios for counts. ratio, ratio_lower, ratio_upper: exp of
    it for counts, else NaN. cells: one row a treated × post cell: treated, post, mean (or rate), n_rows, n_units.
    randomisation: for fewer than 10 clusters or a single one on a side, else None; effect then carries no interval.
    lost_units: those seen only before or only after; n_missing: rows without an outcome, left out.
    """

    effect: Estimate
    ratio: float
    ratio_lower: float
    ratio_upper: float
    cells: pd.DataFrame
    randomisation: Randomisation | None
    n_clusters: int
    lost_units: list[Any]
    n_missing: int


def did(
    panel: pd.DataFrame,
    outcome: str,
    unit: str,
    treated: str,
    post: str,
    *,
    cluster: str | None = None,
    weights: str | None = None,
    family: Family = "gaussian",
    exposure: str | None = None,
    alpha: float = 0.05,
) -> DifferenceInDifferences:
    """Estimate δ = (Ȳ_T1 − Ȳ_T0) − (Ȳ_C1 − Ȳ_C0), or the ratio of ratios of rates for counts.

    panel: one row an observation (a person, a site and wave, a place and month); treated and post hold 0/1 or no/yes,
    treated and cluster are one value a `unit`. Errors are clustered by unit or `cluster` (CRV1, t with G − 1).
    weights: e.g. respondents behind each row. family "poisson": counts, with `exposure` (meetings held) as offset.
    H0 δ = 0, two-sided, if both would have moved in parallel, which is stated and cannot be tested here. Fewer than 10
    clusters, or a single one on a side: no interval, but p over all assignments of `treated` to clusters.

    Raises ValueError: a column is absent, treated or post is not 0/1 or changes within a unit, exposure or weight ≤ 0.
    Bertrand, Duflo & Mullainathan (2004), QJE 119:249-275.

    >>> rows = pd.DataFrame({"site": [*"AABBCCDDEE"], "forum": [1] * 6 + [0] * 4, "after": [0, 1] * 5,
    ...                      "trust": [.5, .8, .4, .6, .5, .7, .5, .6, .4, .5]})
    >>> result = did(rows, "trust", "site", "forum", "after")
    >>> round(result.effect.estimate, 4), result.randomisation.n_assignments, result.randomisation.p_value
    (0.1333, 10, 0.1)
    """
    rows = _rows(panel, outcome, unit, treated, post, cluster, weights, exposure if family == "poisson" else None)
    used = rows[np.isfinite(rows["y"])]
    seen = used.groupby("unit")["post"].nunique()
    labels = pd.factorize(panel[unit])[1]
    lost = [labels[code] for code in np.unique(rows["unit"]) if seen.get(code, 0) < 2]
    cells = _cells(used)
    n_clusters = used["cluster"].nunique()
    estimate = _difference(used, family)
    few = n_clusters < MIN_CLUSTERS or _smaller_arm(used) < 2
    if not np.isfinite(estimate):
        effect = Estimate(estimate, np.nan, np.nan, np.nan, np.nan, Status.NOT_IDENTIFIED)
    elif len(used) <= N_CELLS:  # as many means as rows: nothing is left to tell an error from
        effect = Estimate(estimate, np.nan, np.nan, np.nan, np.nan, Status.TOO_FEW)
    else:
        effect = coefficient(_fit(used, family), "treated:post", is_few=few, alpha=alpha)
    randomisation = _randomise(used, family, estimate) if few and np.isfinite(estimate) else None
    ratios = np.exp([effect.estimate, effect.lower, effect.upper]) if family == "poisson" else np.full(3, np.nan)
    return DifferenceInDifferences(
        effect=effect,
        ratio=float(ratios[0]),
        ratio_lower=float(ratios[1]),
        ratio_upper=float(ratios[2]),
        cells=cells,
        randomisation=randomisation,
        n_clusters=n_clusters,
        lost_units=lost,
        n_missing=int(len(rows) - len(used)),
    )


def _rows(
    panel: pd.DataFrame,
    outcome: str,
    unit: str,
    treated: str,
    post: str,
    cluster: str | None,
    weights: str | None,
    exposure: str | None,
) -> pd.DataFrame:
    named = [outcome, unit, treated, post, *(name for name in (cluster, weights, exposure) if name)]
    require_columns(panel, named)
    rows = pd.DataFrame(
        {
            "y": numbers(panel, outcome),
            "unit": pd.factorize(panel[unit])[0],
            "cluster": pd.factorize(panel[cluster or unit])[0],
            "treated": _flags(panel, treated),
            "post": _flags(panel, post),
            "w": numbers(panel, weights) if weights else 1.0,
            "m": numbers(panel, exposure) if exposure else 1.0,
        }
    )
    if not rows[["treated", "post"]].isin([0, 1]).all().all():
        raise ValueError(f"{treated!r} and {post!r} must hold 0 or 1 in every row")
    if (rows.groupby("unit")["treated"].nunique() > 1).any():
        raise ValueError(f"{treated!r} changes within a {unit!r}")
    if (rows.groupby("unit")["cluster"].nunique() > 1).any():
        raise ValueError(f"{cluster!r} changes within a {unit!r}")
    if not (rows.loc[np.isfinite(rows["y"]), ["w", "m"]] > 0).all().all():
        raise ValueError("weights and exposure must be greater than 0; leave out the months without a meeting")
    return rows


def _flags(panel: pd.DataFrame, column: str) -> Floats:
    """Return a column of 0/1, true/false or no/yes as numbers."""
    values = panel[column]
    if pd.api.types.is_numeric_dtype(values):
        return numbers(panel, column)
    return values.astype("object").map(lambda word: YES_NO.get(str(word).strip().lower(), np.nan)).to_numpy("float64")


def _smaller_arm(rows: pd.DataFrame) -> int:
    """Return how many clusters the smaller arm has; a cluster with both kinds of units counts in both."""
    return int(rows.groupby("treated")["cluster"].nunique().min())


def _fit(rows: pd.DataFrame, family: Family) -> Any:
    import pyfixest

    vcov = {"CRV1": "cluster"}
    with np.errstate(divide="ignore", invalid="ignore"):  # a constant outcome: se 0, answered as a status
        if family == "gaussian":
            return pyfixest.feols("y ~ treated*post", rows, vcov=vcov, weights="w")
        offset = rows.assign(log_m=np.log(rows["m"]))
        return pyfixest.fepois("y ~ treated*post", offset, vcov=vcov, weights="w", offset="log_m")


def _cells(rows: pd.DataFrame) -> pd.DataFrame:
    top = (rows["y"] * rows["w"]).groupby([rows["treated"], rows["post"]]).sum()
    bottom = (rows["m"] * rows["w"]).groupby([rows["treated"], rows["post"]]).sum()
    counted = rows.groupby(["treated", "post"]).agg(n_rows=("y", "size"), n_units=("unit", "nunique"))
    full = pd.MultiIndex.from_product([[0, 1], [0, 1]], names=["treated", "post"])
    table = (top / bottom).rename("mean").to_frame().join(counted).reindex(full)
    return table.fillna({"n_rows": 0, "n_units": 0}).astype({"n_rows": int, "n_units": int}).reset_index()


def _sums(rows: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Return outcome and exposure sums, clusters × (before, after), and which clusters are treated."""
    cluster = pd.factorize(rows["cluster"], sort=True)[0]
    after = rows["post"].to_numpy(dtype="int64")
    top, bottom = np.zeros((cluster.max(initial=-1) + 1, 2)), np.zeros((cluster.max(initial=-1) + 1, 2))
    np.add.at(top, (cluster, after), (rows["y"] * rows["w"]).to_numpy())
    np.add.at(bottom, (cluster, after), (rows["m"] * rows["w"]).to_numpy())
    is_treated = np.zeros(len(top))
    is_treated[cluster] = rows["treated"].to_numpy()
    return top, bottom, is_treated


def _contrast(top: Floats, bottom: Floats, is_treated: Floats, family: Family) -> Floats:
    """Return δ for each row of assignments (assignments × clusters); NaN where a cell is empty or, for counts, 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        treated, control = (
            is_treated @ top / (is_treated @ bottom),
            (1 - is_treated) @ top / ((1 - is_treated) @ bottom),
        )
        if family == "poisson":
            treated, control = np.log(treated), np.log(control)
        delta = (treated[..., 1] - treated[..., 0]) - (control[..., 1] - control[..., 0])
    return np.where(np.isfinite(delta), delta, np.nan)


def _difference(rows: pd.DataFrame, family: Family) -> float:
    """Return δ over the four cells."""
    top = (rows["y"] * rows["w"]).groupby([rows["treated"], rows["post"]]).sum()
    bottom = (rows["m"] * rows["w"]).groupby([rows["treated"], rows["post"]]).sum()
    if len(top) < N_CELLS:
        return np.nan
    means = (top / bottom).to_numpy()
    if family == "poisson":
        with np.errstate(divide="ignore"):
            means = np.log(means)
    delta = (means[3] - means[2]) - (means[1] - means[0])
    return float(delta) if np.isfinite(delta) else np.nan


def _randomise(rows: pd.DataFrame, family: Family, observed: float) -> Randomisation | None:
    """Compare |δ| with every way to choose as many treated clusters; ties count, within rounding.

    None where clusters hold both kinds of units, or where there are too many ways to go through.
    """
    if (rows.groupby("cluster")["treated"].nunique() > 1).any():
        return None
    top, bottom, is_treated = _sums(rows)
    n, k = len(top), int(is_treated.sum())
    if comb(n, k) > MAX_ASSIGNMENTS:
        return None
    assignments = np.zeros((comb(n, k), n))
    for row, chosen in enumerate(combinations(range(n), k)):
        assignments[row, list(chosen)] = 1.0
    deltas = np.abs(_contrast(top, bottom, assignments, family))
    deltas = deltas[np.isfinite(deltas)]
    as_large = deltas >= abs(observed) - 1e-12 * max(1.0, abs(observed))
    return Randomisation(float(as_large.mean()), len(deltas), 1 / len(deltas))

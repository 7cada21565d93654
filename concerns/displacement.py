"""Weighted displacement difference: did it fall here, or only move next door?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from concerns.estimate import Estimate, Floats, Status, wald_estimate
from concerns.panel import require_columns

MIN_COUNT = 5
SIGNS = np.array([[-1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, -1.0]])  # treated, control, ring, ring's control


@dataclass(frozen=True)
class Displacement:
    """Reports that changed beyond the comparison: in all, in the place itself, and in its ring (None without one)."""

    total: Estimate
    local: Estimate
    displaced: Estimate | None


def displacement(
    treated: Sequence[float],
    control: Sequence[float],
    ring: Sequence[float] | None = None,
    ring_control: Sequence[float] | None = None,
    *,
    weights: Sequence[float] | Sequence[Sequence[float]] | None = None,
    alpha: float = 0.05,
) -> Displacement:
    """Estimate WDD = (T₁−T₀) − (C₁−C₀) + (D₁−D₀) − (E₁−E₀) with SE = √(sum of the counts).

    Each argument is (before, after), counts of reports: the treated area T, its comparison C, the ring D around T and
    the ring's comparison E. weights: a factor per count where periods or areas differ, (before, after) for all or one
    pair per area in the order above; then Σ±v·count and SE = √Σv²·count. Unit: reports, as weighted. H0 WDD = 0,
    two-sided. All counts 0: missing. Any count below 5: too few for an interval, the difference is still given.

    Raises ValueError: a count is negative, missing or not whole, a ring comes without its comparison, a weight ≤ 0.
    Wheeler & Ratcliffe (2018), Crime Science 7:11.

    >>> result = displacement((20, 10), (20, 20))
    >>> result.total.estimate, round(result.total.se, 2), round(result.total.lower, 1)
    (-10.0, 8.37, -26.4)
    """
    if (ring is None) != (ring_control is None):
        raise ValueError("a ring and the ring's comparison go together")
    areas = [treated, control] + ([ring, ring_control] if ring is not None and ring_control is not None else [])
    counts = _counts(areas)
    factors = _weights(weights, len(counts))
    local = _contrast(counts[:2], factors[:2], SIGNS[:2], alpha=alpha)
    if len(counts) == 2:
        return Displacement(total=local, local=local, displaced=None)
    return Displacement(
        total=_contrast(counts, factors, SIGNS, alpha=alpha),
        local=local,
        displaced=_contrast(counts[2:], factors[2:], SIGNS[2:], alpha=alpha),
    )


def area_counts(
    counts: pd.DataFrame,
    *,
    treated: Collection[str],
    control: Collection[str],
    ring: Collection[str] = (),
    ring_control: Collection[str] = (),
) -> list[tuple[float, float] | None]:
    """Sum counts into the four (before, after) pairs that `displacement` takes; None for an empty ring.

    counts: one row a district: adm2_pcode, before, after. The four groups of p-codes share none.
    Raises ValueError: a column is absent, a district is in two groups, or has no row.

    >>> table = pd.DataFrame({"adm2_pcode": [*"ABC"], "before": [9, 8, 7], "after": [5, 8, 6]})
    >>> area_counts(table, treated=["A"], control=["B", "C"])
    [(9.0, 5.0), (15.0, 14.0), None, None]
    """
    require_columns(counts, ["adm2_pcode", "before", "after"])
    groups = [set(treated), set(control), set(ring), set(ring_control)]
    if len(set().union(*groups)) < sum(len(group) for group in groups):
        raise ValueError("a district is in two of the groups: a ring may not overlap the treated or comparison area")
    table = counts.set_index("adm2_pcode")[["before", "after"]].astype("float64")
    absent = set().union(*groups) - set(table.index)
    if absent:
        raise ValueError(f"no counts for {sorted(absent)}")
    sums = [table.loc[sorted(group)].sum(skipna=False) for group in groups]
    return [(float(s["before"]), float(s["after"])) if group else None for s, group in zip(sums, groups, strict=True)]


def _counts(areas: Sequence[Sequence[float]]) -> Floats:
    counts = np.asarray(areas, dtype="float64")
    if counts.shape[1:] != (2,):
        raise ValueError("each area takes two counts: before and after")
    if not (np.isfinite(counts).all() and (counts >= 0).all() and (counts == np.round(counts)).all()):
        raise ValueError("counts must be whole numbers from 0 on; a month without a record is not 0")
    return counts


def _weights(weights: Sequence[float] | Sequence[Sequence[float]] | None, n_areas: int) -> Floats:
    factors = np.broadcast_to(np.asarray(1.0 if weights is None else weights, dtype="float64"), (n_areas, 2))
    if not (factors > 0).all():
        raise ValueError("weights must be greater than 0")
    return factors


def _contrast(counts: Floats, factors: Floats, signs: Floats, *, alpha: float) -> Estimate:
    difference = float((signs * factors * counts).sum())
    se = float(np.sqrt((factors**2 * counts).sum()))
    if not counts.any():
        return Estimate(np.nan, np.nan, np.nan, np.nan, np.nan, Status.MISSING)
    status = Status.TOO_FEW if (counts < MIN_COUNT).any() else Status.OK
    return wald_estimate(difference, se, alpha=alpha, status=status)

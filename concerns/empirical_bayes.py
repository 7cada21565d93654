"""Rates of small districts, steadied by borrowing from all districts or from the neighbours (Marshall)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from concerns.estimate import Floats, Status
from concerns.intervals import count_interval
from concerns.vectors import Values, align, as_floats


def empirical_bayes(count: Values, population: Values, *, level: float = 0.95, per: float = 1) -> pd.DataFrame:
    """Global empirical Bayes rates: what would this small district's rate be if we borrowed from all?

    count, population: reports and people of each district; two Series are matched by label. Grain out: one row a
    district; columns crude_rate, rate (the smoothed one), lower, upper, own_share (how much is the district's own
    data: 0 = none), status; rates per `per` people. A district without people or with a missing value is `missing`,
    NA, and outside all sums; a single district is `too_few` (its rate is returned, without limits).
    With b = ΣO/ΣP, s² = ΣP(r−b)²/ΣP, A = max(0, s² − b/mean P): own_share = A/(A + b/P), rate = b + own_share·(r − b).
    A = 0, chance explains the differences, gives b for all, own_share 0. Limits: quantiles of the gamma posterior whose
    mean the rate is, and for A = 0 the limits of b; both take b and A as known. attrs: overall_rate b,
    between_variance A, n_used, n_excluded. Raises ValueError for negative values. Marshall (1991) Appl. Stat. 40:283.

    >>> empirical_bayes([1, 30, 30], [100, 1_000, 400], per=100)[["crude_rate", "rate", "own_share"]].round(2)
       crude_rate  rate  own_share
    0         1.0  2.60       0.48
    1         3.0  3.11       0.90
    2         7.5  6.76       0.79
    """
    index, x, p = _districts(count, population)
    known = p > 0
    everywhere = np.ones((1, len(x)))
    totals = _moments(everywhere, x, p)
    table = _shrink(x, p, *(np.where(known, total, np.nan) for total in totals), level=level, per=per)
    status = np.where(known, Status.TOO_FEW.value if known.sum() < 2 else Status.OK.value, Status.MISSING.value)
    table.loc[status == Status.TOO_FEW.value, ["lower", "upper"]] = np.nan
    table.index = index
    table.attrs.update(_summary("empirical_bayes", known, totals, per))
    return table.assign(status=status)


def spatial_empirical_bayes(
    count: Values, population: Values, weights: Any, *, level: float = 0.95, per: float = 1
) -> pd.DataFrame:
    """Spatial empirical Bayes rates: what would this small district's rate be if we borrowed from its neighbours?

    As `empirical_bayes`, with b, A and the mean population taken over each district and its neighbours. weights: a
    libpysal Graph or W (matched by label with a labelled `count`, else by position) or a SciPy sparse or dense matrix
    in the order of `count`; any weight but 0 makes a neighbour, the district itself is always in. A district without a
    neighbour that has people borrows from all, and is flagged `island`. Where A is 0 and so is b/P the rate is b.
    Raises ValueError if the weights name or hold other districts. Marshall (1991) Appl. Stat. 40:283.

    >>> chain = np.array([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [0, 1, 0, 0]])
    >>> smooth = spatial_empirical_bayes([1, 90, 8, 4], [100, 1_000, 400, 0], chain, per=100)
    >>> smooth.rate.round(2).to_list(), smooth.status.to_list()
    ([5.99, 8.87, 2.64, nan], ['ok', 'ok', 'island', 'missing'])
    """
    index, x, p = _districts(count, population)
    known = p > 0
    near = _neighbours(weights, index if isinstance(count, pd.Series) else None, len(x))
    island = known & (near @ known.astype(float) <= known)
    local, everywhere = _moments(near, x, p), _moments(np.ones((1, len(x))), x, p)
    chosen = (np.where(island, whole, part) for part, whole in zip(local, everywhere, strict=True))
    table = _shrink(x, p, *(np.where(known, values, np.nan) for values in chosen), level=level, per=per)
    status = np.select([~known, island], [Status.MISSING.value, Status.ISLAND.value], Status.OK.value)
    if known.sum() < 2:
        status = np.where(known, Status.TOO_FEW.value, status)
        table[["lower", "upper"]] = np.nan
    table.index = index
    table.attrs.update(_summary("spatial_empirical_bayes", known, everywhere, per))
    return table.assign(status=status)


def _districts(count: Values, population: Values) -> tuple[pd.Index, Floats, Floats]:
    """Index, counts and populations; where either is missing, or nobody lives there, both are 0: out of every sum."""
    index, (count, population) = align(count, population)
    x, p = np.broadcast_arrays(as_floats(count, name="count"), as_floats(population, name="population"))
    known = ~np.isnan(x) & (p > 0)
    return index, np.atleast_1d(np.where(known, x, 0.0)), np.atleast_1d(np.where(known, p, 0.0))


def _moments(near: Any, x: Floats, p: Floats) -> tuple[Floats, Floats, Floats]:
    """Pooled rate b, variance A between districts, and people, over each row's districts (near: rows × districts)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(p > 0, x / p, 0.0)
        people = near @ p
        b = (near @ x) / people
        # Σ P(r−b)² = Σ P(r−c)² − ΣP·(b−c)² with c near every b: no digits are lost when rates are large and alike
        centre = x.sum() / p.sum()
        spread = (near @ (p * (rate - centre) ** 2)) / people - (b - centre) ** 2
        between = spread - b / (people / (near @ (p > 0).astype(float)))
    return b, np.maximum(between, 0.0), people


def _shrink(
    x: Floats, p: Floats, b: Floats, between: Floats, people: Floats, *, level: float, per: float
) -> pd.DataFrame:
    """Smoothed rates and their limits from the moments of each district's group; NaN in, NaN out."""
    from scipy.special import gammaincinv

    with np.errstate(divide="ignore", invalid="ignore"):
        crude = np.where(np.isnan(b), np.nan, x / p)
        own_share = np.where(between + b / p > 0, between / (between + b / p), 0.0 * b)
        rate = b + own_share * (crude - b)
        shape, inverse_scale = b**2 / between + x, b / between + p
        tail = (1.0 - level) / 2
        pooled = count_interval(b * people, level=level)
        limits = [
            np.where(between > 0, gammaincinv(shape, q) / inverse_scale, limit / people)
            for q, limit in zip((tail, 1 - tail), pooled, strict=True)
        ]
    columns = {"crude_rate": crude, "rate": rate, "lower": limits[0], "upper": limits[1]}
    return (pd.DataFrame(columns) * per).assign(own_share=own_share)


def _neighbours(weights: Any, labels: pd.Index | None, n: int) -> Any:
    """Districts × districts of 0 and 1, the district itself included, in the order of the counts."""
    from scipy import sparse

    matrix = sparse.csr_array(getattr(weights, "sparse", weights), dtype=float)
    if matrix.shape != (n, n):
        raise ValueError("The weights hold another number of districts than the counts.")
    names = getattr(weights, "unique_ids", getattr(weights, "id_order", None))
    if labels is not None and names is not None:
        order = pd.Index(names).get_indexer(labels)
        if (order < 0).any() or not labels.is_unique:
            raise ValueError("The weights and the counts name different districts.")
        matrix = matrix[order][:, order]
    matrix = (matrix != 0).astype(float)
    matrix.setdiag(1.0)
    return matrix


def _summary(method: str, known: np.ndarray, totals: tuple[Floats, Floats, Floats], per: float) -> dict[str, Any]:
    """What travels with the table: the pooled numbers and how many districts they rest on."""
    overall, between, _ = (float(np.ravel(total)[0]) for total in totals)
    used = int(known.sum())
    return {
        "method": method,
        "overall_rate": overall * per,
        "between_variance": between * per**2,
        "n_used": used,
        "n_excluded": len(known) - used,
    }

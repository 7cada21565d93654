"""Gi* of many columns at once (months × categories): one sparse product where they are observed alike."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from concerns.multiple_tests import q_values
from geo.areas import FEWEST_AREAS, Areas, comparable_areas, to_float_table

__all__ = ["getis_ord_gi_star_columns"]

Floats = NDArray[np.float64]


def getis_ord_gi_star_columns(table: Any, weights: Any) -> pd.DataFrame:
    """Getis–Ord Gi* of every column of a table: in which of many pictures is an area hot or cold?

    table: areas × columns (DataFrame or array) of rates; NaN is missing. weights as in `geo.hotspots`.
    Grain out: one row an area and column, areas in input order within the first column, then the second … (index:
    area, column). `gi_star_z`; `p_value`: 2Φ(−|z|); `q_value`: Benjamini–Hochberg over all `ok` areas of all columns,
    the family of one picture; `status` as in `geo.hotspots.getis_ord_gi_star`. attrs: n_tests.
    The p is analytic: for sparse counts look at one column with `getis_ord_gi_star`, which permutes.
    Null: within a column the values are exchangeable over areas; two-sided. Time grows as columns × links, once for
    each pattern of missing values. Raises as `getis_ord_gi_star`. Ord & Getis (1995) Geogr. Anal. 27:286.

    >>> from scipy.sparse import diags_array
    >>> road = diags_array([np.ones(7), np.ones(7)], offsets=[-1, 1])
    >>> table = pd.DataFrame({"jan": [9, 8, 9, 1, 2, 1, 2, 1], "feb": [5] * 8})
    >>> found = getis_ord_gi_star_columns(table, road)
    >>> found.gi_star_z.round(2).to_list()[:4], found.status.to_list()[7:9], found.attrs["n_tests"]
    ([1.88, 2.62, 1.08, -0.07], ['ok', 'constant'], 8)
    """
    from scipy.special import ndtr

    values, rows, columns = to_float_table(table, "table")
    labels = rows if isinstance(table, pd.DataFrame) else None
    z = np.full(values.shape, np.nan)
    status = np.full(values.shape, "missing", dtype=object)
    patterns, pattern = np.unique(np.isnan(values), axis=1, return_inverse=True)
    for number, gap in enumerate(patterns.T):
        alike = np.flatnonzero(pattern.ravel() == number)
        areas = comparable_areas(pd.Series(np.where(gap, np.nan, 0.0), labels) if labels is not None
                                 else np.where(gap, np.nan, 0.0), weights)  # fmt: skip
        status[:, alike] = areas.status[:, None]
        block = np.ix_(areas.position, alike)
        z[block], status[block] = _columns(values[block], areas)
    ok = status == "ok"
    p_value = np.where(ok, 2 * ndtr(-np.abs(z)), np.nan)
    index = pd.MultiIndex.from_product([columns, rows], names=["column", "area"]).swaplevel()
    found = {"gi_star_z": z, "p_value": p_value, "q_value": q_values(p_value), "status": status}
    result = pd.DataFrame({name: each.T.ravel() for name, each in found.items()}, index=index)
    result.attrs = {"method": "getis_ord_gi_star", "n_tests": int(ok.sum())}
    return result


def _columns(x: Floats, areas: Areas) -> tuple[Floats, NDArray[np.object_]]:
    """z and status of n comparable areas × columns without a gap."""
    n = len(x)
    status = np.full(x.shape, "ok" if n >= FEWEST_AREAS else "too_few", dtype=object)
    if n == 0:
        return x, status
    areas.matrix.data[:] = 1.0
    w = np.diff(areas.matrix.indptr) + 1.0
    scaled = np.ldexp(x, -np.frexp(np.abs(x).max(axis=0))[1])
    c = scaled - np.median(scaled, axis=0)
    constant = x.max(axis=0) == x.min(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt((n * w - w**2) / (n - 1))[:, None] * np.where(constant, np.nan, c.std(axis=0))
        z = (areas.matrix @ c + c - np.outer(w, c.mean(axis=0))) / spread
    everybody = w >= n
    status[everybody] = "not_identified"
    status[:, constant] = "constant"
    z[everybody] = np.nan
    return z, status

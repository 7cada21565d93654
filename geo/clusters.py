"""The clusters a scan found: the best window around each place, none sharing a place with a better one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.likelihood import Sides, log_likelihood_ratio
from geo.permutation import TIE
from geo.replicas import Search
from geo.scan_input import ScanInput
from geo.zones import cumulated, over_span

__all__ = ["CLUSTER_COLUMNS", "found_clusters", "gumbel_p", "rank_p"]

NO_RATIO = 1e-9  # a ratio up to this is rounding
EULER = 0.5772156649015329

CLUSTER_COLUMNS = [
    "centre", "members", "n_areas", "x_m", "y_m", "radius_m", "start", "end", "n_steps", "side", "observed", "expected",
    "exposure", "relative_risk", "llr", "p_value", "p_gumbel", "recurrence_steps",
]  # fmt: skip

Floats = NDArray[np.float64]


def found_clusters(table: ScanInput, search: Search) -> pd.DataFrame:
    """The best window of each centre, best first, leaving out whatever shares an area with a better one."""
    rank = np.arange(len(table.labels))
    if table.labels.inferred_type == "string":
        rank[table.labels.argsort()] = np.arange(len(rank))  # equal ratios: the lower code first
    best = _best_of_each_centre(table, search)
    taken = np.zeros(len(table.labels), dtype=bool)
    rows = []
    for row in sorted(best, key=lambda row: (-row["llr"], rank[row["centre"]])):
        members = row.pop("where")
        if not taken[members].any():
            taken[members] = True
            rows.append(row | {"centre": table.labels[row["centre"]], "members": tuple(table.labels[members])})
    return pd.DataFrame(rows, columns=CLUSTER_COLUMNS)


def _best_of_each_centre(table: ScanInput, search: Search) -> list[dict[str, Any]]:
    cases_before, expected_before = cumulated(table.cases), cumulated(table.expected)
    rows = []
    for circles in (around for around in search.circles if around.ends.size):
        cases_prefix, expected_prefix = circles.prefix(cases_before), circles.prefix(expected_before)
        best, window = NO_RATIO, None
        for steps in range(1, search.longest + 1):
            counts = over_span(cases_prefix, steps, prospective=search.prospective)
            expected = over_span(expected_prefix, steps, prospective=search.prospective)
            ratios = log_likelihood_ratio(counts, expected, table.n_cases, search.sides)
            circle, start = np.unravel_index(int(ratios.argmax()), ratios.shape)
            if ratios[circle, start] > best + TIE:
                first = int(start) if not search.prospective else table.cases.shape[1] - steps
                best, window = float(ratios[circle, start]), (int(circle), first, steps)
        if window is not None:
            members = np.sort(circles.order[: circles.ends[window[0]]])
            rows.append(_row(table, circles.centre, members, window[1], window[2], search.sides))
    return rows


def _row(
    table: ScanInput, centre: int, members: NDArray[np.intp], start: int, n_steps: int, sides: Sides
) -> dict[str, Any]:
    """A window in figures, summed over its members in input order, so that one window has one ratio from any centre."""
    span = slice(start, start + n_steps)
    total, observed = table.n_cases, int(table.cases[members, span].sum())
    expected = float(table.expected[members, span].sum())
    outside = (total - observed) / (total - expected) if total > expected else 0.0
    inside = observed / expected if expected else 0.0
    x, y = float(table.x_m[centre]), float(table.y_m[centre])
    return {
        "centre": centre,
        "where": members,
        "n_areas": len(members),
        "x_m": x,
        "y_m": y,
        "radius_m": float(np.hypot(table.x_m[members] - x, table.y_m[members] - y).max()),
        "start": table.steps[start],
        "end": table.steps[start + n_steps - 1],
        "n_steps": n_steps,
        "side": "high" if observed > expected else "low",
        "observed": observed,
        "expected": expected,
        "exposure": float(table.exposure[members, span].sum()),
        "relative_risk": inside / outside if outside else float("inf"),
        "llr": float(log_likelihood_ratio(observed, expected, total, sides)),
    }


def rank_p(llr: Floats, by_chance: Floats) -> Floats:
    """(1 + replicas whose largest ratio reaches this one) / (R + 1); NaN without replicas.

    >>> rank_p(np.array([9.0, 2.0]), np.array([1.0, 2.0, 3.0]))
    array([0.25, 0.75])
    """
    if by_chance.size == 0:
        return np.full(len(llr), np.nan)
    reached = len(by_chance) - np.searchsorted(np.sort(by_chance), llr - TIE * np.maximum(1.0, llr))
    return (1 + reached) / (len(by_chance) + 1)


def gumbel_p(llr: Floats, by_chance: Floats) -> Floats:
    """P of a ratio this large under a Gumbel distribution with the mean and variance (n − 1) of the replicas."""
    spread = by_chance.std(ddof=1) * np.sqrt(6) / np.pi if by_chance.size > 1 else 0.0
    if spread == 0:
        return np.full(len(llr), np.nan)
    location = by_chance.mean() - EULER * spread
    return -np.expm1(-np.exp(-(llr - location) / spread))

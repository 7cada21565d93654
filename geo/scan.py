"""Scan statistics: which group of neighbouring places has more than expected, allowing for having looked everywhere?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.clusters import CLUSTER_COLUMNS, found_clusters, gumbel_p, rank_p
from geo.likelihood import Sides
from geo.permutation import check_number
from geo.replicas import Model, Search, largest_ratios
from geo.scan_input import ScanInput, read_scan_input
from geo.zones import circles_around, distinct_circles

__all__ = ["CLUSTER_COLUMNS", "FEWEST_CASES", "ScanResult", "poisson_scan", "space_time_scan"]

FEWEST_CASES = 20  # below this a scan is `too_few`

Floats = NDArray[np.float64]
Progress = Callable[[float], object] | None


@dataclass(frozen=True)
class ScanResult:
    """What a scan found, most unusual first, and what it looked at.

    `clusters`: one row a cluster, no two with an area in common, empty when nowhere departs from its expectation.
    centre (label) and x_m, y_m, radius_m; members (labels, in input order), n_areas; start, end (labels of the first
    and last step), n_steps; side (high or low); observed, expected (cases); exposure (sum of what was passed as
    `expected`); relative_risk (inside against outside); llr; p_value (Monte Carlo, against the largest ratio of each
    replica); p_gumbel (the same from a Gumbel fit: for where p_value is at its floor of 1/(R + 1));
    recurrence_steps (prospective: once in how many such looks chance shows as much).
    """

    clusters: pd.DataFrame
    status: str  # ok, too_few (fewer than 2 areas, 20 cases or, permuting, 2 steps: no p)
    model: str
    n_cases: int
    n_areas: int  # that took part
    n_left_out: int  # without an observed bin that is exposed
    replicates: int
    seed: int
    largest_by_chance: Floats  # the largest ratio of each replica


def poisson_scan(
    cases: Any,
    expected: Any,
    x_m: Any,
    y_m: Any,
    *,
    max_share: float = 0.5,
    replicates: int = 999,
    seed: int = 0,
    sides: Sides = "high",
    threads: int = 2,
    progress: Progress = None,
) -> ScanResult:
    """Kulldorff's spatial scan, Poisson model: circles of areas with more cases than expected.

    cases: whole number an area; expected: what the null spreads the N cases by (population, person-time, meetings held,
    adjusted expectations): scaled to E_i = N·P_i/ΣP. x_m, y_m: a place for each area in a metric CRS. A missing case or
    expectation leaves the area out. Series are aligned by name with `cases`.
    max_share: a circle expects at most this share of N (inclusive); a cluster holds at least two cases.
    sides: high, low or both. threads: the result does not depend on it. progress: called with the share done.
    Status `too_few`: fewer than 20 cases or 2 areas; clusters and ratios are still given, p is not.
    Null: cases are Poisson with one rate per exposure; one-sided unless `both`. The p of further clusters is against
    the largest ratio anywhere, so it is on the careful side. Time grows as replicates × circles, at most
    replicates × areas²/2 (281 areas, 999 replicas: 1 s); memory is bounded by a block of replicas.
    Raises ValueError: cases where nothing is expected, negative or fractional cases, names or sizes that do not fit,
    max_share outside 0 … 1. Kulldorff (1997) Commun. Stat. Theory 26:1481; Abrams et al. (2010) IJHG 9:61 (Gumbel).

    >>> x_m = [0, 10, 22, 31, 35, 50, 61, 70]
    >>> found = poisson_scan([2, 3, 2, 9, 11, 2, 3, 2], [10] * 8, x_m, [0] * 8, replicates=99)
    >>> found.clusters[["members", "observed", "expected", "p_value"]].to_records(index=False).tolist()
    [((3, 4), 20, 8.5, 0.01)]
    """
    table = read_scan_input(cases, expected, x_m, y_m, model="poisson")
    if table.cases.shape[1] != 1:
        raise ValueError("cases: one number an area is needed; for areas × steps use space_time_scan")
    search = _search(table, max_share, longest=1, prospective=False, sides=sides)
    return _scan(table, search, "poisson", replicates, seed, threads, progress)


def space_time_scan(
    cases: Any,
    expected: Any,
    x_m: Any,
    y_m: Any,
    *,
    max_share: float = 0.5,
    max_duration: int | None = None,
    prospective: bool = False,
    model: Model = "poisson",
    replicates: int = 999,
    seed: int = 0,
    sides: Sides = "high",
    threads: int = 2,
    progress: Progress = None,
) -> ScanResult:
    """The scan in cylinders: where and since when is there an excess; `prospective`: is one alive at the last step?

    cases: areas × equal steps in time order (DataFrame or array); expected: the same shape, or one number an area that
    holds for every step; a bin where either is missing takes no part. As `poisson_scan` else.
    max_duration: longest cylinder in steps, by default half of them (at least 1). max_share: of a circle, all steps.
    model "poisson": E_it = N·P_it/ΣΣP; null: one risk over place and time. "permutation": needs no exposure (`expected`
    is ignored and may be None); E_it = cases of the place × cases of the step / N; replicas permute steps over cases;
    null: place and step of a case are independent. It also fires where reporting alone has changed: show the meetings.
    One-sided unless sides="both". `recurrence_steps` = 1/p: looking again every step is a multiple test, and this
    interval is its control. Time grows as replicates × circles × steps × max_duration (101 districts × 60 months × 999:
    4 s); memory is bounded by a block of replicas and the windows of one centre.
    Raises ValueError as `poisson_scan`; under "permutation" also for a single missing bin.
    Kulldorff et al. (1998) AJPH 88:1377; Kulldorff (2001) JRSS-A 164:61; Kulldorff et al. (2005) PLoS Med. 2:e59.

    >>> cases = np.full((8, 12), 2)
    >>> cases[1:3, 5:7] = 12                                                # two neighbours, two months
    >>> x_m = [0, 10, 12, 31, 45, 60, 78, 99]
    >>> found = space_time_scan(cases, None, x_m, [0] * 8, model="permutation", replicates=99)
    >>> found.clusters[["members", "start", "end", "observed", "p_value"]].to_records(index=False).tolist()[0]
    ((1, 2), 5, 6, 48, 0.01)
    """
    if model not in get_args(Model):
        raise ValueError(f"model: one of {', '.join(get_args(Model))} is needed")
    table = read_scan_input(cases, expected, x_m, y_m, model=model)
    n_steps = table.cases.shape[1]
    longest = max(1, n_steps // 2) if max_duration is None else check_number(max_duration, "max_duration", 1)
    search = _search(table, max_share, longest=min(longest, n_steps), prospective=prospective, sides=sides)
    return _scan(table, search, model, replicates, seed, threads, progress)


def _search(table: ScanInput, max_share: float, *, longest: int, prospective: bool, sides: Sides) -> Search:
    if not 0 < max_share <= 1:
        raise ValueError("max_share: a share above 0 and up to 1 is needed")
    if sides not in get_args(Sides):
        raise ValueError(f"sides: one of {', '.join(get_args(Sides))} is needed")
    size = table.expected.sum(axis=1)
    circles = circles_around(table.x_m, table.y_m, size, max_share * table.n_cases)
    return Search(table.expected, circles, longest, prospective, sides)


def _scan(
    table: ScanInput, search: Search, model: Model, replicates: int, seed: int, threads: int, progress: Progress
) -> ScanResult:
    replicates = check_number(replicates, "replicates", 0)
    threads = check_number(threads, "threads", 1)
    n_areas, n_steps = table.cases.shape
    few = n_areas < 2 or table.n_cases < FEWEST_CASES or (model == "permutation" and n_steps < 2)
    clusters = found_clusters(table, search)
    by_chance = np.zeros(0)
    if not few and len(clusters):
        distinct = Search(
            search.expected, distinct_circles(search.circles, n_areas), search.longest, search.prospective, search.sides
        )
        by_chance = largest_ratios(
            distinct,
            table.cases,
            model=model,
            replicates=replicates,
            seed=seed,
            threads=threads,
            progress=progress,
        )
    llr = clusters["llr"].to_numpy(dtype=float)
    clusters["p_value"], clusters["p_gumbel"] = rank_p(llr, by_chance), gumbel_p(llr, by_chance)
    clusters["recurrence_steps"] = 1 / clusters["p_value"] if search.prospective else np.nan
    status = "too_few" if few else "ok"
    return ScanResult(
        clusters[CLUSTER_COLUMNS],
        status,
        model,
        table.n_cases,
        n_areas,
        table.n_left_out,
        replicates,
        seed,
        by_chance,
    )

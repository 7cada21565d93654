"""Knox table: after a report, are others more likely close by within days, and how close, how long?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from concerns.multiple_tests import q_values
from geo.areas import to_floats
from geo.permutation import check_number

__all__ = ["FEWEST_REPORTS", "near_repeat"]

FEWEST_REPORTS = 30  # below this the table is `too_few`
SAME_DISTANCE_DECIMALS = 6  # a micrometre: 99.9999999999 m by rounding of the coordinates is 100 m
PAIRS_AT_ONCE = 1 << 21
NUMBERS = {"integer", "floating", "mixed-integer-float", "boolean", "decimal", "empty"}

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Metric = Literal["euclidean", "manhattan"]


def near_repeat(
    x_m: Any,
    y_m: Any,
    day: Any,
    *,
    distance_bands_m: Sequence[float],
    day_bands: Sequence[float],
    replicates: int = 999,
    seed: int = 0,
    metric: Metric = "euclidean",
) -> pd.DataFrame:
    """Pairs of reports by distance apart and days apart, against what permuted dates would show.

    x_m, y_m: metric CRS, one report an entry, GPS precision only (a stack of reports on one village centre looks like
    repeats). day: dates, or whole day numbers; a time of day is dropped. A report with a gap is left out and counted.
    distance_bands_m, day_bands: rising lower edges; every band is [a,b), the last [a,∞), whether ∞ is given or not.
    Grain out: one row a distance band × day band, near before far, soon before late: `distance_band`, `day_band`
    (ordered labels), `observed` pairs, `expected` (mean of the replicas), `expected_exact` (pairs in the distance band
    × pairs in the day band / all pairs), `ratio` (observed/expected, NaN where nothing is expected), `p_value`
    ((1 + replicas with at least as many)/(R + 1)), `q_value` (Benjamini–Hochberg over the cells), `status`: ok, or
    too_few (fewer than 30 reports: no p). `attrs`: n, n_pairs, n_left_out, replicates, seed, metric.
    Null: times are independent of places (dates permuted over places); upper-sided. Time grows as replicates × pairs
    nearer than the last edge (20,000 reports with 300,000 such pairs and 199 replicas: 1 s); memory is bounded.
    Raises ValueError: lengths that differ, edges that do not rise, fractional days, another metric.
    Knox (1964) Appl. Stat. 13:25; Johnson & Bowers (2004) Eur. J. Criminol. 1:237.

    >>> x_m, day = [0, 100, 5_000], [0, 3, 90]
    >>> table = near_repeat(x_m, [0, 0, 0], day, distance_bands_m=[0, 100, 200], day_bands=[0, 3, 6], replicates=0)
    >>> table.loc[table.observed > 0, ["distance_band", "day_band", "observed"]].to_records(index=False).tolist()
    [('[100,200)', '[3,6)', 1), ('[200,∞)', '[6,∞)', 2)]
    """
    if metric not in get_args(Metric):
        raise ValueError(f"metric: one of {', '.join(get_args(Metric))} is needed")
    replicates = check_number(replicates, "replicates", 0)
    near, soon = _edges(distance_bands_m, "distance_bands_m"), _edges(day_bands, "day_bands")
    points, days, n_left_out = _reports(x_m, y_m, day)
    observed, drawn = _tables(points, days, near, np.ceil(soon), metric, replicates, seed)
    n, near_names, soon_names = len(days), _names(near), _names(soon)
    bands = {
        "distance_band": pd.Categorical(np.repeat(near_names, len(soon)), categories=near_names, ordered=True),
        "day_band": pd.Categorical(np.tile(soon_names, len(near)), categories=soon_names, ordered=True),
    }
    table = pd.DataFrame(bands | _figures(observed, drawn, n))
    table["status"] = "ok" if n >= FEWEST_REPORTS else "too_few"
    table.attrs = {
        "method": "near_repeat",
        "n": n,
        "n_pairs": n * (n - 1) // 2,
        "n_left_out": n_left_out,
        "replicates": replicates,
        "seed": seed,
        "metric": metric,
    }
    return table


def _figures(observed: Ints, drawn: Ints, n: int) -> dict[str, NDArray[Any]]:
    """The columns of figures from the observed table and those of the replicas (replicas × distance × days)."""
    nan = np.full(observed.shape, np.nan)
    pairs = n * (n - 1) / 2
    exact = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / max(pairs, 1)
    p_value = (1 + (drawn >= observed).sum(axis=0)) / (len(drawn) + 1) if len(drawn) else nan
    expected = drawn.mean(axis=0) if len(drawn) else nan
    p_value = np.where((exact > 0) & (n >= FEWEST_REPORTS), p_value, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(expected > 0, observed / expected, np.nan)
    columns = {
        "observed": observed,
        "expected": expected,
        "expected_exact": exact,
        "ratio": ratio,
        "p_value": p_value,
        "q_value": q_values(p_value),
    }
    return {name: values.ravel() for name, values in columns.items()}


def _edges(bands: Sequence[float], what: str) -> Floats:
    """The lower edges, without a closing ∞. Raises ValueError unless they are finite, rise and start at 0 or above."""
    edges = np.asarray(bands, dtype=np.float64)
    if edges.ndim == 1 and edges.size and edges[-1] == np.inf:
        edges = edges[:-1]
    if edges.ndim != 1 or edges.size == 0 or not np.isfinite(edges).all():
        raise ValueError(f"{what}: a list of edges is needed, such as 0, 100, 200")
    if edges[0] < 0 or (np.diff(edges) <= 0).any():
        raise ValueError(f"{what}: edges start at 0 or above, and each is larger than the one before")
    return edges


def _names(edges: Floats) -> list[str]:
    """[a,b) for every band."""
    written = [f"{edge:.15g}" for edge in edges]
    return [f"[{a},{b})" for a, b in pairwise([*written, "∞"])]


def _reports(x_m: Any, y_m: Any, day: Any) -> tuple[Floats, Ints, int]:
    """Places, day numbers from the first day on, and how many reports had a gap."""
    x, y, days = to_floats(x_m, "x_m"), to_floats(y_m, "y_m"), _day_numbers(day)
    if not len(x) == len(y) == len(days):
        raise ValueError("x_m, y_m, day: one of each for every report")
    whole = ~(np.isnan(x) | np.isnan(y) | np.isnan(days))
    kept = days[whole]
    if (kept != np.floor(kept)).any():
        raise ValueError("day: whole days are needed")
    kept = kept - kept.min() if kept.size else kept
    return np.c_[x[whole], y[whole]], kept.astype(np.int64), int((~whole).sum())


def _day_numbers(day: Any) -> Floats:
    """Dates as days since 1970 by the clock they are written in, numbers as they are; NaN where missing."""
    series = day if isinstance(day, pd.Series) else pd.Series(np.asarray(day))
    if pd.api.types.infer_dtype(series, skipna=True) in NUMBERS:
        return to_floats(series, "day")
    try:
        dates = pd.to_datetime(series, format="ISO8601")
    except (TypeError, ValueError) as error:
        raise ValueError("day: dates (year-month-day) or whole day numbers are needed") from error
    since = dates.dt.tz_localize(None).to_numpy("datetime64[D]")
    return np.where(np.isnat(since), np.nan, since.astype(np.int64).astype(np.float64))


def _tables(
    points: Floats, days: Ints, near: Floats, soon: Floats, metric: Metric, replicates: int, seed: int
) -> tuple[Ints, Ints]:
    """The observed table (distance × days) and one for each replica.

    Pairs are counted only below the last edge of both; what is beyond follows from the totals, which no permutation
    changes. A band below the first edge is counted for that, then left out.
    """
    near_from, soon_from = (np.r_[0.0, edges] if edges[0] > 0 else edges for edges in (near, soon))
    smallest = np.min_scalar_type(-int(days.max(initial=0)) - 1)  # differences of days fit, and gathering is faster
    below = np.zeros((replicates + 1, len(near_from), len(soon_from) + 1), dtype=np.int64)  # pairs sooner than an edge
    for first, second, band in _near_pairs(points, near_from, metric):
        edge_of = np.searchsorted(band, np.arange(len(near_from)))
        below[:, :-1, -1] += np.diff(edge_of)
        for number in range(replicates + 1):  # the last is the observed order
            placed = (days if number == replicates else _shuffled(days, seed, number)).astype(smallest)
            apart = np.abs(placed[first] - placed[second])
            for column, edge in enumerate(soon_from[1:], start=1):
                sooner = apart < int(edge)
                below[number, :-1, column] += [np.count_nonzero(sooner[a:b]) for a, b in pairwise(edge_of)]
    below[:, -1] = _pairs_sooner(days, soon_from) - below[:, :-1].sum(axis=1)
    tables = np.diff(below, axis=2)[:, near_from.size - near.size :, soon_from.size - soon.size :]
    return tables[-1], tables[:-1]


def _shuffled(days: NDArray[Any], seed: int, replica: int) -> NDArray[Any]:
    """The dates of one replica: the same for every block of pairs."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(replica,))).permutation(days)


def _pairs_sooner(days: Ints, edges: Floats) -> Ints:
    """Of all pairs, how many are less than each edge apart, and at the end all of them."""
    ordered = np.sort(days)
    position = np.arange(1, len(days) + 1)
    counts = [int((np.searchsorted(ordered, ordered + edge) - position).sum()) if edge > 0 else 0 for edge in edges]
    return np.array([*counts, len(days) * (len(days) - 1) // 2])


def _near_pairs(points: Floats, edges: Floats, metric: Metric) -> Iterator[tuple[Any, Any, Any]]:
    """Blocks of all pairs nearer than the last edge: two positions and the band of each, in the order of the bands."""
    reach = edges[-1]
    if len(points) < 2 or reach == 0:
        return
    from scipy.spatial import cKDTree

    p = 2 if metric == "euclidean" else 1
    order = np.lexsort(points.T)
    placed = points[order]
    around = cKDTree(placed).query_ball_point(placed, reach, p=p, return_length=True).cumsum()
    start = 0
    while start < len(placed):
        done = around[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(around, done + PAIRS_AT_ONCE, side="right")))
        later = cKDTree(placed[start:])
        found = cKDTree(placed[start:stop]).sparse_distance_matrix(
            later, reach * (1 + 1e-9) + 1e-5, p=p, output_type="ndarray"
        )
        i, j = found["i"][found["j"] > found["i"]] + start, found["j"][found["j"] > found["i"]] + start
        dx, dy = np.abs(placed[i] - placed[j]).T
        distance = np.round(np.hypot(dx, dy) if metric == "euclidean" else dx + dy, SAME_DISTANCE_DECIMALS)
        band = np.searchsorted(edges, distance, side="right") - 1
        sorting = np.argsort(band, kind="stable")
        sorting = sorting[: np.searchsorted(band[sorting], len(edges) - 1)]
        yield order[i[sorting]], order[j[sorting]], band[sorting]
        start = stop

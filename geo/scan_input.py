"""The tables a scan is given, brought to one form: whole counts, expectations that add up to them, places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.areas import to_float_table, to_floats
from geo.replicas import Model

__all__ = ["ScanInput", "read_scan_input"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ScanInput:
    """Areas that take part × steps; a bin that is missing, or has nothing exposed, is empty in both tables."""

    labels: pd.Index  # of the areas that take part
    steps: pd.Index
    cases: NDArray[np.int64]
    expected: Floats  # adds up to the number of cases
    exposure: Floats  # what was given as expected, before it was scaled; NaN under the permutation model
    x_m: Floats
    y_m: Floats
    n_left_out: int  # areas without any exposed and observed bin

    @property
    def n_cases(self) -> int:
        return int(self.cases.sum())


def read_scan_input(cases: Any, expected: Any, x_m: Any, y_m: Any, *, model: Model) -> ScanInput:
    """Check and align the four; tables are areas × steps, or one number an area.

    A bin where either is missing takes no part. Under the permutation model `expected` is ignored and is what the
    totals of areas and of steps make of each bin; a missing bin is refused there, unless its whole area or step is.
    Raises ValueError in words for everything that cannot be scanned.
    """
    counts, names, steps = _counts(cases)
    if model == "permutation":
        counts = _without_empty_margins(counts)
        base = np.where(np.isnan(counts), 0.0, np.nan_to_num(counts).sum(axis=1, keepdims=True))
        base = base * (np.nan_to_num(counts).sum(axis=0) / max(np.nansum(counts), 1.0))
    else:
        base = _exposure(expected, names, counts.shape)
    missing = np.isnan(counts) | np.isnan(base)
    counts, base = np.where(missing, 0.0, counts), np.where(missing, 0.0, base)
    if ((base == 0) & (counts > 0)).any():
        raise ValueError(
            "expected: cases where nothing is expected; a place or step with cases needs an exposure above 0"
        )
    x, y = (
        _in_order(to_floats(values, what), _labels(values), names, len(counts), what)
        for values, what in ((x_m, "x_m"), (y_m, "y_m"))
    )
    kept = np.asarray(base.any(axis=1))
    if not (np.isfinite(x[kept]).all() and np.isfinite(y[kept]).all()):
        raise ValueError("x_m, y_m: every area that is scanned needs a place")
    counts, base = counts[kept], base[kept]
    share = base / base.max() if base.size else base
    scaled = share * (counts.sum() / share.sum()) if base.size else base
    exposure = np.full(base.shape, np.nan) if model == "permutation" else base
    return ScanInput(
        (pd.RangeIndex(len(kept)) if names is None else names)[kept],
        steps,
        counts.astype(np.int64),
        scaled,
        exposure,
        x[kept],
        y[kept],
        int((~kept).sum()),
    )


def _counts(cases: Any) -> tuple[Floats, pd.Index | None, pd.Index]:
    """Areas × steps of whole numbers (as float64, with NaN), the labels of the areas if they have any, the steps."""
    values, names, steps = _numbers(cases, "cases")
    known = values[~np.isnan(values)]
    if (known < 0).any():
        raise ValueError("cases: a count is not below 0")
    if (known != np.floor(known)).any():
        raise ValueError("cases: counts are whole numbers")
    if known.sum() >= 2**53:
        raise ValueError("cases: too many to be counted exactly")
    return values, names, steps


def _numbers(values: Any, what: str) -> tuple[Floats, pd.Index | None, pd.Index]:
    """One number an area, or areas × steps, as a two-dimensional array; the labels, if there are any; the steps."""
    if np.ndim(values) == 1:
        return to_floats(values, what)[:, None], _labels(values), pd.RangeIndex(1)
    table, _, steps = to_float_table(values, what)
    return table, _labels(values), steps


def _labels(values: Any) -> pd.Index | None:
    return values.index if isinstance(values, pd.Series | pd.DataFrame) else None


def _exposure(expected: Any, names: pd.Index | None, shape: tuple[int, ...]) -> Floats:
    base, own_names, _ = _numbers(expected, "expected")
    base = _in_order(base, own_names, names, shape[0], "expected")
    if base.shape[1] == 1:  # one number an area holds for every step
        base = np.repeat(base, shape[1], axis=1)
    if base.shape != shape:
        raise ValueError(f"expected: it has {base.shape[1]} steps, and the cases have {shape[1]}")
    if (base < 0).any():
        raise ValueError("expected: an exposure is not below 0")
    return base


def _in_order(values: Floats, own_names: pd.Index | None, names: pd.Index | None, n_areas: int, what: str) -> Floats:
    """The rows in the order of the cases: by name where both have names, else as they come."""
    if len(values) != n_areas:
        raise ValueError(f"{what}: it has {len(values)} areas, and the cases have {n_areas}")
    if own_names is None or names is None or own_names.equals(names):
        return values
    order = own_names.get_indexer(names) if own_names.is_unique and names.is_unique else np.array([-1])
    if (order < 0).any():
        raise ValueError(f"{what}: it names other areas than the cases do")
    return values[order]


def _without_empty_margins(counts: Floats) -> Floats:
    """Counts in which an area or a step that is missing throughout is empty. Raises ValueError for any other gap."""
    gap = np.isnan(counts)
    whole = gap.all(axis=1, keepdims=True) | gap.all(axis=0, keepdims=True)
    if (gap & ~whole).any():
        raise ValueError(
            "cases: the permutation model cannot leave out single bins; leave out their place or their step, "
            "or use the Poisson model with what was exposed"
        )
    return np.where(gap & ~gap.all(axis=1, keepdims=True), 0.0, counts)

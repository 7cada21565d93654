"""What every alert rule shares: the series it reads, and the table of verdicts it gives."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from concerns.estimate import Floats, Status
from concerns.vectors import Values, align, as_floats


class WhyNot(StrEnum):
    """Why a step has no alarm whatever its count, or cannot have one."""

    SHORT_HISTORY = "short_history"
    NO_MEETING = "no_meeting"  # none held, or not known whether
    NO_REPORT = "no_report"  # the count is missing; a count of 0 is not
    GAP_IN_BASELINE = "gap_in_baseline"
    NO_FIT = "no_fit"
    RECENT_MISSING = "recent_missing"  # too few in the last steps, but one of them is missing
    FEW_CASES = "few_cases"


def series(y: Values, offset: Values | None) -> tuple[pd.Index, Floats, Floats]:
    """Index, counts and logarithms of effort of one series."""
    index, (y, *others) = align(y, *([] if offset is None else [offset]))
    counts = as_floats(y, name="y")
    if counts.ndim != 1:
        raise ValueError("One series at a time.")
    return index, counts, effort(others[0] if others else None, counts.shape)


def effort(offset: Any, shape: tuple[int, ...]) -> Floats:
    """The offset as an array of this shape; none is an effort of 1 everywhere."""
    shift = np.zeros(shape) if offset is None else as_floats(offset, name="offset", signed=True, finite=False)
    if shift.shape != shape or np.isposinf(shift).any():
        raise ValueError("The offset has one finite logarithm (or −∞) for each count.")
    return shift


def judged(
    table: pd.DataFrame, alarm: NDArray[np.bool_], status: NDArray[np.str_], why: dict[WhyNot, NDArray[np.bool_]]
) -> pd.DataFrame:
    """Add alarm (NA where it cannot be told), status, and the first reason that applies."""
    verdict = pd.Series(alarm, index=table.index, dtype="boolean").mask(status != Status.OK.value)
    reason = np.select(list(why.values()), [word.value for word in why], "")
    table.insert(4, "alarm", verdict)
    return table.assign(status=status, why_not=reason)

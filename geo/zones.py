"""The windows a scan looks through: circles of areas around each area, over spans of time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Circles", "circles_around", "cumulated", "distinct_circles", "over_span"]

EQUAL_DISTANCE = 1e-9  # relative: distances this near each other are one, and their areas enter together
EQUAL_SHARE = 1e-9  # relative: the largest share is inclusive, whatever the rounding of the sum

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Circles:
    """All circles around one centre: the first `ends[k]` areas of `order` are the k-th."""

    centre: int
    order: NDArray[np.intp]
    ends: NDArray[np.intp]

    def prefix(self, by_area: NDArray, out: NDArray | None = None) -> NDArray:
        """Sums over the areas of each circle; by_area: areas × …, cumulated over time or not."""
        sums = np.empty((len(self.ends), *by_area.shape[1:]), dtype=by_area.dtype) if out is None else out
        start = 0
        for k, end in enumerate(self.ends):  # row by row, 20 times as fast as cumsum along the first axis
            sums[k] = sums[k - 1] if k else 0
            for area in self.order[start:end]:
                sums[k] += by_area[area]
            start = end
        return sums


def circles_around(x_m: Floats, y_m: Floats, size: Floats, largest: float) -> list[Circles]:
    """For each area the circles around it whose areas have together at most `largest` of `size`.

    Areas at equal distance enter together. Time grows as n² log n, memory as the number of circles.
    """
    found = []
    for centre in range(len(x_m)):
        distance = np.hypot(x_m - x_m[centre], y_m - y_m[centre])
        order = np.argsort(distance, kind="stable")
        apart = distance[order]
        complete = np.r_[np.diff(apart) > EQUAL_DISTANCE * apart[1:], True]
        small_enough = np.cumsum(size[order]) <= largest * (1 + EQUAL_SHARE)
        ends = np.flatnonzero(complete & small_enough) + 1
        found.append(Circles(centre, order[: ends[-1]] if ends.size else order[:0], ends))
    return found


def distinct_circles(circles: list[Circles], n: int) -> list[Circles]:
    """The same sets of areas, each once: neighbours share many circles, and replicas need no set twice.

    Sets are told apart by 64 well mixed bits an area (SplitMix64), combined by exclusive or.
    """
    bits = np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    bits ^= bits >> np.uint64(31)
    known: set[int] = set()
    kept = []
    for around in circles:
        sets = np.bitwise_xor.accumulate(bits[around.order])[around.ends - 1].tolist() if around.ends.size else []
        new = [key not in known for key in sets]
        known.update(sets)
        ends = around.ends[new]
        if ends.size:
            kept.append(Circles(around.centre, around.order[: ends[-1]], ends))
    return kept


def cumulated(by_step: NDArray) -> NDArray:
    """Areas × steps (× replicas) to sums over the steps before: areas × (steps + 1) (× replicas), the first 0."""
    total = np.zeros((by_step.shape[0], by_step.shape[1] + 1, *by_step.shape[2:]), dtype=by_step.dtype)
    np.cumsum(by_step, axis=1, dtype=by_step.dtype, out=total[:, 1:])
    return total


def over_span(total: NDArray, steps: int, *, prospective: bool, out: NDArray | None = None) -> NDArray:
    """Sums over every span of `steps` steps (the last span alone when prospective): circles × spans (× replicas).

    out: a flat array of at least the size of the answer, to write it into: new memory costs more than the sums.
    """
    last = total.shape[1] - 1
    first = last - steps if prospective else 0
    later, earlier = total[:, first + steps :], total[:, first : last + 1 - steps]
    return np.subtract(later, earlier, out=None if out is None else out[: later.size].reshape(later.shape))

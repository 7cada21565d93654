"""What chance alone would show: the largest likelihood ratio in each of many tables drawn under the null."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geo.likelihood import Bounds, Sides, log_likelihood_ratio
from geo.zones import Circles, cumulated, over_span

__all__ = ["Model", "Search", "draw_replica", "largest_ratios"]

IN_CACHE = 1 << 13  # counts of one circle over all steps, of so many replicas at once
CHUNK_BYTES = 1 << 26  # replicas held at once by one thread
LEVEL_STEP = 1.1  # bounds are solved anew when the level has grown by this

Floats = NDArray[np.float64]
Model = Literal["poisson", "permutation"]


@dataclass(frozen=True)
class Search:
    """All that one table of counts is searched with."""

    expected: Floats  # areas × steps, adding up to the number of cases
    circles: list[Circles]
    longest: int  # steps
    prospective: bool
    sides: Sides


def largest_ratios(
    search: Search,
    cases: NDArray[np.int64],
    *,
    model: Model,
    replicates: int,
    seed: int,
    threads: int,
    progress: Callable[[float], object] | None,
) -> Floats:
    """The largest ratio of each replica, the same for any number of threads: replica r has a random stream of its own.

    poisson: the cases fall on bins in proportion to `expected`; permutation: the steps are permuted over the cases.
    progress is called here, in the caller's thread, with the share done. Memory: CHUNK_BYTES a thread, and the windows
    of one centre.
    """
    dtype = np.min_scalar_type(-int(cases.sum()) - 2)  # the bounds reach from −1 to the total + 1
    held = max(1, CHUNK_BYTES // max(1, cases.shape[0] * (cases.shape[1] + 1) * dtype.itemsize))
    size = max(1, min(held, -(-replicates // threads)))
    together = max(1, IN_CACHE // (cases.shape[1] + 1))
    chunks = [range(start, min(start + size, replicates)) for start in range(0, replicates, size)]
    done = [0] * len(chunks)

    def run(number: int) -> Floats:
        draws = [draw_replica(search.expected, cases, model, seed, replica) for replica in chunks[number]]
        blocks = [
            cumulated(np.stack(draws[start : start + together], axis=-1).astype(dtype))
            for start in range(0, len(draws), together)
        ]
        del draws
        return _largest_in(search, blocks, int(cases.sum()), lambda: done.__setitem__(number, done[number] + 1))

    pool = ThreadPoolExecutor(threads)
    try:
        running = [pool.submit(run, number) for number in range(len(chunks))]
        pending = set(running)
        while pending:
            _, pending = wait(pending, timeout=0.1)
            if progress is not None:
                progress(sum(done) / max(1, len(chunks) * len(search.circles)))
        return np.concatenate([future.result() for future in running]) if running else np.zeros(0)
    finally:  # a page that is left stops the search through its progress bar
        pool.shutdown(cancel_futures=True)


def draw_replica(
    expected: Floats, cases: NDArray[np.int64], model: Model, seed: int, replica: int
) -> NDArray[np.int64]:
    """One table under the null with the same total (poisson) or the same margins (permutation)."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(replica,)))
    if model == "poisson":
        mantissa, exponent = np.frexp(expected.ravel() / expected.sum())
        chance = np.ldexp(np.round(mantissa, 12), exponent)  # the unit of the exposure leaves no trace in the draws
        return rng.multinomial(cases.sum(), chance / chance.sum()).reshape(cases.shape)
    n_areas, n_steps = cases.shape
    area = np.repeat(np.arange(n_areas), cases.sum(axis=1))
    step = np.repeat(np.arange(n_steps), cases.sum(axis=0))
    return np.bincount(area * n_steps + rng.permutation(step), minlength=cases.size).reshape(cases.shape)


def _largest_in(search: Search, blocks: list[NDArray], total: int, tick: Callable[[], object]) -> Floats:
    """The largest ratio of each replica of the blocks (each areas × steps + 1 × replicas, cumulated over steps).

    Only counts that can beat the smallest of the largest ratios found so far are turned into ratios.
    """
    best = np.zeros(sum(block.shape[-1] for block in blocks))
    parts = np.split(best, np.cumsum([block.shape[-1] for block in blocks])[:-1])  # views of `best`
    bounds = Bounds(0.0, total, search.sides)
    steps_before = cumulated(search.expected)
    most = max((len(circles.ends) for circles in search.circles), default=0)
    room = [np.empty((most, *block.shape[1:]), dtype=block.dtype) for block in blocks]
    counts_room, hits_room = (np.empty(most * blocks[0][0].size, dtype=kind) for kind in (blocks[0].dtype, np.bool_))
    for circles in search.circles:
        expected_prefix = circles.prefix(steps_before)
        prefixes = [
            circles.prefix(block, out=space[: len(circles.ends)]) for block, space in zip(blocks, room, strict=True)
        ]
        for steps in range(1, search.longest + 1):
            expected = over_span(expected_prefix, steps, prospective=search.prospective)
            limits = _limits(bounds, expected, blocks[0].dtype)
            for prefix, largest in zip(prefixes, parts, strict=True):
                counts = over_span(prefix, steps, prospective=search.prospective, out=counts_room)
                _raise_largest(largest, counts, expected, limits, total, search.sides, hits_room)
            if best.min() > bounds.level * LEVEL_STEP:
                bounds = Bounds(best.min(), total, search.sides)
        tick()
    return best


def _limits(bounds: Bounds, expected: Floats, dtype: np.dtype) -> tuple[NDArray | None, NDArray | None]:
    high = bounds.at_least(expected).astype(dtype)[..., None] if bounds.sides != "low" else None
    low = bounds.at_most(expected).astype(dtype)[..., None] if bounds.sides != "high" else None
    return high, low


def _raise_largest(
    largest: Floats,
    counts: NDArray,
    expected: Floats,
    limits: tuple[NDArray | None, NDArray | None],
    total: int,
    sides: Sides,
    room: NDArray[np.bool_],
) -> None:
    """Raise `largest` (one a replica) to the largest ratio among the counts that the limits let through."""
    for limit, reached in zip(limits, (np.greater_equal, np.less_equal), strict=True):
        if limit is None:
            continue
        hits = np.flatnonzero(reached(counts, limit, out=room[: counts.size].reshape(counts.shape)))
        if hits.size:
            window, replica = np.divmod(hits, counts.shape[-1])
            ratios = log_likelihood_ratio(counts.ravel()[hits], expected.ravel()[window], total, sides)
            np.maximum.at(largest, replica, ratios)

"""Emerging hot spots of 10,000 cells over 120 steps, and its trend beside pymannkendall."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

N_SERIES = 200  # of the peer, which takes one series a call; its time is carried over to all cells


def run() -> list[dict[str, Any]]:
    from libpysal.weights import lat2W
    from pymannkendall import original_test

    from geo.emerging import emerging_hot_spots
    from geo.monotone import mann_kendall_rows

    grid = lat2W(100, 100, rook=False).sparse
    counts = np.random.default_rng(0).poisson(2, (10_000, 120))
    started = time.perf_counter()
    z = emerging_hot_spots(counts, grid).z.to_numpy()
    whole = time.perf_counter() - started
    started = time.perf_counter()
    ours, _ = mann_kendall_rows(z)
    trend = time.perf_counter() - started
    started = time.perf_counter()
    oracle = [original_test(series).z for series in z[:N_SERIES]]
    peer = (time.perf_counter() - started) * len(z) / N_SERIES
    worst = float(np.abs(ours[:N_SERIES] - oracle).max())
    return [
        {
            "what": "emerging hot spots, 10,000 cells × 120 steps",
            "ours": whole,
            "peer": None,
            "ratio": None,
            "unit": "s",
            "bar": "≤ 3 s",
            "met": whole <= 3,
        },
        {
            "what": f"its 10,000 trends (peer: pymannkendall, {N_SERIES} carried over; z differs by {worst:.0e})",
            "ours": trend,
            "peer": peer,
            "ratio": peer / trend,
            "unit": "s",
            "bar": "same z within 1e-9",
            "met": worst <= 1e-9,
        },
    ]


if __name__ == "__main__":
    from tests.benchmarks.__main__ import table

    print(table(run()))

"""The space-time scan of 101 districts × 60 months with 999 replicates, with a progress bar."""

from __future__ import annotations

import resource
import time
from typing import Any

import numpy as np

from geo.scan import poisson_scan, space_time_scan


def districts() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Uneven people on uneven places, and 20,000 cases without a cluster."""
    rng = np.random.default_rng(0)
    x_m, y_m = rng.random((2, 101)) * 6e5
    people = rng.lognormal(11, 1, 101)[:, None] * np.ones(60)
    cases = rng.multinomial(20_000, (people / people.sum()).ravel()).reshape(people.shape)
    return cases, people, x_m, y_m


def run() -> list[dict[str, Any]]:
    cases, people, x_m, y_m = districts()
    rows: list[dict[str, Any]] = []
    for model in ("poisson", "permutation"):
        shares: list[float] = []
        started, cpu = time.perf_counter(), time.process_time()
        found = space_time_scan(cases, people, x_m, y_m, model=model, progress=shares.append)  # type: ignore[arg-type]
        took, cpu = time.perf_counter() - started, time.process_time() - cpu
        smooth = shares == sorted(shares) and shares[-1] == 1.0
        rows.append(
            {
                "what": f"space-time scan ({model}), 101 areas × 60 steps × {found.replicates} replicates, 2 threads",
                "ours": took,
                "peer": None,
                "ratio": None,
                "unit": "s",
                "bar": "≤ 10 s, progress told",
                "met": took <= 10 and smooth,
                "cpu_s": cpu,
                "progress_calls": len(shares),
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    started = time.perf_counter()
    poisson_scan(cases.sum(axis=1), people.sum(axis=1), x_m, y_m)
    rows.append(
        {
            "what": "spatial scan, 101 areas × 999 replicates",
            "ours": time.perf_counter() - started,
            "peer": None,
            "ratio": None,
            "unit": "s",
            "bar": "–",
            "met": None,
        }
    )
    return rows


if __name__ == "__main__":
    from tests.benchmarks.__main__ import table

    print(table(run()))

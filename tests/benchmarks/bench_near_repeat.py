"""Knox on 20,000 reports with 199 replicates, beside pointpats in the same run."""

from __future__ import annotations

import time
import warnings
from typing import Any

import numpy as np

N, REPLICATES, NEAR_M, SOON_DAYS = 20_000, 199, 1_000, 14


def run() -> list[dict[str, Any]]:
    from pointpats import Knox

    from geo.near_repeat import near_repeat

    rng = np.random.default_rng(0)
    x_m, y_m = rng.random((2, N)) * 100_000
    day = rng.integers(0, 730, N)
    bands = {"distance_bands_m": [0, NEAR_M + 1e-5], "day_bands": [0, SOON_DAYS + 1]}  # the peer's edges are closed
    near_repeat(x_m[:100], y_m[:100], day[:100], **bands, replicates=9)  # neither is timed while importing
    started = time.perf_counter()
    table = near_repeat(x_m, y_m, day, **bands, replicates=REPLICATES)
    ours = time.perf_counter() - started
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        started = time.perf_counter()
        knox = Knox(np.c_[x_m, y_m], day[:, None], delta=NEAR_M, tau=SOON_DAYS, permutations=REPLICATES)
        peer = time.perf_counter() - started
    same = table["observed"].to_list() == knox.observed.ravel().astype(int).tolist()
    return [
        {
            "what": f"Knox, {N:,} reports, {REPLICATES} replicates (peer: pointpats; same table: {same})",
            "ours": ours,
            "peer": peer,
            "ratio": peer / ours,
            "unit": "s",
            "bar": "faster, same table",
            "met": ours < peer and same,
        }
    ]


if __name__ == "__main__":
    from tests.benchmarks.__main__ import table

    print(table(run()))

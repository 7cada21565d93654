"""Gi*: the first answer of a fresh process beside esda's, and the z-scores of both."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
# Both start from what every caller has loaded already: NumPy, pandas and a SciPy sparse matrix of 101 areas.
BASE = """
import time, numpy as np, pandas as pd
from scipy.sparse import csr_array
rng = np.random.default_rng(0)
at = rng.random((101, 2))
apart = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
near = csr_array(((apart < 0.15) & (apart > 0)) * 1.0)
y = pd.Series(rng.gamma(2, size=101))
start, cpu = time.perf_counter(), time.process_time()
"""
OURS = """
from geo.hotspots import getis_ord_gi_star
getis_ord_gi_star(y, near, permutations=9_999)
"""
ESDA = """
import warnings
warnings.simplefilter("ignore")
from esda import G_Local
from libpysal.graph import Graph
G_Local(y, Graph.from_sparse(near), transform="B", star=True, permutations=9_999, n_jobs=1)
"""
TOLD = "print(time.perf_counter() - start, time.process_time() - cpu)"


def first_answer(code: str) -> tuple[float, float]:
    """Wall and CPU seconds from the import of the library to its first result, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", BASE + code + TOLD], capture_output=True, text=True, check=True, cwd=ROOT
    )
    wall, cpu = done.stdout.split()
    return float(wall), float(cpu)


def largest_difference() -> float:
    """Of our z from esda's, over graphs of several sizes."""
    from esda import G_Local
    from libpysal.graph import Graph
    from libpysal.weights import lat2W

    from geo.hotspots import getis_ord_gi_star

    rng, worst = np.random.default_rng(1), 0.0
    for side in (5, 10, 40):
        grid = lat2W(side, side, rook=False)
        y = rng.lognormal(size=side * side)
        oracle = G_Local(y, Graph.from_W(grid), transform="B", star=True, permutations=0).Zs
        ours = getis_ord_gi_star(y, grid.sparse, permutations=0).gi_star_z
        worst = max(worst, float(np.abs(ours - oracle).max()))
    return worst


def run() -> list[dict[str, Any]]:
    ours = [first_answer(OURS) for _ in range(3)]
    esda = [first_answer(ESDA) for _ in range(3)]
    rows: list[dict[str, Any]] = []
    for part, clock in enumerate(("wall", "CPU")):
        mine, peer = median(t[part] for t in ours), median(t[part] for t in esda)
        rows.append(
            {
                "what": f"first Gi* of a process, 101 areas, 9,999 permutations, {clock} (peer: esda, import included)",
                "ours": mine,
                "peer": peer,
                "ratio": peer / mine,
                "unit": "s",
                "bar": "≥ 20× sooner",
                "met": peer >= 20 * mine,
            }
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        worst = largest_difference()
    rows.append(
        {
            "what": "Gi* z, largest difference from esda",
            "ours": worst,
            "peer": None,
            "ratio": None,
            "unit": "",
            "bar": "≤ 1e-9",
            "met": worst <= 1e-9,
        }
    )
    return rows


if __name__ == "__main__":
    from tests.benchmarks.__main__ import table

    print(table(run()))

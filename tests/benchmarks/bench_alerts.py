"""This month's alerts of 101 districts × 16 categories in one batch, beside one statsmodels GLM after the other."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

N_SERIES, N_MONTHS = 101 * 16, 72
N_PEER = 50  # series the peer fits; its time is carried over to all


def run() -> list[dict[str, Any]]:
    import statsmodels.api as sm

    from concerns.alerts import farrington_many

    y = np.random.default_rng(0).poisson(3, (N_SERIES, N_MONTHS)).astype(float)
    rows = []
    for method, bar in (("farrington", 1.0), ("noufaily", 3.0)):
        farrington_many(y[:2], N_MONTHS - 1, method=method)  # imports are not what is measured
        started = time.perf_counter()
        farrington_many(y, N_MONTHS - 1, method=method)
        ours = time.perf_counter() - started
        months = np.arange(15.0) if method == "farrington" else np.arange(55.0)
        design = sm.add_constant(months)
        started = time.perf_counter()
        for series in y[:N_PEER]:
            for _ in range(4):  # with and without trend, each twice
                sm.GLM(series[: len(months)], design, sm.families.Poisson()).fit(scale="X2").get_hat_matrix_diag()
        peer = (time.perf_counter() - started) * N_SERIES / N_PEER
        rows.append(
            {
                "what": f"{method}: alerts of {N_SERIES:,} series (peer: statsmodels, {N_PEER} carried over)",
                "ours": ours,
                "peer": peer,
                "ratio": peer / ours,
                "unit": "s",
                "bar": f"≤ {bar:g} s",
                "met": ours <= bar,
            }
        )
    return rows


if __name__ == "__main__":
    from tests.benchmarks.__main__ import table

    print(table(run()))

"""The noise of published counts: how far it may carry a figure, and what of a noisy figure goes on the screen."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import pandas as pd

SHOWN_FROM = 10  # a count below this is shown as "fewer than 10"


@lru_cache(maxsize=4096)
def noise_margin(scale: float, n_cells: int, *, level: float = 0.95) -> int:
    """Give the smallest whole m with P(−m ≤ sum of the noise of `n_cells` cells ≤ m) ≥ level.

    scale: of the discrete Laplace noise of one cell, P(k) ∝ exp(−|k|/scale). Exact for one cell and by the Fourier
    transform of the characteristic function for sums; 0 for no cell.
    Raises ValueError: a scale or level that is none, or less than no cell.
    Inusah & Kozubowski (2006), J. Stat. Plan. Inference 136:1090-1102.

    >>> noise_margin(2.5, 1), noise_margin(2.5, 4), noise_margin(5.0, 1)
    (7, 14, 15)
    """
    inside = np.cumsum(_folded(_noise_probabilities(scale, n_cells)))
    if not 0 < level < 1:
        raise ValueError("level must lie between 0 and 1")
    return int(np.searchsorted(inside, level))


def _noise_probabilities(scale: float, n_cells: int) -> np.ndarray:
    """P(sum = k) for k = 0, 1 … n/2, −n/2 … −1, in the order of a discrete Fourier transform."""
    if not (math.isfinite(scale) and scale > 0) or n_cells < 0:
        raise ValueError("scale must be above 0 and n_cells at least 0")
    width = 64 * scale + 24 * scale * math.sqrt(2 * n_cells) + 16  # beyond it less than 1e-12 of the mass
    n = 1 << math.ceil(math.log2(width))
    ratio = math.exp(-1 / scale)
    angles = 2 * np.pi * np.arange(n) / n
    one = (1 - ratio) ** 2 / ((1 - ratio) ** 2 + 2 * ratio * (1 - np.cos(angles)))
    return np.fft.ifft(one**n_cells).real


def _folded(probabilities: np.ndarray) -> np.ndarray:
    """P(|sum| = k) for k = 0, 1 …"""
    half = len(probabilities) // 2
    return np.append(probabilities[0], probabilities[1:half] + probabilities[:half:-1])


def on_screen(totals: pd.DataFrame) -> pd.DataFrame:
    """Say what a page may show of noisy totals; the stored figures stay as they are.

    totals: n_reports and margin, whole numbers. Adds n_shown (the figure, missing where the noise drowns it), below
    (then: "fewer than" this, else missing), low and high (n_reports ∓ margin, at least 0). Drowned is a figure that is
    not above its margin or lies under 10; `below` is 10, or the margin rounded up to the next ten where that is more.
    A total is the sum of the stored figures, so it may differ from the sum of the shown ones.

    >>> on_screen(pd.DataFrame({"n_reports": [-2, 9, 43], "margin": [7, 7, 7]}))
       n_reports  margin  n_shown  below  low  high
    0         -2       7     <NA>     10    0     5
    1          9       7     <NA>     10    2    16
    2         43       7       43   <NA>   36    50
    """
    n, margin = totals["n_reports"], totals["margin"]
    limit = (-(-margin // 10) * 10).clip(lower=SHOWN_FROM)
    is_drowned = (n <= margin) | (n < SHOWN_FROM)
    return totals.assign(
        n_shown=n.astype("Int64").mask(is_drowned),
        below=limit.astype("Int64").where(is_drowned),
        low=(n - margin).clip(lower=0),
        high=(n + margin).clip(lower=0),
    )

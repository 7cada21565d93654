"""Ways to publish counts that do not hold: each answers any filter, and each is here only to be broken.

A way is asked with filters, a 0/1 matrix (questions × cells of one table), and answers each with one number: the
selected cells' sum after the way's treatment, NaN where it says nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.stats import norm

Ask = Callable[[np.ndarray], np.ndarray]
N_KEYS = 256


def suppressed(counts: np.ndarray, *, threshold: int = 5) -> Ask:
    """Hide an answer from 1 to threshold − 1."""

    def ask(filters: np.ndarray) -> np.ndarray:
        exact = filters @ counts
        return np.where((exact > 0) & (exact < threshold), np.nan, exact)

    return ask


def rounded(counts: np.ndarray, *, base: int = 5) -> Ask:
    """Round each answer to the nearest multiple of `base`."""
    return lambda filters: base * np.round((filters @ counts) / base)


def cell_key(counts: np.ndarray, *, rng: np.random.Generator) -> Ask:
    """The statistical offices' cell key: a record carries a random key, the sum of the keys chooses the noise.

    The same selection always gets the same noise; it has mean 0, variance 2 and at most 4; empty selections stay 0.
    """
    keys = np.array([rng.integers(0, N_KEYS, n).sum() for n in counts])
    middle = (np.arange(N_KEYS) + 0.5) / N_KEYS
    noise = np.clip(np.round(norm.ppf(middle) * np.sqrt(2)), -4, 4)

    def ask(filters: np.ndarray) -> np.ndarray:
        exact = filters @ counts
        return np.where(exact > 0, exact + noise[(filters @ keys).astype(np.int64) % N_KEYS], 0)

    return ask


def fresh_noise(counts: np.ndarray, *, scale: float, rng: np.random.Generator) -> Ask:
    """Laplace noise drawn anew whenever somebody asks."""
    return lambda filters: filters @ counts + np.round(rng.laplace(0, scale, len(filters)))


def cells_of_release(noisy: np.ndarray) -> Ask:
    """The release: whatever is asked is a sum of the published cells."""
    return lambda filters: filters @ noisy

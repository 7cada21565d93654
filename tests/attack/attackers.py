"""What an attacker does with answers to filters of the own choice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, eye, hstack, vstack

from tests.attack.old_ways import Ask

CHUNK = 20_000


def random_filters(n: int, n_cells: int, rng: np.random.Generator) -> np.ndarray:
    """Each cell in or out by a coin; float, so that sums are matrix products."""
    bits = np.frombuffer(rng.bytes(n * ((n_cells + 7) // 8)), dtype=np.uint8).reshape(n, -1)
    return np.unpackbits(bits, axis=1)[:, :n_cells].astype(np.float64)


@dataclass(frozen=True)
class Differences:
    """Of each cell: mean, smallest and largest difference over all pairs that answered; NaN where none did."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n_pairs: int


def by_differences(ask: Ask, n_cells: int, *, n_pairs: int, rng: np.random.Generator) -> Differences:
    """Ask pairs of filters that differ by one cell, each time with other supersets, and average the differences."""
    total, answered = np.zeros(n_cells), np.zeros(n_cells)
    low, high = np.full(n_cells, np.inf), np.full(n_cells, -np.inf)
    for start in range(0, n_pairs, CHUNK):
        n = min(CHUNK, n_pairs - start)
        without = random_filters(n, n_cells, rng)
        target = rng.integers(0, n_cells, n)
        without[np.arange(n), target] = 0
        base = ask(without)
        without[np.arange(n), target] = 1
        difference = ask(without) - base
        ok = np.isfinite(difference)
        np.add.at(total, target[ok], difference[ok])
        np.add.at(answered, target[ok], 1)
        np.minimum.at(low, target[ok], difference[ok])
        np.maximum.at(high, target[ok], difference[ok])
    mean = np.divide(total, answered, out=np.full(n_cells, np.nan), where=answered > 0)
    return Differences(mean, low, high, n_pairs)


def by_repetition(ask: Ask, n_cells: int, *, n_times: int) -> np.ndarray:
    """Ask for each single cell again and again, and average."""
    return np.mean([ask(np.eye(n_cells)) for _ in range(n_times)], axis=0)


def by_linear_program(ask: Ask, n_cells: int, *, n_questions: int, rng: np.random.Generator) -> np.ndarray:
    """The non-negative cells whose sums come closest to the answers, in the sum of distances (Dinur & Nissim 2003)."""
    filters = random_filters(n_questions, n_cells, rng)
    answers = ask(filters)
    ok = np.isfinite(answers)
    return closest_cells(csr_matrix(filters[ok]), answers[ok], np.ones(ok.sum()))


def closest_cells(sums: csr_matrix, answers: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Minimise Σ weights·|sums·x − answers| over x ≥ 0."""
    n, n_cells = sums.shape
    above = hstack([sums, -eye(n)])
    below = hstack([-sums, -eye(n)])
    cost = np.concatenate([np.zeros(n_cells), weights])
    solved = linprog(
        cost, A_ub=vstack([above, below], format="csr"), b_ub=np.concatenate([answers, -answers]), method="highs"
    )
    if solved.x is None:
        raise RuntimeError(solved.message)
    return solved.x[:n_cells]


@dataclass(frozen=True)
class Recovery:
    """How many of the cells that hold 1 to 4 were told exactly, and how many by always saying their commonest value."""

    share: float
    prior: float
    n_cells: int

    @property
    def chance(self) -> float:
        """Four standard errors of a share around the prior one."""
        return 4 * float(np.sqrt(max(self.prior * (1 - self.prior), 0.01) / self.n_cells))


def recovery(told: np.ndarray, true: np.ndarray) -> Recovery:
    """Compare what an attacker tells with the truth, in cells of 1 to 4."""
    small = (true >= 1) & (true <= 4)
    prior = np.bincount(true[small].astype(int)).max() / small.sum()
    return Recovery(float(np.mean(np.round(told[small]) == true[small])), float(prior), int(small.sum()))

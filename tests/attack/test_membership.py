"""An attacker who knows every report but one, and whether that one exists is a coin's toss."""

from __future__ import annotations

import datetime as dt
import math
from itertools import product

import numpy as np
import pytest
from scipy.stats import dlaplace

from concerns.disclosure import CELL_KEYS, SPLIT, Table, count_cells
from loaders.publish import draw, publish
from loaders.release import open_release
from tests.attack.attackers import random_filters
from tests.attack.old_ways import cell_key, rounded, suppressed
from tests.attack.synthetic import DOMAIN, synthetic_reports

OPEN_TABLES = (Table.DISTRICT_QUARTER, Table.GOVERNORATE_QUARTER, Table.NATIONAL_MONTH)
N_TRIALS = 20_000


def bound(epsilon: float) -> float:
    """No test between two data sets that differ by ε is right more often (Kairouz, Oh, Viswanath 2015)."""
    return math.exp(epsilon) / (1 + math.exp(epsilon))


def log_ratio(noise: np.ndarray, epsilon: float, n_reports: int) -> np.ndarray:
    """How much likelier a cell's excess over all other reports is with the target than without."""
    return epsilon * (np.abs(noise) - np.abs(noise - n_reports))


def accuracy_against_release(epsilon: float, *, n_reports: int = 1) -> float:
    """The best test, on the target's cell in each of the three tables, over `N_TRIALS` tosses."""
    is_in = np.random.default_rng(21).integers(0, 2, N_TRIALS)
    ratio = np.zeros(N_TRIALS)
    for table in OPEN_TABLES:
        excess = np.array(draw(n_reports * is_in, epsilon=epsilon, table=table))
        ratio += log_ratio(excess, SPLIT[table] * epsilon, n_reports)
    coin = np.random.default_rng(22).random(N_TRIALS) < 0.5
    said = np.where(np.isclose(ratio, 0), coin, ratio > 0)
    return float(np.mean(said == is_in))


def best_accuracy(epsilon: float) -> float:
    """What the best test reaches, (1 + total variation)/2, by enumeration of the noise of the three tables."""
    reach = np.arange(1, 152)
    laws = [dlaplace(SPLIT[table] * epsilon) for table in OPEN_TABLES]
    # the ratio of one cell takes two values only: e to its table's ε from 1 upwards, e to minus that below
    ups = [(law.pmf(reach).sum(), law.pmf(reach - 1).sum()) for law in laws]
    total = 0.0
    for signs in product((True, False), repeat=len(laws)):
        without = math.prod(up[0] if is_up else 1 - up[0] for is_up, up in zip(signs, ups, strict=True))
        with_it = math.prod(up[1] if is_up else 1 - up[1] for is_up, up in zip(signs, ups, strict=True))
        total += abs(with_it - without) / 2
    return (1 + total) / 2


@pytest.mark.parametrize("name", ["suppression", "rounding", "cell key"])
def test_membership_shows_in_the_old_ways(name):
    """Knowing the others, the attacker compares the answers over many filters with those there would be without it."""
    rng = np.random.default_rng(23)
    others = rng.poisson(3.0, 60)
    right = 0
    for trial in range(100):
        is_in, target = trial % 2, int(rng.integers(60))
        counts = others.copy()
        counts[target] += is_in
        way = {"suppression": suppressed, "rounding": rounded}.get(name)
        ask = way(counts) if way else cell_key(counts, rng=rng)
        filters = random_filters(800, 60, rng)
        filters[:, target] = 1
        excess = np.nanmean(ask(filters) - filters @ others)
        right += int((excess > 0.5) == bool(is_in))
    assert right / 100 >= 0.96


@pytest.mark.parametrize("epsilon", [0.5, 1.0, 2.0])
def test_membership_in_the_release_is_no_surer_than_epsilon_allows(epsilon):
    accuracy = accuracy_against_release(epsilon)
    four_errors = 4 * 0.5 / math.sqrt(N_TRIALS)
    assert accuracy <= bound(epsilon)
    assert accuracy == pytest.approx(best_accuracy(epsilon), abs=four_errors)  # and the attack is the best there is


def test_a_whole_case_is_no_surer_than_two_epsilon_allows():
    accuracy = accuracy_against_release(1.0, n_reports=2)
    assert accuracy_against_release(1.0) < accuracy <= bound(2.0)


@pytest.mark.slow
def test_membership_through_the_whole_way_of_publishing(tmp_path):
    """The same with `publish` and `open_release`, and a real report as the target."""
    reports = (
        synthetic_reports(500, seed=5).query("occurred_on < '2021-04-01' and not sensitive").reset_index(drop=True)
    )
    target, others = reports.iloc[[0]], reports.iloc[1:]
    cells = {table: count_cells(target, DOMAIN, table, "2021Q1").loc[lambda n: n > 0].index[0] for table in OPEN_TABLES}
    known = {table: count_cells(others, DOMAIN, table, "2021Q1")[cells[table]] for table in OPEN_TABLES}
    right = 0
    for trial in range(400):
        folder = tmp_path / str(trial)
        publish(
            reports if trial % 2 else others, until="2021Q1", domain=DOMAIN, out_dir=folder / "release",
            ledger_dir=folder / "ledger", today=dt.date(2024, 1, 1), data_version=1, boundary_version="made-up",
            epsilon=1.0, since="2021Q1",
        )  # fmt: skip
        release = open_release(folder / "release")
        ratio = 0.0
        for table in OPEN_TABLES:
            where = {key: {member} for key, member in zip(CELL_KEYS[table], cells[table], strict=True)}
            excess = release.totals(table, where=where)["n_reports"].item() - known[table]
            ratio += float(log_ratio(np.array(excess), SPLIT[table], 1))
        right += int((ratio > 0) == bool(trial % 2))
    assert right / 400 <= bound(1.0) + 4 * 0.5 / math.sqrt(400)
    assert right / 400 >= best_accuracy(1.0) - 4 * 0.5 / math.sqrt(400)

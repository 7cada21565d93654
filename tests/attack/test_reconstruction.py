"""Attackers who want the exact count of a small cell. They succeed against the old ways and fail against the release.

The old ways are attacked by the same code, so that a failure against the release is no failure of the attack.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from scipy.sparse import csr_matrix, kron, vstack
from scipy.stats import dlaplace

from concerns.disclosure import SPLIT, Table
from concerns.schema import BadSetting
from loaders.publish import publish
from loaders.release import open_release
from tests.attack.attackers import (
    Recovery,
    by_differences,
    by_linear_program,
    by_repetition,
    closest_cells,
    random_filters,
    recovery,
)
from tests.attack.old_ways import Ask, cell_key, cells_of_release, fresh_noise, rounded, suppressed
from tests.attack.synthetic import DISTRICTS, DOMAIN, GOVERNORATES, QUARTERS, UNTIL

N = len(DISTRICTS)
N_PAIRS = 1_000_000
OPEN_TABLES = (Table.DISTRICT_QUARTER, Table.GOVERNORATE_QUARTER, Table.NATIONAL_MONTH)


def old_way(name: str, counts: np.ndarray, rng: np.random.Generator) -> Ask:
    ways = {
        "suppression": lambda: suppressed(counts),
        "rounding": lambda: rounded(counts),
        "cell key": lambda: cell_key(counts, rng=rng),
    }
    return ways[name]()


def held(found: Recovery) -> bool:
    """Not above the prior-mode guess by more than chance."""
    return found.share <= found.prior + found.chance


# -- differences of filters, averaged over supersets ---------------------------------------------------------------


def test_two_questions_a_cell_bring_back_what_suppression_hides(country):
    """One pair of filters each: the rest of the country with the cell, and without it."""
    ask_both = np.ones((N, N)), np.ones((N, N)) - np.eye(N)
    told = [suppressed(counts)(ask_both[0]) - suppressed(counts)(ask_both[1]) for counts in country.exact]
    assert recovery(np.array(told), country.exact).share >= 0.96


@pytest.mark.parametrize("name", ["suppression", "rounding", "cell key"])
def test_differences_over_supersets_break_the_old_ways(country, name):
    rng = np.random.default_rng(11)
    told = [by_differences(old_way(name, counts, rng), N, n_pairs=40_000, rng=rng).mean for counts in country.exact[:6]]
    assert recovery(np.array(told), country.exact[:6]).share >= 0.96


def test_a_million_pairs_of_filters_tell_no_more_than_the_published_cells(country):
    rng = np.random.default_rng(12)
    asked, told = 0, []
    for noisy in country.published:
        found = by_differences(cells_of_release(noisy), N, n_pairs=-(-N_PAIRS // len(QUARTERS)), rng=rng)
        asked += found.n_pairs
        np.testing.assert_array_equal(found.low, noisy)  # every pair gives the same: the cell as it was published
        np.testing.assert_array_equal(found.high, noisy)
        told.append(found.mean)
    assert asked >= N_PAIRS
    assert held(recovery(np.array(told), country.exact))


def test_the_release_itself_answers_pairs_with_the_published_cell(country):
    """What the million pairs assume of `Release.totals`, asked of the thing itself."""
    rng = np.random.default_rng(13)
    for filters in random_filters(60, N, rng):
        target, quarter = int(rng.integers(N)), str(rng.choice(QUARTERS))
        filters[target] = 0
        others = {code for code, is_in in zip(DISTRICTS, filters, strict=True) if is_in}
        answers = [
            country.release.totals(Table.DISTRICT_QUARTER, where={"adm2_pcode": chosen, "quarter": {quarter}})
            for chosen in (others, others | {DISTRICTS[target]})
        ]
        difference = answers[1]["n_reports"].item() - answers[0]["n_reports"].item()
        assert difference == country.published[QUARTERS.index(quarter), target]


# -- asking again --------------------------------------------------------------------------------------------------


def test_repetition_breaks_noise_that_is_drawn_anew(country):
    rng = np.random.default_rng(14)
    counts = country.exact[0]
    told = by_repetition(fresh_noise(counts, scale=2.5, rng=rng), N, n_times=1_000)
    assert recovery(told, counts).share >= 0.96


def test_asking_the_release_again_gives_the_same(country):
    first = country.published
    for _ in range(5):
        again = open_release(country.folder / "release")
        assert again.version == country.release.version
        assert (again.tables[Table.DISTRICT_QUARTER]["n_reports"].to_numpy().reshape(first.shape) == first).all()
    with pytest.raises(BadSetting, match="published already"):
        publish(
            country.reports, until=UNTIL, domain=DOMAIN, out_dir=country.folder / "release",
            ledger_dir=country.folder / "ledger", today=dt.date(2024, 1, 1), data_version=1, boundary_version="made-up",
        )  # fmt: skip


# -- linear reconstruction -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["suppression", "rounding", "cell key"])
def test_linear_programs_break_the_old_ways(country, name):
    rng = np.random.default_rng(15)
    told = [by_linear_program(old_way(name, counts, rng), N, n_questions=700, rng=rng) for counts in country.exact[:3]]
    assert recovery(np.array(told), country.exact[:3]).share >= 0.95


def sums_of_quarter() -> csr_matrix:
    """How the three tables add up district × category × month, of one quarter; rows in the order of the cells."""
    n_categories, months = len(DOMAIN.categories), np.ones((1, 3))
    parent = csr_matrix([[code.startswith(adm1) for code in DISTRICTS] for adm1 in GOVERNORATES], dtype=float)
    every_category, one_category = np.ones((1, n_categories)), np.eye(n_categories)
    by_district = kron(kron(np.eye(N), every_category), months)
    by_governorate = kron(kron(parent, one_category), months)
    by_month = kron(kron(np.ones((1, N)), one_category), np.eye(3))
    return vstack([by_district, by_governorate, by_month], format="csr")


def linear_program_against_release(country, n_quarters: int) -> dict[Table, Recovery]:
    """All that was published of a quarter, and that counts are not negative, put into one program."""
    sums = sums_of_quarter()
    noisy = {table: country.told[table].to_numpy().reshape(len(QUARTERS), -1) for table in OPEN_TABLES}
    weights = np.concatenate([np.full(noisy[table].shape[1], SPLIT[table]) for table in OPEN_TABLES])
    found = [
        sums @ closest_cells(sums, np.concatenate([noisy[table][number] for table in OPEN_TABLES]), weights)
        for number in range(n_quarters)
    ]
    ends = np.cumsum([noisy[table].shape[1] for table in OPEN_TABLES])
    told = dict(zip(OPEN_TABLES, np.split(np.array(found), ends[:-1], axis=1), strict=True))
    true = {table: country.true[table].to_numpy().reshape(len(QUARTERS), -1)[:n_quarters] for table in OPEN_TABLES}
    return {table: recovery(told[table], true[table]) for table in OPEN_TABLES[:2]}


def test_the_program_knows_how_the_tables_add_up(country):
    """Against exact tables it finds them again: the attack works, it is the noise that stops it."""
    sums = sums_of_quarter()
    exact = np.concatenate([country.true[table].to_numpy().reshape(len(QUARTERS), -1)[0] for table in OPEN_TABLES])
    found = sums @ closest_cells(sums, exact, np.ones(len(exact)))
    np.testing.assert_allclose(found, exact, atol=1e-6)


def test_linear_programs_fail_against_the_release(country):
    for found in linear_program_against_release(country, 2).values():
        assert found.n_cells >= 20
        assert held(found)


@pytest.mark.slow
def test_linear_programs_fail_against_the_whole_release(country):
    for found in linear_program_against_release(country, len(QUARTERS)).values():
        assert found.n_cells >= 100
        assert held(found)


# -- the best guess there is -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", OPEN_TABLES[:2])
@pytest.mark.parametrize("knows_it_is_small", [False, True])
def test_what_remains_for_one_who_knows_how_common_each_count_is(country, table, knows_it_is_small):
    """Bayes' guess from the published cell is right as often as ε allows, which is little; no attack does better."""
    true, told = country.true[table].to_numpy(), country.told[table].to_numpy()
    small = (true >= 1) & (true <= 4)
    values, n = np.unique(true[small] if knows_it_is_small else true, return_counts=True)
    law, seen = dlaplace(SPLIT[table]), np.arange(-100, true.max() + 100)
    guess = values[(n[:, None] * law.pmf(seen - values[:, None])).argmax(axis=0)]
    allowed = np.mean([law.pmf(seen - value)[guess == value].sum() for value in true[small]])
    found = recovery(guess[told + 100], true)
    assert abs(found.share - allowed) <= found.chance
    assert allowed <= np.exp(3 * SPLIT[table]) * found.prior
    assert allowed < 0.45

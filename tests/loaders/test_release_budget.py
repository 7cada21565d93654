"""What one report costs over its whole life: all releases with and without it, cell by cell, at the stated scales."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from concerns.access import Codes
from concerns.disclosure import CELL_KEYS, MAX_OF_A_CASE, Domain, Table, noise_scale
from loaders import publish as module
from loaders.publish import publish
from loaders.release import open_release

CODES = Codes(known=frozenset({"C02", "C05", "C07", "C07.1"}), sensitive=frozenset({"C05", "C07.1"}))
DOMAIN = Domain(("IQG01Q01", "IQG15Q01", "IQG15Q03"), CODES)
QUARTERS = ("2024Q2", "2024Q3", "2024Q4", "2025Q4")
EPSILON = 1.0


@pytest.fixture(autouse=True)
def without_noise(monkeypatch):
    monkeypatch.setattr(module, "draw", lambda counts, *, epsilon, table: list(counts))
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)  # nothing here has to outlive the machine


def random_report(rng: np.random.Generator, number: int, *, case: str | None = None) -> dict[str, object]:
    district = rng.choice(DOMAIN.districts)
    return {
        "source": "kobo", "report_id": f"r{number}", "occurred_on": f"2024-{rng.integers(1, 13):02d}-03",
        "adm1_pcode": district[:5], "adm2_pcode": district, "geo_precision": int(rng.choice([1, 4, 5])),
        "category": str(rng.choice(["C02", "C05", "C07"])), "subcategory": rng.choice([None, "C07.1"]),
        "sensitive": bool(rng.random() < 0.2), "case_id": case,
    }  # fmt: skip


def life(rng: np.random.Generator, number: int, *, case: str | None = None) -> list[dict[str, object] | None]:
    """How a report stands in the store at each publication: not yet, as it came, changed, or taken out again."""
    arrives, changes = rng.integers(0, 3), rng.integers(1, 4)
    first = random_report(rng, number, case=case)
    later = first | {
        key: random_report(rng, number)[key] for key in ("category", "sensitive", "adm2_pcode", "occurred_on")
    }
    states = [None if step < arrives else later if step >= changes else first for step in range(len(QUARTERS))]
    return [None if state is not None and rng.random() < 0.15 else state for state in states]


def released(folder: Path, lives: list[list[dict[str, object] | None]]) -> dict[Table, pd.Series]:
    """Every cell that was ever drawn, corrections of a period apart from the period itself."""
    for step, until in enumerate(QUARTERS):
        rows = [life[step] for life in lives if life[step] is not None]
        frame = pd.DataFrame(rows, columns=list(random_report(np.random.default_rng(0), 0)))
        publish(
            frame, until=until, domain=DOMAIN, out_dir=folder / "release", ledger_dir=folder / "ledger",
            today=dt.date(2026, 2, 1), data_version=step, boundary_version="v", epsilon=EPSILON, since="2024Q1",
        )  # fmt: skip
    tables = open_release(folder / "release").tables
    return {table: tables[table].set_index([*CELL_KEYS[table], "release"])["n_reports"] for table in Table}


def spent(one: dict[Table, pd.Series], other: dict[Table, pd.Series]) -> float:
    """The ε that tells the one from the other: the distance of their cells over the scale of the noise, added up."""
    assert all(one[table].index.equals(other[table].index) for table in Table)
    return sum(float((one[table] - other[table]).abs().sum()) / noise_scale(EPSILON, table) for table in Table)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 9))])
def test_a_report_costs_epsilon_at_most_in_all_releases_together(tmp_path, seed):
    rng = np.random.default_rng(seed)
    others = [life(rng, number) for number in range(12)]
    target = life(rng, 99)
    cost = spent(released(tmp_path / "with", [*others, target]), released(tmp_path / "without", others))
    assert cost <= EPSILON + 1e-12


def test_a_plain_report_costs_all_of_epsilon(tmp_path):
    """So the bound above is no accident of reports that were never counted."""
    report = random_report(np.random.default_rng(1), 1) | {
        "category": "C07", "subcategory": None, "sensitive": False, "geo_precision": 1, "occurred_on": "2024-02-03",
    }  # fmt: skip
    cost = spent(released(tmp_path / "with", [[report] * len(QUARTERS)]), released(tmp_path / "without", []))
    assert cost == pytest.approx(EPSILON)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 5))])
def test_a_case_costs_two_epsilon_at_most_and_so_does_one_report_of_it(tmp_path, seed):
    rng = np.random.default_rng(100 + seed)
    others = [life(rng, number) for number in range(6)]
    case = [life(rng, 50 + number, case="H1") for number in range(5)]
    whole = released(tmp_path / "whole", [*others, *case])
    assert spent(whole, released(tmp_path / "none", others)) <= MAX_OF_A_CASE * EPSILON + 1e-12
    assert spent(whole, released(tmp_path / "less", [*others, *case[1:]])) <= MAX_OF_A_CASE * EPSILON + 1e-12

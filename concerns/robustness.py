"""One effect under other choices: windows, comparisons, made-up dates and districts, one district left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from concerns.estimate import Estimate, Floats, Status
from concerns.panel import Balanced, balanced_panel, without_periods, without_units
from concerns.pretrend import simulated_pretrend_p
from concerns.simulated_power import detectable_att, effect_weights
from concerns.staggered import Comparison, Control, GroupTimeEffects, effects_of
from concerns.staggered_aggregates import aggregate, lead_test
from concerns.two_way import twfe
from concerns.verdict import Direction, Finding, judge


@dataclass(frozen=True)
class Robustness:
    """An effect, its checks and the verdict.

    table: one row a check: check (main, window, control, two_way, placebo_date, placebo_districts, leave_one_out),
    variant, estimate, se, lower, upper, p_value, status. On placebo_districts the interval is the middle 1 − alpha of
    what districts drawn at random give, the estimate their median. pretrend_p: of the joint test that all effects
    before the start are 0. detectable: the smallest effect this panel could have seen, in the outcome's unit.
    """

    table: pd.DataFrame
    finding: Finding
    pretrend_p: float
    detectable: float


def robustness(
    panel: pd.DataFrame,
    outcome: str,
    unit: str,
    time: str,
    cohort: str,
    control: Control = "nevertreated",
    *,
    expected: Direction | str,
    relevant: float | None = None,
    placebo_shifts: Sequence[int] = (1, 2),
    permutations: int = 999,
    alpha: float = 0.05,
    seed: int = 0,
) -> Robustness:
    """Estimate the simple overall effect again under every other choice, and judge it by `concerns.verdict.judge`.

    panel and its columns as in `concerns.staggered.att_gt`. Windows: without the first, the last quarter of periods.
    Control: the other group. Placebo dates: starts moved `placebo_shifts` periods earlier, on data before the true
    start. Placebo districts: the starts dealt out anew among all units, two-sided permutation p. Leave one out: the
    lowest and the highest effect without one unit. Two-way fixed effects stand beside and do not enter the verdict.
    Raises ValueError, TypeError as `att_gt`, ValueError for another word than increase or decrease.

    >>> rows = [(u, t, 4 if u < 12 else 0, t + u * 7 % 5 * (t % 2) / 10 + 3 * (u < 12 and t >= 4))
    ...         for u in range(30) for t in range(1, 7)]
    >>> panel = pd.DataFrame(rows, columns=["u", "t", "g", "y"])
    >>> robustness(panel, "y", "u", "t", "g", expected="increase").finding.verdict.value
    'change_in_expected_direction'
    """
    direction = Direction(expected)
    data = balanced_panel(panel, outcome, unit, time, cohort)
    effects = effects_of(data, control, alpha=alpha, draws=0, seed=seed)
    main = aggregate(effects, "simple").overall
    other: Control = "notyettreated" if control == "nevertreated" else "nevertreated"
    windows = [(name, _overall(cut, control, alpha=alpha)) for name, cut in _windows(data)]
    controls: list[tuple[str, Estimate]] = [(other, _overall(data, other, alpha=alpha))]
    placebos = [(f"-{k}", _placebo_date(data, control, k, alpha=alpha)) for k in placebo_shifts]
    districts = _placebo_districts(data, control, permutations=permutations, alpha=alpha, seed=seed)
    extremes = _leave_one_out(data, control, alpha=alpha)
    blocks: dict[str, list[tuple[str, Estimate]]] = {
        "main": [(control, main)],
        "window": windows,
        "control": controls,
        "two_way": [("", twfe(panel, outcome, unit, time, cohort, alpha=alpha))],
        "placebo_date": placebos,
        "placebo_districts": [(str(permutations), districts)],
        "leave_one_out": extremes,
    }
    pretrend_p = _pretrend_p(data, effects, seed=seed)
    finding = judge(
        main,
        expected=direction,
        relevant=relevant,
        pretrend_p=pretrend_p,
        placebo_dates=[estimate for _, estimate in placebos],
        placebo_districts_p=districts.p_value,
        variants=[estimate for _, estimate in windows + controls],
        leave_one_out=[estimate for _, estimate in extremes],
        alpha=alpha,
    )
    rows = [{"check": c, "variant": str(v)} | e.as_dict() for c, block in blocks.items() for v, e in block]
    detectable = detectable_att(panel, outcome, unit, time, cohort, control, alpha=alpha, seed=seed)
    return Robustness(pd.DataFrame(rows), finding, pretrend_p, detectable)


def _pretrend_p(data: Balanced, effects: GroupTimeEffects, *, seed: int) -> float:
    if effects.pretrend.status is Status.OK:
        return simulated_pretrend_p(data, effects.control, effects.pretrend.chi2, seed=seed)
    return lead_test(effects).p_value


def _overall(data: Balanced, control: Control, *, alpha: float) -> Estimate:
    return aggregate(effects_of(data, control, alpha=alpha, draws=0, seed=0), "simple").overall


def _windows(data: Balanced) -> Iterator[tuple[str, Balanced]]:
    """Yield the panel without the first and without the last quarter of its periods, where any effect is left."""
    quarter = len(data.periods) // 4
    if quarter:
        position = np.arange(len(data.periods))
        yield "without_first_quarter", without_periods(data, position < quarter)
        yield "without_last_quarter", without_periods(data, position >= len(position) - quarter)


def _placebo_date(data: Balanced, control: Control, shift: int, *, alpha: float) -> Estimate:
    """Pretend that every start came `shift` periods earlier, on the periods before the true start."""
    pairs = list(_placebo_pairs(data, control, shift))
    return aggregate(effects_of(data, control, alpha=alpha, draws=0, seed=0, pairs=pairs), "simple").overall


def _placebo_pairs(data: Balanced, control: Control, shift: int) -> Iterator[Comparison]:
    for g in np.unique(data.start[np.isfinite(data.start)]):
        last_before = int(np.searchsorted(data.periods, g)) - 1
        base = last_before - shift
        treated = data.start == g
        clean = np.isinf(data.start)
        if control == "notyettreated":
            clean = (data.start > data.periods[last_before]) & ~treated
        for at in range(base + 1, last_before + 1) if base >= 0 else ():
            yield Comparison(float(g), at, base, True, treated, clean)


def _placebo_districts(data: Balanced, control: Control, *, permutations: int, alpha: float, seed: int) -> Estimate:
    """Deal the starts out anew: what effects arise when districts are drawn at random, and how often as large a one."""
    weights = effect_weights(data, control)
    if weights is None or not permutations:
        return Estimate(np.nan, np.nan, np.nan, np.nan, np.nan, Status.NOT_IDENTIFIED)
    rng = np.random.default_rng(seed)
    observed = float((weights * data.outcome).sum())
    drawn = np.array([(weights * data.outcome[rng.permutation(len(data.outcome))]).sum() for _ in range(permutations)])
    p = permutation_p(observed, drawn)
    lower, upper = np.quantile(drawn, [alpha / 2, 1 - alpha / 2])
    return Estimate(float(np.median(drawn)), float(drawn.std(ddof=1)), float(lower), float(upper), p, Status.OK)


def permutation_p(observed: float, drawn: Floats) -> float:
    """Return the two-sided permutation p: min(1, 2·min(p_hi, p_lo)), ties on both sides (Phipson & Smyth 2010).

    >>> permutation_p(3.0, np.array([1.0, 2.0, 0.0, 1.0]))
    0.4
    """
    tie = 1e-12 * max(1.0, abs(observed))
    high = (1 + int((drawn >= observed - tie).sum())) / (len(drawn) + 1)
    low = (1 + int((drawn <= observed + tie).sum())) / (len(drawn) + 1)
    return min(1.0, 2 * min(high, low))


def _leave_one_out(data: Balanced, control: Control, *, alpha: float) -> list[tuple[str, Estimate]]:
    """Return the lowest and the highest effect that remains when one unit is left out, named by that unit."""
    effects = np.full(len(data.units), np.nan)
    for k in range(len(data.units)):
        rest = without_units(data, np.arange(len(data.units)) == k)
        weights = effect_weights(rest, control)
        effects[k] = np.nan if weights is None else (weights * rest.outcome).sum()
    if np.isnan(effects).all():
        return []
    picks = dict.fromkeys([int(np.nanargmin(effects)), int(np.nanargmax(effects))])
    without = [(k, without_units(data, np.arange(len(data.units)) == k)) for k in picks]
    return [(str(data.units[k]), _overall(rest, control, alpha=alpha)) for k, rest in without]

"""The names and the order of arguments that pages, notebooks and checks rely on."""

from __future__ import annotations

import inspect

import numpy as np
import pandas as pd

from concerns import impact


def test_the_designs_are_gathered_under_one_name():
    called = ["att_gt", "aggregate", "did", "interrupted_series", "event_study", "minimum_detectable_effect"]
    for name in [*called, "displacement", "robustness"]:
        assert callable(getattr(impact, name))
    assert all(hasattr(impact, name) for name in impact.__all__)


def test_the_order_of_the_arguments_is_kept():
    order = list(inspect.signature(impact.att_gt).parameters)
    assert order[:6] == ["panel", "outcome", "unit", "time", "cohort", "control"]
    assert list(inspect.signature(impact.aggregate).parameters) == ["att", "how"]
    assert list(inspect.signature(impact.event_study).parameters)[:6] == order[:6]


def test_a_panel_goes_from_effects_to_one_number():
    rng = np.random.default_rng(0)
    rows = [(u, t, 2 if u < 10 else np.nan, rng.normal() + 4 * (u < 10 and t >= 2)) for u in range(25) for t in (1, 2)]
    panel = pd.DataFrame(rows, columns=["u", "t", "g", "y"])
    result = impact.aggregate(impact.att_gt(panel, "y", "u", "t", "g", "nevertreated"), how="simple")
    wide = panel.pivot(index="u", columns="t", values="y")
    change = wide[2] - wide[1]
    assert result.overall.estimate == change[:10].mean() - change[10:].mean()

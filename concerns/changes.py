"""What changed between two periods, beyond chance, and whether reporting effort changed with it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from concerns.multiple_tests import q_values
from concerns.rates import rate_ratio

DIRECTIONS = ("up", "down", "unseen", "too_few")
MIN_REPORTS = 5  # fewer in both periods together are not compared


def changes(
    now: pd.Series,
    before: pd.Series,
    *,
    meetings_now: pd.Series | None = None,
    meetings_before: pd.Series | None = None,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Compare the reports of each unit in two periods of equal length, as counted and per meeting held.

    now, before: reports a unit, one index. meetings_…: meetings held, the same index; without them, or where one
    period had none, the columns per meeting are missing. Grain out: one row a unit; columns n_now, n_before, ratio,
    lower, upper, q_value, direction and the same with `_per_meeting`. direction: `up` or `down` where the ratio
    differs from 1 (q ≤ alpha), else `unseen`; `too_few` under `MIN_REPORTS` reports in all, left out of the correction.
    H0: equal rates, two-sided; exact conditional test, Benjamini–Hochberg over the units.
    Przyborowski & Wilenski (1940) Biometrika 31:313; Benjamini & Hochberg (1995) JRSS-B 57:289.

    >>> table = changes(pd.Series({"C01": 90, "C07": 21, "C12": 1}), pd.Series({"C01": 40, "C07": 20, "C12": 0}))
    >>> table[["ratio", "direction"]].round(2).to_dict("index")["C01"]
    {'ratio': 2.25, 'direction': 'up'}
    >>> table["direction"].to_list()
    ['up', 'unseen', 'too_few']
    """
    before = before.reindex(now.index)
    counted = _compare(now, before, 1.0, 1.0, alpha)
    if meetings_now is None or meetings_before is None:
        meetings_now = meetings_before = pd.Series(np.nan, index=now.index)
    held = [series.reindex(now.index).replace(0, np.nan).astype(float) for series in (meetings_now, meetings_before)]
    per_meeting = _compare(now, before, held[0], held[1], alpha).add_suffix("_per_meeting")
    return pd.concat([pd.DataFrame({"n_now": now, "n_before": before}), counted, per_meeting], axis=1)


def _compare(
    now: pd.Series, before: pd.Series, exposure_now: pd.Series | float, exposure_before: pd.Series | float, alpha: float
) -> pd.DataFrame:
    table = rate_ratio(now, exposure_now, before, exposure_before)
    tested = (table["status"] == "ok") & (now + before >= MIN_REPORTS)
    table["q_value"] = q_values(table["p_value"].where(tested))
    seen = table["q_value"] <= alpha
    direction = np.select([~tested, seen & (table["ratio"] > 1), seen], ["too_few", "up", "down"], "unseen")
    return table[["ratio", "lower", "upper", "q_value"]].assign(direction=direction)


def most_changed(table: pd.DataFrame, *, n: int = 12) -> pd.DataFrame:
    """Give the units whose reports differ from the period before, the largest relative change first.

    table: from `changes`. A unit without a report in one of the periods has an infinite ratio and stands first.
    """
    seen = table[table["direction"].isin(["up", "down"])]
    size = np.log(seen["ratio"].clip(lower=1e-9)).abs()
    return seen.loc[size.sort_values(ascending=False, kind="stable").index].head(n)

"""Group-time effects drawn together: one number, by cohort, by calendar period, or by time since the start."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from concerns.estimate import Estimate, Floats, JointTest, Status, joint_test
from concerns.staggered import MIN_UNITS, GroupTimeEffects, by_cluster, intervals, simultaneous_bands

How = Literal["simple", "group", "calendar", "dynamic"]
KEYS = {"group": "cohort", "calendar": "time", "dynamic": "event_time"}


@dataclass(frozen=True)
class AggregatedEffects:
    """Aggregated effects.

    table: one row a cohort, period or event time (one row in all for "simple"): the key, att, se, lower, upper,
    p_value, band_lower, band_upper (simultaneous over the rows that are ok), n_cohorts, n_treated, status.
    overall: the one number of this aggregation. influence: units × rows of `table`, the overall as last column.
    """

    how: How
    table: pd.DataFrame
    overall: Estimate
    influence: Floats


def aggregate(att: GroupTimeEffects, how: How) -> AggregatedEffects:
    """Average group-time effects with the cohorts' shares p_g as weights, and carry their errors along.

    how: "simple" Σp_g·ATT/Σp_g over t ≥ g; "dynamic" the same at each time since the start e over the cohorts seen at
    e, overall the mean over e ≥ 0; "group" the mean over t ≥ g for each cohort, overall Σp_g·θ/Σp_g; "calendar" at
    each period over the cohorts with g ≤ t, overall the mean over periods. That p_g is estimated is part of the error.
    H0 no effect, two-sided. Effects that are not identified are left out. No interval where cohorts of fewer than 5
    units carry more than half of the weight: the spread inside them cannot be seen.

    Raises ValueError: `how` is another word. Callaway & Sant'Anna (2021), J. Econometrics 225:200-230, section 3.

    >>> from concerns.staggered import att_gt
    >>> rows = [(u, t, 2 + u % 2 if u < 12 else 0, t * (u % 3) + 5 * max(0, t - 1 - u % 2) * (u < 12))
    ...         for u in range(24) for t in (1, 2, 3)]  # cohorts 2 and 3, effect 5 a period
    >>> effects = att_gt(pd.DataFrame(rows, columns=["u", "t", "g", "y"]), "y", "u", "t", "g")
    >>> aggregate(effects, "dynamic").table[["event_time", "att", "n_cohorts", "n_treated"]].round(2)
       event_time   att  n_cohorts  n_treated
    0        -1.0   0.0          1          6
    1         0.0   5.0          2         12
    2         1.0  10.0          1          6
    """
    if how not in ("simple", *KEYS):
        raise ValueError('how must be "simple", "group", "calendar" or "dynamic"')
    cells = _Cells(att)
    if how == "simple":
        rows: list[dict[str, float]] = [{}]
        picks = [cells.post]
        influence = [cells.weighted(cells.post)]
        overall = influence[0]
    else:
        column = cells.table[KEYS[how]].to_numpy(dtype="float64")
        used = cells.usable if how == "dynamic" else cells.post
        values = np.unique(column[used])
        picks = [used & (column == value) for value in values]
        rows = [{KEYS[how]: value} for value in values]
        average = cells.mean if how == "group" else cells.weighted
        influence = [average(pick) for pick in picks]
        overall = cells.over_rows(how, values, influence)
    return _assemble(att, cells, how, rows, picks, influence, overall)


def lead_test(att: GroupTimeEffects) -> JointTest:
    """Test jointly that the effects at the last leads (event times −1, −2 …) are 0.

    For panels with more effects than places, where the test over all pre-period effects has no answer. At most one
    lead for every ten clusters; p by F with as many degrees of freedom as leads, and clusters minus leads. `missing`
    without a lead.

    >>> from concerns.staggered import att_gt
    >>> rows = [(u, t, 4 if u < 10 else 0, (u * 7 + t * 3) % 5) for u in range(20) for t in (1, 2, 3, 4)]
    >>> lead_test(att_gt(pd.DataFrame(rows, columns=["u", "t", "g", "y"]), "y", "u", "t", "g")).df
    2
    """
    from scipy.special import fdtrc

    dynamic = aggregate(att, "dynamic")
    sums = by_cluster(dynamic.influence[:, : len(dynamic.table)], att.cluster_of_unit) / max(att.n_units, 1)
    n_clusters = len(sums)
    is_lead = ((dynamic.table["event_time"] < 0) & (dynamic.table["status"] == Status.OK)).to_numpy()
    leads = np.flatnonzero(is_lead)[::-1][: n_clusters // 10]
    test = joint_test(dynamic.table["att"].to_numpy(dtype="float64")[leads], sums[:, leads].T @ sums[:, leads])
    if test.status is not Status.OK:
        return test
    spare = n_clusters - test.df
    return replace(test, p_value=float(fdtrc(test.df, spare, test.chi2 * spare / (test.df * (n_clusters - 1)))))


class _Cells:
    """The identified group-time effects and the two ways to average them; each average is (value, influence)."""

    def __init__(self, att: GroupTimeEffects) -> None:
        self.table, self.influence = att.table, att.influence
        self.effects = att.table["att"].to_numpy(dtype="float64")
        self.usable = np.isfinite(self.effects)
        self.post = self.usable & att.table["is_post"].to_numpy(dtype=bool)
        self.starts = att.cohort_of_unit
        self.cohorts = att.table["cohort"].to_numpy(dtype="float64")

    def weighted(self, pick: np.ndarray) -> tuple[float, Floats]:
        """Average the picked cells by cohort share."""
        return self.by_share(self.effects[pick], self.influence[:, pick], self.cohorts[pick])

    def mean(self, pick: np.ndarray) -> tuple[float, Floats]:
        """Average the picked cells equally."""
        return float(self.effects[pick].mean()), self.influence[:, pick].mean(axis=1)

    def by_share(self, effects: Floats, influence: Floats, cohorts: Floats) -> tuple[float, Floats]:
        """Average by p_g, with the error of the shares: ψ = Σw_kψ_k + Σ(1{G=g_k} − w_k·Σ_l 1{G=g_l})·θ_k / Σp."""
        if not len(effects):
            return np.nan, np.zeros(len(self.starts))
        member = (self.starts[:, None] == cohorts).astype("float64")
        shares = member.mean(axis=0)
        weights = shares / shares.sum()
        of_shares = (member - shares - weights * (member - shares).sum(axis=1, keepdims=True)) / shares.sum()
        return float(effects @ weights), influence @ weights + of_shares @ effects

    def over_rows(self, how: How, values: Floats, rows: list[tuple[float, Floats]]) -> tuple[float, Floats]:
        """Average the rows of an aggregation into its overall number."""
        kept = [k for k, value in enumerate(values) if how != "dynamic" or value >= 0]
        if not kept:
            return np.nan, np.zeros(len(self.starts))
        effects = np.array([rows[k][0] for k in kept])
        influence = np.column_stack([rows[k][1] for k in kept])
        if how == "group":
            return self.by_share(effects, influence, values)
        return float(effects.mean()), influence.mean(axis=1)

    def describe(self, pick: np.ndarray) -> tuple[int, int, Status]:
        """Return how many cohorts and treated units stand behind an average, and whether it can carry an interval."""
        if not pick.any():
            return 0, 0, Status.NOT_IDENTIFIED
        sizes = {g: int((self.starts == g).sum()) for g in np.unique(self.cohorts[pick])}
        weight = np.array([sizes[g] for g in self.cohorts[pick]], dtype="float64")
        few = (weight < MIN_UNITS) | (self.table["n_control"].to_numpy()[pick] < MIN_UNITS)
        status = Status.TOO_FEW if weight[few].sum() > 0.5 * weight.sum() else Status.OK
        return len(sizes), sum(sizes.values()), status


def _assemble(
    att: GroupTimeEffects,
    cells: _Cells,
    how: How,
    rows: list[dict[str, float]],
    picks: list[np.ndarray],
    averages: list[tuple[float, Floats]],
    overall: tuple[float, Floats],
) -> AggregatedEffects:
    described = [cells.describe(pick) for pick in picks]
    values = [value for value, _ in averages]
    influence = np.column_stack([psi for _, psi in averages]) if averages else np.empty((len(cells.starts), 0))
    statuses = [status for _, _, status in described]
    estimates = intervals(values, influence, att.cluster_of_unit, statuses, alpha=att.alpha)
    bands = simultaneous_bands(
        estimates, influence, att.cluster_of_unit, alpha=att.alpha, draws=att.draws, seed=att.seed
    )
    table = pd.DataFrame(
        [
            row
            | {"att": e.estimate, "se": e.se, "lower": e.lower, "upper": e.upper, "p_value": e.p_value}
            | {"band_lower": band[0], "band_upper": band[1]}
            | {"n_cohorts": cohorts, "n_treated": treated, "status": str(e.status)}
            for row, e, band, (cohorts, treated, _) in zip(rows, estimates, bands, described, strict=True)
        ],
        columns=[*([KEYS[how]] if how != "simple" else []), *_COLUMNS],
    )
    total = intervals(
        [overall[0]], overall[1][:, None], att.cluster_of_unit, [cells.describe(cells.post)[2]], alpha=att.alpha
    )[0]
    return AggregatedEffects(how, table, total, np.column_stack([influence, overall[1]]))


_COLUMNS = ["att", "se", "lower", "upper", "p_value", "band_lower", "band_upper", "n_cohorts", "n_treated", "status"]

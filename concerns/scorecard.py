"""Could this forum stand alone? A score with a floor and a ceiling, for what is not known is neither 0 nor full."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from concerns.estimate import Floats
from concerns.panel import require_columns


class ForumVerdict(StrEnum):
    """Whether a forum could stand alone."""

    READY = "ready"
    NOT_READY = "not_ready"
    CANNOT_TELL = "cannot_tell"


class ForumLabel(StrEnum):
    """The verdict in the words of a page; ON_TRACK and MISSING_EVIDENCE divide what `cannot_tell` holds."""

    READY = "ready_to_hand_over"
    ON_TRACK = "on_track"
    NEEDS_SUPPORT = "needs_support"
    MISSING_EVIDENCE = "missing_evidence"


@dataclass(frozen=True)
class Criterion:
    """One published criterion: the value that earns its full weight, and how old its evidence may be.

    weight: share of the score, all sum to 1. target: value of full score, min(1, value/target). least: score without
    which no forum is ready, 0 for none. max_age_days: older evidence counts as missing, None for any age.
    """

    key: str
    weight: float
    target: float
    least: float = 0.0
    max_age_days: int | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Criteria:
    """The published criteria, the rule of the verdict, and how far weights may reasonably differ."""

    criteria: tuple[Criterion, ...]
    ready_floor: float = 0.75
    ready_coverage: float = 0.80
    quarters_running: int = 2
    concentration: float = 50.0
    version: str = ""


@dataclass(frozen=True)
class Scorecard:
    """The score of one forum on one day.

    floor L: what is proved; ceiling U: L plus the weight of what is missing; coverage: the weight of what is known.
    band: 5 to 95 % of L over weights drawn around the published ones. table: one row a criterion: criterion, weight
    (shared out over what applies), target, value, score, observed_on, source, state (known, missing, stale,
    not_applicable), points (weight × score), cost_of_missing, could_add, changes_verdict (it alone, at full score in
    every quarter asked, would make another verdict). conditions: what `ready` asks for: condition, value, threshold,
    is_met, was_met (the quarters before).
    """

    forum_id: str
    as_of: dt.date
    floor: float
    ceiling: float
    coverage: float
    band: tuple[float, float]
    verdict: ForumVerdict
    label: ForumLabel
    table: pd.DataFrame
    conditions: pd.DataFrame
    version: str


def scorecard(
    forum: str,
    evidence: pd.DataFrame,
    criteria: Criteria,
    as_of: dt.date | pd.Timestamp | str,
    *,
    draws: int = 1000,
    seed: int = 0,
) -> Scorecard:
    """Score one forum from dated evidence.

    forum: its id. evidence: one row a finding: criterion, value (≥ 0; NaN = not known), observed_on, and where there
    are such, forum_id (rows of others are left out), source, is_applicable. Per criterion the latest finding by `as_of`
    counts; NaN says nothing. Floor L = Σ_known w·s, ceiling U = L + Σ_missing w, coverage κ = Σ_known w; the weight of
    what does not apply is shared out, that of what is missing is not. ready: L ≥ .75, κ ≥ .8 and every `least` met,
    this quarter and the ones before (2 running); not_ready: U < .75; else cannot_tell. The headline is L with its band
    [L, U]. Same seed, same result.

    Raises ValueError: a column is absent, a criterion is unknown, a value is negative.
    OECD/JRC (2008), Handbook on Constructing Composite Indicators; the weights are the programme's own.

    >>> criteria = Criteria((Criterion("meetings_held", 0.6, 1.0), Criterion("women", 0.4, 0.3)))
    >>> found = pd.DataFrame({"criterion": ["meetings_held"], "value": [0.5], "observed_on": ["2024-03-01"]})
    >>> card = scorecard("F1", found, criteria, "2024-06-30")
    >>> card.floor, card.ceiling, card.coverage, card.verdict.value
    (0.3, 0.7, 0.6, 'not_ready')
    """
    day = pd.Timestamp(as_of)
    rows = _evidence(forum, evidence, criteria)
    quarters = [day - pd.DateOffset(months=3 * k) for k in range(criteria.quarters_running)]
    tables = [_table(rows, criteria, quarter) for quarter in quarters]
    now = tables[0]
    verdict, label = _verdict(tables, criteria)
    changes = np.array([_verdict([_at_full(t, k) for t in tables], criteria)[0] != verdict for k in now.index])
    floor, ceiling, coverage = _score(now)
    return Scorecard(
        forum_id=forum,
        as_of=day.date(),
        floor=floor,
        ceiling=ceiling,
        coverage=coverage,
        band=_band(now, criteria.concentration, draws=draws, seed=seed),
        verdict=verdict,
        label=label,
        table=now.assign(changes_verdict=changes & (now["state"] != "not_applicable").to_numpy()),
        conditions=_conditions(tables, criteria),
        version=criteria.version,
    )


def _evidence(forum: str, evidence: pd.DataFrame, criteria: Criteria) -> pd.DataFrame:
    require_columns(evidence, ["criterion", "value", "observed_on"])
    rows = evidence if "forum_id" not in evidence else evidence[evidence["forum_id"] == forum]
    rows = pd.DataFrame(
        {
            "criterion": rows["criterion"].astype("str"),
            "value": pd.to_numeric(rows["value"]).astype("float64"),
            "observed_on": pd.to_datetime(rows["observed_on"]).astype("datetime64[s]"),
            "source": rows.get("source", ""),
            "applies": rows["is_applicable"].fillna(True).astype("bool") if "is_applicable" in rows else True,
        }
    )
    unknown = set(rows["criterion"]) - {criterion.key for criterion in criteria.criteria}
    if unknown:
        raise ValueError(f"unknown criteria in the evidence: {sorted(unknown)}")
    if (rows["value"] < 0).any():
        raise ValueError("a value of the evidence is negative")
    says_something = rows["observed_on"].notna() & (rows["value"].notna() | ~rows["applies"])
    return rows[says_something].sort_values(["observed_on", "value"], kind="stable")


def _table(rows: pd.DataFrame, criteria: Criteria, day: pd.Timestamp) -> pd.DataFrame:
    """Return one row a criterion as known on a day."""
    latest = rows[rows["observed_on"] <= day].groupby("criterion").tail(1).set_index("criterion")
    table = pd.DataFrame([_row(criterion, latest, day) for criterion in criteria.criteria])
    applies = table["state"] != "not_applicable"
    total = float(table.loc[applies, "weight"].sum())
    table["weight"] = np.where(applies, table["weight"] / total if total else 0.0, 0.0)
    known = table["state"] == "known"
    table["points"] = np.where(known, table["weight"] * table["score"], 0.0)
    table["cost_of_missing"] = np.where(known | ~applies, 0.0, table["weight"])
    return table.assign(could_add=np.where(applies, table["weight"] - table["points"], 0.0))


def _row(criterion: Criterion, latest: pd.DataFrame, day: pd.Timestamp) -> dict[str, Any]:
    row: dict[str, Any] = {"criterion": criterion.key, "weight": criterion.weight, "target": criterion.target}
    row |= {"value": np.nan, "score": np.nan, "observed_on": pd.NaT, "source": "", "state": "missing"}
    if criterion.key not in latest.index:
        return row
    found = latest.loc[criterion.key]
    row |= {"observed_on": found["observed_on"], "source": found["source"]}
    if not found["applies"]:
        return row | {"state": "not_applicable"}
    if criterion.max_age_days is not None and (day - found["observed_on"]).days > criterion.max_age_days:
        return row | {"value": found["value"], "state": "stale"}
    return row | {"value": found["value"], "score": min(1.0, found["value"] / criterion.target), "state": "known"}


def _score(table: pd.DataFrame) -> tuple[float, float, float]:
    """Return floor, ceiling and coverage; nothing that applies is known to be nothing: [0, 1]."""
    if not (table["state"] != "not_applicable").any():
        return 0.0, 1.0, 0.0
    floor = float(table["points"].sum())
    coverage = float(table.loc[table["state"] == "known", "weight"].sum())
    return round(floor, 12), round(min(1.0, floor + float(table["cost_of_missing"].sum())), 12), round(coverage, 12)


def _is_ready(table: pd.DataFrame, criteria: Criteria) -> bool:
    return all(value >= threshold for _, value, threshold in _asked(table, criteria))


def _asked(table: pd.DataFrame, criteria: Criteria) -> list[tuple[str, float, float]]:
    """Return condition, value and threshold of everything that `ready` asks for in one quarter."""
    floor, _, coverage = _score(table)
    asked = [("floor", floor, criteria.ready_floor), ("coverage", coverage, criteria.ready_coverage)]
    for criterion, state, score in zip(criteria.criteria, table["state"], table["score"].fillna(0.0), strict=True):
        if criterion.least and state != "not_applicable":
            asked.append((criterion.key, float(score), criterion.least))
    return asked


def _verdict(tables: list[pd.DataFrame], criteria: Criteria) -> tuple[ForumVerdict, ForumLabel]:
    """Apply the rule to the quarters, the latest first."""
    _, ceiling, coverage = _score(tables[0])
    if all(_is_ready(table, criteria) for table in tables):
        return ForumVerdict.READY, ForumLabel.READY
    if ceiling < criteria.ready_floor:
        return ForumVerdict.NOT_READY, ForumLabel.NEEDS_SUPPORT
    on_track = coverage >= criteria.ready_coverage
    return ForumVerdict.CANNOT_TELL, ForumLabel.ON_TRACK if on_track else ForumLabel.MISSING_EVIDENCE


def _at_full(table: pd.DataFrame, position: Any) -> pd.DataFrame:
    """Return the table with one criterion known at full score."""
    full = table.copy()
    full.loc[position, ["score", "points", "cost_of_missing"]] = [1.0, full.loc[position, "weight"], 0.0]
    full.loc[position, "state"] = "known"
    return full


def _conditions(tables: list[pd.DataFrame], criteria: Criteria) -> pd.DataFrame:
    earlier = [{name: value >= threshold for name, value, threshold in _asked(t, criteria)} for t in tables[1:]]
    return pd.DataFrame(
        [
            {"condition": name, "value": value, "threshold": threshold, "is_met": value >= threshold}
            | {"was_met": all(quarter.get(name, True) for quarter in earlier)}
            for name, value, threshold in _asked(tables[0], criteria)
        ]
    )


def _band(table: pd.DataFrame, concentration: float, *, draws: int, seed: int) -> tuple[float, float]:
    """Return 5 and 95 % of the floor over weights from Dirichlet(concentration · w)."""
    weighted = table[table["weight"] > 0].sort_values("criterion")  # so that no order of the file changes the draws
    if weighted.empty or not draws:
        floor = _score(table)[0]
        return floor, floor
    scores: Floats = np.where(weighted["state"] == "known", weighted["score"], 0.0)
    weights = np.random.default_rng(seed).dirichlet(concentration * weighted["weight"].to_numpy(), size=draws)
    lower, upper = np.quantile(weights @ scores, [0.05, 0.95])
    return float(lower), float(upper)

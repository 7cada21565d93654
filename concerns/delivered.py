"""What was delivered: forums, meetings, trainings, equipment, referrals, by district and sex, against targets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import pandas as pd

from concerns.programme_dates import days_of, status_of
from concerns.programme_schema import ActivityKind, ReferralStatus


class Measure(StrEnum):
    """What an indicator of the logframe may count."""

    FORUMS_OPENED = "forums_opened"
    SAFETY_PLANS_ADOPTED = "safety_plans_adopted"
    MEETINGS_HELD = "meetings_held"
    MEETING_ATTENDANCE = "meeting_attendance"
    PEOPLE_TRAINED = "people_trained"
    POLICE_TRAINED = "police_trained"
    EQUIPMENT_DELIVERED = "equipment_delivered"
    INFRASTRUCTURE_WORKS = "infrastructure_works"
    MENTORING_VISITS = "mentoring_visits"
    REFERRALS_SENT = "referrals_sent"
    REFERRALS_DONE = "referrals_done"


class Light(StrEnum):
    """How far an indicator is: a word, drawn with a shape, never with red and green alone."""

    ON_TRACK = "on_track"
    BEHIND = "behind"
    FAR_BEHIND = "far_behind"
    NO_DATA = "no_data"


Records = tuple[pd.DataFrame, str, str | None, str | None]


@dataclass(frozen=True)
class Indicator:
    """One line of the logframe: what is counted, from where it starts, what was promised, how it can be verified."""

    key: str
    measure: Measure
    baseline: float
    target: float
    starts_on: dt.date
    ends_on: dt.date
    labels: dict[str, str] = field(default_factory=dict)
    verification: dict[str, str] = field(default_factory=dict)


def delivered(
    forums: pd.DataFrame,
    meetings: pd.DataFrame,
    activities: pd.DataFrame,
    referrals: pd.DataFrame,
    *,
    start: dt.date | pd.Timestamp | str,
    end: dt.date | pd.Timestamp | str,
) -> pd.DataFrame:
    """Count what was delivered from `start` to `end`, both included, by district.

    One row a measure and district with any: measure, adm2_pcode, total, women and men (of people trained or present,
    over the records that tell both; NaN where nobody counted), n_records, n_unknown (records without the number, which
    are not taken for 0). People are participations: who came twice is counted twice.

    >>> done = pd.DataFrame({"adm2_pcode": "A", "kind": "training", "started_on": ["2024-03-05", "2024-04-05"],
    ...                      "participants_total": [20, None], "participants_women": [7, None]})
    >>> none = pd.DataFrame(columns=["forum_id", "adm2_pcode"])
    >>> delivered(none, none, done, none, start="2024-01-01", end="2024-12-31").head(1).to_numpy().tolist()
    [['people_trained', 'A', 20.0, 7.0, 13.0, 2, 1]]
    """
    span = (pd.Timestamp(start), pd.Timestamp(end))
    counted = _records(forums, meetings, activities, referrals)
    return pd.concat([_sums(measure, *records, span) for measure, records in counted.items()], ignore_index=True)


def logframe(
    indicators: Sequence[Indicator],
    forums: pd.DataFrame,
    meetings: pd.DataFrame,
    activities: pd.DataFrame,
    referrals: pd.DataFrame,
    *,
    as_of: dt.date | pd.Timestamp | str,
) -> pd.DataFrame:
    """Hold what was delivered by `as_of` against the targets: one row an indicator, in their order.

    Columns: key, baseline, target, actual (baseline + delivered), women, men, n_districts, n_unknown, progress =
    (actual − baseline)/(target − baseline), elapsed (share of the period that has passed), light. Rule: on_track when
    progress ≥ 0.9 · elapsed or the target is reached, behind from 0.6 · elapsed, else far_behind; no_data where nothing
    is recorded at all. Raises ValueError: a target equals its baseline, or a period has no days.

    >>> plan = Indicator("forums", Measure.FORUMS_OPENED, 0, 4, dt.date(2024, 1, 1), dt.date(2024, 12, 31))
    >>> opened = pd.DataFrame({"forum_id": ["F"], "adm2_pcode": ["A"], "opened_on": ["2024-02-01"]})
    >>> none = pd.DataFrame(columns=["forum_id", "adm2_pcode"])
    >>> table = logframe([plan], opened, none, none, none, as_of="2024-07-01")
    >>> table[["actual", "progress", "light"]].to_numpy().tolist()
    [[1.0, 0.25, 'far_behind']]
    """
    now, rows = pd.Timestamp(as_of), []
    for indicator in indicators:
        begins, ends = pd.Timestamp(indicator.starts_on), pd.Timestamp(indicator.ends_on)
        if indicator.target == indicator.baseline or ends <= begins:
            raise ValueError(f"indicator {indicator.key!r} has no distance or no time to its target")
        mine = _of_indicator(indicator, forums, meetings, activities, referrals, now)
        known = float(mine["total"].sum()) if len(mine) else np.nan
        elapsed = float(np.clip((now - begins) / (ends - begins), 0.0, 1.0))
        progress = known / (indicator.target - indicator.baseline)
        rows.append(
            {"key": indicator.key, "baseline": indicator.baseline, "target": indicator.target}
            | {"actual": indicator.baseline + known}
            | {sex: float(mine[sex].sum(min_count=1)) for sex in ("women", "men")}
            | {"n_districts": mine["adm2_pcode"].nunique(), "n_unknown": int(mine["n_unknown"].sum())}
            | {"progress": progress, "elapsed": elapsed, "light": str(_light(progress, elapsed))}
        )
    columns = ["key", "baseline", "target", "actual", "women", "men", "n_districts", "n_unknown"]
    return pd.DataFrame(rows, columns=[*columns, "progress", "elapsed", "light"])


def logframe_by_place(
    indicators: Sequence[Indicator],
    forums: pd.DataFrame,
    meetings: pd.DataFrame,
    activities: pd.DataFrame,
    referrals: pd.DataFrame,
    *,
    as_of: dt.date | pd.Timestamp | str,
) -> pd.DataFrame:
    """Part what `logframe` counts by district: key, adm2_pcode, total, women, men, n_records, n_unknown.

    One row an indicator and district with any record, in the indicators' order; the baseline belongs to no place, so
    an indicator's rows sum to its actual less its baseline.

    >>> plan = Indicator("forums", Measure.FORUMS_OPENED, 0, 4, dt.date(2024, 1, 1), dt.date(2024, 12, 31))
    >>> opened = pd.DataFrame({"forum_id": ["F", "G"], "adm2_pcode": ["A", "B"], "opened_on": "2024-02-01"})
    >>> none = pd.DataFrame(columns=["forum_id", "adm2_pcode"])
    >>> logframe_by_place([plan], opened, none, none, none, as_of="2024-07-01")[["adm2_pcode", "total"]].values.tolist()
    [['A', 1.0], ['B', 1.0]]
    """
    now = pd.Timestamp(as_of)
    parts = [
        _of_indicator(one, forums, meetings, activities, referrals, now).drop(columns="measure").assign(key=one.key)
        for one in indicators
    ]
    columns = ["key", "adm2_pcode", "total", "women", "men", "n_records", "n_unknown"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _of_indicator(
    indicator: Indicator,
    forums: pd.DataFrame,
    meetings: pd.DataFrame,
    activities: pd.DataFrame,
    referrals: pd.DataFrame,
    now: pd.Timestamp,
) -> pd.DataFrame:
    span = pd.Timestamp(indicator.starts_on), min(now, pd.Timestamp(indicator.ends_on))
    return _sums(indicator.measure, *_records(forums, meetings, activities, referrals)[indicator.measure], span)


def _records(
    forums: pd.DataFrame, meetings: pd.DataFrame, activities: pd.DataFrame, referrals: pd.DataFrame
) -> dict[Measure, Records]:
    """Return what each measure counts: rows, the column of the day, of the amount (None: rows), of the women in it."""
    home = forums.drop_duplicates("forum_id").set_index("forum_id")["adm2_pcode"]
    met = meetings.assign(adm2_pcode=meetings["forum_id"].map(home))
    kind = activities.get("kind", pd.Series(dtype="str"))
    done = referrals[status_of(referrals) == str(ReferralStatus.DONE)]
    training = activities[kind == str(ActivityKind.TRAINING)]
    equipment = activities[kind == str(ActivityKind.EQUIPMENT)]
    works = activities[kind == str(ActivityKind.INFRASTRUCTURE)]
    visits = activities[kind == str(ActivityKind.MENTORING_VISIT)]
    return {
        Measure.FORUMS_OPENED: (forums, "opened_on", None, None),
        Measure.SAFETY_PLANS_ADOPTED: (forums, "ssp_adopted_on", None, None),
        Measure.MEETINGS_HELD: (met, "held_on", None, None),
        Measure.MEETING_ATTENDANCE: (met, "held_on", "att_total", "att_women"),
        Measure.PEOPLE_TRAINED: (training, "started_on", "participants_total", "participants_women"),
        Measure.POLICE_TRAINED: (training, "started_on", "participants_police", None),
        Measure.EQUIPMENT_DELIVERED: (equipment, "started_on", "quantity", None),
        Measure.INFRASTRUCTURE_WORKS: (works, "started_on", None, None),
        Measure.MENTORING_VISITS: (visits, "started_on", None, None),
        Measure.REFERRALS_SENT: (referrals, "sent_on", None, None),
        Measure.REFERRALS_DONE: (done, "closed_on", None, None),
    }


def _light(progress: float, elapsed: float) -> Light:
    if np.isnan(progress):
        return Light.NO_DATA
    if progress >= min(1.0, 0.9 * elapsed):
        return Light.ON_TRACK
    return Light.BEHIND if progress >= 0.6 * elapsed else Light.FAR_BEHIND


def _sums(
    measure: Measure,
    rows: pd.DataFrame,
    day: str,
    amount: str | None,
    women: str | None,
    span: tuple[pd.Timestamp, pd.Timestamp],
) -> pd.DataFrame:
    inside = rows[days_of(rows, day).between(*span)]
    ones = pd.Series(1.0, index=inside.index)
    values = ones if amount is None else _numbers(inside, amount)
    table = pd.DataFrame(
        {
            "adm2_pcode": inside["adm2_pcode"],
            "total": values,
            "women": np.nan if women is None else _numbers(inside, women).where(values.notna()),
            "men": np.nan if women is None else values - _numbers(inside, women),
            "n_records": 1,
            "n_unknown": values.isna().astype("int64"),
        }
    )
    how = {"n_records": "sum", "n_unknown": "sum"}
    groups = table.groupby("adm2_pcode", sort=True, dropna=False)
    sums = groups[["total", "women", "men"]].sum(min_count=1).join(groups.agg(how)).reset_index()
    sums.insert(0, "measure", str(measure))
    return sums


def _numbers(table: pd.DataFrame, column: str) -> pd.Series:
    if column not in table:
        return pd.Series(np.nan, index=table.index)
    return pd.to_numeric(table[column]).astype("float64")

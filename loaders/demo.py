"""A seeded synthetic country of forums: plausible, labelled synthetic, and made to go through the real load.

Forums open over the years in some districts and never in others, so reporting effort changes while concerns do; some
meetings are missed, some left no record. Reports stand at places rather than at points, a few twice, a few broken.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

PLACES_FILE = Path(__file__).resolve().parents[1] / "data" / "iraq_places.csv"
N_MONTHS = 48
SHARE_WITH_FORUM = 0.75  # of districts
ROUNDS = (6, 12, 18, 25)  # months after the first in which the later forums open, as funds come in rounds
MEETINGS_A_MONTH = 2
CONCERNS_A_MEETING = 9.0
BAD_ROWS, DOUBLED_ROWS = 12, 25
ELSEWHERE_A_MONTH = 1.1  # reports of a district that come other ways than through a forum
TRUE_RATIO_ELSEWHERE = 0.7  # what a forum in the district truly makes of them: the effect that a design should find

# Category → (share of concerns, yearly swing, month of its peak, change a year).
MIX = {
    "C01": (0.05, 0.1, 3, -0.25),
    "C02": (0.07, 0.1, 7, 0.0),
    "C03": (0.10, 0.2, 5, 0.0),
    "C04": (0.09, 0.1, 9, -0.15),
    "C05": (0.06, 0.1, 1, 0.10),
    "C06": (0.05, 0.2, 9, 0.0),
    "C07": (0.14, 0.1, 8, 0.30),
    "C08": (0.14, 0.2, 12, 0.0),
    "C09": (0.06, 0.1, 2, 0.25),
    "C10": (0.05, 0.1, 6, 0.0),
    "C11": (0.07, 0.3, 4, 0.0),
    "C12": (0.10, 0.5, 7, 0.05),
    "C99": (0.02, 0.0, 1, 0.0),
}
_GROUPS = ("community", "women_group", "youth_group", "police", "civil_society", "mukhtar")
_STATUS = ("host", "idp", "returnee", "unknown")


@dataclass(frozen=True)
class Demo:
    """Text tables in the layout of our own templates (SOURCES: reports, forums, meetings), all synthetic."""

    reports: pd.DataFrame
    forums: pd.DataFrame
    meetings: pd.DataFrame


@cache
def places(path: Path = PLACES_FILE) -> pd.DataFrame:
    """The labelled places of the country: one row a sub-district."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        frame = pd.DataFrame(csv.DictReader(line for line in file if not line.startswith("#")))
    return frame.assign(lat=frame["lat"].astype(float), lon=frame["lon"].astype(float))


def build(*, end: dt.date, seed: int = 2016) -> Demo:
    """Make the synthetic country for the 48 whole months up to the month of `end`; the same seed, the same country."""
    rng = np.random.default_rng(seed)
    months = pd.period_range(end=pd.Period(end, "M"), periods=N_MONTHS, freq="M")
    forums = _forums(rng, months)
    meetings = _meetings(rng, months, forums)
    reports = _reports(rng, months, forums, meetings)
    counted = reports["meeting_id"].value_counts()
    raised = meetings["meeting_id"].map(counted).fillna(0).astype(int).astype(str)
    meetings = meetings.assign(n_concerns=raised.where(meetings["held_on"] != "", ""))
    return Demo(_with_faults(rng, reports.drop(columns="meeting_id")), forums, meetings)


def _forums(rng: np.random.Generator, months: pd.PeriodIndex) -> pd.DataFrame:
    """One to three forums in three districts of four; half of them open before the first month, the rest later."""
    codes = np.sort(places()["adm2_pcode"].unique())
    chosen = np.sort(rng.choice(codes, int(len(codes) * SHARE_WITH_FORUM), replace=False))
    owner = np.repeat(chosen, rng.choice([1, 2, 3], len(chosen), p=[0.7, 0.2, 0.1]))
    opened = np.where(rng.random(len(owner)) < 0.5, -rng.integers(1, 18, len(owner)), rng.choice(ROUNDS, len(owner)))
    opened_on = [(months[0] + int(shift)).start_time.date() for shift in opened]
    number = pd.Series(owner).groupby(owner).cumcount() + 1
    names = places().drop_duplicates("adm2_pcode").set_index("adm2_pcode")
    members = rng.integers(14, 32, len(owner))
    handover = [day + dt.timedelta(days=730) for day in opened_on]
    return pd.DataFrame(
        {
            "forum_id": [f"CPF-{code[3:5]}{code[6:8]}-{n}" for code, n in zip(owner, number, strict=True)],
            "adm2_pcode": owner,
            "name_en": [f"{names.loc[code, 'adm2_name']} forum {n}" for code, n in zip(owner, number, strict=True)],
            "name_ar": [f"منتدى {names.loc[code, 'adm2_name_ar']} {n}" for code, n in zip(owner, number, strict=True)],
            "opened_on": [day.isoformat() for day in opened_on],
            "mentoring_start": [day.isoformat() for day in opened_on],
            "handover_on": [day.isoformat() if day <= months[-1].end_time.date() else "" for day in handover],
            "members_total": members.astype(str),
            "members_women": rng.binomial(members, 0.32).astype(str),
        }
    )


def _meetings(rng: np.random.Generator, months: pd.PeriodIndex, forums: pd.DataFrame) -> pd.DataFrame:
    """Two planned meetings a month from the opening on; one in eight is not held, one in thirty left no record."""
    opened = pd.PeriodIndex(forums["opened_on"], freq="M")
    grid = np.indices((len(forums), len(months))).reshape(2, -1)
    is_open = opened.asi8[grid[0]] <= months.asi8[grid[1]]
    forum, month = np.repeat(grid[:, is_open], MEETINGS_A_MONTH, axis=1)
    start = months.start_time.to_numpy()[month].astype("datetime64[D]")
    planned = start + (rng.integers(0, 13, len(month)) + 14 * (np.arange(len(month)) % 2)).astype("timedelta64[D]")
    is_held = rng.random(len(month)) > 0.12
    held = planned + rng.integers(0, 2, len(month)).astype("timedelta64[D]")
    total = rng.integers(9, 30, len(month))
    attended = {
        name: np.where(is_held, rng.binomial(total, share), -1)
        for name, share in {
            "att_women": 0.3,
            "att_youth": 0.24,
            "att_police": 0.14,
            "att_idp": 0.12,
            "att_returnee": 0.2,
        }.items()
    }
    frame = pd.DataFrame(
        {
            "meeting_id": [f"M-{n:06d}" for n in range(1, len(month) + 1)],
            "forum_id": forums["forum_id"].to_numpy()[forum],
            "planned_on": planned.astype(str),
            "held_on": np.where(is_held, held.astype(str), ""),
            "att_total": np.where(is_held, total.astype(str), ""),
            **{name: np.where(values < 0, "", values.astype(str)) for name, values in attended.items()},
        }
    )
    return frame[rng.random(len(frame)) > 0.03].reset_index(drop=True)


def _reports(
    rng: np.random.Generator, months: pd.PeriodIndex, forums: pd.DataFrame, meetings: pd.DataFrame
) -> pd.DataFrame:
    """Concerns raised at the meetings held: by district level, category mix, season and slow change."""
    held = meetings[meetings["held_on"] != ""].reset_index(drop=True)
    district = held["forum_id"].map(forums.set_index("forum_id")["adm2_pcode"])
    held_on = held["held_on"].to_numpy().astype("datetime64[D]")
    codes = np.array(list(MIX))
    share, swing, peak, change = (np.array(column) for column in zip(*MIX.values(), strict=True))
    levels = dict(zip(sorted(set(district)), rng.gamma(6, 1 / 6, district.nunique()), strict=True))
    tilt = {code: rng.dirichlet(share * 40) for code in sorted(levels)}
    calendar = (held_on.astype("datetime64[M]").astype(int) % 12 + 1)[:, None]
    years = ((held_on - months[0].start_time.to_numpy().astype("datetime64[D]")).astype(int) / 365.25)[:, None]
    season = 1 + swing * np.cos(2 * np.pi * (calendar - peak) / 12)
    mean = (
        CONCERNS_A_MEETING
        * district.map(levels).to_numpy()[:, None]
        * np.vstack([tilt[code] for code in district])
        * season
    )
    counts = rng.poisson(mean * (1 + change) ** years)
    meeting, category = np.repeat(np.indices(counts.shape).reshape(2, -1), counts.ravel(), axis=1)
    n = len(meeting)
    day = held_on[meeting] - rng.integers(0, 25, n).astype("timedelta64[D]")
    severity = np.where(rng.random(n) < 0.06, "", rng.choice(["1", "2", "3"], n, p=[0.45, 0.4, 0.15]))
    frame = pd.DataFrame(
        {
            "report_id": [f"SYN-{number:06d}" for number in range(1, n + 1)],
            "forum_id": held["forum_id"].to_numpy()[meeting],
            "occurred_on": day.astype(str),
            "reported_on": held_on[meeting].astype(str),
            "category": codes[category],
            "severity": severity,
            "n_affected": rng.geometric(0.3, n).astype(str),
            "reporter_group": rng.choice(_GROUPS, n, p=[0.46, 0.14, 0.12, 0.1, 0.08, 0.1]),
            "reporter_status": rng.choice(_STATUS, n, p=[0.5, 0.15, 0.25, 0.1]),
            "validation": "approved",
            "description": "Synthetic example text · نص مثال مصطنع",
            "meeting_id": held["meeting_id"].to_numpy()[meeting],
        }
    )
    return frame.join(_whereabouts(rng, district.to_numpy()[meeting]))


def elsewhere(forums: pd.DataFrame, *, end: dt.date, seed: int = 2021) -> pd.DataFrame:
    """Reports of every district that no forum passed on: fewer by a known ratio once the district has a forum."""
    rng = np.random.default_rng(seed)
    months = pd.period_range(end=pd.Period(end, "M"), periods=N_MONTHS, freq="M")
    codes = np.sort(places()["adm2_pcode"].unique())
    first = pd.PeriodIndex(forums["opened_on"], freq="M").asi8
    opened = pd.Series(first).groupby(forums["adm2_pcode"].to_numpy()).min().reindex(codes).to_numpy()[:, None]
    level = ELSEWHERE_A_MONTH * rng.gamma(8, 1 / 8, len(codes))[:, None]
    season = 1 + 0.2 * np.cos(2 * np.pi * (months.month.to_numpy() - 7) / 12)
    counts = rng.poisson(level * season * np.where(opened <= months.asi8, TRUE_RATIO_ELSEWHERE, 1.0))
    district, month = np.repeat(np.indices(counts.shape).reshape(2, -1), counts.ravel(), axis=1)
    n = len(district)
    day = months.start_time.to_numpy()[month].astype("datetime64[D]") + rng.integers(0, 28, n).astype("timedelta64[D]")
    shares = np.array([share for share, *_ in MIX.values()])
    frame = pd.DataFrame(
        {
            "report_id": [f"SYN-OTHER-{number:06d}" for number in range(1, n + 1)],
            "forum_id": "",
            "occurred_on": day.astype(str),
            "reported_on": day.astype(str),
            "category": rng.choice(list(MIX), n, p=shares / shares.sum()),
            "severity": rng.choice(["1", "2", "3"], n, p=[0.45, 0.4, 0.15]),
            "n_affected": rng.geometric(0.3, n).astype(str),
            "reporter_group": "community",
            "reporter_status": rng.choice(_STATUS, n, p=[0.5, 0.15, 0.25, 0.1]),
            "validation": "approved",
            "description": "Synthetic example text · نص مثال مصطنع",
        }
    )
    return frame.join(_whereabouts(rng, codes[district]))


def _whereabouts(rng: np.random.Generator, district: np.ndarray) -> pd.DataFrame:
    """Three reports of four stand at their sub-district's place, one of seven has a GPS point, some only a district."""
    known = places()
    rows = {str(code): group.index.to_numpy() for code, group in known.groupby("adm2_pcode")}
    n = len(district)
    draw = rng.beta(1, 2.2, n)  # the first place of a district, its centre, is the busiest
    spot = np.array([rows[code][int(share * len(rows[code]))] for code, share in zip(district, draw, strict=True)])
    kind = rng.choice(["place", "gps", "name"], n, p=[0.76, 0.14, 0.1])
    is_gps = kind == "gps"
    lat = known["lat"].to_numpy()[spot] + np.where(is_gps, rng.normal(0, 0.02, n), 0)
    lon = known["lon"].to_numpy()[spot] + np.where(is_gps, rng.normal(0, 0.024, n), 0)
    has_point = kind != "name"
    return pd.DataFrame(
        {
            "district": np.where(has_point, "", known["adm2_name"].to_numpy()[spot]),
            "governorate": np.where(has_point, "", known["adm1_name"].to_numpy()[spot]),
            "lat": np.where(has_point, np.char.mod("%.5f", lat), ""),
            "lon": np.where(has_point, np.char.mod("%.5f", lon), ""),
            "accuracy_m": np.where(is_gps, rng.integers(4, 30, n).astype(str), ""),
            "geo_precision": np.select([is_gps, has_point], ["1", "2"], "4"),
        }
    )


def _with_faults(rng: np.random.Generator, reports: pd.DataFrame) -> pd.DataFrame:
    """Repeat some rows and break some others, as real files do."""
    doubled = reports.iloc[rng.choice(len(reports), DOUBLED_ROWS, replace=False)]
    bad = reports.iloc[rng.choice(len(reports), BAD_ROWS, replace=False)].copy()
    bad["report_id"] = [f"SYN-BAD-{number:02d}" for number in range(1, BAD_ROWS + 1)]
    with_point = bad["lat"] != ""
    faults = np.arange(BAD_ROWS) % 4
    bad.loc[faults == 0, "occurred_on"] = "31.02.2024"
    bad.loc[faults == 1, "category"] = "C77"
    swapped = (faults == 2) & with_point
    bad.loc[swapped, ["lat", "lon"]] = bad.loc[swapped, ["lon", "lat"]].to_numpy()
    bad.loc[faults == 3, ["lat", "lon"]] = "0"
    return pd.concat([reports, doubled, bad], ignore_index=True)

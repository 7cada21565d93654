"""What answers the concerns of the synthetic country: referrals, support, milestones and two perception rounds.

The true effects are known (`TRUE_EFFECTS`), so that a design can be held against what it should have found.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from loaders.demo import places

# What a forum truly changed: shares of respondents, in points.
TRUE_EFFECTS = {
    "trust_police": 0.0,
    "feel_safe_day": 0.0,
    "feel_safe_night": 0.04,
    "would_report": 0.10,
    "women_would_report": 0.10,
    "knows_forum": 0.35,
    "satisfied_response": 0.05,
}
BASELINE = {
    "trust_police": 0.52,
    "feel_safe_day": 0.78,
    "feel_safe_night": 0.55,
    "would_report": 0.40,
    "women_would_report": 0.28,
    "knows_forum": 0.10,
    "satisfied_response": 0.35,
}
COMMON_CHANGE = 0.03
SURVEY_N = {"all": 80, "women": 40, "men": 40}
SURVEY_SITES = 20  # an arm
SHARE_REFERRED = 0.06
# Sector → (median days to accept, median days from there to close, share never answered, share never closed).
SPEED = {
    "law_enforcement": (4, 35, 0.06, 0.18),
    "justice": (12, 90, 0.15, 0.35),
    "health": (6, 30, 0.08, 0.12),
    "social_affairs": (10, 45, 0.12, 0.20),
    "municipal": (15, 70, 0.20, 0.30),
    "education": (9, 40, 0.10, 0.15),
    "labour": (14, 80, 0.18, 0.30),
    "protection": (2, 25, 0.04, 0.12),
    "mine_action": (3, 50, 0.05, 0.22),
    "civil_society": (5, 28, 0.08, 0.12),
}
# Category → sectors that receive it, the likeliest first.
RECEIVES = {
    "C01": ("mine_action", "law_enforcement"),
    "C04": ("protection", "law_enforcement"),
    "C05": ("protection", "justice"),
    "C06": ("law_enforcement", "justice"),
    "C07": ("health", "law_enforcement"),
    "C08": ("law_enforcement", "municipal"),
    "C09": ("law_enforcement", "civil_society"),
    "C10": ("civil_society", "social_affairs"),
    "C11": ("labour", "education"),
    "C12": ("municipal", "education"),
}
PACE = {"emergency": 0.25, "urgent": 0.6, "normal": 1.0}


def with_milestones(forums: pd.DataFrame, *, end: dt.date, seed: int = 2017) -> pd.DataFrame:
    """Add to the synthetic forums how their mentoring went: some are handed over late or never, some have a plan."""
    rng = np.random.default_rng(seed)
    n, opened = len(forums), pd.to_datetime(forums["opened_on"])
    handover = opened + pd.to_timedelta(rng.choice([700, 728, 850], n, p=[0.4, 0.4, 0.2]), unit="D")
    plan = opened + pd.to_timedelta(rng.integers(200, 600, n), unit="D")
    handed_over = (handover <= pd.Timestamp(end)) & (rng.random(n) > 0.2)
    planned = (plan <= pd.Timestamp(end)) & (rng.random(n) > 0.3)
    funds = np.char.mod("%.2f", rng.beta(2, 2, n))
    return forums.assign(
        mentoring_end=_texts(handover.where(handed_over)),
        handover_on=_texts(handover.where(handed_over)),
        ssp_adopted_on=_texts(plan.where(planned)),
        self_funded_share=np.where(rng.random(n) < 0.6, funds, ""),
    )


def referrals(reports: pd.DataFrame, forums: pd.DataFrame, *, end: dt.date, seed: int = 2018) -> pd.DataFrame:
    """Refer some of the reports raised at forums: slow ones, some never answered, some never closed."""
    rng = np.random.default_rng(seed)
    raised = reports[(reports["forum_id"] != "") & reports["report_id"].str.match(r"SYN-\d")]
    raised = raised.drop_duplicates("report_id")
    sent = raised[rng.random(len(raised)) < SHARE_REFERRED].reset_index(drop=True)
    n = len(sent)
    home = sent["forum_id"].map(forums.set_index("forum_id")["adm2_pcode"])
    sector = _sectors(rng, sent["category"])
    priority = rng.choice(["emergency", "urgent", "normal"], n, p=[0.08, 0.3, 0.62])
    accept, close, silent, stuck = np.array([SPEED[name] for name in sector]).T
    pace = np.array([PACE[word] for word in priority])
    day = pd.to_datetime(sent["reported_on"]) + pd.to_timedelta(rng.integers(0, 4, n), unit="D")
    acknowledged = day + _days(rng.lognormal(np.log(accept * pace / 2 + 0.5), 0.8))
    accepted = acknowledged + _days(rng.lognormal(np.log(accept * pace / 2 + 0.5), 0.9))
    closed = accepted + _days(rng.lognormal(np.log(close * pace), 0.8))
    is_rejected, is_silent = rng.random(n) < 0.06, rng.random(n) < silent
    closed = closed.where(~is_rejected, acknowledged + _days(rng.integers(1, 10, n)))
    accepted = accepted.where(~(is_silent | is_rejected))
    closed = closed.where(~(is_silent | (rng.random(n) < stuck)))
    acknowledged = acknowledged.where(~(is_silent & (rng.random(n) < 0.5)))
    now = pd.Timestamp(end)
    kept = (day <= now).to_numpy()
    acknowledged, accepted, closed = (one.where(one <= now) for one in (acknowledged, accepted, closed))
    status = np.select(
        [closed.notna() & is_rejected, closed.notna(), accepted.notna()],
        ["rejected", "done", "accepted"],
        "in_progress",
    )
    outcome = rng.choice(
        ["resolved", "partly", "not_resolved", "withdrawn", "unknown"], n, p=[0.5, 0.2, 0.2, 0.04, 0.06]
    )
    region = places().drop_duplicates("adm2_pcode").set_index("adm2_pcode")["adm1_name"]
    table = pd.DataFrame(
        {
            "referral_id": [f"R-{k:06d}" for k in range(1, n + 1)],
            "report_id": sent["report_id"],
            "forum_id": sent["forum_id"],
            "adm2_pcode": home,
            "category": sent["category"],
            "sector": sector,
            "receiving_body": [
                f"{word.replace('_', ' ').capitalize()}, {region[code]}"
                for word, code in zip(sector, home, strict=True)
            ],
            "priority": priority,
            "sent_on": _texts(day),
            "acknowledged_on": _texts(acknowledged),
            "accepted_on": _texts(accepted),
            "closed_on": _texts(closed),
            "status": status,
            "outcome": np.where(status == "done", outcome, ""),
        }
    )
    return table[kept].reset_index(drop=True)


def activities(forums: pd.DataFrame, meetings: pd.DataFrame, *, end: dt.date, seed: int = 2019) -> pd.DataFrame:
    """Support of each forum: three trainings, a delivery, for some a work, and a mentor who comes ever less."""
    rng = np.random.default_rng(seed)
    kinds = [("training", 60), ("training", 180), ("training", 365), ("equipment", 120), ("infrastructure", 240)]
    frames = [_supported(rng, forums, kind, after) for kind, after in kinds]
    met = meetings[meetings["held_on"] != ""]
    opened = pd.to_datetime(met["forum_id"].map(forums.set_index("forum_id")["opened_on"]))
    held = pd.to_datetime(met["held_on"])
    age = (held - opened).dt.days / 30.4
    visited = met[(rng.random(len(met)) < (0.85 - 0.035 * age).clip(0.02)) & (age < 26)]
    home = forums.set_index("forum_id")["adm2_pcode"]
    frames.append(
        pd.DataFrame(
            {
                "forum_id": visited["forum_id"],
                "adm2_pcode": visited["forum_id"].map(home),
                "kind": "mentoring_visit",
                "started_on": visited["held_on"],
                "quantity": "1",
                "unit": "visit",
            }
        )
    )
    table = pd.concat(frames, ignore_index=True).fillna("")
    table = table[pd.to_datetime(table["started_on"]) <= pd.Timestamp(end)].reset_index(drop=True)
    late = pd.to_datetime(table["checked_on"]) > pd.Timestamp(end)
    table.loc[late, ["functional", "checked_on"]] = ""
    return table.assign(activity_id=[f"A-{k:06d}" for k in range(1, len(table) + 1)], donor="Synthetic donor")


def _supported(rng: np.random.Generator, forums: pd.DataFrame, kind: str, after_days: int) -> pd.DataFrame:
    chosen = forums[rng.random(len(forums)) < (0.35 if kind == "infrastructure" else 0.9)]
    n = len(chosen)
    start = pd.to_datetime(chosen["opened_on"]) + pd.to_timedelta(after_days + rng.integers(0, 40, n), unit="D")
    table = pd.DataFrame(
        {"forum_id": chosen["forum_id"], "adm2_pcode": chosen["adm2_pcode"], "kind": kind, "started_on": _texts(start)}
    )
    if kind == "training":
        people = rng.integers(15, 35, n)
        return table.assign(
            item="Community policing course",
            participants_total=people.astype(str),
            participants_women=np.where(rng.random(n) < 0.9, rng.binomial(people, 0.34).astype(str), ""),
            participants_police=rng.binomial(people, 0.3).astype(str),
        )
    checked = start + pd.to_timedelta(rng.integers(200, 500, n), unit="D")
    works = rng.choice(["yes", "no", "unknown"], n, p=[0.75, 0.15, 0.1])
    return table.assign(
        item="Furniture and radios" if kind == "equipment" else "Repair of the meeting room",
        quantity=rng.integers(1, 12, n).astype(str) if kind == "equipment" else "1",
        unit="piece" if kind == "equipment" else "building",
        cost_usd=rng.integers(400, 9000, n).astype(str),
        functional=works,
        checked_on=_texts(checked),
    )


def surveys(forums: pd.DataFrame, *, start: dt.date, end: dt.date, seed: int = 2020) -> pd.DataFrame:
    """Two rounds in districts whose forum opened between them and in districts that never had one."""
    rng = np.random.default_rng(seed)
    days = [pd.Timestamp(start) + pd.Timedelta(days=20), pd.Timestamp(end) - pd.Timedelta(days=110)]
    opened = pd.to_datetime(forums["opened_on"]).groupby(forums["adm2_pcode"]).min()
    between = opened.index[(opened > days[0]) & (opened < days[1])]
    never = np.setdiff1d(np.sort(places()["adm2_pcode"].unique()), forums["adm2_pcode"].unique())
    rows = []
    for arm, codes in (("forum", between), ("comparison", never)):
        for code in np.sort(rng.choice(codes, min(SURVEY_SITES, len(codes)), replace=False)):
            level = {name: share + rng.normal(0, 0.05) for name, share in BASELINE.items()}
            for wave, day in enumerate(days, start=1):
                for indicator, share in level.items():
                    change = (COMMON_CHANGE + (TRUE_EFFECTS[indicator] if arm == "forum" else 0.0)) * (wave == 2)
                    truth = float(np.clip(share + change + rng.normal(0, 0.02), 0.02, 0.98))
                    rows += [
                        (
                            wave,
                            day,
                            day + pd.Timedelta(days=14),
                            code,
                            arm,
                            indicator,
                            group,
                            n,
                            rng.binomial(n, truth) / n,
                        )
                        for group, n in SURVEY_N.items()
                    ]
    columns = ["wave", "fielded_from", "fielded_to", "adm2_pcode", "arm", "indicator", "group", "n", "estimate"]
    table = pd.DataFrame(rows, columns=columns)
    dated = {name: _texts(table[name]) for name in ("fielded_from", "fielded_to")}
    return table.assign(survey_id="SYN-PERC", estimate=table["estimate"].map("{:.4f}".format), **dated)


def _sectors(rng: np.random.Generator, categories: pd.Series) -> np.ndarray:
    """The receiving sector: the likeliest in three cases of five, the second in one of four, else any."""
    first, second = (
        categories.map({code: pair[k] for code, pair in RECEIVES.items()})
        .fillna("civil_society")
        .to_numpy(dtype=object)
        for k in (0, 1)
    )
    draw = rng.random(len(categories))
    anywhere = rng.choice(list(SPEED), len(categories))
    return np.select([draw < 0.6, draw < 0.85], [first, second], anywhere)


def _days(values: np.ndarray) -> pd.Series:
    return pd.Series(pd.to_timedelta(np.asarray(values, dtype="int64"), unit="D"))


def _texts(days: pd.Series) -> pd.Series:
    """Days as text, blank where there is none."""
    return pd.to_datetime(days).dt.strftime("%Y-%m-%d").fillna("")

"""A store with a canary in every field that could give somebody away, and who may see which of them.

Three districts: OWN is the forum lead's, OTHER lies in the same governorate, FAR in another one. Each has ordinary and
sensitive reports. A canary names its field, its district and whether its report is sensitive.
"""

from __future__ import annotations

import datetime as dt
import struct
from pathlib import Path

import numpy as np
import pandas as pd

from concerns.access import Role, Viewer
from concerns.schema import REPORT_COLUMNS
from loaders.categories import load_taxonomy
from loaders.folders import Folders
from loaders.publication import publish_store
from loaders.roles import RoleEntry
from loaders.store import BatchEvent, Store
from loaders.tables import arrow_schema, to_arrow

OWN, OTHER, FAR = "IQG15Q01", "IQG15Q02", "IQG01Q01"
NOON = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
N_ORDINARY, N_SENSITIVE = 40, 12
SENSITIVE = "C05"
ADMIN = Viewer("local", Role.ADMIN)
PEOPLE = {
    "admin": RoleEntry("admin@example.org", Role.ADMIN, clearances=frozenset(load_taxonomy().categories)),
    "planner": RoleEntry("planner@example.org", Role.PLANNER),
    "lead": RoleEntry("lead@example.org", Role.FORUM_LEAD, frozenset({OWN})),
    "donor": RoleEntry("donor@example.org", Role.DONOR),
}
FREE = [name for name, kind in REPORT_COLUMNS.items() if kind.startswith("string")]
CODED = {"adm1_pcode", "adm2_pcode", "category", "subcategory", "batch_id", "boundary_version"}
_POINT = {OWN: (36.312457, 43.127531), OTHER: (36.712459, 43.327533), FAR: (33.112461, 43.927537)}


def canary(field: str, district: str, *, is_sensitive: bool) -> str:
    """The text of one field of every report of a district."""
    return f"CANARY-{field}-{district}-{'hush' if is_sensitive else 'plain'}"


def point(district: str, *, is_sensitive: bool) -> tuple[float, float]:
    """The place of every report of a district."""
    lat, lon = _POINT[district]
    return (lat + 0.0511, lon + 0.0511) if is_sensitive else (lat, lon)


def numbers_of(district: str, *, is_sensitive: bool) -> tuple[float]:
    """Numbers beside the point that every report of a district has alone: accuracy_m."""
    return (7.00321 + 0.01 * (OWN, OTHER, FAR).index(district) + (0.005 if is_sensitive else 0),)


def build(folder: Path, *, publish: bool = True) -> Store:
    """Fill a store, enter a person of each role, and publish a release of it."""
    store = Store(str(folder / "store"))
    fill(store, "reports", every_report())
    forums = pd.DataFrame([forum(district) for district in (OWN, OTHER, FAR)])
    fill(store, "forums", forums)
    fill(store, "meetings", meetings(forums))
    fill(store, "referrals", pd.DataFrame([referral(d, s) for d in (OWN, OTHER, FAR) for s in (False, True)]))
    fill(store, "activities", pd.DataFrame([activity(district) for district in (OWN, OTHER, FAR)]))
    folders = Folders.of(store)
    for entry in PEOPLE.values():
        folders.role_table.set(entry, by=ADMIN, at=NOON)
    if publish:
        publish_store(store, until="2026Q2", by=ADMIN, at=NOON, epsilon=1.0, since="2025Q3")
    return store


def forbidden(role: str) -> list[bytes]:
    """What nobody of this role may receive in any form: texts, and points as text and as numbers."""
    found: list[str] = ["CANARY-quarantine", "CANARY-file"] if role in ("lead", "donor", "public") else []
    if role == "planner":  # whose files others loaded: a name may tell a place
        found += ["CANARY-file-reports", "CANARY-file-referrals", "CANARY-quarantine"]
    numbers: list[float] = []
    for district in (OWN, OTHER, FAR):
        for is_sensitive in (False, True):
            if not _may_see(role, district, is_sensitive=is_sensitive):
                found += [canary(name, district, is_sensitive=is_sensitive) for name in FREE if name not in CODED]
                numbers += [
                    *point(district, is_sensitive=is_sensitive),
                    *numbers_of(district, is_sensitive=is_sensitive),
                ]
        if role in ("donor", "public") or (role == "lead" and district != OWN):
            found += [f"CANARY-forum-{district}", f"CANARY-referral-{district}"]
            numbers += [degrees + 0.0123 for degrees in point(district, is_sensitive=False)]
    if role == "lead":
        found += [canary("description", OWN, is_sensitive=False)]
    texts = [text.encode() for text in dict.fromkeys(found)]
    return texts + [f"{n:.5f}"[:-1].encode() for n in numbers] + [struct.pack("<d", n) for n in numbers]


def _may_see(role: str, district: str, *, is_sensitive: bool) -> bool:
    return role == "admin" or (role == "planner" and not is_sensitive) or (
        role == "lead" and district == OWN and not is_sensitive
    )  # fmt: skip


def every_report() -> pd.DataFrame:
    parts = []
    for district in (OWN, OTHER, FAR):
        for is_sensitive, n in ((False, N_ORDINARY), (True, N_SENSITIVE)):
            lat, lon = point(district, is_sensitive=is_sensitive)
            texts = {name: canary(name, district, is_sensitive=is_sensitive) for name in FREE if name not in CODED}
            days = [dt.date(2025, 7, 3) + dt.timedelta(days=8 * i) for i in range(n)]
            part = pd.DataFrame(texts, index=range(n)).assign(
                accuracy_m=numbers_of(district, is_sensitive=is_sensitive)[0],
                occurred_on=days, date_precision=1, adm1_pcode=district[:5], adm2_pcode=district, lat=lat, lon=lon,
                geo_precision=1, category=SENSITIVE if is_sensitive else "C07", severity=2, n_affected=3,
                affected_women=2, affected_children=1,
                reported_on=[day + dt.timedelta(days=1) for day in days],
                distance_m=0.0, location_conflict=False, near_duplicate=False, sensitive=is_sensitive,
                is_context=False, boundary_version="v1",
            )  # fmt: skip
            parts.append(part.assign(report_id=[f"{part['report_id'].iloc[0]}-{i}" for i in range(n)]))
    whole = pd.concat(parts, ignore_index=True).sample(frac=1, random_state=1).reset_index(drop=True)
    number = np.arange(1, len(whole) + 1)
    return whole.assign(batch_id="reports", row=number, id_hash=number, near_hash=number, content_hash=number)


def forum(district: str) -> dict[str, object]:
    return {"forum_id": f"CANARY-forum-{district}", "adm2_pcode": district, "name_en": f"CANARY-forum-{district}",
            "name_ar": f"CANARY-forum-{district}", "opened_on": dt.date(2025, 1, 5), "members_total": 20,
            "members_women": 8, "mentoring_start": dt.date(2025, 1, 5), "name_ckb": f"CANARY-forum-{district}",
            "donor": f"CANARY-forum-{district}-donor", "lat": point(district, is_sensitive=False)[0] + 0.0123,
            "lon": point(district, is_sensitive=False)[1] + 0.0123}  # fmt: skip


def meetings(forums: pd.DataFrame) -> pd.DataFrame:
    days = [dt.date(2025, 7, 1) + dt.timedelta(days=14 * i) for i in range(25)]
    rows = [
        {"meeting_id": f"{forum}-{i}", "forum_id": forum, "planned_on": day, "held_on": day, "n_concerns": 2,
         "att_total": 12, "att_women": 5}
        for forum in forums["forum_id"] for i, day in enumerate(days)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def activity(district: str) -> dict[str, object]:
    name = f"CANARY-forum-{district}"
    return {"activity_id": f"{name}-activity", "forum_id": name, "adm2_pcode": district, "kind": "equipment",
            "started_on": dt.date(2025, 9, 1), "donor": f"{name}-donor", "item": f"{name}-item", "quantity": 3.0,
            "unit": f"{name}-unit"}  # fmt: skip


def referral(district: str, is_sensitive: bool) -> dict[str, object]:
    name = f"CANARY-referral-{district}" + ("-hush" if is_sensitive else "")
    report = canary("report_id", district, is_sensitive=is_sensitive)
    return {"referral_id": name, "report_id": f"{report}-0", "forum_id": f"CANARY-forum-{district}",
            "adm2_pcode": district, "category": SENSITIVE if is_sensitive else "C07", "sector": "law_enforcement",
            "receiving_body": name, "priority": "normal", "sent_on": dt.date(2026, 2, 3),
            "status": "in_progress", "outcome": f"{name}-outcome"}  # fmt: skip


def fill(store: Store, table: str, rows: pd.DataFrame, *, file_name: str | None = None) -> None:
    """Append one batch as a load does; the reports bring a quarantined row along."""
    names = arrow_schema(table).names
    rows = rows.assign(batch_id=table, row=np.arange(1, len(rows) + 1))
    with store.writing():
        version = store.version()
        store.append(table, [to_arrow(rows[[name for name in names if name in rows]], table)])
        if table == "reports":
            refused = {"batch_id": table, "row": 999, "reason": "COORD_ZERO", "column": None,
                       "original": '{"description": "CANARY-quarantine"}'}  # fmt: skip
            store.append("quarantine", [to_arrow(pd.DataFrame([refused]), "quarantine")])
        ledger = {"rows_read": len(rows), "accepted": len(rows)}
        event = BatchEvent(
            table, "ingest", table, "local", ledger, NOON, file_name=file_name or f"CANARY-file-{table}.csv"
        )
        store.commit(event, expected_version=version)

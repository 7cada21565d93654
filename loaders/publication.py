"""From a store to its release: the reports that may count, what is shown exactly beside them, and who published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from concerns import access
from concerns.access import Codes, Right, Viewer
from concerns.disclosure import Domain, quarters_between
from concerns.schema import REPORT_COLUMNS, BadSetting, StoreError
from loaders import district_set
from loaders.audit import Event
from loaders.categories import load_taxonomy
from loaders.district_set import DistrictSet
from loaders.folders import Folders
from loaders.publish import REPORT_KEYS, publish
from loaders.release import MANIFEST, read_manifest
from loaders.store import Store

_BESIDE = ("is_context", "case_id")  # events of others are never counted; a case where the source names one


def publish_store(
    store: Store, *, until: str, by: Viewer, at: dt.datetime, epsilon: float | None = None, since: str | None = None
) -> dict[str, Any]:
    """Publish a store's closed quarters up to `until`, note it in the audit trail, and give the manifest's new entry.

    epsilon, since: as `loaders.publish.publish`, asked for the first time only.
    Raises AccessDenied: `by` may not publish. Raises BadSetting as `publish`, and for a store without reports or with
    made-up ones beside real ones, or a release of the other kind. Raises StoreError: the audit trail is broken.
    """
    today = at.astimezone(ZoneInfo("Asia/Baghdad")).date()
    access.require(by, Right.PUBLISH, today=today)
    folders, snapshot = Folders.of(store), store.snapshot()
    if not folders.trail.verify().is_whole:
        hint = "Look at it with: python -m loaders doctor."
        raise StoreError("The audit trail is broken, so nothing is published.", where="audit trail", hint=hint)
    if not (snapshot.batches["table"] == "reports").any():
        hint = "Load reports first, or name another --store: what is published cannot be taken back."
        raise BadSetting("The store holds no reports.", where="publish", hint=hint)
    manifest = read_manifest(folders.release)[0] if (folders.release / MANIFEST).exists() else {"releases": []}
    is_synthetic = _is_synthetic(snapshot.batches, manifest)
    districts = district_set.installed(store.folder)
    version = snapshot.version if snapshot.version >= 0 else None
    entry = publish(
        _reports(store, version),
        until=until,
        domain=Domain(tuple(districts.districts["adm2_pcode"]), Codes.of(load_taxonomy())),
        out_dir=folders.release,
        ledger_dir=folders.ledger,
        today=today,
        data_version=snapshot.version,
        boundary_version=districts.version,
        epsilon=epsilon,
        since=since,
        exact=partial(_exact, store, version, districts),
        notes={
            "is_synthetic": is_synthetic,
            "is_approximate": districts.is_approximate,
            "boundary_source": districts.source,
        },
    )
    spent = float(read_manifest(folders.release)[0]["epsilon"])
    folders.trail.append(
        Event.PUBLISHED, who=by.subject, at=at, release=until, epsilon=spent, data_version=snapshot.version
    )
    return entry


def closed_quarters(manifest: dict[str, Any] | None, *, today: dt.date, n: int = 12) -> tuple[str, ...]:
    """Give the quarters that could be published today: after those published, else the last `n` that are over."""
    last = pd.Period(today, freq="Q") - 1
    done = [quarter for entry in manifest["releases"] for quarter in entry["quarters"]] if manifest else []
    first = str(pd.Period(done[-1], freq="Q") + 1) if done else str(last - n + 1)
    return quarters_between(first, str(last))


def _is_synthetic(batches: pd.DataFrame, manifest: dict[str, Any]) -> bool:
    """Whether this release is made up. Made-up and real figures must not stand in one release."""
    is_synthetic = bool(batches["synthetic"].any())
    reports = batches.loc[batches["table"] == "reports", "synthetic"]
    if is_synthetic and not reports.all():
        hint = "Take the demo out first: python -m loaders demo --remove."
        raise BadSetting("The store holds made-up reports beside real ones.", where="publish", hint=hint)
    if any(bool(entry.get("is_synthetic")) != is_synthetic for entry in manifest["releases"]):
        hint = "Publish the demo from a store of its own. To begin anew, delete the release and the ledger of the demo."
        raise BadSetting("The release so far is of the other kind, made up or real.", where="publish", hint=hint)
    return is_synthetic


def _reports(store: Store, version: int | None) -> pd.DataFrame:
    """The reports of forums, with what a release looks at and no more."""
    columns = [*REPORT_KEYS, *(name for name in _BESIDE if name in REPORT_COLUMNS)]
    parts = [part.to_pandas() for part in store.scan("reports", columns, version=version)]
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype="object") for name in columns})
    frame = pd.concat(parts, ignore_index=True)
    return frame[~frame["is_context"]].drop(columns="is_context")


def _exact(
    store: Store, version: int | None, districts: DistrictSet, quarters: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """What is no person's: the districts' light shapes, forums and meetings, people."""
    programme = _programme(store, version, sorted(districts.districts["adm2_pcode"]), quarters)
    people = store.read("population", ["adm_pcode", "year", "source", "total"], version=version).to_pandas()
    tables = {"districts": pd.DataFrame(districts.display.to_wkb()), "programme": programme}
    return tables | ({"population": people} if len(people) else {})


def _programme(store: Store, version: int | None, districts: Sequence[str], quarters: Sequence[str]) -> pd.DataFrame:
    """One row a district and quarter: n_forums open at its end, n_planned and n_held meetings in it."""
    forums = store.read("forums", ["forum_id", "adm2_pcode", "opened_on", "closed_on"], version=version).to_pandas()
    meetings = store.read("meetings", ["forum_id", "planned_on", "held_on"], version=version).to_pandas()
    place = forums.set_index("forum_id")["adm2_pcode"]
    day = pd.to_datetime(meetings["held_on"].fillna(meetings["planned_on"]))
    seen = pd.DataFrame(
        {
            "adm2_pcode": meetings["forum_id"].map(place),
            "quarter": day.dt.to_period("Q").astype("str"),
            "n_planned": 1,
            "n_held": meetings["held_on"].notna().astype("int64"),
        }
    )
    rows = pd.MultiIndex.from_product([districts, quarters], names=["adm2_pcode", "quarter"])
    counted = seen.groupby(["adm2_pcode", "quarter"])[["n_planned", "n_held"]].sum()
    opened, closed = (pd.to_datetime(forums[name]) for name in ("opened_on", "closed_on"))
    ends = {quarter: pd.Period(quarter, freq="Q").end_time for quarter in quarters}
    n_forums = {
        quarter: forums.loc[(opened <= end) & ~(closed <= end), "adm2_pcode"].value_counts()
        for quarter, end in ends.items()
    }
    table = counted.reindex(rows, fill_value=0).reset_index()
    return table.assign(
        n_forums=[int(n_forums[quarter].get(code, 0)) for code, quarter in rows],
    )

"""Drawing a release: each closed quarter once, with OpenDP's sampler, and never again.

Two places belong together. `out_dir` is the release, for everybody (`loaders.release` reads it). `ledger_dir` is
private and lies with the store: which reports and cases earlier releases counted, so that a late report is counted
once, and which releases went out, so that none is drawn twice. What is drawn is sealed there (`loaders.release_seal`)
before any of it goes out, so that an interruption leads to no second draw.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from concerns.access import is_sensitive
from concerns.disclosure import (
    GUARANTEE,
    LATE_QUARTERS,
    MAX_EPSILON,
    MAX_OF_A_CASE,
    NOT_COVERED,
    SPLIT,
    Domain,
    Table,
    count_cells,
    due_periods,
    limit_cases,
    noise_scale,
    period_of,
    quarters_between,
)
from concerns.schema import BadSetting, StoreError
from loaders import lock
from loaders.release import FORMAT, MANIFEST, read_manifest
from loaders.release_ledger import ReleaseLedger, keys
from loaders.release_seal import Seal
from loaders.whole_file import write_parquet

REPORT_KEYS = (
    "source", "report_id", "occurred_on", "adm1_pcode", "adm2_pcode", "geo_precision", "category", "subcategory",
    "sensitive",
)  # fmt: skip
_QUARTER = re.compile(r"\d{4}Q[1-4]")


@dataclass(frozen=True)
class _Plan:
    """What one release draws: periods for the first time, and periods that it corrects."""

    quarters: tuple[str, ...]
    corrected: tuple[str, ...]
    years: tuple[str, ...]
    corrected_years: tuple[str, ...]

    def periods(self, table: Table) -> tuple[str, ...]:
        if table is Table.SENSITIVE_YEAR:
            return self.years + self.corrected_years
        return self.quarters + self.corrected


def publish(
    reports: pd.DataFrame,
    *,
    until: str,
    domain: Domain,
    out_dir: Path,
    ledger_dir: Path,
    today: dt.date,
    data_version: int,
    boundary_version: str,
    epsilon: float | None = None,
    since: str | None = None,
    exact: Callable[[Sequence[str]], Mapping[str, pd.DataFrame]] | None = None,
    notes: Mapping[str, str | bool] | None = None,
) -> dict[str, Any]:
    """Draw and publish all closed quarters up to `until` that are not published yet; give the manifest's new entry.

    reports: `REPORT_KEYS`, one row a report in force, and `case_id` where the source names a case or household.
    epsilon, since (first quarter): the owner's, asked for on the first publication and recorded; later ones may leave
    them out and may not differ. `since` is stated and not looked up, for the earliest report must not show.
    exact: gives, for all quarters published by now, tables of what is no person's; they go out as they are, and those
    of the latest release are shown. notes: more that the entry says of itself.
    Reports of the last four published quarters that came after publication are drawn as corrections of those quarters.
    Raises BadSetting: a quarter that is none, not over or published already; ε or `since` absent, changed or out of
    range. Raises StoreError: the release and its ledger do not belong together.
    """
    ledger, seal = ReleaseLedger(ledger_dir), Seal(ledger_dir)
    with lock.writing(ledger_dir):
        if seal.is_closed:
            late = _sent_out(seal, out_dir, ledger)
            if late is not None and late["release"] == until:
                return late
        manifest = _manifest(out_dir, ledger, epsilon=epsilon, since=since)
        plan = _plan(manifest, until, today)
        counted = ledger.counted([entry["release"] for entry in manifest["releases"]])
        chosen = _choose(reports, domain, plan, counted, since=manifest["since"])
        ledger.write_draft(until, chosen)
        room = seal.begin()
        files = {}
        for table in Table:
            if plan.periods(table):
                name = f"{table}-{until}.parquet"
                cells = _drawn(chosen, domain, table, plan.periods(table), float(manifest["epsilon"]))
                files[name] = {"sha256": write_parquet(room / name, cells), "rows": len(cells)}
        quarters = [quarter for earlier in manifest["releases"] for quarter in earlier["quarters"]]
        shown = exact([*quarters, *plan.quarters]) if exact else {}
        entry = {
            **(notes or {}),
            "release": until,
            "published_on": today.isoformat(),
            "data_version": data_version,
            "boundary_version": boundary_version,
            "quarters": plan.quarters,
            "corrected": plan.corrected,
            "years": plan.years,
            "corrected_years": plan.corrected_years,
            "districts": domain.districts,
            "governorates": domain.governorates,
            "categories": domain.categories,
            "sensitive_categories": domain.sensitive_categories,
            "files": files,
            "exact": {
                name: {"sha256": write_parquet(room / name, frame)}
                for name, frame in ((f"{stem}-{until}.parquet", frame) for stem, frame in shown.items())
            },
        }
        manifest["releases"].append(entry)
        seal.close(manifest)
        _sent_out(seal, out_dir, ledger)
    return entry


def _sent_out(seal: Seal, out_dir: Path, ledger: ReleaseLedger) -> dict[str, Any] | None:
    """Bring a sealed release to its readers; None where it had arrived before the interruption.

    Raises StoreError: the folder holds other releases than those that came before this one.
    """
    sealed = read_manifest(seal.folder)[0]
    names = [entry["release"] for entry in sealed["releases"]]
    there = [one["release"] for one in read_manifest(out_dir)[0]["releases"]] if (out_dir / MANIFEST).exists() else []
    if there != names[: len(there)] or len(there) < len(names) - 1:
        hint = "Restore both from the same backup; a quarter is never drawn a second time."
        raise StoreError("The release and its ledger do not belong together.", where=out_dir.name, hint=hint)
    has_arrived = there == names
    if not has_arrived:
        seal.send_out(out_dir)
    ledger.mark_published(names)
    seal.remove()
    return None if has_arrived else dict(sealed["releases"][-1])


def draw(counts: Sequence[int], *, epsilon: float, table: Table) -> list[int]:
    """Add discrete Laplace noise to whole counts with OpenDP's sampler, which takes its bits from the system.

    One report changes one count by one. Returns whole numbers, which may be negative.
    Raises ValueError: ε out of range. Raises StoreError: the mechanism would spend more than the table's share.
    """
    import opendp.domains as domains
    import opendp.measurements as measurements
    import opendp.metrics as metrics
    from opendp.mod import enable_features

    enable_features("contrib")
    scale = noise_scale(epsilon, table)
    space = domains.vector_domain(domains.atom_domain(T="i64")), metrics.l1_distance(T="i64")
    mechanism = measurements.make_geometric(*space, scale=scale)
    share = SPLIT[table] * epsilon
    if not mechanism.map(1) <= share * (1 + 1e-12):
        raise StoreError("The noise would spend more than its share.", where=str(table), hint="Choose another ε.")
    return list(mechanism([int(count) for count in counts]))


def _drawn(chosen: pd.DataFrame, domain: Domain, table: Table, periods: Sequence[str], epsilon: float) -> pd.DataFrame:
    of_period = period_of(chosen["occurred_on"], table)
    counts = pd.concat([count_cells(chosen[of_period == period], domain, table, period) for period in periods])
    noisy = draw(counts.to_list(), epsilon=epsilon, table=table)
    return counts.index.to_frame(index=False).assign(n_reports=pd.Series(noisy, dtype="int64"))


def _choose(reports: pd.DataFrame, domain: Domain, plan: _Plan, counted: pd.DataFrame, *, since: str) -> pd.DataFrame:
    """Give the reports that this release counts: of its periods, not counted before, two of a case at most."""
    names = [*REPORT_KEYS, *(["case_id"] if "case_id" in reports else [])]
    quarter = period_of(reports["occurred_on"], Table.DISTRICT_QUARTER)
    year = period_of(reports["occurred_on"], Table.SENSITIVE_YEAR)
    sensitive = is_sensitive(reports, domain.codes)
    in_quarter = quarter.isin(plan.periods(Table.DISTRICT_QUARTER)) & ~sensitive
    in_year = year.isin(plan.periods(Table.SENSITIVE_YEAR)) & sensitive & (quarter >= since)
    due = reports.loc[in_quarter | in_year, names].reset_index(drop=True)
    due["report_key"] = keys(due["source"], due["report_id"])
    due["case_key"] = keys(due["source"], due["case_id"]) if "case_id" in due else pd.Series(pd.NA, due.index, "str")
    due = due[~due["report_key"].isin(counted["report_key"])]
    return due[limit_cases(due, already=counted["case_key"].value_counts())].reset_index(drop=True)


def _plan(manifest: Mapping[str, Any], until: str, today: dt.date) -> _Plan:
    if not _QUARTER.fullmatch(until):
        raise BadSetting("That is no quarter.", where=f"until {until!r}", hint="Write it as 2024Q1.")
    done = tuple(quarter for entry in manifest["releases"] for quarter in entry["quarters"])
    years = tuple(year for entry in manifest["releases"] for year in entry["years"])
    if until in done or (done and until < done[-1]):
        hint = "A quarter is drawn once. Late reports are stated as a correction in the next release."
        raise BadSetting("This quarter is published already.", where=until, hint=hint, code="ALREADY_PUBLISHED")
    last_day = pd.Period(until, freq="Q").end_time.date()
    if today <= last_day:
        raise BadSetting("This quarter is not over.", where=until, hint=f"Publish it after {last_day.isoformat()}.")
    start = str(pd.Period(done[-1], freq="Q") + 1) if done else manifest["since"]
    quarters = quarters_between(start, until)
    if not quarters:
        raise BadSetting(
            "Nothing lies between the first quarter and this one.", where=until, hint="Choose a later one."
        )
    new_years = due_periods(Table.SENSITIVE_YEAR, quarters)
    return _Plan(quarters, done[-LATE_QUARTERS:], new_years, years[-1:] if new_years else ())


def _manifest(out_dir: Path, ledger: ReleaseLedger, *, epsilon: float | None, since: str | None) -> dict[str, Any]:
    """Give the manifest so far, or the first one; see that release and ledger tell the same story."""
    if not (out_dir / MANIFEST).exists():
        if ledger.published:
            hint = "Restore the release folder from its backup; a quarter is never drawn a second time."
            raise StoreError("A release went out that is not in this folder.", where=out_dir.name, hint=hint)
        return _first_manifest(epsilon, since)
    manifest, _ = read_manifest(out_dir)
    releases = [entry["release"] for entry in manifest["releases"]]
    if not all(ledger.has(name) for name in releases) or not set(ledger.published) <= set(releases):
        hint = "Restore both from the same backup; without them a report could be counted twice."
        raise StoreError("The release and its ledger do not belong together.", where=out_dir.name, hint=hint)
    for name, given in (("epsilon", epsilon), ("since", since)):
        if given is not None and given != manifest[name]:
            what = f"The release was begun with {name} {manifest[name]}."
            raise BadSetting(what, where=name, hint="Leave it out; it holds for all quarters.")
    return manifest


def _first_manifest(epsilon: float | None, since: str | None) -> dict[str, Any]:
    if epsilon is None or not 0 < epsilon <= MAX_EPSILON:
        hint = f"Choose it above 0 and at most {MAX_EPSILON:g}; 1 is usual, less protects more."
        raise BadSetting("The first publication needs the owner's ε.", where="epsilon", hint=hint)
    if since is None or not _QUARTER.fullmatch(since):
        raise BadSetting("The first publication needs its first quarter.", where="since", hint="Write it as 2022Q1.")
    return {
        "format": FORMAT,
        "epsilon": float(epsilon),
        "unit": "one report",
        "max_reports_of_a_case": MAX_OF_A_CASE,
        "epsilon_of_a_case": MAX_OF_A_CASE * float(epsilon),
        "mechanism": "discrete Laplace, OpenDP make_geometric",
        "split": {str(table): share for table, share in SPLIT.items()},
        "scales": {str(table): noise_scale(float(epsilon), table) for table in Table},
        "since": since,
        "guarantee": GUARANTEE,
        "not_covered": NOT_COVERED,
        "releases": [],
    }

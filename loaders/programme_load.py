"""Forums, meetings, referrals, activities, surveys and population from their templates into the store.

The same ledger, quarantine, history and undo as for reports; these tables are small and are read whole.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from concerns.programme import (
    PROGRAMME_CHECKS,
    PROGRAMME_KEYS,
    PROGRAMME_TABLES,
    CheckedRows,
    Known,
    RefusedProgrammeRow,
    person_columns,
)
from concerns.schema import DataError, FileOutcome, FileReason, UnknownFormat, UnreadableFile
from loaders.categories import load_taxonomy
from loaders.district_set import DistrictSet
from loaders.ledger import Ledger
from loaders.limits import Limits
from loaders.programme_lists import load_lists
from loaders.raw import RawFile, RefusedRow
from loaders.read import open_raw
from loaders.referral_places import with_places
from loaders.sources import census_2014, primero
from loaders.store import BatchEvent, Store, sha256_of
from loaders.tables import to_arrow

# The columns by which a file of each table is known.
_MARKS = {
    "forums": {"forum_id", "opened_on"},
    "meetings": {"meeting_id", "forum_id"},
    "referrals": {"referral_id", "sent_on"},
    "activities": {"activity_id", "kind"},
    "surveys": {"survey_id", "wave"},
    "population": {"adm_pcode", "year"},
}
SHOWN_COLUMNS, SHOWN_LENGTH = 5, 40  # of a refused header
PROGRAMME_DAYS = {name: kind for columns in PROGRAMME_TABLES.values() for name, kind in columns.items()}


@dataclass(frozen=True)
class ProgrammeRequest:
    """How one file of a programme table is to be loaded. table: None lets the columns tell."""

    now: dt.datetime
    today: dt.date
    table: str | None = None
    who: str = "local"
    dry_run: bool = False
    synthetic: bool = False
    display_name: str | None = None
    limits: Limits = field(default_factory=Limits)


def load_table(path: Path, store: Store, districts: DistrictSet, request: ProgrammeRequest) -> Ledger:
    """Load one file; a file that cannot be read, or that names people, is refused in the ledger.

    Raises StoreError: the store cannot be read or written.
    """
    sha256 = sha256_of(path)
    try:
        raw = open_raw(path, limits=request.limits, name=request.display_name)
        text, refused = _whole(raw)
        others: list[RefusedProgrammeRow] = []
        is_primero = primero.recognise(raw.columns)
        if is_primero:
            table = "referrals"
            reports = store.read("reports", ["report_id"]).column("report_id").to_pylist()
            text, others = primero.to_referrals(text, set(reports))
        elif census_2014.recognise(raw.columns):
            table, version = "population", districts.version
            text, refused = census_2014.to_population(text, districts.places, boundary_version=version), []
            text.index = pd.RangeIndex(1, len(text) + 1)
        else:
            table = request.table or recognise_table(raw.columns)
            refuse_people(raw.columns)
    except DataError as error:
        reason = error.code or FileReason.HEADER_MISSING
        return Ledger(FileOutcome.REJECTED, file_reason=reason, sentence=str(error))
    with store.writing():
        snapshot = store.snapshot()
        if ((snapshot.batches["sha256"] == sha256) & (snapshot.batches["table"] == table)).any():
            return Ledger(FileOutcome.ALREADY_INGESTED, format=table, sentence="The same file was loaded before.")
        try:
            known = known_of(store, districts, table=table, today=request.today, is_placed=not is_primero)
            text = with_places(text, store) if table == "referrals" else text
            checked = PROGRAMME_CHECKS[table](text, known)
            checked = replace(checked, refused=[*others, *checked.refused])
        except DataError as error:
            reason = error.code or FileReason.HEADER_MISSING
            return Ledger(FileOutcome.REJECTED, format=table, file_reason=reason, sentence=str(error))
        fresh, replaces, n_known = _against_store(checked.accepted, store, table)
        ledger = _ledger(table, len(text) + len(others), refused, checked, fresh, n_known)
        if request.dry_run:
            return ledger
        batch_id = f"{request.now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
        ledger.batch_id, ledger.replaced = batch_id, len(replaces)
        event = BatchEvent(
            batch_id, "ingest", table, request.who, ledger.to_json(), request.now,
            file_name=request.display_name or path.name, sha256=sha256, format=table,
            boundary_version=districts.version, synthetic=request.synthetic,
        )  # fmt: skip
        _write(store, event, fresh, replaces, [*refused, *checked.refused], expected_version=snapshot.version)
    return ledger


def recognise_table(columns: list[str]) -> str:
    """Tell a programme table by its columns. Raises UnknownFormat: none fits.

    >>> recognise_table(["meeting_id", "forum_id", "planned_on", "held_on"])
    'meetings'
    """
    folded = {name.strip().lower() for name in columns}
    fitting = [table for table, marks in _MARKS.items() if marks <= folded]
    if not fitting:
        hint = "Use a template of the page Data, or name the table with --table."
        raise UnknownFormat("No table of the programme has these columns.", where="header", hint=hint)
    return max(fitting, key=lambda table: len(folded & set(PROGRAMME_TABLES[table])))


def refuse_people(columns: list[str]) -> None:
    """Raise UnreadableFile, naming the columns, where any looks like people's names, contacts or papers.

    >>> refuse_people(["forum_id", "name_en", "opened_on"])
    """
    named = person_columns(columns)
    if named:
        shown = ", ".join(f"“{name[:SHOWN_LENGTH]}”" for name in named[:SHOWN_COLUMNS])
        raise UnreadableFile(
            f"These columns look like names of people, their contacts or papers: {shown}.",
            where="header",
            hint="Take them out; the programme's tables hold no names.",
            code=FileReason.TYPE_NOT_ALLOWED,
        )


def known_of(store: Store, districts: DistrictSet, *, table: str, today: dt.date, is_placed: bool = True) -> Known:
    """What the rows are held against: places, categories, and the forums and reports of the store."""
    adm2 = set(districts.districts["adm2_pcode"])
    adm1 = {code[:5] for code in adm2}
    forums = store.read("forums", ["forum_id"]).column("forum_id").to_pylist()
    reports = store.read("reports", ["report_id"]).column("report_id").to_pylist() if table == "referrals" else []
    return Known(
        today=today,
        adm1_pcodes=adm1,
        adm2_pcodes=adm2,
        adm_pcodes=adm1 | adm2 if table == "population" else None,
        categories=set(load_taxonomy().categories),
        forum_ids=set(forums),
        report_ids=set(reports),
        labels=load_lists().codes(),
        is_placed=is_placed,
    )


def _whole(raw: RawFile) -> tuple[pd.DataFrame, list[RefusedRow]]:
    chunks = list(raw.chunks())
    frames = [chunk.table for chunk in chunks]
    table = pd.concat(frames) if frames else pd.DataFrame(columns=raw.columns)
    refused = [row for chunk in chunks for row in chunk.refused]
    return table.rename(columns=lambda name: str(name).strip().lower()), refused


def _against_store(accepted: pd.DataFrame, store: Store, table: str) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Part rows into new ones (with the stored rows that they replace) and those the store holds already."""
    key, columns = list(PROGRAMME_KEYS[table]), list(PROGRAMME_TABLES[table])
    stored = store.read(table).to_pandas(date_as_object=False)
    fresh = accepted.assign(row=accepted.index, _mark=_marks(accepted, columns))
    if stored.empty:
        return fresh, pd.DataFrame(columns=["old_batch_id", "old_row"]), 0
    keys = [[tuple(map(str, row)) for row in frame[key].itertuples(index=False)] for frame in (fresh, stored)]
    old = pd.DataFrame({"key": keys[1], "old_mark": _marks(stored, columns).to_numpy()})
    old[["old_batch_id", "old_row"]] = stored[["batch_id", "row"]].to_numpy()
    both = (
        fresh[["_mark"]]
        .assign(key=pd.Series(keys[0], index=fresh.index, dtype="object"))
        .reset_index(drop=True)
        .merge(old, on="key", how="left")
    )
    both.index = fresh.index
    is_known = both["_mark"] == both["old_mark"]
    replaces = both.loc[~is_known & both["old_mark"].notna(), ["old_batch_id", "old_row"]]
    return fresh[~is_known], replaces, int(is_known.sum())


def _marks(frame: pd.DataFrame, columns: list[str]) -> pd.Series:
    """One text a row that is equal for equal content, whatever types it was read into."""
    if frame.empty:
        return pd.Series(index=frame.index, dtype="object")
    texts = {}
    for name in columns:
        values = frame[name] if name in frame else pd.Series(None, index=frame.index, dtype="object")
        is_day = str(PROGRAMME_DAYS.get(name, "")).startswith("date")
        texts[name] = pd.to_datetime(values).dt.strftime("%Y-%m-%d") if is_day else _plain(values)
    return pd.DataFrame(texts, index=frame.index).fillna("").agg("\x1f".join, axis=1)


def _plain(values: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(values, errors="coerce").astype("float64")
    return numbers.map("{:.9g}".format).where(numbers.notna(), values.astype("str")).where(values.notna())


def _ledger(
    table: str, n_text: int, refused: list[RefusedRow], checked: CheckedRows, fresh: pd.DataFrame, n_known: int
) -> Ledger:
    ledger = Ledger(format=table, rows_read=n_text + len(refused), accepted=len(fresh))
    ledger.duplicates = checked.n_duplicates + n_known
    ledger.quarantined = len(refused) + len(checked.refused)
    ledger.reasons = Counter([str(row.reason) for row in refused] + [str(row.reason) for row in checked.refused])
    ledger.close()
    if not ledger.is_balanced:
        raise RuntimeError(f"the ledger of a file of {table} does not add up")
    return ledger


def _write(
    store: Store,
    event: BatchEvent,
    fresh: pd.DataFrame,
    replaces: pd.DataFrame,
    refused: Sequence[RefusedRow | RefusedProgrammeRow],
    *,
    expected_version: int,
) -> None:
    batch_id = event.batch_id
    if refused:
        rows = [
            {
                "batch_id": batch_id,
                "row": row.row,
                "reason": str(row.reason),
                "column": row.column,
                "original": json.dumps(row.original, ensure_ascii=False),
            }
            for row in refused
        ]
        store.append("quarantine", [to_arrow(pd.DataFrame(rows), "quarantine")])
    if len(replaces):
        store.append("superseded", [to_arrow(replaces.assign(batch_id=batch_id), "superseded")])
    if len(fresh):
        store.append(event.table, [to_arrow(fresh.assign(batch_id=batch_id), event.table)])
    store.commit(event, expected_version=expected_version)

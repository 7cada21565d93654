"""file → text → our names → checked → placed → stored: the only writer of reports.

First the file is read and judged row by row into scratch files; only then, under the store's lock, its rows are held
against the store and committed as one batch. Until that commit nothing of the file is seen by anybody.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from concerns.schema import BadSetting, DataError, FileOutcome, FileReason, Reason, Repair, StoreError, UnreadableFile
from geo.places import Places
from loaders import identity, validate
from loaders.district_set import DistrictSet
from loaders.identity_check import ACCEPTED, CONFLICT, DUPLICATE, IDENTITY, Verdicts, settle
from loaders.learnt import kept_form, known_places
from loaders.ledger import Ledger
from loaders.limits import Limits
from loaders.mapping import Mapping
from loaders.place import locate
from loaders.raw import RawChunk, RawFile, RefusedRow
from loaders.read import open_raw
from loaders.settings import Settings
from loaders.shelf import Shelf
from loaders.sniff import check_size, shown_name
from loaders.sources import Source, recognise
from loaders.spool import Spool, scratch
from loaders.store import BatchEvent, Store, sha256_of
from loaders.tables import to_arrow

ROWS_A_PART = 100_000
MOST_WORDS = 1_000  # so many distinct unknown words of a file are counted, more or less
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Request:
    """How one file is to be loaded. `now`: the instant of the load; nothing here looks at a clock."""

    now: dt.datetime
    settings: Settings
    who: str = "local"
    mapping: Mapping | None = None
    source: str | None = None
    sheet: str | None = None
    limits: Limits = field(default_factory=Limits)
    dry_run: bool = False
    synthetic: bool = False
    display_name: str | None = None
    progress: Progress | None = None


@dataclass
class Outcome:
    """A ledger and what a preview shows beside it.

    samples: the first refused rows of each reason. names: stated places that were not certain. words: what stands in
    the column of categories and means none of ours, and how often. is_swapped: latitude and longitude look exchanged in
    the whole file, or were. has_ids: the file has a column of ids.
    """

    ledger: Ledger
    samples: list[RefusedRow] = field(default_factory=list)
    names: list[pd.DataFrame] = field(default_factory=list)
    words: Counter[str] = field(default_factory=Counter)
    is_swapped: bool = False
    has_ids: bool = True


def ingest(path: Path, store: Store, districts: DistrictSet, request: Request) -> Outcome:
    """Load one file. A file that cannot be read is refused in the ledger; nothing of it is written then.

    Raises StoreError: the store cannot be read or written. Nothing of the file is seen then either. Raises BadSetting:
    there is no such file.
    """
    if not path.exists():
        raise BadSetting("There is no such file.", where=shown_name(path.name), hint="Check its name and folder.")
    ledger = Ledger(boundary_version=districts.version)
    if not path.is_file():
        try:
            check_size(path, request.display_name or path.name, limits=request.limits)
        except UnreadableFile as error:  # a folder or a device: nothing in it is looked at
            return Outcome(_refused(ledger, error))
    sha256 = sha256_of(path)
    settings_hash = _settings_hash(request, store, districts.version)
    if _is_loaded(store, sha256, settings_hash):
        ledger.file_outcome = FileOutcome.ALREADY_INGESTED
        ledger.sentence = "The same file was loaded before with the same settings; nothing was changed."
        return Outcome(ledger)
    batch_id = f"{request.now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    outcome = Outcome(ledger)
    with scratch(store) as folder, ExitStack() as spools:
        try:
            load = _Load(path, request, store, districts, batch_id, outcome)
            load.places = known_places(store, districts)
            load.rows = spools.enter_context(Spool(folder, load.table))
            load.quarantine = spools.enter_context(Spool(folder, "quarantine"))
            load.judge()
        except StoreError:
            raise
        except DataError as error:
            return Outcome(_refused(ledger, error))
        with store.writing():
            if _is_loaded(store, sha256, settings_hash):
                return Outcome(Ledger(FileOutcome.ALREADY_INGESTED, boundary_version=districts.version))
            verdicts = load.settle(store)
            ledger.close()
            if not ledger.is_balanced:
                raise RuntimeError(f"the ledger of batch {batch_id} does not add up")
            if not request.dry_run:
                load.write(store, verdicts, sha256=sha256, settings_hash=settings_hash)
    return outcome


class _Load:
    """One file on its way into the store. table: where its rows belong, once its source is known."""

    rows: Spool
    quarantine: Spool
    places: Places

    def __init__(
        self, path: Path, request: Request, store: Store, districts: DistrictSet, batch_id: str, outcome: Outcome
    ) -> None:
        """Open the file, recognise its source and settle what only the whole file can tell."""
        self.path, self.request, self.districts, self.batch_id = path, request, districts, batch_id
        self.outcome, self.ledger = outcome, outcome.ledger
        self.raw: RawFile = open_raw(path, limits=request.limits, sheet=request.sheet, name=request.display_name)
        first = next(iter(self.raw.chunks(n_rows=500)), RawChunk(pd.DataFrame(columns=self.raw.columns)))
        kept = None if request.mapping else kept_form(store, first.table)
        mapping = kept[1] if kept else request.mapping
        self.source: Source = recognise(self.raw, first.table, force=request.source, mapping=mapping)
        self.plan = validate.plan(self.raw, self.source, settings=request.settings)
        self.table = "indicators" if self.source.is_aggregate else "reports"
        self.people = self.source.person_columns(self.raw.columns)
        self.repaired: dict[Repair, list[np.ndarray]] = defaultdict(list)
        self.ledger.format = self.source.name
        outcome.is_swapped, outcome.has_ids = self.plan.is_swapped, self.source.has_ids
        said = [f"Read with the kept form {kept[0][:80]}."] if kept else []
        self.ledger.warnings += [*self.raw.warnings, *said, *self.plan.warnings]

    def judge(self) -> None:
        """Take every record to the accepted or the refused ones, in parts."""
        settings = self.request.settings
        for chunk in self.raw.chunks(n_rows=ROWS_A_PART):
            self.ledger.rows_read += len(chunk.table) + len(chunk.refused)
            checked = validate.check(self.source.rename(chunk.table), plan=self.plan)
            index = self.districts.index
            located = locate(checked.rows, source=self.source, index=index, places=self.places, settings=settings)
            self.outcome.names.append(located.names)
            self.refuse([self._as_it_stood(row, row.original) for row in chunk.refused])
            self.refuse(self._with_text([*checked.refused, *located.refused], chunk.table))
            self.accept(located.rows, checked.repairs)
            if self.request.progress:
                self.request.progress(len(chunk.table) + len(chunk.refused))
        self.ledger.warnings += [warning for warning in self.plan.warnings if warning not in self.ledger.warnings]

    def accept(self, rows: pd.DataFrame, repairs: dict[Repair, np.ndarray]) -> None:
        """Give each good row its identity and put it with those that are accepted, unless they are there already."""
        rows = identity.identify(rows, keep_equal_rows=self.request.settings.keep_equal_rows).assign(
            batch_id=self.batch_id, boundary_version=self.districts.version
        )
        for code, where in repairs.items():
            self.repaired[code].append(where)
        self.rows.add(rows.assign(near_duplicate=False, is_context=self.source.context_only))

    def refuse(self, refused: list[RefusedRow]) -> None:
        """Put rows into quarantine with their reason and their text."""
        self.ledger.reasons.update(str(row.reason) for row in refused)
        self.ledger.quarantined += len(refused)
        category = self.source.header_of("category")
        unknown = [row for row in refused if row.reason == Reason.CATEGORY_UNKNOWN and row.column == category]
        unknown = unknown if len(self.outcome.words) < MOST_WORDS else []
        self.outcome.words.update(row.original.get(category, "").strip() for row in unknown)
        shown = Counter(str(row.reason) for row in self.outcome.samples)
        for row in refused:
            if shown[str(row.reason)] < 5:
                shown[str(row.reason)] += 1
                self.outcome.samples.append(row)
        self.quarantine.add(
            pd.DataFrame(
                {
                    "batch_id": self.batch_id,
                    "row": [row.row for row in refused],
                    "reason": [str(row.reason) for row in refused],
                    "column": [row.column for row in refused],
                    "original": [json.dumps(row.original, ensure_ascii=False) for row in refused],
                }
            )
        )

    def settle(self, store: Store) -> Verdicts:
        """Find duplicates, conflicts and replacements, in the file and against the store; complete the ledger."""
        rows = self.rows.frame([*IDENTITY, "join_method"])
        stored = store.read(self.table, [*IDENTITY, "batch_id"]).to_pandas()
        verdicts = settle(rows, stored)
        conflicts = rows.loc[verdicts.verdict == CONFLICT, "row"]
        self.refuse(self._reread(set(conflicts)))
        self.ledger.duplicates = int((verdicts.verdict == DUPLICATE).sum())
        self.ledger.accepted = int((verdicts.verdict == ACCEPTED).sum())
        joined = rows.pop("join_method")[verdicts.verdict == ACCEPTED].value_counts()
        self.ledger.joined = Counter({str(way): int(n) for way, n in joined.items()})
        self.ledger.replaced = len(verdicts.replaces)
        kept = rows.loc[verdicts.verdict == ACCEPTED, "row"]
        self.ledger.repairs = Counter(
            {str(code): int(kept.isin(np.concatenate(where)).sum()) for code, where in self.repaired.items()}
        )
        self.ledger.repairs = +self.ledger.repairs  # codes that no accepted row has are left out
        if self.ledger.replaced:
            said = (
                f"{self.ledger.replaced} rows take the place of what is stored under their ids; the history keeps it."
            )
            self.ledger.warnings.append(said)
        if verdicts.n_stale:
            self.ledger.warnings.append(f"{verdicts.n_stale} rows are older than what is stored and were passed over.")
        return verdicts

    def write(self, store: Store, verdicts: Verdicts, *, sha256: str, settings_hash: str) -> None:
        """Write the rows of the batch, then the event that makes them count."""
        version = store.version()
        if self.quarantine.n_rows:
            store.append("quarantine", self.quarantine.parts())
        if len(verdicts.replaces):
            store.append("superseded", [to_arrow(verdicts.replaces.assign(batch_id=self.batch_id), "superseded")])
        if self.ledger.accepted:
            marks = {"near_duplicate": verdicts.is_near} if self.table == "reports" else {}
            store.append(self.table, self.rows.kept(verdicts.verdict == ACCEPTED, marks))
        self.ledger.batch_id = self.batch_id
        request = self.request
        event = BatchEvent(
            self.batch_id, "ingest", self.table, request.who, self.ledger.to_json(), request.now,
            file_name=request.display_name or self.path.name, sha256=sha256, format=self.ledger.format,
            boundary_version=self.districts.version, settings_hash=settings_hash, synthetic=request.synthetic,
        )  # fmt: skip
        store.commit(event, expected_version=version)

    def _as_it_stood(self, row: RefusedRow, text: dict[str, str]) -> RefusedRow:
        """The refused row with its text, blank cells and the columns that name people left out."""
        shown = {str(key): value for key, value in text.items() if value and key not in self.people}
        return RefusedRow(row.row, row.reason, row.column, shown)

    def _with_text(self, refused: list[RefusedRow], table: pd.DataFrame) -> list[RefusedRow]:
        texts = table.loc[[row.row for row in refused]].to_dict("records") if refused else []
        return [self._as_it_stood(row, text) for row, text in zip(refused, texts, strict=True)]  # type: ignore[arg-type]

    def _reread(self, rows: set[int]) -> list[RefusedRow]:
        """Find the text of rows that turned out to be at odds with each other; a rare second look at the file."""
        found = []
        for chunk in self.raw.chunks(n_rows=ROWS_A_PART) if rows else ():
            here = [row for row in chunk.table.index.tolist() if row in rows]
            refused = [RefusedRow(row, Reason.UUID_CONFLICT, None, {}) for row in here]
            found += self._with_text(refused, chunk.table)
        return found


def _refused(ledger: Ledger, error: DataError) -> Ledger:
    return Ledger(
        FileOutcome.REJECTED,
        file_reason=error.code or FileReason.HEADER_MISSING,
        format=ledger.format,
        boundary_version=ledger.boundary_version,
        sentence=str(error),
    )


def _is_loaded(store: Store, sha256: str, settings_hash: str) -> bool:
    batches = store.snapshot().batches
    return bool(((batches["sha256"] == sha256) & (batches["settings_hash"] == settings_hash)).any())


def _settings_hash(request: Request, store: Store, boundary_version: str) -> str:
    """Name what decides a load besides the file, without the day on which it runs: settings, and what was learnt."""
    parts = [repr(request.mapping), repr(request.source), repr(request.sheet), boundary_version]
    parts += [] if store.folder is None else [Shelf(store.folder).fingerprint(with_forms=request.mapping is None)]
    parts += [f"{key}={value}" for key, value in sorted(vars(request.settings).items()) if key != "today"]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

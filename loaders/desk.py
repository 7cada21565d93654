"""What somebody who may load does with files and batches in the browser: look first, then load, undo, take out."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from concerns import access
from concerns.access import Codes, Right, Viewer
from concerns.schema import AccessDenied, BadSetting
from concerns.selection import Selection
from loaders import district_set, export
from loaders.audit import AuditTrail, Event
from loaders.first_look import FirstLook, first_look
from loaders.ingest import Outcome, Progress, Request, ingest
from loaders.ledger import Ledger
from loaders.limits import Limits
from loaders.mapping import Mapping
from loaders.programme_load import ProgrammeRequest, load_table
from loaders.settings import Settings
from loaders.share import masking_key, shared_reports
from loaders.shelf import Shelf
from loaders.store import Store
from loaders.view import View
from loaders.xlsform import form_mapping, read_form

_OF_REPORTS = ("reports", "referrals")  # the tables whose rows may be too sensitive to be placed
_COUNTS = ("rows_read", "accepted", "duplicates", "quarantined")
ENDINGS = (".csv", ".xlsx", ".geojson", ".json", ".gpkg", ".parquet", ".zip", ".txt", ".tsv")


class Desk:
    """The loading desk of one person at one moment. Raises AccessDenied without the right to load.

    ask: says again who this person is, at each deed: a file is made on a click, when no page runs.
    """

    def __init__(
        self, store: Store, view: View, *, ask: Callable[[], Viewer], trail: AuditTrail, now: dt.datetime
    ) -> None:
        self._store, self._view, self._ask, self._trail, self._now = store, view, ask, trail, now
        self._permitted(Right.LOAD)

    def load(
        self,
        content: bytes,
        name: str,
        *,
        dry_run: bool,
        mapping: Mapping | None = None,
        swap_coordinates: bool = False,
        keep_equal_rows: bool = False,
        progress: Progress | None = None,
    ) -> Outcome:
        """Load an uploaded file, or look what would become of it (`dry_run`). `name` is shown and is never a path."""
        who = self._permitted(Right.LOAD).subject
        settings = Settings(
            self._view.today, swap_coordinates=swap_coordinates, keep_equal_rows=keep_equal_rows
        )  # the rest as the command line has it
        request = Request(
            self._now,
            settings,
            who=who,
            mapping=mapping,
            dry_run=dry_run,
            display_name=name,
            progress=progress,
        )
        with _private_copy(content, name) as path:
            outcome = ingest(path, self._store, district_set.installed(self._store.folder), request)
        if not dry_run:
            note_load(self._trail, outcome.ledger, who=who, at=self._now)
        return outcome

    def load_programme(self, content: bytes, name: str, *, dry_run: bool) -> Ledger:
        """Load an uploaded table of the programme, or look what would become of it; its columns tell which it is."""
        who = self._permitted(Right.LOAD).subject
        request = ProgrammeRequest(self._now, self._view.today, who=who, dry_run=dry_run, display_name=name)
        with _private_copy(content, name) as path:
            ledger = load_table(path, self._store, district_set.installed(self._store.folder), request)
        if not dry_run:
            note_load(self._trail, ledger, who=who, at=self._now)
        return ledger

    @property
    def shelf(self) -> Shelf:
        """What the store remembers for the next load. Raises BadSetting: the store is remote."""
        self._permitted(Right.LOAD)
        if self._store.folder is None:
            raise BadSetting("A remote store remembers no mappings.", where="store", hint="Use --mapping FILE.yaml.")
        return Shelf(self._store.folder)

    def first_look(self, content: bytes, name: str) -> FirstLook:
        """Read the head of an uploaded file, to map its columns. Raises UnreadableFile."""
        self._permitted(Right.LOAD)
        with _private_copy(content, name) as path:
            return first_look(path, name=name)

    def read_form(self, content: bytes, name: str) -> Mapping:
        """The mapping of an uploaded XLSForm; a form with a version is kept for later exports of that version.

        Raises UnreadableFile: it is no form. BadSetting: the store is remote, or keeps too many forms.
        """
        shelf = self.shelf
        with _private_copy(content, name) as path:
            form = read_form(path, name=name, limits=Limits())
        mapping = form_mapping(form)
        if form.version:
            shelf.keep_form(form.form_id, form.version, mapping)
        return mapping

    def state(self) -> str:
        """Tell what a look at a file depends on, besides the file and the choices for it."""
        learnt = Shelf(self._store.folder).fingerprint(with_forms=True) if self._store.folder else ""
        return f"{self._store.version()} {learnt} {self._view.scope}"

    def undo(self, batch_id: str) -> None:
        """Take a batch back. Raises StoreError: it is not in force."""
        viewer = self._permitted(Right.LOAD)
        if not access.may(viewer, Right.ADMINISTER, today=self._view.today):
            self._check_may_see(batch_id, viewer)
        self._store.undo(batch_id, who=viewer.subject, at=self._now)
        self._trail.append(Event.UNDID, who=viewer.subject, at=self._now, batch_id=batch_id)

    def history(self) -> pd.DataFrame:
        """Every load and undo, the newest first.

        A file's name may tell its place, and its count less what is seen of it how much is hidden: of reports and
        referrals that others loaded both are missing, unless this person is cleared for everything.
        """
        viewer = self._permitted(Right.LOAD)
        events = self._store.history().iloc[::-1].reset_index(drop=True)
        if access.is_cleared_for_all(viewer, Codes.of(self._view.taxonomy)):
            return events
        is_hidden = events["table"].isin(_OF_REPORTS) & ~events["batch_id"].isin(self._own_batches(events, viewer))
        hidden = {name: events[name].astype("Int64").mask(is_hidden) for name in _COUNTS}
        return events.assign(file_name=events["file_name"].mask(is_hidden), **hidden)

    def rows_as_csv(self, table: str, batch_id: str) -> bytes:
        """The accepted or the quarantined rows of one batch as a CSV file.

        Accepted rows are those of the viewer's own view, without those that it may not place where others loaded them:
        the file that they came with would place them. What a quarantined row is about is not known, so others' rows
        are for those alone who are cleared for everything. Raises AccessDenied.
        """
        viewer = self._permitted(Right.EXPORT_ROWS)
        columns = export.columns_of(table)
        if table == "reports":
            frame = self._view.rows(Selection(), columns=columns, batch_id=batch_id)
            if not self._may_see(batch_id, viewer):
                codes = Codes.of(self._view.taxonomy)
                frame = frame[access.is_cleared(frame, viewer.clearances & codes.known, codes)]
        else:
            self._check_may_see(batch_id, viewer)
            parts = (part.to_pandas() for part in self._store.scan(table, columns))
            mine = [part[part["batch_id"] == batch_id] for part in parts]
            frame = pd.concat(mine, ignore_index=True) if mine else pd.DataFrame(columns=columns)
        text = io.StringIO()
        export.safe_texts(frame).to_csv(text, index=False)
        self._trail.append(
            Event.EXPORTED, who=viewer.subject, at=self._now, what=f"{table}_{batch_id}", format="csv",
            n_rows=len(frame), scope=self._view.scope, data_version=self._view.version,
        )  # fmt: skip
        return text.getvalue().encode("utf-8-sig")

    def shared(self, selection: Selection, *, is_masked: bool) -> pd.DataFrame:
        """The selected reports as they may leave the house, by district, or with masked points; see `loaders.share`.

        Raises AccessDenied. Raises BadSetting: points are asked for and no masking key is set.
        """
        viewer = self._permitted(Right.EXPORT_ROWS)
        frame = shared_reports(self._view, selection, key=masking_key() if is_masked else None)
        self._trail.append(
            Event.EXPORTED, who=viewer.subject, at=self._now, what="shared", format="csv", n_rows=len(frame),
            scope=self._view.scope, data_version=self._view.version, is_masked=is_masked,
        )  # fmt: skip
        return frame

    def _permitted(self, right: Right) -> Viewer:
        """Who this person is now. Raises AccessDenied: no longer one who may do this, or sees something else."""
        viewer = self._ask()
        access.require(viewer, right, today=self._view.today)
        if access.scope(viewer, today=self._view.today) != self._view.scope:
            hint = "Open the page again."
            raise AccessDenied("What you may see was changed.", where="access", hint=hint, code="SCOPE")
        return viewer

    def _check_may_see(self, batch_id: str, viewer: Viewer) -> None:
        if not self._may_see(batch_id, viewer):
            hint = "Ask whoever loaded the file, or an admin."
            raise AccessDenied("These rows may hold what you are not cleared for.", where="access", hint=hint)

    def _may_see(self, batch_id: str, viewer: Viewer) -> bool:
        """Whether nothing of a batch can be hidden from this person, who loaded it or is cleared for everything."""
        is_cleared = access.is_cleared_for_all(viewer, Codes.of(self._view.taxonomy))
        return is_cleared or batch_id in self._own_batches(self._store.history(), viewer)

    def _own_batches(self, events: pd.DataFrame, viewer: Viewer) -> set[str]:
        is_own = (events["action"] == "ingest") & (events["who"] == viewer.subject)
        return set(events.loc[is_own, "batch_id"])


def note_load(trail: AuditTrail, ledger: Ledger, *, who: str, at: dt.datetime) -> None:
    """Write a load that stored something into the audit trail: its batch and its counts."""
    if ledger.batch_id:
        trail.append(
            Event.LOADED, who=who, at=at, batch_id=ledger.batch_id, n_read=ledger.rows_read,
            n_accepted=ledger.accepted, n_duplicates=ledger.duplicates, n_quarantined=ledger.quarantined,
        )  # fmt: skip


@contextmanager
def _private_copy(content: bytes, name: str) -> Iterator[Path]:
    """The bytes in a folder of our own under a name of our own; only a known ending is kept."""
    ending = next((known for known in ENDINGS if name.lower().endswith(known)), ".bin")
    with tempfile.TemporaryDirectory(prefix="atlas-") as folder:
        path = Path(folder) / f"upload{ending}"
        path.write_bytes(content)
        yield path

"""What the commands share: the store that is meant, days, and how a refusal is said."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from concerns.schema import BadSetting, DataError, StoreError
from loaders.audit import Event
from loaders.folders import Folders
from loaders.store import Store, open_store
from loaders.store import store_address as address_of

StoreOption = Annotated[str | None, typer.Option("--store", help="Folder or address of the store.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]


def store_at(url: str | None) -> Store:
    """The store that is meant: the option, else CONCERN_ATLAS_STORE, else data/store."""
    return open_store(address_of(url or os.environ.get("CONCERN_ATLAS_STORE")))


@contextmanager
def refusals() -> Iterator[None]:
    """Turn a refused file or setting into one line on standard error and exit 2."""
    try:
        yield
    except DataError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


@contextmanager
def noted(store: Store) -> Iterator[None]:
    """Write what a command loads and undoes into the audit trail, also when it is refused half way.

    Raises StoreError: nothing can be added to the trail; then nothing was begun.
    """
    trail, before = Folders.of(store).trail, store.version()
    if not trail.verify().is_whole:
        raise StoreError("The audit trail is broken.", where="audit trail", hint="Run `python -m loaders doctor`.")
    try:
        yield
    finally:
        if store.version() != before:
            events = store.history()
            for event in events[events["seq"] > before].itertuples():
                is_load = event.action == "ingest"
                counts = {"n_read": "rows_read", "n_accepted": "accepted", "n_duplicates": "duplicates",
                          "n_quarantined": "quarantined"}  # fmt: skip
                details = {name: int(getattr(event, column)) for name, column in counts.items()} if is_load else {}
                kind = Event.LOADED if is_load else Event.UNDID
                trail.append(kind, who=str(event.who), at=now(), batch_id=str(event.batch_id), **details)


def now() -> dt.datetime:
    """The instant of this command."""
    return dt.datetime.now(dt.UTC)


def day(text: str | None, *, option: str) -> dt.date | None:
    """Read a day of an option. Raises BadSetting."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadSetting("This is no day.", where=option, hint="Write YYYY-MM-DD.") from error

"""What the commands share: the store that is meant, days, and how a refusal is said."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from concerns.schema import BadSetting, DataError
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


def now() -> dt.datetime:
    """The instant of this command."""
    return dt.datetime.now(dt.UTC)


def day(text: str | None, *, option: str) -> dt.date | None:
    """Read a day of an option. Raises BadSetting."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadSetting("This is no day.", where=option, hint="Write YYYY-MM-DD.") from error

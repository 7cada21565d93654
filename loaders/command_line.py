"""What the commands share: the store that is meant, days, and how a refusal is said."""

from __future__ import annotations

import atexit
import datetime as dt
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import pandas as pd
import typer
from typer.core import TyperGroup

from concerns.schema import BadSetting, DataError, StoreError
from loaders.audit import Event
from loaders.folders import Folders
from loaders.limits import Limits
from loaders.mapping import Mapping, load_mapping
from loaders.shelf import Shelf
from loaders.sniff import shown_name
from loaders.store import Store, open_store
from loaders.store import store_address as address_of
from loaders.xlsform import XlsForm, form_mapping, read_form

StoreOption = Annotated[str | None, typer.Option("--store", help="Folder or address of the store.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]


MOST_NAMES = 30  # stated places that a command lists

_UsageError: type[Exception] = typer.BadParameter.__mro__[1]  # click's, which typer keeps to itself


class OneLineGroup(TyperGroup):
    """Commands whose wrong options are refused like any other setting: one line on standard error, exit 2."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run the command that the arguments name."""
        inside = options | {"standalone_mode": False}
        if not options.get("standalone_mode", True):
            return super().main(*args, **inside)
        try:
            code = super().main(*args, **inside)
        except _UsageError as error:
            where = getattr(error, "ctx", None)
            what = " ".join(error.format_message().split()).rstrip(".")  # type: ignore[attr-defined]
            typer.echo(f"{where.command_path if where else 'loaders'}: {what}. See --help.", err=True)
            sys.exit(2)
        except typer.Abort:
            sys.exit(1)
        sys.exit(code if isinstance(code, int) else 0)


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


def chosen_mapping(mapping: Path | None, xlsform: Path | None) -> tuple[Mapping | None, XlsForm | None]:
    """The mapping that a command names by a file of it, by a form, or by both; and the form.

    Raises BadSetting, UnreadableFile: a file that is neither.
    """
    written = load_mapping(mapping) if mapping else None
    if xlsform is None:
        return written, None
    if not xlsform.is_file():
        raise BadSetting("There is no such file.", where=shown_name(xlsform.name), hint="Check its name and folder.")
    form = read_form(xlsform, name=xlsform.name, limits=Limits.for_command_line())
    return form_mapping(form, over=written), form


def keep_form(store: Store, form: XlsForm | None, mapping: Mapping | None) -> None:
    """Keep how a form is read, for exports of the same version to come; a form without a version is not kept."""
    if form is not None and mapping is not None and form.version and store.folder is not None:
        Shelf(store.folder).keep_form(form.form_id, form.version, mapping)


def names_in_doubt(parts: list[pd.DataFrame]) -> list[str]:
    """Say which stated places were not certain, and what they were taken for or may mean; MOST_NAMES at most."""
    lines: dict[str, None] = {}
    for part in parts:
        for place in part.to_dict("records"):
            stated = " · ".join(place[name] for name in ("governorate", "district", "place_name") if place[name])
            may_be = "; ".join(f"{name} ({code})" for code, name, _score in place["candidates"])
            taken = f" taken as {place['adm2_pcode']}" if place["adm2_pcode"] else ""
            lines[f"  {place['how']}: {stated}{taken}" + (f"; candidates: {may_be}" if may_be else "")] = None
    return list(lines)[:MOST_NAMES]


def now() -> dt.datetime:
    """The instant of this command."""
    return dt.datetime.now(dt.UTC)


def day(text: str | None, *, option: str) -> dt.date | None:
    """Read a day of an option. Raises BadSetting."""
    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError as error:
        raise BadSetting("This is no day.", where=option, hint="Write YYYY-MM-DD.") from error


def end_with(app: typer.Typer) -> NoReturn:
    """Run a command, and end the process with its exit code as soon as it is done.

    Threads of the table engine outlive the work. When one of them asks for the interpreter while that is being taken
    down, the C++ runtime aborts: about one load in 300 ended with a signal after all was committed and said.
    """
    try:
        app()
    except SystemExit as end:
        atexit._run_exitfuncs()  # scratch folders
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code if isinstance(end.code, int) else int(end.code is not None))
    os._exit(0)

"""The command line: `python -m loaders …`. With --json one JSON object goes to standard output and nothing else.

Exit 0: done, quarantined rows included in the ledger. Exit 2: the file or the setting was refused and nothing was
written; one line on standard error says what, where and what to do.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from concerns.schema import BadSetting, FileOutcome
from loaders import boundaries_commands, kobo_commands, office_commands
from loaders.audit import Event
from loaders.command_line import (
    JsonOption,
    OneLineGroup,
    StoreOption,
    chosen_mapping,
    day,
    end_with,
    keep_form,
    names_in_doubt,
    noted,
    now,
    refusals,
    store_at,
)
from loaders.folders import Folders
from loaders.store import Store

app = typer.Typer(cls=OneLineGroup, add_completion=False, help="Load, look after and export the reports.")
app.add_typer(office_commands.app, name="roles", help="Who may see what.")
app.command()(office_commands.publish)
app.command()(kobo_commands.kobo)
app.command()(office_commands.share)
app.add_typer(boundaries_commands.app, name="boundaries", help="The districts that reports are joined to.")


@app.command()
def ingest(
    files: Annotated[list[Path], typer.Argument(help="Files to load.")],
    store: StoreOption = None,
    json_out: JsonOption = False,
    districts: Annotated[Path | None, typer.Option(help="Join against this file, not the installed set.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="YAML that names columns and values.")] = None,
    xlsform: Annotated[
        Path | None, typer.Option(help="The form that an export came from; kept by its version.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Force the format instead of recognising it.")] = None,
    sheet: Annotated[str | None, typer.Option(help="The sheet of a workbook.")] = None,
    today: Annotated[str | None, typer.Option(help="Days after this are in the future.")] = None,
    min_date: Annotated[str, typer.Option(help="Days before this are too old.")] = "2000-01-01",
    date_order: Annotated[str | None, typer.Option(help="dmy or mdy, where the column does not prove it.")] = None,
    tolerance_m: Annotated[float, typer.Option(help="How far outside every district a point may lie.")] = 500.0,
    max_accuracy_m: Annotated[float | None, typer.Option(help="Quarantine points less accurate than this.")] = None,
    swap_coordinates: Annotated[bool, typer.Option(help="Latitude and longitude are exchanged in the file.")] = False,
    keep_equal_rows: Annotated[bool, typer.Option(help="Without ids, equal rows are events of their own.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the ledger, store nothing.")] = False,
) -> None:
    """Load files of reports: each lands with a ledger that adds up, or is refused with a sentence."""
    from loaders import boundaries
    from loaders import ingest as way
    from loaders.limits import Limits
    from loaders.settings import Settings

    with refusals():
        here = store_at(store)
        settings = Settings(
            today=day(today, option="--today") or dt.datetime.now(ZoneInfo("Asia/Baghdad")).date(),
            min_date=day(min_date, option="--min-date") or dt.date.min,
            date_order=date_order,
            tolerance_m=tolerance_m,
            max_accuracy_m=max_accuracy_m,
            swap_coordinates=swap_coordinates,
            keep_equal_rows=keep_equal_rows,
        )
        chosen = boundaries.district_set(here.folder, file=districts)
        named, form = chosen_mapping(mapping, xlsform)
        request = way.Request(
            now(), settings, mapping=named, source=source, sheet=sheet, limits=Limits.for_command_line(),
            dry_run=dry_run,
        )  # fmt: skip
        with noted(here):
            ledgers = [_one(path, here, chosen, request, quiet=json_out) for path in files]
        if not dry_run and any(ledger["batch_id"] for ledger in ledgers):
            keep_form(here, form, named)
    if json_out:
        typer.echo(json.dumps(ledgers[0] if len(ledgers) == 1 else ledgers, ensure_ascii=False))
    if any(ledger["file_outcome"] == FileOutcome.REJECTED for ledger in ledgers):
        raise typer.Exit(2)


def _one(path: Path, store: Store, districts: Any, request: Any, *, quiet: bool) -> dict[str, Any]:
    """Load one file with a progress bar; say what became of it."""
    from dataclasses import replace

    from tqdm import tqdm

    from loaders import ingest as way

    with tqdm(unit=" rows", desc=path.name[:40], disable=quiet or None, leave=False) as bar:
        outcome = way.ingest(path, store, districts, replace(request, progress=bar.update))
    ledger = outcome.ledger
    if ledger.file_outcome == FileOutcome.REJECTED:
        typer.echo(ledger.sentence, err=True)
    elif not quiet:
        typer.echo(ledger.to_text(path.name))
        for line in names_in_doubt(outcome.names):
            typer.echo(line)
    return ledger.to_json()


@app.command()
def alias(
    name: Annotated[str, typer.Argument(help="A place name as files write it.")],
    pcode: Annotated[str, typer.Argument(help="The district that it means.")],
    store: StoreOption = None,
) -> None:
    """Remember what a place name means; files that hold it may be loaded again."""
    from loaders import district_set
    from loaders.shelf import Shelf

    with refusals():
        here = store_at(store)
        if here.folder is None:
            raise BadSetting("A remote store remembers no names.", where="--store", hint="Name a folder.")
        known = set(district_set.installed(here.folder).districts["adm2_pcode"])
        if pcode.upper() not in known:
            raise BadSetting("There is no such district.", where="PCODE", hint="Use a code such as IQG15Q05.")
        Shelf(here.folder).remember_alias(name, pcode.upper())
    typer.echo(f"{name}: {pcode.upper()}")


@app.command()
def programme(
    files: Annotated[list[Path], typer.Argument(help="Files of forums, meetings, referrals, activities …")],
    store: StoreOption = None,
    json_out: JsonOption = False,
    table: Annotated[str | None, typer.Option(help="Force the table instead of recognising it.")] = None,
    today: Annotated[str | None, typer.Option(help="Days after this are in the future.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the ledger, store nothing.")] = False,
) -> None:
    """Load tables of the programme and of population: templates, Primero transitions, the 2014 population estimate."""
    from loaders import district_set, programme_load
    from loaders.limits import Limits

    with refusals():
        here = store_at(store)
        request = programme_load.ProgrammeRequest(
            now(), day(today, option="--today") or now().date(), table=table, dry_run=dry_run,
            limits=Limits.for_command_line(),
        )  # fmt: skip
        districts = district_set.installed(here.folder)
        with noted(here):
            ledgers = [programme_load.load_table(path, here, districts, request) for path in files]
    for path, ledger in zip(files, ledgers, strict=True):
        refused = ledger.file_outcome == FileOutcome.REJECTED
        if refused or not json_out:
            typer.echo(ledger.sentence if refused else ledger.to_text(path.name), err=refused)
    if json_out:
        plain = [ledger.to_json() for ledger in ledgers]
        typer.echo(json.dumps(plain[0] if len(plain) == 1 else plain, ensure_ascii=False))
    if any(ledger.file_outcome == FileOutcome.REJECTED for ledger in ledgers):
        raise typer.Exit(2)


@app.command()
def demo(
    store: StoreOption = None,
    json_out: JsonOption = False,
    today: Annotated[str | None, typer.Option(help="The demo ends with the month before this day.")] = None,
    only_if_empty: Annotated[bool, typer.Option("--only-if-empty", help="Do nothing when anything is loaded.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take the synthetic data out again.")] = False,
) -> None:
    """Fill the store with labelled synthetic data, or take it out again."""
    from loaders import demo_load

    with refusals():
        here = store_at(store)
        result: dict[str, Any] = {"loaded": 0}
        with noted(here):
            if remove:
                result = {"removed": demo_load.remove(here, now=now())}
            elif not only_if_empty or here.version() < 0:
                result = demo_load.load(here, today=day(today, option="--today") or now().date(), now=now())
    typer.echo(json.dumps(result) if json_out else ", ".join(f"{key}: {value}" for key, value in result.items()))


@app.command()
def export(
    output: Annotated[Path, typer.Option("-o", "--output", help="The file to write.")],
    store: StoreOption = None,
    what: Annotated[str, typer.Option(help="reports, quarantine, or a table of the programme.")] = "reports",
    format: Annotated[str, typer.Option(help="csv, hxl, xlsx, geojson, gpkg or parquet.")] = "csv",
    version: Annotated[int | None, typer.Option(help="As of this version of the store; see history.")] = None,
) -> None:
    """Write stored rows to a file."""
    from loaders import export as out
    from loaders.tables import TABLES

    with refusals():
        if what not in TABLES:
            raise BadSetting(f"There is no table {what[:20]!r}.", where="--what", hint=f"Use {', '.join(TABLES)}.")
        columns = out.columns_of(what)
        here = store_at(store)
        if version is not None and not 0 <= version <= here.version():
            raise BadSetting("The store has no such version.", where="--version", hint=f"Use 0 to {here.version()}.")
        n_rows = out.write(here.scan(what, columns, version=version), output, format=format, columns=columns)
        Folders.of(here).trail.append(Event.EXPORTED, who="local", at=now(), what=what, format=format, n_rows=n_rows)
    typer.echo(f"{n_rows} rows")


@app.command()
def history(store: StoreOption = None, json_out: JsonOption = False) -> None:
    """List every load and undo."""
    with refusals():
        events = store_at(store).history()
    shown = ["seq", "at", "action", "batch_id", "table", "file_name", "rows_read", "accepted", "duplicates",
             "quarantined", "synthetic", "is_in_force"]  # fmt: skip
    if json_out:
        typer.echo(events[shown].to_json(orient="records", date_format="iso"))
    else:
        typer.echo(events[shown].to_string(index=False) if len(events) else "Nothing was loaded yet.")


@app.command()
def undo(batch: str, store: StoreOption = None) -> None:
    """Take a batch back; what it had replaced is in force again."""
    with refusals():
        here = store_at(store)
        with noted(here):
            here.undo(batch, who="local", at=now())
    typer.echo(f"undone: {batch}")


@app.command()
def doctor(
    store: StoreOption = None,
    json_out: JsonOption = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is wrong, mend nothing.")] = False,
) -> None:
    """Look the store over and mend what can be mended. Exit 1: something could not be."""
    from loaders.doctor import examine

    with refusals():
        here = store_at(store)
        findings = examine(here, now=now(), repair=not dry_run)
        trail = Folders.of(here).trail.verify()
    if json_out:
        typer.echo(json.dumps([vars(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            typer.echo(f"{'repaired' if finding.is_repaired else 'found'} {finding.kind}: {finding.what}")
        typer.echo(f"{len(findings)} findings")
        typer.echo(f"audit trail: {trail.n_entries} lines, head {trail.head}")
    if not all(finding.is_repaired for finding in findings):
        raise typer.Exit(1)


if __name__ == "__main__":
    end_with(app)

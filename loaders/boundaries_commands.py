"""The command line for districts: `python -m loaders boundaries check | install | download`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from concerns.schema import BadSetting, DataError, FileOutcome
from loaders.store import open_store
from loaders.view import store_address

app = typer.Typer(no_args_is_help=True, add_completion=False)

StoreOption = Annotated[str | None, typer.Option("--store", help="Folder of the store.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]


@app.command()
def check(file: Path, json_out: JsonOption = False) -> None:
    """Look a file of districts over: rows refused and why, repairs, gaps, holes, overlaps. Changes nothing."""
    from loaders import boundaries
    from loaders.limits import Limits

    try:
        ledger = boundaries.check(file, limits=Limits.for_command_line())
    except DataError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    if json_out:
        typer.echo(json.dumps(ledger.to_json(), ensure_ascii=False))
    else:
        typer.echo(ledger.to_text(file.name))
    if ledger.file_outcome == FileOutcome.REJECTED:
        if json_out:
            typer.echo(ledger.sentence, err=True)
        raise typer.Exit(2)


@app.command()
def install(file: Path, store: StoreOption = None) -> None:
    """Join later loads against the districts of a file. A file that is refused changes nothing."""
    from loaders import boundaries
    from loaders.limits import Limits

    try:
        chosen = boundaries.install(file, _folder(store), limits=Limits.for_command_line())
    except DataError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    typer.echo(f"{len(chosen.districts)} districts, {chosen.version}")


@app.command()
def download(
    url: Annotated[str | None, typer.Option(help="Address of the file; else CONCERN_ATLAS_BOUNDARIES_URL.")] = None,
    sha256: Annotated[str | None, typer.Option(help="Its checksum; else CONCERN_ATLAS_BOUNDARIES_SHA256.")] = None,
    store: StoreOption = None,
) -> None:
    """Fetch a file of districts and install it when its checksum is the one given; nothing otherwise."""
    from loaders import boundaries

    try:
        chosen = boundaries.download(
            url or os.environ.get("CONCERN_ATLAS_BOUNDARIES_URL", ""),
            sha256=sha256 or os.environ.get("CONCERN_ATLAS_BOUNDARIES_SHA256", ""),
            folder=_folder(store),
        )
    except DataError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    typer.echo(f"{len(chosen.districts)} districts, {chosen.version}")


def _folder(url: str | None) -> Path:
    folder = open_store(store_address(url or os.environ.get("CONCERN_ATLAS_STORE"))).folder
    if folder is None:
        hint = "Name a store on disk with --store."
        raise BadSetting("Districts are installed beside a store on disk.", where="--store", hint=hint)
    return folder

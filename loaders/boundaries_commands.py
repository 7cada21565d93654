"""`python -m loaders boundaries …`: look a district file over, install it, fetch it, say which is in use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from concerns.schema import BadSetting, FileOutcome
from loaders.command_line import JsonOption, StoreOption, refusals, store_at

app = typer.Typer(no_args_is_help=True, add_completion=False)
FileArgument = Annotated[Path, typer.Argument(help="GeoJSON, GeoPackage, zipped shapefile, .shp or GeoParquet.")]


@app.command()
def check(file: FileArgument, json_out: JsonOption = False) -> None:
    """Look a district file over and change nothing."""
    from loaders import boundaries
    from loaders.limits import Limits

    with refusals():
        ledger = boundaries.check(file, limits=Limits.for_command_line())
    refused = ledger.file_outcome == FileOutcome.REJECTED
    if json_out:
        typer.echo(json.dumps(ledger.to_json(), ensure_ascii=False))
    if refused:
        typer.echo(ledger.sentence, err=True)
        raise typer.Exit(2)
    if not json_out:
        typer.echo(ledger.to_text(file.name))


@app.command()
def install(file: FileArgument, store: StoreOption = None) -> None:
    """Use the districts of a file from now on; loaded reports keep the version they were joined with."""
    from loaders import boundaries
    from loaders.limits import Limits

    with refusals():
        chosen = boundaries.install(file, _folder(store), limits=Limits.for_command_line())
    typer.echo(f"installed: {chosen.version}, {len(chosen.districts)} districts")


@app.command()
def download(
    sha256: Annotated[str, typer.Option(help="Checksum of the very file that is meant.")],
    url: Annotated[str, typer.Option(envvar="CONCERN_ATLAS_BOUNDARIES_URL", help="Address of a COD-AB adm2 file.")],
    store: StoreOption = None,
) -> None:
    """Fetch a district file and install it, if its checksum is the one given."""
    from loaders import boundaries

    with refusals():
        chosen = boundaries.download(url, sha256=sha256, folder=_folder(store))
    typer.echo(f"installed: {chosen.version}, {len(chosen.districts)} districts")


@app.command()
def show(store: StoreOption = None) -> None:
    """Say which districts are in use."""
    from loaders import district_set

    with refusals():
        chosen = district_set.installed(store_at(store).folder)
    kind = "approximate" if chosen.is_approximate else "installed"
    typer.echo(f"{kind}: {chosen.version}, {len(chosen.districts)} districts, {chosen.source}")


def _folder(store: str | None) -> Path:
    folder = store_at(store).folder
    if folder is None:
        hint = "Install into a folder, and copy it beside the tables."
        raise BadSetting("Boundaries are kept in stores on disk.", where="--store", hint=hint)
    return folder

"""The command that pulls submissions from a KoboToolbox server."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from concerns.schema import BadSetting, FileOutcome
from loaders.command_line import JsonOption, StoreOption, chosen_mapping, keep_form, noted, now, refusals, store_at


def kobo(
    server: Annotated[str, typer.Argument(help="Address of the KoboToolbox server, https://…")],
    form: Annotated[str, typer.Argument(help="Id of the form.")],
    store: StoreOption = None,
    json_out: JsonOption = False,
    mapping: Annotated[Path | None, typer.Option(help="YAML that names columns and values.")] = None,
    xlsform: Annotated[Path | None, typer.Option(help="The form's XLSForm; kept by its version.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="From the first submission, not from the last pull.")
    ] = False,
) -> None:
    """Pull submissions from a KoboToolbox server since the last pull; the token stands in KOBO_TOKEN."""
    import tempfile

    from loaders import district_set, kobo_api
    from loaders import ingest as way
    from loaders.limits import Limits
    from loaders.settings import Settings

    with refusals():
        here, asked = store_at(store), kobo_api.Form(server, form)
        if here.folder is None:
            raise BadSetting("A remote store keeps no note of pulls.", where="--store", hint="Name a folder.")
        since = None if everything else kobo_api.last_pull(here.folder / "pulls", asked)
        settings = Settings(today=dt.datetime.now(ZoneInfo("Asia/Baghdad")).date())
        named, known_form = chosen_mapping(mapping, xlsform)
        request = way.Request(
            now(), settings, source="kobo", mapping=named,
            limits=Limits.for_command_line(), display_name=f"kobo-{form}.json",
        )  # fmt: skip
        with tempfile.TemporaryDirectory(prefix="concern-atlas-") as folder, noted(here):
            token = kobo_api.token_from_environment()
            pulled = kobo_api.pull(asked, Path(folder) / "pulled.json", token=token, since=since)
            ledger = (
                way.ingest(pulled.path, here, district_set.installed(here.folder), request).ledger if pulled.n else None
            )
        if ledger is not None and ledger.file_outcome != FileOutcome.REJECTED:
            kobo_api.remember(here.folder / "pulls", asked, pulled)
            keep_form(here, known_form, named)
    if json_out:
        typer.echo(json.dumps({"pulled": pulled.n, "ledger": ledger and ledger.to_json()}, ensure_ascii=False))
    elif ledger is None or ledger.file_outcome != FileOutcome.REJECTED:
        typer.echo(f"pulled: {pulled.n}" if ledger is None else ledger.to_text(f"kobo-{form}.json"))
    if ledger is not None and ledger.file_outcome == FileOutcome.REJECTED:
        typer.echo(ledger.sentence, err=True)
        raise typer.Exit(2)

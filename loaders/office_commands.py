"""Commands of the owner at the server itself: who may see what, and publishing a release."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from concerns.access import Role, Viewer
from concerns.schema import BadSetting
from concerns.selection import Selection
from loaders.audit import Event
from loaders.command_line import JsonOption, StoreOption, day, now, refusals, store_at
from loaders.folders import Folders
from loaders.roles import RoleEntry

if TYPE_CHECKING:  # it reaches for geometry, which takes a second to import
    from loaders.office import Office

OWNER = Viewer("local", Role.ADMIN)  # whoever can run this can also write the store's files
app = typer.Typer(no_args_is_help=True, help="Who may see what. The first one entered must be an admin.")
WhoArgument = Annotated[str, typer.Argument(help="E-mail address, or the subject that the identity provider gives.")]


def office(store: str | None) -> Office:
    """The owner's office in a store."""
    from loaders.office import Office

    at = now()
    return Office(store_at(store), ask=lambda: OWNER, today=at.astimezone(ZoneInfo("Asia/Baghdad")).date(), now=at)


@app.command("list")
def list_roles(store: StoreOption = None, json_out: JsonOption = False) -> None:
    """List everybody who has a role."""
    with refusals():
        table = office(store).roles()
    if json_out:
        typer.echo(table.to_json(orient="records", force_ascii=False))
    else:
        typer.echo(table.to_string(index=False) if len(table) else "Nobody has a role yet.")


@app.command("set")
def set_role(
    who: WhoArgument,
    role: Annotated[str, typer.Option(help=f"One of {', '.join(Role)}.")],
    store: StoreOption = None,
    districts: Annotated[str, typer.Option(help="adm2 p-codes with commas; a forum lead needs them.")] = "",
    cleared_for: Annotated[str, typer.Option(help="Sensitive categories with commas, such as C05,C06.")] = "",
    until: Annotated[str | None, typer.Option(help="Last day, YYYY-MM-DD.")] = None,
) -> None:
    """Enter somebody, or change what they may see; it works at their next click."""
    with refusals():
        if role not in set(Role):
            raise BadSetting("There is no such role.", where="--role", hint=f"Use {', '.join(Role)}.")
        entry = RoleEntry(who, Role(role), _codes(districts), _codes(cleared_for), day(until, option="--until"))
        office(store).set_role(entry)
    typer.echo(f"{who}: {role}")


@app.command()
def revoke(who: WhoArgument, store: StoreOption = None) -> None:
    """Take somebody's role away; it works at their next click."""
    with refusals():
        office(store).revoke(who)
    typer.echo(f"revoked: {who}")


def _codes(text: str) -> frozenset[str]:
    return frozenset(code.strip() for code in text.split(",") if code.strip())


def publish(
    until: Annotated[str, typer.Option(help="The last quarter to publish, such as 2024Q1; it must be over.")],
    store: StoreOption = None,
    epsilon: Annotated[float | None, typer.Option(help="Privacy budget a quarter; the first time only.")] = None,
    since: Annotated[str | None, typer.Option(help="The first quarter of all; the first time only.")] = None,
    json_out: JsonOption = False,
) -> None:
    """Draw the release that donors and the public see: each closed quarter once, never again."""
    with refusals():
        here = office(store)
        if here.manifest() is None:
            epsilon, since = _owners_choice(epsilon, since)
        entry = here.publish(until, epsilon=epsilon, since=since)
    shown = {name: entry[name] for name in ("release", "quarters", "corrected", "years", "data_version")}
    typer.echo(json.dumps(shown) if json_out else _in_words(entry))


def share(
    output: Annotated[Path, typer.Option("-o", "--output", help="The CSV file to write.")],
    store: StoreOption = None,
    points: Annotated[bool, typer.Option("--points", help="Add points moved inside their district.")] = False,
    start: Annotated[str | None, typer.Option("--from", help="First day, YYYY-MM-DD.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day, YYYY-MM-DD.")] = None,
) -> None:
    """Write reports as they may leave the house: by district and month, or with masked points."""
    from concerns.masking import MAX_M, MIN_M
    from loaders.export import safe_texts
    from loaders.share import masking_key, shared_reports
    from loaders.view import open_view
    from loaders.whole_file import replace_file

    with refusals():
        here, at = store_at(store), now()
        view = open_view(here, OWNER, today=at.astimezone(ZoneInfo("Asia/Baghdad")).date())
        asked = Selection(day(start, option="--from"), day(end, option="--to"))
        rows = shared_reports(view, asked, key=masking_key() if points else None)
        replace_file(output, safe_texts(rows).to_csv(index=False).encode("utf-8-sig"))
        Folders.of(here).trail.append(
            Event.EXPORTED, who=OWNER.subject, at=at, what="shared", format="csv", n_rows=len(rows),
            scope=view.scope, data_version=view.version, is_masked=points,
        )  # fmt: skip
    moved = f", points moved by {MIN_M:.0f} to {MAX_M:.0f} m inside their district" if points else ""
    typer.echo(f"{len(rows)} rows by district and month{moved}")


def _owners_choice(epsilon: float | None, since: str | None) -> tuple[float, str]:
    """Ask for what is settled once and for all. Raises BadSetting: nobody is there to answer."""
    try:
        if epsilon is None:
            typer.echo(
                "The privacy budget ε holds for all quarters from now on. Noise of scale 2.5/ε goes on each district's "
                "count; at ε = 1 most counts are off by less than 8. Smaller protects more.", err=True,
            )  # fmt: skip
            epsilon = typer.prompt("ε a quarter", default=1.0, type=float, err=True)
        if since is None:
            typer.echo("The first quarter is stated and not protected: name it without looking at the data.", err=True)
            since = typer.prompt("First quarter, such as 2022Q1", err=True)
    except typer.Abort as error:
        hint = "Name both: --epsilon 1 --since 2022Q1."
        what = "The first publication needs the owner's ε and first quarter."
        raise BadSetting(what, where="publish", hint=hint) from error
    return float(epsilon), str(since)


def _in_words(entry: dict[str, Any]) -> str:
    corrected = f"; corrections of {', '.join(entry['corrected'])}" if entry["corrected"] else ""
    return f"published: {entry['quarters'][0]} to {entry['quarters'][-1]}{corrected}"

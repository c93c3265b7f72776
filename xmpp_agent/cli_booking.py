"""`portner api-key`: the keys of calendar and case systems. Mounted by `cli.py`."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from xmpp_agent.cli_common import PLAIN, AsJson, actor, on_database, opened, show
from xmpp_agent.edges.clock import SystemClock
from xmpp_agent.edges.store.database import Database
from xmpp_agent.flows.office import ALLOWED, new_id
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.callers import ALL_UNITS, Caller
from xmpp_agent.ports.diary import NewKey
from xmpp_agent.rules.hook_address import is_hook_address
from xmpp_agent.settings import Settings
from xmpp_agent.withdrawing import NotDone

api_key = typer.Typer(help="Keys of calling systems.", **PLAIN)


def mount(app: typer.Typer) -> None:
    """Add these commands to `portner`."""
    app.add_typer(api_key, name="api-key")


@api_key.command("add")
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What the authority calls the system.")],
    unit: Annotated[list[str], typer.Option(help="Unit it may book for; may be repeated. '*': all.")],
    per_minute: Annotated[int, typer.Option(min=1, max=100_000, help="Requests a minute.")] = 600,
    hook: Annotated[str, typer.Option(help="Address it is told at what becomes of its appointments.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a key; it is shown once. With --hook also the secret that what it is told is signed with."""
    if hook and not is_hook_address(hook):
        raise typer.BadParameter("--hook is an https address (http only on this machine)")
    key, secret = f"portner_{secrets.token_urlsafe(32)}", secrets.token_urlsafe(32) if hook else ""
    _, ring = opened(context)
    caller = Caller(new_id(), name, frozenset(unit), per_minute, SystemClock().now(), hook_url=hook)

    async def act(database: Database, _: Settings) -> None:
        missing = sorted(caller.units - {ALL_UNITS} - {one.id for one in await database.diary.units()})
        if missing:
            raise NotDone(f"There is no unit {', '.join(missing)}.")
        new = NewKey(caller, ring.identity.mark("api-key", key), secret)
        await database.records.keep(_line("api-key-add", caller), new)

    on_database(context, act)
    show({"id": caller.id, "key": key, **({"secret": secret} if secret else {})}, as_json)


@api_key.command("list")
def listed(context: typer.Context) -> None:
    """List keys: id, units, when made, whether taken back. The keys themselves are not kept."""

    async def act(database: Database, _: Settings) -> tuple[Caller, ...]:
        return await database.callers.callers()

    for caller in on_database(context, act):
        made = datetime.fromtimestamp(caller.made_at, UTC)
        state = "in force" if caller.revoked_at is None else "taken back"
        print(f"{caller.id}  {made:%Y-%m-%d}  {state}  {' '.join(sorted(caller.units))}  {caller.name}")


@api_key.command("revoke")
def revoke(context: typer.Context, ident: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Take a key back; a running agent refuses it within seconds."""

    async def act(database: Database, _: Settings) -> None:
        found = next((one for one in await database.callers.callers() if one.id == ident), None)
        if found is None:
            raise NotDone("There is no such key.")
        line = _line("api-key-revoke", found)
        await database.records.keep(line, replace(found, revoked_at=found.revoked_at or line.at))

    on_database(context, act)


def _line(act: str, caller: Caller) -> AuditLine:
    return AuditLine(SystemClock().now(), act, "", caller.id, actor(), ALLOWED)

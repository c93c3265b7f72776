"""`portner staff`: ending sessions of staff at once. Mounted by `cli.py`."""

from typing import Annotated

import typer

from xmpp_agent import withdrawing
from xmpp_agent.cli_common import PLAIN, actor, on_database, opened, settings_of
from xmpp_agent.edges.clock import SystemClock
from xmpp_agent.edges.store.database import Database
from xmpp_agent.flows.booking import account_mark
from xmpp_agent.flows.staff_out import Exits, sign_out_everywhere
from xmpp_agent.withdrawing import NotDone

staff = typer.Typer(help="Staff who are signed in.", **PLAIN)


def mount(app: typer.Typer) -> None:
    """Add these commands to `portner`."""
    app.add_typer(staff, name="staff")


@staff.command("sign-out")
def sign_out(
    context: typer.Context,
    account: Annotated[str, typer.Argument(help="What the employer calls them, as booking does.")] = "",
    everybody: Annotated[bool, typer.Option("--all", help="Everybody of staff.")] = False,
) -> None:
    """End every session of a member of staff, through the agent when it runs; prints how many there were.

    Their passes are dead, too: whoever is in a meeting is put out. Whoever still has a role may sign in again.
    """
    if bool(account) == everybody:
        raise typer.BadParameter("give an account, or --all")
    person, count = on_database(context, lambda database, _: _found(context, database, account))
    if not withdrawing.asked(settings_of(context).socket, "staff", person, "sign-out"):
        on_database(context, lambda database, _: _out(database, person))
    print(f"sessions: {count}")


async def _found(context: typer.Context, database: Database, account: str) -> tuple[str, int]:
    """Who it is ("": everybody), and how many sessions there are. Raises NotDone."""
    person = ""
    if account:
        _, ring = opened(context)
        known = await database.diary.staff_by_account(account_mark(ring.identity, account))
        if known is None:
            raise NotDone("There is no member of staff with that account.")
        person = known.id
    return person, len(await database.visitors.staff_sessions(person, SystemClock().now()))


async def _out(database: Database, person: str) -> int:
    exits = Exits(database.visitors, database.diary, database.records, database.ledger)
    return await sign_out_everywhere(exits, person, actor(), SystemClock().now())

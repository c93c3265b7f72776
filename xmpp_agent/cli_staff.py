"""`portner staff`: ending sessions of staff at once. Mounted by `cli.py`."""

from typing import Annotated

import typer

from xmpp_agent.cli_common import PLAIN, actor, on_database, opened
from xmpp_agent.edges.clock import SystemClock
from xmpp_agent.edges.store.bookings import register_of
from xmpp_agent.edges.store.database import Database
from xmpp_agent.flows.booking import account_mark
from xmpp_agent.flows.staff_login import sign_out_everywhere
from xmpp_agent.settings import Settings
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
    """End every session of a member of staff, beside a running agent or without one; prints how many there were.

    Passes they have not used are dead, too. Whoever still has a role at the employer may sign in again.
    """
    if bool(account) == everybody:
        raise typer.BadParameter("give an account, or --all")
    _, ring = opened(context)

    async def work(database: Database, _: Settings) -> int:
        register, person = register_of(database, ring.identity, SystemClock()), ""
        if account:
            known = await register.diary.staff_by_account(account_mark(ring.identity, account))
            if known is None:
                raise NotDone("There is no member of staff with that account.")
            person = known.id
        return await sign_out_everywhere(register, database.visitors, database.ledger, person, actor())

    print(f"sessions: {on_database(context, work)}")

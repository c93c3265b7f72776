"""`portner keys reseal` and `retire`: personal data moves to the newest key, then the older ones go.

Mounted by `cli.py`. An agent keeps the keys it started with; both commands refuse while one seals with an older key.
"""

import asyncio

import typer

from xmpp_agent.cli_common import actor, on_database
from xmpp_agent.edges.clock import SystemClock
from xmpp_agent.edges.keys.ring import retire_column_keys
from xmpp_agent.edges.store.database import Database
from xmpp_agent.edges.store.resealing import keys_in_use, reseal, reseal_keys
from xmpp_agent.edges.store.sqlite.sealers import others_seal
from xmpp_agent.flows.office import ALLOWED
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.settings import Settings
from xmpp_agent.withdrawing import NotDone


def mount(keys: typer.Typer) -> None:
    """Add these commands to `portner keys`."""
    keys.command("reseal")(keys_reseal)
    keys.command("retire")(keys_retire)


def keys_reseal(context: typer.Context) -> None:
    """Seal every personal column anew with the newest column key, beside a running agent. Can be run again."""

    async def work(database: Database, settings: Settings) -> int:
        await _nobody_seals_with_older(database, settings)
        found = await reseal(database.engine, database.cipher)
        await _on_record(database, "reseal", f"anew={found.anew} broken={len(found.broken)}")
        await database.holdings.settle()
        if found.broken:
            raise NotDone(f"{len(found.broken)} values open with no key given; the first is {found.broken[0]}.")
        return found.anew

    print(f"{on_database(context, work)} values sealed anew")


def keys_retire(context: typer.Context) -> None:
    """Drop every column key but the newest, once nothing is sealed with them. Backups from before open no more."""

    async def work(database: Database, settings: Settings) -> int:
        await _nobody_seals_with_older(database, settings)
        used = await keys_in_use(database.engine, database.cipher)
        if used != {database.cipher.newest}:
            raise NotDone("Something is still sealed with an older key: run `portner keys reseal` first.")
        await _on_record(database, "keys-retire", "")
        return await asyncio.to_thread(retire_column_keys, settings.key_dir)

    print(f"{on_database(context, work)} column keys dropped")


async def _nobody_seals_with_older(database: Database, settings: Settings) -> None:
    """From here on nobody begins to seal with an older key, and nobody does; else NotDone."""
    await reseal_keys(database.engine, database.cipher)
    if await asyncio.to_thread(others_seal, settings.database, database.cipher.newest):
        raise NotDone("An agent still runs with older column keys: restart it (a standby, too), then do this again.")


async def _on_record(database: Database, act: str, note: str) -> None:
    await database.records.keep(AuditLine(SystemClock().now(), act, "", "", actor(), ALLOWED, note))

"""What the commands of `portner` share: settings, keys, the database, and how results are printed."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypeVar

import typer

from xmpp_agent.edges.keys.ring import KeyRing, read_keys
from xmpp_agent.edges.store.database import Database, open_database
from xmpp_agent.settings import Settings, load_settings

Answer = TypeVar("Answer")
PLAIN: dict[str, Any] = {"no_args_is_help": True, "pretty_exceptions_enable": False, "add_completion": False}
"""How every group of commands is made."""
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def settings_of(context: typer.Context) -> Settings:
    """The settings, from the file the command line names or the environment. Raises SettingsFault."""
    return load_settings(context.find_root().obj)


def opened(context: typer.Context) -> tuple[Settings, KeyRing]:
    """Settings and keys. Raises SettingsFault, KeyFault."""
    settings = settings_of(context)
    return settings, read_keys(settings.key_dir)


@asynccontextmanager
async def database_of(settings: Settings, ring: KeyRing) -> AsyncIterator[Database]:
    """The database, beside a running agent or without one. Raises DatabaseFault."""
    async with open_database(
        settings.database, ring.columns, ring.identity.own_mark, settings.shard, settings.audit_sync
    ) as database:
        yield database


def on_database(context: typer.Context, act: Callable[[Database, Settings], Awaitable[Answer]]) -> Answer:
    """What the act answers, on the database, beside a running agent or without one."""

    async def work() -> Answer:
        settings, ring = opened(context)
        async with database_of(settings, ring) as database:
            return await act(database, settings)

    return asyncio.run(work())


def actor() -> str:
    """Who is at the command line, as the audit names them."""
    return f"uid:{os.getuid()}"


def show(found: Mapping[str, object], as_json: bool) -> None:
    """Print one thing found: a line a name, or JSON."""
    if as_json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name}: {' '.join(value) if isinstance(value, tuple) else value}")


def from_stdin(given: str) -> str:
    """What was given on the command line; `-`: the first line of stdin, so that it is in no history."""
    return sys.stdin.readline().strip() if given == "-" else given

"""`portner tui`: the supervisors' console on a screen, or in lines. Mounted by `cli.py`."""

import importlib
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from xmpp_agent.cli_common import settings_of
from xmpp_agent.settings import SettingsFault


class Part(StrEnum):
    """What is read in lines."""

    STATUS = "status"
    LOBBY = "lobby"
    WATCH = "watch"
    ALERTS = "alerts"


class Level(StrEnum):
    """What `watch` tells."""

    ALL = "all"
    NOTES = "notes"
    ALERTS = "alerts"


def mount(app: typer.Typer) -> None:
    """Add the command to `portner`."""
    app.command()(tui)


def tui(
    context: typer.Context,
    part: Annotated[Part, typer.Argument(help="In lines: what is read.")] = Part.WATCH,
    socket: Annotated[Path | None, typer.Option(help="The agent's Unix socket.")] = None,
    at: Annotated[str, typer.Option(help="Elsewhere: where the site is, https://portner.example.")] = "",
    plain: Annotated[bool, typer.Option("--plain", help="Lines instead of a screen: for screen readers.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line: for scripts.")] = False,
    keys: Annotated[bool, typer.Option("--keys", help="Print every key, as text of the settings file.")] = False,
    level: Annotated[Level, typer.Option(help="With watch: what is told.")] = Level.ALL,
) -> None:
    """Open the supervisors' console.

    In lines, status and alerts end with 0 when all is well, 1 without a current picture, 2 when something needs a
    person; lobby with 0 or 1; watch goes on until it is ended.
    """
    if keys:
        raise typer.Exit(_part("tui.starting").print_keys())
    if not plain and not as_json:
        raise typer.Exit(_part("tui.starting").run(at or socket or settings_of(context).socket) or 0)
    try:
        where = at or socket or settings_of(context).socket
    except SettingsFault as fault:
        # Not the 2 that settings have elsewhere: here it would say that somebody waits too long.
        sys.stderr.write("".join(f"portner: {sentence}\n" for sentence in fault.faults))
        raise typer.Exit(1) from None
    raise typer.Exit(_part("tui.plain").run(where, part.value, level.value, as_json=as_json))


def _part(name: str) -> Any:  # noqa: ANN401  # a module: only what is called is loaded
    return importlib.import_module(name)

"""`portner tui`: the supervisors' console on a screen, or in lines.

Mounted by `cli.py` for its help, and run without it (`__main__.py`): all that takes longer to load than the console.
"""

import gc
import importlib
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

COMMAND = "tui"


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
    app.command(COMMAND)(tui)


def is_meant(words: list[str]) -> bool:
    """Whether these words after `portner` are this command."""
    if words[:1] == ["--config"]:
        words = words[2:]
    elif words and words[0].startswith("--config="):
        words = words[1:]
    return words[:1] == [COMMAND]


def alone() -> None:
    """Run the command line with this command only."""
    app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)

    @app.callback()
    def start(context: typer.Context, config: Annotated[Path | None, typer.Option()] = None) -> None:
        context.obj = config

    mount(app)
    app(prog_name="portner")


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
    in_lines = plain or as_json
    where = at or socket or _socket(context, in_lines)
    if not in_lines:
        raise typer.Exit(_on_screen(where) or 0)
    lines = _part("tui.plain")
    gc.enable()
    raise typer.Exit(lines.run(where, part.value, level.value, as_json=as_json))


def _on_screen(where: Path | str) -> int | None:
    """The console; it asks for its picture before it is loaded. What is loaded is not searched for garbage meanwhile
    (`__main__.py`)."""
    early = _part("tui.agent.early").Early(where) if isinstance(where, Path) else None
    console = _part("tui.starting")
    gc.enable()
    code: int | None = console.run(where, early)
    return code


def _socket(context: typer.Context, in_lines: bool) -> Path:
    """The agent's, from the settings."""
    settings = _part("xmpp_agent.settings")
    try:
        found: Path = settings.load_settings(context.find_root().obj).socket
    except settings.SettingsFault as fault:
        sys.stderr.write("".join(f"portner: {sentence}\n" for sentence in fault.faults))
        # In lines not the 2 that settings have elsewhere: there it would say that somebody waits too long.
        raise typer.Exit(1 if in_lines else 2) from None
    return found


def _part(name: str) -> Any:  # noqa: ANN401  # a module: only what is called is loaded
    return importlib.import_module(name)

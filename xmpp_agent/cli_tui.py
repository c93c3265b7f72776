"""`portner tui`: the supervisors' console on a screen, or in lines.

Listed by `cli.py` for its help, and run without it (`__main__.py`): all that, and what reads its words, takes longer to
load than the console. So its own words are read by the standard library.
"""

import gc
import importlib
import os
import sys
import tomllib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

COMMAND = "tui"
HELP = "Open the supervisors' console."
_CODES = """In lines, status and alerts end with 0 when all is well, 1 without a current picture, 2 when something needs
a person; lobby with 0 or 1; watch goes on until it is ended."""
_PARTS = ("status", "lobby", "watch", "alerts")
SETTINGS = frozenset((
    "domain", "data_dir", "muc", "extra_mucs", "lobby", "focus", "recorder_domain", "component_host", "component_port",
    "component_secret_file", "shard", "socket", "supervisors", "audit_sync", "log_level", "audience", "site",
))  # fmt: skip
"""What a settings file may have, spelt so. Beside anything else it is not said plainly where the socket is."""
_VARIABLES = frozenset(f"PORTNER_{name.upper()}" for name in (*SETTINGS, "config", "lang", "signs", "theme"))
_LEVELS = ("all", "notes", "alerts")


def is_meant(words: list[str]) -> bool:
    """Whether these words after `portner` are this command."""
    return _apart(words)[1][:1] == [COMMAND]


def quickly(words: list[str]) -> int:
    """The command, from the words after `portner`; answers the exit code. Raises SystemExit when they are wrong."""
    config, rest = _apart(words)
    asked = _parser().parse_args(rest[1:])
    if asked.keys:
        return int(_part("tui.starting").print_keys())
    in_lines = asked.plain or asked.json
    where = asked.at or asked.socket or _socket(config, in_lines)
    if not in_lines:
        return _on_screen(where) or 0
    lines = _part("tui.plain")
    gc.enable()
    return int(lines.run(where, asked.part, asked.level, as_json=asked.json))


def _apart(words: list[str]) -> tuple[Path | None, list[str]]:
    """The settings file named before the command, the last where there are several; the words from the command on."""
    config, rest = None, list(words)
    while rest and rest[0].partition("=")[0] == "--config":
        _, is_one, value = rest.pop(0).partition("=")
        config = Path(value if is_one else rest.pop(0) if rest else "")
    return config, rest


def _parser() -> ArgumentParser:
    parser = ArgumentParser("portner tui", description=f"{HELP} {_CODES}", allow_abbrev=False)
    add = parser.add_argument
    add("part", nargs="?", choices=_PARTS, default="watch", help="in lines: what is read")
    add("--socket", type=Path, metavar="FILE", help="the agent's Unix socket")
    add("--at", default="", metavar="ORIGIN", help="elsewhere: where the site is, https://portner.example")
    add("--plain", action="store_true", help="lines instead of a screen: for screen readers")
    add("--json", action="store_true", help="one JSON object a line: for scripts")
    add("--keys", action="store_true", help="print every key, as text of the settings file")
    add("--level", choices=_LEVELS, default="all", help="with watch: what is told")
    return parser


def _on_screen(where: Path | str) -> int | None:
    """The console; it asks for its picture before it is loaded."""
    early = _part("tui.agent.early").Early(where) if isinstance(where, Path) else None
    code: int | None = _part("tui.starting").run(where, early)
    return code


def _socket(config: Path | None, in_lines: bool) -> Path:
    """The agent's, from the settings."""
    if (plain := plain_socket(config)) is not None:
        return plain
    settings = _part("xmpp_agent.settings")
    try:
        found: Path = settings.load_settings(config).socket
    except settings.SettingsFault as fault:
        sys.stderr.write("".join(f"portner: {sentence}\n" for sentence in fault.faults))
        # In lines not the 2 that settings have elsewhere: there it would say that somebody waits too long.
        raise SystemExit(1 if in_lines else 2) from None
    return found


def plain_socket(config: Path | None) -> Path | None:
    """The agent's, where environment and file say it plainly: to load all settings takes a quarter of a second.

    None: ask `settings.py`, which also knows what is wrong.
    """
    env = {name.upper(): value for name, value in os.environ.items() if name.upper().startswith("PORTNER_")}
    file = config or os.environ.get("PORTNER_CONFIG")
    try:
        given = tomllib.loads(Path(file).read_text("utf-8")) if file else {}
    except (OSError, ValueError):
        return None
    socket = env.get("PORTNER_SOCKET", given.get("socket"))
    folder = env.get("PORTNER_DATA_DIR", given.get("data_dir", "/var/lib/portner"))
    is_whole = "PORTNER_SOCKET" in env or "PORTNER_DOMAIN" in env or "domain" in given
    are_known = env.keys() <= _VARIABLES and given.keys() <= SETTINGS
    are_places = all(isinstance(each, str) and each for each in (socket, folder) if each is not None)
    if not (is_whole and are_known and are_places):
        return None
    return Path(socket or Path(folder, "agent.sock"))


def _part(name: str) -> Any:  # noqa: ANN401  # a module: only what is called is loaded
    return importlib.import_module(name)

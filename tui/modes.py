"""The screens by the mode each is. The console starts on one; the others, a tenth of all it loads, come after the first
picture."""

from functools import partial
from importlib import import_module
from pkgutil import resolve_name
from typing import Any, Final

from textual.screen import Screen

from tui.keys import MODES

_CLASSES: Final = {
    "rooms": "shift:ShiftScreen",
    "recordings": "recordings:RecordingsScreen",
    "hotline": "hotline:HotlineScreen",
    "lobby": "lobby:LobbyScreen",
    "invitations": "invitations:InvitationsScreen",
    "alerts": "alerts:AlertsScreen",
    "audit": "audit:AuditScreen",
    "charts": "charts:ChartsScreen",
    "wall": "wall:WallScreen",
}
_BESIDE: Final = ("tui.palette", "tui.screens.sign_in", "textual.system_commands")
"""What else is loaded where it is first used."""


def screen_of(mode: str) -> type[Screen[Any]]:
    """The class of a mode's screen."""
    found: type[Screen[Any]] = resolve_name(f"tui.screens.{_CLASSES[mode]}")
    return found


def _opened(mode: str) -> Screen[Any]:
    return screen_of(mode)()


def load_all() -> None:
    """Load what was not needed until now, so that none of it comes from another version: a console left open over an
    update of Portner goes on as it was."""
    for mode in MODES:
        _ = screen_of(mode)
    for name in _BESIDE:
        _ = import_module(name)


OPENED: Final = {mode: partial(_opened, mode) for mode in MODES}
"""What makes the screen of each mode."""

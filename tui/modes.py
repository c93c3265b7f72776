"""The screens by the mode each is, loaded when first gone to: the console starts on one, and the others were a tenth of
what it loaded."""

from functools import partial
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


def screen_of(mode: str) -> type[Screen[Any]]:
    """The class of a mode's screen."""
    found: type[Screen[Any]] = resolve_name(f"tui.screens.{_CLASSES[mode]}")
    return found


def _opened(mode: str) -> Screen[Any]:
    return screen_of(mode)()


OPENED: Final = {mode: partial(_opened, mode) for mode in MODES}
"""What makes the screen of each mode."""

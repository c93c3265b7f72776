"""Every key of the console, by id; names and explanations are the texts `key.<id>` and `tip.<id>`.

Bindings are made in English and translated when they are shown (`screens/spoken.py`), so that footer, help and palette
say the same in the language chosen. Ids are what a keymap may change.
"""

import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from tui.text.catalogue import TEXTS

if TYPE_CHECKING:
    from textual.binding import Binding, BindingType

KEYS: Final[dict[str, tuple[str, str, bool]]] = {
    # id: (keys, action, shown in the footer)
    "let_in": ("a", "let_in", True),
    "turn_away": ("d", "turn_away", True),
    "write": ("w", "write", True),
    "write_all": ("W", "write_all", False),
    "finish": ("f", "finish", True),
    "reveal": ("r", "reveal", True),
    "next": ("N", "next", True),
    "put_back": ("p", "put_back", False),
    "move": ("m", "move", False),
    "stop_recording": ("o", "stop_recording", False),
    "end": ("X", "end", False),
    "write_unit": ("U", "write_unit", False),
    "retry": ("p", "retry", True),
    "assign": ("m", "assign", True),
    "discard": ("x", "discard", True),
    "hold": ("h", "hold", True),
    "send_link": ("l", "send_link", True),
    "promise": ("c", "promise", True),
    "taken": ("b", "taken", True),
    "audit_search": ("o", "audit_search", True),
    "audit_person": ("p", "audit_person", True),
    "audit_room": ("m", "audit_room", True),
    "audit_more": ("plus", "audit_more", True),
    "audit_take": ("x", "audit_take", True),
    "audit_take_room": ("X", "audit_take_room", False),
    "acknowledge": ("a", "acknowledge", True),
    "mine": ("m", "mine", True),
    "go_there": ("o", "go_there", True),
    "shift_note": ("N", "shift_note", True),
    "filter": ("slash", "filter", True),
    "sort": ("s", "sort", True),
    "turn": ("S", "turn", False),
    "columns": ("K", "columns", False),
    "follow": ("F", "follow", False),
    "next_alert": ("n", "next_alert", True),
    "freeze": ("z", "freeze", False),
    "earlier": ("left_square_bracket", "earlier", False),
    "later": ("right_square_bracket", "later", False),
    "moment": ("t", "moment", False),
    "export": ("E", "export", False),
    "rooms": ("1", "app.switch_mode('rooms')", False),
    "recordings": ("2", "app.switch_mode('recordings')", False),
    "hotline": ("3", "app.switch_mode('hotline')", False),
    "lobby": ("4", "app.switch_mode('lobby')", False),
    "invitations": ("5", "app.switch_mode('invitations')", False),
    "alerts": ("6", "app.switch_mode('alerts')", False),
    "audit": ("7", "app.switch_mode('audit')", False),
    "charts": ("8", "app.switch_mode('charts')", False),
    "wall": ("9", "app.switch_mode('wall')", False),
    "span": ("v", "span", True),
    "next_unit": ("u", "next_unit", True),
    "previous_unit": ("U", "previous_unit", False),
    "help": ("question_mark,f1", "help", True),
    "palette": ("ctrl+p", "command_palette", False),
    "light": ("ctrl+t", "light", False),
    "back": ("escape", "back", False),
    "next_panel": ("tab", "app.focus_next", False),
    "previous_panel": ("shift+tab", "app.focus_previous", False),
    "quit": ("ctrl+q", "quit", False),
    "up": ("up,k", "up", False),
    "down": ("down,j", "down", False),
    "page_up": ("pageup", "page_up", False),
    "page_down": ("pagedown", "page_down", False),
    "top": ("home,g", "top", False),
    "bottom": ("end,G", "bottom", False),
    "choose": ("enter", "choose", False),
    "yes": ("j,y", "yes", True),
    "show_hide": ("space", "show_hide", False),
    "move_left": ("left,minus", "move_left", False),
    "move_right": ("right,plus", "move_right", False),
    "standard": ("backspace", "standard", False),
}
MODES: Final = ("rooms", "recordings", "hotline", "lobby", "invitations", "alerts", "audit", "charts", "wall")
"""The screens, each by a key of its own, wherever one is."""
GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "door": (
        "let_in", "turn_away", "write", "write_all", "write_unit", "next", "put_back", "move", "finish",
        "stop_recording", "end", "reveal",
    ),
    "custody": ("retry", "assign", "discard", "hold"),
    "office": ("send_link", "promise", "taken"),
    "audit": ("audit_search", "audit_person", "audit_room", "audit_more", "audit_take", "audit_take_room"),
    "alerts": ("acknowledge", "mine", "go_there", "shift_note"),
    "numbers": ("span", "next_unit", "previous_unit"),
    "list": (
        "filter", "sort", "turn", "columns", "follow", "next_alert", "choose", "up", "down", "page_up", "page_down",
        "top", "bottom", "next_panel", "previous_panel", "export",
    ),
    "time": ("freeze", "earlier", "later", "moment"),
    "screens": MODES,
    "app": ("back", "help", "palette", "light", "quit"),
}  # fmt: skip
"""The help screen's order."""


DIALOGS: Final = ("yes", "show_hide", "move_left", "move_right", "standard")
"""Those of dialogs alone; the dialogs say them."""
_NAMES: Final = {
    "escape": "Esc", "enter": "Enter", "tab": "Tab", "space": "Space", "backspace": "Backspace", "pageup": "PgUp",
    "pagedown": "PgDn", "up": "↑", "down": "↓", "left": "←", "right": "→",
}  # fmt: skip
SIGNS: Final = {
    **{
        unicodedata.name(sign).lower().replace(" ", "_").replace("-", "_"): sign
        for sign in map(chr, (*range(0x21, 0x30), *range(0x3A, 0x41), *range(0x5B, 0x61), *range(0x7B, 0x7F)))
    },
    "slash": "/", "minus": "-", "plus": "+", "at": "@", "backslash": "\\", "underscore": "_",
}  # fmt: skip
"""Signs of a keyboard, by what Textual calls them."""


def named(key: str) -> str:
    """A key as people know it: `Esc`, `/`, `Ctrl+P`, `[`."""
    *modifiers, base = key.split("+") if len(key) > 1 else [key]
    name = _NAMES.get(base) or SIGNS.get(base) or base
    if len(name) == 1 and modifiers:
        name = name.upper()
    return "+".join((*(each.capitalize() for each in modifiers), name if len(name) < 2 else name[0].upper() + name[1:]))


class KeyNames:
    """By id: the keys of it, as people know them. `others`: by id, keys that are others than those it comes with."""

    def __init__(self, others: Mapping[str, str]) -> None:
        self._others = others

    def __getitem__(self, name: str) -> str:
        return "/".join(named(key) for key in keys_of(name, self._others))

    def of_screens(self) -> str:
        """All the screens' keys, in short: `1-9`."""
        each = [self[mode] for mode in MODES]
        digits = all(len(key) == 1 and key.isdecimal() for key in each)
        return f"{min(each)}-{max(each)}" if digits else " ".join(each)


def keys_of(name: str, others: Mapping[str, str]) -> list[str]:
    """The keys of an id."""
    return [key.strip() for key in (others.get(name) or KEYS[name][0]).split(",")]


def keys(*ids: str) -> "list[BindingType]":
    """Bindings for these ids."""
    return [_key(each) for each in ids]


def _key(name: str) -> "Binding":
    from textual.binding import Binding  # the console in lines does without Textual

    key, action, show = KEYS[name]
    return Binding(
        key,
        action,
        TEXTS[f"key.{name}"][1],
        tooltip=TEXTS[f"tip.{name}"][1],
        id=name,
        show=show,
        priority=name == "quit",
    )

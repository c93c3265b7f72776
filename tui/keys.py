"""Every key of the console, by id; names and explanations are the texts `key.<id>` and `tip.<id>`.

Bindings are made in English and translated when they are shown (`screens/spoken.py`), so that footer, help and palette
say the same in the language chosen. Ids are what a keymap may change.
"""

from typing import Final

from textual.binding import Binding, BindingType

from tui.text.catalogue import TEXTS

KEYS: Final[dict[str, tuple[str, str, bool]]] = {
    # id: (keys, action, shown in the footer)
    "let_in": ("a", "let_in", True),
    "turn_away": ("d", "turn_away", True),
    "write": ("w", "write", True),
    "write_all": ("W", "write_all", False),
    "finish": ("f", "finish", True),
    "reveal": ("r", "reveal", True),
    "retry": ("p", "retry", True),
    "assign": ("m", "assign", True),
    "discard": ("x", "discard", True),
    "hold": ("h", "hold", True),
    "send_link": ("l", "send_link", True),
    "promise": ("c", "promise", True),
    "taken": ("b", "taken", True),
    "filter": ("slash", "filter", True),
    "sort": ("s", "sort", True),
    "turn": ("S", "turn", False),
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
}
MODES: Final = ("rooms", "recordings", "hotline", "lobby", "invitations", "charts", "wall")
"""The screens, each by a key of its own, wherever one is."""
GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "door": ("let_in", "turn_away", "write", "write_all", "finish", "reveal"),
    "custody": ("retry", "assign", "discard", "hold"),
    "office": ("send_link", "promise", "taken"),
    "numbers": ("span", "next_unit", "previous_unit"),
    "list": (
        "filter", "sort", "turn", "next_alert", "choose", "up", "down", "page_up", "page_down", "top", "bottom",
        "next_panel", "previous_panel", "export",
    ),
    "time": ("freeze", "earlier", "later", "moment"),
    "screens": MODES,
    "app": ("back", "help", "palette", "light", "quit"),
}  # fmt: skip
"""The help screen's order."""


def keys(*ids: str) -> list[BindingType]:
    """Bindings for these ids."""
    return [_key(each) for each in ids]


def _key(name: str) -> Binding:
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

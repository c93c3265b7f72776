"""How `portner tui` starts: what the person chose, what may not be kept on a disk, and the app run to its end."""

import gc
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tui.address import place
from tui.agent.early import Early
from tui.app import PortnerApp
from tui.kept import Fault, file_of, read
from tui.keymap import as_text, checked, ids_of
from tui.keys import MODES
from tui.modes import load_all, screen_of
from tui.settings import Settings, UnknownChoice
from tui.text.words import Words
from tui.widgets.row_grid import RowGrid

_WOULD_KEEP_THE_SCREEN = ("TEXTUAL_SCREENSHOT", "TEXTUAL_LOG", "TEXTUAL_DEBUG", "TEXTUAL")


def refuse_to_keep(env: Mapping[str, str], words: Words) -> None:
    """Raises SystemExit when a setting of Textual would write what is on the screen to a disk or a port."""
    for name in _WOULD_KEEP_THE_SCREEN:
        if env.get(name):
            raise SystemExit(words.say("start.persists", name=name))


def collect_seldom() -> None:
    """Let Python look through *everything* for garbage a hundred times less often.

    Measured with 5,000 rooms: each such search holds the screen up for 80 ms, and replaced rows set one off every few
    seconds. Rooms are freed without it (they hold no cycles); young garbage is collected as ever. What was loaded until
    now is never looked through again. Until the first picture is read all goes without any of this (it was switched off
    by `xmpp_agent/__main__.py`): with it that took a tenth longer.
    """
    gc.enable()
    gc.freeze()
    young, middle, _old = gc.get_threshold()
    gc.set_threshold(young, middle, 1000)


def settle() -> None:
    """What is done once the first picture was read, or it is known that there is none."""
    load_all()
    collect_seldom()


def places() -> list[frozenset[str]]:
    """Keys that mean something at the same time: on each screen, and in each dialog over it."""
    from tui.screens.choosing import ChooseAppointment
    from tui.screens.columns import ChooseColumns
    from tui.screens.dialogs import AskWords, Confirm
    from tui.screens.reading import Help
    from tui.screens.sign_in import SignInDialog

    over = [ids_of(each) | {"quit"} for each in (AskWords, Confirm, Help, SignInDialog)]
    over += [ids_of(each, RowGrid) | {"quit"} for each in (ChooseAppointment, ChooseColumns)]
    return [ids_of(PortnerApp, screen_of(mode), RowGrid) for mode in MODES] + over


def chosen(env: Mapping[str, str]) -> tuple[Settings, list[Fault]]:
    """What the person at the console chose, and what of it cannot be used. Raises SystemExit with words."""
    file = file_of(env)
    kept = read(file)
    try:
        settings = Settings.from_env(env, kept, file)
    except UnknownChoice as error:
        raise SystemExit(str(error)) from error
    wrong = checked(settings.keys, places()) if settings.keys else []
    if wrong:
        settings, wrong = replace(settings, keys={}), [*wrong, Fault("keys.refused")]
    return settings, [*kept.faults, *wrong]


def print_keys() -> int:
    """`portner tui --keys`: the table of the settings file with every key as it is; 1 when the file has faults."""
    settings, faults = chosen(os.environ)
    words = Words(settings)
    sys.stdout.write(f"{as_text(settings.keys, words)}\n")
    sys.stderr.write("".join(f"portner: {words.of(fault)}\n" for fault in faults))
    return 1 if faults else 0


def run(where: Path | str, early: Early | None = None) -> None:
    """Open the console on the agent's socket, or at the origin of its site; returns when the person quits.

    `early`: the first picture, asked for already. Raises SystemExit with words.
    """
    settings, faults = chosen(os.environ)
    refuse_to_keep(os.environ, Words(settings))
    agent = place(where, Words(settings))
    app = PortnerApp(agent, settings, early=early, faults=faults, once_heard=settle)
    app.run()
    if app.return_code:
        raise SystemExit(app.return_code)

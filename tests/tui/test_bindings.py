"""Every key of the console: named, explained in both languages, listed by help where it works and nowhere else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.dom import DOMNode
from textual.widgets import Label

from tests.tui.looks import LOOKS, back, looking, screens
from tests.tui.opened import Opened
from tui.app import PortnerApp
from tui.keys import DIALOGS, GROUPS, KEYS
from tui.screens.spoken import SpokenModal, SpokenScreen
from tui.text.catalogue import TEXTS
from tui.text.words import Words
from tui.widgets.row_grid import RowGrid


def _ours(kind: type[DOMNode]) -> Iterator[type[DOMNode]]:
    """The class, and those made of it in the console."""
    if kind.__module__.startswith("tui."):
        yield kind
    for each in kind.__subclasses__():
        yield from _ours(each)


def _bindings() -> Iterator[tuple[type[DOMNode], object]]:
    for kind in (PortnerApp, SpokenScreen, SpokenModal, RowGrid):
        for each in _ours(kind):
            yield from ((each, binding) for binding in each.__dict__.get("BINDINGS", ()))


def test_every_binding_is_named_and_explained() -> None:
    """Each of app, screens, dialogs and lists: an id of `KEYS`, a name, words of help, and something that it does."""
    bound = set[str]()
    for kind, binding in _bindings():
        assert isinstance(binding, Binding), kind
        assert binding.id in KEYS, (kind, binding)
        assert binding.description, (kind, binding)
        assert binding.tooltip, (kind, binding)
        action = binding.action.partition("(")[0].removeprefix("app.")
        assert any(hasattr(each, f"action_{action}") for each in (kind, PortnerApp)), (kind, binding)
        bound.add(binding.id)
    assert bound == set(KEYS)
    assert sorted(each for ids in GROUPS.values() for each in ids) == sorted(bound - set(DIALOGS))


@pytest.mark.parametrize("name", KEYS)
def test_every_key_has_words_in_both_languages(name: str) -> None:
    """A short name and a sentence of help; the sentence is another one in Danish than in English."""
    (danish, english), (tip, tip_english) = TEXTS[f"key.{name}"], TEXTS[f"tip.{name}"]

    assert all((danish.strip(), english.strip(), tip.strip(), tip_english.strip()))
    assert tip != tip_english
    assert max(len(danish), len(english)) <= 17  # the column in help


async def test_help_lists_exactly_the_keys_that_are_bound(tmp_path: Path) -> None:
    """On each screen: every one with its key, name and words, none that does nothing there; no key has two meanings."""
    words = Words(LOOKS[0].settings)
    async with looking(tmp_path, LOOKS[0]) as console:
        async for mode in screens(console):
            bound = _bound(console)
            await console.pilot.press("question_mark")
            told = str(console.app.screen.query_one(".dialog-body Label", Label).render()).splitlines()
            rows = [line for line in told if line.startswith("  ")]
            expected = {(words.say(f"key.{name}"), words.say(f"tip.{name}")): shown for name, shown in bound.items()}
            assert len(rows) == len(bound), (mode, told)
            for (name, tip), shown in expected.items():
                assert [row for row in rows if tip in row and name in row and shown in row], (mode, name, told)
            await back(console)


def _bound(console: Opened) -> dict[str, str]:
    """By id what works on the screen looked at, and how its first key is shown."""
    found: dict[str, str] = {}
    for active in console.live.active_bindings.values():
        if active.binding.id is not None:
            assert active.binding.id in KEYS
            found.setdefault(active.binding.id, console.app.get_key_display(active.binding))
        else:
            assert not active.binding.show, active.binding
    meanings: dict[str, set[str]] = {}
    for _, map_of_keys in console.live._binding_chain:
        for key, bindings in map_of_keys.key_to_bindings.items():
            meanings.setdefault(key, set()).update(each.id for each in bindings if each.id is not None)
    assert {key: ids for key, ids in meanings.items() if len(ids) > 1} == {}
    return found

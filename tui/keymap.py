"""Keys that a person has chosen: whether they can be, and all of them as the text of a settings file."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import Keys, key_to_character

from tui.kept import Fault
from tui.keys import GROUPS, KEYS, SIGNS, KeyNames, keys_of
from tui.text.words import Words

_MODIFIED: Final = re.compile(r"(?P<before>(?:(?:ctrl|alt|shift|super|hyper|meta)\+)*)(?P<key>.+)")
_SPECIAL: Final = frozenset({'"', "\\", ","})
"""Signs that mean something else in a file, or between keys: written by name."""


def ids_of(*places: type[DOMNode]) -> frozenset[str]:
    """Which keys have a meaning there."""
    bindings = [each for place in places for base in place.__mro__ for each in vars(base).get("BINDINGS", ())]
    return frozenset(each.id for each in bindings if isinstance(each, Binding) and each.id)


def checked(others: Mapping[str, str], places: Iterable[Collection[str]]) -> list[Fault]:
    """What keeps them from being used; nothing: they can be. `places`: what means something at the same time."""
    faults = [Fault("keys.unknown", {"name": name}) for name in others if name not in KEYS]
    known = {name: keys for name, keys in others.items() if name in KEYS}
    bad = {(name, key) for name in known for key in keys_of(name, known) if not _is_key(key)}
    faults += [Fault("keys.no_key", {"name": name, "key": key}) for name, key in sorted(bad)]
    if KEYS["quit"][0] not in map(_canonical, keys_of("quit", known)):
        faults.append(Fault("keys.quit", {"key": KEYS["quit"][0]}))
    twice = {pair for place in places for pair in _twice(place, known)}
    faults += [Fault("keys.twice", {"key": key, "one": one, "other": other}) for key, one, other in sorted(twice)]
    return faults


def as_text(others: Mapping[str, str], words: Words) -> str:
    """Every key there is as it is now, each with what it does, as the table of the file."""
    names = [name for ids in GROUPS.values() for name in ids]
    names += [name for name in KEYS if name not in names]
    written = {name: f'{name} = "{",".join(_short(key) for key in keys_of(name, others))}"' for name in names}
    widest = max(map(len, written.values()))
    lines = [f"{written[name]:<{widest}}  # {words.say(f'tip.{name}')}" for name in names]
    return "\n".join(["[keys]", *lines])


def _twice(place: Collection[str], others: Mapping[str, str]) -> list[tuple[str, str, str]]:
    taken, found = dict[str, str](), list[tuple[str, str, str]]()
    for name in sorted(place):
        for key in map(_canonical, keys_of(name, others)):
            if taken.setdefault(key, name) != name:
                found.append((KeyNames({"help": key})["help"], taken[key], name))
    return found


def _is_key(key: str) -> bool:
    found = _MODIFIED.fullmatch(_canonical(key)) if key else None
    if found is None:
        return False
    base = found["key"]
    # A terminal says W, never shift+w.
    if found["before"] == "shift+" and len(base) == 1:
        return False
    if len(base) == 1:
        return base.isprintable()
    return base in SIGNS or base in {each.value for each in Keys} or key_to_character(base) is not None


def _canonical(key: str) -> str:
    """As Textual calls it."""
    return next(iter(Binding.make_bindings([Binding(key, "")]))).key if key and "," not in key else key


def _short(key: str) -> str:
    key = _canonical(key)
    sign = SIGNS.get(key, key)
    return key if sign in _SPECIAL else sign

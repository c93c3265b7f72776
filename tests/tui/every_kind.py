"""Events of every kind the wire has, made from the models themselves, and the picture an agent would give after them.

Nothing here names a kind: what the console's stream understands is the list. A kind that is neither a row of the board,
nor the end of one, nor said to be heard only, is an error.
"""

import types
import typing
from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Any, Final, Literal, Union

from hypothesis import strategies as st
from msgspec.structs import fields

from tui.agent.stream import _KINDS
from tui.board.board import Board
from tui.board.heard import Event
from xmpp_agent import wire
from xmpp_agent.wire_base import Wire

HEARD_ONLY: Final = frozenset({"note"})
"""Told once, on no picture."""
IDENTS: Final = ("a", "b")
_OF_THE_ROW: Final = ("key", "unit", "room", "recording", "call", "appointment", "knock")
"""Fields whose text depends on which row it is alone."""


def _rows_of(kind: Any) -> type[Wire] | None:  # noqa: ANN401  # an annotation
    """`Row` of `tuple[Row, ...]`."""
    inside = typing.get_args(kind)
    is_rows = typing.get_origin(kind) is tuple and isinstance(inside[0], type) and issubclass(inside[0], Wire)
    return inside[0] if is_rows else None


def _fields_of(kind: type[Wire]) -> dict[str, Any]:
    """Its fields, and what each may be."""
    return {field.name: field.type for field in fields(kind)}


PLACES: Final[dict[type[Wire], str]] = {
    row: name for name, kind in _fields_of(wire.Board).items() if (row := _rows_of(kind)) is not None
}
"""Where on the wire's board rows of a kind stand."""


def place_of(name: str) -> str | None:
    """Where on the board an event of that name is seen; None: nowhere. AssertionError when nobody says."""
    if name in HEARD_ONLY:
        return None
    if name in _fields_of(wire.Board):
        return name
    changed = name.removesuffix("_gone")
    assert changed in _KINDS, f"{name} is the end of no other kind"
    row = _fields_of(_KINDS[changed]).get("row")
    assert row is not None, f"{name}: a kind with no row, which stands nowhere on the board"
    assert row in PLACES, f"{name}: its rows are in no picture"
    return PLACES[row]


def key_of(row: Wire) -> str:
    """What a row is known by."""
    return str(getattr(row, "key", getattr(row, "unit", "")))


def held(board: Board, place: str) -> dict[str, Wire]:
    """The console's rows of a place, by key."""
    rows = getattr(board, place)
    return dict(getattr(rows, "rows", rows))


def _named_by(end: type[Wire]) -> str:
    """The field by which the end of a row names it."""
    (name,) = _fields_of(end)
    return name


def made(model: type[Wire], ident: str, salt: int) -> Wire:
    """One message: of the row `ident`, otherwise so or so."""
    return model.of({name: _value(name, kind, ident, salt) for name, kind in _fields_of(model).items()})


def _value(name: str, kind: Any, ident: str, salt: int) -> object:  # noqa: ANN401  # an annotation
    inside, origin = typing.get_args(kind), typing.get_origin(kind)
    if origin is Annotated:
        return _value(name, inside[0], ident, salt)
    if origin in (Union, types.UnionType):
        return _value(name, inside[salt % len(inside)], ident, salt)
    if origin is Literal:
        return inside[salt % len(inside)]
    if origin is tuple:
        many = (inside[0],) * (salt % 3) if inside[-1] is ... else inside
        return tuple(_value(name, each, f"{ident}{n}", salt + n) for n, each in enumerate(many))
    return _single(name, kind, ident, salt)


def _single(name: str, kind: type, ident: str, salt: int) -> object:
    if kind is types.NoneType:
        return None
    if issubclass(kind, Wire):
        return made(kind, ident, salt)
    if issubclass(kind, Enum):
        return list(kind)[salt % len(kind)]
    if kind is str:
        return f"{name}-{ident}" if name in _OF_THE_ROW else f"{name}{salt}"
    return salt % 2 == 1 if kind is bool else float(salt) if kind is float else salt


def event_of(name: str, ident: str, salt: int) -> tuple[str, Event]:
    """An event of that name; the end of a row is that of the very row the other kind has."""
    changed = name.removesuffix("_gone")
    if changed == name:
        return name, typing.cast("Event", made(_KINDS[name], ident, salt))
    row = typing.cast("Any", made(_KINDS[changed], ident, 0)).row
    return name, _KINDS[name].of({_named_by(_KINDS[name]): key_of(row)})


def _lists_of(names: Sequence[str]) -> st.SearchStrategy[list[tuple[str, Event]]]:
    one = st.builds(event_of, st.sampled_from(names), st.sampled_from(IDENTS), st.integers(0, 11))
    return st.lists(one, max_size=30)


_FAMILIES: Final = tuple(
    tuple(name for name in sorted(_KINDS) if name.removesuffix("_gone") == family)
    for family in sorted({name.removesuffix("_gone") for name in _KINDS})
)
NAMED_EVENTS: Final = st.one_of(_lists_of(sorted(_KINDS)), st.sampled_from(_FAMILIES).flatmap(_lists_of))
"""Of all kinds mixed, or a row's changes and ends alone, so that each often follows on the other."""
EVENTS: Final[st.SearchStrategy[list[Event]]] = NAMED_EVENTS.map(lambda named: [event for _, event in named])
_NAMES: Final = {kind: name for name, kind in _KINDS.items()}


def rows_after(events: Sequence[Event]) -> dict[str, dict[str, Wire]]:
    """By place and key: what stands on a board after these events."""
    kept: dict[str, dict[str, Wire]] = {place: {} for place in PLACES.values()}
    for event in events:
        place = place_of(_NAMES[type(event)])
        row = getattr(event, "row", None)
        for line in getattr(event, "rows", ()):  # lines that stay as they came
            kept[place or ""].setdefault(key_of(line), line)
        if hasattr(event, "rows"):
            continue
        if place in kept and row is not None:
            kept[place][key_of(row)] = row
        elif place in kept:
            kept[place].pop(getattr(event, _named_by(type(event))), None)
    return kept


def board_after(events: Sequence[Event], shard: str = "s1") -> wire.Board:
    """The picture a correct agent would give after that many events."""
    links = [event for event in events if isinstance(event, wire.Link)]
    shown = {place: tuple(rows.values()) for place, rows in rows_after(events).items()}
    link = links[-1] if links else wire.Link(state="live", since=0, now=0)
    return wire.Board.of({"at_event": f"{shard}:{len(events)}", "now": 0, "link": link, **shown})

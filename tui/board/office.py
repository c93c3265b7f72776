"""Which hotline calls and which missed invitations are shown, in which order, and which of them need somebody."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import ClassVar, Final, Generic, TypeVar

from tui.board.filtering import Facts
from tui.board.listing import Listing, Place
from xmpp_agent import wire

_S, _N = wire.CallStage, wire.InvitationNext
_CALL_RANKS: Final = {_S.LOST: 0, _S.NOT_SENT: 1, _S.CALLBACK: 2, _S.INSIDE: 4}
"""Those not named come between: ringing."""
_NEXT_RANKS: Final = {each: rank for rank, each in enumerate(_N)}
NEEDS_A_PERSON: Final = frozenset({_N.CALL, _N.NOTHING})

Row = TypeVar("Row", wire.CallRow, wire.InvitationRow, wire.AlertRow)


class OfficeSort(StrEnum):
    """Orders to choose from."""

    NEED = "need"
    SOON = "soon"
    OLDEST = "oldest"
    OWNER = "owner"
    STAFF = "staff"
    UNIT = "unit"


class OfficeView(Listing[Row, OfficeSort], Generic[Row]):
    """Rows of one kind, in one of its orders."""

    SORTS: ClassVar[tuple[OfficeSort, ...]] = ()
    """In the order the key goes through them."""

    def next_sort(self) -> OfficeSort:
        """The one after that of now, round and round."""
        return self.SORTS[(self.SORTS.index(self.sort) + 1) % len(self.SORTS)]


class CallView(OfficeView[wire.CallRow]):
    """The calls. `stage_word`: so that one can filter for a stage by the word on the screen."""

    SORTS = (OfficeSort.NEED, OfficeSort.OLDEST, OfficeSort.STAFF, OfficeSort.UNIT)

    def __init__(self, stage_word: Callable[[wire.CallStage], str]) -> None:
        def hay(row: wire.CallRow) -> str:
            return " ".join((row.staff, row.unit, row.number, stage_word(row.stage), *row.words)).casefold()

        def facts(row: wire.CallRow) -> Facts:
            texts = {"unit": row.unit, "staff": row.staff, "state": f"{stage_word(row.stage)} {row.stage.value}"}
            return Facts(_lower(texts), {"age": row.since, "rang": row.made_at})

        super().__init__(_call_place, hay, OfficeSort.NEED, facts=facts)


class InvitationView(OfficeView[wire.InvitationRow]):
    """The invitations. `next_word`: so that one can filter by the word on the screen."""

    SORTS = (OfficeSort.NEED, OfficeSort.SOON, OfficeSort.STAFF, OfficeSort.UNIT)

    def __init__(self, next_word: Callable[[wire.InvitationNext], str]) -> None:
        def hay(row: wire.InvitationRow) -> str:
            ways = (word for way in row.ways for word in way.words)
            return " ".join((row.staff, row.unit, row.masked, next_word(row.next), *row.words, *ways)).casefold()

        def facts(row: wire.InvitationRow) -> Facts:
            texts = {
                "unit": row.unit,
                "staff": row.staff,
                "state": f"{next_word(row.next)} {row.next.value}",
                "citizen": row.masked,
            }
            return Facts(_lower(texts), {"age": row.since})

        super().__init__(_invitation_place, hay, OfficeSort.NEED, facts=facts)


def _lower(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text.casefold() for name, text in texts.items()}


def lost(calls: Mapping[str, wire.CallRow]) -> set[str]:
    """Keys of calls with whose caller contact is lost, and nobody has promised to ring back."""
    return {key for key, row in calls.items() if row.stage is _S.LOST}


def needs_somebody(row: wire.CallRow | wire.InvitationRow | wire.AlertRow) -> bool:
    """Whether nothing more happens with it unless a person does something, and nobody has said that they saw it."""
    if isinstance(row, wire.AlertRow):
        return row.seen_at is None
    if isinstance(row, wire.CallRow):
        return row.stage in (_S.LOST, _S.NOT_SENT)
    return row.next in NEEDS_A_PERSON


def _call_place(row: wire.CallRow, sort: OfficeSort) -> Place:
    staff = row.staff.casefold() or "\uffff"
    match sort:
        case OfficeSort.STAFF:
            return (0, 0, staff, row.key)
        case OfficeSort.UNIT:
            return (0, 0, f"{row.unit.casefold()}\0{staff}", row.key)
        case OfficeSort.OLDEST | OfficeSort.SOON | OfficeSort.OWNER:
            return (0, row.made_at, staff, row.key)
        case OfficeSort.NEED:
            return (_CALL_RANKS.get(row.stage, 3), row.since, staff, row.key)


def _invitation_place(row: wire.InvitationRow, sort: OfficeSort) -> Place:
    staff = row.staff.casefold() or "\uffff"
    match sort:
        case OfficeSort.STAFF:
            return (0, 0, staff, row.key)
        case OfficeSort.UNIT:
            return (0, 0, f"{row.unit.casefold()}\0{staff}", row.key)
        case OfficeSort.SOON | OfficeSort.OLDEST | OfficeSort.OWNER:
            return (0, row.starts_at, staff, row.key)
        case OfficeSort.NEED:
            return (_NEXT_RANKS[row.next], row.starts_at, staff, row.key)

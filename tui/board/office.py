"""Which hotline calls and which missed invitations are shown, in which order, and which of them need somebody."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from tui.board.filtering import Facts
from tui.board.listing import Listing
from tui.board.sorting import By, Sort, aged, worded
from xmpp_agent import wire

_S, _N = wire.CallStage, wire.InvitationNext
_CALL_RANKS: Final = {_S.LOST: 0, _S.NOT_SENT: 1, _S.CALLBACK: 2, _S.INSIDE: 4}
"""Those not named come between: ringing."""
_NEXT_RANKS: Final = {each: float(rank) for rank, each in enumerate(_N)}
NEEDS_A_PERSON: Final = frozenset({_N.CALL, _N.NOTHING})

BY_NEED: Final = Sort("alert", falling=True)
_STAGES: Final = {stage: float(number) for number, stage in enumerate(_S)}
CALL_COLUMNS: Final[Mapping[str, By[wire.CallRow]]] = {
    "alert": By(lambda row: (-_CALL_RANKS.get(row.stage, 3), -row.since), falling=True),
    "stage": By(lambda row: _STAGES[row.stage]),
    "age": By(lambda row: aged(row.since), falling=True),
    "rang": By(lambda row: row.made_at),
    "staff": By(lambda row: worded(row.staff)),
    "unit": By(lambda row: worded(row.unit)),
    "number": By(lambda row: worded(row.number)),
    "why": By(lambda row: worded(row.words[0])),
}
"""Those that can order calls."""
INVITATION_COLUMNS: Final[Mapping[str, By[wire.InvitationRow]]] = {
    "alert": By(lambda row: (-_NEXT_RANKS[row.next], -row.starts_at), falling=True),
    "at": By(lambda row: row.starts_at),
    "citizen": By(lambda row: worded(row.masked)),
    "next": By(lambda row: _NEXT_RANKS[row.next]),
    "next_at": By(lambda row: row.next_at),
    "staff": By(lambda row: worded(row.staff)),
    "unit": By(lambda row: worded(row.unit)),
    "ways": By(lambda row: worded(" ".join(f"{way.channel} {way.state}" for way in row.ways))),
    "why": By(lambda row: worded(row.words[0])),
}
"""Those that can order invitations."""


class CallView(Listing[wire.CallRow]):
    """The calls. `stage_word`: so that one can filter for a stage by the word on the screen."""

    def __init__(self, stage_word: Callable[[wire.CallStage], str]) -> None:
        def hay(row: wire.CallRow) -> str:
            return " ".join((row.staff, row.unit, row.number, stage_word(row.stage), *row.words)).casefold()

        def facts(row: wire.CallRow) -> Facts:
            texts = {"unit": row.unit, "staff": row.staff, "state": f"{stage_word(row.stage)} {row.stage.value}"}
            return Facts(_lower(texts), {"age": row.since, "rang": row.made_at})

        super().__init__(CALL_COLUMNS, BY_NEED, staff=lambda row: row.staff, hay=hay, facts=facts)


class InvitationView(Listing[wire.InvitationRow]):
    """The invitations. `next_word`: so that one can filter by the word on the screen."""

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

        super().__init__(INVITATION_COLUMNS, BY_NEED, staff=lambda row: row.staff, hay=hay, facts=facts)


def _lower(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text.casefold() for name, text in texts.items()}


def lost(calls: Mapping[str, wire.CallRow], keys: Iterable[str]) -> set[str]:
    """Which of these keys are of calls with whose caller contact is lost, and nobody has promised to ring back."""
    return {key for key in keys if key in calls and calls[key].stage is _S.LOST}


def needs_somebody(row: wire.CallRow | wire.InvitationRow | wire.AlertRow) -> bool:
    """Whether nothing more happens with it unless a person does something, and nobody has said that they saw it."""
    if isinstance(row, wire.AlertRow):
        return row.seen_at is None
    if isinstance(row, wire.CallRow):
        return row.stage in (_S.LOST, _S.NOT_SENT)
    return row.next in NEEDS_A_PERSON

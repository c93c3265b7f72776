"""Which recordings are shown, and in which order."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from tui.board.filtering import Facts
from tui.board.listing import Listing, Place
from xmpp_agent import wire

_S = wire.RecordingStage
RUNNING: Final = frozenset({_S.STARTING, _S.ON, _S.STOPPING})
_ENDED: Final = frozenset({_S.DELETED, _S.DECLINED, _S.NOT_STARTED})


class RecordingSort(StrEnum):
    """Orders to choose from, in the order the key goes through them."""

    NEED = "need"
    OLDEST = "oldest"
    STAFF = "staff"
    UNIT = "unit"

    def next(self) -> "RecordingSort":
        """The one after this, round and round."""
        every = list(RecordingSort)
        return every[(every.index(self) + 1) % len(every)]


class RecordingView(Listing[wire.RecordingRow, RecordingSort]):
    """The recordings. `stage_word`: so that one can filter for a stage by the word on the screen."""

    def __init__(self, stage_word: Callable[[wire.RecordingStage], str]) -> None:
        def hay(row: wire.RecordingRow) -> str:
            about = (row.staff, row.unit, row.citizen or "", row.case, row.number, row.recording)
            return " ".join((*about, stage_word(row.stage), *row.words)).casefold()

        def facts(row: wire.RecordingRow) -> Facts:
            texts = {
                "unit": row.unit,
                "staff": row.staff,
                "state": f"{stage_word(row.stage)} {row.stage.value}",
                "citizen": row.citizen or "",
                "case": row.case,
            }
            return Facts({name: text.casefold() for name, text in texts.items()}, {"age": row.since})

        super().__init__(_place, hay, RecordingSort.NEED, facts=facts)


def _place(row: wire.RecordingRow, sort: RecordingSort) -> Place:
    staff = row.staff.casefold() or "\uffff"
    match sort:
        case RecordingSort.NEED:
            return (_rank(row), row.since, staff, row.key)
        case RecordingSort.OLDEST:
            return (0, row.since, staff, row.key)
        case RecordingSort.STAFF:
            return (0, 0, staff, row.key)
        case RecordingSort.UNIT:
            return (0, 0, f"{row.unit.casefold()}\0{staff}", row.key)


def _rank(row: wire.RecordingRow) -> float:
    if row.stuck:
        return 0
    if row.fault and row.stage not in _ENDED:
        return 1
    return 2 if row.stage in RUNNING else 4 if row.stage in _ENDED else 3

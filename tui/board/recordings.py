"""Which recordings are shown, and in which order."""

from collections.abc import Callable, Mapping
from typing import Final

from tui.board.filtering import Facts
from tui.board.listing import Listing
from tui.board.sorting import By, Sort, aged, worded
from xmpp_agent import wire

_S = wire.RecordingStage
RUNNING: Final = frozenset({_S.STARTING, _S.ON, _S.STOPPING})
_ENDED: Final = frozenset({_S.DELETED, _S.DECLINED, _S.NOT_STARTED})

CHAIN: Final = (_S.ON, _S.EXPECTED, _S.HERE, _S.ENCRYPTED, _S.FILED, _S.RECEIPTED, _S.DELETED)
"""A quiet day. How far one that is stuck has come is told by where it would go on."""
_AS_FAR_AS: Final[dict[wire.RecordingStage, wire.RecordingStage]] = {
    _S.STOPPING: _S.ON,
    _S.RECORDER_LOST: _S.EXPECTED,
    _S.MISSING: _S.EXPECTED,
    _S.UNMAPPED: _S.HERE,
    _S.FILING_REFUSED: _S.ENCRYPTED,
    _S.RECEIPT_LATE: _S.FILED,
}


def steps_done(stage: wire.RecordingStage) -> int:
    """How many steps of the chain are done; 0 before it began or when there never was one."""
    stage = _AS_FAR_AS.get(stage, stage)
    return CHAIN.index(stage) + 1 if stage in CHAIN else 0


def _rank(row: wire.RecordingRow) -> float:
    if row.stuck:
        return 0
    if row.fault and row.stage not in _ENDED:
        return 1
    return 2 if row.stage in RUNNING else 4 if row.stage in _ENDED else 3


def _length(row: wire.RecordingRow) -> float | None:
    """Of one that still runs: by when it began, longer than any that has ended."""
    if row.seconds is not None:
        return row.seconds
    if row.began is None:
        return None
    return _ENDLESS - row.began if row.stage in RUNNING else (row.ended or row.since) - row.began


_ENDLESS: Final = 1e12
BY_NEED: Final = Sort("alert", falling=True)
_STAGES: Final = {stage: float(number) for number, stage in enumerate(_S)}
COLUMNS: Final[Mapping[str, By[wire.RecordingRow]]] = {
    "alert": By(lambda row: (-_rank(row), -row.since), falling=True),
    "stage": By(lambda row: _STAGES[row.stage]),
    "age": By(lambda row: aged(row.since), falling=True),
    "progress": By(lambda row: steps_done(row.stage) or None, falling=True),
    "staff": By(lambda row: worded(row.staff)),
    "unit": By(lambda row: worded(row.unit)),
    "citizen": By(lambda row: worded(row.citizen)),
    "case": By(lambda row: worded(row.case)),
    "length": By(_length, falling=True),
    "size": By(lambda row: row.size, falling=True),
    "number": By(lambda row: worded(row.number)),
    "why": By(lambda row: worded(row.words[0])),
}
"""Those that can order recordings."""


class RecordingView(Listing[wire.RecordingRow]):
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

        super().__init__(COLUMNS, BY_NEED, staff=lambda row: row.staff, hay=hay, facts=facts)

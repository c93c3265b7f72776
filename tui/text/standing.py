"""The connection in words: live, late, lost … with its sign and tone."""

from typing import Final

from tui.board.freshness import Standing, State
from tui.text.cells import Cell, Tone
from tui.text.words import Words

_TONES: Final[dict[State, Tone]] = {
    State.LIVE: "good",
    State.LOADING: "info",
    State.LATE: "warn",
    State.LOST: "bad",
    State.SIGN_IN: "warn",
    State.LINK_RESYNCING: "info",
    State.LINK_LOST: "bad",
    State.PAST: "warn",
}
_SIGNS: Final[dict[State, str]] = {
    State.LIVE: "live",
    State.LOADING: "loading",
    State.LATE: "late",
    State.LOST: "lost",
    State.SIGN_IN: "lost",
    State.LINK_RESYNCING: "loading",
    State.LINK_LOST: "lost",
    State.PAST: "late",
}


def standing_cell(standing: Standing, words: Words) -> Cell:
    """Sign, word, seconds and, where lost, why."""
    said = words.say(f"state.{standing.state.value}", n=standing.seconds)
    why = f" · {words.say(f'lost.{standing.why}')}" if standing.state is State.LOST else ""
    return Cell(words.signed(_SIGNS[standing.state], said + why), _TONES[standing.state])

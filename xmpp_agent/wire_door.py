"""The part of the wire (`wire.py`) about acts at a door: what may be done, and the commands."""

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta

from xmpp_agent.wire_base import Ident, Text, Wire


class DoorAct(StrEnum):
    """What may be done to a room, or to somebody who waits there; rows say which may be done now."""

    LET_IN = "let_in"
    TURN_AWAY = "turn_away"
    WRITE = "write"
    MOVE = "move"
    WRITE_ALL = "write_all"
    NEXT = "next"
    PUT_BACK = "put_back"
    FINISH = "finish"
    END = "end"
    STOP_RECORDING = "stop_recording"
    REVEAL = "reveal"


Codes = Annotated[str, Meta(max_length=2000, pattern=r"\A[a-z0-9_=: ]*\Z")]
"""Codes with a space between, as OAuth writes its scopes. A first picture has a hundred thousand of them: as lists in
lists they took half of the time to read it (measured with 5,000 rooms)."""
UNSAID = "nobody_said_open"
"""Why an act is not possible of which nothing was said."""
DeviceTest = Literal["", "good", "no_camera", "no_microphone", "blocked", "unsupported", "skipped"]
"""What the citizen's own test of camera and microphone found before they came; empty: none was made."""


class Possible(Wire, frozen=True):
    """What a row says of each act: that it may be done now, or why not."""

    acts: Codes = ""
    """`let_in write=not_waiting`: an act by itself may be done now; else there is the code of the reason. To be asked,
    not searched: `write` stands in `write_all`, too."""

    def allows(self, act: str) -> bool:
        """Whether it may be done now."""
        return act in self.acts.split()

    def why_not(self, act: str) -> str | None:
        """The code of the reason an act is not possible; None: it is."""
        if self.allows(act):
            return None
        said = dict(word.partition("=")[::2] for word in self.acts.split())
        return said.get(act) or UNSAID


class LetIn(Wire, frozen=True):
    """Let in one waiting person (with their companions, who follow)."""

    command: Ident
    """Made by the console, unique: the same command sent twice is done once."""
    knock: Ident


class TurnAway(Wire, frozen=True):
    """Refuse one waiting person, with words they can read."""

    command: Ident
    knock: Ident
    reason: Annotated[str, Meta(min_length=1, max_length=300)]


class Write(Wire, frozen=True, kw_only=True):
    """Write to one waiting person, or (knock = None) to each of them separately."""

    command: Ident
    knock: Ident | None = None
    text: Annotated[str, Meta(min_length=1, max_length=500)]


class WriteUnit(Wire, frozen=True):
    """Write to each person who waits in a lobby of a unit, separately."""

    command: Ident
    unit: Annotated[str, Meta(min_length=1, max_length=500)]
    text: Annotated[str, Meta(min_length=1, max_length=500)]


class Finish(Wire, frozen=True):
    """End the visit: citizen and companions out, room cleared, staff stays."""

    command: Ident
    visit: int


class PutBack(Wire, frozen=True):
    """Send the people of the visit back to wait, first in line. Without words they read the agent's own."""

    command: Ident
    visit: int
    text: Annotated[str, Meta(max_length=300)] = ""


class End(PutBack, frozen=True):
    """Close the meeting for all, staff too, with words. Whoever waits goes on waiting."""


class StopRecording(Finish, frozen=True):
    """Stop the recording of the room. It is off when the row says so."""


class Next(Wire, frozen=True):
    """Let in whoever is next. The appointment is the one `NextUp` named: another one is not let in."""

    command: Ident
    appointment: Ident


class NextUp(Wire, frozen=True):
    """Who would be let in if `next` were done now."""

    appointment: Ident
    masked: Text
    since: float
    """Since when they wait."""
    shared: bool
    """From the queue the unit shares, not from the room's own lobby."""


class Move(Wire, frozen=True):
    """Give the appointment of one waiting person to a colleague: their room, the same link, the same place."""

    command: Ident
    knock: Ident
    colleague: Ident


class Colleague(Wire, frozen=True):
    """One who may take it."""

    colleague: Ident
    name: Text
    open: bool
    """Whether they are in their room."""
    waiting: int
    """How many wait for them."""


class Colleagues(Wire, frozen=True):
    """Those in their room first, then those for whom fewest wait."""

    colleagues: tuple[Colleague, ...]


class Reveal(Wire, frozen=True, kw_only=True):
    """See one full name, for a reason that is written down first. `knock` None: the citizen of the visit."""

    command: Ident
    knock: Ident | None = None
    reason: Annotated[str, Meta(min_length=3, max_length=300)]


class Revealed(Wire, frozen=True):
    """The name and for how many seconds the console may show it."""

    name: Text
    seconds: int

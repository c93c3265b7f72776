"""What the stream hands to the board and to the state line: pictures, events, signs of life, losses."""

from dataclasses import dataclass

from xmpp_agent import wire

RecordingEvent = wire.RecordingChanged | wire.RecordingGone
OfficeEvent = wire.CallChanged | wire.CallGone | wire.InvitationChanged | wire.InvitationGone
RoomEvent = wire.RoomChanged | wire.RoomGone | wire.Link | wire.Note
Event = RoomEvent | RecordingEvent | OfficeEvent | wire.NumbersChanged | wire.AuditNews


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything anew: at the start, after a resync, after words that could not be read."""

    board: wire.Board


@dataclass(frozen=True, slots=True)
class Happened:
    """One event with its id (`shard`, `number`)."""

    shard: str
    number: int
    event: Event


@dataclass(frozen=True, slots=True)
class Alive:
    """The agent said that it is there and nothing has changed."""


@dataclass(frozen=True, slots=True)
class Stale:
    """There is a hole in what was heard; a new picture is being fetched."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection is gone; the next attempt comes in `retry_in` seconds. `why` is a key of the texts."""

    retry_in: float
    why: str


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """Somebody must sign in before anything more is heard: open the address, type the code. All of it remote text."""

    code: str
    address: str
    direct: str
    """The address with the code in it; may be empty."""
    message: str
    """What the provider itself says; may be empty."""
    seconds: float
    """How long the code is good for."""


Heard = Picture | Happened | Alive | Stale | Lost | Asked


def parse_id(text: str) -> tuple[str, int]:
    """`shard:number` of an event id; raises ValueError when it is something else."""
    shard, colon, number = text.rpartition(":")
    if not colon or not shard or not (number.isascii() and number.isdecimal()):
        raise ValueError("event id is not shard:number")
    return shard, int(number)

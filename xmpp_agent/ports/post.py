"""Handing letters to gateways, and hearing what became of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from xmpp_agent.model.letters import Channel, Failure


@dataclass(frozen=True, slots=True)
class Meeting:
    """The appointment as a calendar shows it (RFC 5545, MeMo `AFTALE`). Times are seconds since 1970."""

    uid: str
    """Stays when the appointment moves."""
    sequence: int
    starts_at: float
    ends_at: float
    title: str
    url: str
    """Where the citizen goes; no login data in it."""
    place: str
    organizer: str
    """Name of the authority or unit as the unit wants it shown."""
    organizer_email: str = ""
    cancelled: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Parcel:
    """One letter ready to go, with the address on it. Never logged: `repr` tells nothing."""

    letter: str
    """UUID: what the gateway is told as reference or message id."""
    channel: Channel
    to: str
    """E.164 number with plus, e-mail address, or CPR number of ten digits."""
    subject: str
    text: str
    sender: str
    """SMS: at most 11 characters; e-mail: address; Digital Post: label of the sender."""
    language: str = "da"
    meeting: Meeting | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """The gateway's yes."""

    gateway_id: str = ""
    parts: int = 1


class CarrierFault(Exception):
    """The gateway did not say yes. The text names no person.

    `again`: a later attempt may succeed, `after` so many seconds. `perhaps`: it was handed over whole and the answer
    was lost or cannot be read, so that it may have been taken all the same; a carrier that is not `repeatable` would
    then send it twice.
    """

    def __init__(self, failure: Failure, *, again: bool, after: float = 0.0, perhaps: bool = False) -> None:
        super().__init__(failure.value)
        self.failure, self.again, self.after, self.perhaps = failure, again, after, perhaps


class Carrier(Protocol):
    """One channel's gateway."""

    @property
    def name(self) -> str:
        """Short name of the adapter (`gatewayapi`); part of the address its receipts come to."""
        ...

    @property
    def channel(self) -> Channel:
        """Which rung it serves."""
        ...

    @property
    def repeatable(self) -> bool:
        """Whether the same letter handed over twice counts once on the other side (by its id)."""
        ...

    @property
    def gives_receipts(self) -> bool:
        """Whether it tells later what became of a letter; without, SENT is all that will ever be known."""
        ...

    async def hand_over(self, parcel: Parcel) -> Handed:
        """Returns when the gateway has taken it. Raises CarrierFault; bounded in time."""
        ...


class Fate(StrEnum):
    """What a receipt says."""

    ON_ITS_WAY = "on_its_way"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a gateway told of a letter: by our id when it repeats it, else by its own."""

    fate: Fate
    letter: str = ""
    gateway_id: str = ""
    failure: Failure | None = None


@runtime_checkable
class Remembers(Protocol):
    """A carrier whose gateway can be asked, some time later, which letters it has."""

    async def look_up(self, letters: Collection[str], ago: float) -> Mapping[str, Receipt]:
        """What it says of these letters, by our id; one it does not name never came to it.

        They were handed over at most `ago` seconds before now. Raises CarrierFault when it cannot say; bounded in time.
        """
        ...


class ReceiptFault(Exception):
    """A receipt that cannot be read, or that nobody can show to be the gateway's."""


@dataclass(frozen=True, slots=True, repr=False)
class Incoming:
    """An HTTP request as a gateway sent it; header names in lower case."""

    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the gateway is answered."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


@runtime_checkable
class ReceiptReader(Protocol):
    """Reads a gateway's receipts. A carrier that gives receipts by HTTP is one of these, too."""

    @property
    def name(self) -> str:
        """As `Carrier.name`."""
        ...

    def receipts(self, incoming: Incoming) -> tuple[Receipt, ...]:
        """What the request says, once it is shown to come from the gateway. Raises ReceiptFault."""
        ...

    def reply(self, *, taken: bool) -> Reply:
        """The answer it waits for; unless `taken` (read and written down here) it will send the same again."""
        ...

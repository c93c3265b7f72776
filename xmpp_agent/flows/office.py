"""The office: what booking, letters, pages and staff's day work on. The door itself is the house."""

import asyncio
import base64
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from xmpp_agent.flows.house import House
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.model.visitors import Link
from xmpp_agent.ports import Clock, Store
from xmpp_agent.ports.booking import Bookings
from xmpp_agent.ports.diary import Diary, Marks, PassMaker, Records, Visitors
from xmpp_agent.ports.mailroom import Mailroom

_PLAIN = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz"
"""Without what people mistake for one another when they read a link aloud (0 O, 1 I l)."""
_CODE = 17
"""98 bits in `_PLAIN`."""


class Refused(Exception):
    """An act that a rule said no to, or that could not be done; the verdict says why. Nothing of it stands."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.reason.value)
        self.verdict = verdict


@dataclass(kw_only=True)
class Register:
    """What booking needs, and nothing of the door: the command line has this much beside a running agent."""

    clock: Clock
    diary: Diary
    bookings: Bookings
    records: Records
    marks: Marks
    on_appointment: list[Callable[[str], None]] = field(default_factory=list)
    """Called with the id of an appointment something changed about, for whoever shows or sends."""
    making: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    """By what is made only once (a room of a day, a new colleague): whoever else needs it waits, and finds it."""

    def line(
        self, act: str, actor: str, subject: str = "", verdict: Verdict | None = None, room: str = ""
    ) -> AuditLine:
        """An audit line of now; without a verdict: it was allowed to whoever `act` names."""
        return AuditLine(self.clock.now(), act, room, subject, actor, verdict or ALLOWED)

    def changed(self, appointment_id: str) -> None:
        """Tell whoever shows or sends that something about this appointment changed."""
        for listener in self.on_appointment:
            listener(appointment_id)


@dataclass(kw_only=True)
class Office(Register):
    """Everything these flows work on."""

    house: House
    store: Store
    mailroom: Mailroom
    visitors: Visitors
    passes: PassMaker
    meet_origin: str
    """Where Jitsi Meet is served: `https://meet.example.dk`."""
    site_origin: str
    """Where the pages are served, as links in messages name it."""
    on_opened: list[Callable[[Link], Awaitable[None]]] = field(default_factory=list)
    """Called when the first button behind a link was pressed: whoever sent it knows that it arrived."""


ALLOWED = Verdict(Decision.OPEN, Reason.ALLOWED)


def refusal(rule: str, reason: Reason) -> Refused:
    """A no of one rule, to be raised."""
    return Refused(Verdict(Decision.REFUSE, reason, (Said(rule, Decision.REFUSE, reason),)))


def new_id() -> str:
    """130 random bits in lower-case base32 (26 characters); also what a room is called."""
    return base64.b32encode(secrets.token_bytes(17)).decode()[:26].lower()


def new_code() -> str:
    """The code of a link: 98 random bits, 17 characters that can be read aloud."""
    number, letters = secrets.randbelow(len(_PLAIN) ** _CODE), []
    for _ in range(_CODE):
        number, place = divmod(number, len(_PLAIN))
        letters.append(_PLAIN[place])
    return "".join(letters)

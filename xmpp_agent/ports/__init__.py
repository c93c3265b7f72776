"""What the flows ask of the world. Each protocol is for one edge to implement; tests put real edges or fakes here."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from xmpp_agent.model.appointments import Appointment, Known, Room
from xmpp_agent.model.audit import AuditLine, Look
from xmpp_agent.model.people import Pass, PassRecord
from xmpp_agent.model.recordings import Recording
from xmpp_agent.model.rooms import Place, RoomMemory
from xmpp_agent.model.verdicts import Reason


class Unavailable(Exception):  # reads as the fact it states
    """The other side cannot do it now (disk full, link down, no answer in time). The door stays shut."""


class PassFault(Exception):
    """A token that is no pass; `reason` says why in the words of `Reason`."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Clock(Protocol):
    """The time, as facts for rules."""

    def now(self) -> float:
        """Seconds since 1970 (UTC), never going backwards within one process."""
        ...


class PassReader(Protocol):
    """Reads passes."""

    def read(self, token: str) -> Pass:
        """The pass in a token whose signature, issuer and audience hold; times are not judged here.

        Raises PassFault (NO_PASS for an empty token, PASS_BROKEN otherwise).
        """
        ...


class Store(Protocol):
    """What is remembered. Every method raises Unavailable when the database cannot do it."""

    async def known(self, pass_: Pass) -> Known | None:
        """Person, room and appointment of a pass; None when one of them is unknown or does not fit the pass."""
        ...

    async def pass_record(self, pass_id: str) -> PassRecord | None:
        """What is remembered of a pass used before."""
        ...

    async def pass_records(self, pass_ids: Collection[str]) -> Mapping[str, PassRecord]:
        """The same for many at once (after a reconnection: tens of thousands), by pass id."""
        ...

    async def rooms(self, nodes: Collection[str]) -> Mapping[str, Room]:
        """The rooms named that Portner knows, by node."""
        ...

    async def appointment(self, appointment_id: str) -> Appointment | None:
        """One appointment."""
        ...

    async def memories(self, nodes: frozenset[str] | None = None) -> tuple[RoomMemory, ...]:
        """Memory of the rooms named (None: of every room with an open visit, open turnover or kept place)."""
        ...

    async def places(self, since: float) -> tuple[Place, ...]:
        """Places held now or left after `since` and not given up, oldest knock first."""
        ...


class Ledger(Protocol):
    """Writes what must stand before an effect leaves."""

    async def write(
        self,
        line: AuditLine,
        memory: RoomMemory | None = None,
        place: Place | None = None,
        used: PassRecord | None = None,
        look: Look | None = None,
        recording: Recording | None = None,
    ) -> None:
        """Append the audit line and, in the same transaction, room memory, place, first use of a pass, access log.

        A recording must be the version after the one that stands; otherwise nothing does.

        Returns when the database has committed. Raises Unavailable: then nothing of it stands and the answer is no.
        Lines are chained (SHA-256 over the previous hash and the line) in the order of the calls.
        """
        ...

    def jot(self, line: AuditLine, memory: RoomMemory | None = None, place: Place | None = None) -> None:
        """Append what has happened already, in the order of the calls, without waiting for it.

        It is committed with the next `write`, or within a few hundredths of a second. For facts only: nothing may
        open because of it. A failure is logged; Prosody's own picture is what counts after a restart.
        """
        ...

    async def cancel_appointment(self, appointment_id: str, line: AuditLine) -> None:
        """Cancel, with its audit line, as `write`."""
        ...

    async def revoke_pass(self, pass_id: str, line: AuditLine) -> None:
        """Take a pass back, with its audit line, as `write`."""
        ...


@dataclass(frozen=True, slots=True)
class Inside:
    """One occupant as Prosody reports it in answer to an order."""

    jid: str
    nick: str
    pass_id: str
    role: str


class Prosody(Protocol):
    """Orders to Prosody (docs/gate-protocol.md). Each returns when Prosody has done it.

    Raises Unavailable when the link is down, Prosody says it cannot, or no answer came within the deadline.
    """

    async def invite(self, room: str, jid: str) -> None:
        """Invite a waiting client in."""
        ...

    async def kick(self, room: str, jid: str, text: str) -> tuple[Inside, ...]:
        """Put a client out; returns who is still inside."""
        ...

    async def destroy(self, room: str, text: str) -> None:
        """End the room with words."""
        ...

    async def turnover(self, room: str) -> tuple[Inside, ...]:
        """Clear everything a next visitor could learn; returns who is inside."""
        ...

    async def stop_recording(self, room: str, text: str) -> tuple[Inside, ...]:
        """Ask the focus to end whatever records there, in the name of staff inside; without any, put the recorder out.

        The text is for the recorder. Returns who is inside; that it is over is told later. May be repeated.
        """
        ...

    async def recall(self, pass_id: str, text: str) -> None:
        """Close every stream that carries this pass."""
        ...


class LobbyDoor(Protocol):
    """What people in the lobby see; `room` is the node of the room.

    Sent at once; dropped when the link is down (the next resync shows the truth).
    """

    def welcome(self, room: str, jid: str, nick: str, *, moderator: bool = False) -> None:
        """Tell a client that it stands in the lobby (self presence), staff as moderator."""
        ...

    def show(self, room: str, desk: str, nick: str, name: str, jid: str) -> None:
        """Show a waiting person to one staff member."""
        ...

    def hide(self, room: str, desk: str, nick: str) -> None:
        """Take a waiting person off one staff member's list."""
        ...

    def turn_away(self, room: str, jid: str, nick: str, words: str) -> None:
        """Refuse a waiting person: `accessDenied` in the stock client (the text is shown by newer clients only)."""
        ...

    def end(self, room: str, jid: str, nick: str, words: str) -> None:
        """End the waiting with words the stock client shows."""
        ...

    def say(self, room: str, jid: str, nick: str, words: str) -> None:
        """Write to a waiting person as the virtual moderator `portner`."""
        ...

    def notice(self, room: str, jid: str, nick: str, words: str) -> None:
        """Tell a waiting person something without opening a chat: a short message that passes (2026 client)."""
        ...

    def relay(
        self, room: str, sender_nick: str, to_jid: str, words: str, sender_name: str | None, attendee: str = ""
    ) -> None:
        """Carry one chat line between a waiting person and staff, with nothing of the sender but nick and name.

        With a name the chat is opened first, for the `attendee` (their lobby nick).
        """
        ...

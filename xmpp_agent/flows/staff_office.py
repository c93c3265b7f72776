"""What staff's pages work on, and the way every act of theirs takes: may they, is Prosody seen, in the room's lane."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from xmpp_agent.flows.letter_book import LetterBook
from xmpp_agent.flows.office import Office, Refused, refusal
from xmpp_agent.model.appointments import Entry, Room
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.verdicts import Reason, Verdict
from xmpp_agent.model.visitors import Session
from xmpp_agent.ports.calls import Calls
from xmpp_agent.ports.notes import Notes
from xmpp_agent.ports.recordings import Recordings
from xmpp_agent.ports.rooms import DayRooms
from xmpp_agent.rules.staff_day import may_act

T = TypeVar("T")


@dataclass(frozen=True)
class StaffOffice:
    """The office with what only staff look at. `who` in the flows is always a session of staff that is in time."""

    office: Office
    calls: Calls
    notes: Notes
    recordings: Recordings
    rooms: DayRooms
    book: LetterBook
    is_live: Callable[[], bool]
    """Whether the agent sees Prosody at this moment."""
    confirm: Callable[[], Awaitable[None]]
    """Returns when Prosody has taken in everything sent to it so far. Raises Unavailable."""

    async def room(self, node: str) -> Room:
        """A room as it is written down. Raises Refused, Unavailable."""
        room = await self.office.diary.room(node)
        if room is None:
            raise refusal("staff_act", Reason.UNKNOWN_ROOM)
        return room

    async def entry(self, appointment_id: str) -> Entry:
        """An appointment with its people. Raises Refused, Unavailable."""
        entry = await self.office.diary.entry(appointment_id)
        if entry is None:
            raise refusal("staff_act", Reason.NO_APPOINTMENT)
        return entry

    async def room_for(self, who: Session, node: str) -> Room:
        """A room this member of staff may act on. A no is on record. Raises Refused, Unavailable."""
        room = await self.room(node)
        verdict = may_act(who.person, who.supervises, room)
        if not verdict.is_open:
            await self.office.records.keep(self.office.line("staff-act", who.person, "", verdict, node))
            raise Refused(verdict)
        return room

    async def entry_for(self, who: Session, appointment_id: str) -> tuple[Entry, Room]:
        """An appointment this member of staff may act on, and its room. Raises Refused, Unavailable."""
        entry = await self.entry(appointment_id)
        return entry, await self.room_for(who, entry.appointment.room)

    async def in_lane(self, key: str, job: Callable[[], Awaitable[T]]) -> T:
        """Do something in a room's lane. Raises what it raises, and Refused when the lane is full."""
        async with self.office.house.lanes.held(key) as held:
            if not held:
                raise refusal("staff_act", Reason.TOO_LATE)
            return await job()

    async def at_the_door(self, who: Session, node: str, act: Callable[[RoomState], Awaitable[Verdict]]) -> Verdict:
        """An act on a room that Prosody must carry out. Raises Refused (with the reason), Unavailable."""
        await self.room_for(who, node)
        self.see_prosody()

        async def job() -> Verdict:
            state = self.office.house.rooms.get(node)
            if state is None:
                raise refusal("staff_act", Reason.NO_STAFF_INSIDE)
            return await act(state)

        verdict = await self.in_lane(node, job)
        if not verdict.is_open:
            raise Refused(verdict)
        return verdict

    def see_prosody(self) -> None:
        """Raises Refused while the agent does not see Prosody: nothing would come of an act."""
        if not self.is_live():
            raise refusal("staff_act", Reason.PROSODY_DID_NOT_DO_IT)

"""Tells open staff pages that something of theirs changed; they read their day anew. A burst is one word."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field

from xmpp_agent.flows.house import Change
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.model.appointments import Appointment, Room
from xmpp_agent.model.visitors import Session
from xmpp_agent.ports import Unavailable
from xmpp_agent.rules.staff_acts import may_see
from xmpp_agent.rules.staff_day import is_theirs

GATHER = 0.25
"""Seconds in which changes become one word to a page."""
ALIVE = 15.0
"""Seconds between signs of life."""
LOOKED_AT = 50
"""Appointments that are looked at one by one; when more changed at once every page reads its day."""
CHANGED_LINE = "event: changed\ndata: {}\n\n"
ALIVE_LINE = ": alive\n\n"


@dataclass(eq=False)
class Watcher:
    """One open page."""

    who: Session
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def sees_room(self, room: Room) -> bool:
        """Whether a change of this room may change the page."""
        calls = not room.day and room.unit == self.who.unit
        return calls or is_theirs(self.who.person, room) or may_see(self.who.supervises, room.unit)

    def sees(self, appointment: Appointment, room: Room | None) -> bool:
        """Whether a change of this appointment may change the page. `room`: as the house knows it, if it does.

        A whole office may sit behind one address, so colleagues' pages are left alone.
        """
        shared = not appointment.staff and appointment.unit == self.who.unit
        theirs = appointment.staff == self.who.person or may_see(self.who.supervises, appointment.unit)
        return shared or theirs or (room is not None and self.sees_room(room))


class StaffFeed:
    """Every open page of staff. Listens to the house and the office; nothing is kept for pages that are away."""

    def __init__(self, desk: StaffOffice, *, alive: float = ALIVE) -> None:
        self._desk, self._alive = desk, alive
        self._watchers: set[Watcher] = set()
        self._appointments: set[str] = set()
        self._looking: asyncio.Task[None] | None = None
        self._asking: set[asyncio.Future[bool]] = set()
        self._closed = False
        desk.office.house.on_change.append(self.room_changed)
        desk.office.on_appointment.append(self.appointment_changed)

    def room_changed(self, change: Change) -> None:
        """For `House.on_change`."""
        state = change.after or change.before
        for watcher in self._watchers:
            if state is not None and watcher.sees_room(state.room):
                watcher.news.set()

    def appointment_changed(self, appointment_id: str) -> None:
        """For `Office.on_appointment`: looked up a moment later, together with what else changes."""
        if not self._watchers or self._closed:
            return
        self._appointments.add(appointment_id)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._look())

    def everything_changed(self) -> None:
        """Prosody came or went, or nobody can say what changed."""
        for watcher in self._watchers:
            watcher.news.set()

    def close(self) -> None:
        """End every stream."""
        self._closed = True
        if self._looking is not None:
            self._looking.cancel()
        self.everything_changed()

    async def follow(self, who: Session, still_in: Callable[[], Awaitable[bool]]) -> AsyncGenerator[str, None]:
        """Lines of a text/event-stream for one page, until its session is over. A word comes at once: read your day."""
        watcher = Watcher(who)
        watcher.news.set()
        self._watchers.add(watcher)
        try:
            while not self._closed:
                told = await _within(self._alive, watcher.news.wait)
                watcher.news.clear()
                if self._closed or not await self._asked(still_in):
                    return
                yield CHANGED_LINE if told else ALIVE_LINE
                await asyncio.sleep(GATHER)
        finally:
            self._watchers.discard(watcher)

    async def _asked(self, still_in: Callable[[], Awaitable[bool]]) -> bool:
        """The answer. A page that is closed meanwhile does not cut a connection off in the middle of its reading."""
        asking = asyncio.ensure_future(still_in())
        self._asking.add(asking)
        asking.add_done_callback(self._answered)
        return await asyncio.shield(asking)

    def _answered(self, asking: "asyncio.Future[bool]") -> None:
        self._asking.discard(asking)
        if not asking.cancelled():
            asking.exception()  # whoever asked may be gone; then nobody wants to know

    async def _look(self) -> None:
        await asyncio.sleep(GATHER)
        changed, self._appointments = self._appointments, set()
        if len(changed) > LOOKED_AT:
            self.everything_changed()
            return
        try:
            found = [await self._desk.office.store.appointment(one) for one in sorted(changed)]
        except Unavailable:
            self.everything_changed()
            return
        for appointment in (one for one in found if one is not None):
            state = self._desk.office.house.rooms.get(appointment.room)
            for watcher in self._watchers:
                if watcher.sees(appointment, state.room if state is not None else None):
                    watcher.news.set()


async def _within(seconds: float, wait: Callable[[], Awaitable[object]]) -> bool:
    """Whether it came about in that time."""
    try:
        async with asyncio.timeout(seconds):
            await wait()
    except TimeoutError:
        return False
    return True

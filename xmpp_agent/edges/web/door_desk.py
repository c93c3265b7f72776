"""What a supervisor does to a room they are not in, over HTTP: next, put back, move, end for all, stop recording.

Each command is done once, on record with who asked. Who is next and to whom somebody may be moved can be looked at
before.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from xmpp_agent.edges.web.desk import Desk
from xmpp_agent.edges.web.once import Asked
from xmpp_agent.flows import supervised_door
from xmpp_agent.flows.house import House
from xmpp_agent.flows.moving import colleagues_for, move
from xmpp_agent.flows.next_citizen import call_next, who_is_next
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.questions import refused
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.flows.supervised_calls import session
from xmpp_agent.flows.talk import write_to
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.verdicts import Decision, Reason, Verdict
from xmpp_agent.model.visitors import Session
from xmpp_agent.rules import names
from xmpp_agent.rules.staff_acts import unit_act
from xmpp_agent.wire import (
    Colleague,
    Colleagues,
    End,
    Move,
    Next,
    NextUp,
    PutBack,
    StopRecording,
    WriteUnit,
)

LONGEST_NAME = 200
"""Letters; the wire carries no more than 500."""
Found = TypeVar("Found")
Work = Callable[[StaffOffice, Session], Awaitable[Found]]


class DoorDesk:
    """`units` are those of the supervisor who acts; `actor` names them on record."""

    pages: StaffOffice | None = None
    """What staff's pages work on; None: this agent has none, so nobody is called in or moved here."""

    def __init__(self, desk: Desk, house: House) -> None:
        self._desk, self._house = desk, house

    async def put_back(self, node: str, command: PutBack, units: frozenset[str], actor: str) -> Verdict:
        """Send the visit's people back to wait: done when Prosody has put them out."""

        async def act(_: RoomState) -> Verdict:
            return await supervised_door.put_back(self._house, node, command.visit, actor, command.text)

        return await self._desk.once(Asked(node, actor, command), units, act)

    async def end(self, node: str, command: End, units: frozenset[str], actor: str) -> Verdict:
        """Close the meeting for all: done when Prosody has."""

        async def act(_: RoomState) -> Verdict:
            return await supervised_door.end_for_all(self._house, node, command.visit, actor, command.text)

        return await self._desk.once(Asked(node, actor, command), units, act)

    async def stop_recording(self, node: str, command: StopRecording, units: frozenset[str], actor: str) -> Verdict:
        """Ask for the end of the recording. That it is off says the row."""

        async def act(_: RoomState) -> Verdict:
            return await supervised_door.stop_recording(self._house, node, command.visit, actor)

        return await self._desk.once(Asked(node, actor, command), units, act)

    async def write_unit(self, command: WriteUnit, units: frozenset[str], actor: str) -> Verdict:
        """Write to everybody in the lobbies of a unit, room by room; each room once, however often it is sent."""
        authority = unit_act(units, command.unit)
        if not authority.is_open:
            return await self._house.write("console", authority, room="", actor=actor)
        outcome = Verdict(Decision.REFUSE, Reason.NOT_WAITING)
        for node, state in tuple(self._house.rooms.items()):
            if state.room.unit == command.unit and any(w.jid for w in state.queue):
                verdict = await self._write_room(node, command, units, actor)
                if not verdict.is_open and verdict.reason is not Reason.NOT_WAITING:
                    return verdict
                outcome = verdict if verdict.is_open else outcome
        return outcome

    async def _write_room(self, node: str, command: WriteUnit, units: frozenset[str], actor: str) -> Verdict:
        async def act(_: RoomState) -> Verdict:
            verdict = await write_to(self._house, node, None, actor, command.text)
            return await self._desk.told("write", verdict, node, actor)

        return await self._desk.once(Asked(node, actor, command), units, act)

    async def next_up(self, node: str, units: frozenset[str], actor: str) -> tuple[Verdict, NextUp | None]:
        """Who would be let in now. Raises Unavailable."""
        verdict, found = await self._ask(node, units, actor, lambda pages, who: who_is_next(pages, who, node))
        if found is None:
            return verdict, None
        masked = names.masked(found.name)[:LONGEST_NAME]
        return verdict, NextUp(appointment=found.appointment, masked=masked, since=found.since, shared=found.shared)

    async def next(self, node: str, command: Next, units: frozenset[str], actor: str) -> Verdict:
        """Let in whoever is next, if that is whom the supervisor was told. Raises Unavailable."""
        return await self._apart(
            "next",
            Asked(node, actor, command),
            units,
            lambda pages, who: call_next(pages, who, node, command.appointment),
        )

    async def colleagues(
        self, node: str, knock: str, units: frozenset[str], actor: str
    ) -> tuple[Verdict, Colleagues | None]:
        """To whom somebody who waits may be moved. Raises Unavailable."""
        verdict, found = await self._ask(node, units, actor, lambda pages, who: colleagues_for(pages, who, node, knock))
        if found is None:
            return verdict, None
        rows = (
            Colleague(colleague=one.person.id, name=one.person.name[:LONGEST_NAME], open=one.is_in, waiting=one.waiting)
            for one in found
        )
        return verdict, Colleagues(colleagues=tuple(rows))

    async def move(self, node: str, command: Move, units: frozenset[str], actor: str) -> Verdict:
        """Give somebody who waits to a colleague. Raises Unavailable."""
        return await self._apart(
            "move",
            Asked(node, actor, command),
            units,
            lambda pages, who: move(pages, who, node, command.knock, command.colleague),
        )

    async def _apart(self, act: str, asked: Asked, units: frozenset[str], work: Work[object]) -> Verdict:
        """An act that takes the room's lane itself: once, in a lane beside it."""

        async def job() -> Verdict:
            verdict, _ = await self._ask(asked.about, units, asked.actor, work)
            if not verdict.is_open:
                return await self._house.write(f"console-{act}", verdict, room=asked.about, actor=asked.actor)
            return verdict

        authority = await self._desk.authority(asked.about, units, asked.actor)
        if not authority.is_open:
            return authority
        async with self._house.lanes.held(f"console {asked.about}") as held:
            return await self._desk.unless_done(asked, job) if held else refused(Reason.TOO_LATE).verdict

    async def _ask(
        self, node: str, units: frozenset[str], actor: str, work: Work[Found]
    ) -> tuple[Verdict, Found | None]:
        authority = await self._desk.authority(node, units, actor)
        if not authority.is_open:
            return authority, None
        if self.pages is None:
            return refused(Reason.NO_PAGES).verdict, None
        try:
            return authority, await work(self.pages, session(self.pages, actor, units))
        except Refused as no:
            return no.verdict, None

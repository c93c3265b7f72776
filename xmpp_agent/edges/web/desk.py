"""What a supervisor does at the console, as calls into the flows: each act in its room's lane, each done once."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from xmpp_agent.edges.web.alert_desk import AlertDesk
from xmpp_agent.edges.web.audit_tail import AuditTail
from xmpp_agent.edges.web.feed import Feed
from xmpp_agent.edges.web.numbers import NumberBoard
from xmpp_agent.edges.web.office_desk import OfficeDesk
from xmpp_agent.edges.web.once import Asked, CarriedOut
from xmpp_agent.edges.web.recording_list import RecordingList
from xmpp_agent.edges.web.room_list import RoomList
from xmpp_agent.flows import reveal as reveal_flow
from xmpp_agent.flows.finish import finish
from xmpp_agent.flows.heard import heard
from xmpp_agent.flows.house import House
from xmpp_agent.flows.let_in import let_in
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.questions import refused
from xmpp_agent.flows.talk import write_to
from xmpp_agent.flows.turn_away import turn_away
from xmpp_agent.flows.withdraw import revoke_pass
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.verdicts import Decision, Reason, Verdict
from xmpp_agent.rules.staff_acts import may_see, supervisor_act, withdraw_act
from xmpp_agent.wire import (
    Board,
    Finish,
    LetIn,
    Link,
    Reveal,
    RoomRow,
    TurnAway,
    Write,
)

ROWS_AT_ONCE = 100
"""Rows of a board made in one turn of the loop."""

Act = Callable[[RoomState], Awaitable[Verdict]]


class Desk:
    """The console's side of the house. `units` are those of the supervisor who acts; `actor` names them on record.

    No act begins while the agent does not see Prosody. `confirm` returns when Prosody has taken in everything sent to
    it so far, and raises Unavailable otherwise.
    """

    def __init__(
        self,
        house: House,
        feed: Feed,
        link: Callable[[], Link],
        rooms: RoomList,
        confirm: Callable[[], Awaitable[None]],
        cancel: Callable[[str, str], Awaitable[None]],
        recordings: RecordingList,
        numbers: NumberBoard,
        alerts: AlertDesk,
    ) -> None:
        """`cancel` calls off an appointment for an actor. Raises Refused, Unavailable."""
        self._house, self._feed, self._link, self._rooms, self._confirm = house, feed, link, rooms, confirm
        self._cancel, self._recordings, self._numbers, self._alerts = cancel, recordings, numbers, alerts
        self._carried_out = CarriedOut()
        self.office: OfficeDesk | None = None
        """Hotline and invitations; None: this agent has no pages, and so neither."""
        self.audit: AuditTail | None = None
        """The newest lines of the audit; None: there are none to show."""

    async def board(self, units: frozenset[str], actor: str = "") -> Board:
        """Everything this supervisor may see, and the event id it stands at. Raises Unavailable.

        What changes while the rows are made may be newer here than `at_event`; its event follows after that. When
        everything is started over meanwhile, and lists are empty because of it, the stream begins with saying so.
        """
        self._feed.expect()
        at = self._feed.at
        await self._recordings.ready()
        if self.office is not None:
            await self.office.ready()
        await self._alerts.ready()
        await self._numbers.ready(units)
        recordings = self._recordings.rows(units)
        calls, invitations = self.office.rows(units) if self.office is not None else ((), ())
        alerts, notes = self._alerts.listed.rows(units), self._alerts.notes.rows(units)
        numbers = self._numbers.rows(units)
        rooms = await self._room_rows(units)
        # Read after `at`: a line that comes between is here and in an event, never in neither.
        audit = await self.audit.newest(units) if self.audit is not None else ()
        now, link = self._house.clock.now(), self._link_since(at)
        return Board(
            at_event=at,
            now=now,
            link=link,
            rooms=rooms,
            recordings=recordings,
            calls=calls,
            invitations=invitations,
            alerts=alerts,
            shift_notes=notes,
            numbers=numbers,
            audit=audit,
            you=actor,
        )

    def _link_since(self, at: str) -> Link:
        """The link of a board that stands at this event. Not live where everything was started over since: its rooms
        may be those of a house that was not whole yet, so that nobody seems to wait."""
        link = self._link()
        whole = link.state != "live" or self._feed.keeps(at)
        return link if whole else link.but(state="resyncing")

    async def _room_rows(self, units: frozenset[str]) -> tuple[RoomRow, ...]:
        rows = list[RoomRow]()
        for count, (node, state) in enumerate(tuple(self._house.rooms.items()), start=1):
            if may_see(units, state.room.unit):
                row = self._rooms.recent(node)
                self._feed.shown(node, row)
                rows += [row] if row is not None else []
            if count % ROWS_AT_ONCE == 0:
                await asyncio.sleep(0)
        return tuple(rows)

    async def let_in(self, node: str, command: LetIn, units: frozenset[str], actor: str) -> Verdict:
        """Let in one waiting person: done when Prosody has sent the invitation."""
        asked = Asked(node, actor, command)
        return await self.once(asked, units, lambda _: let_in(self._house, node, command.knock, actor))

    async def turn_away(self, node: str, command: TurnAway, units: frozenset[str], actor: str) -> Verdict:
        """Refuse one waiting person, in words: done when Prosody has them."""

        async def act(_: RoomState) -> Verdict:
            verdict = await turn_away(self._house, node, command.knock, actor, command.reason)
            return await self.told("turn-away", verdict, node, actor)

        return await self.once(Asked(node, actor, command), units, act)

    async def write(self, node: str, command: Write, units: frozenset[str], actor: str) -> Verdict:
        """Write to one waiting person or to each: done when Prosody has the words."""

        async def act(_: RoomState) -> Verdict:
            verdict = await write_to(self._house, node, command.knock, actor, command.text)
            return await self.told("write", verdict, node, actor)

        return await self.once(Asked(node, actor, command), units, act)

    async def finish(self, node: str, command: Finish, units: frozenset[str], actor: str) -> Verdict:
        """End the visit the supervisor saw; another one is left alone."""

        async def act(state: RoomState) -> Verdict:
            if state.seq != command.visit or (state.visit is None and not state.turnover_open):
                return Verdict(Decision.REFUSE, Reason.NO_SUCH_VISIT)
            return await finish(self._house, node, actor)

        return await self.once(Asked(node, actor, command), units, act)

    async def reveal(self, node: str, command: Reveal, units: frozenset[str], actor: str) -> tuple[Verdict, str]:
        """One full name, on record first and each time. It moves no door, so it needs no link to Prosody."""
        shown = ""

        async def act(_: RoomState) -> Verdict:
            nonlocal shown
            verdict, shown = await reveal_flow.reveal(self._house, node, command.knock, actor, command.reason)
            return verdict

        return await self._in_lane(node, units, actor, act), shown

    async def cancel(self, appointment_id: str, units: frozenset[str], actor: str) -> Verdict:
        """Cancel an appointment of one of these units. Holds without a link, too: the next picture is judged by it.

        Raises Unavailable when it could not be written.
        """
        found = await self._house.store.appointment(appointment_id)
        verdict = withdraw_act(units, found.unit if found else None, exists=found is not None)
        if not verdict.is_open:
            return await self._house.write("cancel", verdict, room="", actor=actor)
        try:
            await self._cancel(appointment_id, actor)
        except Refused as no:
            return no.verdict
        return verdict

    async def revoke(self, pass_id: str, units: frozenset[str], actor: str) -> Verdict:
        """Take back a pass of one of these units; one never used belongs to no unit yet.

        Raises Unavailable when it could not be written, or Prosody did not confirm that its streams are closed.
        """
        holder = await self._house.holder(pass_id)
        verdict = withdraw_act(units, holder.room.unit if holder else None)
        if not verdict.is_open:
            return await self._house.write("revoke", verdict, room="", actor=actor)
        await revoke_pass(self._house, pass_id, actor)
        return verdict

    async def told(self, act: str, verdict: Verdict, node: str, actor: str) -> Verdict:
        """What became of words to whoever waits: a no, on record, where Prosody does not say that it has them."""
        return await heard(self._house, self._confirm, act, verdict, room=node, actor=actor)

    async def once(self, asked: Asked, units: frozenset[str], act: Act) -> Verdict:
        """Carry out a command in its room's lane, unless it was carried out already."""

        async def unless_done(state: RoomState) -> Verdict:
            return await self.unless_done(asked, partial(act, state))

        return await self._in_lane(asked.about, units, asked.actor, unless_done)

    async def unless_done(self, asked: Asked, act: Callable[[], Awaitable[Verdict]]) -> Verdict:
        """Carry out a command, unless it was already or the agent does not see Prosody; for callers who hold a lane."""

        async def on_a_live_link() -> Verdict:
            if self._link().state != "live":
                return refused(Reason.PROSODY_DID_NOT_DO_IT).verdict
            return await act()

        return await self._carried_out.unless_done(asked, on_a_live_link)

    async def authority(self, node: str, units: frozenset[str], actor: str) -> Verdict:
        """Whether a supervisor of these units may act on a room at all; a no is on record."""
        verdict = supervisor_act(units, self._house.rooms.get(node))
        return verdict if verdict.is_open else await self._house.write("console", verdict, room="", actor=actor)

    async def _in_lane(self, node: str, units: frozenset[str], actor: str, act: Act) -> Verdict:
        authority = await self.authority(node, units, actor)
        if not authority.is_open:
            return authority
        outcome = Verdict(Decision.REFUSE, Reason.TOO_LATE)

        async def job() -> None:
            nonlocal outcome
            state = self._house.rooms.get(node)
            outcome = await act(state) if state is not None else refused(Reason.UNKNOWN_ROOM).verdict

        await self._house.lanes.do(node, job)
        return outcome

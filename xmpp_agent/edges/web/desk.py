"""What a supervisor does at the console, as calls into the flows: each act in its room's lane, each done once."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable

from xmpp_agent.edges.web.feed import Feed
from xmpp_agent.edges.web.rows import room_row
from xmpp_agent.flows import reveal as reveal_flow
from xmpp_agent.flows.finish import finish
from xmpp_agent.flows.house import House
from xmpp_agent.flows.let_in import let_in
from xmpp_agent.flows.talk import write_to
from xmpp_agent.flows.turn_away import turn_away
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.verdicts import Decision, Reason, Verdict
from xmpp_agent.rules.staff_acts import may_see, supervisor_act
from xmpp_agent.wire import Board, Finish, LetIn, Link, Reveal, TurnAway, Write

REMEMBERED = 2000
"""Commands whose outcome is kept, so that one sent twice is done once."""

Act = Callable[[RoomState], Awaitable[Verdict]]


class Desk:
    """The console's side of the house. `units` are those of the supervisor who acts; `actor` names them on record."""

    def __init__(self, house: House, feed: Feed, link: Callable[[], Link], shard: str) -> None:
        self._house, self._feed, self._link, self._shard = house, feed, link, shard
        self._outcomes: OrderedDict[tuple[str, str], Verdict] = OrderedDict()

    def board(self, units: frozenset[str]) -> Board:
        """Everything this supervisor may see, and the event id it stands at."""
        self._feed.flush()
        rows = (room_row(self._house, state, self._shard) for state in self._house.rooms.values())
        seen = tuple(row for row in rows if row is not None and may_see(units, row.unit))
        return Board(at_event=self._feed.at, now=self._house.clock.now(), link=self._link(), rooms=seen)

    async def let_in(self, node: str, command: LetIn, units: frozenset[str], actor: str) -> Verdict:
        """Let in one waiting person."""
        return await self._do(
            node, command.command, units, actor, lambda _: let_in(self._house, node, command.knock, actor)
        )

    async def turn_away(self, node: str, command: TurnAway, units: frozenset[str], actor: str) -> Verdict:
        """Refuse one waiting person, in words."""
        return await self._do(
            node,
            command.command,
            units,
            actor,
            lambda _: turn_away(self._house, node, command.knock, actor, command.reason),
        )

    async def write(self, node: str, command: Write, units: frozenset[str], actor: str) -> Verdict:
        """Write to one waiting person or to each."""
        return await self._do(
            node,
            command.command,
            units,
            actor,
            lambda _: write_to(self._house, node, command.knock, actor, command.text),
        )

    async def finish(self, node: str, command: Finish, units: frozenset[str], actor: str) -> Verdict:
        """End the visit the supervisor saw; another one is left alone."""

        async def act(state: RoomState) -> Verdict:
            if state.seq != command.visit or (state.visit is None and not state.turnover_open):
                return Verdict(Decision.REFUSE, Reason.NO_SUCH_VISIT)
            return await finish(self._house, node, actor)

        return await self._do(node, command.command, units, actor, act)

    async def reveal(self, node: str, command: Reveal, units: frozenset[str], actor: str) -> tuple[Verdict, str]:
        """One full name, on record first."""
        shown = ""

        async def act(_: RoomState) -> Verdict:
            nonlocal shown
            verdict, shown = await reveal_flow.reveal(self._house, node, command.knock, actor, command.reason)
            return verdict

        verdict = await self._do(node, f"reveal:{command.command}", units, actor, act)
        return verdict, shown

    async def _do(self, node: str, command: str, units: frozenset[str], actor: str, act: Act) -> Verdict:
        key = (actor, command)
        if key in self._outcomes:
            return self._outcomes[key]
        authority = supervisor_act(units, self._house.rooms.get(node))
        if not authority.is_open:
            return await self._house.write("console", authority, room="", actor=actor)
        outcome = Verdict(Decision.REFUSE, Reason.TOO_LATE)

        async def job() -> None:
            nonlocal outcome
            outcome = self._outcomes.get(key) or await act(self._house.rooms[node])
            self._outcomes[key] = outcome

        await self._house.lanes.do(node, job)
        while len(self._outcomes) > REMEMBERED:
            self._outcomes.popitem(last=False)
        return outcome

"""One agent for these tests: the real house, lanes and flows, with the few lines of the edges between them and a model.

Between it and the model Prosody is a line that can go dead (`Life`): what a killed agent still has under way reaches
nobody, and Prosody's words to it are lost.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from tests.flows.books import Books, Life, Shelf
from tests.flows.model_prosody import LOBBY, ROOMS, USERS, ModelProsody, Session
from xmpp_agent.delivery import lists_follow
from xmpp_agent.flows import connect, enter, let_in, moderate
from xmpp_agent.flows.follow import Told, follow
from xmpp_agent.flows.house import Addresses, House, node_of
from xmpp_agent.flows.knock import Knock, go_away, knock
from xmpp_agent.flows.lanes import Lanes
from xmpp_agent.flows.notices import tell_places
from xmpp_agent.flows.passing_time import due, pass_time, tidy
from xmpp_agent.flows.questions import Answer, Question, refused
from xmpp_agent.flows.resync import rebuild
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.ports import Inside, Unavailable

FLOWS: dict[str, Callable[[House, Question], Awaitable[Answer]]] = {
    "authenticate": connect.authenticate,
    "conference": enter.conference,
    "create": enter.enter,
    "join": enter.enter,
    "admit": let_in.admit,
    "grant": moderate.grant,
}
TIDY = 12
"""Ticks between tidyings."""
TURNS = 400
"""Turns of the event loop within which everything must have come to rest."""


@dataclass
class Weather:
    """What goes wrong with the next orders to Prosody."""

    lost_orders: int = 0
    """The next so many are not carried out."""
    lost_answers: int = 0
    """The next so many are carried out, but their answer is lost."""


class Line:
    """Implements `ports.Prosody` and `ports.LobbyDoor` on the model."""

    def __init__(self, prosody: ModelProsody, weather: Weather, life: Life) -> None:
        self._prosody, self._weather, self._life = prosody, weather, life
        self.up = True

    async def _order(self, act: Callable[[], None]) -> None:
        await asyncio.sleep(0)
        if not self.up or not self._life.alive:
            raise Unavailable("link down")
        if self._weather.lost_orders:
            self._weather.lost_orders -= 1
            raise Unavailable("no answer from Prosody")
        act()
        await asyncio.sleep(0)
        if self._weather.lost_answers or not self.up or not self._life.alive:
            self._weather.lost_answers = max(0, self._weather.lost_answers - 1)
            raise Unavailable("no answer from Prosody")

    async def invite(self, room: str, jid: str) -> None:
        """See `ports.Prosody`."""

        def act() -> None:
            session = self._prosody.sessions.get(jid)
            if node_of(room) not in self._prosody.rooms:
                raise Unavailable("no such room")
            if session is not None:
                session.invited = True

        await self._order(act)

    async def kick(self, room: str, jid: str, text: str) -> tuple[Inside, ...]:
        """See `ports.Prosody`."""

        def act() -> None:
            if node_of(room) not in self._prosody.rooms:
                raise Unavailable("no such room")
            session = self._prosody.sessions.get(jid)
            if session is not None and session.room == node_of(room):
                self._prosody.leave(session, "kicked")

        await self._order(act)
        return self._prosody.occupants(node_of(room))

    async def destroy(self, room: str, text: str) -> None:
        """See `ports.Prosody`."""
        await self._order(lambda: self._prosody.destroy(node_of(room)))

    async def turnover(self, room: str) -> tuple[Inside, ...]:
        """See `ports.Prosody`."""

        def act() -> None:
            if not self._prosody.clear(node_of(room)):
                raise Unavailable("no such room")

        await self._order(act)
        return self._prosody.occupants(node_of(room))

    async def stop_recording(self, room: str, text: str) -> tuple[Inside, ...]:
        """See `ports.Prosody`."""

        def act() -> None:
            if node_of(room) not in self._prosody.rooms:
                raise Unavailable("no such room")
            self._prosody.stop_recording(node_of(room))

        await self._order(act)
        return self._prosody.occupants(node_of(room))

    async def recall(self, pass_id: str, text: str) -> None:
        """See `ports.Prosody`."""

        def act() -> None:
            for session in [s for s in self._prosody.sessions.values() if s.pass_.id == pass_id]:
                session.recalled = True
                self._prosody.close(session)

        await self._order(act)

    def _reaches(self, jid: str) -> Session | None:
        return self._prosody.sessions.get(jid) if self.up and self._life.alive else None

    def welcome(self, room: str, jid: str, nick: str, *, moderator: bool = False) -> None:
        """See `ports.LobbyDoor`."""
        session = self._reaches(jid)
        if session is not None and moderator and not session.is_staff:
            self._prosody.faults.append(f"{session.pass_.person} is a moderator of the lobby")

    def show(self, room: str, desk: str, nick: str, name: str, jid: str) -> None:
        """See `ports.LobbyDoor`."""
        session = self._reaches(desk)
        if session is not None and not session.is_staff:
            self._prosody.faults.append(f"{session.pass_.person} is shown somebody who waits")
        screen = self._prosody.screens.get((room, desk))
        if session is not None and screen is not None:
            screen[nick] = jid

    def hide(self, room: str, desk: str, nick: str) -> None:
        """See `ports.LobbyDoor`."""
        if self._reaches(desk) is not None:
            self._prosody.screens.get((room, desk), {}).pop(nick, None)

    def _out(self, room: str, jid: str, nick: str) -> None:
        session = self._reaches(jid)
        if session is not None and session.nick == nick:
            session.knocks.pop(room, None)

    def turn_away(self, room: str, jid: str, nick: str, words: str) -> None:
        """See `ports.LobbyDoor`."""
        self._out(room, jid, nick)

    def end(self, room: str, jid: str, nick: str, words: str) -> None:
        """See `ports.LobbyDoor`."""
        if not words:
            self._prosody.faults.append("somebody was sent home without a word")
        self._out(room, jid, nick)

    def say(self, room: str, jid: str, nick: str, words: str) -> None:
        """See `ports.LobbyDoor`: chat is not looked at here."""

    def notice(self, room: str, jid: str, nick: str, words: str) -> None:
        """See `ports.LobbyDoor`: only that it goes to somebody who waits is looked at."""
        session = self._reaches(jid)
        if session is not None and session.is_staff:
            self._prosody.faults.append(f"{session.pass_.person} of staff is told a place in line")

    def relay(
        self, room: str, sender_nick: str, to_jid: str, words: str, sender_name: str | None, attendee: str = ""
    ) -> None:
        """See `ports.LobbyDoor`: chat is not looked at here."""


class Reception:
    """An agent: connects to the model, takes the picture, answers; `die` ends it without a word."""

    def __init__(self, prosody: ModelProsody, shelf: Shelf, weather: Weather) -> None:
        self._prosody, self._shelf = prosody, shelf
        self.life, self.errors = Life(), list[BaseException]()
        self.live, self._ticks = False, 0
        self._held: list[Callable[[], None]] = []
        self._waiting: set[asyncio.Future[Answer | None]] = set()
        books = Books(shelf, self.life)
        self._line = Line(prosody, weather, self.life)
        names = Addresses(USERS, ROOMS, LOBBY, focus=f"focus@auth.{USERS}/focus", recorder_host=f"recorder.{USERS}")
        lanes = Lanes(self.errors.append)
        self.house = House(names, prosody.clock, books, books, books, books, self._line, self._line, lanes)
        self.house.on_change.append(partial(lists_follow, self.house))
        self.house.on_change.append(partial(tell_places, self.house))

    async def come_up(self, *, after_standby: bool = False) -> None:
        """Connect and take the picture, as often as it takes; what is heard meanwhile waits."""
        if after_standby:
            self.house.forget_everything()
        self._line.up = True
        self._prosody.tell, self._prosody.lobby_presence, self._prosody.ask = self._told, self._presence, self._asked
        self.live, self._held = False, []
        for _ in range(20):
            try:
                await self.house.lanes.quiet()
                await rebuild(self.house, self._prosody.snapshot())
            except Unavailable:
                continue
            held, self._held, self.live = self._held, [], True
            for act in held:
                act()
            return
        raise AssertionError("the picture could not be taken")

    def lose_link(self) -> None:
        """The component's stream is gone; the agent lives on."""
        self._line.up = self.live = False
        self._held = []
        self._prosody.tell = self._prosody.lobby_presence = self._prosody.ask = None
        for answered in tuple(self._waiting):
            if not answered.done():
                answered.set_result(None)

    def die(self) -> None:
        """Killed: nothing that is under way has any effect from now on."""
        self.life.alive = False
        self.lose_link()

    async def tick(self) -> None:
        """What the agent does each second."""
        self._ticks += 1
        if self._ticks % TIDY == 0 and self.house.lanes.idle:
            tidy(self.house)
        if self.live:
            for node in due(self.house, self._prosody.clock.now()):
                self.house.lanes.put(node, partial(pass_time, self.house, node))
            await self.quiet()

    async def quiet(self) -> None:
        """Return when nothing is under way in any lane."""
        for _ in range(TURNS):
            if self.house.lanes.idle:
                return
            await asyncio.sleep(0)
        raise AssertionError("a lane does not come to rest")

    async def do(self, node: str, act: Callable[[], Awaitable[None]]) -> None:
        """An act of the console, in its room's lane, as the console's desk does it; nothing while not live."""
        if self.live:
            await self.house.lanes.do(node, act)

    def _when_live(self, act: Callable[[], None]) -> None:
        if self.live:
            act()
        else:
            self._held.append(act)

    def _told(self, told: Told) -> None:
        def act() -> None:
            if told.event == "closed":
                self.house.disconnect(told.jid.partition("@")[0])
            else:
                self.house.lanes.put(node_of(told.room), lambda: self._followed(told))

        self._when_live(act)

    async def _followed(self, told: Told) -> None:
        try:
            await follow(self.house, told)
        except Unavailable:
            if told.event != "recording":
                raise
            await follow(self.house, told)  # somebody else wrote on its row just then; the next picture says it again

    def _presence(self, session: Session, node: str, comes: bool) -> None:
        now = self._prosody.clock.now()
        if not comes:
            self._when_live(
                lambda: void(self.house.lanes.put(node, lambda: go_away(self.house, node, session.jid, now)))
            )
            return
        arrival = Knock(node, session.jid, session.nick, session.pass_.id, session.knocks[node], now)
        self._when_live(lambda: void(self.house.lanes.put(node, lambda: knock(self.house, arrival))))

    def _asked(self, question: Question) -> "asyncio.Future[Answer | None]":
        answered: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        is_login = question.ask == "authenticate"
        key = connect.lane(self.house, question) if is_login else node_of(question.room)
        before = len(self._shelf.lines)

        async def job() -> None:
            try:
                answer = await FLOWS[question.ask](self.house, question)
            except Unavailable:
                answer = refused(Reason.AUDIT_UNAVAILABLE)
            self._check_record(question, answer, before)
            if not answered.done():
                answered.set_result(answer if self.life.alive and self._line.up else None)

        self._when_live(lambda: void(self.house.lanes.put(key, job)))
        self._waiting.add(answered)
        answered.add_done_callback(self._waiting.discard)
        return answered

    def _check_record(self, question: Question, answer: Answer, before: int) -> None:
        """No open answer leaves that does not stand in the ledger already."""
        if not answer.verdict.is_open:
            return
        act = "let-in" if question.ask == "admit" else question.ask
        pass_id = question.pass_id or answer.pass_id
        lines = [line for line in self._shelf.lines[before:] if line.act == act and line.verdict.is_open]
        if not any(pass_id in (line.subject, line.actor) or not pass_id for line in lines):
            self._prosody.faults.append(f"{question.ask} was opened without a line on record")


def void(_: object) -> None:
    """Take no notice of what an act answers."""

"""A day in the model world: plays steps on the real flows and the model Prosody, with one agent or its standby."""

import asyncio
from dataclasses import replace

from tests.flows.books import JumpingClock, Shelf
from tests.flows.model_prosody import ROOMS, ModelProsody, Session
from tests.flows.porter import TICK, Porter
from tests.flows.reception import Reception, Weather
from tests.flows.steps import BY_NAME, EVERYBODY, MAIN, SIDE, Step, Who
from xmpp_agent.flows.finish import finish
from xmpp_agent.flows.let_in import let_in
from xmpp_agent.flows.questions import Item, Question
from xmpp_agent.flows.turn_away import turn_away, turn_away_from_desk
from xmpp_agent.flows.withdraw import cancel_appointment, revoke_pass
from xmpp_agent.model.appointments import Appointment, Policy, Room
from xmpp_agent.model.people import CompanionKind, Level, Pass, Person, Role
from xmpp_agent.ports import Unavailable

MORNING = 1_795_381_200.0
TALK = Policy("samtale", Level.SUBSTANTIAL)
POLICIES = {
    "carla": replace(TALK, id="short", grace=30.0),
    "hans": replace(TALK, id="hotline", level=Level.NONE, lobby=False),
}
SUPERVISOR = "uid:1000"
AT_REST = 5.0
"""Seconds of real time after which a step that goes on is stuck: nothing in this world waits for the real clock."""


def clinic() -> Shelf:
    """Rooms, people and appointments of the day, all booked for the whole of it."""
    shelf = Shelf()
    shelf.rooms = {
        MAIN: Room(MAIN, "Jobcenter", "mette", "2026-11-22", covers=frozenset({"kim"})),
        SIDE: Room(SIDE, "Jobcenter", "lars", "2026-11-22"),
    }
    for who in EVERYBODY:
        shelf.people[who.name] = Person(who.name, "Jobcenter", who.name.title())
        if who.role is Role.CITIZEN:
            policy = POLICIES.get(who.name, TALK)
            invited = f"id-{who.name}" if policy.level else ""
            shelf.appointments[who.name] = Appointment(
                who.name, "Jobcenter", who.name, invited, who.room, policy, MORNING, MORNING + 90_000
            )
    return shelf


class Day:
    """Plays steps; `faults` says what is wrong after each."""

    def __init__(self) -> None:
        self.clock, self.shelf, self.weather = JumpingClock(MORNING), clinic(), Weather()
        self.prosody = ModelProsody(self.clock)
        self.porter = Porter(self.prosody, self.shelf)
        self.agent = Reception(self.prosody, self.shelf, self.weather)
        self.standby = Reception(self.prosody, self.shelf, self.weather)
        self.at: dict[str, Session] = {}
        self._passes = 0
        self._acts = {
            "connect": self._connect,
            "reload": self._reload,
            "arrive": self._arrive,
            "open": self._open,
            "obey": self._obey,
            "leave": self._leave,
            "step-out": self._step_out,
            "crash": self._crash,
            "admit": self._admit,
            "kick": self._kick,
            "reject": self._reject,
            "let-in": self._let_in,
            "turn-away": self._turn_away,
            "finish": self._finish,
            "wait": self._wait,
            "kill-agent": self._kill_agent,
            "lose-link": self._lose_link,
            "take-over": self._take_over,
            "look-again": self._look_again,
            "return": self._return,
            "restart-prosody": self._restart_prosody,
            "refuse-writes": self._refuse_writes,
            "refuse-reads": self._refuse_reads,
            "lose-orders": self._lose_orders,
            "lose-answers": self._lose_answers,
            "cancel": self._cancel,
            "revoke": self._revoke,
        }

    async def begin(self) -> None:
        """The agent comes up in the morning."""
        await self.agent.come_up()

    async def play(self, step: Step) -> None:
        """Let a step happen (two at once when it has a companion), then a second pass and everything come to rest."""
        steps = [step] if step.together is None else [step, step.together]
        try:
            async with asyncio.timeout(AT_REST):
                await asyncio.gather(*(self._acts[s.what](s) for s in steps))
        except TimeoutError:
            raise AssertionError(f"{step} never came to an end") from None
        await self.agent.quiet()
        self.clock.jump(1.0)
        await self.agent.tick()

    def faults(self) -> list[str]:
        """What is wrong now, in words."""
        well = not (self.weather.lost_orders or self.weather.lost_answers or self.shelf.refuse_reads)
        broken = [repr(error) for error in self.agent.errors if not isinstance(error, Unavailable)]
        return broken + self.porter.faults(self.agent.house if self.agent.live else None, well=well)

    # --- people --------------------------------------------------------------------------------------------------

    def _who(self, name: str) -> tuple[Who, Session | None]:
        session = self.at.get(name)
        return BY_NAME[name], session if session is not None and session.alive else None

    def _mint(self, who: Who) -> tuple[str, Pass]:
        self._passes += 1
        now, known = self.clock.now(), who.name != "dorte"
        made = Pass(
            id=f"pass-{who.name}-{self._passes}",
            role=who.role,
            person=who.name,
            seat=f"seat-{who.name}",
            room=who.room,
            issued_at=now,
            not_before=now,
            expires_at=now + 90_000,
            appointment=who.visits or None,
            level=Level.SUBSTANTIAL,
            proved=f"id-{who.name}" if known else "id-somebody-else",
            kind=CompanionKind.INTERPRETER if who.role is Role.COMPANION else None,
        )
        token = f"token-{self._passes}"
        self.shelf.minted[token] = made
        return token, made

    async def _connect(self, step: Step) -> None:
        who, _ = self._who(step.who)
        before = self.at.get(step.who)
        token, pass_ = (before.token, before.pass_) if before is not None else self._mint(who)
        await self._log_in(step.who, token, pass_)

    async def _reload(self, step: Step) -> None:
        token, pass_ = self._mint(self._who(step.who)[0])
        await self._log_in(step.who, token, pass_)

    async def _log_in(self, name: str, token: str, pass_: Pass) -> None:
        session = await self.prosody.connect(token, pass_)
        if session is not None:
            self.at[name] = session

    async def _arrive(self, step: Step) -> None:
        who, session = self._who(step.who)
        if session is None:
            await self._connect(step)
            session = self._who(step.who)[1]
        if session is None:
            return
        room = step.other or who.room
        await self.prosody.conference(session, room)
        came = await self.prosody.join(session, room) if session.alive else "away"
        if came == "lobby" or (came == "inside" and session.is_staff):
            await self.prosody.knock(session, room)
        elif came == "inside":
            self.prosody.step_out(session, room)

    async def _open(self, step: Step) -> None:
        await self._arrive(step)

    async def _obey(self, step: Step) -> None:
        who, session = self._who(step.who)
        if session is None or not session.invited:
            return
        session.invited = False
        came = await self.prosody.join(session, who.room)
        if came == "inside":
            self.prosody.step_out(session, who.room)
        elif came == "lobby":
            await self.prosody.knock(session, who.room)

    async def _leave(self, step: Step) -> None:
        session = self._who(step.who)[1]
        if session is not None:
            self.prosody.leave(session)

    async def _step_out(self, step: Step) -> None:
        who, session = self._who(step.who)
        if session is not None:
            self.prosody.step_out(session, who.room)

    async def _crash(self, step: Step) -> None:
        session = self._who(step.who)[1]
        if session is not None:
            self.prosody.close(session, closed_first=step.much > 0)

    # --- staff and supervisors -----------------------------------------------------------------------------------

    def _question(self, session: Session, ask: str) -> Question:
        room = f"{session.pass_.room}@{ROOMS}"
        return Question(ask, self.clock.now(), room=room, jid=session.jid, nick=session.nick, pass_id=session.pass_.id)

    async def _admit(self, step: Step) -> None:
        session, other = self._who(step.who)[1], self._who(step.other)[1]
        if session is None or other is None or self.prosody.ask is None or not session.room:
            return
        node, appointment = session.room, other.pass_.appointment or ""
        self.porter.click_begins(node, appointment)
        answer = await self.prosody.ask(replace(self._question(session, "admit"), invites=(other.jid,)))
        for jid in answer.invites if answer is not None and answer.verdict.is_open else ():
            if jid in self.prosody.sessions:
                self.prosody.sessions[jid].invited = True
        self.porter.click_ends(node, appointment)

    async def _kick(self, step: Step) -> None:
        session, other = self._who(step.who)[1], self._who(step.other)[1]
        if session is None or other is None or self.prosody.ask is None or not session.room:
            return
        node, begun = session.room, self.porter.kick_begins()
        item = Item(other.nick, other.jid, "", "none")
        answer = await self.prosody.ask(replace(self._question(session, "grant"), items=(item,)))
        if answer is not None and answer.verdict.is_open and other.room == node:
            self.prosody.leave(other, "kicked")
            self.porter.kicked(node, other.pass_.seat, begun)

    async def _reject(self, step: Step) -> None:
        session, (who, other) = self._who(step.who)[1], self._who(step.other)
        if session is None or other is None or who.room not in session.knocks:
            return

        async def act() -> None:
            verdict = await turn_away_from_desk(self.agent.house, who.room, session.jid, other.nick)
            if verdict.is_open:
                self.porter.turned_away(who.room, other.pass_.seat)

        await self.agent.do(who.room, act)

    async def _let_in(self, step: Step) -> None:
        who = BY_NAME[step.who]

        async def act() -> None:
            if who.room in self.agent.house.rooms:
                self.porter.click_begins(who.room, who.visits)
                await let_in(self.agent.house, who.room, f"seat-{who.name}", SUPERVISOR)
                self.porter.click_ends(who.room, who.visits)

        await self.agent.do(who.room, act)

    async def _turn_away(self, step: Step) -> None:
        who = BY_NAME[step.who]

        async def act() -> None:
            if who.room in self.agent.house.rooms:
                verdict = await turn_away(self.agent.house, who.room, f"seat-{who.name}", SUPERVISOR, "Ring til os.")
                if verdict.is_open:
                    self.porter.turned_away(who.room, f"seat-{who.name}")

        await self.agent.do(who.room, act)

    async def _finish(self, step: Step) -> None:
        node = BY_NAME[step.who].room

        async def act() -> None:
            if node in self.agent.house.rooms:
                verdict = await finish(self.agent.house, node, SUPERVISOR)
                if verdict.is_open and self.prosody.company(node) - {"staff"}:
                    self.prosody.faults.append(f"{node} was finished with visitors inside")

        await self.agent.do(node, act)

    async def _cancel(self, step: Step) -> None:
        who = BY_NAME[step.who]
        if not self.agent.live:
            return
        try:
            await cancel_appointment(self.agent.house, who.visits, SUPERVISOR)
        except Unavailable:
            return
        self.porter.shut_out.add(who.visits)

    async def _revoke(self, step: Step) -> None:
        session = self._who(step.who)[1]
        if not self.agent.live or session is None:
            return
        try:
            await revoke_pass(self.agent.house, session.pass_.id, SUPERVISOR)
        except Unavailable:
            return
        self.porter.shut_out.add(session.pass_.id)

    # --- what nobody wants ---------------------------------------------------------------------------------------

    async def _wait(self, step: Step) -> None:
        left = step.much
        while left > 0:
            self.clock.jump(min(TICK, left))
            left -= TICK
            await self.agent.tick()
            self.prosody.faults += [f for f in self.faults() if f not in self.prosody.faults]

    async def _kill_agent(self, _: Step) -> None:
        self.agent.die()
        self.agent = Reception(self.prosody, self.shelf, self.weather)

    async def _lose_link(self, _: Step) -> None:
        self.agent.lose_link()

    async def _take_over(self, _: Step) -> None:
        self.agent.lose_link()
        self.agent, self.standby = self.standby, self.agent
        await self.agent.come_up(after_standby=True)

    async def _look_again(self, _: Step) -> None:
        if self.agent.live:
            await self.agent.come_up()

    async def _return(self, _: Step) -> None:
        if not self.agent.live:
            await self.agent.come_up()

    async def _restart_prosody(self, _: Step) -> None:
        self.agent.lose_link()
        self.prosody.restart()

    async def _refuse_writes(self, step: Step) -> None:
        self.shelf.refuse_writes = int(step.much)
        self.porter.book_failed()

    async def _refuse_reads(self, step: Step) -> None:
        self.shelf.refuse_reads = int(step.much)

    async def _lose_orders(self, step: Step) -> None:
        self.weather.lost_orders = int(step.much)

    async def _lose_answers(self, step: Step) -> None:
        self.weather.lost_answers = int(step.much)

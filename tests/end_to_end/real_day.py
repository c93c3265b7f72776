"""The steps of tests/flows/steps.py played by real clients on a real Prosody with the real agent."""

import asyncio
from xml.etree.ElementTree import Element

from sqlalchemy import update

from tests.clients.base import CLIENT, RefusedError, error_of
from tests.clients.tcp import TcpClient
from tests.clinic import CPR, MITID, Clinic, Person, is_inside, is_invitation, is_refusal_to_lobby, shown_name
from tests.end_to_end.witnessed import EXTRA, GRACE, WITNESS, Judge, events
from tests.flows.steps import BY_NAME, MAIN, PEOPLE, SIDE, STAFF, VISITORS, Step, Who
from xmpp_agent.edges.store.bookings import Booked
from xmpp_agent.edges.store.sqlite.file import writing
from xmpp_agent.edges.store.tables import policies, rooms
from xmpp_agent.flows.office import new_id
from xmpp_agent.issuing import Login
from xmpp_agent.model.people import CompanionKind, Level
from xmpp_agent.rules.passes import seat_of
from xmpp_agent.wire import Finish, LetIn, TurnAway

ALL = frozenset({"*"})
SUPERVISOR = "uid:1000"
QUICK = 5.0
assert EXTRA


class RealDay:
    """One day; its people, rooms and appointments are nobody else's. `await begin()` first."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self.booked: dict[str, Booked] = {}
        self.people: dict[str, Who] = {}
        """Full JID -> who."""
        self._tokens: dict[str, str] = {}
        self._at: dict[str, Person] = {}
        self._read: dict[str, int] = {}
        """How much of what a client received is old news about invitations."""
        self._left_lobby: set[str] = set()
        self._begin = len(clinic.prosody.log)
        self._owners: dict[str, str] = {}

    async def begin(self) -> None:
        """Book the day."""
        clinic = self.clinic
        names = {name: clinic.somebody() for name in STAFF}
        async with writing(clinic.database.engine) as db:
            await db.execute(update(policies).values(grace=GRACE))
        for who in (BY_NAME[name] for name in VISITORS if BY_NAME[name].visits == name):
            staff = names["mette" if who.room == MAIN else "lars"]
            hotline = who.name == "hans"
            followers = ((CompanionKind.INTERPRETER, "Ole Tolk"),) if who.name == "anna" else ()
            self.booked[who.name] = await clinic.book(
                who.name.title(),
                staff=staff,
                policy="hotline" if hotline else "samtale",
                cpr="" if hotline else CPR,
                companions=followers,
            )
        cover = await clinic.book("Nobody", staff=names["kim"])
        self._owners = {
            "mette": self.booked["anna"].staff,
            "kim": cover.staff,
            "lars": self.booked["sille"].staff,
        }
        async with writing(clinic.database.engine) as db:
            await db.execute(update(rooms).where(rooms.c.node == self.node(MAIN)).values(covers=cover.staff))

    def node(self, room: str) -> str:
        """The room's real name."""
        return self.booked["anna" if room == MAIN else "sille"].room

    async def play(self, step: Step) -> None:
        """Let a step happen, and its companion at the same moment (behind it, when it is about the same people)."""
        if step.together is None:
            await self._act(step)
        elif {step.who, step.other} & {step.together.who, step.together.other} - {""}:
            await self._act(step)
            await self._act(step.together)
        else:
            await asyncio.gather(self._act(step), self._act(step.together))

    async def _act(self, step: Step) -> None:
        person, other = self._at.get(step.who), self._at.get(step.other)
        match step.what:
            case "connect" | "reload":
                await self._log_in(step.who, newer=step.what == "reload")
            case "arrive" | "open":
                await self._arrive(step.who)
            case "let-in" | "turn-away" | "finish":
                await self._console(step.what, BY_NAME[step.who])
            case "admit" | "kick" | "reject" if person is not None and other is not None:
                await self._click(step, person, other)
            case "restart-agent":
                await self.clinic.stop_agent()
                await self.clinic.start_agent()
            case _ if person is not None:
                await self._client_does(step, person)

    async def _token(self, name: str) -> str:
        who, issuer = BY_NAME[name], self.clinic.issuer()
        if name in STAFF:
            return (await issuer.for_staff(self._owners[name], self.node(who.room), None, MITID))[1]
        booked = self.booked[who.visits]
        companion = booked.companions[0] if who.visits != name else None
        proved = self.clinic.ring.identity.cpr("0202020202" if name == "dorte" else CPR)
        login = Login(Level.NONE, "") if companion else Login(Level.SUBSTANTIAL, proved)
        return (await issuer.for_visitor(booked.appointment, companion, login))[1]

    async def _log_in(self, name: str, *, newer: bool) -> None:
        if newer or name not in self._tokens:
            self._tokens[name] = await self._token(name)
        try:
            person = await self.clinic.person(self._tokens[name], self.booked[BY_NAME[name].visits or _any(name)])
        except RefusedError:
            return
        person.room = f"{self.node(BY_NAME[name].room)}@{self.clinic.prosody.rooms}"
        self.people[person.client.jid] = BY_NAME[name]
        self._at[name], self._read[person.client.jid] = person, 0

    async def _arrive(self, name: str) -> None:
        if name not in self._at or not self._alive(self._at[name]):
            await self._log_in(name, newer=False)
        person = self._at.get(name)
        if person is None or not self._alive(person):
            return
        await person.ask_focus(self.clinic.settings.focus)
        answer = await person.join()
        if is_refusal_to_lobby(answer) or (name in STAFF and is_inside(answer)):
            self._left_lobby.discard(person.client.jid)
            await person.knock()
        elif is_inside(answer):
            await self._inside(name, person)

    async def _inside(self, name: str, person: Person) -> None:
        """As the stock client: out of the lobby; and something is said that the next must not find."""
        await self._leave_lobby(person)
        words = f"<body>trace-{BY_NAME[name].visits}</body>"
        await person.client.send(f"<message xmlns='{CLIENT}' type='groupchat' to='{person.room}'>{words}</message>")

    async def _leave_lobby(self, person: Person) -> None:
        self._left_lobby.add(person.client.jid)
        await person.client.leave(person.seat_in_lobby)

    def _alive(self, person: Person) -> bool:
        client = person.client
        return isinstance(client, TcpClient) and client.xmpp.is_connected() and client.jid in self._read

    async def _client_does(self, step: Step, person: Person) -> None:
        if not self._alive(person):
            return
        match step.what:
            case "obey":
                await self._obey(step.who, person)
            case "leave":
                await person.client.leave(person.seat_in_meeting)
            case "step-out":
                await self._leave_lobby(person)
            case "crash":
                del self._read[person.client.jid]
                await person.client.drop()

    async def _obey(self, name: str, person: Person) -> None:
        begin = self._read[person.client.jid]
        self._read[person.client.jid] = len(person.client.received)
        if any(is_invitation(e, person.room) for e in person.client.received[begin:]):
            answer = await person.join()
            if is_inside(answer) and name not in STAFF:
                await self._inside(name, person)

    async def _click(self, step: Step, staff: Person, other: Person) -> None:
        if not self._alive(staff):
            return
        if step.what == "admit":
            await staff.admit(other)
            await staff.client.barrier()
        elif step.what == "reject":
            await staff.reject("l" + other.nick)
        else:
            item = f"<item nick='{other.nick}' role='none'/>"
            query = f"<query xmlns='http://jabber.org/protocol/muc#admin'>{item}</query>"
            answer = await staff.client.request(staff.room, query, type_="set")
            if error_of(answer) is None:
                await self._note(staff, f"kicked {step.other}")

    async def _note(self, witness: Person, words: str) -> None:
        await witness.client.send(f"<message xmlns='{CLIENT}' to='{WITNESS}'><body>{words}</body></message>")
        await witness.client.barrier()

    async def _console(self, act: str, who: Who) -> None:
        desk, node = self.clinic.desk, self.node(who.room)
        booked = self.booked[who.visits]
        seat = seat_of(booked.companions[0] if who.name != who.visits else booked.citizen, booked.appointment)
        if act == "let-in":
            writer = next((p for name in STAFF if (p := self._at.get(name)) is not None and self._alive(p)), None)
            if writer is not None:
                await self._note(writer, f"let-in {who.name}")
                await desk.let_in(node, LetIn(command=new_id(), knock=seat), ALL, SUPERVISOR)
        elif act == "turn-away":
            await desk.turn_away(node, TurnAway(command=new_id(), knock=seat, reason="Ring til os."), ALL, SUPERVISOR)
        else:
            rows = (await desk.board(ALL)).rooms
            row = next((row for row in rows if row.room == node), None)
            await desk.finish(node, Finish(command=new_id(), visit=row.visit if row else 0), ALL, SUPERVISOR)

    # --- what is true at the end -----------------------------------------------------------------------------------

    def _stands(self, person: Person) -> bool:
        """Whether this client believes itself in the lobby: it did not leave, and was not told that it is out."""
        if person.client.jid in self._left_lobby:
            return False
        own = _presences(person, person.seat_in_lobby)
        return bool(own) and own[-1].get("type") is None

    async def nobody_is_lost(self) -> list[str]:
        """Staff who come now see exactly those who believe themselves waiting. Answers what differs."""
        await self.play(Step("reload", "mette"))
        await self.play(Step("arrive", "mette"))
        staff = self._at["mette"]
        for person in self._at.values():
            if self._alive(person):
                await person.client.barrier()
        waiting = sorted(
            f"{person.room.partition('@')[0]}@{self.clinic.prosody.lobby}/l{person.nick}"
            for name, person in self._at.items()
            if name in VISITORS and BY_NAME[name].room == MAIN and self._alive(person) and self._stands(person)
        )
        try:
            await staff.client.wait(lambda _: sorted(_list(staff)) == waiting, seconds=QUICK)
        except AssertionError:
            return [f"staff sees {sorted(_list(staff))}, waiting are {waiting}"]
        return []

    async def end(self) -> Judge:
        """Everybody of staff drops; whoever is left must be put out in time; then the record is judged."""
        for name in STAFF:
            await self.play(Step("crash", name))
        left = [p for name, p in self._at.items() if name in VISITORS and self._alive(p) and self._in_meeting(p)]
        for person in left:
            await self._put_out(person)
        for name in PEOPLE:
            await self.play(Step("crash", name))
        nodes = {self.node(MAIN): MAIN, self.node(SIDE): SIDE}
        judge = Judge(self.people, nodes, frozenset({"hans"}))
        judge.read(events(self.clinic.prosody, self._begin))
        return judge

    async def _put_out(self, person: Person) -> None:
        await person.client.wait(lambda _: not self._in_meeting(person), seconds=GRACE + QUICK)

    def _in_meeting(self, person: Person) -> bool:
        own = [e for e in _presences(person, person.seat_in_meeting) if e.get("type") != "error"]
        return bool(own) and own[-1].get("type") is None


def _presences(person: Person, address: str) -> list[Element]:
    """What a client was told of its own standing at an address."""
    return [e for e in person.client.received if e.get("from") == address and e.tag == f"{{{CLIENT}}}presence"]


def _any(name: str) -> str:
    return "anna" if BY_NAME[name].room == MAIN else "sille"


def _list(staff: Person) -> list[str]:
    """Addresses on staff's list."""
    shown: dict[str, str] = {}
    for stanza in staff.client.received:
        sender, name = stanza.get("from", ""), shown_name(stanza)
        if stanza.tag == f"{{{CLIENT}}}presence" and sender.startswith(f"{staff.lobby}/"):
            if stanza.get("type") == "unavailable":
                shown.pop(sender, None)
            elif name:
                shown[sender] = name
    return list(shown)

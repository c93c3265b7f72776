"""A clinic for one test: a real Prosody, the real agent in this process, a focus, appointments, and people who come."""

import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from tests.clients.base import CLIENT, MUC_USER, Client, error_of, statuses
from tests.clients.tcp import TcpClient
from tests.prosody import PASSWORD, Prosody, running_prosody
from tests.ready_made import furnish
from xmpp_agent.cli_recording import SCRIPT
from xmpp_agent.demo.focus import Focus
from xmpp_agent.demo.recorder import Recorder
from xmpp_agent.edges.clock import SystemClock
from xmpp_agent.edges.keys.passes import SignedPasses
from xmpp_agent.edges.keys.ring import KeyRing
from xmpp_agent.edges.store.bookings import Booked, Wish, book, register_of
from xmpp_agent.edges.store.database import Database, open_database
from xmpp_agent.edges.web.desk import Desk
from xmpp_agent.flows.house import HAPPENED
from xmpp_agent.issuing import Issuer, Login
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.people import CompanionKind, Level, Pass
from xmpp_agent.model.units import Unit
from xmpp_agent.settings import Settings
from xmpp_agent.wiring import Agent

NICK = "http://jabber.org/protocol/nick"
JITMEET = "http://jitsi.org/jitmeet"
CPR = "0101010101"
MITID = Login(Level.SUBSTANTIAL, "")


@dataclass
class Person:
    """Somebody at a client: where they stand in the lobby and in the meeting."""

    client: Client
    room: str
    lobby: str
    nick: str

    @property
    def seat_in_meeting(self) -> str:
        return f"{self.room}/{self.nick}"

    @property
    def seat_in_lobby(self) -> str:
        return f"{self.lobby}/l{self.nick}"

    async def join(self, *, extra: str = "") -> Element:
        """Try to enter the meeting; answers own presence or error."""
        return await self.client.join(self.seat_in_meeting, extra)

    async def knock(self, typed: str = "Typed Name") -> Element:
        """Enter the lobby as the stock client does."""
        return await self.client.join(self.seat_in_lobby, f"<nick xmlns='{NICK}'>{typed}</nick>")

    async def ask_focus(self, focus: str) -> Element:
        """The conference request."""
        payload = f"<conference xmlns='http://jitsi.org/protocol/focus' room='{self.room}'/>"
        return await self.client.request(focus, payload, type_="set")

    async def admit(self, *others: "Person") -> None:
        """Jitsi's Admit button."""
        invites = "".join(f"<invite to='{other.client.jid}'/>" for other in others)
        await self.client.send(
            f"<message xmlns='{CLIENT}' to='{self.room}' id='adm'><x xmlns='{MUC_USER}'>{invites}</x></message>"
        )

    async def reject(self, lobby_nick: str) -> Element:
        """Jitsi's Reject button."""
        item = f"<item nick='{lobby_nick}' role='none'><reason>no</reason></item>"
        query = f"<query xmlns='http://jabber.org/protocol/muc#admin'>{item}</query>"
        return await self.client.request(self.lobby, query, type_="set")

    async def invited(self, *, begin: int = 0) -> Element:
        """Wait for the invitation into the meeting."""
        return await self.client.wait(lambda e: is_invitation(e, self.room), begin=begin)

    async def ended(self, *, begin: int = 0) -> str:
        """Wait until the lobby ends with words; answers them."""
        gone = await self.client.wait(
            lambda e: e.get("type") == "unavailable" and e.get("from") == self.seat_in_lobby, begin=begin
        )
        return "".join(gone.itertext())

    async def sees_waiting(self, name: str, *, begin: int = 0) -> Element:
        """Wait until staff's list shows somebody of that name."""
        return await self.client.wait(lambda e: shown_name(e) == name and e.get("type") is None, begin=begin)


def is_invitation(stanza: Element, room: str) -> bool:
    """Whether this is the invitation the stock client acts on."""
    invite = stanza.find(f"{{{MUC_USER}}}x/{{{MUC_USER}}}invite")
    return stanza.tag == f"{{{CLIENT}}}message" and stanza.get("from") == room and invite is not None


def shown_name(stanza: Element) -> str | None:
    """The `<nick/>` of a presence."""
    return stanza.findtext(f"{{{NICK}}}nick")


def is_refusal_to_lobby(stanza: Element) -> bool:
    """Whether a join was answered with the way to the lobby, in both places clients look."""
    inner = stanza.find(f"{{{CLIENT}}}error/{{{JITMEET}}}lobbyroom")
    outer = stanza.find(f"{{{CLIENT}}}lobbyroom")
    return error_of(stanza) == ("auth", "registration-required") and inner is not None and outer is not None


def is_inside(stanza: Element) -> bool:
    """Whether a join was answered with the own presence."""
    return stanza.get("type") is None and "110" in statuses(stanza)


class Clinic:
    """Prosody, agent and people of one test."""

    def __init__(self, directory: Path, prosody: Prosody, ring: KeyRing) -> None:
        self.directory, self.prosody, self.ring = directory, prosody, ring
        secret = directory / "component.secret"
        secret.write_text(prosody.secret, encoding="utf-8")
        secret.chmod(0o600)
        self.settings = Settings(
            domain=prosody.domain,
            data_dir=directory,
            component_port=prosody.stock.component_port,
            component_secret_file=secret,
        )
        self.passes = SignedPasses(ring.signing, self.settings.domain, self.settings.audience)
        self.people = AsyncExitStack()
        self.recordings = directory / "recordings"
        self.recorders = tuple(self._recorder() for _ in range(2))
        self.focus = Focus(self.settings.focus, PASSWORD, prosody.stock.c2s_port, recorders=self.recorders)
        self._agent: AsyncExitStack | None = None
        self.agent: Agent
        self.database: Database
        self._nicks = 0

    def _recorder(self) -> Recorder:
        """One that nobody started yet; both leave their files in one folder, as on one machine."""
        stock, account = self.prosody.stock, f"recorder@{self.prosody.recorders}"
        finalize = ("sh", str(SCRIPT))
        return Recorder(account, PASSWORD, stock.c2s_port, self.recordings, f"https://{stock.domain}", finalize)

    def store(self) -> AbstractAsyncContextManager[Database]:
        """The clinic's database, for one process at a time."""
        return open_database(
            self.settings.database, self.ring.columns, self.ring.identity.own_mark, self.settings.shard, "normal"
        )

    async def begin(self) -> None:
        """The agent, the unit everybody is booked in, and the focus."""
        await self.start_agent()
        line = AuditLine(0.0, "policy-load", "", "", "test", HAPPENED)
        await self.database.records.keep(line, Unit("Jobcenter", "Jobcenter", "Kommunen", "00 00 00 00"))
        await self.focus.start()

    async def start_agent(self) -> None:
        """Start the agent and return when it sees Prosody."""
        self._agent = AsyncExitStack()
        self.database = await self._agent.enter_async_context(self.store())
        self.agent = Agent(self.settings, self.passes, self.database, self.prosody.secret)
        self.agent.start()
        self._agent.push_async_callback(self.agent.stop)
        await self.agent.live(10)

    @property
    def desk(self) -> Desk:
        """The console's side of the agent."""
        return self.agent.desk

    async def stop_agent(self) -> None:
        """Stop the agent in order."""
        if self._agent is not None:
            await self._agent.aclose()
            self._agent = None

    def somebody(self) -> str:
        """A member of staff nobody else in this clinic has: with a room of their own."""
        self._nicks += 1
        return f"Staff {self._nicks}"

    async def book(
        self,
        citizen: str = "Anna Hansen",
        *,
        staff: str = "Mette Madsen",
        policy: str = "samtale",
        starts_in: float = 0.0,
        minutes: float = 30.0,
        companions: tuple[tuple[CompanionKind, str], ...] = (),
        cpr: str = CPR,
    ) -> Booked:
        """One appointment of today."""
        now = SystemClock().now() + starts_in
        invited = self.ring.identity.cpr(cpr) if cpr else ""
        wish = Wish("Jobcenter", staff, citizen, invited, policy, now, now + minutes * 60, companions)
        return await book(register_of(self.database, self.ring.identity, SystemClock()), wish)

    def issuer(self, age: float = 0.0) -> Issuer:
        """Makes passes as of `age` seconds ago."""
        return Issuer(self.database, self.passes, SystemClock().now() - age)

    async def citizen_pass(
        self, booked: Booked, *, cpr: str = CPR, level: Level = Level.SUBSTANTIAL
    ) -> tuple[Pass, str]:
        """A pass as a MitID login would give it."""
        proved = self.ring.identity.cpr(cpr) if cpr else ""
        return await self.issuer().for_visitor(booked.appointment, None, Login(level, proved))

    async def citizen(self, booked: Booked, *, cpr: str = CPR, level: Level = Level.SUBSTANTIAL) -> Person:
        """The citizen of the appointment, logged in (as the one invited, unless another number is given)."""
        return await self.person((await self.citizen_pass(booked, cpr=cpr, level=level))[1], booked)

    async def companion(self, booked: Booked, number: int = 0) -> Person:
        """One of the companions, logged in."""
        _, token = await self.issuer().for_visitor(booked.appointment, booked.companions[number], Login(Level.NONE, ""))
        return await self.person(token, booked)

    async def staff_token(self, booked: Booked) -> str:
        """A pass of the member of staff of the appointment."""
        return (await self.issuer().for_staff(booked.staff, booked.room, None, MITID))[1]

    async def staff(self, booked: Booked) -> Person:
        """The member of staff of the appointment, logged in."""
        return await self.person(await self.staff_token(booked), booked)

    async def person(self, token: str, booked: Booked) -> Person:
        """Whoever bears this token."""
        client = await self.people.enter_async_context(await TcpClient.connect(self.prosody, token))
        return self.at(client, booked.room)

    def at(self, client: Client, node: str) -> Person:
        """A connected client with its addresses."""
        self._nicks += 1
        return Person(client, f"{node}@{self.prosody.rooms}", f"{node}@{self.prosody.lobby}", f"p{self._nicks:07d}")

    async def open_room(self, booked: Booked) -> Person:
        """Staff asks the focus, enters, and takes the desk in the lobby."""
        staff = await self.staff(booked)
        await staff.ask_focus(self.settings.focus)
        assert is_inside(await staff.join())
        await staff.knock("ignored")
        return staff

    async def come_in(self, staff: Person, citizen: Person) -> None:
        """The whole way of a citizen: refused to the lobby, knock, admitted, inside."""
        assert is_refusal_to_lobby(await citizen.join())
        await citizen.knock()
        await staff.admit(citizen)
        await citizen.invited()
        assert is_inside(await citizen.join())


@asynccontextmanager
async def open_clinic(directory: Path, *, extra: str = "") -> AsyncIterator[Clinic]:
    """A clinic with everything running; `extra` is put behind Prosody's stock configuration."""
    async with running_prosody(directory / "prosody", extra=extra) as prosody:
        data = directory / "agent"
        clinic = Clinic(data, prosody, await furnish(data))
        try:
            await clinic.begin()
            yield clinic
        finally:
            await clinic.people.aclose()
            await clinic.focus.stop()
            for recorder in clinic.recorders:
                await recorder.close()
            await clinic.stop_agent()


def lobby_chat(words: str) -> str:
    """A line of lobby chat as the stock client writes it."""
    payload = json.dumps({"type": "LOBBY_CHAT_MESSAGE", "message": words})
    return f"<json-message xmlns='{JITMEET}'>{payload}</json-message>"

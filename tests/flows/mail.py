"""A post room on a real database, with gateways that do what a test says."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.an_office import OpenOffice, open_office
from tests.rules.invited import DAY, EMAIL, POST, SMS, plan
from xmpp_agent.flows.post import PostRoom
from xmpp_agent.model.appointments import Entry, Policy, Rung
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.letters import Channel, Letter
from xmpp_agent.model.people import CompanionKind, Reach
from xmpp_agent.ports.diary import Noun, Records
from xmpp_agent.ports.post import CarrierFault, Handed, Incoming, Parcel, Receipt, ReceiptFault, Reply
from xmpp_agent.rules.ladder import on_booking, on_cancel, on_change

SITE = "https://moede.test"
REACH = Reach(phone="+4520123456", email="anna@borger.example", cpr="0101010101")
BY_SMS = plan((Rung(SMS, 600.0), Rung(EMAIL, 600.0)))

Answer = Handed | Exception | asyncio.Event


@dataclass
class Gateway:
    """A carrier that answers what the test put in; without a word: yes. An event: it hangs until that is set."""

    channel: Channel
    repeatable: bool = False
    gives_receipts: bool = True
    answers: deque[Answer] = field(default_factory=deque)
    parcels: list[Parcel] = field(default_factory=list)
    on_parcel: Callable[[Parcel], Awaitable[None]] | None = None
    """What happens while the gateway has it in hand."""
    _moved: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def name(self) -> str:
        """See `ports.post.Carrier`."""
        return f"test-{self.channel.value}"

    async def hand_over(self, parcel: Parcel) -> Handed:
        """See `ports.post.Carrier`."""
        self.parcels.append(parcel)
        async with self._moved:
            self._moved.notify_all()
        if self.on_parcel is not None:
            await self.on_parcel(parcel)
        answer = self.answers.popleft() if self.answers else Handed(f"g{len(self.parcels)}")
        if isinstance(answer, asyncio.Event):
            await answer.wait()
            return Handed()
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def got(self, count: int) -> None:
        """Return when so many letters were handed over."""
        async with asyncio.timeout(30), self._moved:
            await self._moved.wait_for(lambda: len(self.parcels) >= count)


@dataclass
class Remembering(Gateway):
    """One that can be asked which letters it has."""

    knows: Mapping[str, Receipt] | CarrierFault = field(default_factory=dict)
    asked: list[list[str]] = field(default_factory=list)

    async def look_up(self, letters: Collection[str], ago: float) -> Mapping[str, Receipt]:
        """See `ports.post.Remembers`."""
        assert ago >= 0
        self.asked.append(list(letters))
        if isinstance(self.knows, CarrierFault):
            raise self.knows
        return self.knows


@dataclass(frozen=True)
class Reader:
    """Reads what a test says as a receipt of that channel's gateway; nothing: it is forged."""

    channel: Channel
    says: tuple[Receipt, ...] = ()

    @property
    def name(self) -> str:
        """See `ports.post.ReceiptReader`."""
        return f"test-{self.channel.value}"

    def receipts(self, incoming: Incoming) -> tuple[Receipt, ...]:
        """See `ports.post.ReceiptReader`."""
        if not self.says:
            raise ReceiptFault("not signed")
        return self.says

    def reply(self, *, taken: bool) -> Reply:
        """See `ports.post.ReceiptReader`."""
        return Reply(200 if taken else 403)


@dataclass
class Watched:
    """Records, with something that happens once, right after an act was written down or (`early`) right before."""

    records: Records
    act: str
    then: Callable[[], Awaitable[object]]
    early: bool = False

    async def keep(self, line: AuditLine, *nouns: Noun) -> None:
        """See `ports.diary.Records`."""
        its_time, self.act = line.act == self.act, "" if line.act == self.act else self.act
        if its_time and self.early:
            await self.then()
        await self.records.keep(line, *nouns)
        if its_time and not self.early:
            await self.then()

    def jot(self, line: AuditLine, *nouns: Noun) -> None:
        """See `ports.diary.Records`."""
        self.records.jot(line, *nouns)


@dataclass
class Mail:
    """An office with a post room."""

    here: OpenOffice
    sms: Gateway
    email: Gateway
    post: Gateway
    room: PostRoom = field(init=False)
    errors: list[BaseException] = field(default_factory=list)
    ill: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the room reported something."""

    def report(self, error: BaseException) -> None:
        """What the room could not do."""
        self.errors.append(error)
        self.ill.set()

    async def book(
        self,
        name: str = "anna",
        policy: Policy = BY_SMS,
        *,
        starts_in: float = 7 * DAY,
        reach: Reach | None = REACH,
        companion: CompanionKind | None = None,
    ) -> tuple[Letter, ...]:
        """An appointment with its letters."""
        await self.here.appointment(name, policy=policy, starts_in=starts_in, reach=reach, companion=companion)
        letters = on_booking(await self.entry(name), self.here.clock.at)
        await self.keep("book", name, *letters)
        return letters

    async def move(self, name: str = "anna", by: float = DAY) -> None:
        """Moved, as booking does it."""
        entry = await self.entry(name)
        was = entry.appointment
        now = replace(
            was,
            starts_at=was.starts_at + by,
            ends_at=was.ends_at + by,
            sequence=was.sequence + 1,
            version=was.version + 1,
        )
        letters = on_change(replace(entry, appointment=now), await self.letters(name), self.here.clock.at)
        await self.keep("move", name, now, *letters)

    async def cancel(self, name: str = "anna") -> None:
        """Called off, as booking does it."""
        entry, at = await self.entry(name), self.here.clock.at
        now = replace(
            entry.appointment,
            cancelled_at=at,
            sequence=entry.appointment.sequence + 1,
            version=entry.appointment.version + 1,
        )
        await self.keep("cancel", name, now, *on_cancel(replace(entry, appointment=now), await self.letters(name), at))

    async def keep(self, act: str, name: str, *nouns: Noun) -> None:
        """Write nouns down and tell of it."""
        office = self.here.office
        await office.records.keep(office.line(act, "test", name), *nouns)
        office.changed(name)

    async def entry(self, name: str = "anna") -> Entry:
        """The appointment with its people."""
        entry = await self.here.database.diary.entry(name)
        assert entry is not None
        return entry

    async def letters(self, name: str = "anna") -> tuple[Letter, ...]:
        """Its letters."""
        return await self.here.database.mailroom.letters_of(name)

    async def told(self, name: str = "anna") -> list[str]:
        """Its letters by rung, as `about channel state[/failure]`."""
        letters = sorted(await self.letters(name), key=lambda one: (one.person, one.sequence, one.about, one.rung))
        whys = [f"/{one.failure.value}" if one.failure else "" for one in letters]
        return [
            f"{one.about.value} {one.channel.value} {one.state.value}{why}"
            for one, why in zip(letters, whys, strict=True)
        ]

    async def work(self, after: float = 0.0) -> None:
        """Some seconds later: look and hand over until nothing is left to be done."""
        self.here.clock.at += after
        before: tuple[object, ...] = ("nothing seen yet",)
        while before != (before := await self._everything()):
            await self.room.look()
            await self.room.quiet()

    async def _everything(self) -> tuple[object, ...]:
        async with self.here.database.engine.connect() as db:
            return tuple((await db.exec_driver_sql("SELECT id, state, channel, attempts FROM letters")).all())

    def new_room(self, *carriers: Gateway, leads: Callable[[], bool] = lambda: True) -> PostRoom:
        """A post room of this office; of the agent at the door unless it says otherwise."""
        database = self.here.database
        return PostRoom(
            self.here.office, database.visitors, database.mailroom, carriers, f"{SITE}/", self.report, leads=leads
        )

    def asks_sms(self) -> Remembering:
        """From now on the gateway for text messages is one that can be asked."""
        gateway = Remembering(SMS)
        self.sms = gateway
        self.restarted()
        return gateway

    def restarted(self) -> None:
        """The post room is that of an agent that is started again on the same database."""
        self.here.office.on_appointment.clear()
        self.room = self.new_room(self.sms, self.email, self.post)


@asynccontextmanager
async def open_mail(directory: Path) -> AsyncIterator[Mail]:
    """A new office with three gateways; e-mail gives no receipts, Digital Post may be repeated."""
    async with open_office(directory) as here:
        sms, email = Gateway(SMS), Gateway(EMAIL, gives_receipts=False)
        post = Gateway(POST, repeatable=True)
        mail = Mail(here, sms, email, post)
        mail.restarted()
        yield mail

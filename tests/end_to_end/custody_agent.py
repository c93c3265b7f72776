"""A process to be killed: a recording from the question to its deletion, by the product's own flows, vault and journal.

It is forked (tests/warm_fork.py) with a folder and its orders: acts that lead to a stage, then acts under test, in
which it kills itself (SIGKILL) at one step. Without that step it goes on to the end and says what is untrue on the way.
"""

import asyncio
import hashlib
import json
import math
import os
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.an_office import DOMAIN, OpenOffice, StoppedClock
from tests.edges.recordings.recorder import lies_in
from tests.flows.custodian import DAY, RECORDED, SESSION, Custodian, open_custodian
from tests.flows.untrue import lost, untrue
from tests.ready_made import keys_in
from tests.rules import scenes
from tests.rules.scenes import NOW, ROOM
from xmpp_agent.edges.journal.asking import make_client
from xmpp_agent.edges.journal.f2 import F2, F2Settings
from xmpp_agent.edges.store.memos import SqlMemos
from xmpp_agent.flows import recording_acts
from xmpp_agent.flows.follow import Told, follow
from xmpp_agent.flows.questions import Question
from xmpp_agent.flows.recording import record
from xmpp_agent.flows.recording_acts import Wish, handle
from xmpp_agent.model.audit import AuditLine, Look
from xmpp_agent.model.people import PassRecord
from xmpp_agent.model.recordings import Agreement, Fault, Recording, Stage, Terms
from xmpp_agent.model.rooms import Place, RoomMemory
from xmpp_agent.ports import Ledger
from xmpp_agent.ports.diary import Noun, Records
from xmpp_agent.ports.recordings import Journal
from xmpp_agent.rules.recording import custody
from xmpp_agent.rules.recording.custody import Happened
from xmpp_agent.rules.recording.may_handle import HAPPENS, Act

JID = f"{ROOM.node}@conference.{DOMAIN}"
FILM = b"film " * 1000
MOST_ROUNDS = 25
STRAY = "s-9"


@dataclass(frozen=True)
class Orders:
    """What the process is to do. `f2`: address of a service index; empty: a journal folder."""

    before: str = ""
    acts: str = ""
    kill_at: str = ""
    goes_on: bool = False
    receipts: bool = True
    f2: str = ""

    def as_text(self) -> str:
        """For the process."""
        return json.dumps(asdict(self))


def say(**words: object) -> None:
    """One line, out at once."""
    os.write(1, f"{json.dumps(words)}\n".encode())


@dataclass
class Steps:
    """Says what happens once it watches; at one step the process is dead."""

    kill_at: str
    watches: bool = False
    labels: dict[tuple[str, int], str] = field(default_factory=dict)

    def at(self, step: str) -> None:
        """Before or after something."""
        if not self.watches:
            return
        say(step=step)
        if step == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def label(self, recording: Recording, happened: Happened) -> None:
        """What the next version of this recording is written down for."""
        self.labels[recording.id, recording.version + 1] = transition(recording.stage, happened)

    def written(self, act: str, *nouns: object) -> list[str]:
        """What is written down with an entry: lines of the table, or else what the audit calls it."""
        rows = [(noun.id, noun.version) for noun in nouns if isinstance(noun, Recording)]
        return [self.labels[row] for row in rows if row in self.labels] or [act]


def transition(stage: Stage, happened: Happened) -> str:
    """How a line of the table is called."""
    return f"{stage}+{happened}"


@dataclass
class WatchedRecords:
    """Records, with a step before and after each commit."""

    records: Records
    steps: Steps

    async def keep(self, line: AuditLine, *nouns: Noun) -> None:
        """See `ports.diary.Records`."""
        written = self.steps.written(line.act, *nouns)
        for one in written:
            self.steps.at(f"before {one}")
        await self.records.keep(line, *nouns)
        for one in written:
            self.steps.at(f"after {one}")

    def jot(self, line: AuditLine, *nouns: Noun) -> None:
        """See `ports.diary.Records`."""
        self.records.jot(line, *nouns)


@dataclass
class WatchedLedger:
    """The door's ledger, the same."""

    ledger: Ledger
    steps: Steps

    async def write(
        self,
        line: AuditLine,
        memory: RoomMemory | None = None,
        place: Place | None = None,
        used: PassRecord | None = None,
        look: Look | None = None,
        recording: Recording | None = None,
    ) -> None:
        """See `ports.Ledger`."""
        [written] = self.steps.written(line.act, recording)
        self.steps.at(f"before {written}")
        await self.ledger.write(line, memory, place, used, look, recording)
        self.steps.at(f"after {written}")

    def jot(self, line: AuditLine, memory: RoomMemory | None = None, place: Place | None = None) -> None:
        """See `ports.Ledger`."""
        self.ledger.jot(line, memory, place)

    async def cancel_appointment(self, appointment_id: str, line: AuditLine) -> None:
        """See `ports.Ledger`."""
        await self.ledger.cancel_appointment(appointment_id, line)

    async def revoke_pass(self, pass_id: str, line: AuditLine) -> None:
        """See `ports.Ledger`."""
        await self.ledger.revoke_pass(pass_id, line)


def leave_once(here: Custodian, film: bytes, session: str) -> None:
    """A recorder leaves each film once, whoever was killed meanwhile."""
    if not (here.folder / "originals" / hashlib.sha256(film).hexdigest()).exists():
        here.leave(film, session)


def damage(here: Custodian) -> None:
    """The disk spoils what lies in the vault."""
    for name in lies_in(here.folder / "vault"):
        sealed = here.folder / "vault" / name
        sealed.write_bytes(sealed.read_bytes()[:-1] + b"?")


def answer(here: Custodian) -> None:
    """Whoever reads the journal folder answers for every recording that lies there, if they ever do."""
    for entry in here.filed("recording") if here.answers else ():
        (here.journal_folder / f"{entry}.receipt.json").write_text(json.dumps({"number": f"N-{entry}"}))


def mood(fault: Fault | None, *, again: bool = True) -> Callable[[Custodian], None]:
    """How the journal answers from now on."""

    def changed(here: Custodian) -> None:
        here.journal.fault, here.journal.again = fault, again

    return changed


WORLD: dict[str, Callable[[Custodian], None]] = {
    "film": lambda here: leave_once(here, FILM, SESSION),
    "stray": lambda here: leave_once(here, b"stray", STRAY),
    "vault-away": lambda here: here.vault.fails.update({"read-back": Fault.VAULT_AWAY}),
    "vault-back": lambda here: here.vault.fails.clear(),
    "damaged": damage,
    "journal-away": mood(Fault.JOURNAL_AWAY),
    "journal-refuses": mood(Fault.CASE_CLOSED, again=False),
    "journal-back": mood(None),
    "receipt": answer,
}
"""What happens outside."""


@dataclass
class Day:
    """What people and Jitsi do."""

    here: Custodian

    async def all(self, acts: str) -> None:
        """Acts in their order; `later:61` is a look a minute and a second later."""
        for act in acts.split():
            name, _, value = act.partition(":")
            if name in WORLD:
                WORLD[name](self.here)
            elif name in {"on", "off", "failed"}:
                now = self.here.around.clock.at
                told = Told("recording", now, JID, why=name, session=SESSION, meeting="m-1")
                await follow(self.here.around.office.house, told)
            elif name in set(Act):
                await self._handle(Act(name))
            else:
                await self._person(name, value)

    async def _person(self, name: str, value: str) -> None:
        here, now = self.here, self.here.around.clock.at
        if name == "later":
            await here.passes(float(value))
        elif name == "asked":
            await here.at(Stage.REQUESTED, session="")
        elif name == "starting":  # its session is known, from an agent before this one
            await here.at(Stage.STARTING, on_at=None)
        elif name == "noted":
            if not (await here.archive.notes.of(["anna"])).get("anna"):
                await here.note()
        elif name.startswith("record-"):
            asked = Question(name, now, JID, "u-mette@meet.test/r", pass_id="pass-mette", mode="file")
            await record(here.around.office.house, asked)
        else:
            await here.says(Agreement(name))

    async def _handle(self, act: Act) -> None:
        office, here = self.here.around.office, self.here
        custodian = recording_acts.Custodian(
            office.clock, office.diary, office.records, here.archive.recordings, office.visitors, office.changed
        )
        for stuck in await here.rows():
            if (stuck.stage, HAPPENS[act]) in custody.TRANSITIONS:
                wish = Wish(act, stuck.id, frozenset({"*"}), "lise", appointment="anna" * (act is Act.MAP), why="set")
                await handle(custodian, wish)


NEXT = {
    Stage.REQUESTED: "yes",
    Stage.CONSENTED: "record-start",
    Stage.STARTING: "on",
    Stage.ON: "off",
    Stage.STOPPING: "off",
    Stage.EXPECTED: "film",
    Stage.RECORDER_LOST: "film",
    Stage.MISSING: "film",
    Stage.UNMAPPED: "map",
    Stage.FILED: "receipt",
    Stage.RECEIPT_LATE: "receipt later:3600",
    Stage.FILING_REFUSED: "retry",
    Stage.RECEIPTED: f"later:{DAY}",
}
"""What brings a recording on from there."""


async def to_the_end(day: Day) -> list[str]:
    """Go on until nothing is under way; what was untrue at any moment of it."""
    found: list[str] = []
    for _ in range(MOST_ROUNDS):
        waiting = [row for row in await day.here.rows() if row.stage not in custody.ENDED]
        if not waiting and not await day.here.archive.recordings.closings_due(math.inf, 1):
            return found
        for row in waiting[:1]:
            await day.all(NEXT.get(row.stage, ""))
        await day.here.passes(31.0)
        # What people had erased is told from what was lost by who did it.
        erased = {row.id for row in await day.here.rows() if row.stage is Stage.DELETED and not row.number}
        found += await untrue(day.here, erased=erased)
    return [*found, f"it never ends: {[(row.stage, row.fault, row.due_at) for row in await day.here.rows()]}"]


def see_the_room(here: Custodian, *, is_on: bool) -> None:
    """What the agent knows of the room: Anna is inside with Mette, and a recorder perhaps."""
    house, staff, anna = here.around.office.house, scenes.staff(), scenes.citizen(policy=RECORDED)
    house.known.update({known.pass_.id: known for known in (staff, anna)})
    house.settle(scenes.room(scenes.inside(staff), scenes.inside(anna), of="anna", recording=is_on))


def watch(here: Custodian, steps: Steps) -> None:
    """From here on every write and every act on vault, journal and recorder is a step."""
    office = here.around.office
    here.vault.watch = here.source.watch = here.journal.watch = steps.at
    office.records = WatchedRecords(office.records, steps)
    office.house.ledger = WatchedLedger(office.house.ledger, steps)
    real = custody.step

    def step(
        recording: Recording, happened: Happened, terms: Terms, now: float, fault: Fault | None = None
    ) -> Recording:
        steps.label(recording, happened)
        return real(recording, happened, terms, now, fault)

    custody.step = step


async def live(folder: Path, orders: Orders) -> None:
    """One life."""
    async with AsyncExitStack() as held:
        journal: Callable[[OpenOffice], Journal] | None = None
        if orders.f2:
            http = await held.enter_async_context(make_client())
            settings = F2Settings(orders.f2, "portner", "video", "client-secret", "word", seconds=5)

            def journal(around: OpenOffice) -> Journal:
                return F2(settings, http, SqlMemos(around.database.engine, around.clock))

        clock = StoppedClock()
        opened = open_custodian(folder, clock, journal=journal, receipts=orders.receipts)
        here = await held.enter_async_context(opened)
        rows = await here.rows()
        clock.at = max([NOW, *(row.changed_at + 1 for row in rows)])
        see_the_room(here, is_on=any(row.stage in custody.RUNNING for row in rows))
        steps, day = Steps(orders.kill_at), Day(here)
        if orders.goes_on:
            found = await lost(here)
            await day.all(orders.acts)
            say(untrue=found + await to_the_end(day), stages=[row.stage for row in await here.rows()])
            return
        await here.book(closes=True)
        watch(here, steps)
        await day.all(orders.before)
        steps.watches = True
        await day.all(orders.acts)
        say(stages=[row.stage for row in await here.rows()])


def prepare(arguments: list[str]) -> None:
    """What every forked process would do again."""
    keys_in(Path(arguments[0]))


def begin(arguments: list[str]) -> None:
    """What the forked process does."""
    folder, orders = arguments
    asyncio.run(live(Path(folder), Orders(**json.loads(orders))))

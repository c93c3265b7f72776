"""The recording room of one test: a recorders' folder, the real vault and a journal folder, each of which can fail."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.an_office import UNIT, OpenOffice, StoppedClock, open_office
from tests.rules import scenes
from tests.rules.scenes import ROOM
from xmpp_agent.edges.journal.folder import Folder, FolderSettings
from xmpp_agent.edges.recordings.folder import RecorderFolder
from xmpp_agent.edges.recordings.handing_over import MARK
from xmpp_agent.edges.recordings.shelves import LocalShelf
from xmpp_agent.edges.recordings.vault import SealedVault
from xmpp_agent.edges.store.memos import SqlMemos
from xmpp_agent.flows.archive import Archive
from xmpp_agent.flows.consent import Answer, answered, ask
from xmpp_agent.flows.letter_book import LetterBook
from xmpp_agent.flows.office import new_id
from xmpp_agent.flows.recording_room import RecordingRoom
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.flows.taking_in import Intake
from xmpp_agent.model.appointments import Companion, Entry, Plan, Policy
from xmpp_agent.model.notes import Note, NoteState
from xmpp_agent.model.people import CompanionKind, Level, Person, Role
from xmpp_agent.model.recordings import (
    Agreement,
    Fault,
    Found,
    HowAsked,
    Recording,
    Stage,
    Terms,
)
from xmpp_agent.model.visitors import Session, SessionKind
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.diary import Enrolment
from xmpp_agent.ports.recordings import Journal, JournalEntry, JournalFault, Receipt, Sealed, VaultFault
from xmpp_agent.rules.recording import custody

DAY = 86400.0
TERMS = Terms(("at skrive din handleplan", "to write your plan"), ("din sagsbehandler", "your caseworker"))
RECORDED = Policy("optages", Level.NONE, recording_allowed=True, plan=Plan(recording=TERMS))
SESSION = "s-1"
Watch = Callable[[str], None]


def nobody(_step: str) -> None:
    """Nobody watches."""


@dataclass
class WatchedVault:
    """The vault; says each act before and after it, and fails where it is told to."""

    vault: SealedVault
    watch: Watch = nobody
    fails: dict[str, Fault] = field(default_factory=dict)
    """By act."""

    async def take_in(self, recording_id: str, directory: str, media: str) -> Sealed:
        """See `ports.recordings.Vault`."""
        self._begin("take-in")
        sealed = await self.vault.take_in(recording_id, directory, media)
        self.watch("after take-in")
        return sealed

    async def read_back(self, recording: Recording) -> None:
        """See `ports.recordings.Vault`."""
        self._begin("read-back")
        await self.vault.read_back(recording)
        self.watch("after read-back")

    def read(self, recording: Recording) -> AsyncIterator[bytes]:
        """See `ports.recordings.Vault`."""
        self._begin("read")
        return self.vault.read(recording)

    async def destroy(self, recording_id: str) -> None:
        """See `ports.recordings.Vault`."""
        self._begin("destroy")
        await self.vault.destroy(recording_id)
        self.watch("after destroy")

    def _begin(self, act: str) -> None:
        self.watch(f"before {act}")
        if act in self.fails:
            raise VaultFault(self.fails[act], again=self.fails[act] is not Fault.VAULT_DAMAGED)


@dataclass
class WatchedSource:
    """The recorders' folder; says when a directory goes."""

    source: RecorderFolder
    watch: Watch = nobody

    async def look(self) -> tuple[Found, ...]:
        """See `ports.recordings.Source`."""
        return await self.source.look()

    async def hashes(self, found: Found) -> tuple[str, ...]:
        """See `ports.recordings.Source`."""
        return await self.source.hashes(found)

    async def remove(self, found: Found) -> None:
        """See `ports.recordings.Source`."""
        self.watch("before remove")
        await self.source.remove(found)
        self.watch("after remove")


@dataclass
class WatchedJournal:
    """A journal; says each act, and answers nothing but a fault while it has one."""

    journal: Journal
    watch: Watch = nobody
    fault: Fault | None = None
    again: bool = True
    fault_of: dict[str, Fault] = field(default_factory=dict)
    """By act: what it has of this alone."""
    asked: list[str] = field(default_factory=list)
    """Ids of what it was asked to file, also in vain."""

    async def file(self, entry: JournalEntry) -> Receipt:
        """See `ports.recordings.Journal`."""
        self.asked.append(entry.id)
        self._begin(f"file {entry.kind}")
        receipt = await self.journal.file(entry)
        self.watch(f"after file {entry.kind}")
        return receipt

    async def confirmed(self, entry_id: str, number: str) -> Receipt | None:
        """See `ports.recordings.Journal`."""
        self._begin("confirmed")
        receipt = await self.journal.confirmed(entry_id, number)
        self.watch("after confirmed")
        return receipt

    async def close_case(self, case_ref: str, entry_id: str) -> None:
        """See `ports.recordings.Journal`."""
        self._begin("close-case")
        await self.journal.close_case(case_ref, entry_id)
        self.watch("after close-case")

    def _begin(self, act: str) -> None:
        self.watch(f"before {act}")
        fault = self.fault or self.fault_of.get(act)
        if fault is not None:
            raise JournalFault(fault, again=self.again)


@dataclass
class Custodian:
    """The room, and what tests do around it."""

    around: OpenOffice
    folder: Path
    vault: WatchedVault
    source: WatchedSource
    journal: WatchedJournal
    room: RecordingRoom
    archive: Archive
    desk: StaffOffice
    elsewhere: bool = False
    """Whether the journal is one of which its own side must tell what it has."""

    answers: bool = False
    """Whether the journal folder's reader leaves receipts."""

    @property
    def recorder(self) -> Path:
        """The recorders' folder."""
        return self.folder / "recorder"

    @property
    def journal_folder(self) -> Path:
        """Where the journal folder is."""
        return self.folder / "journal"

    async def book(
        self, name: str = "anna", policy: Policy = RECORDED, *, closes: bool = False, companion: str = ""
    ) -> Entry:
        """An appointment in the one room, with a case; `companion`: an interpreter of that name comes, too."""
        booked = await self.around.appointment(name, policy=policy)
        after = replace(booked, case_ref=f"2026-{name}", case_closes=closes, version=2)
        office = self.around.office
        await office.records.keep(office.line("book", "test", name), after)
        if companion:
            person = Person(companion, UNIT.id, "Ole Tolk")
            enrolled = Enrolment(person, Role.COMPANION)
            comes = Companion(name, person, CompanionKind.INTERPRETER)
            await office.records.keep(office.line("book", "test", name), enrolled, comes)
        return await self.entry(name)

    async def entry(self, name: str = "anna") -> Entry:
        """As it is written down now."""
        entry = await self.around.office.diary.entry(name)
        assert entry is not None
        return entry

    async def asks(self, name: str = "anna") -> None:
        """Staff ask the people of an appointment."""
        await ask(self.desk, mette(), name)

    async def says(self, answer: Agreement, name: str = "anna", person: str = "") -> None:
        """Somebody answers on their page."""
        who = person or name
        given = Answer(who, answer, HowAsked.PAGE, who, "da")
        await answered(self.around.office, await self.entry(name), given)

    async def at(self, stage: Stage, name: str = "anna", session: str = SESSION, **fields: object) -> Recording:
        """A recording of that appointment that has come so far; without a file."""
        now = self.around.clock.at
        terms = (await self.entry(name)).appointment.policy.plan.recording if name else TERMS
        row = Recording(new_id(), ROOM.node if name else "", name, stage, "mette" if name else "", now, now, session)
        usual = {"due_at": custody.due(stage, terms, now), "on_at": now}
        row = replace(row, **{**usual, **fields})  # type: ignore[arg-type]  # fields named by the test
        await self.write(row)
        return row

    async def write(self, row: Recording) -> None:
        """A row as somebody else wrote it."""
        office = self.around.office
        await office.records.keep(office.line("test", "test", row.id), row)

    async def note(self, name: str = "anna", *, closes: bool = True) -> Note:
        """A note on its way to the journal."""
        now = self.around.clock.at
        note = Note(new_id(), name, "mette", "Ny plan.", NoteState.QUEUED, now, now, now, case_closes=closes)
        office = self.around.office
        await office.records.keep(office.line("note", "mette", name), note)
        return note

    def leave(self, content: bytes = b"video", session: str = SESSION, media: str = "a.mp4", **how: object) -> bytes:
        """A recorder leaves a file; `done=False`: without the mark. `meeting`, `room`: what its metadata say."""
        directory = self.recorder / session
        directory.mkdir(exist_ok=True)
        (directory / media).write_bytes(content)
        if "meeting" in how or "room" in how:
            said = {
                "meeting_url": f"https://meet.test/{how.get('room', ROOM.node)}",
                "conference_details": {"session_id": how.get("meeting", "")},
            }
            (directory / "metadata.json").write_text(json.dumps(said))
        if how.get("done", True):
            (directory / MARK).touch()
        originals = self.folder / "originals"
        originals.mkdir(exist_ok=True)
        (originals / hashlib.sha256(content).hexdigest()).write_bytes(content)
        return content

    async def row(self, recording_id: str = "") -> Recording:
        """One recording as it is written down; without id: the only one."""
        if recording_id:
            found = await self.archive.recordings.recording(recording_id)
            assert found is not None
            return found
        [only] = await self.rows()
        return only

    async def rows(self) -> tuple[Recording, ...]:
        """All of them, oldest first."""
        return await self.archive.recordings.at(set(Stage))

    async def look(self) -> None:
        """One look of both loops."""
        await self.room.take_in()
        await self.room.file()

    async def passes(self, seconds: float) -> None:
        """So much later, one look."""
        self.around.clock.at += seconds
        await self.look()

    def filed(self, kind: str = "") -> dict[str, dict[str, object]]:
        """What lies in the journal, by entry; `close-case` is a kind, too."""
        found = (
            json.loads(path.read_text()) for path in self.journal_folder.glob("*.json") if "receipt" not in path.name
        )
        return {entry["id"]: entry for entry in found if kind in ("", entry["kind"])}

    @staticmethod
    def hash_of(path: Path) -> str:
        """SHA-256 of a small file."""
        return hashlib.sha256(path.read_bytes()).hexdigest()

    def in_journal(self, row: Recording) -> bool:
        """Whether the journal has this recording, whole."""
        if self.elsewhere:
            return True
        media = self.journal_folder / f"{row.id}.mp4"
        if row.file is None or row.id not in self.filed("recording") or not media.exists():
            return False
        return self.hash_of(media) == row.file.sha256

    async def in_vault(self, row: Recording) -> bool:
        """Whether the vault has it, whole, and we have its key."""
        try:
            await self.vault.vault.read_back(row)
        except VaultFault:
            return False
        return True


async def _nobody_to_ask() -> None:
    """Nobody is at the door."""
    raise Unavailable("link down")


def mette() -> Session:
    """A session of staff."""
    return Session("s-mette", SessionKind.STAFF, "mette", scenes.NOW, scenes.NOW + 9 * DAY, unit=UNIT.id)


@asynccontextmanager
async def open_custodian(
    folder: Path,
    clock: StoppedClock | None = None,
    *,
    journal: Callable[[OpenOffice], Journal] | None = None,
    receipts: bool = False,
    leads: Callable[[], bool] = lambda: True,
) -> AsyncIterator[Custodian]:
    """A new one in that folder, or the one that is there. `receipts`: the journal folder's reader answers."""
    async with AsyncExitStack() as held:
        around = await held.enter_async_context(open_office(folder, clock))
        yield furnished(around, folder, journal(around) if journal else None, receipts=receipts, leads=leads)


def furnished(
    around: OpenOffice, folder: Path, journal: Journal | None, *, receipts: bool, leads: Callable[[], bool]
) -> Custodian:
    """A recording room in an office that is open."""
    for name in ("recorder", "journal"):
        (folder / name).mkdir(exist_ok=True)
    database = around.database
    vault = WatchedVault(SealedVault(folder / "recorder", LocalShelf.made(folder / "vault"), around.ring.columns))
    source = WatchedSource(RecorderFolder(folder / "recorder"))
    filed_in = WatchedJournal(journal or Folder(FolderSettings(folder / "journal", receipts=receipts)))
    archive = Archive(
        around.office, database.recordings, database.notes, vault, filed_in, SqlMemos(database.engine, around.clock)
    )
    intake = Intake(around.office, database.recordings, source, vault)
    desk = StaffOffice(
        around.office,
        database.calls,
        database.notes,
        database.recordings,
        database.day_rooms,
        LetterBook(around.office, database.mailroom, {}),
        is_live=lambda: False,
        confirm=_nobody_to_ask,
    )
    room = RecordingRoom(intake, archive, around.faults.append, leads=leads)
    return Custodian(
        around, folder, vault, source, filed_in, room, archive, desk, elsewhere=journal is not None, answers=receipts
    )

"""Acts on stuck recordings: on record first, once, by the right supervisors; and what was discarded is really gone."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.an_office import OpenOffice, open_office, whole
from tests.edges.recordings.recorder import MASTER, MEDIA, SESSION, leave
from tests.flows.held import column
from tests.rules.scenes import NOW, POLICY
from xmpp_agent.edges.journal.folder import Folder, FolderSettings
from xmpp_agent.edges.recordings.shelves import LocalShelf
from xmpp_agent.edges.recordings.vault import SealedVault
from xmpp_agent.edges.store.memos import SqlMemos
from xmpp_agent.flows import filing
from xmpp_agent.flows.archive import Archive
from xmpp_agent.flows.recording_acts import Custodian, Wish, choices, handle
from xmpp_agent.model.appointments import Companion
from xmpp_agent.model.people import CompanionKind, Person, Role
from xmpp_agent.model.recordings import Agreement, Consent, Fault, HowAsked, Recording, Stage, Terms
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Arrival
from xmpp_agent.ports.diary import Conflict, Enrolment
from xmpp_agent.rules.recording.consent import question
from xmpp_agent.rules.recording.may_handle import Act

ALL, OURS, OTHERS = frozenset({"*"}), frozenset({"jobcenter"}), frozenset({"ward"})
RECORDED = replace(POLICY, recording_allowed=True)


@dataclass
class Shelf:
    """An office with recordings, a vault and a journal in folders."""

    office: OpenOffice
    custodian: Custodian
    archive: Archive
    vault: Path
    told: list[str]

    async def put(self, recording: Recording) -> Recording:
        """Write a recording down."""
        office = self.office.office
        await office.records.keep(office.line("test", "test", recording.id), recording)
        return recording

    async def sealed(self, stage: Stage, **more: object) -> Recording:
        """One whose file lies in the vault."""
        leave(self.vault.parent / "recorder", media=b"video" * 9)
        put = await self.archive.vault.take_in("r1", SESSION, MEDIA)
        plain = Recording("r1", "", "", stage, "", NOW, NOW, file=put.file, key=put.key)
        return await self.put(replace(plain, **more))  # type: ignore[arg-type]  # fields named by the test

    async def now(self, ident: str = "r1") -> Recording:
        """As it stands."""
        found = await self.custodian.recordings.recording(ident)
        assert found is not None
        return found

    async def does(self, act: Act, units: frozenset[str] = ALL, **more: object) -> Reason:
        """What became of a wish about r1."""
        wish = Wish(act, "r1", units, "uid:7")
        return (await handle(self.custodian, replace(wish, **more))).reason  # type: ignore[arg-type]  # as above


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    """All of it."""
    async with open_office(tmp_path) as here:
        told: list[str] = []
        base = here.database
        custodian = Custodian(here.clock, base.diary, base.records, base.recordings, base.visitors, told.append)
        vault = SealedVault(tmp_path / "recorder", LocalShelf.made(tmp_path / "vault"), MASTER)
        (tmp_path / "journal").mkdir()
        journal = Folder(FolderSettings(tmp_path / "journal"))
        archive = Archive(
            here.office, base.recordings, base.notes, vault, journal, SqlMemos(base.engine, here.office.clock)
        )
        yield Shelf(here, custodian, archive, tmp_path / "vault", told)


async def booked(shelf: Shelf, answer: Agreement = Agreement.YES) -> None:
    """Anna's appointment, which may be recorded, and her answer."""
    await shelf.office.appointment(policy=RECORDED)
    office = shelf.office.office
    said = Consent("c1", "anna", "anna", answer, HowAsked.PAGE, question(Terms(), "da"), "da", "anna", NOW)
    await office.records.keep(office.line("test", "test", "anna"), said)


def on_record(shelf: Shelf) -> list[object]:
    """Act, actor and reason of what supervisors did, oldest first."""
    line = "json_extract(line, '$.{}')"
    parts = " || ' ' || ".join(line.format(each) for each in ("act", "actor", "reason"))
    return column(shelf.office, f"SELECT {parts} FROM audit WHERE {line.format('actor')} = 'uid:7' ORDER BY seq")


@pytest.mark.parametrize(
    ("stage", "after"),
    [
        (Stage.MISSING, Stage.EXPECTED),
        (Stage.FILING_REFUSED, Stage.ENCRYPTED),
        (Stage.RECEIPT_LATE, Stage.FILED),
        (Stage.UNMAPPED, None),
    ],
)
async def test_once_more(shelf: Shelf, stage: Stage, after: Stage | None) -> None:
    """From where there is something to try again, due at once or soon, on record; elsewhere refused, on record, too."""
    await shelf.put(Recording("r1", "", "", stage, "", NOW, NOW, fault=Fault.GIVEN_UP, attempts=9))
    reason = await shelf.does(Act.RETRY)
    now = await shelf.now()
    assert on_record(shelf) == [f"recording-retry uid:7 {reason.value}"]
    if after is None:
        assert (reason, now.version) == (Reason.NOT_AT_THIS_STAGE, 1)
    else:
        assert (reason, now.stage, now.fault, now.attempts) == (Reason.ALLOWED, after, None, 0)
        assert now.due_at is not None


async def test_a_recording_is_mapped_to_an_appointment_and_filed_there(shelf: Shelf) -> None:
    """It is offered, then of that appointment, encrypted and due; whoever shows the appointment is told."""
    await booked(shelf)
    await shelf.sealed(Stage.UNMAPPED)
    _, offered = await choices(shelf.custodian, "r1", ALL)
    assert [entry.appointment.id for entry in offered] == ["anna"]
    assert await shelf.does(Act.MAP, appointment="anna", version=1) is Reason.ALLOWED
    now = await shelf.now()
    assert (now.stage, now.appointment, now.due_at) == (Stage.ENCRYPTED, "anna", NOW)
    assert now.room == offered[0].appointment.room
    assert shelf.told == ["anna"]
    await filing.look(shelf.archive)
    assert (await shelf.now()).stage is Stage.RECEIPTED


async def test_nobody_maps_what_does_not_fit(shelf: Shelf) -> None:
    """No such appointment; a citizen who said no; another unit's supervisor, who is not offered anything either."""
    await booked(shelf, Agreement.NO)
    await shelf.sealed(Stage.UNMAPPED)
    assert await shelf.does(Act.MAP, appointment="bo") is Reason.NO_APPOINTMENT
    assert await shelf.does(Act.MAP, appointment="anna") is Reason.NO_CONSENT
    assert await shelf.does(Act.MAP, OURS, appointment="anna") is Reason.NOT_YOUR_UNIT
    assert await choices(shelf.custodian, "r1", ALL) == ((await choices(shelf.custodian, "r1", ALL))[0], ())
    assert (await choices(shelf.custodian, "r1", OTHERS))[0].reason is Reason.NOT_YOUR_UNIT
    assert (await shelf.now()).version == 1
    assert len(on_record(shelf)) == 3


async def test_it_gets_into_no_case_of_another_room_nor_past_whoever_was_inside(shelf: Shelf) -> None:
    """An appointment at the same time with somebody else; an interpreter who was there and never asked."""
    await booked(shelf)
    room = (await shelf.office.appointment("bo", policy=RECORDED)).room
    await shelf.sealed(Stage.UNMAPPED, room="another-room")
    assert await shelf.does(Act.MAP, appointment="anna") is Reason.MADE_ELSEWHERE
    assert (await choices(shelf.custodian, "r1", ALL))[1] == ()
    await shelf.put(replace(await shelf.now(), room=room, version=2))
    office = shelf.office.office
    tolk = Person("ole", "jobcenter", "Ole Tolk")
    comes = Companion("anna", tolk, CompanionKind.INTERPRETER)
    came = whole(Arrival("anna", "ole", inside_at=NOW))
    await office.records.keep(office.line("test", "test"), Enrolment(tolk, Role.COMPANION), comes, *came)
    assert await shelf.does(Act.MAP, appointment="anna") is Reason.NO_CONSENT
    yes = Consent("c2", "anna", "ole", Agreement.YES, HowAsked.PAGE, "?", "da", "ole", NOW)
    await office.records.keep(office.line("test", "test", "anna"), yes)
    assert [entry.appointment.id for entry in (await choices(shelf.custodian, "r1", ALL))[1]] == ["anna"]
    assert await shelf.does(Act.MAP, appointment="anna") is Reason.ALLOWED


async def test_what_is_discarded_is_gone(shelf: Shelf) -> None:
    """Its key at once, its file at the next look; why stands in the access log and not in the audit."""
    await shelf.sealed(Stage.UNMAPPED)
    assert (shelf.vault / "r1").exists()
    assert await shelf.does(Act.DISCARD, why="Anna var ikke spurgt") is Reason.ALLOWED
    now = await shelf.now()
    assert (now.stage, now.key, now.due_at) == (Stage.DELETED, "", NOW)
    await filing.look(shelf.archive)
    assert not (shelf.vault / "r1").exists()
    assert (await shelf.now()).due_at is None
    assert "Anna var" not in str(column(shelf.office, "SELECT line FROM audit"))
    assert column(shelf.office, "SELECT person || ' ' || act FROM looks") == ["r1 recording-discard"]


async def test_a_reason_with_a_cpr_number_does_nothing(shelf: Shelf) -> None:
    """It would stand in an access log; the no is on record without it."""
    await shelf.put(Recording("r1", "", "", Stage.MISSING, "", NOW, NOW))
    assert await shelf.does(Act.HOLD, why="klage fra 010190-1234") is Reason.CPR_IN_TEXT
    assert not (await shelf.now()).held
    assert on_record(shelf) == ["recording-hold uid:7 cpr_in_text"]
    assert column(shelf.office, "SELECT why FROM looks") == []


async def test_a_legal_hold_stops_the_clock_and_lets_it_go_again(shelf: Shelf) -> None:
    """What is held is not deleted when its time is up, nor discarded; released, it goes."""
    await shelf.sealed(Stage.RECEIPTED, due_at=NOW)
    assert await shelf.does(Act.HOLD, why="klagesag") is Reason.ALLOWED
    await filing.look(shelf.archive)
    assert ((await shelf.now()).stage, (await shelf.now()).due_at) == (Stage.RECEIPTED, None)
    assert await shelf.does(Act.DISCARD, why="x") is Reason.RECORDING_HELD
    assert await shelf.does(Act.RELEASE, why="sagen er slut") is Reason.ALLOWED
    shelf.office.clock.at += 2 * 86400
    await filing.look(shelf.archive)
    assert (await shelf.now()).stage is Stage.DELETED
    assert not (shelf.vault / "r1").exists()


async def test_whoever_saw_an_older_version_changes_nothing(shelf: Shelf) -> None:
    """Told so, and on record."""
    await shelf.put(Recording("r1", "", "", Stage.MISSING, "", NOW, NOW))
    assert await shelf.does(Act.RETRY, version=1) is Reason.ALLOWED
    assert await shelf.does(Act.DISCARD, version=1, why="x") is Reason.CHANGED_MEANWHILE
    assert (await shelf.now()).stage is Stage.EXPECTED
    assert on_record(shelf)[-1] == "recording-discard uid:7 changed_meanwhile"


async def test_of_two_who_act_at_the_same_moment_one_is_refused(shelf: Shelf) -> None:
    """The recording is filed between looking and writing: nothing is discarded."""
    await shelf.sealed(Stage.FILING_REFUSED)

    class Late:
        """A register in which somebody else writes first."""

        async def keep(self, *given: object) -> None:
            if len(given) > 1:
                raise Conflict("another version stands")
            await shelf.custodian.records.keep(*given)  # type: ignore[arg-type]  # handed on as it came

        def jot(self, *given: object) -> None:
            raise AssertionError("nothing is jotted")

    late = replace(shelf.custodian, records=Late())
    verdict = await handle(late, Wish(Act.DISCARD, "r1", ALL, "uid:7", why="hører ikke til her"))
    assert verdict.reason is Reason.CHANGED_MEANWHILE
    assert (await shelf.now()).key
    assert on_record(shelf) == ["recording-discard uid:7 changed_meanwhile"]

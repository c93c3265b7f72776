"""The daily run: what is due is gone from the file, all else stands, and it can be killed or run twice."""

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.an_office import CPR, OpenOffice, StoppedClock, open_office
from tests.flows.held import a_life, column, custody, notes_of
from tests.rules.scenes import HOTLINE, NOW, POLICY
from xmpp_agent.edges.store.audit_trail import verify_audit
from xmpp_agent.flows import citizen
from xmpp_agent.flows.retention import BATCH, look_ahead, recordings_ahead, run_retention
from xmpp_agent.model.appointments import DAY
from xmpp_agent.model.callers import ALL_UNITS, Caller, Event, Hook
from xmpp_agent.model.calls import Call, CallState
from xmpp_agent.model.notes import NoteState
from xmpp_agent.model.people import NO_NAME, PassRecord, Person, Reach, Role
from xmpp_agent.model.recordings import Recording, Stage
from xmpp_agent.model.rooms import Place, RoomMemory, Visit
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.ports.diary import Enrolment, NewKey, Parted
from xmpp_agent.rules.admission.facts import Asks, Facts
from xmpp_agent.rules.admission.order import decide
from xmpp_agent.rules.retention import HOOKS_KEPT, LOOKS_KEPT

_ROOT = Path(__file__).parents[2]
END = NOW + 1800
KEEP = POLICY.plan.keep
KEEP_REACH = POLICY.plan.keep_reach


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[OpenOffice]:
    """An office."""
    async with open_office(tmp_path) as opened:
        yield opened


async def test_a_day_after_the_end_nobody_can_be_reached_any_more(here: OpenOffice) -> None:
    """Numbers, addresses and CPR number of citizen and companion go; name, case and note stay."""
    await a_life(here)
    early = await run_retention(custody(here), END + KEEP_REACH - 1)
    assert (early["reach"], early["number"]) == (0, 1)

    found = await run_retention(custody(here), END + KEEP_REACH)

    assert (found["reach"], found["name"], found["appointment"]) == (2, 0, 0)
    assert await here.database.diary.reach("anna") == Reach()
    assert column(here, "SELECT reach FROM people WHERE reach IS NOT NULL") == []
    assert column(here, "SELECT number FROM calls") == [""]
    entry = await here.database.diary.entry("anna")
    assert entry is not None
    assert (entry.citizen.name, entry.appointment.case_ref) == ("Anna", "sag anna")


async def test_a_hotline_number_goes_wherever_it_stands(here: OpenOffice) -> None:
    """The caller is a person of the call's own id: what was kept to reach them goes with the number, and no later."""
    made = await here.appointment("call", policy=HOTLINE, reach=Reach("+4512345678"))
    call = Call("call", made.unit, "mette", made.id, made.room, "+4512345678", CallState.ENDED, NOW, NOW, NOW + 60)
    await here.database.records.keep(here.office.line("call", "mette"), call)
    assert (await run_retention(custody(here), NOW + 59))["number"] == 0
    assert (await run_retention(custody(here), NOW + 60))["number"] == 1
    assert column(here, "SELECT number FROM calls") == [""]
    assert await here.database.diary.reach("call") == Reach()


async def test_after_the_policys_time_only_ids_and_times_are_left(here: OpenOffice) -> None:
    """Every sealed column of the appointment and its people is empty; what hung on it is deleted; staff keep names."""
    await a_life(here)
    await run_retention(custody(here), END + KEEP)

    assert column(here, "SELECT name FROM people WHERE role <> 'staff' AND name <> ''") == []
    assert len(column(here, "SELECT name FROM people WHERE name <> ''")) == 2
    assert column(here, "SELECT case_ref || subject || description || external_id FROM appointments") == [""]
    assert column(here, "SELECT text FROM notes") == [""]
    for table in ("links", "letters", "arrivals", "sessions", "passes", "external_ids", "places", "consents"):
        assert column(here, f"SELECT count(*) FROM {table}") == [0], table
    entry = await here.database.diary.entry("anna")
    assert entry is not None
    assert (entry.citizen.name, entry.companions[0].person.name) == (NO_NAME, NO_NAME)
    [note] = (await here.database.notes.of(["anna"]))["anna"]
    assert (note.text, note.state) == ("", NoteState.FILED)
    assert await run_retention(custody(here), END + KEEP) == {}


async def test_the_identity_goes_with_the_access_log(here: OpenOffice) -> None:
    """As long as there are lines the citizen may ask for, their hash finds them; then neither is there."""
    life = await a_life(here)
    holdings = here.database.holdings
    await run_retention(custody(here), END + KEEP)
    assert await holdings.invited(life.appointment.invited) == ("anna",)
    assert len(await holdings.looks(["anna"])) == 1

    await run_retention(custody(here), NOW + LOOKS_KEPT + 1)
    await run_retention(custody(here), NOW + LOOKS_KEPT + 1)

    assert await holdings.looks(["anna"]) == ()
    assert column(here, "SELECT invited FROM appointments") == [""]


async def test_another_appointment_keeps_the_person_but_not_the_old_case(here: OpenOffice) -> None:
    """A companion who also came to a later one keeps name and number; the earlier appointment is forgotten."""
    await a_life(here)
    later = await here.appointment("bo", starts_in=KEEP)
    helper = (await here.database.diary.entry("anna")).companions[0]  # type: ignore[union-attr]  # just written
    await here.database.records.keep(here.office.line("x", "test"), replace(helper, appointment=later.id))

    found = await run_retention(custody(here), END + KEEP)

    assert (found["name"], found["reach"], found["appointment"]) == (1, 1, 1)
    assert (await here.database.diary.reach(helper.person.id)).phone
    assert (await here.database.diary.person(helper.person.id)) == helper.person


async def test_a_companion_taken_off_is_forgotten(here: OpenOffice) -> None:
    """Who comes to nothing is kept for nothing."""
    await a_life(here)
    await here.database.records.keep(here.office.line("x", "test"), Parted("anna", "annas-helper"))
    found = await run_retention(custody(here), NOW)
    assert (found["name"], found["reach"]) == (1, 1)
    assert column(here, "SELECT name FROM people WHERE id = 'annas-helper'") == [""]


@pytest.mark.parametrize("state", [NoteState.QUEUED, NoteState.SENDING, NoteState.FAILED])
async def test_nothing_goes_before_its_note_is_filed(here: OpenOffice, state: NoteState) -> None:
    """However long ago; the run says how many appointments it holds back."""
    await a_life(here, note=state)
    found = await run_retention(custody(here), END + 10 * KEEP)
    assert (found["reach"], found["name"], found["number"], found["appointment"]) == (0, 0, 0, 0)
    assert found["held-back"] == 1
    assert "held-back=1" in notes_of(here, "retention")[-1]
    assert (await here.database.diary.reach("anna")).cpr == CPR


async def test_nothing_goes_before_its_recording_is_filed(here: OpenOffice) -> None:
    """A recording that is stuck holds its appointment back; once it is settled its row stays, and all else goes."""
    await a_life(here, recording=Stage.FILING_REFUSED)
    found = await run_retention(custody(here), END + 10 * KEEP)
    assert (found["name"], found["appointment"], found["held-back"]) == (0, 0, 1)
    assert column(here, "SELECT count(*) FROM consents") == [2]
    recording = await here.database.recordings.recording("rec-anna")
    assert recording is not None
    settled = replace(recording, stage=Stage.DELETED, key="", version=2)
    await here.database.records.keep(here.office.line("x", "test"), settled)
    found = await run_retention(custody(here), END + 10 * KEEP)
    assert (found["name"], found["appointment"], found["held-back"]) == (2, 1, 0)
    assert column(here, "SELECT count(*) FROM consents") == [0]
    assert await here.database.recordings.recording("rec-anna") == settled


async def test_nothing_goes_while_the_visit_goes_on(here: OpenOffice) -> None:
    """Also when the agent that saw it is away: what it wrote down counts."""
    life = await a_life(here)
    memory = RoomMemory(life.appointment.room, 1, Visit(1, "anna", NOW, "mette", arrived=True))
    await here.database.ledger.write(here.office.line("let-in", "mette"), memory)
    found = await run_retention(custody(here), END + KEEP)
    assert (found["reach"], found["name"], found["appointment"]) == (0, 0, 0)
    await here.database.ledger.write(here.office.line("finish", "mette"), replace(memory, visit=None))
    assert (await run_retention(custody(here), END + KEEP))["name"] == 2


async def test_a_place_left_behind_is_cleared_away_and_then_holds_nothing_up(here: OpenOffice) -> None:
    """Somebody who waits keeps what is held of them; a place of the day before yesterday is nobody's."""
    life = await a_life(here)
    place = Place(life.appointment.room, "seat", "anna", END + KEEP - 60)
    await here.database.ledger.write(here.office.line("knock", ""), place=place)
    assert (await run_retention(custody(here), END + KEEP))["name"] == 0
    found = await run_retention(custody(here), END + KEEP + 2 * DAY)
    assert (found["place"], found["name"]) == (1, 2)


async def test_an_old_pass_is_answered_as_ever(here: OpenOffice) -> None:
    """The holder of a pass whose name is erased has a dash for it, and the door refuses for the same reason."""
    life = await a_life(here)
    house = here.office.house
    for forgotten in (False, True):
        if forgotten:
            await run_retention(custody(here), END + KEEP)
        known = await here.database.store.known(life.pass_)
        assert known is not None
        assert known.person == Person("anna", "jobcenter", NO_NAME if forgotten else "Anna")
        facts = Facts(Asks.AUTHENTICATE, END + KEEP, known=known, first_used_at=NOW, state=house.rooms.get("x"))
        assert decide(facts).reason is Reason.PASS_EXPIRED


async def test_a_pass_in_use_keeps_its_place(here: OpenOffice) -> None:
    """Only what nobody can use any more is deleted; staff passes of today stay."""
    life = await a_life(here)
    staff = replace(life.pass_, id="pass-mette", role=Role.STAFF, person="mette", expires_at=NOW + 20 * DAY)
    await here.database.ledger.write(here.office.line("authenticate", ""), used=PassRecord(staff, NOW))
    await here.database.ledger.revoke_pass("never-used", here.office.line("revoke", ""))
    found = await run_retention(custody(here), END + 10 * DAY)
    assert found["pass"] == 2
    assert column(here, "SELECT id FROM passes") == ["pass-mette"]


async def test_whoever_is_at_hand_is_forgotten_too(here: OpenOffice) -> None:
    """The house keeps what it knows of passes; an erased name is not shown from there."""
    life = await a_life(here)
    await here.office.house.holder(life.pass_.id)
    await run_retention(custody(here), END + KEEP)
    known = await here.office.house.holder(life.pass_.id)
    assert known is not None
    assert known.person.name == NO_NAME
    assert known.appointment is not None
    assert known.appointment.case_ref == ""


async def test_a_link_of_a_forgotten_appointment_is_dead(here: OpenOffice) -> None:
    """It leads to the page that says so, as if it had never been."""
    life = await a_life(here)
    assert await citizen.look(here.office, life.code) is not None
    await run_retention(custody(here), END + KEEP)
    assert await citizen.look(here.office, life.code) is None


async def test_what_a_calling_system_was_not_told_goes_after_a_month(here: OpenOffice) -> None:
    """Given up or not."""
    life = await a_life(here)
    caller = Caller("fagsystem", "Fagsystem", frozenset({ALL_UNITS}), 60, NOW, hook_url="https://calendar.test/")
    hook = Hook("hook", "fagsystem", life.id, Event.BOOKED, NOW, 1, NOW)
    await here.database.records.keep(here.office.line("x", "test"), NewKey(caller, "mark", "secret"), hook)
    assert (await run_retention(custody(here), NOW + HOOKS_KEPT))["hook"] == 0
    assert (await run_retention(custody(here), NOW + HOOKS_KEPT + 1))["hook"] == 1


async def test_each_run_is_on_record_with_its_counts(here: OpenOffice) -> None:
    """One line at the end, also when there was nothing to do; one with each batch, in the same transaction."""
    await a_life(here)
    await run_retention(custody(here), END + KEEP, "uid:7")
    await run_retention(custody(here), END + KEEP)

    whole, nothing = notes_of(here, "retention")
    assert "appointment=1" in whole
    assert "name=2" in whole
    assert nothing == ""
    assert "name=2" in notes_of(here, "retention-erase")
    assert (await verify_audit(here.database.engine)).broken is None


async def test_looking_ahead_changes_nothing(here: OpenOffice) -> None:
    """A dry run counts what the next run then erases."""
    await a_life(here)
    lines = column(here, "SELECT count(*) FROM audit")
    ahead = await look_ahead(custody(here), END + KEEP)
    assert column(here, "SELECT count(*) FROM audit") == lines
    assert await here.database.diary.person("anna") == Person("anna", "jobcenter", "Anna")
    assert await run_retention(custody(here), END + KEEP) == ahead


async def test_looking_ahead_tells_of_recordings_too(here: OpenOffice) -> None:
    """Those that go within a day and those held by law; not one that goes later, nor one the journal has not."""
    office, now = here.office, here.clock.at
    rows = [
        Recording("soon", "room", "a", Stage.RECEIPTED, "mette", now, now, due_at=now + 3600),
        Recording("later", "room", "a", Stage.RECEIPTED, "mette", now, now, due_at=now + 90_000),
        Recording("held", "room", "a", Stage.RECEIPTED, "mette", now, now, held=True),
        Recording("here", "room", "a", Stage.ENCRYPTED, "mette", now, now, due_at=now),
    ]
    await office.records.keep(office.line("made", "test", "a"), *rows)
    found = await recordings_ahead(here.database.recordings, now)
    assert found == {"recording-within-a-day": 1, "recording-held": 1}


async def test_nothing_of_what_was_erased_is_left_in_the_files(here: OpenOffice, tmp_path: Path) -> None:
    """Database and log hold no byte of the ciphertexts that stood there."""
    for number in range(60):
        await a_life(here, f"c{number:02}")
    sealed = [
        str(value)
        for name in ("name FROM people WHERE role <> 'staff'", "reach FROM people WHERE reach IS NOT NULL")
        for value in column(here, f"SELECT {name}")
    ]
    sealed += [str(value) for value in column(here, "SELECT case_ref FROM appointments")]
    sealed += [str(value) for value in column(here, "SELECT subject FROM appointments")]
    sealed += [str(value) for value in column(here, "SELECT description FROM appointments")]
    sealed += [str(value) for value in column(here, "SELECT code FROM links")]
    sealed += [str(value) for value in column(here, "SELECT text FROM notes")]
    sealed += [str(value) for value in column(here, "SELECT number FROM calls")]
    assert len(sealed) > 500

    await run_retention(custody(here), END + KEEP)

    files = b"".join(path.read_bytes() for path in tmp_path.glob("portner.sqlite3*"))  # noqa: ASYNC240  # small files
    assert [value for value in sealed if value.encode()[:30] in files] == []


async def test_an_appointment_moved_in_the_last_moment_is_kept(here: OpenOffice) -> None:
    """Between the decision and the deed it got a later end: nothing of it or its people goes."""
    life = await a_life(here)
    holdings = here.database.holdings
    pieces = await holdings.everything(["anna"])
    moved = replace(life.appointment, ends_at=END + KEEP, version=life.appointment.version + 1)
    await here.database.records.keep(here.office.line("move", "test"), moved)
    before = await holdings.export(["anna"])
    await holdings.erase(here.office.line("retention-erase", "agent"), [p for p in pieces if p.seen_until])
    after = await holdings.export(["anna"])
    assert before == after


async def test_who_has_it_in_hand_from_before_does_not_write_it_back(here: OpenOffice) -> None:
    """An appointment read before it was forgotten is of an old version."""
    life = await a_life(here)
    await run_retention(custody(here), END + KEEP)
    stale = replace(life.appointment, version=life.appointment.version + 1)
    with pytest.raises(Exception, match="audit line"):
        await here.database.records.keep(here.office.line("x", "test"), stale)
    nameless = await here.database.diary.person("anna")
    assert nameless is not None
    await here.database.records.keep(here.office.line("x", "test"), Enrolment(nameless, Role.CITIZEN))
    assert column(here, "SELECT name FROM people WHERE id = 'anna'") == [""]


async def killed(folder: Path, after: int) -> None:
    """A run in a process of its own, killed once it has acknowledged so many batches."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.flows.retain_and_say", str(folder), str(END + KEEP)),
        cwd=_ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    for _ in range(after):
        assert await process.stdout.readline()
    process.kill()
    await process.stdout.read()
    await process.wait()


async def test_killed_in_the_middle_the_next_run_does_the_rest(tmp_path: Path) -> None:
    """After each kill the chain holds, each batch is whole with its line, and in the end everything is gone once."""
    many = BATCH + 20
    async with open_office(tmp_path) as here:
        for number in range(many):
            await a_life(here, f"c{number:03}")
    for after in (1, 3, 4):
        await killed(tmp_path, after)
    async with open_office(tmp_path, StoppedClock(END + KEEP)) as here:
        assert (await verify_audit(here.database.engine)).broken is None
        left = column(here, "SELECT count(*) FROM people WHERE role <> 'staff' AND name <> ''")
        await run_retention(custody(here), END + KEEP)
        words = (word for note in notes_of(here, "retention-erase") for word in note.split())
        erased = sum(int(word.removeprefix("name=")) for word in words if word.startswith("name="))
        assert column(here, "SELECT count(*) FROM people WHERE role <> 'staff' AND name <> ''") == [0]
        assert erased == 2 * many
        assert left != [2 * many]
        assert await look_ahead(custody(here), END + KEEP) == {}

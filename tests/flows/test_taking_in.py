"""From the recorder's folder into the vault: whose it is, read back, and only then gone from where it came from."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.flows.custodian import SESSION, Custodian, open_custodian
from tests.flows.untrue import untrue
from tests.rules.scenes import ROOM
from xmpp_agent.edges.recordings.handing_over import hand_over
from xmpp_agent.model.recordings import Fault, Stage
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.ports import Unavailable
from xmpp_agent.rules.recording import custody


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Custodian]:
    """A recording room with Anna's appointment; nothing true is said falsely at the end."""
    async with open_custodian(tmp_path) as here:
        await here.book()
        here.journal.fault = Fault.JOURNAL_AWAY
        yield here
        assert await untrue(here) == []


async def takes(room: Custodian, seconds: float = 0.0) -> None:
    """A look into the folder, so much later."""
    room.around.clock.at += seconds
    await room.room.take_in()


async def test_a_file_is_safe_before_the_recorders_copy_goes(room: Custodian) -> None:
    """At the first look it is read back from the vault; it goes at the second, with its directory."""
    await room.at(Stage.EXPECTED)
    film = room.leave()
    await takes(room)
    row = await room.row()
    assert (row.stage, row.file is not None and row.file.size) == (Stage.ENCRYPTED, len(film))
    assert (room.recorder / SESSION / "a.mp4").exists()
    await takes(room)
    assert list(room.recorder.iterdir()) == []


async def test_what_is_not_read_back_stays_at_the_recorder(room: Custodian) -> None:
    """The vault is away in between: the row says that it is here, the recorder keeps it, and it is tried again."""
    await room.at(Stage.EXPECTED)
    room.leave()
    room.vault.fails["read-back"] = Fault.VAULT_AWAY
    for _ in range(3):
        await takes(room, 1)
    row = await room.row()
    assert (row.stage, row.fault, row.attempts) == (Stage.HERE, Fault.VAULT_AWAY, 1)
    assert (room.recorder / SESSION / "a.mp4").exists()
    room.vault.fails.clear()
    await takes(room, 30)
    assert (await room.row()).stage is Stage.ENCRYPTED


async def test_what_was_damaged_in_the_vault_is_taken_in_anew(room: Custodian) -> None:
    """From the recorder's copy, which is still there; and when the disk goes on spoiling it, ever more seldom."""
    await room.at(Stage.EXPECTED)
    room.leave()
    room.vault.fails["read-back"] = Fault.VAULT_DAMAGED
    await takes(room)
    keys = {(await room.row()).key}
    for attempts, pause in ((2, 30), (3, 60), (4, 120)):
        await takes(room, pause - 1)
        await takes(room, 1)
        row = await room.row()
        assert (row.stage, row.fault, row.attempts) == (Stage.HERE, Fault.VAULT_DAMAGED, attempts)
        keys.add(row.key)
    room.vault.fails.clear()
    await takes(room, 240)
    row = await room.row()
    assert (row.stage, row.fault, row.attempts) == (Stage.ENCRYPTED, None, 0)
    assert len(keys | {row.key}) == 5


@pytest.mark.parametrize("fault", [Fault.VAULT_FULL, Fault.VAULT_AWAY])
async def test_a_file_the_vault_cannot_take_is_not_missing(room: Custodian, fault: Fault) -> None:
    """For an hour nothing changes but the attempts; then it is taken in."""
    await room.at(Stage.EXPECTED)
    room.leave()
    room.vault.fails["take-in"] = fault
    for _ in range(60):
        await takes(room, 60)
        row = await room.row()
        assert (row.stage, row.fault) == (Stage.EXPECTED, fault)
    assert 5 <= (await room.row()).attempts <= 8
    room.vault.fails.clear()
    await takes(room, 3600)
    assert (await room.row()).stage is Stage.ENCRYPTED


async def test_a_file_that_comes_after_its_recording_was_discarded_stays_on_the_shelf(tmp_path: Path) -> None:
    """Once, however often it is looked at: nobody wanted it kept, so nothing files it by itself."""
    async with open_custodian(tmp_path) as room:
        await room.book()
        missing = await room.at(Stage.MISSING)
        await room.write(custody.disowned(missing, room.around.clock.at))
        room.vault.fails["take-in"] = Fault.VAULT_FULL
        room.leave()
        for _ in range(2):
            await takes(room, 3600)
        room.vault.fails.clear()
        for _ in range(3):
            await room.passes(3600)
        gone, late = await room.rows()
        assert (gone.stage, gone.file) == (Stage.DELETED, None)
        assert (late.stage, late.fault, late.appointment) == (Stage.UNMAPPED, Fault.DISCARDED, "")
        assert (room.filed(), list(room.recorder.iterdir())) == ({}, [])


async def test_an_odd_file_beside_it_keeps_no_film_at_the_recorder(room: Custodian) -> None:
    """Its recording is not missing but on the shelf, also when the vault was away; what is odd stays for a person."""
    await room.at(Stage.EXPECTED)
    room.leave()
    (room.recorder / SESSION / "note.txt").write_text("odd")
    room.vault.fails["read-back"] = Fault.VAULT_AWAY
    await takes(room)
    room.vault.fails.clear()
    for _ in range(4):
        await takes(room, 3600)
    row = await room.row()
    assert (row.stage, row.fault, row.appointment) == (Stage.UNMAPPED, Fault.ODD_DIRECTORY, "anna")
    assert "a.mp4" not in {path.name for path in (room.recorder / SESSION).iterdir()}
    assert (room.recorder / SESSION / "note.txt").exists()


@pytest.mark.parametrize("fault", [Fault.ODD_DIRECTORY, Fault.SOURCE_CHANGED, Fault.NOT_READABLE])
async def test_a_file_that_can_never_be_read_is_missed_and_said_why(room: Custodian, fault: Fault) -> None:
    """Not before the ten minutes in which it may become readable; it is taken in whenever it does."""
    await room.at(Stage.EXPECTED)
    room.leave()
    room.vault.fails["take-in"] = fault
    await takes(room, custody.STOPS_WITHIN - 60)
    assert (await room.row()).stage is Stage.EXPECTED
    for _ in range(10):
        await takes(room, 60)
    row = await room.row()
    assert (row.stage, row.fault) == (Stage.MISSING, fault)
    room.vault.fails.clear()
    await takes(room, 3600)
    assert (await room.row()).stage is Stage.ENCRYPTED


async def test_a_file_of_nobody_is_put_on_a_shelf_and_never_thrown_away(room: Custodian) -> None:
    """Once, however often the vault was full meanwhile."""
    room.leave(session="s-9", meeting="m-9")
    room.vault.fails["take-in"] = Fault.VAULT_FULL
    for _ in range(5):
        await takes(room, 61)
    room.vault.fails.clear()
    for _ in range(3):
        await takes(room, 3600)
    row = await room.row()
    assert (row.stage, row.fault, row.appointment, row.due_at) == (
        Stage.UNMAPPED,
        Fault.NO_SUCH_RECORDING,
        "",
        None,
    )
    assert list(room.recorder.iterdir()) == []


async def test_a_start_that_was_refused_in_the_morning_gets_no_film_of_the_afternoon(room: Custodian) -> None:
    """The room lives all day, so its meeting is that of every visit: a film nobody knows is for the shelf."""
    refused = await room.at(Stage.NOT_STARTED, session="", meeting="m-1", on_at=None)
    room.leave(session="s-9", meeting="m-1")
    for _ in range(3):
        await takes(room, 3 * 3600)
    _, shelved = await room.rows()
    assert (shelved.stage, shelved.appointment, shelved.fault) == (Stage.UNMAPPED, "", Fault.NO_SUCH_RECORDING)
    assert (await room.row(refused.id)).stage is Stage.NOT_STARTED


async def test_a_second_recorder_leaves_a_second_part(room: Custodian) -> None:
    """Of the same appointment, whether it comes with the first one or later, and though it has the same size."""
    await room.at(Stage.EXPECTED)
    room.leave(b"film 1")
    await takes(room)
    room.leave(b"film 2", media="b.mp4")
    for _ in range(4):
        await takes(room, 1)
    room.leave(b"film 3", media="c.mp4")
    for _ in range(4):
        await takes(room, 1)
    rows = await room.rows()
    assert [(row.part, row.stage, row.appointment) for row in rows] == [
        (part, Stage.ENCRYPTED, "anna") for part in (1, 2, 3)
    ]
    assert len({row.file.sha256 for row in rows if row.file is not None}) == 3
    assert list(room.recorder.iterdir()) == []


async def test_no_file_is_missed_after_a_minute_and_taken_in_when_it_comes_after_all(room: Custodian) -> None:
    """Somebody must look; what comes then is no stranger."""
    await room.at(Stage.EXPECTED)
    await takes(room, 59)
    assert (await room.row()).stage is Stage.EXPECTED
    await takes(room, 1)
    row = await room.row()
    assert (row.stage, row.fault, row.due_at) == (Stage.MISSING, Fault.NO_FILE, None)
    room.leave()
    await takes(room, 7200)
    assert (await room.row()).stage is Stage.ENCRYPTED


async def test_a_start_nobody_confirmed_holds_up_nobody(room: Custodian) -> None:
    """When its time is up the room counts as not recorded: companions and the next citizen need not wait for it."""
    await room.at(Stage.STARTING)
    row, house = await room.row(), room.around.office.house
    house.settle(RoomState(room=replace(ROOM, node=row.room), exists=True, recording=True))
    await takes(room, custody.STARTS_WITHIN + 1)
    await house.lanes.quiet()
    assert ((await room.row()).stage, house.rooms[row.room].recording) == (Stage.NOT_STARTED, False)


async def test_a_file_that_still_grows_is_waited_for_ten_minutes(room: Custodian) -> None:
    """It is there, so it is not missing yet; nothing is taken in before the recorder has put its mark."""
    now = room.around.clock.at
    await room.at(Stage.EXPECTED, off_at=now)
    film = room.leave(done=False)
    path = room.recorder / SESSION / "a.mp4"
    room.around.clock.at = path.stat().st_ctime
    await room.write(replace(await room.row(), off_at=room.around.clock.at, due_at=room.around.clock.at, version=2))
    for _ in range(3):
        await takes(room, 30)
        assert (await room.row()).stage is Stage.EXPECTED
    room.leave(film)
    await takes(room, 1)
    assert (await room.row()).stage is Stage.ENCRYPTED


async def test_one_directory_that_cannot_go_stops_no_other(room: Custodian) -> None:
    """The others are taken in and missed all the same, and it is told."""
    await room.at(Stage.EXPECTED)
    await room.at(Stage.EXPECTED, session="s-0")
    missed = await room.at(Stage.EXPECTED, session="s-3")
    room.leave(session="s-0")
    await takes(room)
    room.leave(b"another")

    def stuck(step: str) -> None:
        if step == "before remove":
            raise Unavailable("no right to")

    room.source.watch = stuck
    with pytest.raises(Unavailable, match="no right to"):
        await takes(room, 60)
    stages = {row.session: row.stage for row in await room.rows()}
    assert stages == {SESSION: Stage.ENCRYPTED, "s-0": Stage.ENCRYPTED, "s-3": Stage.MISSING}
    assert missed.session == "s-3"


async def test_an_empty_directory_of_what_is_safe_goes_too(room: Custodian) -> None:
    """What a crash in the middle of clearing away left."""
    await room.at(Stage.EXPECTED)
    room.leave()
    await takes(room)
    for path in (room.recorder / SESSION).iterdir():
        path.unlink()
    await takes(room, 10**9)
    assert list(room.recorder.iterdir()) == []


@pytest.mark.parametrize("hours", [-5, 5])
@pytest.mark.parametrize("stage", [Stage.STARTING, Stage.ON, Stage.STOPPING, Stage.EXPECTED, Stage.RECORDER_LOST])
async def test_a_clock_that_jumps_loses_nothing(room: Custodian, stage: Stage, hours: int) -> None:
    """Missed too early or not at all: when the file comes it is taken in once, and is safe."""
    await room.at(stage)
    await takes(room, hours * 3600)
    room.leave()
    room.vault.fails["read-back"] = Fault.VAULT_AWAY
    await takes(room)
    await takes(room, hours * 3600)
    room.vault.fails.clear()
    for _ in range(3):
        await takes(room, 6 * 3600)
    row = await room.row()
    assert row.stage is Stage.ENCRYPTED
    assert list(room.recorder.iterdir()) == []


async def test_a_file_begun_after_the_mark_is_waited_for_until_it_is_marked_too(room: Custodian) -> None:
    """A recorder died and another one goes on in the same directory: nothing of its film is taken before its end."""
    await room.at(Stage.EXPECTED)
    room.leave(b"film 1")
    await takes(room)
    room.around.clock.at = (room.recorder / SESSION).stat().st_ctime
    for length in (1, 2, 3):
        (room.recorder / SESSION / "b.mp4").write_bytes(b"film 2"[:length])
        await takes(room, 2)
    [first] = await room.rows()
    assert (first.part, first.stage) == (1, Stage.ENCRYPTED)
    room.leave(b"film 2", media="b.mp4", done=False)
    hand_over(room.recorder / SESSION)
    for _ in range(3):
        await takes(room, 1)
    assert [(row.part, row.file and row.file.size) for row in await room.rows()] == [(1, 6), (2, 6)]
    assert list(room.recorder.iterdir()) == []


async def test_a_standby_touches_nothing(tmp_path: Path) -> None:
    """Only the agent at the door takes in and files."""
    async with open_custodian(tmp_path, leads=lambda: False) as here:
        await here.book()
        before = await here.at(Stage.EXPECTED)
        here.leave()
        for _ in range(3):
            await here.passes(3600)
        assert await here.row() == before
        assert (here.recorder / SESSION / "a.mp4").exists()


async def test_every_part_has_its_row_before_any_is_taken_in(room: Custodian) -> None:
    """Else the first part could be filed, and its case closed, while nobody knows that there is a second."""
    await room.at(Stage.EXPECTED)
    room.leave(b"one", media="a.mp4")
    room.leave(b"two", media="b.mp4")

    def gone(_step: str) -> None:
        raise Unavailable

    room.vault.watch = gone
    with pytest.raises(Unavailable):
        await room.room.take_in()
    assert [row.stage for row in await room.rows()] == [Stage.EXPECTED, Stage.EXPECTED]

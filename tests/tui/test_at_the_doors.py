"""Every act at a door by keys, on the real agent: asked once more by name, seen through the stream, on record with the
supervisor, done once, and refused to a supervisor of another unit."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.flows.model_prosody import USERS
from tests.tui.at_the_doors import ME, AtTheDoors, at_the_doors
from tui.board.happenings import Course
from tui.screens.choosing_colleague import ChooseColleague
from tui.widgets.revealed import RevealedName
from tui.widgets.row_grid import RowGrid
from xmpp_agent.model.people import Level
from xmpp_agent.model.visitors import Arrival, ArrivalStep, DeviceTest, Part
from xmpp_agent.wire import End, Move, Next, PutBack, RoomPhase


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[AtTheDoors]:
    """Mette's room is open, anna and bo wait in its lobby in that order, and the console has it under its cursor."""
    async with at_the_doors(tmp_path) as console:
        unit = console.office.unit
        room = await unit.opens()
        for name in ("anna", "bo"):
            await unit.book(name)
            assert await unit.comes(name) == "lobby"
            unit.around.clock.at += 60
        await console.until(lambda: console.waiting(room.node) == ["A. H.", "B. H."])
        await console.choose(room.node)
        yield console


def node_of(doors: AtTheDoors) -> str:
    """Mette's room."""
    return next(iter(doors.office.unit.prosody.rooms))


def spoken(doors: AtTheDoors, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Who is told what, from now on: in the lobby, and by being put out of a room."""
    unit, heard = doors.office.unit, list[tuple[str, str]]()
    line = unit.house.lobby
    say, end = line.say, line.end

    def told(then: Callable[[str, str, str, str], None]) -> Callable[[str, str, str, str], None]:
        def tell(room: str, jid: str, nick: str, words: str) -> None:
            heard.append((unit.prosody.sessions[jid].pass_.person, words))
            then(room, jid, nick, words)

        return tell

    monkeypatch.setattr(line, "say", told(say))
    monkeypatch.setattr(line, "end", told(end))
    return heard


async def inside(doors: AtTheDoors, name: str = "anna") -> str:
    """The first one is let in and has arrived; the room."""
    node = node_of(doors)
    await doors.pilot.press("a")
    await doors.done("let_in")
    assert await doors.office.unit.obeys(name) == "inside"
    await doors.until(lambda: doors.room(node).phase is RoomPhase.VISIT)
    return node


def seat(doors: AtTheDoors, place: int = 0) -> str:
    """Of somebody in the line."""
    return doors.room(node_of(doors)).waiting[place].knock


async def test_let_in(doors: AtTheDoors) -> None:
    """One key; the row changes when the agent has let them in; whoever it was not may no longer come in meanwhile."""
    node = node_of(doors)
    await doors.refused_elsewhere(f"rooms/{node}/let-in", knock=seat(doors))
    await inside(doors)
    assert (doors.room(node).citizen, doors.waiting(node)) == ("A. H.", ["B. H."])
    assert doors.on_record()[-1] == ("let-in", node, "allowed")
    await doors.choose(node)
    await doors.pilot.press("a")
    await doors.until(lambda: "en anden er inde" in doors.notices())
    assert doors.on_record()[-1] == ("let-in", node, "allowed")


async def test_refuse(doors: AtTheDoors, monkeypatch: pytest.MonkeyPatch) -> None:
    """The dialog names them; they read the words; they are off the row."""
    node, heard = node_of(doors), spoken(doors, monkeypatch)
    await doors.refused_elsewhere(f"rooms/{node}/turn-away", knock=seat(doors), reason="nej")
    await doors.pilot.press("d")
    await doors.until(lambda: "Afvis A. H." in doors.text())
    await doors.says("Ring til os")
    await doors.done("turn_away")
    await doors.until(lambda: doors.waiting(node) == ["B. H."])
    assert heard == [("anna", "Ring til os")]
    assert doors.on_record()[-1] == ("turn-away", node, "allowed")


async def test_write_to_one_to_a_room_and_to_a_unit(doors: AtTheDoors, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each for themselves, in every room of the unit, each room on record; nobody of another unit."""
    unit, heard = doors.office.unit, spoken(doors, monkeypatch)
    await unit.opens("kim")
    await unit.book("carla", staff="kim")
    await unit.comes("carla")
    node, other = unit.prosody.rooms
    await doors.until(lambda: doors.waiting(other) == ["C. H."])
    await doors.refused_elsewhere(f"rooms/{node}/write", text="nej")
    for theirs in ("jobcenter", "where nobody waits"):
        await doors.refused_elsewhere("write-unit", unit=theirs, text="nej")
    await doors.pilot.press("w")
    await doors.until(lambda: "Skriv til A. H." in doors.text())
    await doors.says("Fem minutter")
    await doors.done("write")
    await doors.pilot.press("W")
    await doors.until(lambda: "Skriv til hver af de 2" in doors.text())
    await doors.says("Til jer")
    await doors.done("write_all")
    await doors.pilot.press("U")
    await doors.until(lambda: "Skriv til hver af de 3, der venter i jobcenter" in doors.text())
    await doors.says("Til alle")
    await doors.done("write_unit")
    to_all = [(who, "Til alle") for who in ("anna", "bo", "carla")]
    assert heard == [("anna", "Fem minutter"), ("anna", "Til jer"), ("bo", "Til jer"), *to_all]
    written = [line for line in doors.on_record() if line[0] == "write"]
    assert written == [("write", at, "allowed") for at in (node, node, node, other)]


async def test_next_is_the_one_who_was_named(doors: AtTheDoors) -> None:
    """Asked by name; while the question stands the first one goes, and the one who is next now is not let in by it."""
    node, unit = node_of(doors), doors.office.unit
    await doors.refused_elsewhere(f"rooms/{node}/next", appointment="anna")
    await doors.pilot.press("N")
    await doors.until(lambda: "Luk A. H. ind som den næste?" in doors.text())
    unit.prosody.close(unit.clients["anna"])
    await unit.settled()
    await doors.pilot.press("j")
    await doors.until(lambda: doors.last("next") is Course.REFUSED)
    assert unit.house.rooms[node].visit is None
    assert doors.on_record()[-1] == ("console-next", node, "changed_meanwhile")

    await doors.pilot.press("N")
    await doors.confirms("Luk B. H. ind som den næste?")
    await doors.done("next")
    assert await unit.obeys("bo") == "inside"
    await doors.until(lambda: doors.room(node).citizen == "B. H.")
    assert doors.on_record()[-1] == ("let-in", node, "allowed")


async def test_next_from_the_shared_queue(doors: AtTheDoors) -> None:
    """With nobody in the room's lobby the first of the unit's queue is named; the appointment becomes the room's."""
    unit = doors.office.unit
    room = await unit.opens("kim")
    await unit.book("carla", staff="")
    await unit.stands_in_line("carla", since=-300)
    await doors.choose(room.node)
    await doors.pilot.press("N")
    await doors.confirms("Luk C. H. ind som den næste?", "fælles kø")
    await doors.done("next")
    assert (await unit.appointment("carla")).staff == "kim"
    await doors.until(lambda: doors.room(room.node).phase is RoomPhase.EXPECTING)
    assert doors.on_record()[-1][:2] == ("let-in", room.node)


async def test_nobody_is_next(doors: AtTheDoors) -> None:
    """Said in the agent's words; no question comes up."""
    room = await doors.office.unit.opens("kim")
    await doors.choose(room.node)
    await doors.pilot.press("N")
    await doors.until(lambda: "Personen venter ikke længere" in doors.notices())
    assert doors.app.screen is doors.live


async def test_put_back(doors: AtTheDoors) -> None:
    """Named; out of the meeting, and first in line again when they come."""
    node, unit = await inside(doors), doors.office.unit
    await doors.refused_elsewhere(f"rooms/{node}/put-back", visit=doors.room(node).visit)
    await doors.pilot.press("p")
    await doors.until(lambda: "Send A. H. tilbage for at vente" in doors.text())
    await doors.says("")
    await doors.done("put_back")
    await doors.until(lambda: doors.room(node).citizen is None)
    assert unit.inside(node) == ["mette"]
    acts = [line for line in doors.on_record() if line[0] == "put-back"]
    assert acts == [("put-back", node, "allowed")]
    assert await unit.comes("anna") == "lobby"
    await doors.until(lambda: doors.waiting(node) == ["A. H.", "B. H."])


async def test_move_to_a_colleague(doors: AtTheDoors, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the unit's staff whoever is in their room stands first; the citizen is told, and comes to the colleague."""
    node, unit, heard = node_of(doors), doors.office.unit, spoken(doors, monkeypatch)
    theirs = await unit.opens("lars")
    await doors.refused_elsewhere(f"rooms/{node}/move", knock=seat(doors), colleague="lars")
    answer = await doors.stranger.get(f"/v1/rooms/{node}/waiting/{seat(doors)}/colleagues")
    assert answer.status_code == 403
    await doors.choose(node)
    await doors.pilot.press("m")
    await doors.until(lambda: isinstance(doors.app.screen, ChooseColleague))
    await doors.until(lambda: "Flyt A. H. til" in doors.text())
    assert doors.app.screen.query_one(RowGrid).order == ["lars", "kim", "queue"]
    await doors.pilot.press("enter")
    await doors.confirms("Flyt A. H. til Lars Holm?")
    await doors.done("move")
    await doors.until(lambda: doors.waiting(node) == ["B. H."])
    assert [who for who, words in heard if "kollega" in words] == ["anna"]
    assert ("hand-over", node, "allowed") in doors.on_record()
    assert (await unit.appointment("anna")).staff == "lars"
    assert await unit.comes("anna") == "lobby"
    await doors.until(lambda: doors.waiting(theirs.node) == ["A. H."])


async def test_finish(doors: AtTheDoors) -> None:
    """Named; out, and the room is ready for the next; staff stay."""
    node = await inside(doors)
    await doors.refused_elsewhere(f"rooms/{node}/finish", visit=doors.room(node).visit)
    await doors.pilot.press("f")
    await doors.confirms("Afslut besøget med A. H.?")
    await doors.done("finish")
    await doors.until(lambda: doors.room(node).phase is RoomPhase.READY)
    assert doors.office.unit.inside(node) == ["mette"]
    assert ("finish", node, "allowed") in doors.on_record()


async def test_end_for_all(doors: AtTheDoors, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never without words; everybody is out, staff too, with those words; who waits goes on waiting."""
    node, unit, closed = await inside(doors), doors.office.unit, list[str]()
    destroy = unit.house.prosody.destroy

    async def watched(room: str, text: str) -> None:
        closed.append(text)
        await destroy(room, text)

    monkeypatch.setattr(unit.house.prosody, "destroy", watched)
    await doors.refused_elsewhere(f"rooms/{node}/end", visit=doors.room(node).visit, text="nej")
    await doors.pilot.press("X")
    await doors.until(lambda: "Luk mødet for alle: A. H." in doors.text())
    await doors.pilot.press("enter")
    await doors.until(lambda: "Skriv mindst 3 tegn" in doors.text())
    assert closed == []
    await doors.says("Brandalarm. Vi ringer.")
    await doors.done("end")
    await doors.until(lambda: doors.room(node).phase is RoomPhase.CLOSED)
    assert closed == ["Brandalarm. Vi ringer."]
    assert (unit.inside(node), doors.waiting(node)) == ([], ["B. H."])
    assert ("end-for-all", node, "allowed") in doors.on_record()


async def test_stopped_recording_is_off_only_when_the_stream_says_so(doors: AtTheDoors) -> None:
    """The agent asks for the end and says so; the console goes on waiting until the row records no more."""
    unit = doors.office.unit
    unit.house.addresses = replace(unit.house.addresses, recorder_host=f"recorder.{USERS}")
    node = await inside(doors)
    await doors.pilot.press("o")
    await doors.until(lambda: "ingen optagelse" in doors.notices())
    unit.prosody.rooms[node].slow_to_stop = True
    unit.prosody.recorded(node, "on", recorder=True)
    await doors.until(lambda: doors.room(node).recording)
    await doors.refused_elsewhere(f"rooms/{node}/stop-recording", visit=doors.room(node).visit)
    await doors.pilot.press("o")
    await doors.confirms("Stop optagelsen af besøget med A. H.?")
    await doors.until(lambda: unit.prosody.rooms[node].stops)
    await doors.until(lambda: ("record-stop", node, "allowed") in doors.on_record())
    await doors.pilot.pause(0.3)
    assert doors.last("stop_recording") is Course.ASKED
    unit.prosody.recorded(node, "off", recorder=False)
    await doors.done("stop_recording")
    assert not doors.room(node).recording
    assert doors.room(node).phase is RoomPhase.VISIT


async def test_reveal(doors: AtTheDoors) -> None:
    """The reason is on record before the name is shown; of a person, and of the citizen of a visit."""
    node = node_of(doors)
    await doors.refused_elsewhere(f"rooms/{node}/reveal", knock=seat(doors), reason="hvorfor")
    await doors.pilot.press("tab", "r")
    await doors.until(lambda: "Vis det fulde navn på A. H." in doors.text())
    await doors.says("Ringer til borgeren")
    await doors.until(lambda: "Anna Hansen" in doors.text())
    assert doors.on_record()[-1] == ("reveal", node, "allowed")
    await doors.pilot.press("escape")
    await doors.until(lambda: not doors.live.query(RevealedName))


async def test_a_supervisor_of_another_unit_sees_no_door(tmp_path: Path) -> None:
    """Neither the room nor who waits there; there is nothing any key could be about."""
    async with at_the_doors(tmp_path) as doors:
        unit = doors.office.unit
        await unit.opens()
        await unit.book("anna")
        await unit.comes("anna")
        board = (await doors.stranger.get("/v1/board")).json()
        assert board["rooms"] == []
        node = node_of(doors)
        assert (await doors.stranger.get(f"/v1/rooms/{node}/next")).status_code == 403


@pytest.mark.parametrize("act", ["next", "put_back", "move", "end"])
async def test_the_same_command_is_done_once(doors: AtTheDoors, act: str) -> None:
    """Sent again after it was done: the same answer, and not a line more on record. Prosody away: nothing is done."""
    node, unit, door = node_of(doors), doors.office.unit, doors.office.door
    units = frozenset({"jobcenter"})
    if act in ("put_back", "end"):
        await inside(doors)
    visit = doors.room(node).visit
    commands = {
        "next": Next(command="c", appointment="anna"),
        "put_back": PutBack(command="c", visit=visit),
        "move": Move(command="c", knock=seat(doors), colleague="kim"),
        "end": End(command="c", visit=visit, text="Slut"),
    }
    do = getattr(door, act)
    first = await do(node, commands[act], units, ME)
    assert first.is_open, first
    await unit.settled()
    before = doors.on_record()
    again = await do(node, commands[act], units, ME)
    assert (again, doors.on_record()) == (first, before)


async def test_how_they_came_is_on_the_list(doors: AtTheDoors) -> None:
    """The test of camera, the age of the login, and that somebody who came later was let in first."""
    unit, node = doors.office.unit, node_of(doors)
    now = unit.around.clock.at
    await unit.book("dina")
    made = Arrival(
        *("dina", "dina", DeviceTest.NO_CAMERA, now),
        level=Level.SUBSTANTIAL,
        verified=True,
        login_at=now - 240,
        waiting_since=None,
    )
    for part in (Part.DEVICE, Part.LOGIN):
        await unit.office.records.keep(unit.office.line("came", "dina", "dina"), ArrivalStep(made, part))
    assert await unit.comes("dina") == "lobby"
    await doors.until(lambda: len(doors.waiting(node)) == 3 and doors.room(node).waiting[2].device == "no_camera")
    lobby = doors.live.query_one("#lobby", RowGrid)
    lobby.put_cursor(seat(doors, 1))
    await doors.pilot.press("a")
    await doors.done("let_in")
    await unit.obeys("bo")
    await doors.until(lambda: [one.passed_over for one in doors.room(node).waiting] == [1, 0])
    await doors.pilot.press("4")
    await doors.until(lambda: "!1" in next(line for line in doors.text().splitlines() if "A. H." in line))
    dinas = next(line for line in doors.text().splitlines() if "D. H." in line)
    assert "intet kamera" in dinas
    assert "4 min" in dinas

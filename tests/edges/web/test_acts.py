"""Acts of a supervisor over HTTP, on a real agent at a real Prosody: done once, told truly, by units."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.clinic import Clinic, Person, is_inside, is_invitation, open_clinic
from tests.edges.web.apart import apart
from tests.edges.web.lone_agent import ALL, acts_on_record, problem_of, visitor
from xmpp_agent import wiring
from xmpp_agent.edges.store.bookings import Booked
from xmpp_agent.edges.web.app import console_app
from xmpp_agent.edges.web.door import Door
from xmpp_agent.edges.web.server import SocketServer
from xmpp_agent.wire import Done, Finish, LetIn, Reveal, Revealed, RoomPhase, RoomRow, TurnAway, Write

pytestmark = [pytest.mark.prosody, pytest.mark.asyncio(loop_scope="module")]
WARD = frozenset({"Psykiatri"})


@asynccontextmanager
async def waiting(clinic: Clinic, *, open_room: bool = True) -> AsyncIterator[tuple[Booked, Person, str]]:
    """An appointment whose citizen waits, with staff inside or not; and the knock."""
    booked = await clinic.book("Anna Hansen", staff=clinic.somebody())
    if open_room:
        await clinic.open_room(booked)
    citizen = await clinic.citizen(booked)
    await citizen.knock()
    await clinic.agent.house.lanes.quiet()
    yield booked, citizen, clinic.agent.house.rooms[booked.room].queue[0].seat


@asynccontextmanager
async def ward(clinic: Clinic, folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A supervisor of another unit than the clinic's, at a socket of their own on the same agent."""
    app = console_app(clinic.desk, clinic.agent.feed, lambda: True)
    server = SocketServer(Door(app, {os.getuid(): WARD}), folder / "ward.sock")
    server.start()
    try:
        async with visitor(folder / "ward.sock") as http:
            yield http
    finally:
        await server.stop()


async def _row(clinic: Clinic, node: str) -> RoomRow | None:
    return next((row for row in (await clinic.desk.board(ALL)).rooms if row.room == node), None)


async def _until(condition: Callable[[], object]) -> None:
    """Wait for something the agent does by itself, at most ten seconds."""
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come about")


def _said(citizen: Person, words: str) -> int:
    return sum(words in "".join(stanza.itertext()) for stanza in citizen.client.received)


async def test_one_command_sent_many_times_at_once_is_done_once(clinic: Clinic) -> None:
    """Five copies of a write and of a let-in: one message, one invitation, one line on record, five times Done."""
    async with waiting(clinic) as (booked, citizen, knock), visitor(clinic.settings.socket) as http:
        before = acts_on_record(clinic.directory)
        for act, command in (
            ("write", Write(command="same", knock=knock, text="Der er fem minutter endnu")),
            ("let-in", LetIn(command="same", knock=knock)),
        ):
            path, body = f"/v1/rooms/{booked.room}/{act}", command.plain()
            answers = await asyncio.gather(*(http.post(path, json=body) for _ in range(5)))
            answers.append(await http.post(path, json=body))
            assert [Done.read(a.content).command for a in answers] == ["same"] * 6
        await citizen.invited()
        await citizen.client.barrier()
        assert _said(citizen, "Der er fem minutter endnu") == 1
        assert sum(is_invitation(stanza, citizen.room) for stanza in citizen.client.received) == 1
        after = acts_on_record(clinic.directory)[len(before) :]
        assert (after.count("write"), after.count("let-in")) == (1, 1)


async def test_the_same_id_with_other_words_is_another_command(clinic: Clinic) -> None:
    """An id used twice by mistake never makes the second act look done."""
    async with waiting(clinic) as (booked, citizen, knock), visitor(clinic.settings.socket) as http:
        for words in ("Det første", "Det andet"):
            command = Write(command="twice", knock=knock, text=words)
            assert (await http.post(f"/v1/rooms/{booked.room}/write", json=command.plain())).status_code == 200
        await citizen.client.wait(lambda e: "Det andet" in "".join(e.itertext()))


async def test_a_refused_command_is_judged_anew(clinic: Clinic) -> None:
    """What was not possible then is done when the same command comes again and it is possible."""
    async with (
        waiting(clinic, open_room=False) as (booked, citizen, knock),
        visitor(clinic.settings.socket) as http,
    ):
        path, body = f"/v1/rooms/{booked.room}/let-in", LetIn(command="again", knock=knock).plain()
        answer = await http.post(path, json=body)
        assert answer.status_code == 409
        assert problem_of(answer).reason in {"no_staff_inside", "room_not_open"}
        await clinic.open_room(booked)
        assert (await http.post(path, json=body)).status_code == 200
        await citizen.invited()
        assert is_inside(await citizen.join())
        # By the same knock as before, so that a console can follow them.
        row = await _row(clinic, booked.room)
        for _ in range(500):
            if row is not None and row.inside and not row.waiting:
                break
            await asyncio.sleep(0.02)
            row = await _row(clinic, booked.room)
        assert row is not None
        assert (row.inside, row.waiting) == ((knock,), ())


async def test_somebody_who_is_gone_is_404_and_a_visit_that_is_over_409(clinic: Clinic) -> None:
    """Each refusal has its status, its reason and words."""
    async with waiting(clinic) as (booked, _, knock), visitor(clinic.settings.socket) as http:
        for act, command, status, reason in (
            ("let-in", LetIn(command="1", knock="nobody"), 404, "not_waiting"),
            ("turn-away", TurnAway(command="2", knock="nobody", reason="x"), 404, "not_waiting"),
            ("write", Write(command="3", knock="nobody", text="x"), 404, "not_waiting"),
            ("reveal", Reveal(command="4", knock="nobody", reason="why not"), 404, "not_waiting"),
            ("finish", Finish(command="5", visit=7), 409, "no_such_visit"),
        ):
            answer = await http.post(f"/v1/rooms/{booked.room}/{act}", json=command.plain())
            assert (answer.status_code, problem_of(answer).reason) == (status, reason)
        assert (await _row(clinic, booked.room)) is not None
        assert clinic.agent.house.rooms[booked.room].waiting(knock) is not None


async def test_another_unit_sees_nothing_and_may_do_nothing(clinic: Clinic, tmp_path: Path) -> None:
    """Board, events, notes, commands, withdrawals, names: not a trace for a supervisor of another unit."""
    async with waiting(clinic) as (booked, citizen, knock), ward(clinic, tmp_path) as http:
        for path, command in (
            (f"rooms/{booked.room}/let-in", LetIn(command="1", knock=knock)),
            (f"rooms/{booked.room}/turn-away", TurnAway(command="2", knock=knock, reason="x")),
            (f"rooms/{booked.room}/write", Write(command="3", text="x")),
            (f"rooms/{booked.room}/finish", Finish(command="4", visit=0)),
            (f"rooms/{booked.room}/reveal", Reveal(command="5", knock=knock, reason="why not")),
            (f"appointments/{booked.appointment}/cancel", None),
            (f"passes/{clinic.agent.house.rooms[booked.room].queue[0].pass_id}/revoke", None),
            ("passes/neverused/revoke", None),
        ):
            answer = await http.post(f"/v1/{path}", json=command.plain() if command else None)
            assert (answer.status_code, problem_of(answer).reason) == (403, "not_your_unit"), path
        assert (await http.get("/v1/board")).json()["rooms"] == []
        await clinic.desk.board(ALL)  # shows the person waiting: that they no longer do is then news
        async with (
            asyncio.timeout(30),
            http.stream("GET", "/v1/events") as stream,
            aclosing(apart(clinic.agent.feed.follow(None, lambda _: True))) as ours,
        ):
            theirs = stream.aiter_text()
            assert [await anext(theirs), await anext(ours)] == [": alive\n\n"] * 2
            turned = TurnAway(command="6", knock=knock, reason="Kom i morgen")
            assert (await clinic.desk.turn_away(booked.room, turned, ALL, "uid:0")).is_open
            assert "Kom i morgen" in await citizen.ended()
            kinds = set[str]()
            while not kinds >= {"room", "note"}:
                kinds.add((await anext(ours)).partition("event: ")[2].partition("\n")[0])
            clinic.agent.feed.publish(None, "link", clinic.agent.link())
            heard = await anext(theirs)
            while "event: link" not in heard:
                heard += await anext(theirs)
            assert heard.count("event:") == 1
            assert booked.room not in heard


async def test_cancelling_tells_who_waits_and_is_remembered(clinic: Clinic) -> None:
    """A supervisor of the unit cancels: 204, words on the citizen's screen, the room's list is empty."""
    async with waiting(clinic) as (booked, citizen, _), visitor(clinic.settings.socket) as http:
        assert (await http.post(f"/v1/appointments/{booked.appointment}/cancel")).status_code == 204
        assert "aflyst" in await citizen.ended()
        assert clinic.agent.house.rooms[booked.room].queue == ()


async def test_a_name_is_revealed_again_when_asked_again_and_each_time_on_record(clinic: Clinic) -> None:
    """The same command twice: the name twice, two lines; and without a room to act on there is none."""
    async with waiting(clinic) as (booked, _, knock), visitor(clinic.settings.socket) as http:
        before = acts_on_record(clinic.directory).count("reveal")
        for _ in range(2):
            command = Reveal(command="r", knock=knock, reason="Ringer til borgeren")
            answer = await http.post(f"/v1/rooms/{booked.room}/reveal", json=command.plain())
            assert Revealed.read(answer.content).name == "Anna Hansen"
        assert acts_on_record(clinic.directory).count("reveal") == before + 2


async def test_what_time_alone_changes_is_told(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """A waiting person about whom the rules say something else now is shown anew, though nothing happened."""
    monkeypatch.setattr(wiring, "TICK", 0.02)
    async with (
        waiting(clinic) as (booked, _, _),
        aclosing(apart(clinic.agent.feed.follow(None, lambda _: True))) as lines,
    ):
        house = clinic.agent.house
        assert await anext(lines) == ": alive\n\n"
        await _until(lambda: not vars(clinic.agent.feed)["_dirty"])
        person = house.rooms[booked.room].queue[0]
        house.known[person.pass_id] = replace(house.known[person.pass_id], revoked=True)
        async with asyncio.timeout(30):
            while '"pass_revoked"' not in await anext(lines):
                pass


async def test_nothing_is_said_to_be_done_that_prosody_did_not_take(tmp_path: Path) -> None:
    """Prosody stopped in the middle of a visit: write, turn away and finish answer 503, the room is stuck; when Prosody
    goes on, the room is cleared by itself and the console is told of the link and of every step."""
    async with (
        open_clinic(tmp_path) as clinic,
        visitor(clinic.settings.socket) as http,
        waiting(clinic) as (booked, citizen, knock),
        listening(clinic) as heard,
    ):
        await clinic.desk.let_in(booked.room, LetIn(command="1", knock=knock), ALL, "uid:0")
        await citizen.invited()
        assert is_inside(await citizen.join())
        other = await clinic.book("Bo Berg", staff="Staff 1")
        assert other.room == booked.room
        second = await clinic.citizen(other)
        await second.knock()
        await clinic.agent.house.lanes.quiet()
        waits = clinic.agent.house.rooms[booked.room].queue[0].seat
        process = clinic.prosody.process
        assert process is not None
        process.send_signal(signal.SIGSTOP)
        try:
            answers = await asyncio.gather(
                http.post(f"/v1/rooms/{booked.room}/finish", json=Finish(command="2", visit=1).plain()),
                http.post(f"/v1/rooms/{booked.room}/write", json=Write(command="3", knock=waits, text="Hej").plain()),
            )
            assert [(a.status_code, problem_of(a).reason) for a in answers] == [(503, "prosody_did_not_do_it")] * 2
            row = await _row(clinic, booked.room)
            assert row is not None
            assert row.phase is RoomPhase.STUCK
        finally:
            process.send_signal(signal.SIGCONT)
        await clinic.agent.live(15)
        told = ('"phase":"visit"', '"kind":"stuck"', '"state":"lost"', '"state":"resyncing"', "resync", '"ready"')
        await _until(lambda: _is_in_order(heard, *told))
        assert sum('"kind":"stuck"' in line for line in heard) == 1


@asynccontextmanager
async def listening(clinic: Clinic) -> AsyncIterator[list[str]]:
    """What a console that reads at once is told, as kinds of events; a note as its own kind."""
    heard = list[str]()

    async def listen() -> None:
        async for line in apart(clinic.agent.feed.follow(None, lambda _: True)):
            heard.append(line)

    task = asyncio.create_task(listen())
    try:
        yield heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _is_in_order(heard: list[str], *words: str) -> bool:
    """Whether lines with these words came, one after the other."""
    lines = iter(heard)
    return all(any(word in line for line in lines) for word in words)

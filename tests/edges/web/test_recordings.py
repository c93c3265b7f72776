"""Recordings over HTTP on a real agent: seen by the right supervisors, on the stream as they change, acted on once."""

import asyncio
import json
import os
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.edges.web.apart import apart
from tests.edges.web.lone_agent import ALL, acts_on_record, lone_agent, problem_of, visitor
from tests.edges.web.test_people import WARD, a_past_visit
from xmpp_agent.edges.keys.ring import read_keys
from xmpp_agent.edges.web import recording_list
from xmpp_agent.flows.house import HAPPENED
from xmpp_agent.model.recordings import Fault, File, Recording, Stage
from xmpp_agent.rules.recording.words import HIDDEN
from xmpp_agent.rules.staff_acts import may_see
from xmpp_agent.wire import Board, RecordingChanged, RecordingGone, RecordingRow, Recordings, RecordingStage
from xmpp_agent.wiring import Agent

JOBCENTER = frozenset({"Jobcenter"})
STUCK = Recording("r1", "", "", Stage.MISSING, "", 1.0, 1.0, fault=Fault.NO_FILE)


@asynccontextmanager
async def asked(folder: Path, units: frozenset[str] = ALL) -> AsyncIterator[tuple[Agent, httpx.AsyncClient]]:
    """A lone agent and a supervisor of these units."""
    async with lone_agent(folder, {os.getuid(): units}) as agent, visitor(folder / "agent.sock") as http:
        yield agent, http


async def put(agent: Agent, *recordings: Recording) -> None:
    """Write recordings down, as the door does."""
    for recording in recordings:
        assert (await agent.house.write("test", HAPPENED, room="", recording=recording)).is_open


def on(recording: Recording, stage: Stage, **more: object) -> Recording:
    """One version on."""
    return replace(recording, stage=stage, version=recording.version + 1, **more)  # type: ignore[arg-type]  # as named


async def seen(http: httpx.AsyncClient) -> dict[str, RecordingRow]:
    """The list, by id; it is the same as the board's."""
    listed = Recordings.read((await http.get("/v1/recordings")).content).recordings
    assert Board.read((await http.get("/v1/board")).content).recordings == listed
    return {row.recording: row for row in listed}


async def test_a_row_says_all_there_is_to_say_and_names_nobody(tmp_path: Path) -> None:
    """Unit, staff, masked citizen, case, size, number, why in words, what may be done."""
    async with asked(tmp_path) as (agent, http):
        visit, _ = await a_past_visit(tmp_path)
        file = File(2_000_000_000, "0f" * 32, 61.5)
        mine = replace(STUCK, appointment=visit.appointment, stage=Stage.FILING_REFUSED, fault=Fault.CASE_CLOSED)
        await put(agent, replace(mine, asked_by=visit.staff, file=file, number="J-1", held=True))
        row = (await seen(http))["r1"]
        assert (row.unit, row.staff, row.citizen, row.case) == ("Jobcenter", "Mette", "A. H.", "sag 17")
        assert (row.size, row.seconds, row.number, row.stuck) == (file.size, 61.5, "J-1", True)
        assert (row.may, row.fault) == (("retry", "release"), "case_closed")
        assert row.words[1].startswith("The case is closed.")
        assert "Anna" not in row.json()


async def test_a_cpr_number_in_a_case_reference_never_leaves(tmp_path: Path) -> None:
    """Whatever the booking system put there."""
    async with asked(tmp_path) as (agent, http):
        visit, _ = await a_past_visit(tmp_path)
        with closing(sqlite3.connect(tmp_path / "portner.sqlite3")) as base, base:
            cipher = read_keys(tmp_path / "keys").columns
            sealed = cipher.seal("010190-1234", f"appointments.case_ref:{visit.appointment}")
            base.execute("UPDATE appointments SET case_ref = ?", [sealed])
        await put(agent, replace(STUCK, appointment=visit.appointment))
        row = (await seen(http))["r1"]
        assert row.case == HIDDEN
        assert "1234" not in row.json()


@pytest.mark.parametrize(("units", "shown"), [(ALL, {"r1", "r2"}), (JOBCENTER, {"r2"}), (WARD, set())])
async def test_only_what_is_of_their_units_is_shown(tmp_path: Path, units: frozenset[str], shown: set[str]) -> None:
    """What nobody knows the unit of is shown to who sees all units; nothing can be done to what is not shown."""
    async with asked(tmp_path, units) as (agent, http):
        visit, _ = await a_past_visit(tmp_path)
        await put(agent, STUCK, replace(STUCK, id="r2", room=visit.room))
        assert set(await seen(http)) == shown
        for ident in {"r1", "r2"} - shown:
            for act, body in (
                ("retry", {}),
                ("map", {"appointment": visit.appointment}),
                *((act, {"reason": "hvorfor"}) for act in ("discard", "hold", "release")),
            ):
                answer = await http.post(f"/v1/recordings/{ident}/{act}", json={"command": "c", **body})
                assert (answer.status_code, problem_of(answer).reason) == (403, "not_your_unit")
            answer = await http.get(f"/v1/recordings/{ident}/appointments")
            assert answer.status_code == 403
        assert "recording-retry" in acts_on_record(tmp_path) or shown == {"r1", "r2"}


async def test_an_act_is_done_once_and_said_in_words(tmp_path: Path) -> None:
    """The same command twice: Done twice, one change; then another one is refused, unknown is 404, no reason 422."""
    async with asked(tmp_path) as (agent, http):
        await put(agent, STUCK)
        body = {"command": "same", "version": 1}
        answers = await asyncio.gather(*(http.post("/v1/recordings/r1/retry", json=body) for _ in range(3)))
        assert [answer.json()["text"] for answer in answers] == ["It is being tried again."] * 3
        assert (await seen(http))["r1"].stage is RecordingStage.EXPECTED
        assert acts_on_record(tmp_path).count("recording-retry") == 1
        again = await http.post("/v1/recordings/r1/retry", json={"command": "other", "version": 1})
        assert (again.status_code, problem_of(again).reason) == (409, "changed_meanwhile")
        gone = await http.post("/v1/recordings/r9/retry", json={"command": "c"})
        assert (gone.status_code, problem_of(gone).reason) == (404, "unknown_recording")
        mute = await http.post("/v1/recordings/r1/discard", json={"command": "c"})
        assert mute.status_code == 422


async def told(lines: AsyncIterator[str], event: str) -> str:
    """The next event of this kind, whatever else is told before it."""
    async for line in lines:
        if event in line:
            return line
    raise AssertionError("the stream has ended")


async def test_what_changes_is_on_the_stream_and_what_is_over_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written by whoever, it is told; a day after its end it is gone from board and stream."""
    async with asked(tmp_path) as (agent, http):
        await put(agent, STUCK)
        assert set(await seen(http)) == {"r1"}
        async with aclosing(apart(agent.feed.follow(agent.feed.at, lambda _: True))) as lines, asyncio.timeout(30):
            assert await anext(lines) == ": alive\n\n"
            over = on(STUCK, Stage.DELETED, changed_at=agent.house.clock.now())
            await put(agent, over)
            assert '"stage":"deleted"' in await told(lines, "event: recording\n")
            agent.recordings.tidy()
            monkeypatch.setattr(recording_list, "SHOWN_FOR", 0.0)
            agent.recordings.tidy()
            assert await told(lines, "event: recording_gone\n")
        assert await seen(http) == {}


async def test_while_nobody_looks_nothing_is_made(tmp_path: Path) -> None:
    """5,000 rooms record and no console is open: a change costs a look at a clock."""
    async with asked(tmp_path) as (agent, _):
        await put(agent, *(replace(STUCK, id=f"r{each}") for each in range(50)))
        assert vars(agent.recordings)["_dirty"] == {}
        assert vars(agent.recordings)["_work"] is None


@pytest.mark.parametrize("seed", range(3))
async def test_any_board_and_the_events_after_it_are_the_truth(tmp_path: Path, seed: int) -> None:
    """Whenever somebody looks, whoever they are: their picture and the events after it are what the next picture is."""
    chance = random.Random(seed)  # noqa: S311  # repeatable, not a secret
    async with asked(tmp_path) as (agent, _):
        visit, _ = await a_past_visit(tmp_path)
        await put(agent, *(replace(STUCK, id=f"r{each}") for each in range(4)))
        rows = {f"r{each}": replace(STUCK, id=f"r{each}") for each in range(4)}
        looks: list[tuple[frozenset[str], Board]] = []
        for _ in range(40):
            one = chance.choice(list(rows.values()))
            stage = chance.choice([Stage.MISSING, Stage.UNMAPPED, Stage.ENCRYPTED, Stage.DELETED])
            rows[one.id] = on(one, stage, appointment=chance.choice(["", visit.appointment]), changed_at=4e9)
            await put(agent, rows[one.id])
            if chance.random() < 0.3:
                await asyncio.sleep(0)
                units = chance.choice([ALL, JOBCENTER, WARD])
                looks.append((units, await agent.desk.board(units)))
        assert looks
        async with asyncio.timeout(30):
            await vars(agent.recordings)["_work"]
        for units, board in looks:
            picture = {row.key: row for row in board.recordings}
            await follow(agent, board.at_event, units, picture)
            assert picture == {row.key: row for row in (await agent.desk.board(units)).recordings}


async def follow(agent: Agent, at: str, units: frozenset[str], picture: dict[str, RecordingRow]) -> None:
    """Take in the events after a picture, up to now."""
    if at == agent.feed.at:
        return
    async with aclosing(apart(agent.feed.follow(at, partial(may_see, units)))) as lines, asyncio.timeout(30):
        agent.feed.publish(None, "link", agent.link())
        async for line in lines:
            name, data = line.partition("event: ")[2].partition("\n")[0], line.partition("data: ")[2]
            if name == "recording":
                row = RecordingChanged.read(data).row
                picture[row.key] = row
            elif name == "recording_gone":
                picture.pop(RecordingGone.of(json.loads(data)).key, None)
            elif name == "link":
                return

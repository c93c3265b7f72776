"""Alerts and notes to the next shift over HTTP: seen by whom they concern, told as they change, acted on once."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.edges.store.samples import a_line, raw
from tests.edges.web.apart import apart
from tests.edges.web.lone_agent import ALL, JOBCENTER, WARD, acts_on_record, lone_agent, problem_of, visitor
from tests.edges.web.office_console import office_console
from tests.edges.web.test_numbers import queue, value
from tests.edges.web.test_office import lost_call
from xmpp_agent.edges.web.audience import hears
from xmpp_agent.edges.web.door import Supervisor
from xmpp_agent.flows.retention import run_retention
from xmpp_agent.model.alerts import AlertKind, Handled, ShiftNote
from xmpp_agent.model.figures import Measure
from xmpp_agent.rules import retention, shift_note
from xmpp_agent.rules.alerts import Act
from xmpp_agent.wire import AlertRow, Board, Numbers, Retry
from xmpp_agent.wiring import Agent

JOBS = frozenset({"Jobcenter"})
HER = Supervisor("her", ALL)
NOTE = "Lokale 4 driller. Ring til Åse, hvis det sker igen."


@asynccontextmanager
async def asked(folder: Path, units: frozenset[str] = ALL) -> AsyncIterator[tuple[Agent, httpx.AsyncClient]]:
    """A lone agent and a supervisor of these units."""
    async with lone_agent(folder, {os.getuid(): units}) as agent, visitor(folder / "agent.sock") as http:
        yield agent, http


async def board(http: httpx.AsyncClient) -> Board:
    """The whole picture."""
    return Board.read((await http.get("/v1/board")).content)


async def only(http: httpx.AsyncClient) -> AlertRow:
    """The one alert there is."""
    [row] = (await board(http)).alerts
    return row


def freeze(agent: Agent, seconds: float = 90.0) -> None:
    """Somebody is inside the job centre's room without staff for so long."""
    agent.house.settle(replace(JOBCENTER, frozen_since=agent.house.clock.now() - seconds))


async def act(http: httpx.AsyncClient, alert: str, verb: str, version: int | None = None) -> httpx.Response:
    """One command."""
    body = {"command": f"c-{alert}-{verb}-{version}", "version": version}
    return await http.post(f"/v1/alerts/{alert}/{verb}", json=body)


async def test_an_alert_comes_by_itself_and_the_numbers_count_it(tmp_path: Path) -> None:
    """A wait grows red: a row about that person, the same in the numbers; nothing of it to another unit."""
    async with asked(tmp_path) as (agent, http):
        queue(agent, JOBCENTER, 899.0)
        assert (await board(http)).alerts == ()
        queue(agent, JOBCENTER, 1000.0, 10.0)
        row = await only(http)
        assert (row.kind.value, row.unit, row.about, row.knock) == ("long_wait", "Jobcenter", "one/k3v9", "s0")
        assert (row.limit, round(row.since - row.began), row.may) == (900.0, 900, ("acknowledge", "take"))
        assert "15 min" in row.words[1]
        await agent.numbers.look()
        told = Numbers.read((await http.get("/v1/numbers")).content)
        counted = {each.unit: value(each, Measure.ALERTS) for each in told.rows}
        assert counted == {"": 1, "Jobcenter": 1, "Psykiatri": 0}
        assert (await agent.desk.board(frozenset({"Psykiatri"}))).alerts == ()
        assert (await agent.desk.board(JOBS)).alerts == (row,)


async def test_acknowledged_taken_and_given_back_by_name(tmp_path: Path) -> None:
    """On record with who; seen by everybody; the same command twice is done once."""
    async with asked(tmp_path) as (agent, http):
        freeze(agent)
        row = await only(http)
        for verb in ("acknowledge", "take"):
            assert (await act(http, row.alert, verb)).status_code == 200
            assert (await act(http, row.alert, verb)).status_code == 200
        row = await only(http)
        me = (await board(http)).you
        assert me == f"uid:{os.getuid()}"
        assert (row.owner_id, row.may, row.owner_may, row.version) == (me, (), ("give_back",), 2)
        assert row.owner == row.seen_by != me
        assert row.seen_at is not None
        assert (await act(http, row.alert, "give-back")).status_code == 200
        assert ((await only(http)).owner, (await only(http)).may) == ("", ("take",))
    assert acts_on_record(tmp_path) == ["alert-acknowledge", "alert-take", "alert-give-back"]


async def test_what_was_done_outlives_the_agent_and_what_comes_again_is_new(tmp_path: Path) -> None:
    """Another agent on the same database knows who has it; a second time without staff nobody has seen yet."""
    since = 0.0
    async with asked(tmp_path) as (agent, http):
        freeze(agent)
        since = agent.house.rooms["k3v9"].frozen_since or 0.0
        await act(http, (await only(http)).alert, "acknowledge")
        before = await only(http)
    async with asked(tmp_path) as (agent, http):
        agent.house.settle(replace(JOBCENTER, frozen_since=since))
        assert await only(http) == before
        agent.house.settle(JOBCENTER)
        assert (await board(http)).alerts == ()
        freeze(agent, 61)
        again = await only(http)
        assert (again.seen_at, again.alert == before.alert) == (None, False)


async def test_a_stuck_room_stays_seen_over_a_restart(tmp_path: Path) -> None:
    """Since when it is stuck is known from who handled it; another visit's is another alert."""
    stuck = replace(WARD, turnover_open=True, stuck=True, seq=3)
    async with asked(tmp_path) as (agent, http):
        agent.house.settle(stuck)
        await act(http, (await only(http)).alert, "take")
        before = await only(http)
    async with asked(tmp_path) as (agent, http):
        agent.house.settle(stuck)
        assert await only(http) == before
        agent.house.settle(replace(stuck, seq=4))
        assert (await only(http)).owner == ""


@pytest.mark.parametrize("verb", ["acknowledge", "take", "give-back"])
async def test_another_units_supervisor_may_do_nothing(tmp_path: Path, verb: str) -> None:
    """403 in words; nothing done; the refusal is on record."""
    async with asked(tmp_path, frozenset({"Psykiatri"})) as (agent, http):
        freeze(agent)
        [row] = (await agent.desk.board(JOBS)).alerts
        answer = await act(http, row.alert, verb)
        assert (answer.status_code, problem_of(answer).reason) == (403, "not_your_unit")
        assert (await agent.desk.board(JOBS)).alerts == (row,)
        assert acts_on_record(tmp_path) == [f"alert-{verb}"]


async def test_what_is_over_or_somebody_elses_is_refused_in_words(tmp_path: Path) -> None:
    """409 each, in the language asked for."""
    async with asked(tmp_path) as (agent, http):
        freeze(agent)
        row = await only(http)
        assert (await agent.alerts.handle(Act.TAKE, row.alert, Retry(command="x"), HER)).is_open
        for verb in ("acknowledge", "take", "give-back"):
            answer = await act(http, row.alert, verb)
            assert (answer.status_code, problem_of(answer).reason) == (409, "alert_owned")
        assert "Somebody else has taken this alert" in problem_of(await act(http, row.alert, "take", 9)).title
        agent.house.settle(JOBCENTER)
        answer = await act(http, row.alert, "acknowledge", 1)
        assert (answer.status_code, problem_of(answer).reason) == (409, "alert_over")


async def test_a_late_version_is_refused(tmp_path: Path) -> None:
    """What somebody else did meanwhile is seen first."""
    async with asked(tmp_path) as (agent, http):
        freeze(agent)
        row = await only(http)
        await agent.alerts.handle(Act.ACKNOWLEDGE, row.alert, Retry(command="x"), HER)
        answer = await act(http, row.alert, "take", row.version)
        assert (answer.status_code, problem_of(answer).reason) == (409, "changed_meanwhile")


async def events(agent: Agent, at: str, units: frozenset[str]) -> list[str]:
    """What a supervisor of these units was told since then about alerts and notes."""
    told = []
    async with aclosing(apart(agent.feed.follow(at, partial(hears, units)))) as lines, asyncio.timeout(10):
        agent.feed.publish(None, "link", agent.link())
        async for line in lines:
            name = line.partition("event: ")[2].partition("\n")[0]
            if name == "link":
                break
            told += [name] * name.startswith(("alert", "shift_note"))
    return told


async def test_what_changes_is_told_to_those_it_is_of(tmp_path: Path) -> None:
    """It came, was acknowledged, a note was written and taken away, it is over; nothing of that to another unit."""
    async with asked(tmp_path) as (agent, http):
        at = (await board(http)).at_event
        freeze(agent)
        await act(http, (await only(http)).alert, "acknowledge")
        for text in (NOTE, ""):
            await http.post("/v1/units/Jobcenter/shift-note", json={"command": f"n{text}", "text": text})
        agent.house.settle(JOBCENTER)
        agent.alerts.look()
        expected = ["alert", "alert", "shift_note", "shift_note_gone", "alert_gone"]
        assert await events(agent, at, JOBS) == expected
        assert await events(agent, at, ALL) == expected
        assert await events(agent, at, frozenset({"Psykiatri"})) == []


async def test_calls_and_invitations_are_alerts_as_their_rows_are(tmp_path: Path) -> None:
    """A lost caller and an invitation that arrived by no way, each about its row; promised, the call is none."""
    async with office_console(tmp_path) as console:
        await lost_call(console.unit)
        await console.unreached()
        shown = await board(console.http)
        about = {row.kind.value: row for row in shown.alerts}
        assert set(about) == {"lost_call", "not_reached"}
        assert about["lost_call"].about == shown.calls[0].key
        assert (about["not_reached"].about, about["not_reached"].masked) == (shown.invitations[0].key, "A. H.")
        call = shown.calls[0]
        await console.http.post(f"/v1/calls/{call.call}/promise", json={"command": "p"})
        console.office.forget()
        assert [row.kind.value for row in (await board(console.http)).alerts] == ["not_reached"]


async def write(http: httpx.AsyncClient, unit: str, text: str) -> httpx.Response:
    """A note to that unit's next shift."""
    return await http.post(f"/v1/units/{unit}/shift-note", json={"command": f"n-{unit}-{text[:9]}", "text": text})


async def test_a_note_to_the_next_shift_is_kept_sealed(tmp_path: Path) -> None:
    """Text, who, when; over a restart; in the database no word of it, on record only who and how long."""
    async with asked(tmp_path) as (agent, http):
        assert (await write(http, "Jobcenter", f" {NOTE}\n ")).status_code == 200
        [note] = (await board(http)).shift_notes
        assert (note.unit, note.text) == ("Jobcenter", NOTE)
        assert note.by
    async with asked(tmp_path) as (agent, http):
        assert (await board(http)).shift_notes == (note,)
        assert (await agent.desk.board(frozenset({"Psykiatri"}))).shift_notes == ()
    assert acts_on_record(tmp_path) == ["shift-note"]
    kept = str(raw(tmp_path / "portner.sqlite3", "SELECT * FROM shift_notes"))
    lines = str(raw(tmp_path / "portner.sqlite3", "SELECT line FROM audit"))
    assert "Jobcenter" in kept
    assert "driller" not in kept + lines
    assert "letters=51 unit=Jobcenter" in lines


async def test_notes_that_may_not_be_written(tmp_path: Path) -> None:
    """Another unit 403, a unit that is none 404, a CPR number 422, too long 422; nothing of it stands."""
    async with asked(tmp_path, JOBS) as (_, http):
        refused = {
            "not_your_unit": (403, await write(http, "Psykiatri", NOTE)),
            "cpr_in_text": (422, await write(http, "Jobcenter", "Borger 150585-1234 ringer igen")),
            "bad_request": (422, await write(http, "Jobcenter", "x" * 1001)),
        }
        assert {name: (answer.status_code, problem_of(answer).reason) for name, (_, answer) in refused.items()} == {
            name: (status, name) for name, (status, _) in refused.items()
        }
        assert (await board(http)).shift_notes == ()
    async with asked(tmp_path) as (_, http):
        answer = await write(http, "Nowhere", NOTE)
        assert (answer.status_code, problem_of(answer).reason) == (404, "unknown_unit")
    lines = str(raw(tmp_path / "portner.sqlite3", "SELECT line FROM audit"))
    assert "1234" not in lines
    assert "Nowhere" not in lines


async def test_what_is_old_is_erased_and_what_was_written_anew_stays(tmp_path: Path) -> None:
    """A note after four days, what was done about alerts after thirty; also where a unit's name has a blank."""
    async with asked(tmp_path) as (agent, _):
        now = agent.house.clock.now()
        old, older = now - shift_note.KEPT - 9, now - retention.ALERTS_KEPT - 9
        stays = Handled("stays", AlertKind.FROZEN, "u", now, now)
        await agent.alerts._register.records.keep(
            a_line(), ShiftNote("Job Nord", "alt", "me", old), ShiftNote("Job", "nyt", "me", now),
            replace(stays, alert="goes", changed_at=older), stays,
        )  # fmt: skip
        found = await run_retention(agent._forgetting._custody, now)
        assert (found["shift-note"], found["alert"]) == (1, 1)
    base = tmp_path / "portner.sqlite3"
    assert raw(base, "SELECT unit FROM shift_notes") == [("Job",)]
    assert raw(base, "SELECT id FROM alerts") == [("stays",)]


async def test_what_is_sent_for_an_alert_that_is_none_is_not_on_record(tmp_path: Path) -> None:
    """The refusal is; the words, which may name somebody, are nowhere."""
    async with asked(tmp_path) as (_, http):
        answer = await act(http, "150585-1234 Anna Hansen", "take")
        assert problem_of(answer).reason == "alert_over"
    assert acts_on_record(tmp_path) == ["alert-take"]
    assert "1234" not in str(raw(tmp_path / "portner.sqlite3", "SELECT line FROM audit"))


async def test_what_was_done_is_found_in_the_audit_of_the_unit(tmp_path: Path) -> None:
    """Also when whoever did it is of no unit: an alert taken, a note written; a refused one of another unit is not."""
    async with office_console(tmp_path) as console:
        await console.unreached()
        [row] = (await board(console.http)).alerts
        assert (await act(console.http, row.alert, "take")).status_code == 200
        assert (await write(console.http, row.unit, NOTE)).status_code == 200
        await console.alerts.handle(Act.TAKE, row.alert, Retry(command="x"), Supervisor("her", frozenset({"ward"})))
        await console.audit.look()
        lines = await console.audit.newest(frozenset({row.unit}))
        told = [line.act for line in lines if line.act.startswith(("alert-", "shift-"))]
        assert told == ["alert-take", "shift-note"]


async def test_a_picture_made_while_all_is_started_over_is_not_taken_for_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists that are forgotten after they were made ready: the stream says at once that something is missing."""
    async with asked(tmp_path) as (agent, _):
        freeze(agent)
        ready = agent.numbers.ready

        async def and_then_all_is_anew(units: frozenset[str]) -> None:
            await ready(units)
            agent.alerts.forget()

        monkeypatch.setattr(agent.numbers, "ready", and_then_all_is_anew)
        shown = await agent.desk.board(ALL)
        assert not shown.alerts
        async with aclosing(apart(agent.feed.follow(shown.at_event, lambda _: True))) as lines:
            assert "event: resync" in await anext(lines)


@pytest.mark.parametrize("text", ["150585 - 1234 ringer", "15.05.85 – 1234", "1505\u200b85\u20601234", "150585_1234"])
async def test_a_number_parted_otherwise_is_one_too(tmp_path: Path, text: str) -> None:
    """As people write it, and with signs between that nobody sees."""
    async with asked(tmp_path) as (_, http):
        assert problem_of(await write(http, "Jobcenter", text)).reason == "cpr_in_text"


async def test_a_note_has_no_signs_that_nobody_sees(tmp_path: Path) -> None:
    """No colours of a terminal, nothing that turns the line round."""
    async with asked(tmp_path) as (_, http):
        assert (await write(http, "Jobcenter", "Ring\x1b[31m til\u202e Åse\x07\n nu")).status_code == 200
        [note] = (await board(http)).shift_notes
        assert note.text == "Ring[31m til Åse nu"

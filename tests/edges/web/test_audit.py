"""The audit over HTTP, on a real office: told live, looked through, opened and taken away, by whom it concerns."""

import asyncio
import hashlib
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import aclosing, closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import event

from tests.an_office import UNIT
from tests.edges.web.apart import apart
from tests.edges.web.lone_agent import ALL, problem_of
from tests.edges.web.office_console import OfficeConsole, office_console
from tests.flows.staffed import Staffed
from tests.flows.test_staff_door import record
from xmpp_agent.edges.web.audience import hears
from xmpp_agent.edges.web.audit_desk import AT_ONCE
from xmpp_agent.flows.office import new_id
from xmpp_agent.model.appointments import Appointment, Room
from xmpp_agent.model.people import Person, Role
from xmpp_agent.model.units import Unit
from xmpp_agent.ports.diary import Enrolment
from xmpp_agent.wire import AuditExport, AuditNews, AuditPage, AuditRow, AuditWhy, Board, Link

OURS, WARDS = frozenset({UNIT.id}), frozenset({"ward"})
WARD = Unit("ward", "Ward 7", "Kommunen", "00 00 00 00")
WHY = "Borgeren har klaget over ventetiden"


@pytest.fixture
async def console(tmp_path: Path) -> AsyncIterator[OfficeConsole]:
    """A supervisor of the job centre alone, where Anna is booked; in the ward next door Bo is."""
    async with office_console(tmp_path, OURS) as opened:
        await two_units(opened.unit)
        yield opened


async def two_units(unit: Staffed) -> None:
    """Anna at the job centre, who comes to the lobby; Bo at the ward."""
    office, now = unit.office, unit.around.clock.at
    booked = await unit.book("anna")
    await unit.opens()
    await unit.comes("anna")
    nurse = Enrolment(Person("nurse", WARD.id, "Nina Nurse"), Role.STAFF)
    room = Room("ward-room", WARD.id, "nurse", "2026-11-22")
    bo = Enrolment(Person("bo", WARD.id, "Bo Berg"), Role.CITIZEN)
    policy = booked.policy
    theirs = Appointment("bo", WARD.id, "bo", "", room.node, policy, now, now + 1800, staff="nurse", made_at=now)
    await office.records.keep(office.line("book", "nurse", "bo", room=room.node), WARD, nurse, room, bo, theirs)


async def search(console: OfficeConsole, **asked: object) -> AuditPage:
    """One page."""
    answer = await console.http.post("/v1/audit/search", json={"command": new_id(), **asked})
    assert answer.status_code == 200, answer.text
    return AuditPage.read(answer.content)


def acts(rows: tuple[AuditRow, ...]) -> list[str]:
    """What was done, as shown."""
    return [row.act for row in rows]


def looks(console: OfficeConsole) -> list[tuple[str, ...]]:
    """The access log: of whom, by whom, which act, why."""
    with closing(sqlite3.connect(console.unit.folder / "portner.sqlite3")) as database:
        return list(database.execute("SELECT person, actor, act, why FROM looks WHERE act LIKE 'audit%' ORDER BY at"))


def on_record(console: OfficeConsole, act: str) -> list[dict[str, object]]:
    """The lines of that act."""
    return [line for line in record(console.unit) if line["act"] == act]


async def test_only_lines_of_ones_units_are_found_by_anything(console: OfficeConsole) -> None:
    """By nothing, room, kind, staff, words, time: never a line of the ward, nor one of no unit, on any page."""
    wide = {"since": 0.0, "until": 1e11}
    staff = {"staff": "nina", "reason": WHY}
    for asked in ({}, {"room": "ward-room"}, {"kind": "book"}, staff, {"words": "book"}, wide):
        answer = await console.http.post("/v1/audit/search", json={"command": new_id(), **asked})
        if "room" in asked:
            assert problem_of(answer).reason == "not_your_unit"
            continue
        page = AuditPage.read(answer.content)
        assert {row.unit for row in page.rows} <= OURS
        assert "bo" not in {row.appointment for row in page.rows}
    assert {"book", "join", "knock"} <= set(acts((await search(console)).rows))


async def test_all_units_are_seen_by_who_supervises_all(tmp_path: Path) -> None:
    """Both units, and what is of no unit."""
    async with office_console(tmp_path, ALL) as opened:
        await two_units(opened.unit)
        units = {row.unit for row in (await search(opened)).rows}
        assert units == {UNIT.id, WARD.id, ""}


async def test_citizens_are_masked_and_staff_named(console: OfficeConsole) -> None:
    """A join says who by initials, a let-in by whom; no full name of a citizen, no pass id, leaves the agent."""
    page = await search(console)
    joins = [row for row in page.rows if row.act == "join" and row.appointment == "anna"]
    assert {(row.who, row.unit) for row in joins} == {("A. H.", UNIT.id)}
    assert {row.by for row in page.rows if row.act == "room"} == {"Mette Holm"}
    assert "Hansen" not in page.json()


async def test_a_person_is_looked_up_with_a_reason_once_on_record(console: OfficeConsole) -> None:
    """Without one: asked back, nothing shown, nothing written. With: one line and one look, however many pages."""
    asked = {"command": "one", "appointment": "anna"}
    answer = await console.http.post("/v1/audit/search", json=asked)
    assert (answer.status_code, problem_of(answer).reason) == (409, "reason_needed")
    assert (on_record(console, "audit-look"), looks(console)) == ([], [])
    asked["reason"] = WHY
    page = AuditPage.read((await console.http.post("/v1/audit/search", json=asked)).content)
    assert {row.appointment for row in page.rows} == {"anna"}
    assert {"book", "join", "knock"} <= set(acts(page.rows))
    again = asked | {"before": page.rows[0].at.plain()}
    older = AuditPage.read((await console.http.post("/v1/audit/search", json=again)).content)
    assert older.rows == page.rows[1:]
    [line] = on_record(console, "audit-look")
    assert (line["subject"], line["reason"], line["note"]) == ("anna", "allowed", "appointment")
    assert [(person, act, why) for person, _, act, why in looks(console)] == [("anna", "audit-look", WHY)]
    assert WHY not in json.dumps(record(console.unit), ensure_ascii=False)


async def test_the_same_citizen_elsewhere_is_not_seen(console: OfficeConsole) -> None:
    """Anna is booked at the ward, too, under the same identity: neither found here, nor taken, nor looked at there."""
    office, booked = console.unit.office, await console.unit.appointment("anna")
    there = replace(booked, id="anna-ward", unit=WARD.id, citizen="anna-ward", room="ward-room", staff="nurse")
    anna = Enrolment(Person("anna-ward", WARD.id, "Anna Hansen"), Role.CITIZEN)
    assert booked.invited
    await office.records.keep(office.line("book", "nurse", "anna-ward", room="ward-room"), anna, there)
    page = await search(console, appointment="anna", reason=WHY)
    assert {row.appointment for row in page.rows} == {"anna"}
    answer = await console.http.post("/v1/audit/export", json={"command": "x", "appointment": "anna", "reason": WHY})
    assert "anna-ward" not in answer.text
    assert {person for person, *_ in looks(console)} == {"anna"}


async def test_a_page_that_was_never_begun_is_on_record_too(console: OfficeConsole) -> None:
    """Whoever begins with an older page has not gone round the record."""
    spot = {"at": 1e11, "shard": "main", "seq": 1}
    await search(console, appointment="anna", reason=WHY, before=spot)
    assert len(on_record(console, "audit-look")) == 1


async def test_what_a_colleague_did_needs_a_reason_too(console: OfficeConsole) -> None:
    """It is a look at a person; only lines they did, in one's own units. The agent itself is nobody."""
    answer = await console.http.post("/v1/audit/search", json={"command": "x", "staff": "mette"})
    assert problem_of(answer).reason == "reason_needed"
    office = console.unit.office
    await office.records.keep(office.line("hours", "mette", WARD.id))
    page = await search(console, staff="mette holm", reason=WHY)
    assert page.rows
    assert {row.unit for row in page.rows} == OURS
    assert {row.by or row.who for row in page.rows} == {"Mette Holm"}
    assert [person for person, *_ in looks(console)] == ["mette"]
    await search(console, staff="agent")


@pytest.mark.parametrize("asked", [{"appointment": "bo"}, {"appointment": "nobody"}, {"room": "ward-room"}])
async def test_anothers_person_or_room_is_neither_looked_up_nor_taken(
    console: OfficeConsole, asked: dict[str, str]
) -> None:
    """Refused, on record with who asked, not among the lines of that person or room; nobody was looked at."""
    for path, act in (("search", "audit-look"), ("export", "audit-take")):
        answer = await console.http.post(f"/v1/audit/{path}", json={"command": new_id(), "reason": WHY, **asked})
        assert answer.status_code in (403, 404)
        [line] = on_record(console, act)
        assert (line["decision"], line["subject"], line["room"]) == ("refuse", "", "")
    assert looks(console) == []


async def test_found_by_kind_words_room_and_time(console: OfficeConsole) -> None:
    """Kind by Danish word or code; words by what the reason says; a room; a span that ends before."""
    [room] = {row.room for row in (await search(console)).rows if row.act == "knock"}
    assert set(acts((await search(console, kind="bank på")).rows)) == {"knock"}
    assert set(acts((await search(console, kind="knock")).rows)) == {"knock"}
    waited = (await search(console, words="lukker ind")).rows
    assert waited
    assert {row.decision for row in waited} <= {"wait", "open"}
    assert {row.room for row in (await search(console, room=room)).rows} == {room}
    assert (await search(console, until=1.0)).rows == ()
    assert (await search(console, words="aldrig hørt om")).rows == ()
    assert (await search(console, kind="%")).rows == ()


async def test_pages_have_every_line_once(console: OfficeConsole) -> None:
    """Hundreds of lines of the same moment: newest first, none twice, none lost."""
    office = console.unit.office
    for _ in range(230):
        office.records.jot(office.line("hours", "mette", UNIT.id))
    await office.records.keep(office.line("hours", "mette", UNIT.id))
    seen, before = list[int](), None
    for _ in range(4):
        page = await search(console, kind="hours", before=before)
        seen += [row.at.seq for row in page.rows]
        before = page.more.plain() if page.more is not None else None
        if before is None:
            break
    assert len(seen) == 231
    assert seen == sorted(set(seen), reverse=True)


async def test_a_line_is_opened_rule_by_rule(console: OfficeConsole) -> None:
    """Every rule asked about a join, its decision and reason in words; the hash; not of another unit's line."""
    rows = [row for row in (await search(console)).rows if row.appointment == "anna"]
    joined = next(row for row in rows if row.act == "join" and row.decision == "wait")
    answer = await console.http.get(f"/v1/audit/{joined.at.shard}/{joined.at.seq}")
    why = AuditWhy.read(answer.content)
    assert why.row == joined
    [said] = why.said
    assert joined.rules == 1
    assert (said.rule, said.decision, said.reason) == ("let_in_by_staff", "wait", "not_let_in_yet")
    assert said.words == ("Vent her, så lukker vi dig ind.", "Wait here and we will let you in.")
    with closing(sqlite3.connect(console.unit.folder / "portner.sqlite3")) as database:
        found = database.execute('SELECT seq, hash FROM audit WHERE line LIKE \'%"subject":"bo"%\'').fetchall()
        assert (joined.at.seq, why.hash) in database.execute("SELECT seq, hash FROM audit").fetchall()
    assert found
    for seq, _ in found:
        assert (await console.http.get(f"/v1/audit/{joined.at.shard}/{seq}")).status_code == 404


async def test_everything_of_a_citizen_is_taken_away_and_verifies(console: OfficeConsole) -> None:
    """Oldest first, each with the hash that its own text gives; on record with how many, and in the access log."""
    answer = await console.http.post("/v1/audit/export", json={"command": "x", "appointment": "anna", "reason": WHY})
    export = AuditExport.read(answer.content)
    for one in export.lines:
        text = f"{one.prev}\n{one.shard}\n{one.seq}\n{one.line}"
        assert hashlib.sha256(text.encode()).hexdigest() == one.hash
        assert json.loads(one.line)["act"]
    assert [one.seq for one in export.lines] == sorted(one.seq for one in export.lines)
    [line] = on_record(console, "audit-take")
    assert (line["subject"], line["note"]) == ("anna", f"appointment lines={len(export.lines)}")
    assert ("anna", "audit-take", WHY) in [(person, act, why) for person, _, act, why in looks(console)]
    assert "Hansen" not in answer.text


async def test_a_room_is_taken_away(console: OfficeConsole) -> None:
    """Everybody its lines are about has it in their access log."""
    [room] = {row.room for row in (await search(console)).rows if row.act == "knock"}
    answer = await console.http.post("/v1/audit/export", json={"command": "x", "room": room, "reason": WHY})
    export = AuditExport.read(answer.content)
    assert {json.loads(one.line)["room"] for one in export.lines} == {room}
    assert "anna" in {person for person, *_ in looks(console)}
    both = await console.http.post("/v1/audit/export", json={"command": "x", "reason": WHY})
    assert problem_of(both).reason == "bad_request"


async def test_nothing_leaves_when_it_cannot_be_put_on_record(console: OfficeConsole) -> None:
    """The disk refuses: 503 for a person's lines, an export, a saved list; and nothing of any is in the answer."""
    await search(console)
    await console.unit.around.database.ledger._writer.close()
    person = {"command": "x", "appointment": "anna", "reason": WHY}
    for path, body in (
        ("audit/search", person),
        ("audit/export", person),
        ("lists/taken", {"command": "x", "name": "rooms", "rows": 3}),
    ):
        answer = await console.http.post(f"/v1/{path}", json=body)
        assert answer.status_code == 503
        assert "anna" not in answer.text


async def test_a_saved_list_is_on_record(console: OfficeConsole) -> None:
    """Which one and how many rows, by whom; a list nobody knows is no list."""
    answer = await console.http.post("/v1/lists/taken", json={"command": "x", "name": "rooms", "rows": 12})
    assert answer.status_code == 200
    [line] = on_record(console, "list-take")
    assert line["note"] == "list=rooms rows=12"
    assert str(line["actor"]).startswith("uid:")
    bad = await console.http.post("/v1/lists/taken", json={"command": "x", "name": "Anna Hansen", "rows": 1})
    assert bad.status_code == 422


async def test_new_lines_are_told_to_their_unit_alone(console: OfficeConsole) -> None:
    """On the board at first, then on the stream; the ward's and nobody's lines only to who supervises those."""
    board = Board.read((await console.http.get("/v1/board")).content)
    assert board.audit == ()  # nothing could be found yet
    await console.audit.look()
    board = Board.read((await console.http.get("/v1/board")).content)
    assert {row.unit for row in board.audit} == OURS
    assert [row.at.seq for row in board.audit] == sorted(row.at.seq for row in board.audit)
    begin = console.feed.at
    office = console.unit.office
    for act in ("hours", "close"):
        await office.records.keep(office.line(act, "mette", UNIT.id))
        await office.records.keep(office.line(act, "nurse", WARD.id))
        await office.records.keep(office.line("policy-load", "uid:0"))
        await console.audit.look()
    told = {units: [row for news in await _told(console, begin, units) for row in news.rows] for units in (OURS, WARDS)}
    assert [(row.act, row.unit) for row in told[OURS]] == [("hours", UNIT.id), ("close", UNIT.id)]
    assert [(row.act, row.unit) for row in told[WARDS]] == [("hours", WARD.id), ("close", WARD.id)]
    every = [row.unit for news in await _told(console, begin, ALL) for row in news.rows]
    assert sorted(every) == sorted([UNIT.id, WARD.id, ""] * 2)


async def _told(console: OfficeConsole, begin: str, units: frozenset[str]) -> list[AuditNews]:
    """What a supervisor of these units was told of the audit since then."""
    console.feed.publish(None, "link", Link(state="live", since=0.0, now=0.0))
    found = list[AuditNews]()
    async with aclosing(apart(console.feed.follow(begin, partial(hears, units)))) as lines:
        async for text in lines:
            if "event: audit" in text:
                found.append(AuditNews.read(text.partition("data: ")[2]))
            if "event: link" in text:
                break
    return found


async def test_what_comes_too_fast_is_counted(console: OfficeConsole) -> None:
    """Of a burst the newest are told, the others counted; all can be looked up."""
    await console.audit.look()
    office = console.unit.office
    console.feed.expect()
    for _ in range(120):
        office.records.jot(office.line("hours", "mette", UNIT.id))
    await office.records.keep(office.line("close", "mette", UNIT.id))
    begin = console.feed.at
    await console.audit.look()
    [news] = [each for each in await _told(console, begin, OURS) if each.skipped]
    assert (len(news.rows), news.skipped, news.rows[-1].act) == (50, 71, "close")


async def test_what_is_found_long_after_is_no_news(console: OfficeConsole) -> None:
    """After an upgrade old lines are found anew: they can be looked up, and nobody is told of them."""
    console.unit.around.clock.at += 3600
    console.feed.expect()
    begin = console.feed.at
    await console.audit.look()
    assert await _told(console, begin, OURS) == []
    assert (await search(console)).rows


@pytest.mark.parametrize("words", ["anna", "mette", "uid:"])
async def test_words_find_nobody(console: OfficeConsole, words: str) -> None:
    """Somebody's id typed as a word is no way round the reason."""
    assert [row for row in (await search(console)).rows if "anna" in (row.appointment, row.room)]
    assert (await search(console, words=words)).rows == ()


async def test_the_same_search_much_later_is_another_look(console: OfficeConsole) -> None:
    """A search once put on record is no leave to look at somebody for ever."""
    asked = {"command": "one", "appointment": "anna", "reason": WHY}
    for later in (0.0, 60.0, 4000.0):
        console.unit.around.clock.at += later
        assert (await console.http.post("/v1/audit/search", json=asked)).status_code == 200
    assert len(on_record(console, "audit-look")) == len(looks(console)) == 2


async def test_many_searches_at_once_leave_the_door_its_readers(console: OfficeConsole) -> None:
    """Few of them hold a connection of the database at a time."""
    pool, held, most = console.unit.around.database.engine.sync_engine.pool, list[object](), list[int]()

    @event.listens_for(pool, "checkout")
    def taken(db: object, *_: object) -> None:
        held.append(db)
        most.append(len(held))

    event.listen(pool, "checkin", lambda db, _: held.remove(db))
    await asyncio.gather(*(search(console, words="så meget som muligt") for _ in range(30)))
    assert max(most) <= AT_ONCE


@pytest.mark.parametrize("seq", [2**63, -1, 0])
async def test_a_line_that_cannot_be_is_no_fault(console: OfficeConsole, seq: int) -> None:
    """A number the database cannot hold is refused, not stumbled over."""
    answer = await console.http.get(f"/v1/audit/main/{seq}")
    assert answer.status_code in (404, 422)
    spot = {"at": 1.0, "shard": "main", "seq": seq}
    answer = await console.http.post("/v1/audit/search", json={"command": "x", "before": spot})
    assert answer.status_code in (200, 422)

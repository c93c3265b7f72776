"""The VideoAPI: changed whole or not at all, what was sent comes back, lists cost the same and are never cut."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import event

from tests.edges.web.api.booking_house import BookingHouse, a_meeting, a_wish, at, open_booking_house
from tests.flows.calendar import WARD
from xmpp_agent.edges.web.api.video_shapes import id_of
from xmpp_agent.flows import reading

MEET = "/videoapi/v2/meetings"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[BookingHouse]:
    """The booking API of a new installation."""
    async with open_booking_house(tmp_path) as opened:
        yield opened


@pytest.fixture
async def calendar(house: BookingHouse) -> AsyncIterator[httpx.AsyncClient]:
    """A calendar system with the unit's key."""
    async with house.asking() as client:
        yield client


async def booked(client: httpx.AsyncClient, **otherwise: object) -> dict[str, Any]:
    """A new meeting."""
    answer = await client.post(MEET, json=a_meeting(**otherwise))  # type: ignore[arg-type]  # fields of a meeting
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def looks(house: BookingHouse) -> list[tuple[str, str]]:
    """The access log: who did what, oldest first."""
    await house.desk.lines()
    async with house.desk.database.engine.connect() as db:
        rows = await db.exec_driver_sql("SELECT actor, act FROM looks ORDER BY at, rowid")
        return [(str(actor), str(act)) for actor, act in rows]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_change_whose_move_is_refused_changes_nothing(
    house: BookingHouse, calendar: httpx.AsyncClient, method: str
) -> None:
    """Neither subject nor case nor letters nor version; the calendar is told of no change."""
    made = await booked(calendar)
    where = f"{MEET}/{made['uuid']}"
    entry = await house.desk.office.diary.entry(id_of_text(made["uuid"]))
    otherwise = [{"key": "portner.caseRef", "value": "sag 99"}, {"key": "portner.phone", "value": "20 65 43 21"}]
    wish = {"subject": "x", "startTime": at(-7200), "endTime": at(-3600), "additionalInformation": otherwise}
    answer = await calendar.request(method, where, json=wish)
    assert (answer.status_code, answer.json()["detailed_error"].partition(":")[0]) == (400, "in_the_past")
    assert await house.desk.office.diary.entry(id_of_text(made["uuid"])) == entry
    assert (await calendar.get(where)).json() == made


async def test_a_change_and_a_move_are_one_version(house: BookingHouse, calendar: httpx.AsyncClient) -> None:
    """One write, one letter about it, one thing to tell."""
    made = await booked(calendar)
    wish = {"subject": "y", "startTime": at(7200), "endTime": at(9000), "organizedByEmail": "lars@lilleby.example"}
    assert (await calendar.put(f"{MEET}/{made['uuid']}", json=wish)).status_code == 200
    entry = await house.desk.office.diary.entry(id_of_text(made["uuid"]))
    assert entry is not None
    now = entry.appointment
    assert (now.version, now.sequence, now.subject, bool(now.staff)) == (2, 1, "y", True)


async def test_subject_and_description_come_back_as_they_were_sent(
    house: BookingHouse, calendar: httpx.AsyncClient
) -> None:
    """And stand sealed in the database; PUT replaces both, PATCH what it names, null takes a description away."""
    said = {"subject": "Talk with Anna", "description": "Anna has moved.\nBring papers."}
    made = await booked(calendar, **said)
    where = f"{MEET}/{made['uuid']}"
    assert {name: made[name] for name in said} == said
    async with house.desk.database.engine.connect() as db:
        rows = (await db.exec_driver_sql("SELECT subject || description FROM appointments")).all()
    assert "Anna" not in str(rows)
    times = {"startTime": at(3600), "endTime": at(5400)}
    for method, wish, after in (
        ("PATCH", times, said),
        ("PATCH", {"subject": "Other"}, {**said, "subject": "Other"}),
        ("PATCH", {"description": None}, {"subject": "Other", "description": None}),
        ("PUT", {"subject": "Third", "description": "x", **times}, {"subject": "Third", "description": "x"}),
        ("PUT", {"subject": "Third", **times}, {"subject": "Third", "description": None}),
    ):
        answer = (await calendar.request(method, where, json=wish)).json()
        assert {name: answer[name] for name in said} == after, (method, wish)


async def test_an_external_id_with_another_subject_is_another_meeting(calendar: httpx.AsyncClient) -> None:
    """Their code 21; with the same subject it is the same meeting."""
    await booked(calendar, externalId="v-1")
    assert (await calendar.post(MEET, json=a_meeting(externalId="v-1"))).status_code == 200
    other = await calendar.post(MEET, json=a_meeting(externalId="v-1", subject="Something else"))
    assert (other.status_code, other.json()["detailed_error_code"]) == (400, 21)


async def test_what_was_booked_elsewhere_is_called_what_the_unit_calls_its_meetings(
    calendar: httpx.AsyncClient,
) -> None:
    """The booking API has no subject."""
    await calendar.post("/api/v1/appointments", json=a_wish())
    [meeting] = (await calendar.get(MEET)).json()
    assert (meeting["subject"], meeting["description"]) == ("Videomøde", None)


async def test_whoever_is_read_or_listed_is_on_their_access_log(
    house: BookingHouse, calendar: httpx.AsyncClient
) -> None:
    """One line for each citizen, whichever way they were looked at: the links are theirs."""
    uuid, *_ = [(await booked(calendar))["uuid"] for _ in range(3)]
    before = len(await looks(house))
    await calendar.get(f"{MEET}/{uuid}")
    await calendar.get(f"/videoapi/v2/scheduling-info/{uuid}")
    await calendar.get(MEET)
    assert (await looks(house))[before:] == [("the-units", "read")] * 2 + [("the-units", "list")] * 3


@contextmanager
def counted(house: BookingHouse) -> Iterator[list[str]]:
    """The statements that are read with meanwhile."""
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    engine = house.desk.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


async def test_a_list_costs_as_many_reads_for_many_meetings_as_for_one(
    house: BookingHouse, calendar: httpx.AsyncClient
) -> None:
    """Nothing is looked up one by one."""
    reads, listed = [], list[dict[str, Any]]()
    for number in (1, 12):
        for each in range(number):
            await booked(calendar, externalId=f"{number}-{each}")
        with counted(house) as seen:
            listed = (await calendar.get(MEET)).json()
        reads.append(len(seen))
    assert len(listed) == 13
    assert all(meeting["shortLink"] for meeting in listed)
    assert reads[0] == reads[1] <= 6


async def test_a_list_is_never_cut(
    house: BookingHouse, calendar: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as fit, or a refusal in their shape that says so; nobody was looked at then."""
    monkeypatch.setattr(reading, "MOST", 2)
    for _ in range(2):
        await booked(calendar)
    assert len((await calendar.get(MEET)).json()) == 2
    await booked(calendar)
    before = await looks(house)
    answer = await calendar.get(MEET)
    assert (answer.status_code, answer.json()["detailed_error"].partition(":")[0]) == (400, "too_many_meetings")
    assert await looks(house) == before


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_meeting_is_not_said_to_be_in_another_unit(calendar: httpx.AsyncClient, method: str) -> None:
    """It stays in its own, and nothing of the change stands; naming the unit it is in is no fault."""
    made = await booked(calendar)
    where = f"{MEET}/{made['uuid']}"
    wish = {"subject": "x", "startTime": at(7200), "endTime": at(9000)}
    elsewhere = {**wish, "additionalInformation": [{"key": "portner.unit", "value": WARD.id}]}
    assert (await calendar.request(method, where, json=elsewhere)).status_code == 400
    assert (await calendar.get(where)).json() == made
    there = {**wish, "additionalInformation": made["additionalInformation"]}
    assert (await calendar.request(method, where, json=there)).json()["subject"] == "x"


@pytest.mark.parametrize("name", ["subject", "organizedBy", "label", "search", "uriWithDomain", "page"])
async def test_a_filter_that_is_not_there_is_refused(calendar: httpx.AsyncClient, name: str) -> None:
    """An answer that left it out would be the answer to another question."""
    answer = await calendar.get(MEET, params={name: "Anna"})
    assert answer.status_code == 400
    assert "Anna" not in answer.text


def id_of_text(uuid: str) -> str:
    """The appointment id of a UUID as it is written."""
    return id_of(UUID(uuid))

"""Requests to the booking API as calendars send them, and as nobody should: each answer is the one that is promised."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.an_office import CPR, UNIT
from tests.edges.web.api.booking_house import (
    PERSONAL,
    BookingHouse,
    a_meeting,
    a_wish,
    at,
    open_booking_house,
)
from tests.flows.calendar import WARD
from xmpp_agent.edges.web.api.keys import LONGEST_BODY
from xmpp_agent.edges.web.api.problems import MEDIA_TYPE, Problem
from xmpp_agent.edges.web.api.video_shapes import NOT_UNIQUE, VideoError

BOOK, MEET = "/api/v1/appointments", "/videoapi/v2/meetings"


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


def refused(answer: httpx.Response) -> tuple[int, str]:
    """Status and reason of a refusal that has the promised shape and repeats nothing of a person."""
    assert answer.headers["content-type"] == MEDIA_TYPE
    problem = Problem.model_validate_json(answer.content)
    assert problem.status == answer.status_code
    assert problem.title
    repeats_nothing(answer)
    return answer.status_code, problem.reason


def refused_video(answer: httpx.Response) -> tuple[int, str, int]:
    """Status, reason and their code of a refusal in the VideoAPI's shape."""
    assert answer.headers["content-type"] == "application/json"
    error = VideoError.model_validate_json(answer.content)
    assert (error.status, error.path) == (answer.status_code, answer.request.url.path)
    repeats_nothing(answer)
    return answer.status_code, error.detailed_error.partition(":")[0], error.detailed_error_code


def repeats_nothing(answer: httpx.Response) -> None:
    """No name, number, address or key in text or headers."""
    said = answer.text + str(answer.headers)
    assert [each for each in (*PERSONAL, "portner_") if each in said] == []


async def booked(client: httpx.AsyncClient, **otherwise: object) -> httpx.Response:
    """A new appointment, as the answer tells of it."""
    answer = await client.post(BOOK, json=a_wish(**otherwise))
    assert answer.status_code == 201
    return answer


@pytest.mark.parametrize("header", ["", "Bearer ", "Basic YTpi", "Bearer portner_short", "Bearer portner_" + "x" * 43])
@pytest.mark.parametrize(("method", "path"), [("POST", BOOK), ("GET", "/api/v1/units"), ("GET", "/api/v1/nowhere")])
async def test_without_a_good_key_nothing_is_told(house: BookingHouse, header: str, method: str, path: str) -> None:
    """401 with the way to do better; not even whether the path exists."""
    async with house.asking(None) as client:
        answer = await client.request(method, path, json=a_wish(), headers={"authorization": header})
    assert refused(answer) == (401, "no_key")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert await house.desk.count("appointments") == 0


async def test_a_revoked_key_is_no_key(house: BookingHouse) -> None:
    """After the seconds for which a good one is remembered it is refused."""
    async with house.asking() as client:
        assert (await client.get("/api/v1/units")).status_code == 200
        [caller] = [each for each in await house.desk.database.callers.callers() if each.id == "the-units"]
        office = house.desk.office
        revoked = replace(caller, revoked_at=office.clock.now())
        await office.records.keep(office.line("revoke", "test"), revoked)
        house.desk.clock.at += 10
        assert refused(await client.get("/api/v1/units")) == (401, "no_key")


async def test_the_key_of_another_unit_books_nothing_and_finds_nothing(
    house: BookingHouse, calendar: httpx.AsyncClient
) -> None:
    """403 where a unit is named, 404 where an appointment is: whether it exists is not told."""
    ident = (await booked(calendar)).json()["id"]
    version = {"if-match": '"1"'}
    async with house.asking(house.wards_key) as ward:
        assert refused(await ward.post(BOOK, json=a_wish())) == (403, "not_for_this_key")
        assert refused(await ward.get(f"/api/v1/units/{UNIT.id}")) == (403, "not_for_this_key")
        assert refused(await ward.get(BOOK, params={"day": "2026-11-22", "unit": UNIT.id})) == (403, "not_for_this_key")
        for path in (f"{BOOK}/{ident}", f"{BOOK}/{ident}/letters", f"{BOOK}/{'a' * 26}"):
            assert refused(await ward.get(path)) == (404, "no_appointment")
        assert refused(await ward.post(f"{BOOK}/{ident}/cancel", headers=version)) == (404, "no_appointment")
        assert (await ward.get(BOOK, params={"day": "2026-11-22"})).json()["appointments"] == []
        assert [unit["id"] for unit in (await ward.get("/api/v1/units")).json()] == [WARD.id]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "", {"caseRef": "sag 18"}),
        ("POST", "/move", {"startsAt": at(7200), "endsAt": at(9000)}),
        ("POST", "/cancel", None),
        ("POST", "/companions", {"kind": "interpreter", "name": "Ole Tolk"}),
        ("DELETE", "/companions/somebody", None),
    ],
)
async def test_whoever_changes_says_which_version(
    house: BookingHouse, calendar: httpx.AsyncClient, method: str, path: str, body: dict[str, str] | None
) -> None:
    """428 without If-Match, 412 with one that is not of what stands, and nothing is changed."""
    made = await booked(calendar)
    where = f"{BOOK}/{made.json()['id']}{path}"
    assert refused(await calendar.request(method, where, json=body)) == (428, "version_needed")
    for stale in ('"7"', '"01"', "1", 'W/"1"', "*", f'"{CPR}"'):
        answer = await calendar.request(method, where, json=body, headers={"if-match": stale})
        assert refused(answer) == (412, "changed_meanwhile")
    assert (await calendar.get(f"{BOOK}/{made.json()['id']}")).json() == made.json()


async def test_book_move_change_accompany_cancel(calendar: httpx.AsyncClient) -> None:
    """Each act answers what stands with its ETag, which the next one names; links go on working."""
    made = await booked(calendar, externalId="outlook-1", staffId="mette@lilleby.example")
    where, link = made.headers["location"], made.json()["citizen"]["link"]
    assert (made.headers["etag"], link[:21]) == ('"1"', "https://moede.test/m/")
    moved = await calendar.post(
        f"{where}/move", json={"startsAt": at(7200), "endsAt": at(9000)}, headers={"if-match": made.headers["etag"]}
    )
    assert (moved.status_code, moved.headers["etag"], moved.json()["citizen"]["link"]) == (200, '"2"', link)
    changed = await calendar.patch(
        where, json={"citizen": {"phone": "28 10 00 00"}}, headers={"if-match": moved.headers["etag"]}
    )
    assert (changed.status_code, changed.json()["startsAt"]) == (200, moved.json()["startsAt"])
    helped = await calendar.post(
        f"{where}/companions",
        json={"kind": "interpreter", "name": "Ole Tolk"},
        headers={"if-match": changed.headers["etag"]},
    )
    [helper] = helped.json()["companions"]
    assert (helped.status_code, helper["kind"]) == (201, "interpreter")
    assert helper["link"] not in {None, link}
    alone = await calendar.delete(f"{where}/companions/{helper['id']}", headers={"if-match": helped.headers["etag"]})
    assert (alone.status_code, alone.json()["companions"]) == (200, [])
    off = await calendar.post(f"{where}/cancel", headers={"if-match": alone.headers["etag"]})
    assert (off.status_code, off.json()["state"]) == (200, "cancelled")
    late = await calendar.patch(where, json={"caseRef": "x"}, headers={"if-match": off.headers["etag"]})
    assert refused(late) == (409, "appointment_cancelled")


async def test_the_cpr_number_never_comes_back(calendar: httpx.AsyncClient) -> None:
    """Neither when it is booked nor when it is read, and numbers and addresses neither."""
    made = await booked(calendar)
    read = await calendar.get(made.headers["location"])
    for answer in (made, read):
        assert [each for each in (CPR, "20123456", "borger.example") if each in answer.text] == []


async def test_the_same_again_is_the_same_and_something_else_is_refused(
    house: BookingHouse, calendar: httpx.AsyncClient
) -> None:
    """201, then 200 with the same id and links; other content under the same externalId: 409."""
    made = await booked(calendar, externalId="outlook-1")
    again = await calendar.post(BOOK, json=a_wish(externalId="outlook-1"))
    assert (again.status_code, again.json()) == (200, made.json())
    other = await calendar.post(BOOK, json=a_wish(externalId="outlook-1", endsAt=at(6000)))
    assert refused(other) == (409, "booked_otherwise")
    assert await house.desk.count("appointments") == 1


async def test_two_at_once_with_one_external_id_book_once(house: BookingHouse, calendar: httpx.AsyncClient) -> None:
    """One is told 201, all others 200, and all of them the same appointment."""
    wish = a_wish(externalId="outlook-1")
    answers = await asyncio.gather(*(calendar.post(BOOK, json=wish) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await house.desk.count("appointments") == 1


async def test_another_systems_external_ids_are_its_own(house: BookingHouse, calendar: httpx.AsyncClient) -> None:
    """Two systems may use the same externalId, and neither sees the other's."""
    mine = await booked(calendar, externalId="1")
    async with house.asking(await house.another_key("other", frozenset({UNIT.id}))) as other:
        theirs = await booked(other, externalId="1")
        assert theirs.json()["id"] != mine.json()["id"]
        assert (await other.get(mine.headers["location"])).json()["externalId"] is None


@pytest.mark.parametrize(
    ("wish", "status", "reason"),
    [
        (a_wish(unit="nowhere"), 403, "not_for_this_key"),
        (a_wish(policy="nothing"), 422, "unknown_policy"),
        (a_wish(endsAt=at(3000)), 422, "ends_before_start"),
        (a_wish(startsAt=at(-7200), endsAt=at(-3600)), 422, "in_the_past"),
        (a_wish(citizen={"name": "Anna Hansen"}), 422, "identity_needed"),
        (a_wish(citizen={"name": "Anna Hansen", "cpr": f"{CPR}x"}), 422, "bad_cpr"),
        (a_wish(citizen={"name": "Anna Hansen", "cpr": CPR, "email": "Anna Hansen"}), 422, "bad_email"),
        (a_wish(citizen={"name": "Anna Hansen", "cpr": CPR, "phone": "Anna"}), 422, "no_number"),
    ],
)
async def test_what_the_rules_forbid_has_its_code(
    calendar: httpx.AsyncClient, wish: dict[str, object], status: int, reason: str
) -> None:
    """A reason to act on, and nothing of what was sent."""
    assert refused(await calendar.post(BOOK, json=wish)) == (status, reason)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 60_000,
        json.dumps(a_wish(startsAt="1795381467")).encode(),
        json.dumps(a_wish(startsAt="2026-11-22T10:00:00")).encode(),
        json.dumps({"Anna Hansen": CPR}).encode(),
        json.dumps(a_wish(citizen={"name": ["Anna Hansen"], CPR: CPR})).encode(),
        json.dumps(a_wish(citizen={"name": "Anna Hansen", "cpr": CPR * 20})).encode(),
    ],
    ids=["nothing", "torn", "list", "no-text", "nested", "number", "no-offset", "made-up", "wrong-type", "too-long"],
)
async def test_what_cannot_be_read_is_422_and_not_repeated(calendar: httpx.AsyncClient, body: bytes) -> None:
    """Broken JSON, wrong types, numbers for times, names that the caller made up."""
    answer = await calendar.post(BOOK, content=body, headers={"content-type": "application/json"})
    assert refused(answer) == (422, "bad_request")


async def test_a_body_that_is_too_large_is_413(calendar: httpx.AsyncClient) -> None:
    """In the shape of its interface, and nothing of it is read."""
    body = b" " * (LONGEST_BODY + 1)
    assert refused(await calendar.post(BOOK, content=body))[0] == 413
    assert refused_video(await calendar.post(MEET, content=body))[0] == 413


async def test_who_asks_too_often_is_told_when_to_come_back(house: BookingHouse) -> None:
    """429 with Retry-After in seconds; after them there is one more; others are not held up."""
    async with house.asking(await house.another_key("hasty", frozenset({UNIT.id}), per_minute=6)) as hasty:
        for _ in range(10):
            assert (await hasty.get("/api/v1/units")).status_code == 200
        answer = await hasty.get("/api/v1/units")
        assert refused(answer) == (429, "too_many_requests")
        assert answer.headers["retry-after"] == "10"
        async with house.asking() as calendar:
            assert (await calendar.get("/api/v1/units")).status_code == 200
        house.desk.clock.at += 10
        assert (await hasty.get("/api/v1/units")).status_code == 200


async def test_pages_of_a_day_hold_each_appointment_once(calendar: httpx.AsyncClient) -> None:
    """In order of start, a page at a time, without names; a cursor that is none of ours is 422."""
    ids = [(await booked(calendar, startsAt=at(3600 + n), endsAt=at(5400))).json()["id"] for n in range(5)]
    seen: list[dict[str, object]] = []
    after: str | None = ""
    for _ in range(3):
        params = {"day": "2026-11-22", "limit": "2"} | ({"after": after} if after else {})
        page = (await calendar.get(BOOK, params=params)).json()
        seen += page["appointments"]
        after = page["next"]
    assert ([row["id"] for row in seen], after) == (ids, None)
    assert "Anna" not in str(seen)
    answer = await calendar.get(BOOK, params={"day": "2026-11-22", "after": "Anna Hansen"})
    assert refused(answer) == (422, "bad_request")


async def test_video_meetings_are_booked_read_changed_and_cancelled(calendar: httpx.AsyncClient) -> None:
    """Under the UUID that was asked for; the booking API sees the same appointment."""
    uuid = str(uuid4())
    made = await calendar.post(MEET, json=a_meeting(uuid=uuid, externalId="v-1"))
    assert (made.status_code, made.json()["uuid"], made.json()["externalId"]) == (201, uuid, "v-1")
    assert CPR not in made.text
    assert (await calendar.post(MEET, json=a_meeting(uuid=uuid, externalId="v-1"))).status_code == 200
    assert (await calendar.get(f"{MEET}/{uuid}")).json() == made.json()
    [listed] = (await calendar.get(MEET, params={"short-id": made.json()["shortId"]})).json()
    assert listed == made.json()
    moved = await calendar.patch(f"{MEET}/{uuid}", json={"startTime": at(7200), "endTime": at(9000)})
    assert moved.status_code == 200
    assert moved.json()["startTime"] != made.json()["startTime"]
    put = await calendar.put(f"{MEET}/{uuid}", json={"subject": "x", "startTime": at(7200), "endTime": at(9600)})
    assert put.status_code == 200
    where = (await calendar.get(f"/videoapi/v2/scheduling-info/{uuid}")).json()
    assert (where["customPortalGuest"], where["provisionStatus"]) == (made.json()["shortLink"], "PROVISIONED_OK")
    assert (await calendar.delete(f"{MEET}/{uuid}")).status_code == 204
    assert refused_video(await calendar.delete(f"{MEET}/{uuid}")) == (406, "appointment_cancelled", 0)
    where = (await calendar.get(f"/videoapi/v2/scheduling-info/{uuid}")).json()
    assert where["provisionStatus"] == "DEPROVISION_OK"


async def test_video_errors_have_the_videoapis_shape(house: BookingHouse, calendar: httpx.AsyncClient) -> None:
    """An external id used before is a 400 with their code 21; the rest has codes of ours in their text."""
    assert (await calendar.post(MEET, json=a_meeting(externalId="v-1"))).status_code == 201
    other = await calendar.post(MEET, json=a_meeting(externalId="v-1", endTime=at(6000)))
    assert refused_video(other) == (400, "booked_otherwise", NOT_UNIQUE)
    assert NOT_UNIQUE == 21
    assert refused_video(await calendar.get(f"{MEET}/{uuid4()}")) == (404, "no_appointment", 0)
    assert refused_video(await calendar.post(MEET, json={"subject": CPR})) == (400, "bad_request", 0)
    nested = await calendar.post(MEET, content=b"[" * 60_000, headers={"content-type": "application/json"})
    assert refused_video(nested) == (400, "bad_request", 0)
    assert refused_video(await calendar.post(MEET, json=a_meeting({"portner.cpr": "1"})))[:2] == (
        400,
        "bad_cpr",
    )
    async with house.asking(None) as nobody:
        assert refused_video(await nobody.get(MEET)) == (401, "no_key", 0)
    async with house.asking(house.wards_key) as ward:
        elsewhere = a_meeting({"portner.unit": UNIT.id})
        assert refused_video(await ward.post(MEET, json=elsewhere)) == (403, "not_for_this_key", 0)

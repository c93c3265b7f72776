"""Appointments over HTTP: what is named when something is wrong, who was looked at, days, units and policies."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.an_office import CPR, UNIT
from tests.edges.web.api.booking_house import BookingHouse, a_wish, at, open_booking_house
from tests.flows.calendar import WARD, WRITTEN_TO
from xmpp_agent.edges.web.api.problems import MEDIA_TYPE, Problem
from xmpp_agent.ports import Unavailable

BOOK = "/api/v1/appointments"
NOON = datetime(2027, 1, 15, 11, tzinfo=UTC)


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


def problem_of(answer: httpx.Response, status: int) -> Problem:
    """The problem details of a refusal with that status."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE), answer.text
    return Problem.model_validate_json(answer.content)


async def booked(client: httpx.AsyncClient, **otherwise: object) -> dict[str, Any]:
    """A new appointment."""
    answer = await client.post(BOOK, json=a_wish(**otherwise))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def times(start: datetime) -> dict[str, str]:
    """Twenty minutes from then."""
    return {"startsAt": start.isoformat(), "endsAt": (start + timedelta(minutes=20)).isoformat()}


async def test_booked_it_reads_back_as_it_was_sent(calendar: httpx.AsyncClient) -> None:
    """Everything that may come back does, and the times are the same moments."""
    companions = [{"kind": "interpreter", "name": "Ole Tolk", "phone": "28 10 00 00"}]
    said = {"externalId": "1", "caseRef": "sag 17", "language": "en", "metInPerson": True, "askedForVideo": True}
    sent = a_wish(companions=companions, **said)
    made = (await calendar.post(BOOK, json=sent)).json()
    assert (await calendar.get(f"{BOOK}/{made['id']}")).json() == made
    assert {name: made[name] for name in (*said, "unit", "policy")} == {
        **said,
        "unit": sent["unit"],
        "policy": sent["policy"],
    }
    for name in ("startsAt", "endsAt"):
        assert datetime.fromisoformat(made[name]) == datetime.fromisoformat(str(sent[name]))
    assert [(c["kind"], c["name"]) for c in made["companions"]] == [("interpreter", "Ole Tolk")]
    assert made["companions"][0]["link"] != made["citizen"]["link"]


async def test_every_rule_that_says_no_is_named(calendar: httpx.AsyncClient) -> None:
    """One answer for everything that is wrong, in the language that was asked for."""
    wrong = a_wish(policy="hemmelig", endsAt=at(-60), citizen={"name": "Anna Hansen"})
    problem = problem_of(await calendar.post(BOOK, json=wrong), 422)
    assert problem.reasons == ["unknown_policy", "ends_before_start", "in_the_past"]
    assert (problem.reason, problem.type) == ("unknown_policy", "urn:portner:reason:unknown_policy")
    danish = await calendar.post(BOOK, json=wrong, headers={"accept-language": "da"})
    assert problem_of(danish, 422).title == "Aftaletypen findes ikke."
    assert "hemmelig" not in danish.text


@pytest.mark.parametrize(
    ("otherwise", "fields"),
    [
        ({"unit": None}, {("unit", "string_type")}),
        ({"startsAt": "i morgen"}, {("startsAt", "value_error")}),
        ({"startsAt": 1795381467}, {("startsAt", "value_error")}),
        ({"startsAt": "0001-01-01T00:00:00+01:00"}, {("startsAt", "value_error")}),
        ({"citizen": {"phone": "20 12 34 56"}}, {("citizen.name", "missing")}),
        ({"citizen": {"name": "Anna", "cprr": CPR}}, {("citizen.?", "extra_forbidden")}),
        ({"Anna Hansen": 1}, {("?", "extra_forbidden")}),
        ({"metInPerson": "yes"}, {("metInPerson", "bool_type")}),
        ({"language": "de"}, {("language", "string_pattern_mismatch")}),
        ({"companions": [{"kind": "nabo", "name": "Bo"}]}, {("companions.0.kind", "enum")}),
        ({"caseRef": "a\nb"}, {("caseRef", "value_error")}),
        ({"externalId": ""}, {("externalId", "string_too_short")}),
        ({"externalId": "a\x00b"}, {("externalId", "value_error")}),
    ],
)
async def test_the_field_that_cannot_be_read_is_named(
    calendar: httpx.AsyncClient, otherwise: dict[str, Any], fields: set[tuple[str, str]]
) -> None:
    """With a code; neither its value nor a name the caller made up."""
    answer = await calendar.post(BOOK, json=a_wish(**otherwise))
    assert {(fault.field, fault.fault) for fault in problem_of(answer, 422).fields} == fields
    for secret in ("Anna", CPR, "nabo", "morgen", "cprr"):
        assert secret not in answer.text


async def test_looking_at_somebody_is_on_their_access_log_and_listing_is_not(
    house: BookingHouse, calendar: httpx.AsyncClient
) -> None:
    """A list gives out no names, so it looks at nobody."""
    made = await booked(calendar)
    before = await house.desk.count("looks")
    rows = (await calendar.get(BOOK, params={"day": made["startsAt"][:10]})).json()["appointments"]
    assert [row["id"] for row in rows] == [made["id"]]
    assert "Anna" not in json.dumps(rows)
    await house.desk.lines()
    assert await house.desk.count("looks") == before
    await calendar.get(f"{BOOK}/{made['id']}")
    await house.desk.lines()
    assert await house.desk.count("looks") == before + 1
    await booked(calendar, externalId="outlook-1")
    before = await house.desk.count("looks")
    assert (await calendar.post(BOOK, json=a_wish(externalId="outlook-1"))).status_code == 200
    await house.desk.lines()
    assert await house.desk.count("looks") == before + 1


async def test_in_a_list_external_ids_are_shown_to_their_owner_alone(
    house: BookingHouse, calendar: httpx.AsyncClient
) -> None:
    """Another system of the same unit sees that something is booked, not what others call it."""
    made = await booked(calendar, externalId="outlook-1")
    day = {"day": made["startsAt"][:10]}
    async with house.asking(await house.another_key("other", frozenset({UNIT.id}))) as other:
        for client, shown in ((calendar, "outlook-1"), (other, None)):
            [row] = (await client.get(BOOK, params=day)).json()["appointments"]
            assert row["externalId"] == shown


async def test_what_became_of_the_letters(calendar: httpx.AsyncClient) -> None:
    """Each with channel and state; whose it is by id."""
    made = await booked(calendar, policy=WRITTEN_TO.id)
    [letter] = (await calendar.get(f"{BOOK}/{made['id']}/letters")).json()
    assert (letter["channel"], letter["state"], letter["about"]) == ("digital-post", "queued", "invitation")
    assert letter["person"] == made["citizen"]["id"]


async def test_moved_to_a_colleague_and_to_the_next_free(calendar: httpx.AsyncClient) -> None:
    """The colleague by what the employer calls them; nobody in particular by saying so."""
    made = await booked(calendar, staffId="mette@lilleby.example")
    where, when = f"{BOOK}/{made['id']}/move", {"startsAt": made["startsAt"], "endsAt": made["endsAt"]}
    to_lars = {**when, "staffId": "lars@lilleby.example"}
    lars = await calendar.post(where, json=to_lars, headers={"if-match": '"1"'})
    assert lars.json()["staff"] not in (made["staff"], None)
    queue = await calendar.post(where, json={**when, "nextFree": True}, headers={"if-match": '"2"'})
    assert queue.json()["staff"] is None


async def test_a_day_is_that_of_the_units_place_and_listed_by_staff_and_unit(calendar: httpx.AsyncClient) -> None:
    """What starts after midnight in Denmark is tomorrow's, though it is yesterday's by Greenwich."""
    for number in range(3):
        staff = {"staffId": "lars@lilleby.example"} if number == 2 else {}
        await booked(calendar, externalId=f"{number}", **times(NOON + timedelta(minutes=number)), **staff)
    await booked(calendar, externalId="late", **times(datetime(2027, 1, 15, 23, 30, tzinfo=UTC)))

    async def listed(**params: str) -> list[dict[str, Any]]:
        return list((await calendar.get(BOOK, params=params)).json()["appointments"])

    rows = await listed(day="2027-01-15")
    assert [row["externalId"] for row in rows] == ["0", "1", "2"]
    theirs = await listed(day="2027-01-15", unit=UNIT.id, staff=rows[2]["staff"])
    assert [row["externalId"] for row in theirs] == ["2"]
    assert [row["externalId"] for row in await listed(day="2027-01-16")] == ["late"]


@pytest.mark.parametrize("after", ["x", "!!!!", "WzEsMl0=", "W10=", "WzFlOTk5LCJ4Il0=", "eyJhIjoxfQ==", "W251bGwsMV0="])
async def test_a_page_mark_that_is_none_of_ours_is_harmless(calendar: httpx.AsyncClient, after: str) -> None:
    """Refused, or a page of nothing."""
    answer = await calendar.get(BOOK, params={"day": "2027-01-15", "after": after})
    assert answer.status_code in (200, 422)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1970-01-01"])
async def test_the_first_and_last_days_hold_nothing(calendar: httpx.AsyncClient, day: str) -> None:
    """And make nothing fall over."""
    assert (await calendar.get(BOOK, params={"day": day})).json() == {"appointments": [], "next": None}


async def test_units_and_policies_say_what_may_be_booked(house: BookingHouse, calendar: httpx.AsyncClient) -> None:
    """Units of the key, every policy."""
    assert (await calendar.get(f"/api/v1/units/{UNIT.id}")).json()["name"] == UNIT.name
    written = (await calendar.get(f"/api/v1/policies/{WRITTEN_TO.id}")).json()
    assert (written["level"], written["ladder"]) == ("substantial", ["digital-post", "sms"])
    assert "hotline" in {policy["id"] for policy in (await calendar.get("/api/v1/policies")).json()}
    problem_of(await calendar.get("/api/v1/policies/x"), 404)
    async with house.asking(await house.another_key("everywhere", frozenset({"*"}))) as everywhere:
        assert {unit["id"] for unit in (await everywhere.get("/api/v1/units")).json()} == {UNIT.id, WARD.id}
        problem_of(await everywhere.get("/api/v1/units/x"), 404)


class FullDisk:
    """Records of an agent whose disk is full."""

    async def keep(self, *_: object) -> None:
        """See `ports.diary.Records`."""
        raise Unavailable("disk full of Anna Hansen")

    def jot(self, *_: object) -> None:
        """See `ports.diary.Records`."""


async def test_a_database_that_cannot_do_it_is_503_and_changes_nothing(
    house: BookingHouse, calendar: httpx.AsyncClient
) -> None:
    """With when to try again; the same request works then."""
    records, house.desk.office.records = house.desk.office.records, FullDisk()
    answer = await calendar.post(BOOK, json=a_wish())
    problem_of(answer, 503)
    assert "Anna" not in answer.text
    assert int(answer.headers["retry-after"]) > 0
    house.desk.office.records = records
    await booked(calendar)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/v1/nothing", 404), ("GET", "/api/v2", 404), ("PUT", BOOK, 405), ("DELETE", "/api/v1/units", 405)],
)
async def test_what_is_not_there_is_a_problem_too(
    calendar: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    """In the same shape."""
    problem_of(await calendar.request(method, path), status)


async def test_wrong_keys_from_one_address_are_slowed_down_and_good_ones_are_not(house: BookingHouse) -> None:
    """After twenty 429; whoever came with a good key before goes on, from the same address."""
    async with house.asking() as good, house.asking("portner_" + "x" * 43) as wrong:
        assert (await good.get("/api/v1/units")).status_code == 200
        statuses = [(await wrong.get("/api/v1/units")).status_code for _ in range(25)]
        assert statuses == [401] * 20 + [429] * 5
        house.desk.clock.at += 3
        assert (await good.get("/api/v1/units")).status_code == 200
        house.desk.clock.at += 100
        assert (await wrong.get("/api/v1/units")).status_code == 401


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-1e300, 1e300) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    otherwise=st.dictionaries(st.sampled_from(["unit", "policy", "startsAt", "citizen", "companions", "caseRef"]), JSON)
)
async def test_any_json_is_booked_or_refused(calendar: httpx.AsyncClient, otherwise: dict[str, Any]) -> None:
    """No 5xx, whatever stands where something else should."""
    assert (await calendar.post(BOOK, json=a_wish(**otherwise))).status_code in (201, 403, 422)

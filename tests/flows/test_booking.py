"""Booking on a real database: what is written down, what is refused whole, and what two at once make of it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.an_office import CPR, UNIT
from tests.flows.calendar import CALENDAR, FOLLOW_UP, WARD, WISH, WRITTEN_TO, Desk, open_desk
from tests.rules.scenes import NOW
from xmpp_agent.flows.booking import NEXT_FREE, By, Whom, Wish, book
from xmpp_agent.flows.office import Refused
from xmpp_agent.model.callers import Event
from xmpp_agent.model.letters import About, Channel
from xmpp_agent.model.people import CompanionKind, Reach
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.rules.guests import Typed

INTERPRETER = (CompanionKind.INTERPRETER, Typed("Ole Tolk", "28 10 00 00"))
EVERYTHING = replace(WISH, companions=(INTERPRETER,), language="en", met=True, asked=True)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """An office with two units, three policies and a calendar system."""
    async with open_desk(tmp_path, hook_url="https://calendar.example/hook") as opened:
        yield opened


async def refused(desk: Desk, wish: Wish, by: By = CALENDAR) -> Reason:
    """Why the wish is not met."""
    with pytest.raises(Refused) as caught:
        await book(desk.office, wish, by)
    return caught.value.verdict.reason


async def test_everything_wished_for_stands(desk: Desk) -> None:
    """Read back it is what was asked for, with people, numbers in one form, and the identity as a hash."""
    booked = await desk.book(EVERYTHING)
    stands = await desk.stands(booked)
    assert stands == booked
    made = stands.appointment
    assert (made.unit, made.policy.id, made.starts_at, made.ends_at) == (UNIT.id, "samtale", NOW + 3600, NOW + 5400)
    assert (made.case_ref, made.language, made.met, made.asked, made.made_at) == ("sag 17", "en", True, True, NOW)
    assert (made.version, made.sequence, made.caller, made.external_id) == (1, 0, "calendar", "outlook-1")
    assert made.invited == desk.ring.identity.cpr(CPR)
    assert stands.citizen.name == "Anna Hansen"
    assert [(c.kind, c.person.name) for c in stands.companions] == [(CompanionKind.INTERPRETER, "Ole Tolk")]
    assert await desk.office.diary.reach(stands.companions[0].person.id) == Reach("+4528100000")
    staff = await desk.office.diary.staff_by_account(desk.ring.identity.mark("account", "mette@lilleby.example"))
    assert staff is not None
    assert (staff.id, staff.name) == (made.staff, "Mette Madsen")
    room = await desk.office.diary.room(made.room)
    assert room is not None
    assert (room.owner, room.unit, room.day) == (staff.id, UNIT.id, "2026-11-22")


async def test_each_person_has_a_link_of_their_own(desk: Desk) -> None:
    """Found by its code and by the appointment; the answer holds the codes once."""
    booked = await book(desk.office, EVERYTHING, CALENDAR)
    people = {booked.entry.citizen.id, booked.entry.companions[0].person.id}
    assert {new.link.person for new in booked.links} == people
    for new in booked.links:
        assert await desk.office.visitors.link(desk.ring.identity.mark("link", new.code)) == new.link
    assert {new.code for new in await desk.office.visitors.links_of(booked.entry.appointment.id)} == {
        new.code for new in booked.links
    }


async def test_letters_hooks_and_access_log_stand_with_the_appointment(desk: Desk) -> None:
    """The first rung of the ladder, the webhook that tells of it, who booked: written in one go."""
    booked = await desk.book(replace(WISH, policy=WRITTEN_TO.id))
    [letter] = await desk.office.mailroom.letters_of(booked.appointment.id)
    assert (letter.about, letter.channel, letter.person) == (About.INVITATION, Channel.DIGITAL_POST, booked.citizen.id)
    [errand] = await desk.database.hooks.due(NOW, 10)
    assert (errand.hook.event, errand.hook.appointment, errand.hook.version) == (
        Event.BOOKED,
        booked.appointment.id,
        1,
    )
    assert await desk.count("looks") == 1


async def test_a_cpr_number_is_kept_only_for_digital_post(desk: Desk) -> None:
    """To know somebody again its hash will do."""
    without = await desk.book()
    by_post = await desk.book(replace(WISH, policy=WRITTEN_TO.id, external_id="outlook-2"))
    assert (await desk.office.diary.reach(without.citizen.id)).cpr == ""
    assert (await desk.office.diary.reach(by_post.citizen.id)).cpr == CPR
    assert without.appointment.invited == by_post.appointment.invited


async def test_names_and_numbers_are_in_no_line_of_the_audit(desk: Desk) -> None:
    """Lines hold ids and codes; a refusal does not repeat what was asked for either."""
    await desk.book(EVERYTHING)
    await refused(desk, replace(WISH, external_id="outlook-2", unit="Anna Hansen", policy="Anna Hansen"))
    lines = await desk.lines()
    assert [(line["act"], line["decision"]) for line in lines][1:3] == [("book", "open"), ("book", "refuse")]
    for secret in ("Anna", CPR, "2012", "borger", "Mette", "sag 17", "outlook"):
        assert secret not in str(lines)


async def test_the_next_free_has_the_units_own_queue(desk: Desk) -> None:
    """No staff is named: all of a day wait for one room, whose owner is nobody in particular."""
    first = await desk.book(replace(WISH, staff=NEXT_FREE))
    second = await desk.book(replace(WISH, staff=NEXT_FREE, external_id="outlook-2"))
    named = await desk.book(replace(WISH, external_id="outlook-3"))
    assert first.appointment.staff == second.appointment.staff == ""
    assert first.appointment.room == second.appointment.room != named.appointment.room
    room = await desk.office.diary.room(first.appointment.room)
    assert room is not None
    owner = await desk.office.diary.person(room.owner)
    assert owner is not None
    assert (owner.name, owner.unit) == (UNIT.name, UNIT.id)


@pytest.mark.parametrize(
    ("start", "day"),
    [
        (datetime(2027, 1, 15, 22, 59, tzinfo=UTC), "2027-01-15"),
        (datetime(2027, 1, 15, 23, 0, tzinfo=UTC), "2027-01-16"),
        (datetime(2027, 7, 15, 21, 59, tzinfo=UTC), "2027-07-15"),
        (datetime(2027, 7, 15, 22, 0, tzinfo=UTC), "2027-07-16"),
    ],
)
async def test_the_room_is_of_the_day_at_the_units_place(desk: Desk, start: datetime, day: str) -> None:
    """Midnight is that of Denmark, in winter and in summer."""
    at = start.timestamp()
    booked = await desk.book(replace(WISH, starts_at=at, ends_at=at + 1800))
    room = await desk.office.diary.room(booked.appointment.room)
    assert room is not None
    assert room.day == day


async def test_a_colleague_has_one_room_a_day(desk: Desk) -> None:
    """However the account is spelt; another day, another room."""
    first = await desk.book()
    same = await desk.book(replace(WISH, staff=Whom(" METTE@lilleby.example"), external_id="outlook-2"))
    known = await desk.book(replace(WISH, staff=Whom(person=first.appointment.staff), external_id="outlook-3"))
    later = replace(WISH, starts_at=NOW + 86400, ends_at=NOW + 88000, external_id="outlook-4")
    other_day = await desk.book(later)
    assert first.appointment.room == same.appointment.room == known.appointment.room != other_day.appointment.room
    assert first.appointment.staff == same.appointment.staff == known.appointment.staff == other_day.appointment.staff


async def test_sent_twice_it_is_booked_once(desk: Desk) -> None:
    """The same external id with the same content answers what stands, also after that was moved on."""
    first = await book(desk.office, EVERYTHING, CALENDAR)
    again = await book(desk.office, EVERYTHING, CALENDAR)
    respelt = replace(EVERYTHING, citizen=Typed("Anna Hansen ", "+45 20123456", "anna@borger.example", "010101-0101"))
    assert (first.new, again.new) == (True, False)
    assert again.entry == first.entry == (await book(desk.office, respelt, CALENDAR)).entry
    assert await desk.count("appointments") == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(EVERYTHING, unit=WARD.id),
        replace(EVERYTHING, policy=FOLLOW_UP.id),
        replace(EVERYTHING, starts_at=NOW + 3601),
        replace(EVERYTHING, ends_at=NOW + 5401),
        replace(EVERYTHING, citizen=replace(EVERYTHING.citizen, name="Anna Jensen")),
        replace(EVERYTHING, citizen=replace(EVERYTHING.citizen, phone="20 12 34 57")),
        replace(EVERYTHING, citizen=replace(EVERYTHING.citizen, email="")),
        replace(EVERYTHING, citizen=replace(EVERYTHING.citizen, cpr="0202020202")),
        replace(EVERYTHING, staff=Whom("lars@lilleby.example")),
        replace(EVERYTHING, staff=NEXT_FREE),
        replace(EVERYTHING, companions=()),
        replace(EVERYTHING, companions=((CompanionKind.GUARDIAN, INTERPRETER[1]),)),
        replace(EVERYTHING, case_ref="sag 18"),
        replace(EVERYTHING, language="da"),
        replace(EVERYTHING, met=False),
        replace(EVERYTHING, asked=False),
        replace(EVERYTHING, id="a" * 26),
    ],
)
async def test_an_external_id_stands_for_one_content(desk: Desk, other: Wish) -> None:
    """Whatever is otherwise, it is another appointment, and the calendar is told."""
    await desk.book(EVERYTHING)
    assert await refused(desk, other) is Reason.BOOKED_OTHERWISE
    assert await desk.count("appointments") == 1


async def test_external_ids_are_each_callers_own(desk: Desk) -> None:
    """Two systems may call two appointments the same; without a caller there is nothing to repeat."""
    first = await desk.book()
    second = await desk.book(by=By("other", "other"))
    third = await desk.book(by=By("uid:0"))
    assert len({entry.appointment.id for entry in (first, second, third)}) == 3


async def test_an_id_chosen_by_the_caller_is_taken_once(desk: Desk) -> None:
    """A second appointment under it is refused and leaves nothing."""
    chosen = replace(WISH, id="a" * 26, external_id="")
    assert (await desk.book(chosen)).appointment.id == "a" * 26
    assert await refused(desk, chosen) is Reason.ID_TAKEN
    assert (await desk.count("appointments"), await desk.count("people")) == (1, 2)


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (replace(WISH, unit="nowhere"), Reason.NOT_FOR_THIS_KEY),
        (replace(WISH, unit=WARD.id), Reason.NOT_FOR_THIS_KEY),
        (replace(WISH, policy="nothing"), Reason.UNKNOWN_POLICY),
        (replace(WISH, policy=FOLLOW_UP.id), Reason.NOT_MET),
        (replace(WISH, policy=FOLLOW_UP.id, met=True), Reason.NOT_ASKED_FOR),
        (replace(WISH, citizen=Typed("Anna")), Reason.IDENTITY_NEEDED),
        (replace(WISH, citizen=Typed("Anna", cpr="1")), Reason.BAD_CPR),
        (replace(WISH, companions=((CompanionKind.GUARDIAN, Typed("")),)), Reason.BAD_NAME),
        (replace(WISH, starts_at=NOW - 3600, ends_at=NOW - 1), Reason.IN_THE_PAST),
        (replace(WISH, starts_at=1e12, ends_at=1e12 + 1), Reason.TOO_FAR_AHEAD),
        (replace(WISH, starts_at=-1e12, ends_at=-1e12 + 1), Reason.IN_THE_PAST),
        (replace(WISH, staff=Whom(person="nobody")), Reason.UNKNOWN_STAFF),
    ],
)
async def test_a_wish_that_cannot_be_met_leaves_nothing(desk: Desk, wish: Wish, reason: Reason) -> None:
    """No person, no room, no letter; who asked for what unit is on record."""
    assert await refused(desk, wish) is reason
    for table in ("appointments", "people", "rooms", "links", "letters", "external_ids", "hooks"):
        assert await desk.count(table) == 0


async def test_an_unknown_unit_is_told_to_whoever_may_book_everywhere(desk: Desk) -> None:
    """Others only hear that their key is not for it."""
    assert await refused(desk, replace(WISH, unit="nowhere"), By("uid:0")) is Reason.UNKNOWN_UNIT


async def test_staff_of_another_unit_are_not_booked(desk: Desk) -> None:
    """A room is one unit's, whose supervisors see it."""
    everywhere = By("uid:0")
    await desk.book(replace(WISH, unit=WARD.id), everywhere)
    assert await refused(desk, WISH, everywhere) is Reason.STAFF_OF_ANOTHER_UNIT


async def test_many_at_once_make_one_colleague_and_one_room(desk: Desk) -> None:
    """Who is first makes them, the others find them."""
    wishes = [replace(WISH, external_id=f"outlook-{n}") for n in range(8)]
    made = await asyncio.gather(*(desk.book(wish) for wish in wishes))
    assert len({(entry.appointment.staff, entry.appointment.room) for entry in made}) == 1
    assert (await desk.count("rooms"), await desk.count("appointments")) == (1, 8)


async def test_two_processes_book_the_same_colleague_at_once(tmp_path: Path) -> None:
    """The database lets one of them make room and colleague; the other one tries again and finds them."""
    async with AsyncExitStack() as held:
        desks = [await held.enter_async_context(open_desk(tmp_path)) for _ in range(2)]
        wishes = [replace(WISH, external_id=f"outlook-{n}") for n in range(8)]
        made = await asyncio.gather(*(desks[n % 2].book(wish) for n, wish in enumerate(wishes)))
        assert len({(entry.appointment.staff, entry.appointment.room) for entry in made}) == 1
        assert (await desks[0].count("rooms"), await desks[0].count("people")) == (1, 9)


async def test_two_creators_with_one_external_id_book_once(tmp_path: Path) -> None:
    """In one process and in two: one appointment, and all hear of that one."""
    async with AsyncExitStack() as held:
        desks = [await held.enter_async_context(open_desk(tmp_path)) for _ in range(2)]
        made = await asyncio.gather(*(book(desks[n % 2].office, EVERYTHING, CALENDAR) for n in range(8)))
        assert len({booked.entry.appointment.id for booked in made}) == 1
        assert [booked.new for booked in made].count(True) == 1
        assert await desks[0].count("appointments") == 1


async def test_listeners_hear_of_what_stands_already(desk: Desk) -> None:
    """Whoever shows or sends finds the appointment when they look."""
    heard: list[str] = []
    desk.office.on_appointment.append(heard.append)
    booked = await desk.book()
    assert heard == [booked.appointment.id]


TEXT = st.text(max_size=30)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    unit=st.sampled_from([UNIT.id, WARD.id, ""]) | TEXT,
    policy=st.sampled_from(["samtale", WRITTEN_TO.id, FOLLOW_UP.id]) | TEXT,
    start=st.floats(-1e12, 1e12),
    lasts=st.floats(-1e6, 1e6),
    name=TEXT,
    phone=st.sampled_from(["", "20 12 34 56"]) | TEXT,
    account=TEXT,
)
async def test_any_wish_is_met_or_refused(
    desk: Desk, unit: str, policy: str, start: float, lasts: float, name: str, phone: str, account: str
) -> None:
    """Nothing that can be wished for makes booking fall over, and what is met reads back as it was."""
    citizen = Typed(name, phone, cpr=CPR)
    wish = replace(WISH, unit=unit, policy=policy, starts_at=start, ends_at=start + lasts, citizen=citizen)
    wish = replace(wish, staff=Whom(account, name), external_id="")
    with contextlib.suppress(Refused):
        booked = await desk.book(wish)
        assert await desk.stands(booked) == booked

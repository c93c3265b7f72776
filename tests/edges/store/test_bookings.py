"""Booking: people, rooms of the day and appointments, whole or not at all."""

import asyncio
import re
from dataclasses import replace

import pytest

from tests.edges.store.samples import CIPHER, WISH, a_booking, a_line
from xmpp_agent.edges.store.bookings import BookingFault, companion_kind, find_staff, listed
from xmpp_agent.edges.store.database import Database
from xmpp_agent.flows.office import new_id
from xmpp_agent.model.people import CompanionKind

DAY = 86400.0


async def test_the_room_belongs_to_one_member_of_staff_for_one_day(database: Database) -> None:
    """Two appointments of a day share the room; another day, another colleague, another unit do not."""
    first = await a_booking(database)
    later = replace(WISH, starts_at=WISH.starts_at + 3600, ends_at=WISH.ends_at + 3600)
    same = await a_booking(database, later)
    other_day = await a_booking(database, replace(WISH, starts_at=WISH.starts_at + DAY, ends_at=WISH.ends_at + DAY))
    colleague = await a_booking(database, replace(WISH, staff="Bo Lund"))
    namesake = await a_booking(database, replace(WISH, unit="ward 8"))

    assert (first.room, first.staff) == (same.room, same.staff)
    assert first.staff == other_day.staff
    assert len({first.room, other_day.room, colleague.room, namesake.room}) == 4
    assert len({first.staff, colleague.staff, namesake.staff}) == 3
    assert len({one.citizen for one in (first, same, other_day, colleague, namesake)}) == 5


async def test_bookings_at_once_make_one_room(database: Database) -> None:
    """Two that book the same new colleague at the same time find one person and one room."""
    made = await asyncio.gather(*(a_booking(database) for _ in range(4)))

    assert len({(one.staff, one.room) for one in made}) == 1


async def test_rooms_say_nothing(database: Database) -> None:
    """A room's name is 26 characters of random base32: 128 bits, as localparts are written."""
    booked = await a_booking(database)

    assert re.fullmatch(r"[a-z2-7]{26}", booked.room)
    assert len({new_id() for _ in range(1000)}) == 1000


async def test_staff_are_found_by_name_or_id(database: Database) -> None:
    """Citizens are never found as staff; a name that several have is not guessed at."""
    booked = await a_booking(database)
    await a_booking(database, replace(WISH, unit="ward 8"))

    async with database.engine.connect() as db:
        assert booked.staff == await find_staff(db, CIPHER, "ward 7", "Mette Holm")
        assert booked.staff == await find_staff(db, CIPHER, None, booked.staff)
        assert await find_staff(db, CIPHER, None, "Anna Hansen") is None
        assert await find_staff(db, CIPHER, None, booked.citizen) is None
        with pytest.raises(BookingFault, match="use the id"):
            await find_staff(db, CIPHER, None, "Mette Holm")


async def test_companions_come_with_their_appointment_only(database: Database) -> None:
    """Their capacity is known for that appointment and no other."""
    booked = await a_booking(database)
    other = await a_booking(database, replace(WISH, companions=()))

    [companion] = booked.companions
    assert CompanionKind.INTERPRETER is await companion_kind(database.engine, booked.appointment, companion)
    assert await companion_kind(database.engine, other.appointment, companion) is None
    assert await companion_kind(database.engine, booked.appointment, booked.citizen) is None


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"policy": "samtaler"}, "No such policy"),
        ({"invited": ""}, "CPR"),
        ({"ends_at": WISH.starts_at}, "ends before"),
        ({"citizen": " "}, "1 to 200"),
        ({"citizen": "A" * 201}, "1 to 200"),
        ({"citizen": "Anna\nHansen"}, "printable"),
        ({"companions": ((CompanionKind.GUARDIAN, ""),)}, "1 to 200"),
    ],
    ids=str,
)
async def test_a_wish_that_cannot_be_met_leaves_nothing(database: Database, wrong: dict[str, str], why: str) -> None:
    """The fault says why without a name, and no half appointment is left."""
    with pytest.raises(BookingFault, match=why) as caught:
        await a_booking(database, replace(WISH, **wrong))  # type: ignore[arg-type]  # each is a field

    assert "Anna" not in str(caught.value)
    assert await listed(database.engine, 0) == ()
    assert await database.store.rooms(["room"]) == {}


async def test_a_hotline_call_needs_no_identity(database: Database) -> None:
    """A policy of level none is booked without a CPR number."""
    booked = await a_booking(database, replace(WISH, policy="hotline", invited=""))

    appointment = await database.store.appointment(booked.appointment)
    assert appointment is not None
    assert (appointment.policy.lobby, appointment.invited) == (False, "")


async def test_the_list_is_in_order_and_says_what_is_cancelled(database: Database) -> None:
    """What is over is left out; nothing in it is a name."""
    late = await a_booking(database, replace(WISH, starts_at=WISH.starts_at + 60, ends_at=WISH.ends_at + 60))
    early = await a_booking(database)
    await database.ledger.cancel_appointment(late.appointment, a_line(at=5.0))

    rows = await listed(database.engine, 0)

    assert [(early.appointment, None), (late.appointment, 5.0)] == [(row["id"], row["cancelled_at"]) for row in rows]
    assert [late.appointment] == [row["id"] for row in await listed(database.engine, WISH.ends_at)]
    assert "Anna" not in repr(rows)

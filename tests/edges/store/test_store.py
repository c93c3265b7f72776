"""What is remembered: look-ups fit the pass or say nothing, and names lie sealed."""

# ruff: noqa: ASYNC240  # a test may wait for its own small files

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.edges.store.samples import CIPHER, MARK, WISH, a_booking, a_line, a_pass, raw
from xmpp_agent.edges.store.bookings import Booked
from xmpp_agent.edges.store.database import Database, open_database
from xmpp_agent.flows.office import new_id
from xmpp_agent.model.appointments import Room
from xmpp_agent.model.people import CompanionKind, Level, PassRecord, Person, Role
from xmpp_agent.model.rooms import Place, RoomMemory, Visit
from xmpp_agent.ports import Store, Unavailable


@pytest.fixture
async def booked(database: Database) -> Booked:
    """One appointment with a companion."""
    return await a_booking(database)


async def test_a_citizen_is_known(database: Database, booked: Booked) -> None:
    """Person, room, appointment and policy of a pass are found in one look."""
    store: Store = database.store
    pass_ = a_pass(booked.citizen, booked.room, appointment=booked.appointment)

    known = await store.known(pass_)

    assert known is not None
    assert known.appointment is not None
    assert Person(booked.citizen, "ward 7", "Anna Hansen") == known.person
    assert Room(booked.room, "ward 7", booked.staff, "2026-11-22") == known.room
    assert (
        known.appointment.policy.id,
        known.appointment.policy.level,
        known.appointment.policy.lobby,
    ) == ("samtale", Level.SUBSTANTIAL, True)
    assert (
        known.appointment.invited,
        known.appointment.case_ref,
        known.appointment.cancelled,
    ) == ("0f" * 32, "sag 2026-17", False)
    assert (pass_, False) == (known.pass_, known.revoked)
    assert known.appointment == await store.appointment(booked.appointment)


async def test_staff_and_companions_are_known(database: Database, booked: Booked) -> None:
    """Staff need no appointment; a companion is known for the appointment they come with."""
    staff = await database.store.known(a_pass(booked.staff, booked.room, Role.STAFF, None))
    companion = await database.store.known(
        a_pass(booked.companions[0], booked.room, Role.COMPANION, booked.appointment)
    )

    assert staff is not None
    assert (staff.person.name, staff.appointment) == ("Mette Holm", None)
    assert companion is not None
    assert companion.person.name == "Ole Jensen"


async def test_what_does_not_fit_is_not_known(database: Database, booked: Booked) -> None:
    """A pass that says of its holder what the database does not say finds nothing."""
    other = await a_booking(database, replace(WISH, staff="Bo Lund"))
    citizen = a_pass(booked.citizen, booked.room, appointment=booked.appointment)
    companion = a_pass(booked.companions[0], booked.room, Role.COMPANION, booked.appointment)
    odd = [
        replace(citizen, person="nobody"),
        replace(citizen, room="nowhere"),
        replace(citizen, appointment="none"),
        replace(citizen, appointment=None),
        replace(citizen, room=other.room),
        replace(citizen, appointment=other.appointment),
        replace(citizen, room=other.room, appointment=other.appointment),
        replace(citizen, role=Role.STAFF),
        replace(citizen, role=Role.STAFF, appointment=None),
        replace(citizen, role=Role.COMPANION, kind=CompanionKind.INTERPRETER),
        replace(companion, kind=CompanionKind.GUARDIAN),
        replace(companion, kind=None),
        replace(companion, room=other.room, appointment=other.appointment),
        replace(companion, role=Role.CITIZEN, kind=None),
        a_pass(booked.staff, booked.room, Role.STAFF, other.appointment),
        a_pass(booked.staff, booked.room, Role.CITIZEN, booked.appointment),
    ]

    assert [None] * len(odd) == [await database.store.known(pass_) for pass_ in odd]
    assert await database.store.known(citizen) is not None
    assert await database.store.known(companion) is not None


async def test_cancelled_and_revoked_show(database: Database, booked: Booked) -> None:
    """Both are seen at the next look-up."""
    pass_ = a_pass(booked.citizen, booked.room, appointment=booked.appointment)

    await database.ledger.cancel_appointment(booked.appointment, a_line())
    await database.ledger.revoke_pass(pass_.id, a_line())

    known = await database.store.known(pass_)
    assert known is not None
    assert known.appointment is not None
    assert known.appointment.cancelled
    assert known.revoked


async def test_names_and_cases_lie_sealed(database: Database, booked: Booked, path: Path) -> None:
    """No name and no case reference can be read in any file of the database."""
    await database.ledger.write(a_line())
    content = b"".join(file.read_bytes() for file in path.parent.iterdir())

    assert booked.citizen.encode() in content
    for secret in ("Anna", "Hansen", "Mette", "Ole Jensen", "2026-17"):
        assert secret.encode() not in content


async def test_a_name_moved_to_another_row_is_unavailable(database: Database, booked: Booked, path: Path) -> None:
    """Whoever can write the file still cannot give a citizen another one's name."""
    raw(path, "UPDATE people SET name = (SELECT name FROM people WHERE role = 'staff')")

    with pytest.raises(Unavailable):
        await database.store.known(a_pass(booked.citizen, booked.room, appointment=booked.appointment))


async def test_no_fault_says_a_name_or_a_value(database: Database, booked: Booked, path: Path) -> None:
    """A database that cannot answer says so without what was asked."""
    raw(path, "ALTER TABLE people RENAME TO lost")

    with pytest.raises(Unavailable) as caught:
        await database.store.known(a_pass(booked.citizen, booked.room, appointment=booked.appointment))

    assert booked.citizen not in str(caught.value)
    assert booked.citizen not in str(caught.value.__cause__)


async def test_a_closed_database_is_unavailable(path: Path) -> None:
    """Reading after closing does not bring the file back; it answers or says that it cannot."""
    async with open_database(path, CIPHER, MARK, "one") as database:
        pass
    path.unlink()

    with pytest.raises(Unavailable):
        await database.store.appointment("a")


async def test_memories_of_what_is_open(database: Database) -> None:
    """Without names asked: rooms with a visit, a freeze, an open turnover, or a kept place, and no others."""
    visit = RoomMemory("visit", 1, Visit(1, "a", 5.0, "mette", sent_out=frozenset({"s1", "s2"})))
    turnover = RoomMemory("turnover", 2, turnover_open=True)
    frozen = RoomMemory("frozen", 3, frozen_since=9.0)
    quiet = RoomMemory("quiet", 4)
    kept = RoomMemory("kept", 5)
    for memory in (visit, turnover, frozen, quiet, kept):
        await database.ledger.write(a_line(), memory)
    for node in ("kept", "only place"):
        await database.ledger.write(a_line(), place=Place(node, "seat", "a", 1.0))

    assert {visit, turnover, frozen, kept, RoomMemory("only place")} == set(await database.store.memories())
    assert {visit, quiet} == set(await database.store.memories(frozenset({"visit", "quiet", "unknown"})))
    assert await database.store.memories(frozenset()) == ()


async def test_memory_is_replaced(database: Database) -> None:
    """The latest memory of a room is the one that is remembered."""
    await database.ledger.write(a_line(), RoomMemory("room", 1, turnover_open=True))
    await database.ledger.write(a_line(), RoomMemory("room", 2))

    assert (RoomMemory("room", 2),) == await database.store.memories(frozenset({"room"}))
    assert await database.store.memories() == ()


async def test_places_in_order_of_arrival(database: Database) -> None:
    """Held places and those left lately, oldest knock first; given up ones are gone."""
    held = Place("room", "held", "a", 30.0)
    lately = Place("room", "lately", "b", 10.0, left_at=100.0)
    long_ago = Place("room", "long ago", "c", 20.0, left_at=50.0)
    done = Place("room", "done", "d", 5.0)
    for place in (held, lately, long_ago, done, replace(done, done=True)):
        await database.ledger.write(a_line(), place=place)

    assert (lately, held) == await database.store.places(50.0)
    assert (lately, long_ago, held) == await database.store.places(0.0)


async def test_tens_of_thousands_of_passes_at_once(database: Database, booked: Booked) -> None:
    """After a reconnection all passes in use are found in one call; unknown ids and unused passes are left out."""
    pass_ = a_pass(booked.citizen, booked.room, appointment=booked.appointment)
    records = [PassRecord(replace(pass_, id=f"p{n}"), float(n)) for n in range(3000)]
    await asyncio.gather(*(database.ledger.write(a_line(), used=record) for record in records))
    await database.ledger.revoke_pass("unused", a_line())

    found = await database.store.pass_records([f"p{n}" for n in range(40000)] + ["unused"])

    assert {record.pass_.id: record for record in records} == found


async def test_rooms_by_node(database: Database, booked: Booked) -> None:
    """Rooms that Portner knows, and no others."""
    found = await database.store.rooms([booked.room, "unknown"])

    assert {booked.room: Room(booked.room, "ward 7", booked.staff, "2026-11-22")} == found


text = st.text(max_size=20)
when = st.floats(allow_nan=False, allow_infinity=False)
seqs = st.integers(0, 2**31 - 1)
visits = st.builds(
    Visit,
    seq=seqs,
    appointment=text,
    let_in_at=when,
    let_in_by=text,
    arrived=st.booleans(),
    sent_out=st.frozensets(text),
)


@given(
    memory=st.builds(
        RoomMemory,
        node=text,
        seq=seqs,
        visit=st.none() | visits,
        turnover_open=st.booleans(),
        frozen_since=st.none() | when,
    ),
    place=st.builds(
        Place,
        node=text,
        seat=text,
        appointment=text,
        since=when,
        left_at=st.none() | when.filter(lambda at: at > 0),
        done=st.just(False),
    ),
    record=st.builds(
        PassRecord,
        pass_=st.from_type(type(a_pass("", ""))).filter(
            lambda found: all(
                at == at and abs(at) < 1e300 for at in (found.issued_at, found.not_before, found.expires_at)
            )
        ),
        first_used_at=when,
        revoked_at=st.none() | when,
    ),
)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_nouns_come_back_as_they_went(
    database: Database, memory: RoomMemory, place: Place, record: PassRecord
) -> None:
    """Every field of memory, place and pass survives the database, whatever it holds."""
    mine = replace(record, pass_=replace(record.pass_, id=new_id()))

    await database.ledger.write(a_line(), memory, place, mine)

    assert (memory,) == await database.store.memories(frozenset({memory.node}))
    assert place in await database.store.places(0.0)
    assert mine == await database.store.pass_record(mine.pass_.id)

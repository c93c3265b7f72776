"""What lies, by unit, and what is kept of the day behind supervisors' numbers."""

from dataclasses import replace

from tests.edges.store.samples import WISH, a_booking, a_line
from xmpp_agent.edges.store.database import Database
from xmpp_agent.model.figures import Ended, Limit, Lying, Measure, Sample, Targets, Wait
from xmpp_agent.model.letters import About, Channel, Letter, LetterState
from xmpp_agent.model.recordings import Recording, Stage
from xmpp_agent.model.units import Unit
from xmpp_agent.model.visitors import Arrival, ArrivalStep, Link, Part
from xmpp_agent.ports.diary import NewLink

STARTS, WARD = WISH.starts_at, WISH.unit
LATE = STARTS + 60.0


async def test_delayed_is_begun_not_over_and_nobody_there(database: Database) -> None:
    """Not before the agreed time, not after the end, not once the citizen was inside."""
    booked = await a_booking(database)
    assert await database.figures.lying(STARTS - 901) == ()
    assert await database.figures.lying(LATE) == (Lying(WARD, delayed=1, delayed_since=STARTS),)
    assert await database.figures.lying(WISH.ends_at) == ()
    there = Arrival(booked.appointment, booked.citizen, inside_at=LATE)
    await database.records.keep(a_line(), ArrivalStep(there, Part.INSIDE))
    assert await database.figures.lying(LATE) == ()


async def test_at_risk_is_soon_and_not_opened(database: Database) -> None:
    """From a quarter of an hour before its time; not once they opened the invitation, and not when it is off."""
    booked, soon = await a_booking(database), STARTS - 900.0
    assert await database.figures.lying(soon - 1) == ()
    assert await database.figures.lying(soon) == (Lying(WARD, at_risk=1),)
    link = Link("mark", booked.appointment, booked.citizen, STARTS - 5000)
    await database.records.keep(a_line(), NewLink(link, "code"))
    assert await database.figures.lying(soon) == (Lying(WARD, at_risk=1),)
    await database.records.keep(a_line(), replace(link, opened_at=soon - 5))
    assert await database.figures.lying(soon) == ()


async def test_who_called_it_off_is_not_delayed(database: Database) -> None:
    """Neither is anybody who is late for it."""
    booked = await a_booking(database)
    await database.ledger.cancel_appointment(booked.appointment, a_line())
    assert await database.figures.lying(STARTS - 60) == ()
    assert await database.figures.lying(LATE) == ()


async def test_letters_that_wait_and_letters_given_up(database: Database) -> None:
    """Due and not taken, or being handed over; given up within the hour. One for next week is not waiting."""
    booked, now = await a_booking(database), STARTS - 1800
    letter = Letter("a", booked.appointment, booked.citizen, About.INVITATION, Channel.SMS, now - 10)
    failed = replace(letter, state=LetterState.FAILED, attempts=1)
    for one in (
        letter,
        replace(letter, id="b", due_at=now + 1),
        replace(failed, id="c", changed_at=now - 3599),
        replace(failed, id="d", changed_at=now - 3600),
        replace(letter, id="e", state=LetterState.DELIVERED),
    ):
        await database.records.keep(a_line(), one)
    assert await database.figures.lying(now) == (Lying(WARD, queued=1, failed=1),)


async def test_recordings_on_missing_and_not_in_the_journal(database: Database) -> None:
    """By unit of appointment or room; nobody's is nobody's. Oldest by when it was over."""
    booked = await a_booking(database)
    one = Recording("r1", booked.room, booked.appointment, Stage.ON, "", 1.0, 1.0)
    for each in (
        one,
        replace(one, id="r2", stage=Stage.MISSING, off_at=50.0, changed_at=70.0),
        replace(one, id="r3", appointment="", stage=Stage.ENCRYPTED, off_at=40.0),
        replace(one, id="r4", stage=Stage.RECEIPTED),
        replace(one, id="r5", stage=Stage.CONSENTED),
        replace(one, id="r6", room="", appointment="", stage=Stage.UNMAPPED, changed_at=30.0),
    ):
        await database.records.keep(a_line(), each)
    lying = {each.unit: each for each in await database.figures.lying(STARTS - 1000)}
    assert lying[WARD] == Lying(WARD, recordings_on=1, recordings_missing=1, unfiled=2, unfiled_since=40.0)
    assert lying[""] == Lying("", unfiled=1, unfiled_since=30.0)


async def test_the_shared_queue_is_who_waits_and_is_alive(database: Database) -> None:
    """By the first time they stood in it; whose page is silent is not waiting; nor who has staff of their own."""
    booked = await a_booking(database)
    arrival = Arrival(booked.appointment, booked.citizen, waiting_since=LATE, seen_at=LATE + 50)
    await database.records.keep(a_line(), ArrivalStep(arrival, Part.LINE))
    assert await database.figures.in_line(LATE) == ()
    unassigned = await database.diary.entry(booked.appointment)
    assert unassigned is not None
    taken = replace(unassigned.appointment, staff="", version=unassigned.appointment.version + 1)
    await database.records.keep(a_line(), taken)
    assert [(each.unit, each.since) for each in await database.figures.in_line(LATE)] == [(WARD, LATE)]
    assert await database.figures.in_line(LATE + 50) == ()


async def test_the_first_word_counts_and_a_day_later_it_is_gone(database: Database) -> None:
    """The same wait told again changes nothing; with each mark what is old goes."""
    wait, mark = Wait("w", WARD, 10.0, 20.0, Ended.ACCEPTED), Sample(WARD, 300.0, 1, 2, 3.0, 4.0)
    await database.figures.keep([wait], [mark], 0.0)
    await database.figures.keep([replace(wait, ended=Ended.ABANDONED)], [replace(mark, rooms=9)], 0.0)
    assert (await database.figures.waits(0.0), await database.figures.samples(0.0)) == ((wait,), (mark,))
    assert await database.figures.waits(20.0) == ()
    await database.figures.keep([], [replace(mark, at=600.0)], 301.0)
    assert (await database.figures.waits(0.0), await database.figures.samples(0.0)) == (
        (),
        (replace(mark, at=600.0),),
    )


async def test_what_a_unit_promises_comes_back_as_it_was_loaded(database: Database) -> None:
    """Limits, too."""
    targets = Targets(answer_within=60.0, limits={Measure.WAITING: Limit(3.0, 2.0)})
    unit = Unit("ward", "Ward", "Region", "00 00 00 00", targets=targets)
    await database.records.keep(a_line(), unit)
    assert {each.id: each for each in await database.figures.units()}["ward"] == unit

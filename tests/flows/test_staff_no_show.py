"""Somebody does not come: a fresh link, a call, the absence; and an appointment handed over."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.an_office import UNIT
from tests.flows.staffed import Staffed, open_staffed
from tests.flows.test_staff_door import looks_at, record
from xmpp_agent.flows import citizen
from xmpp_agent.flows.attendance import note_lane
from xmpp_agent.flows.colleague import hand_over
from xmpp_agent.flows.next_citizen import call_next
from xmpp_agent.flows.no_show import book_absent, call_made, number_to_call, send_again
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.staff_door import let_one_in
from xmpp_agent.flows.staff_room import own_room, room_on
from xmpp_agent.model.appointments import DAY, Outcome
from xmpp_agent.model.letters import About, Channel, Letter, LetterState
from xmpp_agent.model.notes import Note, NoteState
from xmpp_agent.model.people import Reach
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.rules.opening_hours import local_day


@pytest.fixture
async def unit(tmp_path: Path) -> AsyncIterator[Staffed]:
    """Mette's room is open; anna's appointment begins now and she is not there."""
    async with open_staffed(tmp_path) as staffed:
        await staffed.book("anna", reach=Reach(phone="+4512345678"))
        await staffed.opens()
        yield staffed


async def why(act: Awaitable[object]) -> Reason:
    """The reason an act was refused with."""
    with pytest.raises(Refused) as caught:
        await act
    return caught.value.verdict.reason


async def test_a_fresh_link_takes_the_place_of_the_old_one(unit: Staffed) -> None:
    """After three minutes; the old code is dead, the new one is on its way by SMS."""
    old = await unit.link("anna")
    assert await why(send_again(unit.desk, unit.who(), "anna")) is Reason.NOT_YET
    unit.around.clock.at += 180
    await send_again(unit.desk, unit.who(), "anna")
    assert await citizen.look(unit.office, old.code) is None
    [fresh] = await unit.office.visitors.links_of("anna")
    assert fresh.code != old.code
    [letter] = await unit.office.mailroom.letters_of("anna")
    assert (letter.about, letter.channel, letter.state) == (About.FRESH_LINK, Channel.SMS, LetterState.QUEUED)


async def test_no_link_is_lost_while_one_is_handed_over(unit: Staffed) -> None:
    """A message on its way at this moment holds the link of now: it stays good, and whoever presses is told."""
    unit.around.clock.at += 180
    await send_again(unit.desk, unit.who(), "anna")
    [link] = await unit.office.visitors.links_of("anna")
    [letter] = await unit.office.mailroom.letters_of("anna")
    sending = replace(letter, state=LetterState.SENDING)
    await unit.office.records.keep(unit.office.line("sending", "test"), sending)
    assert await why(send_again(unit.desk, unit.who(), "anna")) is Reason.LETTER_ON_ITS_WAY
    assert [link] == list(await unit.office.visitors.links_of("anna"))


async def test_the_number_is_shown_after_ten_minutes_and_on_record(unit: Staffed) -> None:
    """Who looked stands in the citizen's access log; the number stands nowhere."""
    assert await why(number_to_call(unit.desk, unit.who(), "anna")) is Reason.NOT_YET
    unit.around.clock.at += 600
    assert await number_to_call(unit.desk, unit.who(), "anna") == "+4512345678"
    assert ("mette", "call") in looks_at(unit, "anna")
    assert "12345678" not in str(record(unit))


async def test_a_call_the_ladder_ended_in_is_made_before(unit: Staffed) -> None:
    """Every way failed a day before: the number is shown at once, and that they were reached is written down."""
    letter = Letter("l1", "anna", "anna", About.INVITATION, Channel.CALL, unit.around.clock.at)
    await unit.office.records.keep(unit.office.line("ladder", "test"), letter)
    assert await number_to_call(unit.desk, unit.who(), "anna") == "+4512345678"
    await call_made(unit.desk, unit.who(), "anna", reached=True)
    [after] = await unit.office.mailroom.letters_of("anna")
    assert after.state is LetterState.DELIVERED
    assert await why(call_made(unit.desk, unit.who(), "anna", reached=True)) is Reason.CHANGED_MEANWHILE


async def test_nobody_is_called_whose_number_is_not_kept(unit: Staffed) -> None:
    """Erased, or never known."""
    await unit.book("bo")
    unit.around.clock.at += 600
    assert await why(number_to_call(unit.desk, unit.who(), "bo")) is Reason.NO_NUMBER


async def test_absence_stands_with_its_evidence(unit: Staffed) -> None:
    """After fifteen minutes; the audit says what is known of their coming, and a note is due."""
    await unit.link("anna")
    unit.around.clock.at += 899
    assert await why(book_absent(unit.desk, unit.who(), "anna")) is Reason.NOT_YET
    unit.around.clock.at += 1
    await book_absent(unit.desk, unit.who(), "anna")
    assert (await unit.appointment("anna")).outcome is Outcome.ABSENT
    line = next(line for line in record(unit) if line["act"] == "absent")
    assert "letters=none opened=no tested=no login=no passed=no knocked=no inside=no" in str(line)
    [note] = (await unit.desk.notes.of(["anna"]))["anna"]
    assert note.state is NoteState.DRAFT
    assert await why(book_absent(unit.desk, unit.who(), "anna")) is Reason.APPOINTMENT_OVER


async def test_absent_has_one_note_whoever_writes_at_the_same_moment(unit: Staffed) -> None:
    """A note being begun is waited for, and not begun a second time."""
    unit.around.clock.at += 900
    now = unit.around.clock.at
    async with unit.house.lanes.held(note_lane("anna")):
        pressed = asyncio.create_task(book_absent(unit.desk, unit.who(), "anna"))
        assert not (await asyncio.wait({pressed}, timeout=0.3))[0]
        begun = Note("n1", "anna", "mette", "", NoteState.DRAFT, now, now)
        await unit.office.records.keep(unit.office.line("note", "test", "anna"), begun)
    await pressed
    assert [note.id for note in (await unit.desk.notes.of(["anna"]))["anna"]] == ["n1"]


async def test_nobody_who_came_is_absent(unit: Staffed) -> None:
    """Waiting in the lobby, or met and gone again: not absent."""
    await unit.comes("anna")
    unit.around.clock.at += 900
    assert await why(book_absent(unit.desk, unit.who(), "anna")) is Reason.IS_HERE
    await let_one_in(unit.desk, unit.who(), "anna")
    await unit.obeys("anna")
    await unit.leaves("anna")
    await unit.leaves("mette")
    await unit.opens()
    assert await why(book_absent(unit.desk, unit.who(), "anna")) is Reason.IS_HERE


async def test_absence_needs_staff_who_were_there(unit: Staffed) -> None:
    """Nobody in the room: it is staff who were not there."""
    await unit.leaves("mette")
    unit.around.clock.at += 900
    assert await why(book_absent(unit.desk, unit.who(), "anna")) is Reason.NO_STAFF_INSIDE


async def test_strangers_do_none_of_it(unit: Staffed) -> None:
    """A colleague who neither owns nor covers the room."""
    unit.around.clock.at += 900
    for act in (send_again, number_to_call, book_absent):
        assert await why(act(unit.desk, unit.who("lars"), "anna")) is Reason.NOT_STAFF_HERE
    assert await why(hand_over(unit.desk, unit.who("lars"), "anna", "lars")) is Reason.NOT_STAFF_HERE


async def test_handed_over_the_citizen_keeps_the_place(unit: Staffed) -> None:
    """Told in the lobby, back by the same link to the colleague's lobby, before whoever came there later."""
    await unit.comes("anna")
    unit.around.clock.at += 60
    theirs = await unit.opens("kim")
    await unit.book("carla", staff="kim")
    await unit.comes("carla")
    told: list[str] = []

    def end(_room: str, _jid: str, _nick: str, words: str) -> None:
        told.append(words)

    unit.house.lobby.end = end  # type: ignore[method-assign,assignment]  # the model does not look at words

    await hand_over(unit.desk, unit.who(), "anna", "kim")

    booked = await unit.appointment("anna")
    assert (booked.staff, booked.room, booked.sequence) == ("kim", theirs.node, 0)
    assert "kollega" in told[0]
    unit.prosody.step_out(unit.clients["anna"], (await own_room(unit.office, "mette", UNIT)).node)
    assert await unit.comes("anna") == "lobby"
    assert await call_next(unit.desk, unit.who("kim"), theirs.node) == "anna"


async def test_tomorrows_appointment_goes_to_the_colleagues_room_of_tomorrow(unit: Staffed) -> None:
    """Not to today's, which nobody opens tomorrow. Nobody is written to: what people were told stays true."""
    begins = unit.around.clock.at + DAY
    was = await unit.book("bo", starts_in=DAY)
    room = await room_on(unit.office, "mette", UNIT, begins)
    tomorrow = replace(was, room=room.node, version=was.version + 1)
    await unit.office.records.keep(unit.office.line("book", "test", "bo"), tomorrow)
    await hand_over(unit.desk, unit.who(), "bo", "kim")
    given = await unit.appointment("bo")
    theirs = await unit.office.diary.room(given.room)
    assert theirs is not None
    assert (theirs.owner, theirs.day) == ("kim", local_day(UNIT, begins))
    assert (given.sequence, await unit.office.mailroom.letters_of("bo")) == (was.sequence, ())


async def test_the_old_pass_opens_nothing_after_handing_over(unit: Staffed) -> None:
    """Whoever kept the old window open does not get in there any more."""
    await unit.comes("anna")
    await hand_over(unit.desk, unit.who(), "anna", "kim")
    client = unit.clients["anna"]
    assert await unit.prosody.join(client, client.pass_.room) == "refused"


async def test_a_visit_going_on_is_not_handed_over(unit: Staffed) -> None:
    """Finish it, or let the colleague cover."""
    await unit.comes("anna")
    await let_one_in(unit.desk, unit.who(), "anna")
    assert await why(hand_over(unit.desk, unit.who(), "anna", "kim")) is Reason.OTHERS_INSIDE


async def test_only_to_a_colleague_of_the_unit(unit: Staffed) -> None:
    """Nobody else, and not the one in name only who stands for the queue."""
    assert await why(hand_over(unit.desk, unit.who(), "anna", "anna")) is Reason.NOT_YOUR_UNIT

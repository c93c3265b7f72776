"""The hotline: a number becomes a room, a link and a message; one browser comes in, and its row tells the truth."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.an_office import SITE, UNIT
from tests.flows.staffed import Staffed, open_staffed, token_of
from tests.flows.test_staff_door import looks_at, record
from tests.rules.scenes import HOTLINE
from xmpp_agent.flows import hotline
from xmpp_agent.flows.hotline_caller import Entered, caller_enters, caller_link
from xmpp_agent.flows.hotline_rows import CallRow, calls_of
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.post import PostRoom
from xmpp_agent.flows.privacy import Custody
from xmpp_agent.flows.retention import run_retention
from xmpp_agent.model.appointments import DAY, Outcome
from xmpp_agent.model.calls import CallState
from xmpp_agent.model.letters import About, Channel, Failure, LetterState
from xmpp_agent.model.people import Reach
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.ports.post import CarrierFault, Handed, Parcel
from xmpp_agent.rules.hotline import GRACE, Act, Stage

NUMBER = "20 12 34 56"
E164 = "+4520123456"


@pytest.fixture
async def unit(tmp_path: Path) -> AsyncIterator[Staffed]:
    """A unit with a hotline."""
    async with open_staffed(tmp_path) as staffed:
        await staffed.office.records.keep(staffed.office.line("policy", "test"), HOTLINE)
        yield staffed


async def why(act: Awaitable[object]) -> Reason:
    """The reason an act was refused with."""
    with pytest.raises(Refused) as caught:
        await act
    return caught.value.verdict.reason


async def called(unit: Staffed) -> tuple[str, str]:
    """Mette sends a link and waits inside: id of the call, code of its link."""
    started = await hotline.start_call(unit.desk, unit.who(), NUMBER)
    client = await unit.connects("mette", token_of(started.address))
    await unit.prosody.conference(client, client.pass_.room)
    assert await unit.prosody.join(client, client.pass_.room) == "inside"
    await unit.settled()
    return started.call, await code_of(unit, started.call)


async def code_of(unit: Staffed, call_id: str) -> str:
    """The newest link of a call."""
    call = await unit.desk.calls.call(call_id)
    assert call is not None
    return (await unit.office.visitors.links_of(call.appointment))[0].code


async def presses(unit: Staffed, code: str, before: Entered | None = None) -> Entered:
    """The caller presses the one button, in the browser of before or another one."""
    session = before.session if before is not None else None
    return await caller_enters(unit.office, unit.desk.calls, code, session)


async def goes_in(unit: Staffed, entered: Entered) -> str:
    """Jitsi with the pass they got; where they end up."""
    client = await unit.connects("caller", token_of(entered.address))
    came = await unit.prosody.join(client, client.pass_.room)
    if came == "lobby":
        await unit.prosody.knock(client, client.pass_.room)
    await unit.settled()
    return came


async def row(unit: Staffed, person: str = "mette") -> CallRow:
    """The one row."""
    [found] = await calls_of(unit.desk, unit.who(person))
    return found


async def test_one_act_makes_all_of_it(unit: Staffed) -> None:
    """Room, appointment of two hours, link, message: all there, and the number in none of what can be read."""
    started = await hotline.start_call(unit.desk, unit.who(), NUMBER)
    call = await unit.desk.calls.call(started.call)
    assert call is not None
    assert (call.number, call.state, call.staff) == (E164, CallState.SENT_FOR, "mette")
    booked = await unit.appointment(call.appointment)
    assert (booked.policy.lobby, booked.invited, booked.ends_at - booked.starts_at) == (False, "", 7200)
    room = await unit.office.diary.room(call.room)
    assert room is not None
    assert (room.owner, room.day, len(room.node)) == ("mette", "", 26)
    [letter] = await unit.office.mailroom.letters_of(call.appointment)
    assert (letter.about, letter.channel, letter.state) == (About.HOTLINE, Channel.SMS, LetterState.QUEUED)
    assert len(await unit.office.visitors.links_of(call.appointment)) == 1
    content = b"".join(file.read_bytes() for file in unit.folder.iterdir() if file.is_file())
    assert b"20123456" not in content
    assert "20123456" not in str(record(unit)) + started.address


@pytest.mark.parametrize("typed", ["", "ring", "123", "90 12 34 56 78 90 12", "80 80 80 80"])
async def test_what_is_no_number_is_said(unit: Staffed, typed: str) -> None:
    """Nothing is made."""
    assert await why(hotline.start_call(unit.desk, unit.who(), typed)) is Reason.NO_NUMBER
    assert await calls_of(unit.desk, unit.who()) == ()


async def test_without_a_hotline_there_is_none(unit: Staffed) -> None:
    """A policy of that name that asks for a login or has a lobby is none either."""
    safe = replace(HOTLINE, lobby=True)
    await unit.office.records.keep(unit.office.line("policy", "test"), safe)
    assert await why(hotline.start_call(unit.desk, unit.who(), NUMBER)) is Reason.NO_HOTLINE


async def test_the_caller_comes_straight_in(unit: Staffed) -> None:
    """No login, no lobby; the row says each step."""
    _, code = await called(unit)
    assert (await row(unit)).stage is Stage.SENDING
    behind = await caller_link(unit.office, unit.desk.calls, code)
    assert behind is not None
    assert (behind.reason, behind.again) == (Reason.ALLOWED, False)
    entered = await presses(unit, code)
    assert (await row(unit)).stage is Stage.OPENED
    assert await goes_in(unit, entered) == "inside"
    assert (await row(unit)).stage is Stage.INSIDE


async def test_looking_spends_nothing(unit: Staffed) -> None:
    """Twenty scanners look before the human does."""
    _, code = await called(unit)
    for _ in range(20):
        assert await caller_link(unit.office, unit.desk.calls, code) is not None
    assert (await presses(unit, code)).cookie


async def test_of_two_browsers_that_press_one_comes_in(unit: Staffed) -> None:
    """At the same moment, or later: the link is the first one's."""
    _, code = await called(unit)
    answers = await asyncio.gather(presses(unit, code), presses(unit, code), return_exceptions=True)
    [entered] = [one for one in answers if isinstance(one, Entered)]
    [refused] = [one for one in answers if isinstance(one, Refused)]
    assert refused.verdict.reason is Reason.SEAT_TAKEN
    assert await why(presses(unit, code)) is Reason.SEAT_TAKEN
    again = await presses(unit, code, entered)
    assert (again.session, again.cookie) == (entered.session, "")


async def test_who_drops_stays_on_the_page_until_somebody_marks_it(unit: Staffed) -> None:
    """Lost contact, in again, lost again; over when staff say so."""
    call, code = await called(unit)
    entered = await presses(unit, code)
    await goes_in(unit, entered)
    await unit.leaves("caller")
    assert (await row(unit)).stage is Stage.LOST
    unit.prosody.close(unit.clients["caller"])
    assert await goes_in(unit, await presses(unit, code, entered)) == "inside"
    assert (await row(unit)).stage is Stage.INSIDE
    await unit.leaves("caller")
    unit.around.clock.at += 20
    await unit.porter.tick()
    unit.around.clock.at += 8 * 3600
    assert (await row(unit)).stage is Stage.LOST
    await hotline.end_call(unit.desk, unit.who(), call)
    assert (await row(unit)).stage is Stage.ENDED
    unit.around.clock.at += DAY
    assert await calls_of(unit.desk, unit.who()) == ()


async def test_the_end_puts_the_caller_out_and_the_link_dies(unit: Staffed) -> None:
    """Not for ten minutes more in the same browser: the line may have dropped as it ended."""
    call, code = await called(unit)
    entered = await presses(unit, code)
    await goes_in(unit, entered)
    await hotline.end_call(unit.desk, unit.who(), call)
    await unit.settled()
    found = await unit.desk.calls.call(call)
    assert found is not None
    assert unit.inside(found.room) == ["mette"]
    assert (await unit.appointment(found.appointment)).outcome is Outcome.ATTENDED
    assert await why(presses(unit, code)) is Reason.CALL_OVER
    assert await presses(unit, code, entered)
    unit.around.clock.at += GRACE + 1
    assert await why(presses(unit, code, entered)) is Reason.CALL_OVER


async def test_a_message_that_waits_is_not_sent_after_the_end(unit: Staffed) -> None:
    """The gateway could not take it at first; once the call is over nothing goes to the number."""
    gateway, faults = Gateway(), list[BaseException]()
    gateway.fault = CarrierFault(Failure.UNREACHABLE, again=True)
    post = post_room(unit, gateway, faults)
    started = await hotline.start_call(unit.desk, unit.who(), NUMBER)
    await post.look()
    await post.quiet()
    gateway.fault = None
    await hotline.end_call(unit.desk, unit.who(), started.call)
    unit.around.clock.at += 60
    await post.look()
    await post.quiet()
    assert (gateway.taken, faults) == ([], [])
    call = await unit.desk.calls.call(started.call)
    assert call is not None
    [letter] = await unit.office.mailroom.letters_of(call.appointment)
    assert letter.state is LetterState.DROPPED


async def test_a_message_in_the_gateways_hands_at_the_end_is_not_tried_again(unit: Staffed) -> None:
    """The gateway says not now, after staff have said that the call is over: the link in it is dead."""
    gateway, faults = Gateway(), list[BaseException]()
    gateway.fault = CarrierFault(Failure.UNREACHABLE, again=True)
    gateway.held = asyncio.Event()
    post = post_room(unit, gateway, faults)
    started = await hotline.start_call(unit.desk, unit.who(), NUMBER)
    await post.look()
    await gateway.news.wait()
    await hotline.end_call(unit.desk, unit.who(), started.call)
    gateway.held.set()
    await post.quiet()
    gateway.fault = None
    unit.around.clock.at += 60
    await post.look()
    await post.quiet()
    assert (gateway.taken, faults) == ([], [])


async def test_a_caller_who_is_back_after_the_end_is_met_or_put_out_and_sent_nothing(unit: Staffed) -> None:
    """The row offers what may be done: no link any more, since its call is over."""
    call, code = await called(unit)
    entered = await presses(unit, code)
    await goes_in(unit, entered)
    await unit.leaves("caller")
    await hotline.end_call(unit.desk, unit.who(), call)
    unit.prosody.close(unit.clients["caller"])
    assert await goes_in(unit, await presses(unit, code, entered)) == "inside"
    shown = await row(unit)
    assert (shown.stage, shown.acts) == (Stage.INSIDE, (Act.RING, Act.OPEN, Act.END, Act.NOTE))
    assert await why(hotline.send_link_again(unit.desk, unit.who(), call)) is Reason.CALL_OVER


async def test_of_the_end_and_the_link_once_more_the_end_stands(unit: Staffed) -> None:
    """Pressed at the same moment: nothing waits to be sent to a number whose call is over."""
    call, _ = await called(unit)
    await asyncio.gather(
        hotline.end_call(unit.desk, unit.who(), call),
        hotline.send_link_again(unit.desk, unit.who(), call),
        return_exceptions=True,
    )
    found = await unit.desk.calls.call(call)
    assert found is not None
    letters = await unit.office.mailroom.letters_of(found.appointment)
    assert {letter.state for letter in letters} == {LetterState.DROPPED}


async def test_a_message_being_sent_is_not_sent_again(unit: Staffed) -> None:
    """It may have gone out, and its link stays good; whoever presses is told, not left to wait for nothing."""
    call, code = await called(unit)
    found = await unit.desk.calls.call(call)
    assert found is not None
    [letter] = await unit.office.mailroom.letters_of(found.appointment)
    sending = replace(letter, state=LetterState.SENDING)
    await unit.office.records.keep(unit.office.line("sending", "test"), sending)
    assert await why(hotline.send_link_again(unit.desk, unit.who(), call)) is Reason.LETTER_ON_ITS_WAY
    assert await code_of(unit, call) == code


async def test_sent_again_the_old_link_is_dead(unit: Staffed) -> None:
    """A fresh one to the same number, for whatever browser presses first."""
    call, old = await called(unit)
    await presses(unit, old)
    await hotline.send_link_again(unit.desk, unit.who(), call)
    fresh = await code_of(unit, call)
    assert fresh != old
    assert await why(presses(unit, old)) is Reason.NO_PASS
    assert await presses(unit, fresh)
    await hotline.end_call(unit.desk, unit.who(), call)
    assert await why(hotline.send_link_again(unit.desk, unit.who(), call)) is Reason.CALL_OVER


async def test_only_who_made_the_call_sees_the_number_and_acts(unit: Staffed) -> None:
    """Colleagues see that there is one; a supervisor may act, without the number."""
    call, _ = await called(unit)
    assert ((await row(unit)).number, (await row(unit)).acts) == (E164, (Act.RING, Act.OPEN, Act.AGAIN, Act.END))
    assert ((await row(unit, "kim")).number, (await row(unit, "kim")).acts) == ("", ())
    [seen] = await calls_of(unit.desk, unit.who("lars", supervises=frozenset({UNIT.id})))
    assert (seen.number, seen.acts, seen.staff) == ("", (Act.AGAIN, Act.END), "Mette Holm")
    for act in (hotline.send_link_again, hotline.end_call):
        assert await why(act(unit.desk, unit.who("kim"), call)) is Reason.NOT_STAFF_HERE


async def test_numbers_are_erased_in_time(unit: Staffed) -> None:
    """A day after the end, from the call and from the caller's address; a booked citizen's address is not touched."""
    call, _ = await called(unit)
    await unit.book("anna", reach=Reach(phone=E164))
    other = await hotline.take_by_phone(unit.desk, unit.who(), "anna")
    base = unit.around.database
    custody = Custody(base.holdings, base.diary, base.records, unit.house)
    for one in (call, other.call):
        await hotline.end_call(unit.desk, unit.who(), one)
    unit.around.clock.at += DAY - 1
    await run_retention(custody, unit.around.clock.at)
    kept = [await unit.desk.calls.call(one) for one in (call, other.call)]
    assert all(found is not None and found.number for found in kept)
    unit.around.clock.at += 1
    await run_retention(custody, unit.around.clock.at)
    for one in (call, other.call):
        found = await unit.desk.calls.call(one)
        assert found is not None
        assert found.number == ""
    assert (await unit.office.diary.reach(call)).phone == ""
    assert (await unit.office.diary.reach("anna")).phone == E164


async def test_a_booked_citizen_is_taken_by_phone(unit: Staffed) -> None:
    """From their row: the number that is kept, their own name, their case; on record in their access log."""
    await unit.book("anna", reach=Reach(phone=E164))
    started = await hotline.take_by_phone(unit.desk, unit.who(), "anna")
    call = await unit.desk.calls.call(started.call)
    assert call is not None
    booked = await unit.appointment(call.appointment)
    assert (call.number, booked.citizen, booked.policy.id) == (E164, "anna", "hotline")
    assert ("mette", "take-by-phone") in looks_at(unit, "anna")
    await unit.book("bo")
    assert await why(hotline.take_by_phone(unit.desk, unit.who(), "bo")) is Reason.NO_NUMBER
    assert await why(hotline.take_by_phone(unit.desk, unit.who("lars"), "anna")) is Reason.NOT_STAFF_HERE


async def test_a_link_of_an_appointment_is_no_hotline_link(unit: Staffed) -> None:
    """The page of the hotline opens nothing else."""
    await unit.book("anna")
    new = await unit.link("anna")
    assert await caller_link(unit.office, unit.desk.calls, new.code) is None
    assert await why(presses(unit, new.code)) is Reason.NO_PASS
    assert await caller_link(unit.office, unit.desk.calls, "nothing") is None


class Gateway:
    """A carrier that takes every message, once it has no fault any more, and notes when."""

    name, channel, repeatable, gives_receipts = "test", Channel.SMS, True, False

    def __init__(self) -> None:
        self.taken: list[tuple[float, Parcel]] = []
        self.news = asyncio.Event()
        self.fault: CarrierFault | None = None
        self.held: asyncio.Event | None = None
        """Until when it keeps its answer to itself."""

    async def hand_over(self, parcel: Parcel) -> Handed:
        """See `ports.post.Carrier`."""
        if self.held is not None:
            self.news.set()
            await self.held.wait()
        if self.fault is not None:
            raise self.fault
        self.taken.append((time.monotonic(), parcel))
        self.news.set()
        return Handed("g1")


def post_room(unit: Staffed, gateway: Gateway, faults: list[BaseException]) -> PostRoom:
    """A post room with one gateway."""
    base = unit.around.database
    return PostRoom(unit.office, base.visitors, base.mailroom, [gateway], SITE, faults.append, leads=lambda: True)


async def test_from_the_key_to_the_gateway(unit: Staffed, capsys: pytest.CaptureFixture[str]) -> None:
    """The message is handed over by the post room that the press wakes; how long it took is printed (DESIGN §5)."""
    gateway, faults = Gateway(), list[BaseException]()
    post = post_room(unit, gateway, faults)
    working = asyncio.create_task(post.run())
    begun = time.monotonic()
    started = await hotline.start_call(unit.desk, unit.who(), NUMBER)
    async with asyncio.timeout(60):
        await gateway.news.wait()
    seconds = gateway.taken[0][0] - begun
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    parcel = gateway.taken[0][1]
    assert parcel.to == E164
    assert await code_of(unit, started.call) in parcel.text
    assert faults == []
    with capsys.disabled():
        sys.stdout.write(f"\nhotline: key to gateway {seconds:.3f} s\n")

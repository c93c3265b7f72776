"""A visit over plain XMPP: who comes in, who waits, who comes after."""

import pytest

from tests.clinic import Clinic, is_inside, is_refusal_to_lobby
from xmpp_agent.model.people import CompanionKind
from xmpp_agent.rules import visits
from xmpp_agent.wire import Finish

pytestmark = [pytest.mark.prosody, pytest.mark.asyncio(loop_scope="module")]
ALL = frozenset({"*"})


async def test_the_next_citizen_waits_until_the_first_is_finished(clinic: Clinic) -> None:
    """Lobby before any room, staff sees the verified name, admits; the next is admitted only after the turnover."""
    anna = await clinic.book("Anna Hansen", staff="Mette Madsen")
    bo = await clinic.book("Bo Berg", staff="Mette Madsen")
    assert anna.room == bo.room
    citizen = await clinic.citizen(anna)
    assert is_refusal_to_lobby(await citizen.join())
    await citizen.knock("Fake Name")
    staff = await clinic.open_room(anna)
    await staff.sees_waiting("Anna Hansen ✓ MitID")
    await staff.admit(citizen)
    await citizen.invited()
    assert is_inside(await citizen.join())
    following = await clinic.citizen(bo)
    assert is_refusal_to_lobby(await following.join())
    await following.knock()
    await staff.sees_waiting("Bo Berg ✓ MitID")
    begin = len(staff.client.received)
    await staff.admit(following)
    await staff.sees_waiting("Bo Berg ✓ MitID", begin=begin)
    assert is_refusal_to_lobby(await following.join())
    seq = clinic.agent.house.rooms[anna.room].seq
    done = await clinic.desk.finish(anna.room, Finish(command="f1", visit=seq), ALL, "uid:0")
    assert done.is_open
    await citizen.client.wait(lambda e: e.get("type") == "unavailable" and e.get("from") == citizen.seat_in_meeting)
    await staff.admit(following)
    await following.invited()
    assert is_inside(await following.join())
    assert is_refusal_to_lobby(await citizen.join())


async def test_a_companion_waits_for_the_citizen_and_follows(clinic: Clinic) -> None:
    """The interpreter alone stays in the lobby; once the citizen is in, the invitation comes by itself."""
    booked = await clinic.book(staff=clinic.somebody(), companions=((CompanionKind.INTERPRETER, "Ida Tolk"),))
    staff = await clinic.open_room(booked)
    interpreter = await clinic.companion(booked)
    assert is_refusal_to_lobby(await interpreter.join())
    await interpreter.knock()
    await staff.sees_waiting("Ida Tolk (tolk)")
    await staff.admit(interpreter)
    citizen = await clinic.citizen(booked)
    await clinic.come_in(staff, citizen)
    await interpreter.invited()
    assert is_inside(await interpreter.join())


async def test_a_hotline_caller_comes_straight_in_as_soon_as_staff_is_there(clinic: Clinic) -> None:
    """A policy without lobby: the caller waits only for staff, and is invited by the room opening."""
    booked = await clinic.book("Caller", staff=clinic.somebody(), policy="hotline", cpr="")
    caller = await clinic.citizen(booked, cpr="")
    assert is_refusal_to_lobby(await caller.join())
    await caller.knock()
    await clinic.open_room(booked)
    await caller.invited()
    assert is_inside(await caller.join())


async def test_after_a_hotline_caller_hung_up_the_next_comes_by_itself(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has to press anything between two callers; a moment is left for a reload of the first."""
    name = clinic.somebody()
    first = await clinic.book("First", staff=name, policy="hotline", cpr="")
    second = await clinic.book("Second", staff=name, policy="hotline", cpr="")
    staff = await clinic.open_room(first)
    caller, following = await clinic.citizen(first, cpr=""), await clinic.citizen(second, cpr="")
    assert is_inside(await caller.join())
    assert is_refusal_to_lobby(await following.join())
    await following.knock()
    await caller.client.leave(caller.seat_in_meeting)
    await staff.client.wait(lambda e: e.get("from") == caller.seat_in_meeting and e.get("type") == "unavailable")
    monkeypatch.setattr(visits, "ON_THE_WAY", 0.0)
    await following.invited()
    assert is_inside(await following.join())


async def test_the_wrong_person_waits_for_staff_to_judge_and_cannot_be_let_in(clinic: Clinic) -> None:
    """Somebody else's MitID on the invited person's link: shown as such, Admit does nothing."""
    booked = await clinic.book("Carl Carlsen", staff=clinic.somebody())
    staff = await clinic.open_room(booked)
    stranger = await clinic.citizen(booked, cpr="0202020202")
    assert is_refusal_to_lobby(await stranger.join())
    await stranger.knock()
    await staff.sees_waiting("Carl Carlsen ⚠ ikke den inviterede")
    begin = len(staff.client.received)
    await staff.admit(stranger)
    await staff.sees_waiting("Carl Carlsen ⚠ ikke den inviterede", begin=begin)
    assert is_refusal_to_lobby(await stranger.join())


async def test_put_out_by_staff_stays_out_until_let_in_again(clinic: Clinic) -> None:
    """Jitsi's kick ends the part of the kicked; coming back needs a new knock and a new Admit."""
    booked = await clinic.book("Dina Dahl", staff=clinic.somebody())
    staff = await clinic.open_room(booked)
    citizen = await clinic.citizen(booked)
    await clinic.come_in(staff, citizen)
    item = f"<item nick='{citizen.nick}' role='none'><reason>You have been kicked.</reason></item>"
    query = f"<query xmlns='http://jabber.org/protocol/muc#admin'>{item}</query>"
    answer = await staff.client.request(staff.room, query, type_="set")
    assert answer.get("type") == "result"
    assert is_refusal_to_lobby(await citizen.join())
    await citizen.knock()
    begin = len(citizen.client.received)
    await staff.admit(citizen)
    await citizen.invited(begin=begin)
    assert is_inside(await citizen.join())

"""The next citizen learns nothing of the one before, however the visit before ended."""

import json
from xml.etree.ElementTree import tostring

import pytest

from tests.clients.base import CLIENT
from tests.clinic import JITMEET, Clinic, Person, is_inside, is_refusal_to_lobby
from xmpp_agent.edges.store.bookings import Booked
from xmpp_agent.wire import Finish

pytestmark = [pytest.mark.prosody, pytest.mark.asyncio(loop_scope="module")]
ALL = frozenset({"*"})
SECRET = "Diagnosis F32.1"


async def live_through(clinic: Clinic, booked: Booked, staff: Person) -> Person:
    """A visit that leaves as much behind as a client can: chat, subject, a poll, private words, changed presence."""
    citizen = await clinic.citizen(booked)
    await clinic.come_in(staff, citizen)
    to_all = f"<message xmlns='{CLIENT}' type='groupchat' to='{staff.room}'>"
    vote = json.dumps({"type": "new-poll", "question": SECRET})
    poll = f"{to_all}<json-message xmlns='{JITMEET}'>{vote}</json-message></message>"
    for words in (
        f"{to_all}<body>{SECRET}</body></message>",
        f"{to_all}<subject>{SECRET}</subject></message>",
        poll,
        f"<message xmlns='{CLIENT}' type='chat' to='{citizen.seat_in_meeting}'><body>{SECRET}</body></message>",
        f"<presence xmlns='{CLIENT}' to='{staff.seat_in_meeting}'><status>{SECRET}</status></presence>",
    ):
        await staff.client.send(words)
    await citizen.client.send(f"{to_all}<body>{SECRET} too</body></message>")
    await staff.client.wait(lambda e: f"{SECRET} too" in "".join(e.itertext()))
    await staff.client.send(f"<presence xmlns='{CLIENT}' to='{staff.seat_in_meeting}'/>")
    await staff.client.barrier()
    return citizen


def assert_nothing_of(before: Person, name: str, person: Person) -> None:
    """No stanza this person ever received holds anything from the visit before."""
    for stanza in person.client.received:
        text = tostring(stanza, "unicode")
        for trace in (SECRET, before.client.bare, before.nick, name):
            assert trace not in text, text


@pytest.mark.parametrize("ending", ["finished", "left", "crashed", "kicked", "staff gone"])
async def test_the_next_receives_nothing_of_the_visit_before(clinic: Clinic, ending: str) -> None:
    """Every stanza of the next citizen, from the login on, is searched for traces of the first."""
    name = clinic.somebody()
    first, second = await clinic.book("Anna Hansen", staff=name), await clinic.book("Bo Berg", staff=name)
    staff = await clinic.open_room(first)
    following = await clinic.citizen(second)
    assert is_refusal_to_lobby(await following.join())
    await following.knock()
    citizen = await live_through(clinic, first, staff)
    await end(clinic, ending, staff, citizen)
    if ending == "staff gone":
        staff = await clinic.open_room(second)
    begin = len(following.client.received)
    await staff.admit(following)
    await following.invited(begin=begin)
    assert is_inside(await following.join())
    await following.client.wait(lambda e: e.get("type") == "groupchat")
    await following.client.barrier()
    assert_nothing_of(citizen, "Anna", following)


async def end(clinic: Clinic, ending: str, staff: Person, citizen: Person) -> None:
    """End the first visit in one of the ways visits end."""
    node = staff.room.partition("@")[0]
    if ending == "finished":
        seq = clinic.agent.house.rooms[node].seq
        assert (await clinic.desk.finish(node, Finish(command=f"f{seq}", visit=seq), ALL, "uid:0")).is_open
        return
    begin = len(staff.client.received)
    if ending == "left":
        await citizen.client.leave(citizen.seat_in_meeting)
    elif ending == "crashed":
        await citizen.client.drop()
    elif ending == "kicked":
        item = f"<query xmlns='http://jabber.org/protocol/muc#admin'><item nick='{citizen.nick}' role='none'/></query>"
        assert (await staff.client.request(staff.room, item, type_="set")).get("type") == "result"
    else:
        await staff.client.close()
        await citizen.client.leave(citizen.seat_in_meeting)
        await citizen.client.barrier()
        return
    await staff.client.wait(
        lambda e: e.get("from") == citizen.seat_in_meeting and e.get("type") == "unavailable", begin=begin
    )

"""No citizen or companion ever becomes owner, admin or moderator: by no stanza, of no client, after no leave."""

import pytest

from tests.clients.base import CLIENT, MUC_USER, error_of
from tests.clients.tcp import TcpClient
from tests.clinic import Clinic, Person, is_inside
from tests.prosody import PASSWORD
from xmpp_agent.model.people import CompanionKind

pytestmark = [pytest.mark.prosody, pytest.mark.asyncio(loop_scope="module")]
ADMIN = "http://jabber.org/protocol/muc#admin"
OWNER = "http://jabber.org/protocol/muc#owner"


def rights_seen(*watchers: Person) -> set[tuple[str, str, str]]:
    """(from, affiliation, role) of everything the watchers ever saw of anybody."""
    return {
        (stanza.get("from", ""), item.get("affiliation", ""), item.get("role", ""))
        for watcher in watchers
        for stanza in watcher.client.received
        for item in stanza.iter(f"{{{MUC_USER}}}item")
    }


def assert_no_rights(*people: Person) -> None:
    """Nobody of them was ever seen with rights, by any of them."""
    for sender, affiliation, role in rights_seen(*people):
        if any(sender == p.seat_in_meeting for p in people):
            assert affiliation not in ("owner", "admin"), sender
            assert role != "moderator", sender


async def party(clinic: Clinic) -> tuple[Person, Person, Person]:
    """Staff, citizen and interpreter in one room."""
    booked = await clinic.book(staff=clinic.somebody(), companions=((CompanionKind.INTERPRETER, "Ida"),))
    staff = await clinic.open_room(booked)
    citizen = await clinic.citizen(booked)
    await clinic.come_in(staff, citizen)
    companion = await clinic.companion(booked)
    assert is_inside(await companion.join())
    return staff, citizen, companion


def grants(target: Person) -> tuple[str, ...]:
    """Every way to ask for rights in the room."""
    bare, nick = target.client.bare, target.nick
    return (
        f"<query xmlns='{ADMIN}'><item affiliation='owner' jid='{bare}'/></query>",
        f"<query xmlns='{ADMIN}'><item affiliation='admin' jid='{bare}'/></query>",
        f"<query xmlns='{ADMIN}'><item role='moderator' nick='{nick}'/></query>",
        f"<query xmlns='{ADMIN}'><item affiliation='owner' nick='{nick}'/></query>",
        f"<query xmlns='{ADMIN}'><item affiliation='member' jid='x@y'/>"
        f"<item affiliation='owner' jid='{bare}'/></query>",
        f"<query xmlns='{OWNER}'><x xmlns='jabber:x:data' type='submit'>"
        "<field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field>"
        f"<field var='muc#roomconfig_roomowners'><value>{bare}</value></field></x></query>",
        f"<query xmlns='{OWNER}'><x xmlns='jabber:x:data' type='submit'>"
        "<field var='muc#roomconfig_membersonly'><value>0</value></field></x></query>",
        f"<query xmlns='{OWNER}'><destroy/></query>",
        f"<query xmlns='{OWNER}'><x xmlns='jabber:x:data' type='submit'/></query>",
    )


async def test_neither_citizens_nor_staff_can_give_rights(clinic: Clinic) -> None:
    """Citizen for self, companion for citizen, staff for citizen: every form is refused and changes nothing."""
    staff, citizen, companion = await party(clinic)
    for giver, target in ((citizen, citizen), (companion, citizen), (staff, citizen), (staff, companion)):
        for payload in grants(target):
            answer = await giver.client.request(giver.room, payload, type_="set")
            assert error_of(answer) is not None, payload
    await staff.client.barrier()
    assert_no_rights(citizen, companion)
    assert is_inside(await citizen.join())


async def test_the_focus_cannot_give_rights_either(clinic: Clinic) -> None:
    """Jicofo's auto-owner, left on by mistake, is refused by the door."""
    staff, citizen, companion = await party(clinic)
    jid = f"focus@{clinic.prosody.services}/auto"
    async with await TcpClient.connect(clinic.prosody, PASSWORD, jid=jid) as focus:
        assert is_inside(await focus.join(f"{citizen.room}/second"))
        for payload in grants(citizen):
            if "type='submit'/>" in payload:
                continue  # an empty form is what Jicofo sends; it changes nothing
            assert error_of(await focus.request(citizen.room, payload, type_="set")) is not None, payload
    assert_no_rights(citizen, companion)
    assert staff.client.jid


@pytest.mark.parametrize("how", ["leave", "crash", "close"])
async def test_after_staff_is_gone_nobody_inherits(clinic: Clinic, how: str) -> None:
    """Whoever stays behind stays what they were, and cannot act."""
    staff, citizen, companion = await party(clinic)
    begin = len(citizen.client.received)
    if how == "leave":
        await staff.client.leave(staff.seat_in_meeting)
    elif how == "crash":
        await staff.client.drop()
    else:
        await staff.client.close()
    await citizen.client.wait(
        lambda e: e.get("from") == staff.seat_in_meeting and e.get("type") == "unavailable", begin=begin
    )
    for payload in grants(citizen):
        assert error_of(await citizen.client.request(citizen.room, payload, type_="set")) is not None
    await citizen.client.send(f"<presence xmlns='{CLIENT}' to='{citizen.seat_in_meeting}'/>")
    await companion.client.wait(lambda e: e.get("from") == citizen.seat_in_meeting)
    assert_no_rights(citizen, companion)


async def test_citizens_invite_nobody(clinic: Clinic) -> None:
    """A mediated or direct invitation from inside, by a citizen, opens nothing for a friend."""
    staff, citizen, _ = await party(clinic)
    friend_of = await clinic.book("Friend", staff=clinic.somebody())
    friend = await clinic.citizen(friend_of)
    await citizen.client.send(
        f"<message xmlns='{CLIENT}' to='{citizen.room}'><x xmlns='{MUC_USER}'>"
        f"<invite to='{friend.client.jid}'/><invite to='{friend.client.bare}'/></x></message>"
    )
    await citizen.client.barrier()
    await clinic.agent.house.lanes.quiet()
    await friend.client.barrier()
    assert not [e for e in friend.client.received if e.tag == f"{{{CLIENT}}}message"]
    friend.room = staff.room
    assert error_of(await friend.join()) == ("cancel", "not-allowed")

"""The smallest path: log in, make and enter a room, be told, be sent to the lobby, be invited."""

import pytest

from tests.clients import BoshClient, Client, FramedClient, TcpClient, error_of, statuses
from tests.lua_shims.seat import MEMBER, STAFF, Seat, verdict
from tests.prosody import Prosody

pytestmark = pytest.mark.prosody
CLIENTS: list[type[TcpClient] | type[FramedClient] | type[BoshClient]] = [TcpClient, FramedClient, BoshClient]


@pytest.mark.parametrize("transport", CLIENTS)
async def test_staff_makes_a_room_and_citizen_enters_it(
    prosody: Prosody, seat: Seat, transport: type[TcpClient] | type[FramedClient] | type[BoshClient]
) -> None:
    """On every transport: the agent is asked create, then join; both get the rights and the name of the verdict."""
    seat.rules |= {"create": lambda _: STAFF, "join": lambda _: MEMBER}
    room = f"room1@{prosody.rooms}"
    async with await transport.connect(prosody, "staff1") as staff, await transport.connect(prosody, "c1") as citizen:
        own = await staff.join(f"{room}/staff")
        assert "201" in statuses(own)
        item = own.find(".//{http://jabber.org/protocol/muc#user}item")
        assert item is not None
        assert (item.get("affiliation"), item.get("role"), item.get("jid")) == ("owner", "moderator", staff.jid)
        own = await citizen.join(f"{room}/c1", "<nick xmlns='http://jabber.org/protocol/nick'>Director</nick>")
        assert own.findtext("{http://jabber.org/protocol/nick}nick") == "Anna Hansen"
        await seat.hears("joined", room=room, jid=staff.jid, nick="staff", pass_="staff1", role="moderator")
        await seat.hears("joined", room=room, jid=citizen.jid, nick="c1", pass_="c1", role="participant")
        await citizen.leave(f"{room}/c1")
        await seat.hears("left", room=room, jid=citizen.jid, why="left")
    await seat.hears("left", jid=staff.jid)
    await seat.hears("destroyed", room=room)
    asked = [(q["ask"], q["jid"], q["exists"]) for q in seat.questions if q["ask"] in ("create", "join")]
    assert asked == [("create", staff.jid, "0"), ("join", citizen.jid, "1")]


async def test_wait_sends_to_the_lobby_and_invite_brings_back(prosody: Prosody, seat: Seat) -> None:
    """`wait` is the 407 refusal with the lobby in both places; the invite order comes from the room's bare JID."""
    seat.rules |= {"create": lambda q: STAFF if q["pass"] == "staff1" else verdict("wait", lobby=f"l@{prosody.lobby}")}
    seat.rules["join"] = lambda _: verdict("wait", lobby=f"l@{prosody.lobby}")
    room = f"room1@{prosody.rooms}"
    async with (
        await FramedClient.connect(prosody, "c1") as citizen,
        await TcpClient.connect(prosody, "staff1") as staff,
    ):
        before = await citizen.join(f"{room}/c1")
        await staff.join(f"{room}/staff")
        after = await citizen.join(f"{room}/c1")
        for refusal in (before, after):
            assert error_of(refusal) == ("auth", "registration-required")
            error = refusal.find("{jabber:client}error")
            assert error is not None
            assert error.get("code") == "407"
            assert error.findtext("{http://jitsi.org/jitmeet}lobbyroom") == f"l@{prosody.lobby}"
            assert refusal.findtext("{jabber:client}lobbyroom") == f"l@{prosody.lobby}"
        done = await seat.order(prosody.rooms, "invite", room=room, jid=citizen.jid)
        assert done.get("type") == "result"
        invite = await citizen.wait(lambda e: e.tag == "{jabber:client}message")
        assert invite.get("from") == room
        assert invite.find(".//{http://jabber.org/protocol/muc#user}invite") is not None


async def test_conference_request_is_asked_and_held_back(prosody: Prosody, seat: Seat) -> None:
    """A waiting or refused client is answered ready without the focus (its join hears the no); staff's passes."""
    seat.rules["conference"] = lambda q: {"staff1": verdict("open"), "c1": verdict("wait")}.get(
        q["pass"], verdict("refuse", type="auth", condition="forbidden")
    )
    request = f"<conference xmlns='http://jitsi.org/protocol/focus' room='Room1@{prosody.rooms}'/>"
    focus_jid = f"focus@{prosody.services}"
    async with await TcpClient.connect(prosody, "service-password-of-the-test", jid=f"{focus_jid}/focus") as focus:
        clients: list[Client] = [await FramedClient.connect(prosody, token) for token in ("staff1", "c1", "c2")]
        staff, waiting, refused = clients
        for client in (waiting, refused):
            answer = await client.request(focus.jid, request, type_="set")
            conference = answer.find("{http://jitsi.org/protocol/focus}conference")
            assert conference is not None
            assert (conference.get("ready"), conference.get("focusjid")) == ("true", focus_jid)
        await staff.send(f"<iq xmlns='jabber:client' type='set' to='{focus.jid}' id='x'>{request}</iq>")
        asked = await focus.wait(lambda e: e.tag == "{jabber:client}iq" and e.get("from") == staff.jid)
        passed = asked.find("{http://jitsi.org/protocol/focus}conference")
        assert passed is not None
        assert passed.get("room") == f"room1@{prosody.rooms}"
        assert [e for e in focus.received if e.tag == "{jabber:client}iq" and e.get("type") == "set"] == [asked]
        for client in clients:
            await client.close()

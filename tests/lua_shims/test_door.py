"""The users' host: knocks with and without an agent, requests to the focus, recording, the lobby's identity."""

import pytest

from tests.clients import FramedClient, TcpClient, error_of, statuses
from tests.clients.base import MUC, MUC_USER
from tests.lua_shims.seat import GATE, STAFF, Seat, verdict
from tests.prosody import PASSWORD, Prosody

pytestmark = pytest.mark.prosody
FOCUS, JIBRI = "http://jitsi.org/protocol/focus", "http://jitsi.org/protocol/jibri"


async def knock(client: FramedClient, address: str, extra: str = "") -> None:
    """Sends a join to a lobby address without waiting for an answer."""
    await client.send(f"<presence xmlns='jabber:client' to='{address}'><x xmlns='{MUC}'/>{extra}</presence>")


def stamps(seat: Seat, address: str) -> list[str]:
    """`since` of each stamped presence to that lobby address, in order of arrival."""
    found = (x.find(f"{{{GATE}}}stamp") for x in seat.stanzas if x.get("to") == address)
    return [stamp.get("since", "") for stamp in found if stamp is not None]


async def places(seat: Seat, prosody: Prosody) -> dict[str, dict[str, str]]:
    """Snapshot of the users' host: full JID -> {lobby address: since}."""
    page = await seat.snapshot(prosody.domain)
    return {
        s.get("jid", ""): {at.get("lobby", ""): at.get("since", "") for at in s}
        for s in page.iter(f"{{{GATE}}}session")
    }


async def test_clients_find_the_lobby(prosody: Prosody, seat: Seat) -> None:
    """The main domain's disco#info names the lobby domain the way Jitsi clients look for it."""
    async with await FramedClient.connect(prosody, "c1") as citizen:
        info = await citizen.request(prosody.domain, "<query xmlns='http://jabber.org/protocol/disco#info'/>")
        found = [
            i for i in info.iter("{http://jabber.org/protocol/disco#info}identity") if i.get("type") == "lobbyrooms"
        ]
        assert [(i.get("category"), i.get("name")) for i in found] == [("component", prosody.lobby)]


async def test_time_of_the_first_knock_stays(prosody: Prosody, seat: Seat) -> None:
    """Later presence at the same address keeps the time; leaving and knocking again is a new time."""
    address = f"r@{prosody.lobby}/k"
    async with await FramedClient.connect(prosody, "c1") as citizen:
        await knock(citizen, address)
        await knock(citizen, address, "<email>a@b.dk</email>")
        await citizen.leave(address)
        await knock(citizen, address)
        first, second, third = await seat.wait(lambda: s if len(s := stamps(seat, address)) == 3 else None)
        assert first == second
        assert float(third) > float(first)


async def test_knock_while_the_agent_is_away_is_kept(prosody: Prosody, seat: Seat) -> None:
    """The client believes itself in the lobby; the returning agent finds it with the time of the knock."""
    address = f"r@{prosody.lobby}/k"
    async with await FramedClient.connect(prosody, "c1") as a, await FramedClient.connect(prosody, "c2") as b:
        await seat.abort()
        own = await a.join(address)
        assert statuses(own) == {"110"}
        item = own.find(f".//{{{MUC_USER}}}item")
        assert item is not None
        assert item.get("jid") == a.jid
        await b.join(address + "2")
        await b.leave(address + "2")
        await b.barrier()
        assert [e for e in b.received if e.get("type") == "error"] == []
        await seat.reconnect()
        found = await places(seat, prosody)
        assert set(found[a.jid]) == {address}
        assert float(found[a.jid][address]) > 1_600_000_000
        assert found[b.jid] == {}


async def test_time_of_knock_survives_the_absence_of_the_agent(prosody: Prosody, seat: Seat) -> None:
    """Knocked before the agent went: the same time in the snapshot afterwards."""
    address = f"r@{prosody.lobby}/k"
    async with await FramedClient.connect(prosody, "c1") as citizen:
        await knock(citizen, address)
        await seat.wait(lambda: stamps(seat, address) or None)
        await seat.abort()
        await seat.reconnect()
        assert (await places(seat, prosody))[citizen.jid] == {address: stamps(seat, address)[0]}


async def test_put_out_of_the_lobby_is_no_ghost(prosody: Prosody, seat: Seat) -> None:
    """A client that was kicked sends no unavailable: the snapshot does not show it as waiting, nor does its end."""
    address = f"r@{prosody.lobby}/k"
    async with await FramedClient.connect(prosody, "c1") as citizen:
        await knock(citizen, address)
        await seat.wait(lambda: stamps(seat, address) or None)
        seat.send(f"<presence type='unavailable' from='{address}' to='{citizen.jid}'/>")
        await citizen.wait(lambda e: e.get("from") == address)
        assert (await places(seat, prosody))[citizen.jid] == {}
    await seat.hears("closed", jid=citizen.jid)
    assert not any(x.get("type") == "unavailable" and x.get("from") == citizen.jid for x in seat.stanzas)


async def test_goodbyes_are_told_again_in_the_snapshot(prosody: Prosody, seat: Seat) -> None:
    """A goodbye may have reached an agent that died of something else: the next one reads it."""
    address = f"r@{prosody.lobby}/k"
    async with await FramedClient.connect(prosody, "c1") as citizen:
        await knock(citizen, address)
        await citizen.leave(address)
        await citizen.barrier()
        page = await seat.snapshot(prosody.domain)
        assert [gone.get("at") for gone in page.iter(f"{{{GATE}}}gone")] == [address]


async def test_end_of_a_waiting_client_reaches_the_agent(prosody: Prosody, seat: Seat) -> None:
    """A dropped connection: unavailable at the lobby address, and closed with the pass."""
    address = f"r@{prosody.lobby}/k"
    citizen = await FramedClient.connect(prosody, "c1")
    await knock(citizen, address)
    await seat.wait(lambda: stamps(seat, address) or None)
    await citizen.drop()
    await seat.hears("closed", jid=citizen.jid, pass_="c1")
    await seat.wait(
        lambda: any(x.get("type") == "unavailable" and x.get("from") == citizen.jid for x in seat.stanzas) or None
    )


@pytest.mark.parametrize("to", ["focus@{s}/focus", "focus@{s}", "{s}"])
async def test_conference_request_is_asked_in_every_form_of_address(prosody: Prosody, seat: Seat, to: str) -> None:
    """Full, bare and host address of a focus: without an open verdict the door answers in its place."""
    async with await FramedClient.connect(prosody, "c1") as citizen:
        request = f"<conference xmlns='{FOCUS}' room='r@{prosody.rooms}'/>"
        answer = await citizen.request(to.format(s=prosody.services), request, type_="set")
        assert answer.find(f"{{{FOCUS}}}conference[@ready='true']") is not None
        asked = await seat.asked("conference")
        assert (asked["room"], asked["pass"], asked["exists"]) == (f"r@{prosody.rooms}", "c1", "0")


@pytest.mark.parametrize("room", ["", " @x", "a b@conference.meet.example.dk"])
async def test_conference_request_for_no_room_is_malformed(prosody: Prosody, seat: Seat, room: str) -> None:
    """An unreadable room is refused without a question."""
    async with await FramedClient.connect(prosody, "c1") as citizen:
        request = f"<conference xmlns='{FOCUS}' room='{room}'/>"
        answer = await citizen.request(f"focus@{prosody.services}/focus", request, type_="set")
        assert error_of(answer) == ("modify", "jid-malformed")
        assert [q for q in seat.questions if q["ask"] == "conference"] == []


async def test_conference_is_asked_again_when_the_room_came_meanwhile(prosody: Prosody, seat: Seat) -> None:
    """The verdict about a room that did not exist is not used for one that does."""
    room = f"r@{prosody.rooms}"
    seat.rules["create"] = lambda _: STAFF
    async with (
        await TcpClient.connect(prosody, "staff1") as staff,
        await FramedClient.connect(prosody, "c1") as citizen,
    ):

        async def room_comes(_: dict[str, str]) -> str:
            if len([q for q in seat.questions if q["ask"] == "conference"]) == 1:
                await staff.join(f"{room}/s")
            return verdict("wait")

        seat.rules["conference"] = room_comes
        request = f"<conference xmlns='{FOCUS}' room='{room}'/>"
        answer = await citizen.request(f"focus@{prosody.services}/focus", request, type_="set")
        assert answer.find(f"{{{FOCUS}}}conference[@ready='true']") is not None
        assert [q["exists"] for q in seat.questions if q["ask"] == "conference"] == ["0", "1"]


async def test_recording_is_asked_about_whatever_its_case(prosody: Prosody, seat: Seat) -> None:
    """Start and stop, in capitals too: refused ones stop here, open ones reach the focus in small letters."""
    room = f"r@{prosody.rooms}"
    seat.rules |= {"create": lambda _: STAFF, "join": lambda _: STAFF, "record-stop": lambda _: verdict("open")}
    focus_jid = f"focus@{prosody.services}/focus"
    async with (
        await TcpClient.connect(prosody, PASSWORD, jid=focus_jid) as focus,
        await FramedClient.connect(prosody, "staff1") as staff,
    ):
        await focus.join(f"{room}/focus")
        await staff.join(f"{room}/s")
        start = f"<jibri xmlns='{JIBRI}' action='START' recording_mode='File'/>"
        assert error_of(await staff.request(f"{room}/focus", start, type_="set")) == ("cancel", "not-allowed")
        asked = await seat.asked("record-start")
        assert (asked["room"], asked["mode"], asked["pass"]) == (room, "file", "staff1")
        stop = f"<jibri xmlns='{JIBRI}' action='Stop' recording_mode='FILE' session_id='s'/>"
        await staff.send(f"<iq xmlns='jabber:client' type='set' to='{room}/focus' id='stop'>{stop}</iq>")
        got = await focus.wait(lambda e: e.find(f"{{{JIBRI}}}jibri") is not None)
        jibri = got.find(f"{{{JIBRI}}}jibri")
        assert jibri is not None
        assert (jibri.get("action"), jibri.get("recording_mode")) == ("stop", "file")
        other = f"<jibri xmlns='{JIBRI}' action='explode'/>"
        assert error_of(await staff.request(f"{room}/focus", other, type_="set")) == ("modify", "bad-request")
        assert len([e for e in focus.received if e.find(f"{{{JIBRI}}}jibri") is not None]) == 1

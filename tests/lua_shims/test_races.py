"""What can change while a join waits for its verdict: another creator, the same nick, the room's end, the client's."""

import asyncio
import xml.etree.ElementTree as ET

import pytest

from tests.clients import BoshClient, FramedClient, TcpClient, error_of, statuses
from tests.clients.base import MUC
from tests.lua_shims.conftest import Lua
from tests.lua_shims.seat import GATE, MEMBER, STAFF, Question, Seat
from tests.prosody import Prosody

pytestmark = pytest.mark.prosody
Transport = type[TcpClient] | type[FramedClient] | type[BoshClient]


class Held:
    """Keeps back the verdict of one person until the test lets it go."""

    def __init__(self, verdict: str, others: str, jid: str) -> None:
        self._later: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._verdict, self._others, self._jid = verdict, others, jid

    def __call__(self, question: Question) -> "asyncio.Future[str] | str":
        return self._later if question["jid"] == self._jid and not self._later.done() else self._now(question)

    def _now(self, question: Question) -> str:
        return self._verdict if question["jid"] == self._jid else self._others

    def let_go(self) -> None:
        self._later.set_result(self._verdict)


def inside(page: ET.Element) -> set[str]:
    """Real JIDs in a snapshot page of the rooms."""
    return {person.get("jid", "") for person in page.iter(f"{{{GATE}}}in")}


async def test_two_creators_at_once_make_one_room(prosody: Prosody, seat: Seat) -> None:
    """The slower of two is asked about again, as a join, and both see each other."""
    room = f"r@{prosody.rooms}"
    async with await TcpClient.connect(prosody, "staff1") as a, await FramedClient.connect(prosody, "staff2") as b:
        held = Held(STAFF, STAFF, a.jid)
        seat.rules |= {"create": held, "join": lambda _: STAFF}
        slow = asyncio.create_task(a.join(f"{room}/a"))
        await seat.asked("create")
        assert "201" in statuses(await b.join(f"{room}/b"))
        held.let_go()
        assert "201" not in statuses(await slow)
        assert (await seat.asked("join"))["jid"] == a.jid
        await b.wait(lambda e: e.get("from") == f"{room}/a")
        await a.wait(lambda e: e.get("from") == f"{room}/b")
        assert inside(await seat.snapshot(prosody.rooms)) == {a.jid, b.jid}


async def test_same_nick_at_once_is_a_conflict_for_one(prosody: Prosody, seat: Seat, lua: Lua) -> None:
    """Two wait under one nick: one comes in, the other gets conflict and no rights."""
    room = f"r@{prosody.rooms}"
    seat.rules["create"] = lambda _: STAFF
    async with (
        await TcpClient.connect(prosody, "staff1") as staff,
        await TcpClient.connect(prosody, "c1") as a,
        await FramedClient.connect(prosody, "c2") as b,
    ):
        await staff.join(f"{room}/s")
        held = Held(MEMBER, MEMBER, a.jid)
        seat.rules["join"] = held
        slow = asyncio.create_task(a.join(f"{room}/same"))
        await seat.asked("join")
        await b.join(f"{room}/same")
        held.let_go()
        assert error_of(await slow) == ("cancel", "conflict")
        await a.barrier()
        assert await affiliations(lua, room) == {staff.bare: "owner", b.bare: "member"}


async def affiliations(lua: Lua, room: str) -> dict[str, str]:
    """What the room keeps of rights, by bare JID."""
    text = await lua(
        f"local room = prosody.hosts['{room.partition('@')[2]}'].modules.muc.get_room_from_jid('{room}');"
        "local out = {}; for bare, what in pairs(room._affiliations) do out[#out + 1] = bare .. '=' .. what; end;"
        "return table.concat(out, ' ')"
    )
    return dict(pair.split("=") for pair in text.split())


async def test_room_destroyed_while_waiting_is_asked_anew(prosody: Prosody, seat: Seat) -> None:
    """The room ends while a citizen waits for its join: no zombie, the agent is asked about a creation."""
    room = f"r@{prosody.rooms}"
    async with await TcpClient.connect(prosody, "staff1") as staff, await TcpClient.connect(prosody, "c1") as citizen:
        seat.rules["create"] = lambda q: STAFF if q["pass"] == "staff1" else "<verdict/>"
        await staff.join(f"{room}/s")
        held = Held(MEMBER, STAFF, citizen.jid)
        seat.rules["join"] = held
        joining = asyncio.create_task(citizen.join(f"{room}/c"))
        await seat.asked("join")
        await staff.leave(f"{room}/s")
        await seat.hears("destroyed")
        held.let_go()
        assert error_of(await joining) is not None
        assert (await seat.asked("create", 2))["jid"] == citizen.jid
        assert inside(await seat.snapshot(prosody.rooms)) == set()


async def test_room_made_anew_while_waiting_is_another_room(prosody: Prosody, seat: Seat) -> None:
    """Destroyed and made again while a citizen waits: the verdict about the old room does not open the new one."""
    room = f"r@{prosody.rooms}"
    async with await TcpClient.connect(prosody, "staff1") as staff, await TcpClient.connect(prosody, "c1") as citizen:
        seat.rules["create"] = lambda _: STAFF
        await staff.join(f"{room}/s")
        held = Held(MEMBER, STAFF, citizen.jid)
        seat.rules["join"] = held
        joining = asyncio.create_task(citizen.join(f"{room}/c"))
        await seat.asked("join")
        await staff.leave(f"{room}/s")
        await staff.join(f"{room}/s")
        held.let_go()
        await joining
        assert len([q for q in seat.questions if q["ask"] == "join" and q["jid"] == citizen.jid]) == 2


async def test_room_that_never_stands_still_refuses(prosody: Prosody, seat: Seat, lua: Lua) -> None:
    """Three verdicts overtaken by the room's coming and going: refused, so that nothing loops."""
    room = f"r@{prosody.rooms}"
    turn = (
        f"local muc = prosody.hosts['{prosody.rooms}'].modules.muc; local room = muc.get_room_from_jid('{room}');"
        f"if room then room:destroy(); else muc.create_room('{room}'); end"
    )

    async def overtaken(_: Question) -> str:
        await lua(turn)
        return STAFF

    seat.rules |= {"create": overtaken, "join": overtaken}
    async with await TcpClient.connect(prosody, "staff1") as staff:
        assert error_of(await staff.join(f"{room}/s")) == ("wait", "resource-constraint")
        assert len([q for q in seat.questions if q["ask"] != "authenticate"]) == 3


@pytest.mark.parametrize("transport", [TcpClient, FramedClient, BoshClient])
async def test_client_gone_while_waiting_leaves_no_ghost(prosody: Prosody, seat: Seat, transport: Transport) -> None:
    """Whoever drops off before the verdict is never shown as having been inside."""
    room = f"r@{prosody.rooms}"
    client = await transport.connect(prosody, "staff1")
    held = Held(STAFF, STAFF, client.jid)
    seat.rules["create"] = held
    await client.send(f"<presence xmlns='jabber:client' to='{room}/s'><x xmlns='{MUC}'/></presence>")
    await seat.asked("create")
    if isinstance(client, BoshClient):
        await client.close()
    else:
        await client.drop()
    await seat.hears("closed", jid=client.jid)
    held.let_go()
    assert inside(await seat.snapshot(prosody.rooms)) == set()
    assert seat.told("joined") == []


async def test_stanzas_behind_a_waiting_join_keep_their_order(prosody: Prosody, seat: Seat) -> None:
    """Join and a message sent at once: the message is dealt with after the join."""
    room = f"r@{prosody.rooms}"
    async with await FramedClient.connect(prosody, "staff1") as staff:
        held = Held(STAFF, STAFF, staff.jid)
        seat.rules["create"] = held
        joining = asyncio.create_task(staff.join(f"{room}/s"))
        await seat.asked("create")
        await staff.send(f"<message xmlns='jabber:client' type='groupchat' to='{room}'><body>hej</body></message>")
        held.let_go()
        await joining
        said = await staff.wait(lambda e: e.findtext("{jabber:client}body") == "hej" or e.get("type") == "error")
        assert said.get("from") == f"{room}/s"


async def test_users_of_a_component_are_asked_about_in_order(prosody: Prosody, seat: Seat, other: Seat) -> None:
    """A component's stanzas have no runner of their own: its users wait each in their own line, with no pass."""
    room, slow, quick = f"r@{prosody.rooms}", f"slow@{other.domain}/x", f"quick@{other.domain}/x"
    held = Held(STAFF, MEMBER, slow)
    seat.rules |= {"create": held, "join": lambda _: MEMBER}
    join = f"<x xmlns='{MUC}'/>"
    other.send(f"<presence from='{slow}' to='{room}/slow'>{join}</presence>")
    other.send(f"<message from='{slow}' to='{room}' type='groupchat'><body>efter</body></message>")
    await seat.asked("create")
    other.send(f"<presence from='{quick}' to='q@{prosody.rooms}/quick'>{join}</presence>")
    await other.wait(lambda: any(e.get("from") == f"q@{prosody.rooms}/quick" for e in other.stanzas))
    assert not any((e.get("from") or "").startswith("r@") for e in other.stanzas)
    held.let_go()
    await other.wait(
        lambda: any(e.get("from") == f"{room}/slow" and e.get("type") == "groupchat" for e in other.stanzas)
    )
    of_room = [e for e in other.stanzas if e.get("from") == f"{room}/slow"]
    assert [e.tag.rpartition("}")[2] for e in of_room] == ["presence", "message"]
    assert all("pass" not in q for q in seat.questions if q["ask"] == "create")


async def test_refused_component_user_gets_the_error(prosody: Prosody, seat: Seat, other: Seat) -> None:
    """A no reaches the component's user, and its line is empty again afterwards."""
    sender = f"u@{other.domain}/x"
    for nick in ("one", "two"):
        other.send(f"<presence from='{sender}' to='r@{prosody.rooms}/{nick}'><x xmlns='{MUC}'/></presence>")
    await other.wait(lambda: len([e for e in other.stanzas if e.get("type") == "error"]) == 2)
    assert (await seat.snapshot(prosody.rooms)).find(f".//{{{GATE}}}room") is None


async def test_a_stream_of_questions_is_read_to_its_end(prosody: Prosody, seat: Seat) -> None:
    """Prosody reads on after each verdict, though the client sends nothing more: every request gets its answer."""
    async with await FramedClient.connect(prosody, "c1") as citizen:
        ask = "<jibri xmlns='http://jitsi.org/protocol/jibri' action='start'/>"
        for number in range(1500):
            iq = f"<iq xmlns='jabber:client' type='set' to='r@{prosody.rooms}/focus' id='n{number}'>{ask}</iq>"
            await citizen.send(iq + " " * (number % 7 * 20))
        await citizen.wait(lambda e: e.get("id") == "n1499")
        assert len([e for e in citizen.received if error_of(e) == ("cancel", "not-allowed")]) == 1500

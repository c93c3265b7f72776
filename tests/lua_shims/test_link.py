"""The link to the agent: absence, silence, standby, reload, and the numbering of tells."""

import asyncio
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.clients import FramedClient, RefusedError, TcpClient, error_of, statuses
from tests.lua_shims.conftest import Lua
from tests.lua_shims.seat import GATE, MEMBER, STAFF, Seat
from tests.prosody import Prosody, running_prosody

pytestmark = pytest.mark.prosody
AWAY = ("wait", "remote-server-timeout")


async def test_absent_agent_holds_then_refuses(tmp_path: Path) -> None:
    """Without an agent a join is held for the time of portner_hold and then refused so that a client can retry."""
    async with running_prosody(tmp_path, hold=0.5) as prosody:
        seat = await Seat(prosody).connect()
        async with await FramedClient.connect(prosody, "staff1") as staff:
            await seat.abort()
            begin = asyncio.get_running_loop().time()
            assert error_of(await staff.join(f"r@{prosody.rooms}/s")) == AWAY
            assert 0.4 < asyncio.get_running_loop().time() - begin < 3
            with pytest.raises(RefusedError, match="temporary-auth-failure"):
                await FramedClient.connect(prosody, "staff2")


async def test_returning_agent_is_asked_what_was_held(prosody: Prosody, seat: Seat) -> None:
    """A join sent while the agent is away goes through when it is back within the hold."""
    seat.rules["create"] = lambda _: STAFF
    async with await TcpClient.connect(prosody, "staff1") as staff:
        await seat.abort()
        joining = asyncio.create_task(staff.join(f"r@{prosody.rooms}/s"))
        await seat.reconnect()
        assert "201" in statuses(await joining)


async def test_question_open_at_the_death_of_the_agent_is_asked_again(prosody: Prosody, seat: Seat) -> None:
    """The same question, with the same id, goes to the agent that takes the place."""
    seat.rules["create"] = lambda _: None
    async with await TcpClient.connect(prosody, "staff1") as staff:
        joining = asyncio.create_task(staff.join(f"r@{prosody.rooms}/s"))
        first = await seat.asked("create")
        await seat.abort()
        seat.rules["create"] = lambda _: STAFF
        await seat.reconnect()
        assert "201" in statuses(await joining)
        assert (await seat.asked("create", 2))["id"] == first["id"]


async def test_silence_is_a_no_and_a_late_yes_changes_nothing(tmp_path: Path) -> None:
    """An answer after the hold is ignored: no room is made."""
    async with running_prosody(tmp_path, hold=0.4) as prosody, Seat(prosody) as seat:
        seat.rules["create"] = lambda _: None
        async with await TcpClient.connect(prosody, "staff1") as staff:
            assert error_of(await staff.join(f"r@{prosody.rooms}/s")) == AWAY
            question = next(xml for xml in seat.stanzas if xml.find(f"{{{GATE}}}question[@ask='create']") is not None)
            seat.reply(question, STAFF)
            page = await seat.snapshot(prosody.rooms)
            assert page.find(f".//{{{GATE}}}room") is None


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "<verdict xmlns='urn:portner:gate:1' affiliation='owner'/>",
        "<verdict xmlns='urn:portner:gate:1' is='OPEN' affiliation='owner'/>",
        "<verdict is='open' affiliation='owner'/>",
        "<done xmlns='urn:portner:gate:1' is='open' affiliation='owner'/>",
    ],
)
async def test_an_answer_that_is_no_verdict_is_a_no(prosody: Prosody, seat: Seat, answer: str) -> None:
    """Empty result, verdict without `is`, unknown word, foreign namespace: refused."""
    seat.rules["create"] = lambda _: answer
    async with await TcpClient.connect(prosody, "staff1") as staff:
        assert error_of(await staff.join(f"r@{prosody.rooms}/s")) == ("wait", "internal-server-error")


async def test_open_without_affiliation_is_a_no(prosody: Prosody, seat: Seat) -> None:
    """A verdict that gives no rights lets nobody in, and leaves no empty room behind."""
    seat.rules["create"] = lambda _: "<verdict xmlns='urn:portner:gate:1' is='open'/>"
    async with await TcpClient.connect(prosody, "staff1") as staff:
        assert error_of(await staff.join(f"r@{prosody.rooms}/s")) == ("wait", "internal-server-error")
        await staff.barrier()
        assert (await seat.snapshot(prosody.rooms)).find(f".//{{{GATE}}}room") is None


async def test_standby_at_the_door_does_not_break_the_link(prosody: Prosody, seat: Seat) -> None:
    """A second agent turned away with conflict, or with a wrong secret, changes nothing for the first."""
    for secret in (prosody.secret, "wrong"):
        with pytest.raises(AssertionError, match="not let in"):
            await Seat(prosody, secret=secret).connect()
    seat.rules["create"] = lambda _: STAFF
    async with await TcpClient.connect(prosody, "staff1") as staff:
        assert "201" in statuses(await staff.join(f"r@{prosody.rooms}/s"))
        await seat.hears("made", room=f"r@{prosody.rooms}")


async def test_agent_that_answers_no_ping_is_put_out(prosody: Prosody, seat: Seat) -> None:
    """After three unanswered pings Prosody closes the stream; the place is free for another."""
    seat.answer_pings = False
    async with asyncio.timeout(7):
        await seat.disconnected.wait()
    assert seat.pings == 3
    async with Seat(prosody):
        pass


async def test_answered_pings_keep_the_stream(prosody: Prosody, seat: Seat) -> None:
    """One ping beyond the limit of the unanswered, the agent still sits."""
    await seat.wait(lambda: seat.pings >= 4)
    assert not seat.disconnected.is_set()


async def test_reload_with_questions_in_flight_settles_them(prosody: Prosody, seat: Seat, lua: Lua) -> None:
    """A join waiting for its verdict when the module is reloaded gets an error; the session lives and can join."""
    seat.rules["create"] = lambda _: None
    async with await TcpClient.connect(prosody, "staff1") as staff:
        joining = asyncio.create_task(staff.join(f"r@{prosody.rooms}/s"))
        await seat.asked("create")
        await lua(f"return not not modulemanager.reload('{prosody.rooms}', 'portner_rooms')")
        assert error_of(await joining) == AWAY
        seat.rules["create"] = lambda _: STAFF
        assert "201" in statuses(await staff.join(f"r@{prosody.rooms}/s"))


async def test_reload_keeps_who_is_inside_and_begins_a_new_epoch(prosody: Prosody, seat: Seat, lua: Lua) -> None:
    """After a reload the snapshot shows the pass of those inside, and tells count from 1 in a new epoch."""
    seat.rules |= {"create": lambda _: STAFF, "join": lambda _: MEMBER}
    async with await TcpClient.connect(prosody, "staff1") as staff, await TcpClient.connect(prosody, "c1") as citizen:
        await staff.join(f"r@{prosody.rooms}/s")
        await seat.hears("joined", jid=staff.jid)
        old = seat.tells[-1].get("epoch")
        assert await lua(f"return not not modulemanager.reload('{prosody.rooms}', 'portner_rooms')") == "true"
        await citizen.join(f"r@{prosody.rooms}/c")
        await seat.hears("joined", jid=citizen.jid)
        assert seat.tells[-1].get("epoch") != old
        assert seat.tells[-1].get("seq") == "1"
        page = await seat.snapshot(prosody.rooms)
        inside = {(p.get("jid"), p.get("pass")) for p in page.iter(f"{{{GATE}}}in")}
        assert inside == {(staff.jid, "staff1"), (citizen.jid, "c1")}


async def test_door_can_be_reloaded_and_still_signs_people_in(prosody: Prosody, seat: Seat, lua: Lua) -> None:
    """mod_auth_portner follows the reload of mod_portner_door, on whose line it asks."""
    assert await lua(f"return not not modulemanager.reload('{prosody.domain}', 'portner_door')") == "true"
    async with await FramedClient.connect(prosody, "c1") as citizen:
        assert f"@{prosody.domain}/" in citizen.jid


async def test_tells_are_numbered_without_a_hole(prosody: Prosody, seat: Seat) -> None:
    """seq of a host counts 1, 2, 3…; what happened while the agent was away shows as a hole."""
    seat.rules["create"] = lambda _: STAFF
    room = f"r@{prosody.rooms}"
    async with await TcpClient.connect(prosody, "staff1") as staff:
        for _ in range(3):
            await staff.join(f"{room}/s")
            await staff.leave(f"{room}/s")
        await seat.wait(lambda: len(seat.told("destroyed")) == 3)
        numbers = [int(t.get("seq", "0")) for t in seat.tells]
        assert numbers == list(range(1, len(numbers) + 1))
        await staff.join(f"{room}/s")
        await seat.hears("made")
        await seat.wait(lambda: len(seat.told("joined")) == 4)
        last = int(seat.tells[-1].get("seq", "0"))
        await seat.abort()
        await staff.leave(f"{room}/s")
        await staff.barrier()
        await seat.reconnect()
        await staff.join(f"{room}/s")
        await seat.wait(lambda: len(seat.told("joined")) == 5)
        assert int(seat.tells[-1].get("seq", "0")) > last + 1


async def test_tells_go_before_questions_and_answers(prosody: Prosody, seat: Seat) -> None:
    """Leaving and coming back in one breath: the agent reads the leaving before it is asked about the coming."""
    seat.rules |= {"create": lambda _: STAFF, "join": lambda _: STAFF}
    room = f"r@{prosody.rooms}"
    async with await TcpClient.connect(prosody, "staff1") as a, await TcpClient.connect(prosody, "staff2") as b:
        await a.join(f"{room}/a")
        await b.join(f"{room}/b")
        await b.send(
            f"<presence to='{room}/b' type='unavailable'/>"
            f"<presence to='{room}/b'><x xmlns='http://jabber.org/protocol/muc'/></presence>"
        )
        await seat.asked("join", 2)
        words = [child.tag for xml in seat.stanzas for child in _words(xml, b.jid)]
        assert words == [f"{{{GATE}}}question", f"{{{GATE}}}joined", f"{{{GATE}}}left", f"{{{GATE}}}question"]
        done = await seat.order(prosody.rooms, "destroy", room=room)
        assert [t.tag for t in seat.tells[-1]][-1] == f"{{{GATE}}}destroyed"
        assert seat.stanzas.index(done) == len(seat.stanzas) - 1


def _words(xml: ET.Element, jid: str) -> list[ET.Element]:
    return [element for element in xml.iter() if element.get("jid") == jid]

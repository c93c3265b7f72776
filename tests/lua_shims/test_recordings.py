"""Recordings in Prosody: what is told of them, how one is ended, what the clients hear of it, who may speak of one."""

import json
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from functools import partial

import pytest
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from tests.clients import FramedClient, TcpClient, error_of, statuses
from tests.lua_shims.conftest import Lua
from tests.lua_shims.seat import GATE, MEMBER, STAFF, Seat, verdict
from tests.prosody import PASSWORD, Prosody

pytestmark = pytest.mark.prosody
JIBRI, JITMEET = "http://jitsi.org/protocol/jibri", "http://jitsi.org/jitmeet"
STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"
START = f"<jibri xmlns='{JIBRI}' action='start' recording_mode='file'/>"


class Session:
    """A room with the focus, one of staff and one citizen inside; recordings are allowed."""

    def __init__(self, prosody: Prosody, seat: Seat, focus: TcpClient, staff: TcpClient, citizen: FramedClient) -> None:
        self.prosody, self.seat, self.focus, self.staff, self.citizen = prosody, seat, focus, staff, citizen
        self.room = f"r@{prosody.rooms}"

    async def says(self, status: str, session: str = "s1", **more: str) -> None:
        """The focus announces so."""
        words = "".join(f" {name}='{value}'" for name, value in more.items())
        said = f"<jibri-recording-status xmlns='{JIBRI}' status='{status}' session_id='{session}'{words}/>"
        await self.focus.send(f"<presence to='{self.room}/focus'>{said}</presence>")

    async def press(self, client: TcpClient | FramedClient, payload: str = START) -> str:
        """A request to the focus, not waited for; answers its id."""
        ident = client.new_id()
        to = f"{self.room}/focus"
        await client.send(f"<iq xmlns='jabber:client' type='set' to='{to}' id='{ident}'>{payload}</iq>")
        return ident

    async def asked(self, *, begin: int = 0) -> ET.Element:
        """The next request that reaches the focus."""
        return await self.focus.wait(lambda e: e.find(f"{{{JIBRI}}}jibri") is not None, begin=begin)

    async def refused_by_the_focus(self, condition: str) -> ET.Element:
        """Staff press record, and the focus says no; answers what staff's client gets."""
        begin, at = len(self.focus.received), len(self.staff.received)
        ident = await self.press(self.staff)
        request = await self.asked(begin=begin)
        error = f"<error type='wait'><{condition} xmlns='{STANZAS}'/></error>"
        await self.focus.send(f"<iq type='error' to='{request.get('from')}' id='{request.get('id')}'>{error}</iq>")
        return await self.staff.wait(lambda e: e.get("id") == ident, begin=at)

    async def stop(self) -> ET.Element:
        """The agent's order."""
        words = {"recorder": self.prosody.recorders, "text": "stop"}
        return await self.seat.order(self.prosody.rooms, "stop-recording", room=self.room, **words)

    def lua(self, code: str) -> str:
        """Lua with `room` at hand."""
        muc = f"prosody.hosts['{self.prosody.rooms}'].modules.muc"
        return f"local room = {muc}.get_room_from_jid('{self.room}'); {code}"


@pytest.fixture
async def session(prosody: Prosody, seat: Seat) -> AsyncIterator[Session]:
    """Nicks: focus, s, c. Recording is let through for staff and refused for everybody else."""
    refused = verdict("refuse", type="auth", condition="forbidden", text="Kun &lt;os&gt;")
    seat.rules |= {
        "create": lambda _: STAFF,
        "join": lambda q: STAFF if q.get("pass", "staff").startswith("staff") else MEMBER,
        "record-start": lambda q: verdict("open") if q["pass"].startswith("staff") else refused,
    }
    async with (
        await TcpClient.connect(prosody, PASSWORD, jid=f"focus@{prosody.services}/focus") as focus,
        await TcpClient.connect(prosody, "staff1") as staff,
        await FramedClient.connect(prosody, "c1") as citizen,
    ):
        answered_by_the_test = MatchXPath(f"{{jabber:client}}iq/{{{JIBRI}}}jibri")
        focus.xmpp.register_handler(Callback("jibri", answered_by_the_test, lambda _: None))
        all_in = Session(prosody, seat, focus, staff, citizen)
        for client, nick in ((focus, "focus"), (staff, "s"), (citizen, "c")):
            await client.join(f"{all_in.room}/{nick}")
        yield all_in


async def test_meeting_and_session_are_told_and_shown(session: Session, lua: Lua) -> None:
    """Of which life of the room it is; the snapshot says what was said last, also when it is over."""
    await lua(session.lua("room._data.meetingId = 'm1'"))
    for status, is_ in (("on", "on"), ("off", "off")):
        await session.says(status)
        told = await session.seat.hears("recording", is_=is_)
        assert told == {"room": session.room, "is": is_, "session": "s1", "meeting": "m1"}
        page = await session.seat.snapshot(session.prosody.rooms)
        (room,) = page.iter(f"{{{GATE}}}room")
        assert (room.get("recording"), room.get("session"), room.get("meeting")) == (is_, "s1", "m1")


async def test_no_recorder_free_is_told_as_such(session: Session) -> None:
    """Announced with its reason, or said in answer to the start; another refusal is a failure."""
    await session.says("off", failure_reason="busy")
    await session.seat.hears("recording", is_="busy", session="s1")
    for condition, is_ in (("resource-constraint", "busy"), ("internal-server-error", "failed")):
        heard = len(session.seat.told("recording"))
        answer = await session.refused_by_the_focus(condition)
        assert error_of(answer) == ("wait", condition)
        told = await session.seat.wait(partial(told_after, session.seat, heard))
        assert told == [{"room": session.room, "is": is_}]


def told_after(seat: Seat, heard: int) -> list[dict[str, str]] | None:
    """What was told of recordings behind the first so many words; None when nothing was."""
    return seat.told("recording")[heard:] or None


async def test_it_ends_in_the_name_of_staff(session: Session) -> None:
    """The focus gets a stop from a moderator's seat; the answer to it does not reach that client."""
    await session.says("on")
    await session.seat.hears("recording", is_="on")
    await session.staff.barrier()
    begin = len(session.staff.received)
    answer = await session.stop()
    assert {person.get("nick") for person in answer.iter(f"{{{GATE}}}in")} == {"focus", "s", "c"}
    request = await session.asked()
    jibri = request.find(f"{{{JIBRI}}}jibri")
    assert jibri is not None
    wanted = {"action": "stop", "recording_mode": "file", "session_id": "s1"}
    assert (request.get("from"), dict(jibri.attrib)) == (f"{session.room}/s", wanted)
    await session.focus.send(f"<iq type='result' to='{request.get('from')}' id='{request.get('id')}'/>")
    await session.focus.barrier()
    await session.staff.barrier()
    answers = [e for e in session.staff.received[begin:] if (e.get("from") or "").endswith("/focus")]
    assert answers == []


async def test_without_staff_the_recorder_is_put_out(session: Session) -> None:
    """Whoever is of the recorders' domain, and nobody else; no request in a citizen's name."""
    async with await TcpClient.connect(
        session.prosody, PASSWORD, jid=f"recorder@{session.prosody.recorders}/x"
    ) as recorder:
        session.seat.rules["join"] = lambda _: MEMBER
        await recorder.join(f"{session.room}/rec")
        await session.staff.leave(f"{session.room}/s")
        await session.seat.hears("left", jid=session.staff.jid)
        answer = await session.stop()
        assert {person.get("nick") for person in answer.iter(f"{{{GATE}}}in")} == {"focus", "c"}
        out = await recorder.wait(lambda e: e.get("type") == "unavailable" and (e.get("from") or "").endswith("/rec"))
        assert "307" in statuses(out)
    await session.focus.barrier()
    assert not any(e.find(f"{{{JIBRI}}}jibri") is not None for e in session.focus.received)


async def test_a_refusal_is_said_to_the_one_who_pressed(session: Session) -> None:
    """The error, and our words in the shape of Jitsi's system messages, from the room; nobody else hears it."""
    begin = len(session.citizen.received)
    ident = await session.press(session.citizen)
    answer = await session.citizen.wait(lambda e: e.get("id") == ident, begin=begin)
    assert error_of(answer) == ("auth", "forbidden")
    said = await session.citizen.wait(lambda e: e.find(f"{{{JITMEET}}}json-message") is not None, begin=begin)
    words = json.loads(said.findtext(f"{{{JITMEET}}}json-message", ""))
    assert (said.get("from"), words) == (session.room, {"type": "system_chat_message", "message": "Kun <os>"})
    await session.staff.barrier()
    assert not any(e.find(f"{{{JITMEET}}}json-message") is not None for e in session.staff.received)


async def test_to_a_room_one_is_not_in_nothing_is_said(session: Session) -> None:
    """Only the error: no message comes from a room whose people one is not among."""
    async with await FramedClient.connect(session.prosody, "c2") as other:
        await session.press(other)
        await other.wait(lambda e: e.get("type") == "error")
        await other.barrier()
        assert not any(e.find(f"{{{JITMEET}}}json-message") is not None for e in other.received)


async def test_jitsi_hears_that_a_recording_is_wanted(session: Session, lua: Lua) -> None:
    """Metadata are there before the focus is asked, and gone after the end; what else stands there stays."""
    await lua(
        session.lua(
            f"""
            room.jitsiMetadata = {{ startMuted = {{ audio = true }} }};
            room.seen = {{}};
            prosody.hosts['{session.prosody.rooms}'].events.add_handler('room-metadata-changed', function (event)
                local now = event.room.jitsiMetadata.recording;
                table.insert(event.room.seen, now and tostring(now.isRecordingRequested)
                    .. tostring(now.isTranscribingEnabled) or "gone");
            end);
            """
        )
    )
    await session.press(session.citizen)
    await session.citizen.wait(lambda e: e.get("type") == "error")
    await session.press(session.staff)
    await session.asked()
    seen = session.lua("return table.concat(room.seen, ' ') .. tostring(room.jitsiMetadata.startMuted.audio)")
    assert await lua(seen) == "truefalsetrue"
    await session.says("on")
    await session.says("off")
    await session.seat.hears("recording", is_="off")
    await session.focus.barrier()
    assert await lua(seen) == "truefalse gonetrue"


async def test_of_a_recording_only_the_focus_and_the_recorder_speak(session: Session) -> None:
    """A citizen's presence with the focus's words, or the recorder's, reaches nobody with them."""
    begin = len(session.staff.received)
    words = f"<jibri-recording-status xmlns='{JIBRI}' status='on' session_id='f'/>"
    words += "<session_id>f</session_id><mode>file</mode>"
    await session.citizen.send(f"<presence xmlns='jabber:client' to='{session.room}/c'>{words}<hand/></presence>")
    seen = await session.staff.wait(lambda e: e.find("{jabber:client}hand") is not None, begin=begin)
    assert {child.tag.rpartition("}")[2] for child in seen} == {"hand", "nick", "occupant-id", "x"}


async def test_a_recorder_is_one_by_its_own_session_only(session: Session, lua: Lua) -> None:
    """A join that something inside the server sends in the recorder's name is refused without a question."""
    asked = len(session.seat.questions)
    name = f"recorder@{session.prosody.recorders}/forged"
    await lua(
        f"""
        local st = require "util.stanza";
        local join = st.presence({{ from = '{name}', to = '{session.room}/rec' }})
            :tag('x', {{ xmlns = 'http://jabber.org/protocol/muc' }});
        module:send(join);
        """
    )
    page = await session.seat.snapshot(session.prosody.rooms)
    assert {person.get("nick") for person in page.iter(f"{{{GATE}}}in")} == {"focus", "s", "c"}
    assert len(session.seat.questions) == asked

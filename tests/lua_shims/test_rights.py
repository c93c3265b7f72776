"""Rights come with a verdict and go with the person; orders; what a turnover leaves."""

import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator

import pytest

from tests.clients import FramedClient, TcpClient, error_of, statuses
from tests.clients.base import MUC_USER
from tests.lua_shims.conftest import Lua
from tests.lua_shims.seat import GATE, MEMBER, STAFF, Seat, verdict
from tests.lua_shims.test_forgery import error_in
from tests.lua_shims.test_races import affiliations
from tests.prosody import PASSWORD, Prosody

pytestmark = pytest.mark.prosody


class Meeting:
    """A room with one of staff and one citizen inside."""

    def __init__(self, prosody: Prosody, seat: Seat, staff: TcpClient, citizen: FramedClient) -> None:
        self.prosody, self.seat, self.staff, self.citizen = prosody, seat, staff, citizen
        self.room = f"r@{prosody.rooms}"

    async def order(self, do: str, **attributes: str) -> ET.Element:
        return await self.seat.order(self.prosody.rooms, do, room=self.room, **attributes)

    def lua(self, code: str) -> str:
        """Lua with `room` at hand."""
        return (
            f"local room = prosody.hosts['{self.prosody.rooms}'].modules.muc.get_room_from_jid('{self.room}'); {code}"
        )


@pytest.fixture
async def meeting(prosody: Prosody, seat: Seat) -> AsyncIterator[Meeting]:
    """Vera Holm (owner, nick s) and Anna Hansen (member, nick c) in one room."""
    seat.rules |= {"create": lambda _: STAFF, "join": lambda q: STAFF if q["pass"].startswith("staff") else MEMBER}
    async with (
        await TcpClient.connect(prosody, "staff1") as staff,
        await FramedClient.connect(prosody, "c1") as citizen,
    ):
        both = Meeting(prosody, seat, staff, citizen)
        await staff.join(f"{both.room}/s")
        await citizen.join(f"{both.room}/c")
        await seat.hears("joined", jid=citizen.jid)
        yield both


def inside(answer: ET.Element) -> dict[str, tuple[str, str]]:
    """nick: (role, pass) of those an order's answer lists."""
    return {
        person.get("nick", ""): (person.get("role", ""), person.get("pass", ""))
        for person in answer.iter(f"{{{GATE}}}in")
    }


async def test_room_shows_its_lobby_from_the_start(meeting: Meeting) -> None:
    """disco#info in one reply: members only, everybody's JID seen, and which room is the lobby."""
    info = await meeting.staff.request(meeting.room, "<query xmlns='http://jabber.org/protocol/disco#info'/>")
    features = {f.get("var") for f in info.iter("{http://jabber.org/protocol/disco#info}feature")}
    assert {"muc_membersonly", "muc_nonanonymous"} <= features
    fields = {f.get("var"): f.findtext("{jabber:x:data}value") for f in info.iter("{jabber:x:data}field")}
    assert fields["muc#roominfo_lobbyroom"] == f"r@{meeting.prosody.lobby}"


async def test_rights_leave_with_the_person(meeting: Meeting, lua: Lua) -> None:
    """Owner and member go to none when they leave, however they leave, and nobody is told of an absent JID."""
    assert await affiliations(lua, meeting.room) == {meeting.staff.bare: "owner", meeting.citizen.bare: "member"}
    await meeting.staff.drop()
    await meeting.seat.hears("left", jid=meeting.staff.jid, why="gone", pass_="staff1")
    assert await affiliations(lua, meeting.room) == {meeting.citizen.bare: "member"}
    await meeting.citizen.barrier()
    assert [e for e in meeting.citizen.received if e.tag.endswith("message") and e.get("type") != "groupchat"] == []


async def test_ban_outlives_the_visit(meeting: Meeting, lua: Lua) -> None:
    """Somebody banned stays banned after having been thrown out."""
    await lua(meeting.lua(f"return room:set_affiliation(true, '{meeting.citizen.bare}', 'outcast')"))
    await meeting.seat.hears("left", jid=meeting.citizen.jid, why="kicked")
    assert (await affiliations(lua, meeting.room))[meeting.citizen.bare] == "outcast"


async def test_kick_puts_out_and_may_be_repeated(meeting: Meeting, lua: Lua) -> None:
    """307 with the text; the answer shows who is left; twice is as once; no such room is an error."""
    answer = await meeting.order("kick", jid=meeting.citizen.jid, text="Farvel")
    assert inside(answer) == {"s": ("moderator", "staff1")}
    own = await meeting.citizen.wait(lambda e: e.get("type") == "unavailable")
    assert {"307", "110"} <= statuses(own)
    assert own.findtext(f".//{{{MUC_USER}}}reason") == "Farvel"
    assert inside(await meeting.order("kick", jid=meeting.citizen.jid)) == inside(answer)
    assert (await meeting.seat.hears("left", jid=meeting.citizen.jid))["why"] == "kicked"
    assert await affiliations(lua, meeting.room) == {meeting.staff.bare: "owner"}
    nowhere = await meeting.seat.order(meeting.prosody.rooms, "kick", room=f"no@{meeting.prosody.rooms}", jid="x")
    assert error_in(nowhere) == "item-not-found"


async def test_destroy_ends_the_room_and_may_be_repeated(meeting: Meeting) -> None:
    """Everybody gets the reason; doing it again is no error; the tells end with destroyed."""
    assert (await meeting.order("destroy", text="Slut")).get("type") == "result"
    own = await meeting.citizen.wait(lambda e: e.get("type") == "unavailable")
    assert own.findtext(f".//{{{MUC_USER}}}destroy/{{{MUC_USER}}}reason") == "Slut"
    assert (await meeting.order("destroy")).get("type") == "result"
    assert len(meeting.seat.told("destroyed")) == 1
    assert error_in(await meeting.order("turnover")) == "item-not-found"
    assert error_in(await meeting.order("dance")) == "feature-not-implemented"


async def test_next_citizen_gets_nothing_of_the_visit_before(meeting: Meeting, lua: Lua) -> None:
    """After a turnover the next joiner's stanzas hold no word, name or JID of the one before."""
    room = meeting.room
    await meeting.citizen.send(
        f"<message xmlns='jabber:client' type='groupchat' to='{room}'><body>hemmeligt</body></message>"
    )
    await meeting.staff.send(f"<message type='groupchat' to='{room}'><subject>sag 4711</subject></message>")
    await meeting.citizen.wait(lambda e: e.findtext("{jabber:client}subject") == "sag 4711")
    await meeting.order("kick", jid=meeting.citizen.jid)
    answer = await meeting.order("turnover")
    assert inside(answer) == {"s": ("moderator", "staff1")}
    assert await affiliations(lua, room) == {meeting.staff.bare: "owner"}
    async with await FramedClient.connect(meeting.prosody, "c2") as following:
        meeting.seat.rules["join"] = lambda _: verdict("open", affiliation="member", role="participant", name="Bo Dam")
        await following.join(f"{room}/d")
        await following.wait(lambda e: e.find("{jabber:client}subject") is not None)
        await following.barrier()
        seen = "\n".join(ET.tostring(e, "unicode") for e in following.received)
        for trace in ("hemmeligt", "4711", meeting.citizen.bare, f"{room}/c", "Anna Hansen"):
            assert trace not in seen


async def test_turnover_clears_rights_of_all_who_are_not_inside(meeting: Meeting, lua: Lua) -> None:
    """Members and bans of earlier visits go; those inside keep theirs."""
    for user, affiliation in (("x", "member"), ("y", "outcast")):
        await lua(meeting.lua(f"return room:set_affiliation(true, '{user}@{meeting.prosody.domain}', '{affiliation}')"))
    await meeting.order("turnover")
    assert await affiliations(lua, meeting.room) == {meeting.staff.bare: "owner", meeting.citizen.bare: "member"}


async def test_turnover_without_history_still_clears_the_subject_for_those_inside(meeting: Meeting) -> None:
    """Staff inside sees the subject go."""
    await meeting.staff.send(f"<message type='groupchat' to='{meeting.room}'><subject>sag 4711</subject></message>")
    await meeting.citizen.wait(lambda e: e.findtext("{jabber:client}subject") == "sag 4711")
    begin = len(meeting.staff.received)
    await meeting.order("turnover")
    await meeting.staff.wait(lambda e: e.findtext("{jabber:client}subject") == "", begin=begin)


async def test_turnover_empties_what_jitsis_modules_hang_on_the_room(meeting: Meeting, lua: Lua) -> None:
    """Speaker times, polls, files and metadata: gone, in the shape those modules go on working with."""
    await lua(
        meeting.lua(
            f"""
            local gone = {{ nick = "gone", displayName = "Anna", totalDominantSpeakerTime = 9 }};
            local here = {{ nick = "s", totalDominantSpeakerTime = 7, facialExpressions = {{ happy = 3 }} }};
            room.speakerStats = {{ sessionId = "s", dominantSpeakerId = "{meeting.staff.jid}",
                ["gone@x/y"] = gone, ["{meeting.staff.jid}"] = here }};
            room.polls = {{ by_id = {{ a = 1 }}, order = {{ 1 }}, count = 1 }};
            room.jitsi_shared_files = {{ a = 1 }};
            room.jitsiMetadata = {{ recording = true }};
            """
        )
    )
    await meeting.order("turnover")
    left = await lua(
        meeting.lua(
            f"""
            local own = room.speakerStats["{meeting.staff.jid}"];
            return table.concat({{ tostring(room.speakerStats["gone@x/y"]), room.speakerStats.sessionId,
                tostring(room.speakerStats.dominantSpeakerId),
                own.totalDominantSpeakerTime, own.facialExpressions.happy,
                room.polls.count, #room.polls.order, tostring(next(room.polls.by_id)),
                tostring(next(room.jitsi_shared_files)), tostring(next(room.jitsiMetadata)) }}, " ");
            """
        )
    )
    assert left == "nil s nil 0 0 0 0 nil nil nil"


async def test_why_somebody_left(meeting: Meeting) -> None:
    """left, gone (error bounced from a dead client) and kicked are told apart."""
    await meeting.citizen.send(
        f"<presence xmlns='jabber:client' to='{meeting.room}/c' type='error'><error type='cancel'>"
        "<recipient-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>"
    )
    assert (await meeting.seat.hears("left", jid=meeting.citizen.jid))["why"] == "gone"
    await meeting.staff.leave(f"{meeting.room}/s")
    assert (await meeting.seat.hears("left", jid=meeting.staff.jid))["why"] == "left"


async def test_recording_is_believed_from_the_focus_only(meeting: Meeting) -> None:
    """The focus's status is told once per change; the same element from anybody else is not."""
    status = "<jibri-recording-status xmlns='http://jitsi.org/protocol/jibri' status='{}' session_id='s1'{}/>"
    meeting.seat.rules["join"] = lambda _: STAFF
    focus_jid = f"focus@{meeting.prosody.services}/focus"
    async with await TcpClient.connect(meeting.prosody, PASSWORD, jid=focus_jid) as focus:
        address = f"{meeting.room}/focus"
        forged = status.format("on", "").replace("s1", "forged")
        await meeting.staff.send(f"<presence to='{meeting.room}/s'>{forged}</presence>")
        await meeting.staff.barrier()
        await focus.join(address, status.format("on", ""))
        await focus.send(f"<presence to='{address}'>{status.format('on', '')}</presence>")
        await focus.send(f"<presence to='{address}'>{status.format('off', '')}</presence>")
        failed = status.format("off", " failure_reason='error'")
        await focus.send(f"<presence to='{address}'>{failed}</presence>")
        await meeting.seat.hears("recording", is_="failed", session="s1")
        told = [(event["is"], event["session"]) for event in meeting.seat.told("recording")]
        assert told == [("on", "s1"), ("off", "s1"), ("failed", "s1")]


async def test_invite_order_needs_a_room(meeting: Meeting) -> None:
    """No room, no invitation: the agent learns that the person would be stranded."""
    missing = await meeting.seat.order(
        meeting.prosody.rooms, "invite", room=f"no@{meeting.prosody.rooms}", jid=meeting.citizen.jid
    )
    assert error_in(missing) == "item-not-found"


async def test_refused_join_leaves_no_rights(meeting: Meeting, lua: Lua) -> None:
    """A nick that mod_muc itself refuses: the rights given for the join are taken back."""
    async with await FramedClient.connect(meeting.prosody, "c3") as third:
        await third.send(
            f"<presence xmlns='jabber:client' to='{meeting.room}/&#x2003;'><x xmlns='http://jabber.org/protocol/muc'/></presence>"
        )
        refused = await third.wait(lambda e: e.get("type") == "error")
        assert error_of(refused) is not None
        await third.barrier()
        assert third.bare not in await affiliations(lua, meeting.room)

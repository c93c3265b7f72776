"""Signing on: where the token is read, what a session becomes, and streams that are taken up again."""

import asyncio

import pytest

from tests.clients import BoshClient, FramedClient, RefusedError, TcpClient, error_of
from tests.lua_shims.conftest import Lua
from tests.lua_shims.seat import GATE, MEMBER, STAFF, Question, Seat, verdict
from tests.prosody import Prosody

pytestmark = pytest.mark.prosody


@pytest.mark.parametrize("transport", [TcpClient, FramedClient, BoshClient])
async def test_token_reaches_the_agent(
    prosody: Prosody, seat: Seat, transport: type[TcpClient] | type[FramedClient] | type[BoshClient]
) -> None:
    """The token of the transport is what the agent is asked about; the user name is ours and random."""
    async with await transport.connect(prosody, "c1") as client:
        asked = await seat.asked("authenticate")
        assert (asked["token"], asked["host"]) == ("c1", prosody.domain)
        assert asked["user"] == client.jid.partition("@")[0]
        assert "resumes" not in asked


async def test_token_may_come_in_the_header(prosody: Prosody, seat: Seat) -> None:
    """Jitsi's mobile clients put it there."""
    async with await FramedClient.connect(prosody, None, header="Bearer c7"):
        assert (await seat.asked("authenticate"))["token"] == "c7"


@pytest.mark.parametrize("transport", [FramedClient, BoshClient])
async def test_no_token_is_asked_about_and_refused(
    prosody: Prosody, seat: Seat, transport: type[FramedClient] | type[BoshClient]
) -> None:
    """Without a token the question has none, and the refusal carries the agent's words."""
    with pytest.raises(RefusedError, match=r"not-authorized.*no pass"):
        await transport.connect(prosody, None)
    assert "token" not in await seat.asked("authenticate")


async def test_too_long_a_token_is_not_asked_about(prosody: Prosody, seat: Seat) -> None:
    """More than Prosody would take over TCP: refused without troubling the agent."""
    with pytest.raises(RefusedError, match="malformed-request"):
        await FramedClient.connect(prosody, "x" * 8001)
    assert seat.questions == []


async def test_wrong_password_over_tcp(prosody: Prosody, seat: Seat) -> None:
    """PLAIN with a token the agent does not open."""
    seat.rules["authenticate"] = lambda _: verdict("refuse", text="no")
    with pytest.raises(RefusedError):
        await TcpClient.connect(prosody, "c1")


async def test_wait_is_no_way_in(prosody: Prosody, seat: Seat) -> None:
    """Only open signs on."""
    seat.rules["authenticate"] = lambda _: verdict("wait", **{"pass": "c1"})
    with pytest.raises(RefusedError, match="not-authorized"):
        await FramedClient.connect(prosody, "c1")


async def test_session_carries_what_jitsis_modules_read(prosody: Prosody, seat: Seat, lua: Lua) -> None:
    """Room, name and features; of the person only a name and an id that says nothing."""
    async with (
        await FramedClient.connect(prosody, "c1") as citizen,
        await TcpClient.connect(prosody, "staff1") as staff,
    ):
        for client, recording in ((citizen, "false"), (staff, "true")):
            text = await lua(
                f"""
                local s, out = prosody.full_sessions["{client.jid}"], {{}};
                for key, value in pairs(s.jitsi_meet_context_user) do out[#out + 1] = key .. "=" .. value; end
                table.sort(out);
                return table.concat({{ s.jitsi_meet_room, tostring(s.jitsi_meet_context_features.recording),
                    tostring(s.jitsi_meet_context_features["name-readonly"]), tostring(s.portner_token),
                    table.concat(out, ",") }}, "|");
                """
            )
            room, records, readonly, token, user = text.split("|")
            assert (room, records, readonly, token) == ("room1", recording, "true", "nil")
            ident, name = (part.partition("=")[2] for part in user.split(","))
            assert user.startswith("id=")
            assert name.startswith("Name of")
            assert len(ident) == 24
            assert client.jid not in ident


async def test_client_gone_during_sign_on_leaves_nothing(prosody: Prosody, seat: Seat, lua: Lua) -> None:
    """The answer comes when the client has gone: no session, no error in the log."""
    later: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    seat.rules["authenticate"] = lambda _: later
    connecting = asyncio.create_task(FramedClient.connect(prosody, "c1"))
    await seat.asked("authenticate")
    connecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await connecting
    later.set_result(verdict("open", **{"pass": "c1"}, role="citizen"))
    assert await lua(f"return next(prosody.hosts['{prosody.domain}'].sessions)") == "nil"


async def test_lost_websocket_is_taken_up_again(prosody: Prosody, seat: Seat) -> None:
    """XEP-0198: same JID, same pass, still in the room, what was sent meanwhile arrives; asleep and awake are told."""
    seat.rules |= {"create": lambda _: STAFF, "join": lambda _: MEMBER}
    room = f"r@{prosody.rooms}"
    async with await TcpClient.connect(prosody, "staff1") as staff:
        await staff.join(f"{room}/s")
        old = await FramedClient.connect(prosody, "c1", smacks=True)
        await old.join(f"{room}/c")
        await old.drop()
        await seat.hears("asleep", jid=old.jid, pass_="c1")
        sleeping = (await seat.snapshot(prosody.domain)).find(f".//{{{GATE}}}session[@jid='{old.jid}']")
        assert sleeping is not None
        assert sleeping.get("asleep") == "1"
        await staff.send(f"<message type='groupchat' to='{room}'><body>meanwhile</body></message>")
        await staff.barrier()
        async with await FramedClient.connect(prosody, "c1", resume=old) as new:
            assert new.jid == old.jid
            await new.wait(lambda e: e.findtext("{jabber:client}body") == "meanwhile")
            await seat.hears("awake", jid=old.jid, pass_="c1")
            asked = await seat.asked("authenticate", 3)
            assert (asked["resumes"], asked["user"]) == ("1", old.jid.partition("@")[0])
            assert error_of(await new.request(f"{room}/s", "<ping xmlns='urn:xmpp:ping'/>")) != (
                "cancel",
                "not-acceptable",
            )
            assert seat.told("left") == []
        await seat.hears("closed", jid=old.jid, pass_="c1")


async def test_join_held_over_a_lost_connection_arrives_after_resumption(prosody: Prosody, seat: Seat) -> None:
    """The verdict comes while the client is away; the answer waits for it on the stream."""
    later: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    seat.rules["create"] = lambda _: later
    old = await FramedClient.connect(prosody, "staff1", smacks=True)
    address = f"r@{prosody.rooms}/s"
    await old.send(
        f"<presence xmlns='jabber:client' to='{address}'><x xmlns='http://jabber.org/protocol/muc'/></presence>"
    )
    await seat.asked("create")
    await old.drop()
    later.set_result(STAFF)
    await seat.hears("joined", jid=old.jid)
    async with await FramedClient.connect(prosody, "staff1", resume=old) as new:
        own = await new.wait(lambda e: e.get("from") == address)
        assert own.get("type") is None


async def test_stream_is_not_given_to_another_pass(prosody: Prosody, seat: Seat) -> None:
    """Knowing the resumption id is not enough: another pass is refused, and the sleeper sleeps on."""
    old = await FramedClient.connect(prosody, "c1", smacks=True)
    await old.drop()
    await seat.hears("asleep", jid=old.jid)
    with pytest.raises(RefusedError, match="not-authorized"):
        await FramedClient.connect(prosody, "c2", resume=old)
    async with await FramedClient.connect(prosody, "c1", resume=old) as new:
        assert new.jid == old.jid


async def test_unknown_resumption_id_is_a_new_person(prosody: Prosody, seat: Seat) -> None:
    """A guessed id finds nothing: new user name, no resumption."""
    old = await FramedClient.connect(prosody, "c1", smacks=True)
    old_id, old.resumption_id = old.resumption_id, "guessed"
    async with await FramedClient.connect(prosody, "c1", resume=old) as new:
        assert new.bare != old.bare
    old.resumption_id = old_id
    await old.close()


@pytest.mark.parametrize("asleep", [False, True])
async def test_recall_ends_the_session_for_good(prosody: Prosody, seat: Seat, asleep: bool) -> None:
    """The stream is closed with the reason and cannot be taken up again; repeating is no error."""
    old = await FramedClient.connect(prosody, "c1", smacks=True)
    if asleep:
        await old.drop()
        await seat.hears("asleep", jid=old.jid)
    for _ in range(2):
        assert (await seat.order(prosody.domain, "recall", pass_="c1", text="Slut")).get("type") == "result"
    await seat.hears("closed", jid=old.jid, pass_="c1")
    if not asleep:
        error = await old.wait(lambda e: e.tag.endswith("}error"))
        assert error.findtext("{urn:ietf:params:xml:ns:xmpp-streams}text") == "Slut"
        await old.drop()
    async with await FramedClient.connect(prosody, "c1", resume=old) as new:
        assert new.jid != old.jid


async def test_recall_ends_every_session_of_a_pass(prosody: Prosody, seat: Seat) -> None:
    """All streams with the pass are closed, whatever the transport; others stay."""
    clients = [
        await TcpClient.connect(prosody, "c1"),
        await FramedClient.connect(prosody, "c1"),
        await BoshClient.connect(prosody, "c1"),
    ]
    async with await FramedClient.connect(prosody, "c2") as stays:
        assert (await seat.order(prosody.domain, "recall", pass_="c1", text="Tilbagekaldt")).get("type") == "result"
        for client in clients:
            await seat.hears("closed", jid=client.jid)
        await stays.barrier()
        assert len(seat.told("closed")) == 3
    for client in clients:
        await client.drop()


async def test_expired_sleeper_with_unread_stanzas_is_gone_not_kicked(prosody: Prosody, seat: Seat, lua: Lua) -> None:
    """When sleep ends with stanzas unread, mod_smacks bounces them and mod_muc throws the person out: told as gone."""
    seat.rules |= {"create": lambda _: STAFF, "join": lambda _: MEMBER}
    room = f"r@{prosody.rooms}"
    async with await TcpClient.connect(prosody, "staff1") as staff:
        await staff.join(f"{room}/s")
        old = await FramedClient.connect(prosody, "c1", smacks=True)
        await old.join(f"{room}/c")
        await old.drop()
        await seat.hears("asleep", jid=old.jid)
        await staff.send(f"<message type='groupchat' to='{room}'><body>unread</body></message>")
        await staff.barrier()
        await lua(f"prosody.full_sessions['{old.jid}'].hibernating_watchdog.callback()")
        assert (await seat.hears("left", jid=old.jid, pass_="c1"))["why"] == "gone"
        await seat.hears("closed", jid=old.jid)


def same_pass_for_all(_: Question) -> str:
    """Every token is the same person."""
    return verdict("open", **{"pass": "p"}, role="citizen", room="r", name="N")


async def test_user_names_differ_for_the_same_pass(prosody: Prosody, seat: Seat) -> None:
    """Two connections with one pass are two users: rights of one are not the other's."""
    seat.rules["authenticate"] = same_pass_for_all
    async with await FramedClient.connect(prosody, "c1") as a, await FramedClient.connect(prosody, "c1") as b:
        assert a.bare != b.bare

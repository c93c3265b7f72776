"""Stanzas nobody sends in earnest: each gets a proper answer or silence, nothing breaks, nobody gets in."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from tests.clients import FramedClient, TcpClient
from tests.lua_shims.conftest import EXTRA
from tests.lua_shims.seat import GATE, MEMBER, STAFF, Seat, verdict
from tests.prosody import Prosody, running_prosody

pytestmark = pytest.mark.prosody
USER, ADMIN, OWNER = (f"http://jabber.org/protocol/muc#{part}" for part in ("user", "admin", "owner"))
PAYLOADS = [
    "",
    "<x xmlns='http://jabber.org/protocol/muc'/>",
    f"<x xmlns='{USER}'/>",
    f"<x xmlns='{USER}'><invite/></x>",
    f"<x xmlns='{USER}'><invite to='@'/><decline/></x>",
    f"<x xmlns='{USER}'><decline to='a@b/c'/></x>",
    "<x xmlns='jabber:x:data'/>",
    "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'>"
    "<value>http://jabber.org/protocol/muc#request</value></field></x>",
    f"<query xmlns='{ADMIN}'/>",
    f"<query xmlns='{ADMIN}'><item/></query>",
    f"<query xmlns='{ADMIN}'><item nick='' jid='@@' affiliation='owner' role='x'/></query>",
    f"<query xmlns='{ADMIN}'><item nick='s' affiliation='owner'/></query>",
    f"<query xmlns='{OWNER}'/>",
    f"<query xmlns='{OWNER}'><x xmlns='jabber:x:data' type='submit'/></query>",
    f"<query xmlns='{OWNER}'><destroy/></query>",
    "<query xmlns='jabber:iq:register'/>",
    "<query xmlns='jabber:iq:register'><remove/></query>",
    "<query xmlns='http://jabber.org/protocol/disco#info' node='x'/>",
    "<conference xmlns='http://jitsi.org/protocol/focus'/>",
    "<conference xmlns='http://jitsi.org/protocol/focus' room='@@'/>",
    "<jibri xmlns='http://jitsi.org/protocol/jibri'/>",
    "<jibri xmlns='http://jitsi.org/protocol/jibri' action='start' recording_mode=''/>",
    "<jibri-recording-status xmlns='http://jitsi.org/protocol/jibri'/>",
    *(f"<{word} xmlns='{GATE}'/>" for word in ("question", "verdict", "tell", "order", "snapshot", "stamp", "done")),
    "<error/>",
    "<nick/><nick xmlns='http://jabber.org/protocol/nick'/><identity/><email><email/></email>",
]
TYPES = {
    "presence": ["", "unavailable", "error", "probe", "subscribe", "subscribed", "unsubscribe", "nonsense"],
    "message": ["", "chat", "groupchat", "error", "headline", "nonsense"],
    "iq": ["get", "set", "result", "error", "nonsense"],
}


def stanzas(prosody: Prosody) -> Iterator[str]:
    """Every kind, type, address and payload with each other."""
    addresses = [
        f"{where}{rest}"
        for where, rest in product([prosody.rooms, f"r@{prosody.rooms}", f"r@{prosody.lobby}"], ["", "/s", "/focus"])
    ] + [prosody.domain, prosody.lobby, f"focus@{prosody.services}/focus"]
    for kind, to, payload in product(TYPES, addresses, PAYLOADS):
        for type_ in TYPES[kind]:
            word = f" type='{type_}'" if type_ else ""
            yield f"<{kind} xmlns='jabber:client' to='{to}' id='b'{word}>{payload}</{kind}>"


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("agent", ["yes", "no"])
async def test_no_stanza_breaks_prosody_or_the_session(prosody: Prosody, seat: Seat, inside: bool, agent: str) -> None:
    """Some ten thousand of them, from outside and from inside the room, with an agent that says yes or no to all."""
    answer = verdict("open", affiliation="member", role="participant", name="N") if agent == "yes" else ""
    room = f"r@{prosody.rooms}"
    seat.rules |= {"create": lambda _: STAFF, "join": lambda _: MEMBER}
    async with (
        await TcpClient.connect(prosody, "staff1") as staff,
        await FramedClient.connect(prosody, "c1") as citizen,
    ):
        await staff.join(f"{room}/s")
        if inside:
            await citizen.join(f"{room}/c")
        for ask in ("join", "create", "conference", "admit", "grant", "configure", "record-start", "record-stop"):
            seat.rules[ask] = lambda _: answer
        for number, stanza in enumerate(stanzas(prosody)):
            await citizen.send(stanza)
            if number % 500 == 0:
                await citizen.barrier()
        await citizen.barrier()
        await staff.barrier()
        assert not any(element.tag == "disconnected" for element in citizen.received)
        if agent == "no" and not inside:
            assert {q.get("jid") for q in (await seat.snapshot(prosody.rooms)).iter(f"{{{GATE}}}in")} == {staff.jid}


async def test_small_room_cache_is_warned_of(tmp_path: Path) -> None:
    """Prosody's default of 100 live rooms would make occupied rooms vanish: said aloud at the start."""
    extra = (
        EXTRA.partition('Component "hand')[0]
        + 'Component "muc.example.org" "muc"\n\tmodules_enabled = { "portner_rooms" }\n'
    )
    async with running_prosody(tmp_path, extra=extra) as prosody:
        assert "muc_room_cache_size is below 1000" in await prosody.logged("muc.example.org:portner_rooms")

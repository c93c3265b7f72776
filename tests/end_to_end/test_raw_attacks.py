"""Attacks that were tried on the running door: each broke something once, or holds by a hair, and must stay shut."""

import sqlite3
from contextlib import closing
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, tostring

import pytest

from tests.clients.base import CLIENT, MUC, RefusedError
from tests.clients.websocket import FramedClient
from tests.clinic import NICK, Clinic, Person, is_inside, is_refusal_to_lobby
from xmpp_agent.edges.xmpp.orders import Orders
from xmpp_agent.model.appointments import Known
from xmpp_agent.model.people import CompanionKind, Pass

pytestmark = pytest.mark.asyncio(loop_scope="module")
BENT = "0202020202"


async def two_citizens(clinic: Clinic) -> tuple[Person, Person, Person]:
    """Staff in an open room, and two citizens of it who have logged in."""
    owner = clinic.somebody()
    one = await clinic.book("Anna Hansen", staff=owner)
    two = await clinic.book("Bent Olsen", staff=owner, cpr=BENT)
    return await clinic.open_room(one), await clinic.citizen(one), await clinic.citizen(two, cpr=BENT)


def text_of(stanzas: list[Element]) -> str:
    """Stanzas as one text, to be searched."""
    return "\n".join(tostring(stanza, "unicode") for stanza in stanzas)


async def login(clinic: Clinic, token: str, previd: str = "") -> FramedClient:
    """A websocket that is logged in and has no resource yet; `previd` names a stream it does not take up."""
    client = FramedClient(clinic.prosody)
    try:
        await client._upgrade(urlencode({"room": "any", "token": token, "previd": previd}), None)
        await client._authenticate()
    except BaseException:
        await client.drop()
        raise
    return client


def is_gone(stanza: Element) -> bool:
    """Whether the connection ended."""
    return stanza.tag == "disconnected"


async def test_a_stream_that_names_another_and_begins_anew_is_no_second_seat(clinic: Clinic) -> None:
    """Naming one's living stream at the login and then binding ends the first; its end frees no seat for a third."""
    booked = await clinic.book(staff=clinic.somebody())
    staff = await clinic.open_room(booked)
    _, token = await clinic.citizen_pass(booked)
    async with await FramedClient.connect(clinic.prosody, token, smacks=True) as first:
        await clinic.come_in(staff, clinic.at(first, booked.room))
        async with await login(clinic, token, first.resumption_id) as second:
            await second._bind(False)
            await first.wait(is_gone)
            assert second.bare == first.bare
            assert is_inside(await clinic.at(second, booked.room).join())
            with pytest.raises(RefusedError):
                await FramedClient.connect(clinic.prosody, token)


@pytest.mark.parametrize("moment", ["logged in", "asked"])
async def test_a_login_cut_before_it_has_a_resource_keeps_no_seat(clinic: Clinic, moment: str) -> None:
    """A phone that loses the network in the middle of the login gets in with the same pass right afterwards."""
    booked = await clinic.book(staff=clinic.somebody())
    _, token = await clinic.citizen_pass(booked)
    if moment == "logged in":
        client = await login(clinic, token)
    else:
        client = FramedClient(clinic.prosody)
        await client._upgrade(urlencode({"token": token}), None)
        await client._open()
        await client.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>")
    await client.drop()
    for _ in range(40):
        try:
            async with await FramedClient.connect(clinic.prosody, token):
                return
        except RefusedError:
            await clinic.agent.house.lanes.quiet()
    pytest.fail("the seat stays taken by nobody")


async def test_a_login_without_a_resource_keeps_its_seat_over_a_restart(clinic: Clinic) -> None:
    """Logged in before the agent was restarted, bound after: a second connection on it is refused."""
    booked = await clinic.book(staff=clinic.somebody())
    _, token = await clinic.citizen_pass(booked)
    async with await login(clinic, token) as first:
        await clinic.stop_agent()
        await clinic.start_agent()
        await first._bind(False)
        with pytest.raises(RefusedError):
            await FramedClient.connect(clinic.prosody, token)


async def test_a_pass_taken_back_before_the_resource_is_closed(clinic: Clinic) -> None:
    """Logged in and not bound yet: revoking ends that stream too."""
    booked = await clinic.book(staff=clinic.somebody())
    pass_, token = await clinic.citizen_pass(booked)
    async with await login(clinic, token) as first:
        await clinic.agent.revoke(pass_.id)
        await first.wait(is_gone)


@pytest.mark.parametrize("withdrawn", ["revoked", "cancelled"])
async def test_what_is_withdrawn_in_the_middle_of_its_login_is_dead(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, withdrawn: str
) -> None:
    """The agent has read pass and appointment as good when one is withdrawn: this login is refused, the next too."""
    booked = await clinic.book(staff=clinic.somebody())
    pass_, token = await clinic.citizen_pass(booked)
    read = clinic.agent.house.store.known

    async def read_and_revoked(asked: Pass) -> Known | None:
        known = await read(asked)
        monkeypatch.undo()
        if withdrawn == "revoked":
            await clinic.agent.revoke(pass_.id)
        else:
            await clinic.agent.cancel(booked.appointment)
        return known

    monkeypatch.setattr(clinic.agent.house.store, "known", read_and_revoked)
    for _ in range(2):
        with pytest.raises(RefusedError):
            await FramedClient.connect(clinic.prosody, token)


DIRECT = [
    "<message xmlns='jabber:client' to='{full}' type='chat'><body>boo</body></message>",
    "<message xmlns='jabber:client' to='{bare}' type='chat'><body>boo</body></message>",
    "<message xmlns='jabber:client' to='{bare}' type='headline'><body>boo</body></message>",
    "<message xmlns='jabber:client' to='{full}'><x xmlns='http://jabber.org/protocol/muc#user'><invite/></x></message>",
    "<presence xmlns='jabber:client' to='{full}'><status>boo</status></presence>",
    "<presence xmlns='jabber:client' to='{full}' type='unavailable'/>",
    "<presence xmlns='jabber:client' to='{bare}' type='subscribe'/>",
    "<iq xmlns='jabber:client' to='{full}' id='d' type='get'><query xmlns='jabber:iq:version'/></iq>",
    "<iq xmlns='jabber:client' to='{full}' id='d' type='result'><query xmlns='jabber:iq:version'/></iq>",
]


@pytest.mark.parametrize("stanza", DIRECT)
async def test_people_do_not_reach_each_other_past_the_rooms(clinic: Clinic, stanza: str) -> None:
    """Who waits, or has been finished, knows an address: nothing sent to it arrives, and nothing is learnt from it."""
    staff, anna, bent = await two_citizens(clinic)
    answers = []
    for there in (staff, bent):
        await there.client.send(f"<presence xmlns='{CLIENT}'/>")
        await there.client.barrier()
        begin, seen = len(there.client.received), len(anna.client.received)
        await anna.client.send(stanza.format(full=there.client.jid, bare=there.client.bare))
        await anna.client.barrier()
        await there.client.barrier()
        assert anna.client.bare not in text_of(there.client.received[begin:])
        answers.append(len(anna.client.received) - seen)
    seen = len(anna.client.received)
    await anna.client.send(
        stanza.format(full=f"nobody@{clinic.prosody.domain}/x", bare=f"nobody@{clinic.prosody.domain}")
    )
    await anna.client.barrier()
    assert answers == [len(anna.client.received) - seen] * 2


async def test_citizens_leave_nothing_with_the_accounts_of_the_services(clinic: Clinic) -> None:
    """A subscription to the focus would be stored; only requests reach it."""
    _, anna, _ = await two_citizens(clinic)
    focus = clinic.settings.focus.partition("/")[0]
    await anna.client.send(f"<presence xmlns='{CLIENT}' to='{focus}' type='subscribe'/>")
    await anna.client.barrier()
    stored = [path for path in clinic.directory.parent.rglob("*") if "roster" in str(path) and path.is_file()]
    assert stored == []


async def test_a_name_in_a_message_is_the_verified_one(clinic: Clinic) -> None:
    """Clients show the `<nick/>` of a chat line: a citizen cannot speak under staff's name, aloud or in private."""
    staff, anna, _ = await two_citizens(clinic)
    await clinic.come_in(staff, anna)
    begin = len(staff.client.received)
    line = f"<body>hello</body><nick xmlns='{NICK}'>Mette Madsen</nick>"
    await anna.client.send(f"<message xmlns='{CLIENT}' to='{anna.room}' type='groupchat'>{line}</message>")
    await anna.client.send(f"<message xmlns='{CLIENT}' to='{staff.seat_in_meeting}' type='chat'>{line}</message>")
    lines = [
        await staff.client.wait(lambda e, k=kind: e.get("type") == k, begin=begin)  # type: ignore[misc]  # bound now
        for kind in ("groupchat", "chat")
    ]
    assert [line.findtext(f"{{{NICK}}}nick") for line in lines] == ["Anna Hansen"] * 2


async def test_who_waits_does_not_read_how_many_are_inside(clinic: Clinic) -> None:
    """What a room tells of itself to somebody outside is the same before and during another's visit."""
    staff, anna, bent = await two_citizens(clinic)

    async def told() -> str:
        info = await bent.client.request(bent.room, "<query xmlns='http://jabber.org/protocol/disco#info'/>")
        return text_of(list(info))

    before = await told()
    await clinic.come_in(staff, anna)
    assert await told() == before
    inside = await staff.client.request(staff.room, "<query xmlns='http://jabber.org/protocol/disco#info'/>")
    assert "muc#roominfo_occupants" in text_of([inside])
    assert "muc#roominfo_lobbyroom" in text_of([inside])


async def test_put_out_is_not_undone_by_letting_in_somebody_else(clinic: Clinic) -> None:
    """Staff puts a bisidder out and lets the interpreter in: the bisidder stays in the lobby."""
    companions = ((CompanionKind.BISIDDER, "Bo"), (CompanionKind.INTERPRETER, "Ida"))
    booked = await clinic.book(staff=clinic.somebody(), companions=companions)
    staff = await clinic.open_room(booked)
    await clinic.come_in(staff, await clinic.citizen(booked))
    bo, ida = await clinic.companion(booked, 0), await clinic.companion(booked, 1)
    assert is_inside(await bo.join())
    item = f"<item nick='{bo.nick}' role='none'/>"
    out = await staff.client.request(
        staff.room, f"<query xmlns='http://jabber.org/protocol/muc#admin'>{item}</query>", type_="set"
    )
    assert out.get("type") == "result"
    assert is_refusal_to_lobby(await bo.join())
    await bo.knock()
    await ida.knock()
    await staff.admit(ida)
    await ida.invited()
    assert is_refusal_to_lobby(await bo.join())
    await staff.admit(bo)
    await bo.invited()
    assert is_inside(await bo.join())


async def test_half_a_character_in_the_chat_breaks_no_lane(clinic: Clinic, caplog: pytest.LogCaptureFixture) -> None:
    """JSON can carry halves of surrogate pairs, which neither XML nor the console's wire can."""
    staff, anna, _ = await two_citizens(clinic)
    await anna.knock()
    noted: list[str] = []
    clinic.agent.house.on_note.append(lambda _node, kind, _knock, text: noted.append(text) if kind == "wrote" else None)
    begin = len(staff.client.received)
    for words in (r"\ud800\udc00\ud800 one", r"\udfff", r"\u0000 two"):
        chat = f'{{"type":"LOBBY_CHAT_MESSAGE","message":"{words}"}}'
        await anna.client.send(
            f"<message xmlns='{CLIENT}' to='{anna.lobby}' type='groupchat'>"
            f"<json-message xmlns='http://jitsi.org/jitmeet'>{chat}</json-message></message>"
        )
    await staff.client.wait(lambda e: "two" in text_of([e]), begin=begin)
    await clinic.agent.house.lanes.quiet()
    assert noted == ["\U00010000 one", " two"]
    assert "lane_job_failed" not in caplog.text


async def knocks(client: FramedClient, addresses: list[str], ending: str = "") -> None:
    """Knock at all of these as fast as the wire takes it; `ending` follows each."""
    for address in addresses:
        join = f"<presence xmlns='{CLIENT}' to='{address}'><x xmlns='{MUC}'/></presence>"
        await client.send(join)
        if ending:
            await client.send(ending.format(address))
    await client.barrier()


def lines_on_record(clinic: Clinic) -> int:
    """Length of the audit."""
    with closing(sqlite3.connect(clinic.directory / "portner.sqlite3")) as file:
        return int(file.execute("select count(*) from audit").fetchone()[0])


async def snapshot(clinic: Clinic) -> Element:
    """What Prosody would show a returning agent of the users (the first 400 entries)."""
    orders = clinic.agent.house.prosody
    assert isinstance(orders, Orders)
    return await orders.ask(clinic.prosody.domain, "get", "<snapshot xmlns='urn:portner:gate:1' after='0'/>")


async def test_a_flood_from_one_who_waits_costs_nobody_else_the_knock(clinic: Clinic) -> None:
    """Thousands of knocks and goodbyes of one citizen: the next is on the list at once, the audit does not swell."""
    owner = clinic.somebody()
    one, two = await clinic.book(staff=owner), await clinic.book("Bent Olsen", staff=owner, cpr=BENT)
    staff, bent = await clinic.open_room(one), await clinic.citizen(two, cpr=BENT)
    _, token = await clinic.citizen_pass(one)
    before = lines_on_record(clinic)
    async with await FramedClient.connect(clinic.prosody, token) as client:
        anna = clinic.at(client, one.room)
        goodbye = f"<presence xmlns='{CLIENT}' to='{{}}' type='unavailable'/>"
        await knocks(client, [anna.seat_in_lobby] * 3000, goodbye)
        await bent.knock()
        await staff.sees_waiting("Bent Olsen ✓ MitID")
    assert lines_on_record(clinic) - before < 400
    queue = clinic.agent.house.rooms[one.room].queue
    assert [w.jid for w in queue if w.jid] == [bent.client.jid]
    assert len([element for element in await snapshot(clinic) if element.get("at") == anna.seat_in_lobby]) <= 20


ASKING = {
    "join": "<presence xmlns='jabber:client' to='{room}/n{n}'><x xmlns='http://jabber.org/protocol/muc'/></presence>",
    "admit": "<message xmlns='jabber:client' to='{room}'><x xmlns='http://jabber.org/protocol/muc#user'>"
    "<invite to='a@b/{n}'/></x></message>",
    "conference": "<iq xmlns='jabber:client' to='{focus}' type='set' id='c{n}'>"
    "<conference xmlns='http://jitsi.org/protocol/focus' room='{room}'/></iq>",
}


@pytest.mark.parametrize("ask", ASKING)
async def test_asking_for_ever_does_not_fill_the_audit(clinic: Clinic, ask: str) -> None:
    """A thousand questions of one citizen, all denied: a bounded number is on record, the next citizen is heard."""
    staff, anna, bent = await two_citizens(clinic)
    before = lines_on_record(clinic)
    for number in range(1000):
        await anna.client.send(ASKING[ask].format(room=anna.room, n=number, focus=clinic.settings.focus))
    await anna.client.request(
        clinic.prosody.services, "<query xmlns='http://jabber.org/protocol/disco#info'/>", seconds=30
    )
    assert lines_on_record(clinic) - before < 300
    await clinic.come_in(staff, bent)


@pytest.mark.parametrize("where", ["no room", "many nicks", "other rooms"])
async def test_standing_in_ever_more_places_does_not_keep_the_agent_out(clinic: Clinic, where: str) -> None:
    """Two thousand lobby addresses of one citizen while the agent is away: it is back at once and sees everybody."""
    staff, anna, bent = await two_citizens(clinic)
    await bent.knock()
    domain = clinic.prosody.lobby
    shape = {"no room": f"{domain}/n%d", "many nicks": f"{anna.lobby}/n%d", "other rooms": f"r%d@{domain}/n"}[where]
    await clinic.stop_agent()
    for number in range(2000):
        await anna.client.send(f"<presence xmlns='{CLIENT}' to='{shape % number}'><x xmlns='{MUC}'/></presence>")
    await anna.client.barrier()
    await clinic.start_agent()
    node = staff.room.partition("@")[0]
    assert bent.client.jid in [w.jid for w in clinic.agent.house.rooms[node].queue]
    here = [element for element in await snapshot(clinic) if element.get("jid") == anna.client.jid]
    assert [len(session) <= 4 for session in here] == [True]

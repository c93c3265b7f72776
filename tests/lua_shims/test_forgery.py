"""What clients and strangers may not do: forge stamps, orders and answers, go round the gate, hand out rights."""

import xml.etree.ElementTree as ET

import pytest

from tests.clients import FramedClient, TcpClient, error_of, statuses
from tests.clients.base import MUC, MUC_USER
from tests.lua_shims.conftest import Lua
from tests.lua_shims.seat import GATE, MEMBER, STAFF, Seat, verdict
from tests.lua_shims.test_races import affiliations
from tests.prosody import PASSWORD, Prosody

pytestmark = pytest.mark.prosody
ADMIN, OWNER = "http://jabber.org/protocol/muc#admin", "http://jabber.org/protocol/muc#owner"
NICK = "http://jabber.org/protocol/nick"
CLAIMS = (
    f"<nick xmlns='{NICK}'>Director</nick><email>a@b.dk</email><avatar-url>http://x</avatar-url>"
    "<identity xmlns='http://jitsi.org/jitmeet'><user><id>1</id></user></identity>"
    f"<stamp xmlns='{GATE}' pass='staff1' since='1.000'/><verdict xmlns='{GATE}' is='open'/>"
)


def names(stanza: ET.Element) -> list[str]:
    """Local names of the children, without the mark mod_muc itself gives each occupant (XEP-0421)."""
    return [name for child in stanza if (name := child.tag.rpartition("}")[2]) != "occupant-id"]


@pytest.fixture
async def open_seat(seat: Seat) -> Seat:
    """An agent that lets staff make rooms and everybody enter."""
    seat.rules |= {
        "create": lambda _: STAFF,
        "join": lambda q: STAFF if q.get("pass", "").startswith("staff") else MEMBER,
    }
    return seat


async def test_lobby_presence_carries_our_stamp_only(prosody: Prosody, seat: Seat) -> None:
    """Name, mail, picture, identity and gate words of the client are gone; name and stamp are the agent's."""
    async with await FramedClient.connect(prosody, "c1") as citizen:
        address = f"r@{prosody.lobby}/knock"
        await citizen.send(f"<presence xmlns='jabber:client' to='{address}'><x xmlns='{MUC}'/>{CLAIMS}</presence>")
        knock = await seat.wait(lambda: next((x for x in seat.stanzas if x.tag.endswith("presence")), None))
        assert names(knock) == ["x", "nick", "stamp"]
        assert knock.findtext(f"{{{NICK}}}nick") == "Name of c1"
        stamp = knock.find(f"{{{GATE}}}stamp")
        assert stamp is not None
        assert stamp.get("pass") == "c1"
        assert float(stamp.get("since", "0")) > 1_600_000_000


async def test_room_presence_is_stamped_also_later(prosody: Prosody, open_seat: Seat) -> None:
    """Others see the verdict's name at the join and after every later presence of the client."""
    room = f"r@{prosody.rooms}"
    async with (
        await TcpClient.connect(prosody, "staff1") as staff,
        await FramedClient.connect(prosody, "c1") as citizen,
    ):
        await staff.join(f"{room}/s")
        await citizen.join(f"{room}/c", CLAIMS)
        await citizen.send(f"<presence xmlns='jabber:client' to='{room}/c'>{CLAIMS}<mark/></presence>")
        later = await staff.wait(lambda e: e.get("from") == f"{room}/c" and e.find("{jabber:client}mark") is not None)
        for seen in (e for e in staff.received if e.get("from") == f"{room}/c"):
            assert seen.findtext(f"{{{NICK}}}nick") == "Anna Hansen"
            assert set(names(seen)) <= {"nick", "x", "mark"}
        assert "mark" in names(later)


async def test_presence_of_other_hosts_is_stripped_in_the_room(prosody: Prosody, open_seat: Seat, other: Seat) -> None:
    """Somebody who did not come through the users' host brings no name and no identity of their own."""
    open_seat.rules["join"] = lambda _: verdict("open", affiliation="member", role="participant")
    room = f"r@{prosody.rooms}"
    async with await TcpClient.connect(prosody, "staff1") as staff:
        await staff.join(f"{room}/s")
        other.send(f"<presence from='u@{other.domain}/x' to='{room}/u'><x xmlns='{MUC}'/>{CLAIMS}</presence>")
        seen = await staff.wait(lambda e: e.get("from") == f"{room}/u")
        assert names(seen) == ["x"]


async def test_gate_words_of_clients_never_arrive(prosody: Prosody, seat: Seat) -> None:
    """An IQ in the gate's namespace is refused, a message loses it."""
    async with await FramedClient.connect(prosody, "c1") as citizen:
        question = f"<question xmlns='{GATE}' ask='join' room='r@{prosody.rooms}'/>"
        for to in (prosody.lobby, prosody.rooms, prosody.domain, f"r@{prosody.rooms}", f"r@{prosody.rooms}/focus"):
            assert error_of(await citizen.request(to, question)) == ("cancel", "service-unavailable")
        tell = f"<tell xmlns='{GATE}' epoch='x' seq='1'/><body>text</body>"
        await citizen.send(f"<message xmlns='jabber:client' to='{prosody.lobby}'>{tell}</message>")
        message = await seat.wait(lambda: next((x for x in seat.stanzas if x.get("from") == citizen.jid), None))
        assert names(message) == ["body"]


async def test_orders_and_snapshots_only_for_the_agent(prosody: Prosody, open_seat: Seat, other: Seat) -> None:
    """Another component, and a user address of the agent's own domain, are refused, and nothing is done."""
    room = f"r@{prosody.rooms}"
    async with await TcpClient.connect(prosody, "staff1") as staff:
        await staff.join(f"{room}/s")
        for host in (prosody.rooms, prosody.domain):
            assert error_in(await other.order(host, "destroy", room=room)) == "forbidden"
            assert error_in(await other.snapshot(host)) == "forbidden"
        open_seat.send(
            f"<iq type='set' from='x@{prosody.lobby}' to='{prosody.rooms}' id='forged'>"
            f"<order xmlns='{GATE}' do='destroy' room='{room}'/></iq>"
        )
        await open_seat.wait(
            lambda: any(x.get("id") == "forged" and x.get("type") == "error" for x in open_seat.stanzas)
        )
        assert open_seat.told("destroyed") == []


def error_in(iq: ET.Element) -> str:
    """Condition of an error IQ on a component stream."""
    error = iq.find("{jabber:component:accept}error")
    return "" if error is None else error[0].tag.rpartition("}")[2]


async def test_answers_of_strangers_are_not_heard(prosody: Prosody, seat: Seat, other: Seat) -> None:
    """Another component that knows the id of an open question cannot answer it."""
    seat.rules["create"] = lambda _: None
    async with await TcpClient.connect(prosody, "staff1") as staff:
        await staff.send(f"<presence to='r@{prosody.rooms}/s'><x xmlns='{MUC}'/></presence>")
        asked = await seat.asked("create")
        other.send(f"<iq type='result' from='{other.domain}' to='{prosody.rooms}' id='{asked['id']}'>{STAFF}</iq>")
        other.send(
            f"<iq type='get' from='{other.domain}' to='{prosody.rooms}' id='b'><ping xmlns='urn:xmpp:ping'/></iq>"
        )
        await other.wait(lambda: any(x.get("id") == "b" for x in other.stanzas))
        question = next(x for x in seat.stanzas if x.get("id") == asked["id"])
        seat.reply(question, verdict("refuse", type="cancel", condition="not-allowed"))
        refused = await staff.wait(lambda e: e.get("from") == f"r@{prosody.rooms}/s")
        assert error_of(refused) == ("cancel", "not-allowed")


async def test_mod_muc_without_a_verdict_refuses(prosody: Prosody, seat: Seat, lua: Lua) -> None:
    """Whatever finds a way round the gate is stopped inside mod_muc: nobody inside, no room kept."""
    made = await lua(
        f"""
        local st, muc = require "util.stanza", prosody.hosts["{prosody.rooms}"].modules.muc;
        local answer;
        local origin = {{ send = function (s) answer = tostring(s); end }};
        local join = st.presence({{ from = "x@{prosody.domain}/y", to = "r@{prosody.rooms}/n" }});
        join:tag("x", {{ xmlns = "{MUC}" }}):up();
        muc.new_room("r@{prosody.rooms}"):handle_first_presence(origin, join);
        return answer .. tostring((muc.get_room_from_jid("r@{prosody.rooms}")));
        """
    )
    assert "not-allowed" in made
    assert made.endswith("nil")


async def test_join_of_a_standing_room_without_a_verdict_refuses(prosody: Prosody, open_seat: Seat, lua: Lua) -> None:
    """The same for a room that exists."""
    async with await TcpClient.connect(prosody, "staff1") as staff:
        await staff.join(f"r@{prosody.rooms}/s")
        answer = await lua(
            f"""
            local st, muc = require "util.stanza", prosody.hosts["{prosody.rooms}"].modules.muc;
            local answer;
            local origin = {{ send = function (s) answer = tostring(s); end }};
            local room = muc.get_room_from_jid("r@{prosody.rooms}");
            room:set_affiliation(true, "x@{prosody.domain}", "member");
            local join = st.presence({{ from = "x@{prosody.domain}/y", to = "r@{prosody.rooms}/n" }});
            room:handle_normal_presence(origin, join:tag("x", {{ xmlns = "{MUC}" }}):up());
            return answer;
            """
        )
        assert "not-allowed" in answer


async def test_owner_and_admin_come_from_verdicts_only(prosody: Prosody, open_seat: Seat, lua: Lua) -> None:
    """Server-made grants (no actor) of owner and admin are refused; the focus and lesser rights are not."""
    async with await TcpClient.connect(prosody, "staff1") as staff:
        await staff.join(f"r@{prosody.rooms}/s")
        for bare, affiliation, done in (
            (f"c@{prosody.domain}", "owner", "nil"),
            (f"c@{prosody.domain}", "admin", "nil"),
            (f"c@{prosody.domain}", "member", "true"),
            (f"focus@{prosody.services}", "owner", "true"),
        ):
            got = await lua(
                f"return prosody.hosts['{prosody.rooms}'].modules.muc.get_room_from_jid('r@{prosody.rooms}')"
                f":set_affiliation(true, '{bare}', '{affiliation}')"
            )
            assert got == done, (bare, affiliation)


async def test_creator_with_a_lesser_verdict_is_not_owner(prosody: Prosody, seat: Seat, lua: Lua) -> None:
    """mod_muc's own "the creator is owner" does not go beyond the verdict."""
    seat.rules["create"] = lambda _: MEMBER
    async with await TcpClient.connect(prosody, "c1") as citizen:
        own = await citizen.join(f"r@{prosody.rooms}/c")
        item = own.find(f".//{{{MUC_USER}}}item")
        assert item is not None
        assert (item.get("affiliation"), item.get("role")) == ("member", "participant")
        assert await affiliations(lua, f"r@{prosody.rooms}") == {citizen.bare: "member"}


async def test_rights_are_asked_about_with_real_jids(prosody: Prosody, open_seat: Seat, lua: Lua) -> None:
    """muc#admin: refused → error and nothing changed; open → done once; the agent reads whom it is about."""
    room = f"r@{prosody.rooms}"
    async with await TcpClient.connect(prosody, "staff1") as staff, await TcpClient.connect(prosody, "c1") as citizen:
        await staff.join(f"{room}/s")
        await citizen.join(f"{room}/c")
        make_owner = f"<query xmlns='{ADMIN}'><item affiliation='owner' jid='{citizen.bare}'/></query>"
        assert error_of(await staff.request(room, make_owner, type_="set")) == ("cancel", "not-allowed")
        asked = await open_seat.asked("grant")
        assert (asked["pass"], asked["jid"]) == ("staff1", staff.jid)
        item = ET.fromstring(asked["xml"])[0]  # noqa: S314 -- our own Prosody
        assert (item.get("jid"), item.get("affiliation")) == (citizen.jid, "owner")
        assert (await affiliations(lua, room))[citizen.bare] == "member"
        open_seat.rules["grant"] = lambda _: verdict("open")
        kick = f"<query xmlns='{ADMIN}'><item nick='c' role='none'/></query>"
        assert (await staff.request(room, make_owner, type_="set")).get("type") == "result"
        assert (await affiliations(lua, room))[citizen.bare] == "owner"
        assert (await staff.request(room, kick.replace("none", "participant"), type_="set")).get("type") == "result"
        assert (await staff.request(room, kick, type_="set")).get("type") == "result"
        assert (await open_seat.hears("left", jid=citizen.jid))["why"] == "kicked"
        item = ET.fromstring((await open_seat.asked("grant", 4))["xml"])[0]  # noqa: S314 -- our own Prosody
        assert (item.get("jid"), item.get("role"), item.get("nick")) == (citizen.jid, "none", "c")


@pytest.mark.parametrize("first", ["<other nick='c' role='moderator'/>", "<item xmlns='x' nick='c' role='moderator'/>"])
async def test_nothing_unasked_stands_before_what_is_asked_about(
    prosody: Prosody, open_seat: Seat, lua: Lua, first: str
) -> None:
    """mod_muc acts upon the first child of muc#admin, whatever it is called: a yes to a kick makes no moderator."""
    room = f"r@{prosody.rooms}"
    open_seat.rules["grant"] = lambda _: verdict("open")
    async with await TcpClient.connect(prosody, "staff1") as staff, await TcpClient.connect(prosody, "c1") as citizen:
        await staff.join(f"{room}/s")
        await citizen.join(f"{room}/c")
        forged = f"<query xmlns='{ADMIN}'>{first}<item nick='x' role='none'/></query>"
        assert error_of(await staff.request(room, forged, type_="set")) == ("modify", "bad-request")
        role = f"return prosody.hosts['{prosody.rooms}'].modules.muc.get_room_from_jid('{room}')"
        assert await lua(f"{role}:get_occupant_by_nick('{room}/c').role") == "participant"


async def test_settings_and_destruction_are_asked_about(prosody: Prosody, open_seat: Seat) -> None:
    """muc#owner: the fields, or the destruction, go to the agent; without its yes nothing happens."""
    room = f"r@{prosody.rooms}"
    form = (
        f"<query xmlns='{OWNER}'><x xmlns='jabber:x:data' type='submit'>"
        "<field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field>"
        "<field var='muc#roomconfig_membersonly'><value>0</value></field></x></query>"
    )
    async with await TcpClient.connect(prosody, "staff1") as staff:
        await staff.join(f"{room}/s")
        assert error_of(await staff.request(room, form, type_="set")) == ("cancel", "not-allowed")
        asked = ET.fromstring((await open_seat.asked("configure"))["xml"])  # noqa: S314 -- our own Prosody
        assert {(f.get("var"), f.get("value")) for f in asked} >= {("muc#roomconfig_membersonly", "0")}
        destroy = f"<query xmlns='{OWNER}'><destroy/></query>"
        assert error_of(await staff.request(room, destroy, type_="set")) == ("cancel", "not-allowed")
        asked = ET.fromstring((await open_seat.asked("configure", 2))["xml"])  # noqa: S314 -- our own Prosody
        assert names(asked) == ["destroy"]
        info = await staff.request(room, "<query xmlns='http://jabber.org/protocol/disco#info'/>")
        assert any(
            f.get("var") == "muc_membersonly" for f in info.iter("{http://jabber.org/protocol/disco#info}feature")
        )


async def test_invitations_are_never_mod_mucs(prosody: Prosody, open_seat: Seat, lua: Lua) -> None:
    """One question for all invited; only those the agent names are invited, and nobody becomes a member by it."""
    room = f"r@{prosody.rooms}"
    async with await TcpClient.connect(prosody, "staff1") as staff, await FramedClient.connect(prosody, "c1") as a:
        await staff.join(f"{room}/s")
        open_seat.rules["admit"] = lambda _: verdict("open", f"<invite to='{a.jid}'/>")
        both = f"<invite to='{a.jid}'/><invite to='c2@{prosody.domain}/x'/>"
        await staff.send(f"<message to='{room}'><x xmlns='{MUC_USER}'>{both}</x></message>")
        invite = await a.wait(lambda e: e.tag.endswith("message"))
        assert invite.get("from") == room
        asked = ET.fromstring((await open_seat.asked("admit"))["xml"])  # noqa: S314 -- our own Prosody
        assert [e.get("to") for e in asked] == [a.jid, f"c2@{prosody.domain}/x"]
        assert await affiliations(lua, room) == {staff.bare: "owner"}


async def test_strangers_to_the_room_send_nothing_through_it(prosody: Prosody, open_seat: Seat) -> None:
    """Invitation, decline, request for voice and an empty list from outside: proper errors, nothing forwarded."""
    room = f"r@{prosody.rooms}"
    form = (
        "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'>"
        "<value>http://jabber.org/protocol/muc#request</value></field></x>"
    )
    async with await TcpClient.connect(prosody, "staff1") as staff, await FramedClient.connect(prosody, "c1") as a:
        await staff.join(f"{room}/s")
        for payload, wanted in (
            (f"<x xmlns='{MUC_USER}'><invite to='{staff.jid}'/></x>", ("cancel", "not-allowed")),
            (f"<x xmlns='{MUC_USER}'><decline to='{staff.jid}'/></x>", ("cancel", "feature-not-implemented")),
            (f"<x xmlns='{MUC_USER}'/>", ("cancel", "not-acceptable")),
            (form, ("cancel", "not-acceptable")),
        ):
            begin = len(a.received)
            await a.send(f"<message xmlns='jabber:client' to='{room}'>{payload}</message>")
            assert error_of(await a.wait(lambda e: e.tag.endswith("message"), begin=begin)) == wanted
        assert error_of(await a.request(room, f"<query xmlns='{ADMIN}'/>")) == ("modify", "bad-request")
        await staff.barrier()
        assert [e for e in staff.received if e.tag.endswith("message") and e.get("type") != "groupchat"] == []


@pytest.mark.parametrize("to", ["Room1@{rooms}/n", "\uff32oom1@{rooms}/n", "room1@{upper}/n"])
async def test_room_names_are_asked_about_as_prosody_reads_them(prosody: Prosody, seat: Seat, to: str) -> None:
    """Other case or Unicode form of a room's name is the same room to the agent."""
    async with await FramedClient.connect(prosody, "c1") as citizen:
        address = to.format(rooms=prosody.rooms, upper=prosody.rooms.upper())
        await citizen.send(f"<presence xmlns='jabber:client' to='{address}'><x xmlns='{MUC}'/></presence>")
        assert (await seat.asked("create"))["room"] == f"room1@{prosody.rooms}"


@pytest.mark.parametrize("to", ["r@{rooms}", "{rooms}", "{rooms}/n"])
async def test_join_without_room_or_nick_makes_nothing(prosody: Prosody, open_seat: Seat, to: str) -> None:
    """A join to a bare or host address is malformed: no question, no room."""
    async with await FramedClient.connect(prosody, "staff1") as staff:
        address = to.format(rooms=prosody.rooms)
        await staff.send(f"<presence xmlns='jabber:client' to='{address}'><x xmlns='{MUC}'/></presence>")
        assert error_of(await staff.wait(lambda e: e.get("type") == "error")) == ("modify", "jid-malformed")
        assert (await open_seat.snapshot(prosody.rooms)).find(f".//{{{GATE}}}room") is None
        assert [q for q in open_seat.questions if q["ask"] == "create"] == []


async def test_breakout_rooms_have_the_same_door(prosody: Prosody, seat: Seat) -> None:
    """A breakout room is asked about by its own host and refused like any other."""
    async with await FramedClient.connect(prosody, "c1") as citizen:
        assert error_of(await citizen.join(f"b@{prosody.stock.breakout}/c")) == ("cancel", "not-allowed")
        assert (await seat.asked("create"))["host"] == prosody.stock.breakout


async def test_another_nick_is_another_seat(prosody: Prosody, open_seat: Seat) -> None:
    """Somebody inside cannot take another nick, `focus` least of all."""
    room = f"r@{prosody.rooms}"
    async with (
        await TcpClient.connect(prosody, "staff1") as staff,
        await FramedClient.connect(prosody, "c1") as citizen,
    ):
        await staff.join(f"{room}/s")
        await citizen.join(f"{room}/c")
        assert error_of(await citizen.join(f"{room}/focus")) == ("cancel", "not-allowed")
        await citizen.barrier()
        assert not any(e.get("from") == f"{room}/focus" for e in staff.received)


async def test_one_account_twice_under_one_nick_is_a_conflict(prosody: Prosody, open_seat: Seat) -> None:
    """A second connection of the same user cannot slip into the seat of the first."""
    room = f"r@{prosody.rooms}"
    accounts = [f"recorder@{prosody.services}/{res}" for res in ("one", "two")]
    clients = [await TcpClient.connect(prosody, PASSWORD, jid=jid) for jid in accounts]
    assert "110" in statuses(await clients[0].join(f"{room}/rec"))
    assert error_of(await clients[1].join(f"{room}/rec")) == ("cancel", "conflict")
    assert "pass" not in await open_seat.asked("create")
    for client in clients:
        await client.close()


async def test_reserved_nicks_are_asked_about(prosody: Prosody, open_seat: Seat) -> None:
    """Registering a nick (XEP-0045 §7.10) would make a lasting member: the agent is asked, and says no."""
    room = f"r@{prosody.rooms}"
    async with (
        await TcpClient.connect(prosody, "staff1") as staff,
        await FramedClient.connect(prosody, "c1") as citizen,
    ):
        await staff.join(f"{room}/s")
        await citizen.join(f"{room}/c")
        form = (
            "<query xmlns='jabber:iq:register'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'>"
            "<value>http://jabber.org/protocol/muc#register</value></field>"
            "<field var='muc#register_roomnick'><value>focus</value></field></x></query>"
        )
        assert error_of(await citizen.request(room, form, type_="set")) == ("cancel", "not-allowed")
        assert (await open_seat.asked("configure"))["pass"] == "c1"

"""Snapshots: pages, the state of the moment, their place among the tells."""

import xml.etree.ElementTree as ET

import pytest

from tests.clients import FramedClient, TcpClient
from tests.lua_shims.conftest import Lua
from tests.lua_shims.seat import GATE, STAFF, Seat
from tests.lua_shims.test_forgery import error_in
from tests.prosody import Prosody

pytestmark = pytest.mark.prosody


async def page_of(seat: Seat, host: str, after: str) -> ET.Element:
    """The snapshot element of one page."""
    page = (await seat.snapshot(host, after)).find(f"{{{GATE}}}snapshot")
    assert page is not None
    return page


async def make_rooms(lua: Lua, prosody: Prosody, count: int) -> None:
    """Rooms without anybody inside, made from within."""
    await lua(
        f"local muc = prosody.hosts['{prosody.rooms}'].modules.muc;"
        f"for n = 1, {count} do muc.create_room(('room%d@{prosody.rooms}'):format(n)); end"
    )


async def test_rooms_come_in_pages_of_400(prosody: Prosody, seat: Seat, lua: Lua) -> None:
    """900 rooms are 400, 400 and 100; the last page has no `next`; each room is listed once."""
    await make_rooms(lua, prosody, 900)
    pages, after = [], "0"
    for _ in range(3):
        pages.append(await page_of(seat, prosody.rooms, after))
        after = pages[-1].get("next", "")
    assert [len(page) for page in pages] == [400, 400, 100]
    assert [page.get("next") for page in pages] == ["400", "800", None]
    assert len({room.get("jid") for page in pages for room in page}) == 900


async def test_later_pages_show_the_state_of_their_moment(prosody: Prosody, seat: Seat, lua: Lua) -> None:
    """A room that went between two pages is not shown, and its end was told before the page."""
    await make_rooms(lua, prosody, 401)
    await page_of(seat, prosody.rooms, "0")
    await lua(
        f"local muc, gone = prosody.hosts['{prosody.rooms}'].modules.muc, {{}};"
        "for room in muc.live_rooms() do gone[#gone + 1] = room; end;"
        "for _, room in ipairs(gone) do room:destroy(); end"
    )
    page = await page_of(seat, prosody.rooms, "400")
    assert len(page) == 0
    assert page.get("seq") == seat.tells[-1].get("seq")
    assert len(seat.told("destroyed")) == 401


@pytest.mark.parametrize("after", ["1", "-1", "x", "0.5", "1e400", "99999999999999999999"])
async def test_page_out_of_nowhere_is_an_error(prosody: Prosody, seat: Seat, after: str) -> None:
    """A page of a listing that was never begun: begin at 0."""
    for host in (prosody.rooms, prosody.domain):
        assert error_in(await seat.snapshot(host, after)) == "item-not-found"


async def test_people_are_shown_with_pass_role_and_any_nick(prosody: Prosody, seat: Seat) -> None:
    """Pages are written by hand: characters that mean something in XML survive."""
    seat.rules |= {"create": lambda _: STAFF}
    async with await TcpClient.connect(prosody, "staff1") as staff:
        address = f"r@{prosody.rooms}/o&apos;&lt;&amp;&gt;&quot;"
        await staff.send(f"<presence to='{address}'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
        await seat.hears("joined", jid=staff.jid)
        page = await page_of(seat, prosody.rooms, "0")
        (person,) = page.iter(f"{{{GATE}}}in")
        assert dict(person.attrib) == {"jid": staff.jid, "nick": "o'<&>\"", "pass": "staff1", "role": "moderator"}


async def test_sessions_without_a_place_are_shown(prosody: Prosody, seat: Seat) -> None:
    """Everybody signed on is listed with the pass; nobody of the services' host is."""
    async with await FramedClient.connect(prosody, "c1") as a, await TcpClient.connect(prosody, "staff1") as b:
        page = await page_of(seat, prosody.domain, "0")
        shown = {session.get("jid"): session.get("pass") for session in page.iter(f"{{{GATE}}}session")}
        assert shown == {a.jid: "c1", b.jid: "staff1"}
        assert page.get("next") is None

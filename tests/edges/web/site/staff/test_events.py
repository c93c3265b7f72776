"""The stream that says when to look again: at once, gathered, to those it concerns, and no longer than the session."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from tests.an_office import UNIT
from tests.edges.web.site.on_site import Surfer
from tests.edges.web.site.staff.on_staff import StaffPages
from xmpp_agent.edges.web.site.staff.feed import ALIVE_LINE, CHANGED_LINE, LOOKED_AT, StaffFeed
from xmpp_agent.flows.staff_login import sign_out, signed_in
from xmpp_agent.flows.staff_room import cover
from xmpp_agent.model.visitors import Session

PATIENCE = 20.0
"""Seconds within which a word must come."""
SOON = 0.6
"""Seconds in which a word would have come; only where none must."""


async def always() -> bool:
    """A session that goes on."""
    return True


async def word(stream: AsyncGenerator[str, None]) -> str:
    """The next line."""
    async with asyncio.timeout(PATIENCE):
        return await anext(stream)


async def silence(stream: AsyncGenerator[str, None]) -> None:
    """Nothing comes but signs of life."""
    task = asyncio.ensure_future(anext(stream))
    done, _ = await asyncio.wait({task}, timeout=SOON)
    assert not done or task.result() == ALIVE_LINE
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def follow(staff: StaffPages, who: Session) -> AsyncGenerator[str, None]:
    """The stream of one page."""
    return staff.feed.follow(who, always)


async def test_a_word_at_once_and_one_for_a_burst(staff: StaffPages) -> None:
    """Whoever comes (again) reads the day; many changes are one word."""
    async with aclosing(follow(staff, staff.unit.who())) as stream:
        assert await word(stream) == CHANGED_LINE
        for name in ("anna", "bo"):
            await staff.unit.book(name)
        await staff.unit.opens()
        for name in ("anna", "bo"):
            await staff.unit.comes(name)
        assert await word(stream) == CHANGED_LINE
        await silence(stream)


async def test_a_knock_is_told_to_whose_room_it_is(staff: StaffPages) -> None:
    """And to supervisors; not to a colleague, whose page it does not change."""
    await staff.unit.book("anna")
    room = await staff.unit.opens()
    boss = staff.unit.who("kim", supervises=frozenset({room.unit}))
    async with (
        aclosing(follow(staff, staff.unit.who())) as mine,
        aclosing(follow(staff, boss)) as theirs,
        aclosing(follow(staff, staff.unit.who("lars", unit="ward7"))) as other,
    ):
        for stream in (mine, theirs, other):
            await word(stream)
        await staff.unit.comes("anna")
        assert await word(mine) == CHANGED_LINE
        assert await word(theirs) == CHANGED_LINE
        await silence(other)


async def test_an_appointment_that_changes_is_told_to_whom_it_concerns(staff: StaffPages) -> None:
    """Booking, letters, arrivals: looked up; its own staff and supervisors hear of it, a colleague does not."""
    await staff.unit.book("anna")
    async with (
        aclosing(follow(staff, staff.unit.who())) as mine,
        aclosing(follow(staff, staff.unit.who("kim", supervises=frozenset({UNIT.id})))) as boss,
        aclosing(follow(staff, staff.unit.who("lars"))) as other,
    ):
        for stream in (mine, boss, other):
            await word(stream)
        staff.unit.office.changed("anna")
        assert await word(mine) == CHANGED_LINE
        assert await word(boss) == CHANGED_LINE
        await silence(other)


async def test_the_shared_queue_is_told_to_the_whole_unit(staff: StaffPages) -> None:
    """And to nobody elsewhere; a room that is covered concerns whoever covers."""
    await staff.unit.book("anna", staff="")
    await staff.unit.book("bo")
    room = await staff.unit.opens()
    await cover(staff.unit.desk, staff.unit.who(), room.node, "kim")
    async with (
        aclosing(follow(staff, staff.unit.who("kim"))) as kim,
        aclosing(follow(staff, staff.unit.who("lars", unit="ward7"))) as other,
    ):
        for stream in (kim, other):
            await word(stream)
        for name in ("anna", "bo"):
            staff.unit.office.changed(name)
            assert await word(kim) == CHANGED_LINE
        await silence(other)


async def test_a_whole_import_is_one_word(staff: StaffPages) -> None:
    """Thousands of bookings are not looked up one by one: everybody reads their day once."""
    looked = 0
    find = staff.unit.office.store.appointment

    async def counted(appointment_id: str) -> object:
        nonlocal looked
        looked += 1
        return await find(appointment_id)

    staff.unit.office.store.appointment = counted  # type: ignore[method-assign,assignment]  # only counts
    async with aclosing(follow(staff, staff.unit.who("lars", unit="ward7"))) as stream:
        await word(stream)
        for number in range(LOOKED_AT + 1):
            staff.unit.office.changed(f"a{number}")
        assert await word(stream) == CHANGED_LINE
        assert looked == 0


async def test_signs_of_life(staff: StaffPages) -> None:
    """So that a page knows that the line is not dead."""
    feed = StaffFeed(staff.unit.desk, alive=0.05)
    async with aclosing(feed.follow(staff.unit.who(), always)) as stream:
        assert await word(stream) == CHANGED_LINE
        assert await word(stream) == ALIVE_LINE
    feed.close()


async def test_the_stream_ends_with_the_session(staff: StaffPages) -> None:
    """Signed out in another window: no word more."""
    mette = await staff.signed_in()
    cookie = mette.http.cookies.get("__Host-portner-staff") or ""
    session = await signed_in(staff.unit.office, cookie)
    assert session is not None

    async def still_in() -> bool:
        return await signed_in(staff.unit.office, cookie) is not None

    async with aclosing(staff.feed.follow(session, still_in)) as stream:
        await word(stream)
        await sign_out(staff.unit.office, session)
        staff.feed.everything_changed()
        with pytest.raises(StopAsyncIteration):
            await word(stream)


async def test_a_page_that_closes_cuts_no_reading_off(staff: StaffPages) -> None:
    """Whether the session goes on is asked to the end, though nobody waits for the answer any more."""
    asked, answer, heard = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def still_in() -> bool:
        asked.set()
        await answer.wait()
        heard.set()
        return True

    page = asyncio.ensure_future(anext(staff.feed.follow(staff.unit.who(), still_in)))
    async with asyncio.timeout(PATIENCE):
        await asked.wait()
        page.cancel()
        await asyncio.gather(page, return_exceptions=True)
        answer.set()
        await heard.wait()


async def test_closing_ends_every_stream(staff: StaffPages) -> None:
    """The agent stops."""
    async with aclosing(follow(staff, staff.unit.who())) as stream:
        await word(stream)
        staff.feed.close()
        with pytest.raises(StopAsyncIteration):
            await word(stream)


async def test_a_stranger_gets_no_stream(staff: StaffPages) -> None:
    """401 for the script; nothing to read."""
    stranger: Surfer = staff.browser()
    assert (await stranger.look("/staff/events")).status_code == 401

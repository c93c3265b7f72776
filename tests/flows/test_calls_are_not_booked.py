"""A hotline call is nobody's booking: calling systems neither see nor change it, and its link is the caller's alone."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.flows.staffed import Staffed, open_staffed
from tests.rules.scenes import HOTLINE
from xmpp_agent.flows import hotline
from xmpp_agent.flows.booking import By, new_link
from xmpp_agent.flows.hotline_caller import caller_link
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.rebooking import cancel, find
from xmpp_agent.model.appointments import Appointment, Companion
from xmpp_agent.model.people import CompanionKind, Person, Role
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.ports.booking import Span
from xmpp_agent.ports.diary import Enrolment

CALENDAR = By("calendar", "calendar")


@pytest.fixture
async def unit(tmp_path: Path) -> AsyncIterator[Staffed]:
    """A unit with a hotline."""
    async with open_staffed(tmp_path) as opened:
        await opened.office.records.keep(opened.office.line("policy", "test"), HOTLINE)
        yield opened


async def called(unit: Staffed) -> Appointment:
    """Somebody is on the telephone."""
    started = await hotline.start_call(unit.desk, unit.who(), "20 12 34 56")
    call = await unit.desk.calls.call(started.call)
    assert call is not None
    return await unit.appointment(call.appointment)


async def test_a_calling_system_neither_sees_nor_ends_a_call(unit: Staffed) -> None:
    """By its id it is not there, and it is in no list; a booked appointment of the same unit is."""
    call = await called(unit)
    await unit.book("anna")
    for act in (find, cancel):
        with pytest.raises(Refused) as refused:
            await act(unit.office, call.id, CALENDAR)
        assert refused.value.verdict.reason is Reason.NO_APPOINTMENT
    span = Span(call.starts_at - 86400, call.starts_at + 86400, most=10)
    assert [one.id for one in await unit.office.bookings.listed(span)] == ["anna"]


async def test_a_companions_link_is_no_hotline_link(unit: Staffed) -> None:
    """Whoever holds a link of a call without being its caller gets nothing by it."""
    call = await called(unit)
    eve = Person("eve", call.unit, "Eve")
    link = new_link(unit.office.marks, call.id, eve.id, unit.office.clock.now())
    await unit.office.records.keep(
        unit.office.line("companion", "test", call.id),
        Enrolment(eve, Role.COMPANION),
        Companion(call.id, eve, CompanionKind.INTERPRETER),
        link,
    )
    assert await caller_link(unit.office, unit.desk.calls, link.code) is None


async def test_a_dead_link_stays_dead(unit: Staffed) -> None:
    """Somebody who read it before it was revoked, and writes down that it was opened, does not bring it back."""
    await unit.book("anna")
    now = unit.office.clock.now()
    made = new_link(unit.office.marks, "anna", "anna", now)
    line = unit.office.line("link", "test", "anna")
    await unit.office.records.keep(line, made)
    await unit.office.records.keep(line, replace(made.link, revoked_at=now + 1))
    await unit.office.records.keep(line, replace(made.link, opened_at=now + 2))
    found = await unit.office.visitors.link(made.link.mark)
    assert found is not None
    assert (found.opened_at, found.revoked_at) == (now + 2, now + 1)

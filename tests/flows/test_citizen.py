"""A citizen's way from link to pass, on a real database."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.an_office import CPR, OpenOffice, open_office
from tests.rules.scenes import HOTLINE, NOW
from xmpp_agent.flows import citizen
from xmpp_agent.flows.office import Refused
from xmpp_agent.model.appointments import Outcome
from xmpp_agent.model.people import CompanionKind, Level, Role
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Arrival, DeviceTest, Link, Session
from xmpp_agent.ports.login import Identity
from xmpp_agent.rules.arrival import Step
from xmpp_agent.rules.passes import seat_of

ANNA_LOGS_IN = Identity("https://broker.test", "sub", Level.SUBSTANTIAL, name="Anna", cpr=CPR)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[OpenOffice]:
    """An office."""
    async with open_office(tmp_path) as opened:
        yield opened


async def logged_in(here: OpenOffice, identity: Identity = ANNA_LOGS_IN) -> Session:
    """Anna's browser behind her link, after that login."""
    session, _ = await citizen.begin(here.office, await here.link())
    return (await citizen.logged_in(here.office, session, identity))[0]


async def step_of(here: OpenOffice, session: Session) -> Step | None:
    """What comes next."""
    visitor = await citizen.by_session(here.office, session)
    return visitor.step if visitor else None


def token_of(address: str) -> str:
    """The pass in an address of Jitsi."""
    return str(json.loads(unquote(urlsplit(address).fragment.partition("jwt=")[2].partition("&")[0])))


async def test_link_button_login_and_the_last_button_give_a_pass_for_this_person_and_room(here: OpenOffice) -> None:
    """The pass is the citizen's, for their appointment, with level and identity of the login and nothing personal."""
    made = await here.appointment()
    session = await logged_in(here)
    assert await step_of(here, session) is Step.GO
    address = await citizen.go(here.office, session)
    pass_ = here.passes.read(token_of(address))
    assert (pass_.role, pass_.person, pass_.appointment, pass_.room) == (Role.CITIZEN, "anna", "anna", made.room)
    assert (pass_.level, pass_.proved) == (Level.SUBSTANTIAL, made.invited)
    assert CPR not in address
    arrival = await here.office.visitors.arrival("anna", "anna")
    assert arrival is not None
    assert arrival.verified
    assert arrival.passed_by == session.mark


async def test_looking_changes_nothing(here: OpenOffice) -> None:
    """Twenty looks write no line, open no link; the person who comes after them finds everything as it was."""
    await here.appointment()
    code = await here.link()
    before = (await here.database.visitors.links_of("anna"))[0]
    for _ in range(20):
        visitor = await citizen.look(here.office, code)
        assert visitor is not None
        assert visitor.step is Step.BEGIN
    assert (await here.database.visitors.links_of("anna"))[0] == before
    assert before.link.opened_at is None
    await citizen.begin(here.office, code)
    assert (await here.database.visitors.links_of("anna"))[0].link.opened_at == NOW


@pytest.mark.parametrize("code", ["", "x", "7Kq2Wp9x7Kq2Wp9x7", "'; drop table links; --", "æ" * 17, "a" * 5000])
async def test_a_code_nobody_made_is_a_dead_link(here: OpenOffice, code: str) -> None:
    """Whatever is tried, nothing stands behind it and no session comes of it."""
    await here.appointment()
    await here.link()
    assert await citizen.look(here.office, code) is None
    with pytest.raises(Refused):
        await citizen.begin(here.office, code)


async def test_somebody_else_who_logs_in_gets_no_pass_and_staff_see_it(here: OpenOffice) -> None:
    """The wrong person stops at a page; the arrival says that a login was not the invited person's."""
    await here.appointment()
    session = await logged_in(here, replace(ANNA_LOGS_IN, cpr="0202020202"))
    assert await step_of(here, session) is Step.WRONG_PERSON
    with pytest.raises(Refused) as refused:
        await citizen.go(here.office, session)
    assert refused.value.verdict.reason is Reason.WRONG_PERSON
    arrival = await here.office.visitors.arrival("anna", "anna")
    assert arrival is not None
    assert (arrival.verified, arrival.login_at, arrival.passed_at) == (False, NOW, None)


async def test_a_strangers_login_takes_nothing_from_the_invited_persons(here: OpenOffice) -> None:
    """Anna is verified; somebody with her link fails in another browser: staff's row stays, the try is on record."""
    await here.appointment()
    await logged_in(here)
    proved = await here.office.visitors.arrival("anna", "anna")
    here.clock.at += 60
    stranger = await logged_in(here, replace(ANNA_LOGS_IN, cpr="0202020202", level=Level.HIGH))
    assert await step_of(here, stranger) is Step.WRONG_PERSON
    assert await here.office.visitors.arrival("anna", "anna") == proved
    assert proved is not None
    assert (proved.verified, proved.level, proved.login_at) == (True, Level.SUBSTANTIAL, NOW)


async def test_a_login_at_too_low_a_level_or_without_identity_gets_no_pass(here: OpenOffice) -> None:
    """What the appointment asks for is compared with what came back, never with what was asked."""
    await here.appointment()
    low = await logged_in(here, replace(ANNA_LOGS_IN, level=Level.LOW))
    assert await step_of(here, low) is Step.LEVEL_TOO_LOW
    nameless = await logged_in(here, replace(ANNA_LOGS_IN, cpr=""))
    assert await step_of(here, nameless) is Step.WRONG_PERSON
    for session in (low, nameless):
        with pytest.raises(Refused):
            await citizen.go(here.office, session)


async def test_a_login_changes_the_cookie_and_the_old_one_is_over(here: OpenOffice) -> None:
    """A cookie planted before the login is worth nothing after it."""
    await here.appointment()
    before, old_cookie = await citizen.begin(here.office, await here.link())
    after, new_cookie = await citizen.logged_in(here.office, before, ANNA_LOGS_IN)
    assert old_cookie != new_cookie
    assert await citizen.session_of(here.office, old_cookie) is None
    assert await citizen.session_of(here.office, new_cookie) == after
    assert await citizen.session_of(here.office, "") is None


async def test_a_session_has_an_end(here: OpenOffice) -> None:
    """A browser is known no longer than its session lives."""
    await here.appointment()
    session, cookie = await citizen.begin(here.office, await here.link())
    assert await citizen.session_of(here.office, cookie) == session
    here.clock.at = session.expires_at
    assert await citizen.session_of(here.office, cookie) is None


async def test_a_link_survives_that_the_appointment_moves(here: OpenOffice) -> None:
    """It says neither time nor room: the same code leads to the new time."""
    made = await here.appointment()
    code = await here.link()
    later = replace(made, starts_at=NOW + 7200, ends_at=NOW + 9000, version=2, sequence=1)
    await here.office.records.keep(here.office.line("move", "test", "anna"), later)
    visitor = await citizen.look(here.office, code)
    assert visitor is not None
    assert (visitor.step, visitor.opens_at) == (Step.TOO_EARLY, NOW + 7200 - 1800)


async def test_what_was_taken_back_or_is_over_leads_nowhere(here: OpenOffice) -> None:
    """Cancelled and booked as absent have pages of their own; a revoked link is dead."""
    made = await here.appointment()
    code = await here.link()
    cancelled = replace(made, version=2, cancelled_at=NOW)
    await here.office.records.keep(here.office.line("cancel", "test", "anna"), cancelled)
    visitor = await citizen.look(here.office, code)
    assert visitor is not None
    assert visitor.step is Step.CANCELLED
    absent = replace(cancelled, version=3, cancelled_at=None, outcome=Outcome.ABSENT)
    await here.office.records.keep(here.office.line("absent", "test", "anna"), absent)
    visitor = await citizen.look(here.office, code)
    assert visitor is not None
    assert visitor.step is Step.OVER
    await here.office.records.keep(here.office.line("revoke", "test", "anna"), replace(visitor.link, revoked_at=NOW))
    assert await citizen.look(here.office, code) is None


async def test_an_interpreter_comes_by_an_own_link_and_says_to_be_of_age(here: OpenOffice) -> None:
    """No login; the role is the booking's; without the confirmation no pass."""
    await here.appointment(companion=CompanionKind.INTERPRETER)
    session, _ = await citizen.begin(here.office, await here.link("anna", "annas-helper"))
    assert await step_of(here, session) is Step.CONFIRM_AGE
    with pytest.raises(Refused):
        await citizen.go(here.office, session)
    await citizen.of_age(here.office, session)
    pass_ = here.passes.read(token_of(await citizen.go(here.office, session)))
    assert (pass_.role, pass_.kind, pass_.level) == (Role.COMPANION, CompanionKind.INTERPRETER, Level.NONE)


async def test_a_forwarded_link_without_login_opens_nothing_while_the_first_is_there(here: OpenOffice) -> None:
    """A second browser gets no pass that would take the seat; when the first is gone, it may."""
    await here.appointment(policy=HOTLINE)
    code = await here.link()
    first, _ = await citizen.begin(here.office, code)
    await citizen.go(here.office, first)
    second, _ = await citizen.begin(here.office, code)
    here.connect(seat_of("anna", "anna"))
    assert await step_of(here, second) is Step.USED_ELSEWHERE
    with pytest.raises(Refused):
        await citizen.go(here.office, second)
    assert await step_of(here, first) is Step.GO
    here.office.house.disconnect("someone")
    assert await step_of(here, second) is Step.GO


async def test_the_device_test_is_there_for_staff(here: OpenOffice) -> None:
    """Its result and time are kept with the arrival, days ahead, too; and the link it was made by has arrived."""
    await here.appointment(starts_in=9 * 86400)
    code, opened = await here.link(), list[Link]()

    async def hears(link: Link) -> None:
        opened.append(link)

    here.office.on_opened.append(hears)
    await citizen.tested(here.office, code, DeviceTest.BLOCKED)
    arrival = await here.office.visitors.arrival("anna", "anna")
    assert arrival == Arrival("anna", "anna", DeviceTest.BLOCKED, NOW)
    assert [link.opened_at for link in opened] == [NOW]


async def test_nothing_is_tested_for_a_meeting_that_will_not_be(here: OpenOffice) -> None:
    """Cancelled, over, or behind a link that is none: refused, and nothing is kept."""
    made = await here.appointment()
    code = await here.link()
    for ended in (replace(made, cancelled_at=NOW, version=2), replace(made, outcome=Outcome.ATTENDED, version=3)):
        await here.office.records.keep(here.office.line("end", "test", made.id), ended)
        with pytest.raises(Refused):
            await citizen.tested(here.office, code, DeviceTest.GOOD)
    with pytest.raises(Refused):
        await citizen.tested(here.office, "nothing-behind-it", DeviceTest.GOOD)
    assert await here.office.visitors.arrival("anna", "anna") is None


@pytest.mark.parametrize("order", permutations(range(3)), ids=str)
async def test_what_happens_at_the_same_moment_is_all_kept(here: OpenOffice, order: tuple[int, ...]) -> None:
    """Into the meeting, a device test and a sign of being of age, each begun before any is written: none is lost."""
    await here.appointment()
    session, code = await logged_in(here), await here.link()
    acts = (
        citizen.go(here.office, session),
        citizen.tested(here.office, code, DeviceTest.GOOD),
        citizen.of_age(here.office, session),
    )
    await asyncio.gather(*(acts[act] for act in order))
    kept = await here.office.visitors.arrival("anna", "anna")
    assert kept is not None
    assert (kept.passed_by, kept.device, kept.of_age_at, kept.verified) == (session.mark, DeviceTest.GOOD, NOW, True)


async def test_of_two_logins_at_once_the_right_one_stands(here: OpenOffice) -> None:
    """A forwarded link in another browser takes nothing from the invited person, whichever comes first."""
    await here.appointment()
    stranger = replace(ANNA_LOGS_IN, cpr="0202020202")
    (anna, _), (other, _) = [await citizen.begin(here.office, await here.link()) for _ in range(2)]
    await asyncio.gather(
        citizen.logged_in(here.office, other, stranger), citizen.logged_in(here.office, anna, ANNA_LOGS_IN)
    )
    kept = await here.office.visitors.arrival("anna", "anna")
    assert kept is not None
    assert kept.verified


async def test_the_units_queue_keeps_order_and_ends_when_somebody_calls(here: OpenOffice) -> None:
    """Places count from one in order of arrival, survive a reload, and are none once staff took the appointment."""
    first = await here.appointment("anna", policy=HOTLINE, staff="")
    await here.appointment("bo", policy=HOTLINE, staff="")
    sessions = {name: (await citizen.begin(here.office, await here.link(name)))[0] for name in ("anna", "bo")}
    assert await citizen.stand_in_line(here.office, sessions["anna"]) == 1
    here.clock.at += 5
    assert await citizen.stand_in_line(here.office, sessions["bo"]) == 2
    here.clock.at += 60
    assert await citizen.stand_in_line(here.office, sessions["anna"]) == 1
    with pytest.raises(Refused):
        await citizen.go(here.office, sessions["anna"])
    await here.office.records.keep(here.office.line("next", "mette", "anna"), replace(first, staff="mette", version=2))
    assert await citizen.stand_in_line(here.office, sessions["anna"]) is None
    assert await citizen.stand_in_line(here.office, sessions["bo"]) == 1

"""Letters of an agent that does not see Prosody: called off at the console they are dropped; else they are sent."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.flows.calendar import WISH, WRITTEN_TO
from tests.prosody import free_ports
from tests.ready_made import furnish
from xmpp_agent.edges.keys.files import write_secret
from xmpp_agent.edges.store.sqlite.lead import Lead
from xmpp_agent.flows.booking import By, Wish, book
from xmpp_agent.model.letters import LetterState
from xmpp_agent.model.units import Unit
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.settings import Settings
from xmpp_agent.settings_site import SiteSettings
from xmpp_agent.wire import InvitationNext
from xmpp_agent.wiring import Agent, open_agent

ALL = frozenset({"*"})


@pytest.fixture
async def agent(tmp_path: Path) -> AsyncIterator[Agent]:
    """An agent with a site, which nobody has started."""
    site = SiteSettings(origin="http://localhost", port=0, authority="Lilleby Kommune", phone="00 00 00 00")
    settings = Settings(
        domain="meet.example.dk", data_dir=tmp_path, component_port=free_ports(1)[0], audit_sync="normal", site=site
    )
    await furnish(tmp_path)
    write_secret(settings.component_secret_file, b"no secret")
    async with open_agent(settings) as opened:
        yield opened


async def booked(agent: Agent) -> str:
    """An appointment in an hour, to which somebody is about to be invited."""
    assert agent.site is not None
    office = agent.site.office
    unit = Unit(WISH.unit, "Jobcenter", "Kommunen", "00 00 00 00")
    await office.records.keep(office.line("policy-load", "test"), unit, WRITTEN_TO)
    now = office.clock.now()
    wish = Wish(unit.id, WRITTEN_TO.id, now + 3600, now + 5400, WISH.citizen)
    return (await book(office, wish, By("test"))).entry.appointment.id


async def test_the_invitation_that_had_not_left_is_dropped(agent: Agent) -> None:
    """As when a calendar calls it off: letters, version and line on record."""
    ident = await booked(agent)
    verdict = await agent.desk.cancel(ident, ALL, "uid:0")
    assert verdict.is_open
    assert agent.site is not None
    office = agent.site.office
    assert {letter.state for letter in await office.mailroom.letters_of(ident)} == {LetterState.DROPPED}
    entry = await office.diary.entry(ident)
    assert entry is not None
    assert (entry.appointment.cancelled, entry.appointment.version) == (True, 2)


async def test_only_a_supervisor_of_the_unit_calls_it_off(agent: Agent) -> None:
    """Others are refused before anything is looked at."""
    ident = await booked(agent)
    verdict = await agent.desk.cancel(ident, frozenset({"Psykiatri"}), "uid:0")
    assert verdict.reason is Reason.NOT_YOUR_UNIT
    assert (await agent.desk.cancel("nothing", ALL, "uid:0")).reason is Reason.UNKNOWN_ROOM


@pytest.mark.parametrize("another", [True, False])
async def test_without_prosody_the_post_goes_on_by_one_agent(agent: Agent, tmp_path: Path, another: bool) -> None:
    """Sees nobody at the door and has the lock: what is due is tried. Another one has it: nothing is touched."""
    ident = await booked(agent)
    assert agent.site is not None
    other = Lead(Settings(domain="meet.example.dk", data_dir=tmp_path).database, lambda: False, lambda: False)
    if another:
        assert other.leads()
    await agent.site.post.look()
    letters = await agent.site.office.mailroom.letters_of(ident)
    assert ({letter.state for letter in letters} == {LetterState.QUEUED}) is another
    other.let_go()


async def test_the_console_of_an_agent_with_pages_shows_whom_nobody_reached(agent: Agent) -> None:
    """No gateway carries anything here: the ladder ends in a call, and the board of the unit's supervisor says so."""
    ident = await booked(agent)
    assert agent.site is not None
    for _ in range(3):
        await agent.site.post.look()
    [row] = (await agent.desk.board(frozenset({WISH.unit}))).invitations
    assert (row.appointment, row.next) == (ident, InvitationNext.CALL)
    assert {way.fault for way in row.ways} == {"not_allowed"}

"""Somebody else is invited to what stands: nobody is recorded on the yes of whoever it was before."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.flows.staffed import Staffed, open_staffed
from tests.flows.test_consent import RECORDED, entry, given, lets_anna_in, made, presses, says
from xmpp_agent.flows import rebooking
from xmpp_agent.flows.booking import By
from xmpp_agent.flows.case_papers import case_of, consent_entry
from xmpp_agent.flows.consent import Answer, answered, ask
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.rebooking import Change
from xmpp_agent.model.people import Reach
from xmpp_agent.model.recordings import Agreement, Fault, HowAsked, Stage
from xmpp_agent.model.verdicts import Reason

STAFF = By("mette")
BO = Change(cpr="020202-0202", name="Bo Bang")


@pytest.fixture
async def unit(tmp_path: Path) -> AsyncIterator[Staffed]:
    """Anna is inside with mette, was asked, and said yes."""
    async with open_staffed(tmp_path) as opened:
        await opened.book("anna", policy=RECORDED, reach=Reach("+4520123456"))
        await opened.opens()
        await opened.comes("anna")
        await lets_anna_in(opened)
        await ask(opened.desk, opened.who(), "anna")
        await says(opened, Agreement.YES)
        yield opened


async def bo_is_invited(unit: Staffed) -> None:
    """It was Bo's number that should have stood there."""
    await rebooking.change(unit.office, "anna", BO, STAFF)
    await unit.settled()


async def test_a_yes_is_not_that_of_whoever_is_invited_next(unit: Staffed) -> None:
    """It is taken back in their name, what was asked for ends, and record is refused until Bo said yes himself."""
    await bo_is_invited(unit)
    assert [(one.answer, one.how, one.by) for one in await given(unit)][1:] == [
        (Agreement.WITHDRAWN, HowAsked.VOID, "agent")
    ]
    assert [(one.stage, one.fault) for one in await made(unit)] == [(Stage.DECLINED, Fault.SAID_NO)]
    assert await presses(unit) is Reason.CONSENT_MISSING
    await says(unit, Agreement.YES)
    assert await presses(unit) is Reason.ALLOWED


async def test_what_is_on_ends(unit: Staffed) -> None:
    """At once, and whoever of before reloads is not let back into it."""
    assert await presses(unit) is Reason.ALLOWED
    node = (await entry(unit)).appointment.room
    await bo_is_invited(unit)
    assert unit.prosody.rooms[node].stops == 1
    assert [one.stage for one in await made(unit)] == [Stage.EXPECTED]


async def test_what_one_knows_better_of_the_same_person_changes_no_answer(unit: Staffed) -> None:
    """Another name, another number: it is still them who said yes."""
    await rebooking.change(unit.office, "anna", Change(name="Anna Jensen", phone="20 65 43 21"), STAFF)
    assert [one.answer for one in await given(unit)] == [Agreement.YES]
    assert await presses(unit) is Reason.ALLOWED


async def test_whoever_answers_at_this_moment_is_waited_for(unit: Staffed) -> None:
    """Their answer is written first, and counts no longer afterwards."""
    async with unit.house.lanes.held("consent anna"):
        changes = asyncio.create_task(rebooking.change(unit.office, "anna", BO, STAFF))
        done, _ = await asyncio.wait({changes}, timeout=0.3)
        assert not done
    await changes
    assert [one.how for one in await given(unit)][1:] == [HowAsked.VOID]


async def test_an_answer_on_its_way_is_not_that_of_whoever_is_invited_by_then(unit: Staffed) -> None:
    """Anna pressed on her page just before: it is refused, not Bo's."""
    annas = await entry(unit)
    await bo_is_invited(unit)
    with pytest.raises(Refused):
        await answered(unit.office, annas, Answer("anna", Agreement.YES, HowAsked.PAGE, "anna", "da"))
    assert len(await given(unit)) == 2


async def test_the_case_does_not_say_that_bo_agreed(unit: Staffed) -> None:
    """Anna's answer is filed as that of somebody else; Bo's as his."""
    await bo_is_invited(unit)
    await says(unit, Agreement.YES)
    case = await case_of(unit.office.diary, unit.desk.recordings, "anna")
    assert case is not None
    filed = [(await consent_entry(unit.office.diary, case, one)).text for one in case.consents]
    assert ["Bo Bang" in text for text in filed] == [False, False, True]
    assert "ophævet" in filed[1]

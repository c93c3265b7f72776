"""Taking a yes back is as easy as giving it: whatever the policy says by now, and whoever else has not answered."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.flows.custodian import RECORDED, TERMS, Custodian, open_custodian
from tests.flows.test_filing import taken_in
from tests.rules import scenes
from xmpp_agent.flows import recording
from xmpp_agent.flows.consent import questions
from xmpp_agent.flows.office import Refused
from xmpp_agent.model.appointments import Plan
from xmpp_agent.model.recordings import Agreement, Stage
from xmpp_agent.rules.recording import consent

ON_TAPE = replace(RECORDED, id="on-tape", plan=Plan(recording=replace(TERMS, on_tape=True)))


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Custodian]:
    """A recording room; nothing booked."""
    async with open_custodian(tmp_path) as here:
        yield here


def goes_on(room: Custodian, agreed: frozenset[str]) -> str:
    """Anna's visit, recorded, with these on it; its room."""
    state = scenes.room(scenes.inside(scenes.staff()), scenes.inside(scenes.citizen()), of="anna", recording=True)
    room.around.office.house.settle(replace(state, agreed=agreed))
    return state.room.node


async def may_say(room: Custodian) -> tuple[Agreement, ...]:
    """What is offered to Anna after the meeting."""
    found = await questions(room.around.office, await room.entry(), "da")
    return consent.open_answers(found[0].answer, only_back=True, erases=found[0].erases) if found else ()


async def test_a_yes_may_be_taken_back_though_nothing_may_be_recorded_any_more(room: Custodian) -> None:
    """And nothing else may be said: no new yes, no no."""
    await room.book(companion="tolk")
    await room.says(Agreement.YES)
    booked = (await room.entry()).appointment
    closed = replace(RECORDED, recording_allowed=False)
    office = room.around.office
    after = replace(booked, policy=closed, version=booked.version + 1)
    await office.records.keep(office.line("policy", "test"), closed, after)
    with pytest.raises(Refused):
        await room.says(Agreement.YES, person="tolk")
    with pytest.raises(Refused):
        await room.says(Agreement.NO, person="tolk")
    assert [one.person.id for one in await questions(office, await room.entry(), "da")] == ["anna"]
    await room.says(Agreement.WITHDRAWN)
    assert await questions(office, await room.entry(), "da") == ()


async def test_whoever_agreed_on_the_recording_may_have_it_erased_until_it_is_filed(room: Custodian) -> None:
    """A no after the meeting; once it is in the case there is nothing left to press."""
    await room.book(policy=ON_TAPE)
    assert await may_say(room) == ()
    await taken_in(room)
    assert await may_say(room) == (Agreement.NO,)
    await room.says(Agreement.NO)
    await room.look()
    assert (await room.row()).stage is Stage.DELETED
    assert room.filed("recording") == {}
    await room.book("bo", policy=ON_TAPE)
    await taken_in(room, "bo", "s-2")
    await room.look()
    [asked] = await questions(room.around.office, await room.entry("bo"), "da")
    assert not asked.erases


async def test_whoever_said_yes_comes_in_whatever_the_others_say(room: Custodian) -> None:
    """An interpreter who never came and never answered keeps nobody out; nor does a yes let anybody else in."""
    await room.book(companion="tolk")
    node = goes_on(room, frozenset())
    await room.says(Agreement.YES)
    assert room.around.office.house.rooms[node].agreed == {"anna"}


async def test_a_yes_for_another_day_lets_nobody_in_now(room: Custodian) -> None:
    """Bo's visit is on in that room: Anna's answer is about hers."""
    await room.book()
    await room.book("bo")
    node = goes_on(room, frozenset({"anna"}))
    await room.says(Agreement.YES, "bo")
    assert room.around.office.house.rooms[node].agreed == {"anna"}


async def test_a_yes_while_nothing_is_on_lets_nobody_onto_a_recording(room: Custodian) -> None:
    """Who may be recorded is settled when one begins."""
    await room.book()
    node = goes_on(room, frozenset())
    house = room.around.office.house
    house.settle(replace(house.rooms[node], recording=False))
    await room.says(Agreement.YES)
    assert house.rooms[node].agreed == frozenset()


async def test_an_answer_changes_nothing_of_another_appointment(room: Custodian) -> None:
    """Both were asked in the same room."""
    await room.book()
    await room.book("bo")
    annas, bos = await room.at(Stage.REQUESTED), await room.at(Stage.REQUESTED, "bo", "s-2")
    await room.says(Agreement.YES)
    assert ((await room.row(annas.id)).stage, await room.row(bos.id)) == (Stage.CONSENTED, bos)
    await room.says(Agreement.WITHDRAWN)
    assert await room.row(bos.id) == bos


async def test_after_a_restart_who_may_be_recorded_is_known_again(room: Custodian) -> None:
    """By the answers on record: whoever said yes finds the way back, whoever did not does not."""
    await room.book(companion="tolk")
    await room.says(Agreement.YES)
    await room.says(Agreement.NO, person="tolk")
    node = goes_on(room, frozenset())
    await recording.recall_agreed(room.around.office.house, node)
    assert "anna" in room.around.office.house.rooms[node].agreed
    assert "tolk" not in room.around.office.house.rooms[node].agreed

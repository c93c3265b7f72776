"""Asked whether they may be recorded: by staff, on their own page, aloud; and a yes that is taken back ends it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.flows.model_prosody import ROOMS
from tests.flows.staffed import Staffed, open_staffed
from tests.flows.test_staff_door import looks_at, record
from tests.rules.scenes import POLICY
from xmpp_agent.flows import consent, recording
from xmpp_agent.flows.consent import Answer, ask, write_down
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.questions import Question
from xmpp_agent.flows.staff_day import my_day
from xmpp_agent.flows.staff_door import let_one_in
from xmpp_agent.flows.staff_rows import Row
from xmpp_agent.model.appointments import Companion, Entry
from xmpp_agent.model.people import CompanionKind, Person, Role
from xmpp_agent.model.recordings import Agreement, Consent, Fault, HowAsked, Recording, Stage
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.ports.diary import Enrolment
from xmpp_agent.ports.recordings import RoomRecordings
from xmpp_agent.rules.recording.consent import bars_filing

RECORDED = replace(POLICY, id="recorded", recording_allowed=True)


@pytest.fixture
async def unit(tmp_path: Path) -> AsyncIterator[Staffed]:
    """Anna is inside with mette, under a policy that allows recordings."""
    async with open_staffed(tmp_path) as opened:
        await opened.book("anna", policy=RECORDED)
        await opened.opens()
        await opened.comes("anna")
        await lets_anna_in(opened)
        yield opened


async def lets_anna_in(unit: Staffed) -> None:
    """Let anna in."""
    await let_one_in(unit.desk, unit.who(), "anna")
    assert await unit.obeys("anna") == "inside"


async def entry(unit: Staffed) -> Entry:
    """Anna's appointment as it is now."""
    found = await unit.office.diary.entry("anna")
    assert found is not None
    return found


async def says(unit: Staffed, said: Agreement, person: str = "anna", language: str = "da") -> None:
    """An answer on somebody's own page."""
    await consent.answered(unit.office, await entry(unit), Answer(person, said, HowAsked.PAGE, person, language))
    await unit.settled()


async def given(unit: Staffed) -> tuple[Consent, ...]:
    """Every answer on record."""
    return (await unit.desk.recordings.consents(["anna"])).get("anna", ())


async def made(unit: Staffed) -> list[Recording]:
    """Every recording of hers."""
    return list((await unit.desk.recordings.of(["anna"])).get("anna", ()))


async def row(unit: Staffed, person: str = "mette") -> Row:
    """Anna's row as staff see it."""
    [found] = (await my_day(unit.desk, unit.who(person))).mine.rows
    return found


async def presses(unit: Staffed) -> Reason:
    """Mette presses record in Jitsi; when she may, it is on."""
    client, node = unit.clients["mette"], (await entry(unit)).appointment.room
    asked = Question("record-start", unit.around.clock.at, f"{node}@{ROOMS}", client.jid, pass_id=client.pass_.id)
    verdict = (await recording.record(unit.house, replace(asked, mode="file"))).verdict
    if verdict.is_open:
        unit.prosody.recorded(node, "on", recorder=True)
        await unit.settled()
    return verdict.reason


async def refused(unit: Staffed, reason: Reason, person: str, said: str, whose: str = "anna") -> None:
    """Writing that down is refused, and no answer is on record for it."""
    before = await given(unit)
    with pytest.raises(Refused) as caught:
        await write_down(unit.desk, unit.who(person), "anna", whose, said)
    assert caught.value.verdict.reason is reason
    assert await given(unit) == before


async def test_staff_ask_and_the_citizen_agrees(unit: Staffed) -> None:
    """The row of what was asked for goes on by the answer, and the row says what the button would say."""
    assert (await row(unit)).facts.pressing is Reason.CONSENT_MISSING
    await ask(unit.desk, unit.who(), "anna")
    [asked] = await made(unit)
    assert (asked.stage, asked.asked_by) == (Stage.REQUESTED, "mette")
    with pytest.raises(Refused) as caught:
        await ask(unit.desk, unit.who(), "anna")
    assert caught.value.verdict.reason is Reason.ALREADY_ASKED
    await says(unit, Agreement.YES, language="en")
    [answer] = await given(unit)
    assert (answer.answer, answer.how, answer.by, answer.language) == (Agreement.YES, HowAsked.PAGE, "anna", "en")
    assert answer.text.startswith("We would like to record")
    assert [one.stage for one in await made(unit)] == [Stage.CONSENTED]
    assert (await row(unit)).facts.pressing is Reason.ALLOWED
    assert await presses(unit) is Reason.ALLOWED
    assert [one.stage for one in await made(unit)] == [Stage.ON]
    assert (await row(unit)).facts.pressing is Reason.ALREADY_RECORDING
    assert {("mette", "recording-requested"), ("anna", "consent-yes")} <= set(looks_at(unit, "anna"))


async def test_a_no_ends_what_was_asked_for_and_may_be_asked_again(unit: Staffed) -> None:
    """The meeting goes on; asked again it is another row."""
    await ask(unit.desk, unit.who(), "anna")
    await says(unit, Agreement.NO)
    assert [(one.stage, one.fault) for one in await made(unit)] == [(Stage.DECLINED, Fault.SAID_NO)]
    assert await presses(unit) is Reason.CONSENT_MISSING
    unit.around.clock.at += 1
    await ask(unit.desk, unit.who(), "anna")
    assert [one.stage for one in await made(unit)] == [Stage.DECLINED, Stage.REQUESTED]


async def test_a_question_left_over_from_another_visit_holds_up_nobody(unit: Staffed) -> None:
    """What was asked in the visit before, and never answered, is not asked of this one."""
    left = Recording("left", (await entry(unit)).appointment.room, "bo", Stage.REQUESTED, "mette", 1.0, 1.0)
    await unit.office.records.keep(unit.office.line("x", "test"), left)
    await ask(unit.desk, unit.who(), "anna")
    assert [one.stage for one in await made(unit)] == [Stage.REQUESTED]


async def test_a_yes_taken_back_ends_the_recording_at_once(unit: Staffed) -> None:
    """On record as taken back; the focus was asked to stop, and the file is expected, to be erased."""
    await says(unit, Agreement.YES)
    assert await presses(unit) is Reason.ALLOWED
    node = (await entry(unit)).appointment.room
    await says(unit, Agreement.WITHDRAWN)
    assert unit.prosody.rooms[node].stops == 1
    assert not unit.house.rooms[node].recording
    assert [one.stage for one in await made(unit)] == [Stage.EXPECTED]
    assert [(line["decision"], line["actor"]) for line in record(unit) if line["act"] == "record-stop"] == [
        ("open", "anna")
    ]
    assert [one.answer for one in await given(unit)] == [Agreement.YES, Agreement.WITHDRAWN]
    assert await presses(unit) is Reason.CONSENT_MISSING


async def test_a_no_on_an_old_page_ends_it_too(unit: Staffed) -> None:
    """Staff wrote her yes down meanwhile; her no is no second opinion but the end."""
    await write_down(unit.desk, unit.who(), "anna", "anna", "yes")
    await presses(unit)
    await says(unit, Agreement.NO)
    assert unit.prosody.rooms[(await entry(unit)).appointment.room].stops == 1
    assert [one.answer for one in await given(unit)] == [Agreement.YES, Agreement.WITHDRAWN]


async def test_whoever_withdraws_again_asks_again_for_the_end(unit: Staffed) -> None:
    """The recorder is slow to stop: each press asks for it, one is on record, and a reload lets nobody back into it."""
    await says(unit, Agreement.YES)
    await presses(unit)
    node = (await entry(unit)).appointment.room
    unit.prosody.rooms[node].slow_to_stop = True
    for _ in range(3):
        await says(unit, Agreement.WITHDRAWN)
    assert unit.prosody.rooms[node].stops == 3
    assert unit.house.rooms[node].recording
    assert "anna" not in unit.house.rooms[node].agreed
    assert len(await given(unit)) == 2
    unit.prosody.recorded(node, "off", recorder=False)
    await unit.settled()


async def test_an_end_that_does_not_come_about_is_on_record(unit: Staffed) -> None:
    """Prosody is away: her word stands all the same, and the refusal of the end is in the audit."""
    await says(unit, Agreement.YES)
    await presses(unit)
    unit.porter.lose_link()
    await says(unit, Agreement.WITHDRAWN)
    assert (await given(unit))[-1].answer is Agreement.WITHDRAWN
    stops = [line for line in record(unit) if line["act"] == "record-stop"]
    assert [(line["decision"], line["actor"]) for line in stops] == [("refuse", "anna")]
    await unit.porter.come_up()


async def test_a_spoken_answer_is_written_down_by_who_heard_it(unit: Staffed) -> None:
    """In the language of the booking, with who wrote it; nobody else's, no odd answer, nothing twice."""
    await write_down(unit.desk, unit.who(), "anna", "anna", "yes")
    [answer] = await given(unit)
    assert (answer.how, answer.by, answer.language) == (HowAsked.SPOKEN, "mette", "da")
    assert answer.text.startswith("Vi vil gerne optage")
    assert ("mette", "consent-yes") in looks_at(unit, "anna")
    await refused(unit, Reason.CHANGED_MEANWHILE, "mette", "yes")
    await refused(unit, Reason.CHANGED_MEANWHILE, "mette", "yes", whose="bo")
    await refused(unit, Reason.BAD_REQUEST, "mette", "perhaps")
    await refused(unit, Reason.NOT_STAFF_HERE, "lars", "withdrawn")
    await write_down(unit.desk, unit.who(), "anna", "anna", "withdrawn")
    assert (await given(unit))[-1].answer is Agreement.WITHDRAWN


async def test_a_supervisor_asks_but_did_not_hear_the_answer(unit: Staffed) -> None:
    """Their row has no such button, and the act is refused whatever is sent."""
    boss = unit.who("kim", supervises=frozenset({"jobcenter"}))
    with pytest.raises(Refused) as caught:
        await write_down(unit.desk, boss, "anna", "anna", "yes")
    assert caught.value.verdict.reason is Reason.NOT_STAFF_HERE
    await ask(unit.desk, boss, "anna")
    assert [one.asked_by for one in await made(unit)] == ["kim"]


async def test_everybody_of_the_appointment_answers_for_themselves(unit: Staffed) -> None:
    """An interpreter's yes is not the citizen's; a stranger's is none; what was asked for waits for both."""
    ole = Person("ole", "jobcenter", "Ole Tolk")
    office = unit.office
    tolk = Companion("anna", ole, CompanionKind.INTERPRETER)
    await office.records.keep(office.line("x", "test"), Enrolment(ole, Role.COMPANION), tolk)
    await ask(unit.desk, unit.who(), "anna")
    await says(unit, Agreement.YES, "ole")
    assert [one.stage for one in await made(unit)] == [Stage.REQUESTED]
    with pytest.raises(Refused):
        await says(unit, Agreement.YES, "bo")
    await says(unit, Agreement.YES)
    assert [one.stage for one in await made(unit)] == [Stage.CONSENTED]
    assert [one.person for one in await given(unit)] == ["ole", "anna"]


async def test_where_no_recording_is_allowed_nobody_is_asked(tmp_path: Path) -> None:
    """No offer on the row, and no act does anything."""
    async with open_staffed(tmp_path) as unit:
        await unit.book("anna")
        await unit.opens()
        await unit.comes("anna")
        await lets_anna_in(unit)
        found = await row(unit)
        assert (found.respondents, found.facts.pressing) == ((), None)
        assert {offer.act.value for offer in found.offers} & {"ask", "answer"} == set()
        with pytest.raises(Refused):
            await ask(unit.desk, unit.who(), "anna")
        with pytest.raises(Refused) as caught:
            await says(unit, Agreement.YES)
        assert caught.value.verdict.reason is Reason.RECORDING_NOT_ALLOWED
        await refused(unit, Reason.VISIT_GOING_ON, "mette", "yes")


@dataclass
class Interrupting:
    """Recordings, and somebody who takes their yes back as soon as it was read."""

    recordings: RoomRecordings
    takes_back: Callable[[], Awaitable[None]]
    taken: list[asyncio.Task[None]] = field(default_factory=list)

    async def in_room(self, node: str) -> tuple[Recording, ...]:
        """See `ports.recordings.RoomRecordings`."""
        return await self.recordings.in_room(node)

    async def at(self, stages: Collection[Stage]) -> tuple[Recording, ...]:
        """See `ports.recordings.RoomRecordings`."""
        return await self.recordings.at(stages)

    async def of(self, appointment_ids: Collection[str]) -> Mapping[str, tuple[Recording, ...]]:
        """See `ports.recordings.RoomRecordings`."""
        return await self.recordings.of(appointment_ids)

    async def consents(self, appointment_ids: Collection[str]) -> Mapping[str, tuple[Consent, ...]]:
        """See `ports.recordings.RoomRecordings`."""
        found = await self.recordings.consents(appointment_ids)
        if not self.taken:
            self.taken.append(asyncio.ensure_future(self.takes_back()))
            await asyncio.wait(self.taken, timeout=0.5)  # over at once when nothing makes them wait
        return found


async def test_a_yes_taken_back_in_the_middle_of_the_press_ends_it(unit: Staffed) -> None:
    """It was read as a yes, and is none when the recorder comes: the stop is asked for, and nothing is filed."""
    await says(unit, Agreement.YES)
    node = (await entry(unit)).appointment.room
    slow = Interrupting(unit.house.recordings, lambda: says(unit, Agreement.WITHDRAWN))
    unit.house.recordings = slow
    await presses(unit)
    await asyncio.gather(*slow.taken)
    await unit.settled()
    assert unit.prosody.rooms[node].stops
    assert "anna" not in unit.house.rooms[node].agreed
    (row_,) = await made(unit)
    assert bars_filing(await given(unit), pressed=row_.made_at, begun=row_.on_at or row_.made_at)
